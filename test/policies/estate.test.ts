import type { Policies } from "@pulumi/policy";
import { describe, expect, test } from "vitest";
import { rules } from "../../policies/rules";
import { estimate } from "../../pricing/estimate";
import { minimalSettings, stackSettings } from "../support/devSettings";
import { runProgram } from "../support/program";
import { stackViolations, violations, type Declared } from "./support";

/** What every rule says of a set of resources, mandatory and advisory. */
function judge(all: Policies, resources: readonly Declared[]): string[] {
  return all.flatMap((rule) => {
    const messages =
      "validateStack" in rule
        ? stackViolations(rule, resources).map(({ message }) => message)
        : resources.flatMap((resource) => violations(rule, resource));
    return messages.map((message) => `${rule.name}: ${message}`);
  });
}

async function declare(settings: Record<string, unknown>): Promise<Declared[]> {
  const { resources } = await runProgram(settings);
  return resources.map(({ type, name, inputs }) => ({ type, name, props: inputs }));
}

describe("the pack and the program together", () => {
  test.each([
    ["dev", stackSettings("dev")],
    ["local", stackSettings("local")],
    ["minimal", minimalSettings],
  ])("every rule lets the %s estate pass", async (_, settings) => {
    expect(judge(rules, await declare(settings))).toEqual([]);
  });

  test("every resource of the dev estate that costs money by the hour has a price, and idle it costs little", async () => {
    const resources = await declare(stackSettings("dev"));
    const result = estimate(resources.map(({ type, name = "", props }) => ({ type, name, inputs: props })));
    expect(result.lines.filter(({ unpriced, pending }) => unpriced ?? pending)).toEqual([]);
    expect(result.idle).toBeLessThan(result.worstCase / 5);
    expect(result.worstCase).toBeLessThan(result.alwaysOn);
  });
});
