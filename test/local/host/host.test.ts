import { join } from "node:path";

import { afterEach, beforeEach, expect, test } from "vitest";

import { unknown, type HostEvent } from "../../../local/host";
import { Bench } from "./setup";

let bench: Bench;
beforeEach(async () => {
  bench = await Bench.start();
});
afterEach(() => bench.stop());

test("a program is previewed, brought up, unchanged the second time, and destroyed", async () => {
  bench.program(`
    const group = new Group("group");
    const a = new Thing("a", { colour: "red" }, { parent: group });
    const b = new Thing("b", { of: a.endpoint });
    module.exports = { of: b.of, token: pulumi.secret("hush") };
  `);
  const foretold = await bench.preview();
  expect(foretold.diagnostics).toEqual([]);
  expect(foretold.changes).toEqual({ create: 4, update: 0, replace: 0, delete: 0, same: 0, read: 0 });
  expect(foretold.outputs).toEqual({ token: "[secret]" });
  expect(bench.cloud.changed()).toEqual([]);
  expect(bench.state()).toEqual([]);

  const done = await bench.up();
  expect(done.diagnostics).toEqual([]);
  expect(done.succeeded).toBe(true);
  const [a, b] = bench.cloud.names();
  expect(bench.cloud.things.get(`/test:index:Thing/${b}`)).toEqual({ of: `https://${a}`, name: b });
  expect(done.outputs).toEqual({ of: `https://${a}`, token: "[secret]" });
  expect(bench.names()).toEqual([a, b]);

  const again = await bench.up();
  expect(again.changes).toEqual({ create: 0, update: 0, replace: 0, delete: 0, same: 4, read: 0 });
  expect(bench.cloud.changed()).toEqual(["create a", "create b"]);

  const gone = await bench.destroy();
  expect(gone.succeeded).toBe(true);
  expect(gone.changes.delete).toBe(4);
  expect(bench.cloud.changed().slice(2)).toEqual(["delete b", "delete a"]);
  expect(bench.cloud.names()).toEqual([]);
  expect(bench.state()).toEqual([]);
});

test("a preview foretells with unknown values, and hides secrets", async () => {
  bench.program(`
    const a = new Thing("a", { token: pulumi.secret("hush"), plain: 1 });
    new Thing("b", { of: a.endpoint, fixedPart: "x" });
  `);
  const { steps, succeeded } = await bench.preview();
  expect(succeeded).toBe(true);
  const [a, b] = ["a", "b"].map((name) => steps.find((step) => step.name === name));
  expect(a?.inputs).toMatchObject({ token: "[secret]", plain: 1 });
  expect(b).toMatchObject({ operation: "create", type: "test:index:Thing", inputs: { of: unknown, fixedPart: "x" } });
});

test("a resource renamed or given a new parent under an alias is kept", async () => {
  await bench.program(`const a = new Thing("a", {}); new Thing("b", { of: a.endpoint });`).up();
  const result = await bench
    .program(
      `
    const group = new Group("group");
    const a = new Thing("renamed", {}, { parent: group, aliases: [{ name: "a", parent: pulumi.rootStackResource }] });
    new Thing("b", { of: a.endpoint });`,
    )
    .up();
  expect(result.diagnostics).toEqual([]);
  expect(result.changes).toEqual({ create: 1, update: 0, replace: 0, delete: 0, same: 3, read: 0 });
  expect(bench.cloud.changed()).toEqual(["create a", "create b"]);
  expect(bench.state().map(({ urn }) => urn.split("::").at(-1))).toEqual([
    "bench-dev",
    "default_1_2_3",
    "group",
    "renamed",
    "b",
  ]);
  expect((await bench.destroy()).succeeded).toBe(true);
  expect(bench.cloud.names()).toEqual([]);
});

test("configuration reaches program and default provider", async () => {
  bench.write(
    "Pulumi.dev.yaml",
    "config:\n  bench:size: 3\n  bench:list: [1, 2]\n  bench:object: { b: 1, a: 2 }\n  test:region: south\n",
  );
  bench.program(`
    const config = new pulumi.Config();
    new Thing("a", { sum: config.requireNumber("size") + config.requireObject("list").length, object: config.require("object") });`);
  expect((await bench.up()).succeeded).toBe(true);
  // Objects come with sorted keys, as from the Pulumi CLI.
  expect([...bench.cloud.things.values()][0]).toMatchObject({ sum: 5, object: '{"a":2,"b":1}' });
  expect(bench.state().find(({ type }) => type === "pulumi:providers:test")?.inputs).toEqual({
    region: "south",
    version: "1.2.3",
    __internal: {},
  });
});

