import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { AzureNative } from "../../../local/provider/azureNative";
import { InitFailed } from "../../../local/provider/provider";
import { subjectOf } from "../../../local/provider/server";
import { secret, unknown, type Properties } from "../../../local/provider/values";
import { FakeAzure, type Pace } from "./fakeAzure";
import { group, samples } from "./samples";

let azure: FakeAzure;
let provider: AzureNative;
const seed = Buffer.from("a seed");

const subject = (type: string, name = "thing") =>
  subjectOf(`urn:pulumi:local::lights-out::lights-out:index:Parent$azure-native:${type}::${name}`);
const check = async (type: string, news: Properties, olds: Properties = {}, name = "thing") =>
  (await provider.check(subject(type, name), olds, news, seed)).inputs;
const create = (type: string, inputs: Properties) => provider.create(subject(type), inputs, false);
const update = (type: string, id: string, inputs: Properties) =>
  provider.update(subject(type), id, { inputs: {}, outputs: {} }, inputs, false);

beforeAll(async () => {
  azure = await FakeAzure.start();
});
beforeEach(() => {
  azure.reset();
  provider = new AzureNative(() => azure.settings);
});
afterEach(() => provider.close());
afterAll(() => azure.stop());

describe("check", () => {
  it("names as azure-native does: random with a mark, a UUID, or the program's own name", async () => {
    const account = await check("batch:BatchAccount", { resourceGroupName: "gpu", location: "westeurope" });
    expect(account.accountName).toMatch(/^thing[0-9a-f]{8}$/);
    expect(account.__createBeforeDelete).toBe(true);
    const pool = await check("batch:Pool", { resourceGroupName: "gpu", accountName: "b" });
    expect(pool).toEqual({
      resourceGroupName: "gpu",
      accountName: "b",
      poolName: "thing",
      azureApiVersion: "2024-07-01",
    });
    const role = await check("authorization:RoleAssignment", { scope: group, principalId: "p", roleDefinitionId: "r" });
    expect(role.roleAssignmentName).toMatch(/^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/);
  });

  it("gives the same name for the same seed, another for another, and keeps the one there is", async () => {
    const news = { resourceGroupName: "gpu", location: "westeurope" };
    const first = await check("batch:BatchAccount", news);
    expect(await check("batch:BatchAccount", news)).toEqual(first);
    const other = await provider.check(subject("batch:BatchAccount"), {}, news, Buffer.from("another"));
    expect(other.inputs.accountName).not.toBe(first.accountName);
    const kept = await provider.check(subject("batch:BatchAccount"), first, news, Buffer.from("another"));
    expect(kept.inputs).toEqual(first);
    const given = await check("batch:BatchAccount", { ...news, accountName: "mine" }, first);
    expect(given).toEqual({ ...news, accountName: "mine", azureApiVersion: "2024-07-01" });
  });

  it("takes the location from the old inputs, the configuration, or the resource group", async () => {
    const news = { resourceGroupName: "gpu", accountName: "b" };
    azure.resources.set(group, { id: group, location: "uksouth" });
    expect((await check("batch:BatchAccount", news)).location).toBe("uksouth");
    expect((await check("batch:BatchAccount", { ...news, resourceGroupName: unknown })).location).toBe(unknown);
    expect((await check("batch:BatchAccount", news, { ...news, location: "eastus" })).location).toBe("eastus");
    provider.configure({ location: "westus3" });
    expect((await check("batch:BatchAccount", news)).location).toBe("westus3");
    expect(azure.lines()).toEqual([`GET ${group}`]);
  });

  it("says what is missing", async () => {
    const { failures } = await provider.check(subject("batch:Pool"), {}, { accountName: "b" }, seed);
    expect(failures).toEqual([
      { property: "resourceGroupName", reason: "missing required property 'resourceGroupName'" },
    ]);
    await expect(check("network:VirtualNetwork", {})).rejects.toThrow(
      /^azure-native:network:VirtualNetwork is not among the resource types of the local provider\. Known: app:ContainerApp, /,
    );
  });
});

