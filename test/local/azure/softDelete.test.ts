import { afterEach, beforeEach, expect, test } from "vitest";
import type { JsonObject } from "../../../local/azure";
import { deploy, estate } from "./estate";
import { Bench, codeOf, type Reply } from "./support";

let bench: Bench;
beforeEach(async () => {
  bench = await Bench.start();
  await deploy(bench, estate(bench).slice(0, 17));
});
afterEach(() => bench.stop());

const DAY = 24 * 3600 * 1000;
const vault = (): string => `${bench.inGroup("Microsoft.KeyVault/vaults/vault1")}?api-version=2024-11-01`;
const workspace = (more = ""): string =>
  `${bench.inGroup("Microsoft.MachineLearningServices/workspaces/ml-team")}?api-version=2025-12-01${more}`;
const logs = (more = ""): string =>
  `${bench.inGroup("Microsoft.OperationalInsights/workspaces/logs")}?api-version=2023-09-01${more}`;
const bodyOf = (path: string): JsonObject => estate(bench).find((item) => item.path === path)?.body ?? {};
const put = (path: string, more: JsonObject = {}): Promise<Reply> =>
  bench.send("PUT", path, { ...bodyOf(path), ...more });
const kept = (): string[] => bench.azure.softDeleted().map((d) => d.name);

test("a vault's name stays taken until it is purged, recovered, or its days are over", async () => {
  await bench.done("DELETE", vault());
  expect(bench.azure.softDeleted().map((d) => [d.id, d.purge.getTime() - d.deleted.getTime()])).toEqual([
    [vault().split("?")[0], 7 * DAY],
  ]);
  const again = await put(vault());
  expect([again.status, codeOf(again)]).toEqual([409, "ConflictError"]);
  const listed = await bench.send(
    "GET",
    `${bench.subscription}/providers/Microsoft.KeyVault/deletedVaults?api-version=2024-11-01`,
  );
  expect((listed.body.value as JsonObject[]).map((v) => v.name)).toEqual(["vault1"]);
  const properties = { ...(bodyOf(vault()).properties as JsonObject), createMode: "recover" };
  expect((await put(vault(), { properties })).status).toBe(201);
  expect(kept()).toEqual([]);
  bench.azure.clock.advance(60_000);
  await bench.done("DELETE", vault());
  const purge = `${bench.subscription}/providers/Microsoft.KeyVault/locations/westeurope/deletedVaults/vault1/purge?api-version=2024-11-01`;
  expect((await bench.send("POST", purge)).status).toBe(200);
  expect(kept()).toEqual([]);
  expect((await bench.send("POST", purge)).status).toBe(404);
  expect((await put(vault())).status).toBe(201);
  bench.azure.clock.advance(60_000);
  await bench.done("DELETE", vault());
  bench.azure.clock.advance(7 * DAY);
  expect(kept()).toEqual([]);
});

test("a vault with purge protection cannot be purged", async () => {
  const properties = { ...(bodyOf(vault()).properties as JsonObject), enablePurgeProtection: true };
  await bench.done("PUT", vault(), { ...bodyOf(vault()), properties });
  await bench.done("DELETE", vault());
  const purge = `${bench.subscription}/providers/Microsoft.KeyVault/locations/westeurope/deletedVaults/vault1/purge?api-version=2024-11-01`;
  expect((await bench.send("POST", purge)).status).toBe(400);
  expect(kept()).toEqual(["vault1"]);
});

test("a workspace with user-assigned identity only is deleted for good", async () => {
  await bench.done("DELETE", workspace());
  expect(kept()).toEqual([]);
  expect((await put(workspace())).status).toBe(201);
});

test("a workspace with a system-assigned identity keeps its name for 14 days, or until it is purged", async () => {
  await bench.done("DELETE", workspace());
  const identity = { type: "SystemAssigned" };
  await bench.done("PUT", workspace(), { ...bodyOf(workspace()), identity });
  await bench.done("DELETE", workspace());
  expect(kept()).toEqual(["ml-team"]);
  expect((await put(workspace(), { identity })).status).toBe(409);
  expect((await bench.send("DELETE", workspace("&forceToPurge=true"))).status).toBe(204);
  expect(kept()).toEqual([]);
  await bench.done("PUT", workspace(), { ...bodyOf(workspace()), identity });
  await bench.done("DELETE", workspace("&forceToPurge=true"));
  expect(kept()).toEqual([]);
});

test("a log workspace comes back with its customer id; force deletes it for good, but only while it lives", async () => {
  const customer = async (): Promise<unknown> =>
    ((await bench.send("GET", logs())).body.properties as JsonObject).customerId;
  const before = await customer();
  await bench.done("DELETE", logs());
  expect(kept()).toEqual(["logs"]);
  await bench.done("DELETE", logs("&force=true"));
  expect(kept()).toEqual(["logs"]);
  await bench.done("PUT", logs(), bodyOf(logs()));
  expect([await customer(), kept()]).toEqual([before, []]);
  await bench.done("DELETE", logs("&force=true"));
  expect(kept()).toEqual([]);
  await bench.done("PUT", logs(), bodyOf(logs()));
  expect(await customer()).not.toBe(before);
});

test("deleting the group soft-deletes what is in it", async () => {
  await bench.done("DELETE", `${bench.subscription}/resourceGroups/g?api-version=2024-03-01`);
  expect(kept().sort()).toEqual(["logs", "vault1"]);
});
