import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { JsonObject } from "../../../local/azure";
import { deploy, estate } from "./estate";
import { Bench, codeOf, messageOf } from "./support";

let bench: Bench;
beforeAll(async () => {
  bench = await Bench.start();
  await deploy(bench);
});
afterAll(() => bench.stop());

const location = "westeurope";
const account = { location, sku: { name: "Standard_LRS" }, kind: "StorageV2" };
const STORE = "Microsoft.Storage/storageAccounts/datastore1";
const CI = "Microsoft.MachineLearningServices/workspaces/ml-team/computes";

/** What is refused: method, path in the group, version, body, status, code. */
const refusals: [
  what: string,
  method: string,
  path: string,
  version: string,
  body: JsonObject | undefined,
  status: number,
  code: string,
][] = [
  ["no api-version", "GET", STORE, "", undefined, 400, "MissingApiVersionParameter"],
  ["an unknown api-version", "GET", STORE, "1999-01-01", undefined, 400, "NoRegisteredProviderFound"],
  ["an unknown type", "GET", "Microsoft.Storage/nothing/x", "2024-01-01", undefined, 404, "InvalidResourceType"],
  [
    "a resource that is not there",
    "GET",
    "Microsoft.Storage/storageAccounts/other",
    "2024-01-01",
    undefined,
    404,
    "ResourceNotFound",
  ],
  [
    "a bad name",
    "PUT",
    "Microsoft.Storage/storageAccounts/Upper-Case",
    "2024-01-01",
    account,
    400,
    "InvalidResourceName",
  ],
  [
    "no location",
    "PUT",
    "Microsoft.Storage/storageAccounts/other",
    "2024-01-01",
    { sku: { name: "Standard_LRS" }, kind: "StorageV2" },
    400,
    "LocationRequired",
  ],
  [
    "an unknown region",
    "PUT",
    "Microsoft.Storage/storageAccounts/other",
    "2024-01-01",
    { ...account, location: "moon" },
    400,
    "LocationNotAvailableForResourceType",
  ],
  [
    "another region for what exists",
    "PUT",
    STORE,
    "2024-01-01",
    { ...account, location: "eastus" },
    409,
    "InvalidResourceLocation",
  ],
  [
    "a missing property",
    "PUT",
    "Microsoft.Storage/storageAccounts/other",
    "2024-01-01",
    { location, kind: "StorageV2" },
    400,
    "InvalidRequestContent",
  ],
  [
    "a read-only property",
    "PUT",
    STORE,
    "2024-01-01",
    { ...account, properties: { primaryLocation: location } },
    400,
    "InvalidRequestContent",
  ],
  [
    "a provisioning state",
    "PUT",
    STORE,
    "2024-01-01",
    { ...account, properties: { provisioningState: "Succeeded" } },
    400,
    "InvalidRequestContent",
  ],
  [
    "another name in the body",
    "PUT",
    STORE,
    "2024-01-01",
    { ...account, name: "other" },
    400,
    "MismatchingResourceName",
  ],
  [
    "a change of what is fixed",
    "PUT",
    `${CI}/ada-ci`,
    "2025-12-01",
    {
      location,
      properties: {
        computeType: "ComputeInstance",
        properties: { vmSize: "Standard_NC8as_T4_v3", idleTimeBeforeShutdown: "PT30M" },
      },
    },
    409,
    "PropertyChangeNotAllowed",
  ],
  [
    "an outer resource that is not there",
    "PUT",
    "Microsoft.Batch/batchAccounts/none/pools/p",
    "2024-07-01",
    { properties: { vmSize: "Standard_NC4as_T4_v3", deploymentConfiguration: { virtualMachineConfiguration: {} } } },
    404,
    "ParentResourceNotFound",
  ],
  [
    "a linked resource that is not there",
    "PUT",
    "Microsoft.App/jobs/other",
    "2025-02-02-preview",
    {
      location,
      properties: {
        environmentId: "/nowhere",
        configuration: { triggerType: "Manual", replicaTimeout: 60 },
        template: { containers: [] },
      },
    },
    400,
    "LinkedResourceNotFound",
  ],
  [
    "public containers where the account forbids them",
    "PUT",
    `${STORE}/blobServices/default/containers/open`,
    "2024-01-01",
    { properties: { publicAccess: "Blob" } },
    409,
    "PublicAccessNotPermitted",
  ],
  [
    "deleting a storage service",
    "DELETE",
    `${STORE}/blobServices/default`,
    "2024-01-01",
    undefined,
    405,
    "MethodNotAllowed",
  ],
  [
    "an environment that is in use",
    "DELETE",
    "Microsoft.App/managedEnvironments/apps",
    "2025-02-02-preview",
    undefined,
    409,
    "ManagedEnvironmentHasContainerApps",
  ],
  [
    "an environment's storage that is in use",
    "DELETE",
    "Microsoft.App/managedEnvironments/apps/storages/data",
    "2025-02-02-preview",
    undefined,
    409,
    "ManagedEnvironmentStorageInUse",
  ],
  [
    "a retired size",
    "PUT",
    `${CI}/old-ci`,
    "2025-12-01",
    { location, properties: { computeType: "ComputeInstance", properties: { vmSize: "Standard_NC6s_v3" } } },
    400,
    "VMSizeNotSupported",
  ],
  [
    "five schedules",
    "PUT",
    `${CI}/busy-ci`,
    "2025-12-01",
    {
      location,
      properties: {
        computeType: "ComputeInstance",
        properties: { vmSize: "Standard_D2s_v5", schedules: { computeStartStop: [{}, {}, {}, {}, {}] } },
      },
    },
    400,
    "ValidationError",
  ],
  [
    "idle shutdown after a minute",
    "PUT",
    `${CI}/fast-ci`,
    "2025-12-01",
    {
      location,
      properties: {
        computeType: "ComputeInstance",
        properties: { vmSize: "Standard_D2s_v5", idleTimeBeforeShutdown: "PT1M" },
      },
    },
    400,
    "ValidationError",
  ],
  [
    "a GPU on Container Instances",
    "PUT",
    "Microsoft.ContainerInstance/containerGroups/gpu",
    "2025-09-01",
    {
      location,
      properties: {
        osType: "Linux",
        containers: [{ name: "c", properties: { resources: { requests: { gpu: { count: 1, sku: "V100" } } } } }],
      },
    },
    400,
    "GpuNotSupported",
  ],
  [
    "A100 where there is none",
    "PUT",
    "Microsoft.App/managedEnvironments/big",
    "2025-02-02-preview",
    { location, properties: { workloadProfiles: [{ name: "a", workloadProfileType: "Consumption-GPU-NC24-A100" }] } },
    400,
    "WorkloadProfileNotSupportedInRegion",
  ],
  [
    "counts of a serverless profile",
    "PUT",
    "Microsoft.App/managedEnvironments/big",
    "2025-02-02-preview",
    {
      location,
      properties: {
        workloadProfiles: [{ name: "t", workloadProfileType: "Consumption-GPU-NC8as-T4", minimumCount: 0 }],
      },
    },
    400,
    "WorkloadProfilePropertyNotSupported",
  ],
  [
    "a workflow whose action waits for nothing known",
    "PUT",
    "Microsoft.Logic/workflows/bad",
    "2019-05-01",
    {
      location,
      properties: {
        definition: {
          $schema: "https://x/schemas/y",
          triggers: {},
          actions: { a: { runAfter: { b: ["Succeeded"] } } },
        },
      },
    },
    400,
    "InvalidTemplate",
  ],
];

