import { afterAll, beforeAll, expect, test } from "vitest";
import { destroy, Killed } from "../../local/host";
import { teardown } from "../../teardown/teardown";
import { errorsOf, openDesk, request, writes, type Desk } from "./support";

/* The teardown of the real program's estate, stopped on its way, and with what people have made by hand beside it. */

const estate = "lights-out-local";
const location = "swedencentral";
const contributor = "b24988ac-6180-42a0-ab88-20f7382dd24c";
const assignments = "providers/Microsoft.Authorization/roleAssignments";

let desk: Desk;
let subscription: string;
let group: string;
beforeAll(async () => {
  desk = await openDesk({ stack: "local", withoutPolicies: true });
  expect(errorsOf(await desk.up())).toEqual([]);
  subscription = `/subscriptions/${desk.azure.subscriptionId}`;
  group = stateOf("resources:ResourceGroup").id ?? "";
}, 120_000);
afterAll(() => desk?.close());

const stateOf = (type: string) => {
  const found = desk.state().find((resource) => resource.type === `azure-native:${type}`);
  if (!found) throw new Error(`the state has no ${type}`);
  return found;
};

const create = async (id: string, apiVersion: string, body: object): Promise<void> => {
  const { status } = await request(desk, "PUT", `${id}?api-version=${apiVersion}`, body);
  expect([id, [200, 201, 202].includes(status)]).toEqual([id, true]);
};

/** What people have made by hand, in the estate's group and elsewhere. */
async function makeByHand(): Promise<void> {
  const tags = { owner: "ml@example.com", "cost-centre": "4711", schedule: "office" };
  const vmSize = "Standard_D2s_v5";
  const inGroup = (rest: string) => `${group}/providers/${rest}`;
  await create(inGroup("Microsoft.Compute/virtualMachines/byhand"), "2024-11-01", {
    location,
    tags,
    properties: { hardwareProfile: { vmSize } },
  });
  await create(`${stateOf("machinelearningservices:Workspace").id}/computes/byhand`, "2025-12-01", {
    location,
    tags,
    properties: { computeType: "ComputeInstance", properties: { vmSize } },
  });
  await create(inGroup("Microsoft.KeyVault/vaults/byhandvault"), "2024-11-01", {
    location,
    properties: { tenantId: desk.azure.tenantId, sku: { family: "A", name: "standard" } },
  });
  await create(inGroup("Microsoft.OperationalInsights/workspaces/byhandlogs"), "2023-09-01", {
    location,
    properties: { sku: { name: "PerGB2018" } },
  });
  await create(`${subscription}/resourceGroups/elsewhere`, "2024-03-01", { location });
  await create(elsewhere.storage(), "2024-01-01", {
    location,
    tags: { estate },
    kind: "StorageV2",
    sku: { name: "Standard_LRS" },
    properties: {},
  });
  const roleDefinitionId = `${subscription}/providers/Microsoft.Authorization/roleDefinitions/${contributor}`;
  const { principalId } = stateOf("managedidentity:UserAssignedIdentity").outputs ?? {};
  await create(elsewhere.assignment(), "2022-04-01", {
    properties: { roleDefinitionId, principalId, principalType: "ServicePrincipal" },
  });
  await create(strangers(), "2022-04-01", {
    properties: { roleDefinitionId, principalId: "5f0a4f2e-8f0a-4d2b-9d3a-0f0e4d7c6a11", principalType: "User" },
  });
}

/** Ids of what a teardown must not touch, but must tell of. */
const elsewhere = {
  storage: () => `${subscription}/resourceGroups/elsewhere/providers/Microsoft.Storage/storageAccounts/byhandstore`,
  assignment: () => `${subscription}/resourceGroups/elsewhere/${assignments}/aaaaaaaa-0000-4000-8000-000000000002`,
};
const strangers = () => `${group}/${assignments}/aaaaaaaa-0000-4000-8000-000000000001`;

