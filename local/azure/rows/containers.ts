import { randomUUID } from "node:crypto";
import type { ActionResult, Draft, Usage, World } from "../armType";
import { ArmError, badRequest } from "../errors";
import { keyOf } from "../ids";
import { at, listAt, numberAt, objectAt, textAt, type JsonObject } from "../json";
import { regionKey } from "../regions";
import type { Resource } from "../store";
import { now } from "./common";

export const ENVIRONMENTS = "Microsoft.App/managedEnvironments";
export const JOBS = "Microsoft.App/jobs";

/** Serverless GPU profiles: the whole of one is allocated to a replica ([D] container-apps/workload-profiles-overview). */
export const gpuProfiles: Record<string, { gpu: "T4" | "A100"; vcpu: number; memoryGiB: number }> = {
  "consumption-gpu-nc8as-t4": { gpu: "T4", vcpu: 8, memoryGiB: 56 },
  "consumption-gpu-nc24-a100": { gpu: "A100", vcpu: 24, memoryGiB: 220 },
};

/** How long a job's execution lasts where nothing else ends it; the embedded Azure runs no containers. */
const EXECUTION_SECONDS = 120;

export const environmentId = (body: JsonObject): string =>
  textAt(body, "properties.environmentId") ?? textAt(body, "properties.managedEnvironmentId") ?? "";

/** Where a replica runs: its profile's type, or "Consumption" when none is named. */
function profileOf(body: JsonObject, world: World): string | undefined {
  const name = textAt(body, "properties.workloadProfileName");
  if (name === undefined) return "Consumption";
  const profiles = listAt(world.store.get(environmentId(body))?.sent, "properties.workloadProfiles");
  return textAt(
    profiles.find((p) => textAt(p, "name") === name),
    "workloadProfileType",
  );
}

export function checkContainers(draft: Draft, world: World): void {
  const profile = profileOf(draft.body, world);
  if (profile === undefined)
    throw badRequest(
      "InvalidWorkloadProfileName",
      `The environment has no workload profile '${textAt(draft.body, "properties.workloadProfileName") ?? ""}'.`,
    );
  const storages = new Set(
    world.store
      .ofType(`${ENVIRONMENTS}/storages`)
      .filter((s) => keyOf(s.id).startsWith(`${keyOf(environmentId(draft.body))}/`))
      .map((s) => s.name),
  );
  for (const volume of listAt(draft.body, "properties.template.volumes")) {
    const storage = textAt(volume, "storageName");
    if (storage !== undefined && !storages.has(storage))
      throw badRequest(
        "ManagedEnvironmentStorageNotFound",
        `The volume '${textAt(volume, "name") ?? ""}' names the storage '${storage}', which the environment does not have.`,
      );
  }
  const secrets = new Set(listAt(draft.body, "properties.configuration.secrets").map((s) => textAt(s, "name")));
  for (const container of listAt(draft.body, "properties.template.containers")) {
    if (textAt(container, "image") === undefined)
      throw badRequest("ContainerAppImageRequired", `A container of '${draft.name}' has no image.`);
    for (const variable of listAt(container, "env")) {
      const secret = textAt(variable, "secretRef");
      if (secret !== undefined && !secrets.has(secret))
        throw badRequest(
          "ContainerAppSecretRefNotFound",
          `SecretRef '${secret}' defined for container '${textAt(container, "name") ?? ""}' not found.`,
        );
    }
  }
  const { vcpu, memoryGiB } = requested(draft.body);
  const limit =
    gpuProfiles[profile.toLowerCase()] ?? (profile === "Consumption" ? { vcpu: 4, memoryGiB: 8 } : undefined);
  if (limit && (vcpu > limit.vcpu || memoryGiB > limit.memoryGiB))
    throw badRequest(
      "ContainerAppInvalidResourceTotal",
      `The containers of '${draft.name}' ask for ${vcpu} cores and ${memoryGiB} Gi; '${profile}' has at most ${limit.vcpu} cores and ${limit.memoryGiB} Gi.`,
    );
}

function requested(body: JsonObject): { vcpu: number; memoryGiB: number } {
  const containers = listAt(body, "properties.template.containers");
  const vcpu = containers.reduce<number>((sum, c) => sum + (numberAt(c, "resources.cpu") ?? 0), 0);
  const memoryGiB = containers.reduce<number>(
    (sum, c) => sum + Number(/^([\d.]+)Gi$/.exec(textAt(c, "resources.memory") ?? "")?.[1] ?? 0),
    0,
  );
  return { vcpu, memoryGiB };
}

