import { spawnSync } from "node:child_process";
import { existsSync, readFileSync, realpathSync, rmSync } from "node:fs";
import { join, resolve } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { rehearse } from "../../local/rehearsal/rehearse";
import type { RehearsalReport } from "../../local/rehearsal/report";
import { rules } from "../../policies/rules";
import { root, temporaryFolder } from "./support";

/* What `npm start` does: the whole life of the real program's estate, under the real policy pack. */

const out = temporaryFolder();
const said: string[] = [];
let report: RehearsalReport;
beforeAll(async () => {
  const now = new Date("2026-11-02T08:00:00Z"); // a Monday
  report = await rehearse({ stack: "local", out, now, say: (line) => said.push(line) });
}, 180_000);
afterAll(() => rmSync(out, { recursive: true, force: true }));

/** The requests as they were recorded. */
const requests = () =>
  readFileSync(join(out, "requests.jsonl"), "utf8")
    .split("\n")
    .filter((line) => line !== "")
    .map((line) => JSON.parse(line) as { method: string; url: string; status: number });

test("everything went up, everything is gone, and nothing costs anything", () => {
  expect(report.diagnostics).toEqual([]);
  expect(report.left).toEqual([]);
  expect(report.costPerHourAfter).toBe(0);
  expect(report.succeeded).toBe(true);
  expect(said.slice(-2)).toEqual([`report      ${join(out, "report.html")}`, "the rehearsal held"]);
});

test("at least 45 resources of at least 22 types were written", () => {
  expect(report.requests.puts).toBeGreaterThanOrEqual(45);
  expect(report.requests.types).toBeGreaterThanOrEqual(22);
  const puts = requests().filter(({ method, status }) => method === "PUT" && status < 300);
  expect(puts.length).toBeGreaterThanOrEqual(report.requests.puts);
  expect(requests().length).toBe(report.requests.all);
  const types = new Set(report.deployed.map(({ type }) => type));
  expect(types.size).toBeGreaterThanOrEqual(22);
  for (const type of [
    "Microsoft.Batch/batchAccounts/pools",
    "Microsoft.MachineLearningServices/workspaces/computes",
    "Microsoft.App/jobs",
    "Microsoft.Logic/workflows",
    "Microsoft.Authorization/policyAssignments",
  ])
    expect(types).toContain(type);
});

test("every rule was asked, and none had anything to say", () => {
  expect(report.policies.map(({ name }) => name).sort()).toEqual(rules.map(({ name }) => name).sort());
  expect(report.policies.filter(({ violations }) => violations.length > 0)).toEqual([]);
});

test("a week costs less than always on and no less than it must", () => {
  const { cost, estimate, switches } = report;
  expect(cost.hours).toBeCloseTo(168, 1);
  expect(cost.asRun).toBeGreaterThan(cost.leastPossible);
  expect(cost.asRun).toBeLessThan(cost.alwaysOn);
  expect(cost.items.reduce((sum, { asRun }) => sum + asRun, 0)).toBeCloseTo(cost.asRun, 6);
  expect(cost.currency).toBe(estimate.currency);
  expect(estimate.idle).toBeLessThan(estimate.worstCase);
  expect(estimate.lines.reduce((sum, { worstCase }) => sum + worstCase, 0)).toBeCloseTo(estimate.worstCase, 6);
  // Both instances follow native schedules: five office days each, and a Saturday for the late one.
  const of = (machine: RegExp) => switches.filter((one) => machine.test(one.machine)).map(({ action }) => action);
  expect(new Set(switches.map(({ machine }) => machine)).size).toBe(2);
  expect(of(/alice/).length).toBeGreaterThanOrEqual(9);
  expect(of(/bo/).length).toBeGreaterThanOrEqual(11);
});

test("report.json is the report, and report.html shows it with a drawing and without scripts", () => {
  expect(JSON.parse(readFileSync(join(out, "report.json"), "utf8"))).toEqual(JSON.parse(JSON.stringify(report)));
  expect(Object.keys(report).sort()).toEqual([
    "cost",
    "costPerHourAfter",
    "deployed",
    "diagnostics",
    "estimate",
    "from",
    "images",
    "left",
    "policies",
    "requests",
    "seconds",
    "stack",
    "succeeded",
    "switches",
    "to",
  ]);
  const html = readFileSync(join(out, "report.html"), "utf8");
  expect(html).toContain("<h1>Rehearsal of local</h1>");
  expect(html).toContain("All of it held.");
  expect(html).toMatch(/<svg [^]*<\/svg>/);
  expect(html).not.toMatch(/<script|src=|href="http/);
});

// The checker and Microsoft's type definitions stand beside the repository, and not everywhere.
const beside = resolve(root, "..", "shared", "arm", "validate.mjs");
// Its real path: it takes itself for a library where it is started through a link.
const validator = existsSync(beside) ? realpathSync(beside) : beside;
const missing = existsSync(validator) ? "" : ` (skipped: there is no ${join("..", "shared", "arm", "validate.mjs")})`;

test.skipIf(missing !== "")(`each request holds by Microsoft's type definitions${missing}`, () => {
  const { status, stdout } = spawnSync(process.execPath, [validator, join(out, "requests.jsonl")], {
    encoding: "utf8",
  });
  const verdict = /^(\d+) requests, (\d+) checked, (\d+) faults$/m.exec(stdout);
  expect(stdout).toBe(verdict?.[0] + "\n");
  expect(Number(verdict?.[2])).toBe(requests().filter(({ method }) => method === "PUT").length);
  expect(verdict?.[3]).toBe("0");
  expect(status).toBe(0);
});
