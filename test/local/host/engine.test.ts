import { readFileSync } from "node:fs";
import { join } from "node:path";

import { afterEach, beforeEach, expect, test } from "vitest";

import { exportState } from "../../../local/host";
import { needs } from "../../../local/host/state";
import { secret } from "../../../local/host/values";
import { Bench, type Wish } from "./setup";

let bench: Bench;
beforeEach(async () => {
  bench = await Bench.start();
});
afterEach(() => bench.stop());

const none = { create: 0, update: 0, replace: 0, delete: 0, same: 0, read: 0 };
const messages = ({ diagnostics }: { diagnostics: { message: string }[] }) => diagnostics.map(({ message }) => message);

test("a changed input updates its resource only, a removed one is deleted", async () => {
  await bench.wish({ name: "a", inputs: { colour: "red" } }, { name: "b" }, { name: "c" }).up();
  const result = await bench.wish({ name: "a", inputs: { colour: "blue" } }, { name: "b" }).up();
  expect(result.changes).toEqual({ ...none, update: 1, delete: 1, same: 2 });
  expect(bench.cloud.changed().slice(3)).toEqual(["update a", "delete c"]);
  const update = result.steps.find(({ operation }) => operation === "update");
  expect(update?.differences).toEqual([{ path: ["colour"], old: "red", new: "blue" }]);
  expect(bench.names()).toEqual(bench.cloud.names());
});

test("a replacement is created first and the old one deleted last; dependents are updated in between", async () => {
  const wishes = (size: number): Wish[] => [
    { name: "a", inputs: { size } },
    { name: "b", needs: ["a"] },
  ];
  await bench.wish(...wishes(1)).up();
  const [before] = bench.cloud.names();
  const result = await bench.wish(...wishes(2)).up();
  expect(result.changes).toEqual({ ...none, update: 1, replace: 1, same: 1 });
  expect(bench.cloud.changed().slice(2)).toEqual(["create a", "update b", "delete a"]);
  expect(result.steps.find(({ name }) => name === "a")?.replaceKeys).toEqual(["size"]);
  expect(bench.cloud.names()).not.toContain(before);
  expect(bench.names()).toEqual(bench.cloud.names());
});

test("a resource of a fixed name is deleted before its replacement, after those that must be replaced too", async () => {
  const wishes = (size: number): Wish[] => [
    { name: "a", inputs: { name: "a", size, fixed: true } },
    { name: "b", needs: ["a"], replaceOnChanges: ["from"] },
    { name: "c", needs: ["a"] },
    { name: "d", needs: ["b"] },
    { name: "e" },
  ];
  await bench.wish(...wishes(1)).up();
  const result = await bench.wish(...wishes(2)).up();
  expect(result.changes).toEqual({ ...none, update: 1, replace: 2, same: 3 }); // d, for b's new name
  expect(bench.cloud.changed().slice(5)).toEqual(["delete b", "delete a", "create a", "create b", "update d"]);
  expect(bench.names()).toEqual(bench.cloud.names());
});

test("deleteBeforeReplace, replaceOnChanges, deletedWith and retainOnDelete are honoured", async () => {
  const wishes = (colour: string): Wish[] => [
    { name: "a", inputs: { name: "a", colour }, deleteBeforeReplace: true, replaceOnChanges: ["colour"] },
    { name: "b", inputs: { from: "" }, deletedWith: "a" },
    { name: "c", retainOnDelete: true },
  ];
  await bench.wish(...wishes("red")).up();
  await bench.wish(...wishes("blue")).up();
  expect(bench.cloud.changed().slice(3)).toEqual(["delete a", "create a", "create b"]);
  await bench.destroy();
  expect(bench.cloud.changed().slice(6)).toEqual(["delete a"]);
  expect(bench.state()).toEqual([]);
});

test("a protected resource is neither deleted nor replaced, with one line that says so", async () => {
  await bench.wish({ name: "a", inputs: { size: 1 }, protect: true }, { name: "b" }).up();
  const refused = "a is protected and cannot be";
  const how = "set protect to false in the program and run `up` first";
  const destroyed = await bench.destroy();
  expect(destroyed.succeeded).toBe(false);
  expect(messages(destroyed)).toEqual([`${refused} deleted: ${how}`]);
  const replaced = await bench.wish({ name: "a", inputs: { size: 2 }, protect: true }, { name: "b" }).up();
  expect(messages(replaced)).toEqual([`${refused} replaced: ${how}`]);
  const removed = await bench.wish({ name: "b" }).up();
  expect(messages(removed)).toEqual([`${refused} deleted: ${how}`]);
  expect(bench.cloud.changed().sort()).toEqual(["create a", "create b"]);
  await bench.wish({ name: "a", inputs: { size: 1 }, protect: false }, { name: "b" }).up();
  expect((await bench.destroy()).succeeded).toBe(true);
});

test("ignored changes are not made", async () => {
  await bench.wish({ name: "a", inputs: { colour: "red", part: { depth: 1, width: 1 } } }).up();
  const inputs = { colour: "blue", part: { depth: 2, width: 1 }, more: 1 };
  const result = await bench.wish({ name: "a", inputs, ignoreChanges: ["colour", "part.depth", "more"] }).up();
  expect(result.changes).toEqual({ ...none, same: 2 });
  expect(bench.cloud.changed()).toEqual(["create a"]);
});

