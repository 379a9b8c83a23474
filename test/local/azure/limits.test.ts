import { afterEach, expect, test } from "vitest";
import type { EmbeddedAzureOptions, JsonObject } from "../../../local/azure";
import { deploy, estate } from "./estate";
import { Bench, codeOf, messageOf, type Reply } from "./support";

let bench: Bench;
afterEach(() => bench.stop());
const begin = async (quotas: EmbeddedAzureOptions["quotas"]): Promise<void> => {
  bench = await Bench.start({ quotas });
  await deploy(bench);
};

const location = "westeurope";
const usage = async (path: string, name: string): Promise<[unknown, unknown]> => {
  const value = (await bench.send("GET", `${bench.subscription}/providers/${path}`)).body.value as JsonObject[];
  const found = value.find((item) => (item.name as JsonObject).value === name);
  return [found?.currentValue, found?.limit];
};
const compute = (name: string, kind: "ComputeInstance" | "AmlCompute", properties: JsonObject): Promise<Reply> =>
  bench.send(
    "PUT",
    `${bench.inGroup(`Microsoft.MachineLearningServices/workspaces/ml-team/computes/${name}`)}?api-version=2025-12-01`,
    { location, properties: { computeType: kind, properties } },
  );

test("machine-learning cores: per family and region, stopped instances included, Spot apart", async () => {
  await begin({ machineLearning: { familyCores: { standardNCASv3_T4Family: 8 }, spotCores: 4 } });
  const ML = "Microsoft.MachineLearningServices/locations/westeurope/usages?api-version=2025-12-01";
  expect(await usage(ML, "standardNCASv3_T4Family")).toEqual([4, 8]);
  await bench.done(
    "POST",
    `${bench.inGroup("Microsoft.MachineLearningServices/workspaces/ml-team/computes/ada-ci/stop")}?api-version=2025-12-01`,
  );
  const eight = await compute("big-ci", "ComputeInstance", { vmSize: "Standard_NC8as_T4_v3" });
  expect([eight.status, codeOf(eight)]).toEqual([400, "ClusterMinNodesExceedCoreQuota"]);
  expect(messageOf(eight)).toContain(
    "vCPU quota of 8, of which 4 are used, and cannot accommodate for at least 1 requested managed compute node which maps to 8 vCPUs",
  );
  expect((await compute("bob-ci", "ComputeInstance", { vmSize: "Standard_NC4as_T4_v3" })).status).toBe(201);
  expect(await usage(ML, "standardNCASv3_T4Family")).toEqual([8, 8]);
  const scale = { minNodeCount: 2, maxNodeCount: 4 };
  expect(
    (
      await compute("spot-cluster", "AmlCompute", {
        vmSize: "Standard_NC4as_T4_v3",
        vmPriority: "LowPriority",
        scaleSettings: scale,
      })
    ).status,
  ).toBe(400);
  expect((await compute("cpu-cluster", "AmlCompute", { vmSize: "Standard_D2s_v5", scaleSettings: scale })).status).toBe(
    201,
  );
});

test("Batch: a pool beyond the quota is made and does not reach its target", async () => {
  await begin({ batch: { dedicatedCores: 8, spotCores: 8, pools: 2 } });
  const account = (
    await bench.send("GET", `${bench.inGroup("Microsoft.Batch/batchAccounts/batch1")}?api-version=2024-07-01`)
  ).body.properties;
  expect(account).toMatchObject({ dedicatedCoreQuota: 8, lowPriorityCoreQuota: 8, poolQuota: 2 });
  const body = estate(bench).find((item) => item.path.includes("/pools/train"))?.body ?? {};
  const pool = (name: string): Promise<Reply> =>
    bench.send("PUT", `${bench.inGroup(`Microsoft.Batch/batchAccounts/batch1/pools/${name}`)}?api-version=2024-07-01`, {
      ...body,
      properties: {
        ...(body.properties as JsonObject),
        scaleSettings: { fixedScale: { targetDedicatedNodes: 3, targetLowPriorityNodes: 1 } },
      },
    });
  const made = (await pool("wide")).body.properties as JsonObject;
  expect([made.currentDedicatedNodes, made.currentLowPriorityNodes]).toEqual([2, 1]);
  expect((made.resizeOperationStatus as JsonObject).errors).toEqual([
    { code: "AccountCoreQuotaReached", message: "The specified account has reached core quota" },
  ]);
  const third = await pool("third");
  expect([third.status, codeOf(third)]).toEqual([409, "PoolQuotaReached"]);
});