/** Meters of so many running replicas. A GPU replica pays for its whole profile: GPU, vCPU and memory are one meter. */
export function replicaUsage(body: JsonObject, world: World, replicas: number): Usage[] {
  if (replicas === 0) return [];
  const gpu = gpuProfiles[(profileOf(body, world) ?? "").toLowerCase()];
  if (gpu) return [{ meter: `containerApps/gpu/${gpu.gpu}`, quantity: replicas }];
  const { vcpu, memoryGiB } = requested(body);
  return [
    { meter: "containerApps/vcpu", quantity: vcpu * replicas },
    { meter: "containerApps/memoryGiB", quantity: memoryGiB * replicas },
  ];
}

const jobOf = (execution: Resource): string => execution.id.split("/").slice(0, -2).join("/");

export function executionUsage(execution: Resource, world: World): Usage[] {
  const job = world.store.get(jobOf(execution));
  if (!job || textAt(execution.outputs, "properties.status") !== "Running") return [];
  return replicaUsage(
    {
      ...job.sent,
      properties: { ...objectAt(job.sent, "properties"), template: at(execution.outputs, "properties.template") },
    },
    world,
    parallelism(job),
  );
}

const parallelism = (job: Resource): number =>
  numberAt(job.sent, "properties.configuration.manualTriggerConfig.parallelism") ?? 1;

/** GPUs of running replicas, for quota and usages. */
function gpusUsed(world: World, gpu: "T4" | "A100", counts: (r: Resource) => boolean): number {
  const running = world.store
    .ofType(`${JOBS}/executions`)
    .filter((e) => textAt(e.outputs, "properties.status") === "Running");
  return running.reduce((sum, execution) => {
    const job = world.store.get(jobOf(execution));
    const profile = job && counts(job) ? gpuProfiles[(profileOf(job.sent, world) ?? "").toLowerCase()] : undefined;
    return job && profile?.gpu === gpu ? sum + parallelism(job) : sum;
  }, 0);
}

export function gpuUsages(world: World, counts: (r: Resource) => boolean): JsonObject[] {
  const names = { T4: "ManagedEnvironmentConsumptionT4Gpus", A100: "ManagedEnvironmentConsumptionNCA100Gpus" } as const;
  return (["T4", "A100"] as const).map((gpu) => ({
    name: { value: names[gpu], localizedValue: names[gpu] },
    unit: "Count",
    currentValue: gpusUsed(world, gpu, counts),
    limit: world.quotas.containerApps.gpus[gpu],
  }));
}

export function startJob(job: Resource, world: World, body: JsonObject): ActionResult {
  const gpu = gpuProfiles[(profileOf(job.sent, world) ?? "").toLowerCase()]?.gpu;
  const region = regionKey(textAt(job.sent, "location") ?? "");
  const limit = gpu ? world.quotas.containerApps.gpus[gpu] : Infinity;
  if (
    gpu &&
    gpusUsed(world, gpu, (r) => regionKey(textAt(r.sent, "location") ?? "") === region) + parallelism(job) > limit
  ) {
    throw new ArmError(
      429,
      "ContainerAppsGpuQuotaExceeded",
      `Starting '${job.name}' would exceed the quota of ${limit} ${gpu} GPUs in ${region}.`,
    );
  }
  const name = `${job.name}-${randomUUID().slice(0, 7)}`;
  const id = `${job.id}/executions/${name}`;
  // A start may bring its own containers: they replace the template's for this execution.
  const template = Array.isArray(body.containers)
    ? { ...objectAt(job.sent, "properties.template"), ...body }
    : objectAt(job.sent, "properties.template");
  const limitSeconds = numberAt(job.sent, "properties.configuration.replicaTimeout") ?? EXECUTION_SECONDS;
  const seconds = Math.min(EXECUTION_SECONDS, limitSeconds);
  const endTime = new Date(world.clock.time() + seconds * 1000).toISOString();
  const resource: Resource = {
    id,
    type: `${JOBS}/executions`,
    name,
    apiVersion: job.apiVersion,
    sent: {},
    outputs: { properties: { status: "Running", startTime: now(world), template } },
    state: "Succeeded",
    created: world.clock.time(),
  };
  const creates = { resource, seconds, after: { properties: { status: "Succeeded", endTime } } };
  return { status: 200, body: { id, name }, creates };
}
