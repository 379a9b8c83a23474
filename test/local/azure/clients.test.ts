import { afterAll, beforeAll, expect, test } from "vitest";
import { ContainerAppsAPIClient } from "@azure/arm-appcontainers";
import { AuthorizationManagementClient } from "@azure/arm-authorization";
import { BatchManagementClient } from "@azure/arm-batch";
import { ContainerRegistryManagementClient } from "@azure/arm-containerregistry";
import { LogicManagementClient } from "@azure/arm-logic";
import { AzureMachineLearningWorkspaces, type ComputeInstance } from "@azure/arm-machinelearning";
import { StorageManagementClient } from "@azure/arm-storage";
import { deploy, ROLE } from "./estate";
import { Bench } from "./support";

/* The official clients, unchanged, over TLS: they read what was deployed, create, follow operations to the end and delete. */

let bench: Bench;
beforeAll(async () => {
  bench = await Bench.start();
  await deploy(bench);
});
afterAll(() => bench.stop());

const client = <T>(make: new (c: ReturnType<Bench["credential"]>, s: string, o: Bench["clientOptions"]) => T): T =>
  new make(bench.credential(), bench.azure.subscriptionId, bench.clientOptions);
const soon = { updateIntervalInMs: 2 };
async function all<T>(list: AsyncIterable<T>): Promise<T[]> {
  const found: T[] = [];
  for await (const one of list) found.push(one);
  return found;
}

test("arm-batch reads the account and its pool", async () => {
  const batch = client(BatchManagementClient);
  const account = await batch.batchAccountOperations.get("g", "batch1");
  expect(account.accountEndpoint).toBe("batch1.westeurope.batch.azure.com");
  expect(account.provisioningState).toBe("Succeeded");
  expect(account.allowedAuthenticationModes).toEqual(["AAD"]);
  const pool = await batch.poolOperations.get("g", "batch1", "train");
  expect(pool.vmSize).toBe("Standard_NC4as_T4_v3");
  expect(pool.scaleSettings?.autoScale?.formula).toBe("$TargetLowPriorityNodes=0;$TargetDedicatedNodes=0;");
  expect(pool.currentDedicatedNodes).toBe(0);
  expect((await all(batch.poolOperations.listByBatchAccount("g", "batch1"))).map((p) => p.name)).toEqual(["train"]);
});

test("arm-batch creates and deletes an account, following the Location", async () => {
  const batch = client(BatchManagementClient);
  const made = await batch.batchAccountOperations.beginCreateAndWait("g", "batch2", { location: "northeurope" }, soon);
  expect(made.nodeManagementEndpoint).toBe("batch2.northeurope.service.batch.azure.com");
  await batch.batchAccountOperations.beginDeleteAndWait("g", "batch2", soon);
  await expect(batch.batchAccountOperations.get("g", "batch2")).rejects.toMatchObject({
    statusCode: 404,
    code: "ResourceNotFound",
  });
});

test("arm-machinelearning reads, stops and starts a compute instance", async () => {
  const ml = client(AzureMachineLearningWorkspaces);
  const state = async (): Promise<string | undefined> => {
    const compute = (await ml.computeOperations.get("g", "ml-team", "ada-ci")).properties;
    return (compute as ComputeInstance).properties?.state;
  };
  expect((await ml.workspaces.get("g", "ml-team")).discoveryUrl).toBe("https://westeurope.api.azureml.ms/discovery");
  expect(await state()).toBe("Running");
  await ml.computeOperations.beginStopAndWait("g", "ml-team", "ada-ci", soon);
  expect(await state()).toBe("Stopped");
  await ml.computeOperations.beginStartAndWait("g", "ml-team", "ada-ci", soon);
  expect(await state()).toBe("Running");
  const names = (await all(ml.computeOperations.list("g", "ml-team"))).map((c) => c.name);
  expect(names).toEqual(["ada-ci", "gpu-cluster"]);
});