test("Container Apps: environments in a region, and GPUs of running jobs", async () => {
  await begin({ containerApps: { environments: 1, gpus: { T4: 1, A100: 0 } } });
  const second = await bench.send(
    "PUT",
    `${bench.inGroup("Microsoft.App/managedEnvironments/more")}?api-version=2025-02-02-preview`,
    { location, properties: {} },
  );
  expect([second.status, codeOf(second)]).toEqual([400, "MaxNumberOfRegionalEnvironmentsInSubExceeded"]);
  const start = (): Promise<Reply> =>
    bench.send("POST", `${bench.inGroup("Microsoft.App/jobs/train-job/start")}?api-version=2025-02-02-preview`);
  bench.azure.clock.speed = 0.001;
  const T4 = [
    "Microsoft.App/locations/westeurope/usages?api-version=2025-01-01",
    "ManagedEnvironmentConsumptionT4Gpus",
  ] as const;
  expect(await usage(...T4)).toEqual([0, 1]);
  const first = await start();
  expect(first.status).toBe(200);
  expect(await usage(...T4)).toEqual([1, 1]);
  expect((await start()).status).toBe(429);
  await bench.send("POST", `${String(first.body.id)}/stop?api-version=2025-02-02-preview`);
  expect((await start()).status).toBe(200);
});

test("virtual machines: cores of the family; a deallocated one gives them back", async () => {
  await begin({ compute: { familyCores: { standardNCASv3_T4Family: 4 } } });
  const machine = (name: string): Promise<Reply> =>
    bench.send("PUT", `${bench.inGroup(`Microsoft.Compute/virtualMachines/${name}`)}?api-version=2024-11-01`, {
      location,
      tags: { owner: "me" },
      properties: { hardwareProfile: { vmSize: "Standard_NC4as_T4_v3" } },
    });
  const second = await machine("second");
  expect([second.status, codeOf(second)]).toEqual([409, "OperationNotAllowed"]);
  expect(messageOf(second)).toContain("Current Limit: 4, Current Usage: 4, Additional Required: 4");
  await bench.done(
    "POST",
    `${bench.inGroup("Microsoft.Compute/virtualMachines/byhand/deallocate")}?api-version=2024-11-01`,
  );
  expect((await machine("second")).status).toBe(201);
});

test("what a region offers: sizes that are not retired, no GPU on Container Instances, providers", async () => {
  await begin({});
  const get = async (path: string): Promise<JsonObject[]> =>
    (await bench.send("GET", `${bench.subscription}/providers/${path}`)).body.value as JsonObject[];
  const sizes = (
    await get("Microsoft.MachineLearningServices/locations/westeurope/vmSizes?api-version=2025-12-01")
  ).map((size) => size.name);
  expect(sizes).toContain("Standard_NC4as_T4_v3");
  expect(sizes).not.toContain("Standard_NC6s_v3");
  expect(
    (await get("Microsoft.ContainerInstance/locations/westeurope/capabilities?api-version=2025-09-01"))[0]?.gpu,
  ).toBe("None");
  const batch = await bench.send("GET", `${bench.subscription}/providers/Microsoft.Batch?api-version=2021-04-01`);
  expect(batch.body.registrationState).toBe("Registered");
  const unknown = await bench.send("GET", `${bench.subscription}/providers/Microsoft.Nothing?api-version=2021-04-01`);
  expect([unknown.status, codeOf(unknown)]).toEqual([404, "InvalidResourceNamespace"]);
});