describe("create, read, update and delete", () => {
  const type = "batch:Pool";
  const inputs = samples[type];
  const id = `${group}/providers/Microsoft.Batch/batchAccounts/gpubatch/pools/spot`;

  it.each<Pace>(["at once", "async-operation", "location", "state"])("follow Azure to the end (%s)", async (pace) => {
    azure.pace = pace;
    const created = await create(type, inputs);
    expect(created.id).toBe(id);
    expect(created.outputs).toMatchObject({ id, name: "spot", provisioningState: "Succeeded", vmSize: inputs.vmSize });
    const updated = await update(type, id, { ...inputs, displayName: "new" });
    expect(updated).toMatchObject({ displayName: "new", provisioningState: "Succeeded" });
    await provider.delete(subject(type), id);
    expect([...azure.resources.keys()]).toEqual([]);
    await provider.delete(subject(type), id); // nothing there is as good
    const { method, path, apiVersion } = azure.seen[0];
    expect([method, path, apiVersion]).toEqual(["PUT", id, "2024-07-01"]);
  });

  it("writes the defaults back where Azure deletes nothing", async () => {
    const type = "storage:BlobServiceProperties";
    const { id } = await create(type, samples[type]);
    await provider.delete(subject(type), id);
    expect(azure.seen.map(({ method, path, body }) => [method, path, body]).slice(1)).toEqual([
      ["PUT", id, { properties: { cors: { corsRules: [] }, deleteRetentionPolicy: { enabled: false } } }],
    ]);
    azure.faults = [404];
    await provider.delete(subject(type), id); // its account is gone
  });

  it("shows in a preview what the inputs tell, sends nothing, and keeps in an update what Azure added", async () => {
    const created = await provider.create(subject(type), { ...inputs, displayName: unknown }, true);
    expect(created.outputs).toMatchObject({ vmSize: inputs.vmSize, displayName: unknown });
    expect(Object.keys(created.outputs)).not.toContain("accountName");
    expect(Object.keys(created.outputs)).not.toContain("name");
    const old = { inputs, outputs: { id, name: "spot", currentDedicatedNodes: 0, displayName: "old" } };
    const updated = await provider.update(subject(type), id, old, { ...inputs, displayName: "new" }, true);
    expect(updated).toMatchObject({ name: "spot", currentDedicatedNodes: 0, displayName: "new" });
    expect(azure.seen).toEqual([]);
  });

  it("finds a resource by its inputs, as a look-up after a crash has to", async () => {
    expect(await provider.read(subject(type), "", inputs, {})).toBeUndefined();
    azure.pace = "state";
    const interrupted = create(type, inputs);
    await expect.poll(() => azure.resources.size).toBe(1);
    const found = await provider.read(subject(type), "", inputs, {});
    expect(found).toMatchObject({ id, inputs, outputs: { provisioningState: "Succeeded" } });
    await interrupted;
  });

  it("reads what was changed by hand into the inputs, and nothing else", async () => {
    const { outputs } = await create(type, inputs);
    const live = azure.resources.get(id)!;
    azure.resources.set(id, { ...live, properties: { ...(live.properties as Properties), vmSize: "STANDARD_B1S" } });
    const found = await provider.read(subject(type), id, inputs, outputs);
    expect(found!.inputs).toEqual({ ...inputs, vmSize: "STANDARD_B1S" });
    azure.resources.delete(id);
    expect(await provider.read(subject(type), id, inputs, outputs)).toBeUndefined();
  });

  it("sends secrets as they are, and marks what Azure gives back of them", async () => {
    const pool = { ...inputs, displayName: secret("hush") };
    const { outputs } = await create(type, pool);
    expect((azure.seen[0].body!.properties as Properties).displayName).toBe("hush");
    expect(outputs.displayName).toEqual(secret("hush"));
    expect(outputs.vmSize).toBe(inputs.vmSize);
  });

  it("hands over a resource that Azure made but did not bring up, and writes it again next time", async () => {
    azure.pace = "fails";
    const failure = await create(type, inputs).catch((error: unknown) => error);
    expect(failure).toBeInstanceOf(InitFailed);
    const { message, id: made, outputs } = failure as InitFailed;
    expect(message).toBe('Azure did not write Microsoft.Batch/batchAccounts/pools "thing": SkuNotAvailable: none left');
    expect(made).toBe(id);
    const { changes } = await provider.diff(subject(type), inputs, outputs, inputs);
    expect(changes).toEqual([{ path: "provisioningState", kind: "update", replaces: false }]);
  });
});

