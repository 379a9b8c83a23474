import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import type { JsonObject } from "../../../local/azure";
import { mark } from "../../../local/azure/lock";
import { deploy, estate } from "./estate";
import { Bench, codeOf } from "./support";

let folder: string;
let bench: Bench;
/** Slow enough that nothing ends unless a test moves the clock. */
const start = (): Promise<Bench> => Bench.start({ folder, speed: 0.001, requestsFile: join(folder, "requests.jsonl") });
beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), "azure-test-"));
  bench = await start();
});
afterEach(async () => {
  await bench.stop();
  rmSync(folder, { recursive: true });
});

const location = "westeurope";
const registry = (): string =>
  `${bench.inGroup("Microsoft.ContainerRegistry/registries/images1")}?api-version=2023-01-01-preview`;
const basic = { location, sku: { name: "Basic" } };
const stateOf = async (path: string): Promise<unknown> =>
  ((await bench.send("GET", path)).body.properties as JsonObject).provisioningState;
const local = (url: string | undefined): string => new URL(url ?? "").pathname + new URL(url ?? "").search;

test("an asynchronous operation: header, polling, the end at its time", async () => {
  await bench.group();
  const made = await bench.send("PUT", registry(), basic);
  expect(made.status).toBe(201);
  expect((made.body.properties as JsonObject).provisioningState).toBe("Creating");
  const poll = local(made.headers["azure-asyncoperation"]);
  expect((await bench.send("GET", poll)).body.status).toBe("InProgress");
  bench.azure.clock.advance(19_000);
  expect((await bench.send("GET", poll)).body.status).toBe("InProgress");
  bench.azure.clock.advance(1_000);
  const done = (await bench.send("GET", poll)).body;
  expect([done.status, Date.parse(String(done.endTime)) - Date.parse(String(done.startTime))]).toEqual([
    "Succeeded",
    20_000,
  ]);
  expect(await stateOf(registry())).toBe("Succeeded");
});

test("a Location: 202 until it has ended, then the resource", async () => {
  await bench.group();
  const path = `${bench.inGroup("Microsoft.Storage/storageAccounts/data1")}?api-version=2024-01-01`;
  const made = await bench.send("PUT", path, { location, sku: { name: "Standard_LRS" }, kind: "StorageV2" });
  expect([made.status, made.body]).toEqual([202, {}]);
  const poll = local(made.headers.location);
  expect((await bench.send("GET", poll)).status).toBe(202);
  bench.azure.clock.advance(20_000);
  const done = await bench.send("GET", poll);
  expect([done.status, done.body.name]).toEqual([200, "data1"]);
});

test("a resource in the middle of an operation cannot be changed, and nothing can be put into it", async () => {
  await bench.group();
  await bench.send("PUT", registry(), basic);
  const again = await bench.send("PUT", registry(), basic);
  expect([again.status, codeOf(again)]).toEqual([409, "AnotherOperationInProgress"]);
  const task = await bench.send("PUT", registry().replace("?", "/tasks/purge?").replace("2023-01-01", "2019-06-01"), {
    location,
    properties: { isSystemTask: true },
  });
  expect([task.status, codeOf(task)]).toEqual([409, "ParentProvisioningInProgress"]);
  bench.azure.clock.advance(20_000);
  const deletion = await bench.send("DELETE", registry());
  expect(deletion.status).toBe(202);
  expect(await stateOf(registry())).toBe("Deleting");
  expect((await bench.send("DELETE", registry())).headers.location).toBe(deletion.headers.location);
  bench.azure.clock.advance(10_000);
  expect((await bench.send("GET", registry())).status).toBe(404);
  expect((await bench.send("GET", local(deletion.headers.location))).status).toBe(200);
});