test("arm-machinelearning creates and deletes a compute, following Azure-AsyncOperation", async () => {
  const ml = client(AzureMachineLearningWorkspaces);
  const compute = {
    location: "westeurope",
    properties: {
      computeType: "AmlCompute" as const,
      properties: { vmSize: "Standard_D2s_v5", scaleSettings: { minNodeCount: 0, maxNodeCount: 1 } },
    },
  };
  const made = await ml.computeOperations.beginCreateOrUpdateAndWait("g", "ml-team", "cpu-cluster", compute, soon);
  expect(made.properties?.provisioningState).toBe("Succeeded");
  await ml.computeOperations.beginDeleteAndWait("g", "ml-team", "cpu-cluster", "Delete", soon);
  expect((await all(ml.computeOperations.list("g", "ml-team"))).length).toBe(2);
});

test("arm-appcontainers reads environment, app and job, and starts the job", async () => {
  const apps = client(ContainerAppsAPIClient);
  const environment = await apps.managedEnvironments.get("g", "apps");
  expect(environment.workloadProfiles?.map((p) => p.workloadProfileType)).toEqual([
    "Consumption",
    "Consumption-GPU-NC8as-T4",
  ]);
  const app = await apps.containerApps.get("g", "board");
  expect(app.configuration?.ingress?.fqdn).toBe(`board.${environment.defaultDomain}`);
  const storage = await apps.managedEnvironmentsStorages.get("g", "apps", "data");
  expect(storage.properties?.azureFile).toEqual({
    accountName: "datastore1",
    shareName: "data",
    accessMode: "ReadWrite",
  });
  const started = await apps.jobs.start("g", "train-job");
  const running = await apps.jobExecution("g", "train-job", started?.name ?? "");
  expect(running.name).toBe(started?.name);
  bench.azure.clock.advance(600_000);
  const executions = await all(apps.jobsExecutions.list("g", "train-job"));
  expect(executions.map((e) => [e.name, e.status])).toEqual([[started?.name, "Succeeded"]]);
});

test("arm-logic reads the workflow and its trigger's callback URL", async () => {
  const logic = client(LogicManagementClient);
  const flow = await logic.workflows.get("g", "tick");
  expect(flow.state).toBe("Enabled");
  const url = await logic.workflowTriggers.listCallbackUrl("g", "tick", "every");
  expect(url.value).toContain(`${flow.accessEndpoint}/triggers/every/paths/invoke?api-version=2016-10-01`);
  await logic.workflows.disable("g", "tick");
  expect((await logic.workflows.get("g", "tick")).state).toBe("Disabled");
});

test("arm-storage reads account, share, container, table and keys", async () => {
  const storage = client(StorageManagementClient);
  const account = await storage.storageAccounts.getProperties("g", "datastore1");
  expect(account.primaryEndpoints?.file).toBe("https://datastore1.file.core.windows.net/");
  expect((await storage.fileShares.get("g", "datastore1", "data")).shareQuota).toBe(100);
  expect((await storage.blobContainers.get("g", "datastore1", "inputs")).publicAccess).toBe("None");
  expect((await storage.table.get("g", "datastore1", "exceptions")).tableName).toBe("exceptions");
  expect((await storage.storageAccounts.listKeys("g", "datastore1")).keys?.map((k) => k.keyName)).toEqual([
    "key1",
    "key2",
  ]);
});

test("arm-containerregistry reads the registry", async () => {
  const registries = client(ContainerRegistryManagementClient);
  const registry = await registries.registries.get("g", "images1");
  expect(registry.loginServer).toBe("images1.azurecr.io");
  expect(registry.adminUserEnabled).toBe(false);
});

test("arm-authorization reads role definitions and assignments, also from above", async () => {
  const access = client(AuthorizationManagementClient);
  const scope = bench.inGroup("Microsoft.App/jobs/train-job");
  const custom = await access.roleDefinitions.get(scope, ROLE);
  expect(custom.permissions?.[0]?.actions).toEqual(["Microsoft.App/jobs/read", "Microsoft.App/jobs/start/action"]);
  const assignments = await all(access.roleAssignments.listForScope(scope));
  expect(assignments.map((a) => a.scope)).toEqual([bench.subscription, scope]);
  const owners = await all(access.roleDefinitions.list(bench.subscription, { filter: "roleName eq 'Owner'" }));
  expect(owners.map((role) => role.name)).toEqual(["8e3af657-a8ff-443c-a75c-2fe8c4bcb635"]);
});
