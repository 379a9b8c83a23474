import { randomUUID } from "node:crypto";
import type { Action, ArmType, Draft, Usage, World } from "../armType";
import { ArmError, badRequest } from "../errors";
import { groupOf } from "../ids";
import { at, isObject, listAt, numberAt, objectAt, textAt, type JsonObject } from "../json";
import { familyQuota } from "../quotas";
import { regionKey } from "../regions";
import { findSize } from "../sizes";
import type { Resource } from "../store";
import { nodeUsage } from "./batch";
import { availableSize, instant, kept, keptTime } from "./common";

const CLUSTERS = "Microsoft.ContainerService/managedClusters";
const POOLS = `${CLUSTERS}/agentPools`;
const MACHINES = "Microsoft.Compute/virtualMachines";
const AKS_VERSIONS =
  "2023-10-01 2024-05-01 2024-09-01 2025-01-01 2025-05-01 2025-07-01 2025-08-01 2025-09-01 2025-10-01";
const KUBERNETES_VERSIONS = "2022-11-01 2023-05-01 2024-11-01 2025-03-01 2025-04-01";
const DEFAULT_KUBERNETES = "1.33";

export const computeTypes: ArmType[] = [
  {
    type: CLUSTERS,
    versions: AKS_VERSIONS,
    name: {
      pattern: /^[A-Za-z0-9]([\w-]{0,61}[A-Za-z0-9])?$/,
      says: "1-63 letters, digits, '_' and '-', starting and ending with a letter or digit",
    },
    readOnly: "powerState maxAgentPools currentKubernetesVersion fqdn privateFQDN azurePortalFQDN resourceUID",
    fixed: "properties.dnsPrefix properties.nodeResourceGroup",
    defaults: { sku: { name: "Base", tier: "Free" }, properties: { enableRBAC: true, disableLocalAccounts: false } },
    wholes: "properties.agentPoolProfiles",
    writes: { by: "async", seconds: 240 },
    updates: { by: "async", seconds: 60 },
    deletes: { by: "async", seconds: 180 },
    check(draft, world) {
      const pools = listAt(draft.body, "properties.agentPoolProfiles").filter(isObject);
      if (!pools.some((pool) => pool.mode === "System"))
        throw badRequest(
          "InvalidParameter",
          `The cluster '${draft.name}' needs at least one agent pool of mode System.`,
        );
      if (
        textAt(draft.body, "properties.dnsPrefix") === undefined &&
        textAt(draft.body, "properties.fqdnSubdomain") === undefined
      )
        throw badRequest("InvalidParameter", `The cluster '${draft.name}' needs properties.dnsPrefix.`);
      for (const pool of pools) checkPool(String(pool.name), pool, draft, world);
    },
    outputs(draft) {
      const fqdn =
        textAt(draft.previous?.outputs, "properties.fqdn") ??
        `${textAt(draft.body, "properties.dnsPrefix") ?? ""}-${randomUUID().slice(0, 8)}.hcp.${regionKey(draft.location)}.azmk8s.io`;
      const wanted = textAt(draft.body, "properties.kubernetesVersion") ?? DEFAULT_KUBERNETES;
      const nodeResourceGroup =
        textAt(draft.body, "properties.nodeResourceGroup") ??
        `MC_${groupOf(draft.id)?.split("/").pop() ?? ""}_${draft.name}_${regionKey(draft.location)}`;
      const issuer = at(draft.body, "properties.oidcIssuerProfile.enabled") === true && {
        oidcIssuerProfile: {
          issuerURL: `https://${regionKey(draft.location)}.oic.prod-aks.azure.com/${kept(draft, "resourceUID")}/`,
        },
      };
      return {
        now: {
          properties: {
            ...issuer,
            fqdn,
            nodeResourceGroup,
            resourceUID: kept(draft, "resourceUID"),
            maxAgentPools: 100,
            currentKubernetesVersion: `${wanted.split(".").slice(0, 2).join(".")}.5`,
            powerState: { code: textAt(draft.previous?.outputs, "properties.powerState.code") ?? "Running" },
          },
        },
      };
    },
    usage(cluster, world) {
      if (textAt(cluster.outputs, "properties.powerState.code") === "Stopped") return [];
      // Pools that were written as resources of their own are metered there.
      const apart = new Set(
        world.store
          .ofType(POOLS)
          .filter((p) => p.id.startsWith(`${cluster.id}/`))
          .map((p) => p.name),
      );
      const pools = listAt(cluster.sent, "properties.agentPoolProfiles").filter(
        (p) => !apart.has(textAt(p, "name") ?? ""),
      );
      return [
        ...pools.flatMap((pool) => poolUsage(isObject(pool) ? pool : {})),
        { meter: "loadBalancer", quantity: 1 },
        { meter: "publicIp", quantity: 1 },
      ];
    },
    actions: {
      start: () => ({ seconds: 120, after: { properties: { powerState: { code: "Running" } } } }),
      stop: () => ({ seconds: 90, after: { properties: { powerState: { code: "Stopped" } } } }),
    },
  },
  {
    type: POOLS,
    versions: AKS_VERSIONS,
    name: { pattern: /^[a-z][a-z0-9]{0,11}$/, says: "1-12 lower-case letters and digits, starting with a letter" },
    required: "properties.vmSize",
    readOnly: "eTag currentOrchestratorVersion nodeImageVersion",
    fixed: "properties.vmSize properties.osDiskType properties.scaleSetPriority",
    defaults: { properties: { mode: "User", osType: "Linux", type: "VirtualMachineScaleSets" } },
    writes: { by: "async", seconds: 120 },
    updates: { by: "async", seconds: 60 },
    deletes: { by: "async", seconds: 90 },
    check: (draft, world) => checkPool(draft.name, objectAt(draft.body, "properties"), draft, world),
    outputs: () => ({
      now: {
        properties: {
          powerState: { code: "Running" },
          currentOrchestratorVersion: `${DEFAULT_KUBERNETES}.5`,
          nodeImageVersion: "AKSUbuntu-2404gen2containerd-202608.12.0",
        },
      },
    }),
    usage(pool, world) {
      const cluster = world.store.get(pool.id.split("/").slice(0, -2).join("/"));
      return textAt(cluster?.outputs, "properties.powerState.code") === "Stopped"
        ? []
        : poolUsage(objectAt(pool.sent, "properties"));
    },
  },
  ...["extensions", "fluxConfigurations"].map((segment): ArmType => ({
    type: `Microsoft.KubernetesConfiguration/${segment}`,
    versions: KUBERNETES_VERSIONS,
    at: "any",
    name: {
      pattern: /^[a-z0-9]([a-z0-9.-]{0,61}[a-z0-9])?$/,
      says: "1-63 lower-case letters, digits, '-' and '.', starting and ending with a letter or digit",
    },
    ...(segment === "extensions" && { required: "properties.extensionType" }),
    readOnly:
      segment === "extensions"
        ? "currentVersion errorInfo customLocationSettings packageUri isSystemExtension"
        : "statuses repositoryPublicKey sourceSyncedCommitId sourceUpdatedAt statusUpdatedAt complianceState errorMessage",
    writes: { by: "async", seconds: 60 },
    updates: { by: "async", seconds: 30 },
    deletes: { by: "async", seconds: 30 },
    check(draft) {
      if (!/\/managedclusters\//i.test(draft.id))
        throw badRequest("InvalidScope", `'${draft.name}' must stand on a managed cluster.`);
    },
    outputs: () =>
      segment === "extensions"
        ? { now: { properties: { isSystemExtension: false } } }
        : { after: { properties: { complianceState: "Compliant" } } },
  })),
  {
    type: MACHINES,
    versions: "2022-11-01 2023-03-01 2023-09-01 2024-03-01 2024-07-01 2024-11-01 2025-04-01",
    name: { pattern: /^[A-Za-z0-9]([\w.-]{0,62}[\w])?$/, says: "1-64 letters, digits, '_', '.' and '-'" },
    required: "properties.hardwareProfile.vmSize",
    readOnly: "instanceView vmId timeCreated",
    fixed: "properties.priority properties.osProfile.computerName",
    hidden: "instanceView",
    writes: { by: "async", seconds: 60 },
    updates: { by: "async", seconds: 30 },
    deletes: { by: "async", seconds: 40 },
    check: checkMachine,
    outputs: (draft, world) => ({
      now: {
        properties: {
          vmId: kept(draft, "vmId"),
          timeCreated: keptTime(draft, "timeCreated", world),
          ...(!draft.previous && instanceView("starting")),
        },
      },
      after: draft.previous ? {} : { properties: instanceView("running") },
    }),
    usage(machine) {
      // Windows' own "stopped" still holds the machine; only a deallocated one is not billed.
      const on = powerOf(machine) !== "deallocated";
      const spot = textAt(machine.sent, "properties.priority") === "Spot";
      return [
        ...nodeUsage(
          textAt(machine.sent, "properties.hardwareProfile.vmSize") ?? "",
          on && !spot ? 1 : 0,
          on && spot ? 1 : 0,
        ),
        { meter: "disk/P10", quantity: 1 },
      ];
    },
    actions: {
      start: turn("starting", "running", 30),
      restart: turn("running", "running", 30),
      powerOff: turn("stopping", "stopped", 20),
      deallocate: turn("deallocating", "deallocated", 40),
      "GET instanceView": (machine) => ({ body: objectAt(machine.outputs, "properties.instanceView") }),
    },
  },
  {
    type: "Microsoft.ContainerInstance/containerGroups",
    versions: "2021-10-01 2022-09-01 2023-05-01 2024-05-01-preview 2024-11-01-preview 2025-09-01",
    name: {
      pattern: /^(?!.*--)[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?$/,
      says: "1-63 lower-case letters, digits and single '-', not starting or ending with '-'",
    },
    required: "properties.containers properties.osType",
    readOnly: "instanceView isCreatedFromStandbyPool",
    writes: { by: "async", seconds: 30 },
    deletes: instant,
    check(draft) {
      const gpu = listAt(draft.body, "properties.containers").find((c) =>
        isObject(at(c, "properties.resources.requests.gpu")),
      );
      if (gpu !== undefined)
        throw badRequest(
          "GpuNotSupported",
          `The container '${textAt(gpu, "name") ?? ""}' asks for a GPU: GPUs on Container Instances were retired on 2025-07-14.`,
        );
    },
    outputs: () => ({
      now: { properties: { instanceView: { state: "Pending", events: [] } } },
      after: { properties: { instanceView: { state: "Running" } } },
    }),
    usage(group) {
      if (textAt(group.outputs, "properties.instanceView.state") !== "Running") return [];
      const sum = (name: string): number =>
        listAt(group.sent, "properties.containers").reduce<number>(
          (n, c) => n + (numberAt(c, `properties.resources.requests.${name}`) ?? 0),
          0,
        );
      return [
        { meter: "containerInstances/vcpu", quantity: sum("cpu") },
        { meter: "containerInstances/memoryGiB", quantity: sum("memoryInGB") },
      ];
    },
    actions: {
      start: () => ({ seconds: 20, after: { properties: { instanceView: { state: "Running" } } } }),
      restart: () => ({ status: 204, after: { properties: { instanceView: { state: "Running" } } } }),
      stop: () => ({ status: 204, after: { properties: { instanceView: { state: "Stopped" } } } }),
    },
  },
];

function checkPool(name: string, pool: JsonObject, draft: Draft, world: World): void {
  const size = availableSize(textAt(pool, "vmSize") ?? "", world);
  const [min, max, count] = ["minCount", "maxCount", "count"].map((key) => numberAt(pool, key));
  if (pool.enableAutoScaling === true) {
    if (min === undefined || max === undefined || min > max)
      throw badRequest(
        "InvalidParameter",
        `The agent pool '${name}' scales by itself and needs minCount not above maxCount; given ${min ?? "none"} and ${max ?? "none"}.`,
      );
    if (pool.mode === "System" && min < 1)
      throw badRequest("InvalidParameter", `The agent pool '${name}' of mode System needs minCount of at least 1.`);
  } else if (min !== undefined || max !== undefined) {
    throw badRequest(
      "InvalidParameter",
      `The agent pool '${name}' has minCount or maxCount without enableAutoScaling.`,
    );
  }
  checkCores(size.family, size.cores * (count ?? min ?? 1), draft, world);
}

const poolUsage = (pool: JsonObject): Usage[] => {
  const count = numberAt(pool, "count") ?? numberAt(pool, "minCount") ?? 1;
  const spot = pool.scaleSetPriority === "Spot";
  return nodeUsage(textAt(pool, "vmSize") ?? "", spot ? 0 : count, spot ? count : 0);
};

function checkMachine(draft: Draft, world: World): void {
  const size = availableSize(textAt(draft.body, "properties.hardwareProfile.vmSize") ?? "", world);
  checkCores(size.family, size.cores, draft, world);
}

/** Cores in use in a region: of one family, or of all. */
export function computeCoresUsed(world: World, region: string, family?: string, except = ""): number {
  const cores = (name: string | undefined, count: number): number => {
    const size = findSize(name ?? "");
    return size && (family === undefined || size.family === family) ? size.cores * count : 0;
  };
  const here = (r: Resource): boolean => r.id !== except && regionKey(textAt(r.sent, "location") ?? "") === region;
  const machines = world.store.ofType(MACHINES).filter((m) => here(m) && powerOf(m) !== "deallocated");
  const pools = world.store
    .ofType(CLUSTERS)
    .filter(here)
    .flatMap((c) => listAt(c.sent, "properties.agentPoolProfiles"));
  return (
    machines.reduce((sum, m) => sum + cores(textAt(m.sent, "properties.hardwareProfile.vmSize"), 1), 0) +
    pools.reduce<number>((sum, p) => sum + cores(textAt(p, "vmSize"), numberAt(p, "count") ?? 1), 0)
  );
}

function checkCores(family: string, wanted: number, draft: Draft, world: World): void {
  const region = regionKey(draft.location);
  const quota = world.quotas.compute;
  for (const [what, limit, used] of [
    [family, familyQuota(quota, family), computeCoresUsed(world, region, family, draft.id)],
    ["Total Regional", quota.cores, computeCoresUsed(world, region, undefined, draft.id)],
  ] as const) {
    if (used + wanted <= limit) continue;
    throw new ArmError(
      409,
      "OperationNotAllowed",
      `Operation could not be completed as it results in exceeding approved ${what} Cores quota. Additional details - Location: ${region}, Current Limit: ${limit}, Current Usage: ${used}, Additional Required: ${wanted}.`,
    );
  }
}

const instanceView = (power: string): JsonObject => ({
  instanceView: {
    statuses: [
      { code: "ProvisioningState/succeeded", level: "Info" },
      { code: `PowerState/${power}`, level: "Info", displayStatus: `VM ${power}` },
    ],
  },
});

function powerOf(machine: Resource): string {
  const codes = listAt(machine.outputs, "properties.instanceView.statuses").map((s) => textAt(s, "code") ?? "");
  return codes.find((code) => code.startsWith("PowerState/"))?.slice("PowerState/".length) ?? "";
}

function turn(during: string, to: string, seconds: number): Action {
  return () => ({ seconds, during: { properties: instanceView(during) }, after: { properties: instanceView(to) } });
}