test("what runs carries on after a restart: the same clock, resources, principals, and operations that end", async () => {
  await bench.group();
  const made = await bench.send("PUT", registry(), basic);
  const poll = local(made.headers["azure-asyncoperation"]);
  bench.azure.clock.advance(5_000);
  const [before, deployer, id] = [bench.azure.clock.now().getTime(), bench.azure.deployer, bench.azure.subscriptionId];
  await bench.stop();
  bench = await start();
  expect(bench.azure.deployer).toEqual(deployer);
  expect(bench.azure.subscriptionId).toBe(id);
  expect(bench.azure.clock.now().getTime() - before).toBeLessThan(1_000);
  expect((await bench.send("GET", poll)).body.status).toBe("InProgress");
  expect(await stateOf(registry())).toBe("Creating");
  bench.azure.clock.advance(15_000);
  expect((await bench.send("GET", poll)).body.status).toBe("Succeeded");
  expect(await stateOf(registry())).toBe("Succeeded");
});

test("a process killed at any moment has kept what it answered; its lock does not stand in the way", async () => {
  const child = spawn(process.execPath, ["--import", "tsx", join(__dirname, "killed.ts"), join(folder, "killed")], {
    stdio: ["ignore", "pipe", "inherit"],
  });
  let printed = "";
  for await (const chunk of child.stdout) printed += String(chunk);
  expect(child.signalCode ?? (await once(child, "exit"))[1]).toBe("SIGKILL");
  const answered = printed.trim().split("\n");
  expect(answered.length).toBe(7);
  const again = await Bench.start({ folder: join(folder, "killed"), speed: 0.001 });
  expect(again.azure.resources().map((r) => r.name)).toEqual(["g", ...answered.slice(1)]);
  await again.stop();
});

test("a folder serves one process at a time", async () => {
  writeFileSync(join(folder, "process.lock"), mark(process.ppid));
  await expect(start()).rejects.toThrow(`is already running, as process ${process.ppid}: stop it, or use it`);
  // The same identifier, but a process that began at another time: it is gone.
  writeFileSync(join(folder, "process.lock"), `${process.ppid} 1`);
  await (await start()).stop();
});

test("deleting a group removes what is inside, breaks off what runs, and leaves role assignments", async () => {
  await deploy(bench);
  await bench.send("PATCH", registry(), { tags: { a: "1" } });
  const scope = `${bench.subscription}/resourceGroups/g`;
  const deletion = await bench.send("DELETE", `${scope}?api-version=2024-03-01`);
  const inside = await bench.send(
    "PUT",
    `${bench.inGroup("Microsoft.Storage/storageAccounts/late1")}?api-version=2024-01-01`,
    { location, sku: { name: "Standard_LRS" }, kind: "StorageV2" },
  );
  expect([inside.status, codeOf(inside)]).toEqual([409, "ResourceGroupBeingDeleted"]);
  bench.azure.clock.advance(60_000);
  expect((await bench.send("GET", local(deletion.headers.location))).status).toBe(200);
  expect(bench.azure.resources().map((r) => r.type)).toEqual([
    "Microsoft.Insights/diagnosticSettings",
    "Microsoft.Authorization/roleDefinitions",
    "Microsoft.Authorization/roleAssignments",
    "Microsoft.Authorization/policyDefinitions",
  ]);
  expect(bench.azure.costPerHour()).toEqual({ total: 0, items: [] });
});

test("the record holds every request without a secret", async () => {
  await deploy(bench);
  const lines = readFileSync(join(folder, "requests.jsonl"), "utf8")
    .trim()
    .split("\n")
    .map((line) => JSON.parse(line) as JsonObject);
  expect(lines).toEqual(JSON.parse(JSON.stringify(bench.azure.requests)));
  expect(lines.length).toBe(estate(bench).length + 1);
  expect(lines[0]).toEqual({
    time: "2026-11-02T08:00:00.000Z",
    method: "PUT",
    url: `${bench.subscription}/resourceGroups/g?api-version=2024-03-01`,
    status: 201,
    principal: bench.azure.deployer.objectId,
    body: { location },
  });
  expect(JSON.stringify(lines)).not.toMatch(/hush|c2VjcmV0/);
  const storage = lines.find((line) => String(line.url).includes("/storages/data"));
  expect((storage?.body as { properties: JsonObject }).properties.azureFile).toEqual({
    accountName: "datastore1",
    accountKey: "***",
    shareName: "data",
    accessMode: "ReadWrite",
  });
});
