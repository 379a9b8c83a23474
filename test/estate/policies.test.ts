import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { stringify } from "yaml";
import { exportState, up, type HostOptions, type HostResult } from "../../local/host";
import { summary } from "../../local/host/display";
import { rules } from "../../policies/rules";
import { badEstates, resourcesOf, type BadEstate } from "./badEstates";
import { goodEstate, type Declared } from "./goodEstate";
import { errorsOf, openDesk, root, temporaryFolder, writes, type Desk } from "./support";

/* `up` with the real policy pack: what a rule forbids is stopped before anything is created, what it allows goes up. */

const pack = join(root, "policies");
/** Later on, some of what is good on that day will have been retired. */
const config = { "nothing-retired": { on: "2026-11-23" }, "retiring-soon": { on: "2026-11-23" } };

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
  desk = await openDesk(
    {
      stack: "good",
      projectFolder: project,
      azure: { start: new Date("2026-11-23T08:00:00Z") },
    },
    folder,
  );
});
afterAll(() => desk?.close());

/** The host's options for a stack of its own, with these resources. */
function stackOf(stack: string, resources: readonly Declared[], more: object = {}): HostOptions {
  const declared = resources.map(({ type, ...rest }) => ({ ...rest, type: `azure-native:${type}` }));
  const file = join(desk.hostOptions.projectFolder, `Pulumi.${stack}.yaml`);
  writeFileSync(file, stringify({ config: { "declared:resources": declared } }));
  return { ...desk.hostOptions, stack, policyPacks: [{ folder: pack, config: { ...config, ...more } }] };
}

/** What the policies said, a line each. */
const said = ({ policies }: HostResult): string[] =>
  policies
    .flatMap(({ policy, violations }) => violations.map(({ level, message }) => `[${level}] ${policy}: ${message}`))
    .sort();

/** What a rule must say of its bad estate, and all that is said. */
function expected({ rule, advisory, beside = [], ofStack }: BadEstate): unknown[] {
  const level = advisory ? "advisory" : "mandatory";
  const typeOf = (of: string) => goodEstate.find(({ name }) => name === of)?.type ?? "";
  const messages = beside.flatMap(({ name, of, says }) => (says ? [`${typeOf(of)} "${name}": ${says}`] : []));
  const lines = messages.map((message) => `[${level}] ${rule}: ${message}`).sort();
  return ofStack ? [...lines, expect.stringContaining(`[${level}] ${rule}: the stack: ${ofStack}`)] : lines;
}

test("each rule has an estate that it objects to", () => {
  expect(badEstates.map(({ rule }) => rule)).toEqual(rules.map(({ name }) => name));
  const advisory = rules.filter(({ enforcementLevel }) => enforcementLevel === "advisory").map(({ name }) => name);
  expect(badEstates.filter((row) => row.advisory).map(({ rule }) => rule)).toEqual(advisory);
});

describe("a mandatory rule, and it alone, blocks", () => {
  test.each(badEstates.filter(({ advisory }) => !advisory))("$rule", async (row) => {
    const from = desk.azure.requests.length;
    const options = stackOf(row.rule, resourcesOf(row), row.config);
    const result = await up(options);
    expect(errorsOf(result)).toEqual([]);
    expect(said(result)).toEqual(expected(row));
    expect({ succeeded: result.succeeded, phase: result.phase }).toEqual({ succeeded: false, phase: "preview" });
    // Whoever ran it reads which rule it was, and what to mend.
    const shown = summary(result, 0).join("\n");
    for (const line of said(result)) {
      expect(shown).toContain(`- [mandatory]  ${row.rule}  (`);
      expect(shown).toContain(line.slice(line.indexOf(": ") + 2));
    }
    expect(writes(desk, from)).toEqual([]);
    expect(exportState(options).deployment.resources).toBeUndefined();
  });
});

describe("what no rule objects to", () => {
  test("goes up, and every rule has looked at it", async () => {
    expect(desk.azure.resources()).toEqual([]);
    const result = await up(stackOf("good", goodEstate));
    expect(errorsOf(result)).toEqual([]);
    expect(said(result)).toEqual([]);
    expect({ succeeded: result.succeeded, phase: result.phase }).toEqual({ succeeded: true, phase: "update" });
    expect(result.policies.filter(({ analyzed }) => analyzed === 0)).toEqual([]);
    const created = result.steps.filter(({ operation, custom }) => operation === "create" && custom);
    expect(created.map(({ name }) => name)).toEqual(expect.arrayContaining(goodEstate.map(({ name }) => name)));
    expect(desk.azure.resources().length).toBe(goodEstate.length);
  });

  test("what rules only advise against goes up, too, and is told", async () => {
    const rows = badEstates.filter(({ advisory }) => advisory);
    const beside = rows.flatMap((row) => row.beside ?? []);
    const result = await up(stackOf("good", resourcesOf({ rule: "", beside })));
    expect(errorsOf(result)).toEqual([]);
    expect(said(result)).toEqual(rows.flatMap(expected));
    expect(result.succeeded).toBe(true);
    expect(result.changes).toMatchObject({ create: beside.length, update: 0, replace: 0, delete: 0 });
    expect(desk.azure.resources().length).toBe(goodEstate.length + beside.length);
  });
});
