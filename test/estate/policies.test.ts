import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { stringify } from "yaml";
import { exportState, destroy, up, type HostOptions, type HostResult } from "../../local/host";
import { summary } from "../../local/host/display";
import { rules } from "../../policies/rules";
import { badEstates, resourcesOf } from "./badEstates";
import { goodEstate, type Declared } from "./goodEstate";
import { errorsOf, openDesk, root, temporaryFolder, writes, type Desk } from "./support";

/* `up` with the real policy pack: what a rule forbids is stopped before anything is created, what it allows goes up. */

let desk: Desk;
beforeAll(async () => {
  const folder = temporaryFolder();
  const project = join(folder, "project");
  mkdirSync(project);
  const runtime = { name: "nodejs", options: { typescript: false } };
  writeFileSync(
    join(project, "Pulumi.yaml"),
    stringify({ name: "declared", runtime, main: join(root, "test", "estate", "declared", "index.js") }),
  );
  // Months on, some of what is good today will have been retired.
  const config = { "nothing-retired": { on: "2026-11-23" }, "retiring-soon": { on: "2026-11-23" } };
  desk = await openDesk(
    {
      stack: "good",
      projectFolder: project,
      azure: { start: new Date("2026-11-23T08:00:00Z") },
      host: { policyPacks: [{ folder: join(root, "policies"), config }] },
    },
    folder,
  );
});
afterAll(() => desk?.close());

function options(stack: string, resources: readonly Declared[]): HostOptions {
  const declared = resources.map(({ type, ...rest }) => ({ ...rest, type: `azure-native:${type}` }));
  const file = join(desk.hostOptions.projectFolder, `Pulumi.${stack}.yaml`);
  writeFileSync(file, stringify({ config: { "declared:resources": declared } }));
  return { ...desk.hostOptions, stack };
}

/** What the policies said, a line each. */
const said = ({ policies }: HostResult): string[] =>
  policies.flatMap(({ policy, violations }) =>
    violations.map(({ level, message }) => `[${level}] ${policy}: ${message}`),
  );

test("each rule has an estate that it objects to", () => {
  expect(badEstates.map(({ rule }) => rule)).toEqual(rules.map(({ name }) => name));
  const advisory = rules.filter(({ enforcementLevel }) => enforcementLevel === "advisory").map(({ name }) => name);
  expect(badEstates.filter((row) => row.advisory).map(({ rule }) => rule)).toEqual(advisory);
});

describe("a mandatory rule blocks", () => {
  test.each(badEstates.filter(({ advisory }) => !advisory))("$rule", async (row) => {
    const from = desk.azure.requests.length;
    const opts = options(row.rule, resourcesOf(row));
    const result = await up(opts);
    console.log(
      JSON.stringify(said(result), null, 1),
      errorsOf(result),
      result.phase,
      writes(desk, from),
      Object.keys(exportState(opts).deployment),
      summary(result, 0).slice(-8),
    );
  });
});