describe("what Azure refuses", () => {
  for (const [what, method, path, version, body, status, code] of refusals) {
    test(what, async () => {
      const reply = await bench.send(method, `${bench.inGroup(path)}${version && `?api-version=${version}`}`, body);
      expect([reply.status, codeOf(reply)]).toEqual([status, code]);
    });
  }

  test("names that are taken elsewhere", async () => {
    const other = `${bench.subscription}/resourceGroups/h`;
    await bench.done("PUT", `${other}?api-version=2024-03-01`, { location });
    const registry = await bench.send(
      "PUT",
      `${other}/providers/Microsoft.ContainerRegistry/registries/Images1?api-version=2023-01-01-preview`,
      { location, sku: { name: "Basic" } },
    );
    expect([registry.status, codeOf(registry)]).toEqual([409, "AlreadyInUse"]);
    const storage = await bench.send("PUT", `${other}/providers/${STORE}?api-version=2024-01-01`, account);
    expect([storage.status, codeOf(storage), messageOf(storage)]).toEqual([
      409,
      "StorageAccountAlreadyTaken",
      "The storage account named datastore1 is already taken.",
    ]);
    const batch = await bench.send(
      "PUT",
      `${other}/providers/Microsoft.Batch/batchAccounts/batch1?api-version=2024-07-01`,
      { location: "eastus" },
    );
    expect(batch.status).toBe(202);
    const check = await bench.send(
      "POST",
      `${bench.subscription}/providers/Microsoft.Storage/checkNameAvailability?api-version=2024-01-01`,
      { name: "datastore1", type: "Microsoft.Storage/storageAccounts" },
    );
    expect(check.body).toEqual({
      nameAvailable: false,
      reason: "AlreadyExists",
      message: "The name 'datastore1' is already taken.",
    });
  });

  test("a group that is not there", async () => {
    const reply = await bench.send(
      "PUT",
      `${bench.subscription}/resourceGroups/none/providers/${STORE}?api-version=2024-01-01`,
      account,
    );
    expect([reply.status, codeOf(reply), messageOf(reply)]).toEqual([
      404,
      "ResourceGroupNotFound",
      "Resource group 'none' could not be found.",
    ]);
  });

  test("a body that is not JSON", async () => {
    const headers = { Authorization: `Bearer ${await bench.token()}` };
    const reply = await bench.raw(`${bench.inGroup(STORE)}?api-version=2024-01-01`, { method: "PUT", headers }, "{");
    expect([reply.status, codeOf(reply)]).toEqual([400, "InvalidRequestContent"]);
  });
});