test("secrets are encrypted at rest, with the passphrase, and come back", async () => {
  bench.wish({ name: "a", inputs: { token: secret("open sesame") } });
  const environment = { PULUMI_CONFIG_PASSPHRASE: "one" };
  const result = await bench.up({ environment });
  expect(result.steps.find(({ name }) => name === "a")?.inputs.token).toBe("[secret]");
  const journal = readFileSync(join(bench.folder, "state", "dev.journal"), "utf8");
  expect(journal).not.toContain("open sesame");
  expect(JSON.stringify(bench.state())).not.toContain("open sesame");
  expect([...bench.cloud.things.values()][0].token).toBe("open sesame");
  expect((await bench.up({ environment })).changes).toEqual({ ...none, same: 2 });
  const wrong = await bench.up({ environment: { PULUMI_CONFIG_PASSPHRASE: "two" } });
  expect(wrong.succeeded).toBe(false);
  expect(messages(wrong)).toEqual([
    "incorrect passphrase: set PULUMI_CONFIG_PASSPHRASE to the one this stack was made with",
  ]);
});

test("a failed creation ends the run; what was made is kept, and the next run goes on from there", async () => {
  bench.wish({ name: "a" }, { name: "b", needs: ["a"] }, { name: "c", needs: ["b"] });
  bench.cloud.before = ({ urn }) => {
    if (urn.endsWith("::b")) throw new Error("quota exceeded");
  };
  const failed = await bench.up();
  expect(failed.succeeded).toBe(false);
  expect(messages(failed)).toEqual(['creating test:index:Thing "b" failed: quota exceeded']);
  expect(bench.names()).toEqual(bench.cloud.names());
  expect(exportState(bench.options).deployment.pending_operations).toBe(undefined);
  bench.cloud.before = () => undefined;
  expect((await bench.up()).changes).toEqual({ ...none, create: 2, same: 2 });
});

test("a creation that failed half way is kept, to be finished by the next run or deleted", async () => {
  bench.wish({ name: "a" });
  bench.cloud.halfWay = "the machine does not start";
  const failed = await bench.up();
  expect(messages(failed)).toEqual(['creating test:index:Thing "a" failed: the machine does not start']);
  expect(bench.state().find(({ urn }) => urn.endsWith("::a"))?.initErrors).toEqual(["the machine does not start"]);
  bench.cloud.halfWay = undefined;
  expect((await bench.up()).changes).toEqual({ ...none, update: 1, same: 1 });
  expect(bench.state().find(({ urn }) => urn.endsWith("::a"))?.initErrors).toBe(undefined);
  expect(bench.names()).toEqual(bench.cloud.names());
});

test("a failed update is sent again although the program returned to what it was", async () => {
  await bench.wish({ name: "a", inputs: { colour: "red" } }).up();
  bench.cloud.after = () => {
    throw new Error("timed out");
  };
  expect((await bench.wish({ name: "a", inputs: { colour: "blue" } }).up()).succeeded).toBe(false);
  expect([...bench.cloud.things.values()][0].colour).toBe("blue");
  bench.cloud.after = () => undefined;
  await bench.wish({ name: "a", inputs: { colour: "red" } }).up();
  expect([...bench.cloud.things.values()][0].colour).toBe("red");
});

test("a failed deletion is told; what does not depend on it is deleted, what it needs is kept", async () => {
  bench.wish({ name: "a" }, { name: "b", needs: ["a"] });
  await bench.up();
  bench.cloud.before = ({ urn }) => {
    if (urn.endsWith("::b")) throw new Error("locked");
  };
  const failed = await bench.destroy();
  expect(messages(failed)).toEqual(['deleting test:index:Thing "b" failed: locked']);
  expect(bench.names()).toEqual(bench.cloud.names());
  expect(bench.names().length).toBe(2);
  bench.cloud.before = () => undefined;
  expect((await bench.destroy()).succeeded).toBe(true);
  expect(bench.cloud.names()).toEqual([]);
});

test("no more provider operations run at a time than allowed", async () => {
  bench.cloud.delay = 5;
  await bench.wish(...Array.from({ length: 12 }, (_, index) => ({ name: `t${index}` }))).up({ parallel: 3 });
  expect(bench.cloud.most).toBe(3);
  expect(bench.cloud.things.size).toBe(12);
});

test("a thousand resources go up, stay as they are, and are destroyed", async () => {
  const name = (index: number): string => `t${index}`;
  bench.wish(
    ...Array.from({ length: 1000 }, (_, index) => ({
      name: name(index),
      needs: index % 10 === 0 ? [] : [name(index - 1)],
    })),
  );
  expect((await bench.up()).changes).toEqual({ ...none, create: 1001 });
  expect((await bench.up()).changes).toEqual({ ...none, same: 1001 });
  const placed = new Set<string>();
  for (const resource of bench.state()) {
    expect(needs(resource).every((urn) => placed.has(urn))).toBe(true);
    placed.add(resource.urn);
  }
  expect(placed.size).toBe(1002);
  expect((await bench.destroy()).changes).toEqual({ ...none, delete: 1001 });
  expect(bench.cloud.names()).toEqual([]);
});
