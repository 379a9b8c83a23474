import { afterEach, beforeEach, expect, test } from "vitest";
import { UnknownMeterError } from "../../../pricing/priceBook";
import { deploy } from "./estate";
import { Bench } from "./support";

/* Prices of 1 for a machine, 10 for a GPU profile and so on, so that sums show what was counted. */
const prices: Record<string, number> = {
  "vm/Standard_NC4as_T4_v3": 1,
  "vm/Standard_NC4as_T4_v3/spot": 0.25,
  "vm/Standard_D2s_v5": 0.5,
  "containerApps/gpu/T4": 10,
  "disk/P10": 0.01,
  loadBalancer: 0.02,
  publicIp: 0.03,
  "registry/Basic": 0.1,
};
const asked = new Set<string | undefined>();
const hourly = (meter: string, region?: string): number => {
  asked.add(region);
  const price = prices[meter];
  if (price === undefined) throw new UnknownMeterError(meter);
  return price;
};

const HOUR = 3_600_000;
const CI = "Microsoft.MachineLearningServices/workspaces/ml-team/computes/ada-ci";
let bench: Bench;
beforeEach(async () => {
  bench = await Bench.start({ hourly, speed: 0.001 });
  await deploy(bench);
});
afterEach(() => bench.stop());

const perHour = (part: string): Record<string, number> =>
  Object.fromEntries(
    bench.azure
      .costPerHour()
      .items.filter((item) => item.id.includes(part))
      .map((item) => [item.meter, item.hourly]),
  );
const spent = (part: string): number =>
  bench.azure.costSoFar().items.find((item) => item.id.endsWith(part))?.spent ?? 0;

test("each resource by its state, in its region", async () => {
  expect(perHour("ada-ci")).toEqual({
    "vm/Standard_NC4as_T4_v3": 1,
    "disk/P10": 0.01,
    loadBalancer: 0.02,
    publicIp: 0.03,
  });
  expect(perHour("images1")).toEqual({ "registry/Basic": 0.1 });
  expect(perHour("byhand")).toEqual({ "vm/Standard_NC4as_T4_v3": 1, "disk/P10": 0.01 });
  expect(perHour("managedClusters/aks")).toEqual({ "vm/Standard_D2s_v5": 0.5, loadBalancer: 0.02, publicIp: 0.03 });
  for (const idle of ["pools/train", "gpu-cluster", "train-job", "board", "agentPools/gpu", "vault1", "logs"])
    expect(perHour(idle), idle).toEqual({});
  expect(bench.azure.costPerHour().total).toBeCloseTo(1.06 + 0.1 + 1.01 + 0.55, 10);
  expect([...asked]).toEqual(["westeurope"]);
});

test("a stopped instance pays for disk, balancer and address; the time in between counts to the second", async () => {
  const before = spent("ada-ci");
  bench.azure.clock.advance(2 * HOUR);
  expect(spent("ada-ci") - before).toBeCloseTo(2 * 1.06, 5);
  await bench.send("POST", `${bench.inGroup(`${CI}/stop`)}?api-version=2025-12-01`);
  const stopping = spent("ada-ci");
  // Stopping lasts a minute, though the clock moves by three hours at once.
  bench.azure.clock.advance(3 * HOUR);
  expect(spent("ada-ci") - stopping).toBeCloseTo(1.06 / 60 + 0.06 * (3 - 1 / 60), 5);
  expect(perHour("ada-ci")).toEqual({ "disk/P10": 0.01, loadBalancer: 0.02, publicIp: 0.03 });
});

test("a GPU job pays for its profile while it runs", async () => {
  await bench.send("POST", `${bench.inGroup("Microsoft.App/jobs/train-job/start")}?api-version=2025-02-02-preview`);
  expect(perHour("train-job/executions")).toEqual({ "containerApps/gpu/T4": 10 });
  bench.azure.clock.advance(HOUR);
  expect(perHour("train-job/executions")).toEqual({});
  expect(
    bench.azure.costSoFar().items.find((item) => item.type === "Microsoft.App/jobs/executions")?.spent,
  ).toBeCloseTo(10 / 30, 5);
});

test("Spot nodes, a deallocated machine, and what the price book lacks", async () => {
  const pool = `${bench.inGroup("Microsoft.Batch/batchAccounts/batch1/pools/train")}?api-version=2024-07-01`;
  await bench.done("PATCH", pool, {
    properties: { scaleSettings: { fixedScale: { targetDedicatedNodes: 1, targetLowPriorityNodes: 2 } } },
  });
  expect(perHour("pools/train")).toEqual({ "vm/Standard_NC4as_T4_v3": 1, "vm/Standard_NC4as_T4_v3/spot": 0.5 });
  await bench.done(
    "POST",
    `${bench.inGroup("Microsoft.Compute/virtualMachines/byhand/deallocate")}?api-version=2024-11-01`,
  );
  expect(perHour("byhand")).toEqual({ "disk/P10": 0.01 });
  expect(
    bench.azure
      .costPerHour()
      .items.filter((item) => item.unpriced)
      .map((item) => item.meter),
  ).toEqual(["containerInstances/vcpu", "containerInstances/memoryGiB"]);
});

test("what is deleted costs nothing more, and what it cost stays", async () => {
  await bench.done("DELETE", `${bench.subscription}/resourceGroups/g?api-version=2024-03-01`);
  const total = bench.azure.costSoFar().total;
  expect(bench.azure.costPerHour()).toEqual({ total: 0, items: [] });
  bench.azure.clock.advance(100 * HOUR);
  expect(bench.azure.costSoFar().total).toBe(total);
  expect(total).toBeGreaterThan(1);
});