describe("every type of the estate", () => {
  test("is read back as it was sent, with Azure's additions and without secrets", async () => {
    for (const { path, body } of estate(bench)) {
      const reply = await bench.send("GET", path);
      expect(reply.status, path).toBe(200);
      expect(reply.body, path).toMatchObject(withoutSecrets(body));
      expect(JSON.stringify(reply.body), path).not.toMatch(/hush|c2VjcmV0/);
    }
  });

  test("does not change when it is put again", async () => {
    for (const { path, body } of estate(bench)) {
      const before = (await bench.send("GET", path)).body;
      const again = await bench.done("PUT", path, body);
      expect([200, 202], path).toContain(again.status);
      const after = (await bench.send("GET", path)).body;
      const changing =
        /"(modifiedOn|modifiedDate|updatedOn|changedTime|version|lastModified\w*|latest\w*|\w+TransitionTime|startTime|timestamp|lastKeySync)":"[^"]*"/g;
      expect(JSON.stringify(after).replace(changing, ""), path).toBe(JSON.stringify(before).replace(changing, ""));
    }
  });

  test("takes tags by PATCH and loses one that is null", async () => {
    const path = `${bench.inGroup(STORE)}?api-version=2024-01-01`;
    const reply = await bench.send("PATCH", path, { tags: { owner: null, extra: "1" } });
    expect(reply.body.tags).toEqual({ "cost-centre": "4711", estate: "test", extra: "1" });
    await bench.send("PATCH", path, { tags: { owner: "ml@example.com", extra: null } });
  });

  test("a pool's scale settings are replaced as a whole", async () => {
    const path = `${bench.inGroup("Microsoft.Batch/batchAccounts/batch1/pools/train")}?api-version=2024-07-01`;
    const before = ((await bench.send("GET", path)).body.properties as JsonObject).scaleSettings as JsonObject;
    const fixed = { fixedScale: { targetDedicatedNodes: 0, targetLowPriorityNodes: 2 } };
    const reply = await bench.send("PATCH", path, { properties: { scaleSettings: fixed } });
    expect(reply.body.properties).toMatchObject({
      scaleSettings: fixed,
      currentLowPriorityNodes: 2,
      allocationState: "Steady",
    });
    expect((await bench.send("PATCH", path, { properties: { scaleSettings: before } })).body.properties).toMatchObject({
      currentLowPriorityNodes: 0,
    });
  });

  test("is listed in its group, its subscription and its outer resource", async () => {
    const names = async (path: string): Promise<unknown[]> =>
      ((await bench.send("GET", path)).body.value as JsonObject[]).map((r) => r.name);
    expect(await names(`${bench.subscription}/providers/Microsoft.Logic/workflows?api-version=2019-05-01`)).toEqual([
      "tick",
    ]);
    expect(await names(`${bench.inGroup(STORE)}/blobServices?api-version=2024-01-01`)).toEqual(["default"]);
    expect(await names(`${bench.inGroup(STORE)}/blobServices/default/containers?api-version=2024-01-01`)).toEqual([
      "inputs",
    ]);
    expect(await names(`${bench.inGroup("Microsoft.Logic/workflows/tick/triggers")}?api-version=2019-05-01`)).toEqual([
      "every",
    ]);
    const tagged = await names(
      `${bench.subscription}/resources?api-version=2021-04-01&$filter=${encodeURIComponent("resourceType eq 'Microsoft.Compute/virtualMachines'")}`,
    );
    expect(tagged).toEqual(["byhand"]);
  });
});

test("a key is listed and stays the same; the admin user must be on for a registry's", async () => {
  const keys = (): Promise<unknown> =>
    bench.send("POST", `${bench.inGroup(STORE)}/listKeys?api-version=2024-01-01`).then((r) => r.body.keys);
  expect(await keys()).toEqual(await keys());
  const registry = await bench.send(
    "POST",
    `${bench.inGroup("Microsoft.ContainerRegistry/registries/images1/listCredentials")}?api-version=2023-01-01-preview`,
  );
  expect([registry.status, codeOf(registry)]).toEqual([400, "UnAuthorizedForCredentialOperations"]);
});

test("deletion answers 204 for what is not there and 404 where the group is not", async () => {
  const gone = await bench.send(
    "DELETE",
    `${bench.inGroup("Microsoft.Storage/storageAccounts/never")}?api-version=2024-01-01`,
  );
  expect(gone.status).toBe(204);
  const group = await bench.send("DELETE", `${bench.subscription}/resourceGroups/never?api-version=2024-03-01`);
  expect(group.status).toBe(404);
});

/** The body as GET may show it. */
function withoutSecrets(body: JsonObject): JsonObject {
  return JSON.parse(
    JSON.stringify(body, (name, value: unknown) =>
      name === "accountKey" ||
      name === "token" ||
      (name === "value" && value === "hush") ||
      name === "userAssignedIdentities"
        ? undefined
        : value,
    ),
  ) as JsonObject;
}