describe("passing failures", () => {
  const type = "managedidentity:UserAssignedIdentity";
  const inputs = samples[type];

  it.each([[[429]], [[500, 503]], [["drop" as const]], [["conflict" as const, 429]]])(
    "are borne: %j",
    async (faults) => {
      azure.faults = [...faults];
      const { id } = await create(type, inputs);
      expect(azure.seen.length).toBe(faults.length + 1);
      azure.faults = [...faults];
      await provider.delete(subject(type), id);
      expect(azure.resources.size).toBe(0);
    },
  );

  it("are told in one line when they do not pass", async () => {
    azure.faults = [503, 503, 503, 503];
    await expect(create(type, inputs)).rejects.toThrow(
      'Azure did not write Microsoft.ManagedIdentity/userAssignedIdentities "thing": 503 Faulty: as told',
    );
    azure.faults = ["drop", "drop", "drop", "drop"];
    await expect(create(type, inputs)).rejects.toThrow(
      `Azure did not write Microsoft.ManagedIdentity/userAssignedIdentities "thing": Unreachable: ` +
        `${azure.settings.endpoint} can't be reached: socket hang up`,
    );
  });

  it("end with the provider: once closed it sends nothing more", async () => {
    azure.pace = "never";
    const interrupted = create(type, inputs);
    const failed = expect(interrupted).rejects.toThrow("can't be reached");
    await expect.poll(() => azure.resources.size).toBe(1);
    provider.close();
    await failed;
    const sent = azure.seen.length;
    await expect(create(type, inputs)).rejects.toThrow("the provider was stopped");
    expect(azure.seen.length).toBe(sent);
  });

  it("are none when Azure refuses: that is told at once", async () => {
    azure.faults = [403];
    await expect(create(type, inputs)).rejects.toThrow("403 Faulty: as told");
    expect(azure.seen.length).toBe(1);
  });
});

describe("functions", () => {
  it("tells who one is, reads any type of the table, and calls actions", async () => {
    expect(await provider.invoke("azure-native:authorization:getClientConfig", {})).toEqual({
      clientId: azure.settings.clientId,
      tenantId: azure.settings.tenantId,
      subscriptionId: azure.settings.subscriptionId,
      objectId: "33333333-0000-0000-0000-000000000000",
    });
    await create("storage:StorageAccount", samples["storage:StorageAccount"]);
    const args = { resourceGroupName: "gpu", accountName: "gpudata" };
    const account = await provider.invoke("azure-native:storage:getStorageAccount", args);
    expect(account).toMatchObject({ name: "gpudata", enableHttpsTrafficOnly: true, azureApiVersion: "2024-01-01" });
    const keys = await provider.invoke("azure-native:storage:listStorageAccountKeys", args);
    expect(keys).toEqual({ keys: [{ keyName: "key1", value: "k" }] });
    expect(azure.lines().at(-1)).toBe(`POST ${group}/providers/Microsoft.Storage/storageAccounts/gpudata/listKeys`);
  });

  it("names what it does not know or find", async () => {
    await expect(provider.invoke("azure-native:network:getVirtualNetwork", {})).rejects.toThrow(
      /^azure-native:network:getVirtualNetwork is not among the functions of the local provider/,
    );
    const args = { resourceGroupName: "gpu", accountName: "none" };
    await expect(provider.invoke("azure-native:storage:getStorageAccount", args)).rejects.toThrow(
      /^azure-native:storage:getStorageAccount: there is no Microsoft\.Storage\/storageAccounts at /,
    );
  });
});