test("functions of the provider are called; their failures reach the program", async () => {
  bench.program(`
    module.exports = async () => {
      const call = (args) => pulumi.runtime.invoke("test:index:double", args, { version: "1.2.3" });
      const caught = await call({ fail: true }).catch(() => "caught");
      return { doubled: (await call({ value: 21 })).doubled, caught };
    };`);
  const result = await bench.up();
  expect(result.outputs).toEqual({ doubled: 42, caught: "caught" });
});

test("a resource managed elsewhere is read, and never deleted", async () => {
  bench.cloud.things.set("/test:index:Thing/given", { name: "given" });
  bench.program(`
    const given = new Thing("given", {}, { id: "/test:index:Thing/given" });
    module.exports = { endpoint: given.endpoint };`);
  const result = await bench.up();
  expect(result.outputs).toEqual({ endpoint: "https://given" });
  await bench.destroy();
  expect(bench.cloud.names()).toEqual(["given"]);
  expect(bench.state()).toEqual([]);
});

const mistakes: [string, string, string][] = [
  // Not thrown at the top: Node.js 20 takes 20 seconds to print a stack that ends in @pulumi's own frames.
  [
    "an error for people",
    `const parse = () => { throw new pulumi.RunError("settings: size is missing"); }; [1].map(() => parse());`,
    "settings: size is missing",
  ],
  [
    "inputs the provider refuses",
    `new Thing("a", { size: "impossible" });`,
    'test:index:Thing "a": property size is invalid: there is no such size',
  ],
  [
    "two resources of one name",
    `new Thing("a", {}); new Thing("a", {});`,
    "Duplicate resource URN 'urn:pulumi:dev::bench::test:index:Thing::a'; try giving it a unique name",
  ],
  [
    "a package without provider",
    `new pulumi.CustomResource("other:index:Thing", "a", {});`,
    'no provider for package "other"; this host has test',
  ],
  [
    "a transform",
    `new Thing("a", {}, { transforms: [(args) => args] });`,
    'test:index:Thing "a": this host does not support transforms; use the Pulumi CLI',
  ],
  [
    "an import",
    `new Thing("a", {}, { import: "/a" });`,
    'test:index:Thing "a": this host does not support the import option; use the Pulumi CLI',
  ],
];
test.each(mistakes)("%s is told in one line and nothing is created", async (_, source, message) => {
  const result = await bench.program(source).up();
  expect(result.succeeded).toBe(false);
  expect(result.diagnostics.filter(({ severity }) => severity === "error").map((one) => one.message)).toEqual([
    message,
  ]);
  expect(bench.cloud.changed()).toEqual([]);
});

test("a stack whose project is missing, or that another update holds, is refused", async () => {
  const message = async (options: object) => (await bench.up(options)).diagnostics[0].message;
  const nowhere = join(bench.folder, "nowhere");
  expect(await message({ projectFolder: nowhere })).toBe(
    `${join(nowhere, "Pulumi.yaml")} is missing: is this the project's folder?`,
  );
  bench.program(`new Thing("a", {});`);
  let second: Promise<string> | undefined;
  bench.cloud.before = () => void (second ??= message({}));
  expect((await bench.up()).succeeded).toBe(true);
  expect(await second).toBe(`another update of this stack is running (process ${process.pid}): wait for it, or end it`);
});

test("events tell the run as it goes", async () => {
  const events: string[] = [];
  const onEvent = (event: HostEvent): void => {
    if (event.kind === "step" && event.step.name === "a") events.push(`${event.status} ${event.step.operation}`);
    if (event.kind === "phase") events.push(event.phase);
    if (event.kind === "output") events.push(event.line);
    if (event.kind === "diagnostic") events.push(event.diagnostic.message);
  };
  await bench.program(`new Thing("a", {}); console.log("hello"); pulumi.log.warn("mind the gap");`).up({ onEvent });
  expect(events[0]).toBe("update");
  expect(events.slice(1).sort()).toEqual(["done create", "hello", "mind the gap", "started create"]);
});
