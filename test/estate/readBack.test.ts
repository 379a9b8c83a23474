import { afterAll, beforeAll, expect, test } from "vitest";
import type { JsonObject } from "../../local/azure";
import type { ResourceState } from "../../local/host";
import { findResource, pathInputs, pathOf, type Resource } from "../../local/provider/resources";
import { faultsOf } from "./compare";
import { clientsOf, namespaces, readers, type Id } from "./readers";
import { errorsOf, openDesk, request, type Desk } from "./support";

/*
 * Every resource that the real program deploys is read back, by the official client of its namespace and by a plain
 * GET; each value that was declared is there.
 */

let desk: Desk;
/** What is there, by id. */
let deployed: Map<string, JsonObject>;
/** What was declared: the state's inputs, by id. */
let declared: Map<string, { resource: ResourceState; row: Resource }>;
beforeAll(async () => {
  desk = await openDesk({ stack: "local", withoutPolicies: true });
  expect(errorsOf(await desk.up())).toEqual([]);
  deployed = new Map(desk.azure.resources().map((resource) => [String(resource.id), resource]));
  declared = new Map(
    desk.state().flatMap((resource) => {
      const row = findResource(resource.type);
      return row && resource.id ? [[resource.id, { resource, row }]] : [];
    }),
  );
}, 120_000);
afterAll(() => desk?.close());

/** The mount is written by a deployment, whose template has the key that this program must never see. */
const mount = "Microsoft.App/managedEnvironments/storages";

test("what is there is what was declared, and the mount that a deployment makes", () => {
  const undeclared = [...deployed].filter(([id]) => !declared.has(id)).map(([, { type }]) => type);
  expect(undeclared).toEqual([mount]);
  const missing = [...declared.keys()].filter((id) => !deployed.has(id));
  expect(missing).toEqual([]);
  expect(deployed.size).toBeGreaterThan(55);
});

test("each deployed type of the clients' namespaces has a reader, and each reader a deployed type", () => {
  const types = new Set([...deployed.values()].map(({ type }) => String(type)));
  const covered = [...types].filter((type) => namespaces.includes(type.split("/")[0] ?? ""));
  expect(covered.sort()).toEqual(Object.keys(readers).sort());
});

test("the official clients read back what was declared", async () => {
  const clients = clientsOf(desk);
  const used = new Set<string>();
  const faults: string[] = [];
  let count = 0;
  for (const [id, { resource, row }] of declared) {
    const reader = readers[row.type];
    if (!reader?.read) continue;
    const seen = new Set<string>();
    const read = (await reader.read(clients, idOf(id))) as { id?: string };
    faults.push(...judge(id, resource, row, read, reader, seen));
    for (const name of seen) used.add(`${row.type} ${name}`);
    count += 1;
  }
  expect(faults).toEqual([]);
  expect(count).toBeGreaterThan(40);
  const names = Object.entries(readers).flatMap(([type, { renamed, unseen }]) =>
    [...Object.keys(renamed ?? {}), ...Object.keys(unseen ?? {})].map((name) => `${type} ${name}`),
  );
  expect([...used].sort()).toEqual(names.sort());
});

test("the official client reads the mount back, without its key", async () => {
  const made = [...deployed.values()].find(({ type }) => type === mount);
  const inputsOf = (token: string) => desk.state().find(({ type }) => type === token)?.inputs;
  const { properties } = (await readers[mount]!.read!(clientsOf(desk), idOf(String(made?.id)))) as JsonObject;
  const share = inputsOf("azure-native:storage:FileShare");
  expect(properties).toEqual({
    azureFile: { accountName: share?.accountName, shareName: share?.shareName, accessMode: "ReadWrite" },
  });
});

/** Azure runs a template but does not keep it. */
const unseen: Readonly<Record<string, Record<string, string>>> = {
  "Microsoft.Resources/deployments": { "properties.template": "not kept" },
};

test("a plain GET reads back what was declared, of every type and with the API version that it was written with", async () => {
  const faults: string[] = [];
  for (const [id, { resource, row }] of declared) {
    const { status, body: read } = await request(desk, "GET", `${id}?api-version=${row.apiVersion}`);
    expect(status).toBe(200);
    const inside = row.whole ? {} : (read.properties as JsonObject);
    const names = { renamed: row.rename, unseen: unseen[row.type] };
    faults.push(...judge(id, resource, row, { ...read, ...inside, id: read.id }, names));
  }
  expect(faults).toEqual([]);
});

function judge(
  id: string,
  { urn, inputs = {} }: ResourceState,
  row: Resource,
  read: { id?: unknown },
  names: Parameters<typeof faultsOf>[2],
  used?: Set<string>,
): string[] {
  const label = urn.split("::").pop() ?? urn;
  const { subscriptionId } = desk.azure;
  // What is in the path is in the id, and the API version says how it was asked for.
  const apart = [...pathInputs(row).filter((name) => !row.pathInBody.includes(name)), "azureApiVersion"];
  const values = Object.entries(inputs).filter(([key]) => !apart.includes(key) && !key.startsWith("__"));
  // Azure keeps custom roles at the subscription, wherever they may be assigned.
  const scope = row.type === "Microsoft.Authorization/roleDefinitions" && { scope: `/subscriptions/${subscriptionId}` };
  const ids = [pathOf(row, { ...inputs, ...scope }, subscriptionId), read.id];
  return [
    ...ids.filter((one) => one !== id).map((one) => `${label}: its id is ${id}, but found is ${String(one)}`),
    ...faultsOf(Object.fromEntries(values), read, names, used).map((fault) => `${label} (${row.type}) ${fault}`),
  ];
}

function idOf(id: string): Id {
  const [, , , , group = "", ...rest] = id.split("/");
  const names = rest.slice(rest.lastIndexOf("providers") + 2).filter((_, index) => index % 2 === 1);
  return { id, group, names };
}

test("a value that differs, is missing, or is one too many in a list would be told", () => {
  const declared = { sku: { name: "Basic" }, sizes: [1, 2], tags: { owner: "ml" }, from: "2026-11-01T00:00:00Z" };
  expect(faultsOf(declared, { ...declared, from: new Date("2026-11-01"), more: true })).toEqual([]);
  expect(faultsOf(declared, { sku: { name: "Premium" }, sizes: [1, 2, 3], from: new Date("2026-12-01") })).toEqual([
    'sku.name: declared "Basic", read "Premium"',
    "sizes: declared [1,2], read [1,2,3]",
    'tags: declared {"owner":"ml"}, read undefined',
    'from: declared "2026-11-01T00:00:00Z", read "2026-12-01T00:00:00.000Z"',
  ]);
  const names = { renamed: { sku: "tier.sku" }, unseen: { tags: "secret" } };
  expect(faultsOf({ sku: 1, tags: 2 }, { tier: { sku: 1 } }, names)).toEqual([]);
});
