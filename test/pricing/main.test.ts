import { expect, test } from "vitest";
import type { Estimate } from "../../pricing/estimate";
import { main } from "../../pricing/main";
import { good, having } from "../policies/support";

const state = ({ type, name, props }: { type: string; name: string; props: object }) => ({
  type,
  urn: `urn:pulumi:dev::lights-out::lights-out:index:Part$${type}::${name}`,
  inputs: props,
});

function run(document: unknown, ...args: string[]) {
  const said: string[] = [];
  const files: string[] = [];
  const read = (file: string) => {
    files.push(file);
    return typeof document === "string" ? document : JSON.stringify(document);
  };
  const status = main(args, read, (text) => said.push(text));
  return { status, said, files };
}

function names(document: unknown, ...args: string[]): string[] {
  const { status, said } = run(document, ...args, "--json");
  expect(status).toBe(0);
  return (JSON.parse(said.join("")) as Estimate).lines.map(({ name }) => name);
}

test("reads states and previews", () => {
  const resources = [state(good.pool), state(good.job)];
  expect(names({ version: 3, deployment: { resources } })).toEqual(["train", "finetune"]);
  expect(names({ version: 3, checkpoint: { latest: { resources } } })).toEqual(["train", "finetune"]);
  expect(names({ resources })).toEqual(["train", "finetune"]);
  const steps = [
    { op: "create", newState: state(good.pool) },
    { op: "delete", oldState: state(good.machine) },
    { op: "delete-replaced", newState: state(good.machine) },
    { op: "create-replacement", newState: state(good.job) },
    { op: "replace", newState: state(good.job) },
  ];
  expect(names({ steps }, "preview.json")).toEqual(["train", "finetune"]);
  expect(run({ steps }, "preview.json").files).toEqual(["preview.json"]);
  expect(run({ steps }).files).toEqual(["-"]);
});

test("takes hours of schedules and runs of jobs", () => {
  const resources = [state(good.machine), state(good.job)];
  const { said } = run({ resources }, "--hours", "office=84", "--hours", "nights=10", "--manual-runs", "10", "--json");
  const [machine, job] = (JSON.parse(said.join("")) as Estimate).lines;
  expect(machine?.basis).toBe("Standard_NC4as_T4_v3, 365 h; disk always");
  expect(job?.worstCase).toBeCloseTo(1.5588 * 30, 6);
});

test("fails in one line on what it can't read, and after the table on what it can't price", () => {
  expect(run("{").said.join("")).toMatch(/^estimate: standard input can't be read: .*$/);
  expect(run({ anything: 1 }, "x.json")).toEqual({
    status: 1,
    said: [
      "estimate: x.json is neither a stack's state nor a preview: take pulumi stack export or pulumi preview --json",
    ],
    files: ["x.json"],
  });
  const odd = { ...good.machine, props: having(good.machine.props, "hardwareProfile.vmSize", "Standard_X1") };
  const { status, said } = run({ resources: [state(odd)] });
  expect(status).toBe(1);
  expect(said.join("")).toContain("no price for vm/Standard_X1/spot");
});