async function tearDown(stopAt?: string, how: () => Promise<void> = desk.destroy) {
  const said: string[] = [];
  const say = (line: string) => {
    said.push(line);
    if (stopAt !== undefined && line.startsWith(stopAt)) throw new Error("stopped");
  };
  const left = await teardown({ arm: desk.arm, estate, say, destroy: how });
  return { left, said };
}

const there = () => [
  ...desk.azure.resources().map(({ id }) => String(id)),
  ...desk.azure.softDeleted().map(({ id }) => id),
];

test("tells what it leaves, and takes along what was made by hand in the estate's group", async () => {
  await makeByHand();
  const { left, said } = await tearDown();
  expect(left.map(({ kind, id, softDeleted }) => `${kind} ${id} ${softDeleted}`).sort()).toEqual([
    `resource ${elsewhere.storage()} false`,
    `role assignment ${elsewhere.assignment()} false`,
  ]);
  // Azure keeps assignments at what is gone, and to whom is gone; those in the estate's own group go with it here.
  expect(said).toContain(`deleting: ${strangers()}`);
  expect(said.filter((line) => line.startsWith("left: ")).length).toBe(2);
  expect(said.at(-1)).toBe(`2 things are left of ${estate}`);
  const others = [`${subscription}/resourceGroups/elsewhere`, elsewhere.storage(), elsewhere.assignment()];
  expect(there().sort()).toEqual(others.sort());
});

test("a second teardown finds nothing to do, and nothing once the rest is deleted by hand", async () => {
  const from = desk.azure.requests.length;
  const second = await tearDown();
  expect(second.left.map(({ id }) => id)).toEqual([elsewhere.storage()]);
  expect(writes(desk, from)).toEqual([]);

  expect((await request(desk, "DELETE", `${elsewhere.assignment()}?api-version=2022-04-01`)).status).toBe(200);
  await request(desk, "DELETE", `${subscription}/resourceGroups/elsewhere?api-version=2024-03-01`);
  desk.azure.clock.advance(3_600_000);
  const third = await tearDown();
  expect(third).toEqual({ left: [], said: [`nothing is left of ${estate}`] });
  expect(there()).toEqual([]);
  expect(desk.azure.costPerHour().total).toBe(0);
});

test("stopped three times, it carries on", async () => {
  // All names can be had again, which shows that nothing was only soft-deleted.
  expect(errorsOf(await desk.up())).toEqual([]);
  const everything = there().length;
  expect(everything).toBeGreaterThan(55);
  group = stateOf("resources:ResourceGroup").id ?? "";

  // Before anything has gone.
  await expect(tearDown("deleting for good")).rejects.toThrow("stopped");
  expect(there().length).toBe(everything);

  // Killed half way through the destroy.
  const kill = new AbortController();
  let deletes = 0;
  desk.azure.onRequest = (_, method) => {
    if (method === "DELETE" && ++deletes === 25) kill.abort();
  };
  const killed = tearDown(undefined, async () => {
    await destroy({ ...desk.hostOptions, kill: kill.signal });
  });
  await expect(killed).rejects.toBeInstanceOf(Killed);
  desk.azure.onRequest = undefined;
  expect(there().length).toBeLessThan(everything);
  expect(there()).toContain(group);

  // Destroyed, but nothing purged yet.
  await expect(tearDown("purging")).rejects.toThrow("stopped");
  expect(desk.state()).toEqual([]);
  expect(desk.azure.resources()).toEqual([]);
  expect(desk.azure.softDeleted().map(({ type }) => type)).toEqual(["Microsoft.KeyVault/vaults"]);

  const { left, said } = await tearDown();
  expect(left).toEqual([]);
  expect(said.at(-1)).toBe(`nothing is left of ${estate}`);
  expect(there()).toEqual([]);
  expect(desk.azure.costPerHour().total).toBe(0);
});
