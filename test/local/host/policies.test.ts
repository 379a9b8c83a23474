import { symlinkSync } from "node:fs";
import { join, resolve } from "node:path";

import { afterEach, beforeEach, expect, test } from "vitest";

import type { PolicyReport } from "../../../local/host";
import { Bench, wishing, type Wish } from "./setup";

let bench: Bench;
beforeEach(async () => {
  bench = await Bench.start();
  bench.write("pack/PulumiPolicy.yaml", "runtime: nodejs\nmain: index.js\nversion: 1.0.0\n");
  bench.write("pack/package.json", '{ "name": "pack", "version": "1.0.0", "main": "index.js" }');
  symlinkSync(resolve(__dirname, "../../../node_modules"), join(bench.folder, "pack", "node_modules"));
  bench.write(
    "pack/index.js",
    `
    const { PolicyPack } = require("@pulumi/policy");
    const only = (test) => (args, report) => args.type === "test:index:Thing" && test(args, report);
    new PolicyPack("pack", { policies: [
      { name: "size", description: "Sizes are limited.", enforcementLevel: "mandatory", severity: "high",
        configSchema: { properties: { limit: { type: "number", default: 4 } } },
        validateResource: only((args, report) => {
          const { limit } = args.getConfig();
          if (args.props.size > limit) report(\`size is \${args.props.size}, the limit \${limit}\`);
        }) },
      { name: "colour", description: "Red is preferred.", enforcementLevel: "advisory",
        validateResource: only((args, report) => args.props.colour === "red" || report("not red")) },
      { name: "owner", description: "Things have an owner.", enforcementLevel: "remediate",
        remediateResource: (args) =>
          args.type === "test:index:Thing" && !args.props.owner ? { ...args.props, owner: "nobody" } : undefined },
      { name: "few", description: "There are few things.", enforcementLevel: "mandatory",
        validateStack: (args, report) => {
          const things = args.resources.filter(({ type }) => type === "test:index:Thing");
          if (things.length > 2) report(\`\${things.length} things\`);
        } },
    ] });`,
  );
});
afterEach(() => bench.stop());

const up = (wishes: Wish[], config?: Record<string, unknown>) =>
  bench.up({ runProgram: wishing(wishes), policyPacks: [{ folder: join(bench.folder, "pack"), config }] });
const named = (reports: PolicyReport[], name: string) => reports.find(({ policy }) => policy === name);

test("what policies allow is created, advice is told, remediation changes the inputs", async () => {
  const result = await up([{ name: "a", inputs: { size: 4, colour: "blue" } }]);
  expect(result.diagnostics).toEqual([]);
  expect(result.succeeded).toBe(true);
  expect([...bench.cloud.things.values()][0]).toMatchObject({ size: 4, owner: "nobody" });
  const urn = "urn:pulumi:dev::bench::test:index:Thing::a";
  expect(named(result.policies, "size")).toEqual({
    pack: "pack",
    version: "1.0.0",
    policy: "size",
    description: "Sizes are limited.",
    level: "mandatory",
    severity: "high",
    analyzed: 3, // the stack and the provider too
    notApplicable: 0,
    violations: [],
    remediated: [],
  });
  expect(named(result.policies, "colour")?.violations).toEqual([{ urn, message: "not red", level: "advisory" }]);
  expect(named(result.policies, "owner")?.remediated).toEqual([urn]);
  expect(named(result.policies, "few")).toMatchObject({ analyzed: 1, violations: [] });
});

test("a mandatory policy stops an update before anything is created; all violations are told at once", async () => {
  const result = await up([
    { name: "small" },
    { name: "big", inputs: { size: 5 } },
    { name: "huge", inputs: { size: 9 } },
  ]);
  expect(result.succeeded).toBe(false);
  expect(bench.cloud.changed()).toEqual([]);
  expect(bench.state()).toEqual([]);
  expect(
    named(result.policies, "size")
      ?.violations.map(({ message }) => message)
      .sort(),
  ).toEqual(["size is 5, the limit 4", "size is 9, the limit 4"]);
  expect(named(result.policies, "few")?.violations).toEqual([
    { urn: "urn:pulumi:dev::bench::pulumi:pulumi:Stack::bench-dev", message: "3 things", level: "mandatory" },
  ]);
});

test("policies are configured by name; a policy that does not exist is an error", async () => {
  const big = [{ name: "big", inputs: { size: 9 } }];
  const configured = await up(big, { size: { limit: 10 }, colour: "disabled" });
  expect(configured.succeeded).toBe(true);
  expect(named(configured.policies, "colour")).toMatchObject({ level: "disabled", analyzed: 0, violations: [] });
  const advised = await up([{ name: "bigger", inputs: { size: 11 } }], {
    size: { limit: 10, enforcementLevel: "advisory" },
  });
  expect(advised.succeeded).toBe(true);
  const wrong = await up(big, { sise: "advisory" });
  expect(wrong.diagnostics.map(({ message }) => message)).toEqual([
    'policy pack pack has no policy "sise"; it has size, colour, owner, few',
  ]);
});
