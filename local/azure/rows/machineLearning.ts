import type { ArmType, Draft, Outputs, Usage, World } from "../armType";
import { ArmError, badRequest, conflict } from "../errors";
import { groupOf } from "../ids";
import { at, listAt, numberAt, objectAt, textAt } from "../json";
import { familyQuota } from "../quotas";
import { regionKey } from "../regions";
import { findSize, type Size } from "../sizes";
import type { Resource } from "../store";
import { nodeUsage } from "./batch";
import { availableSize, kept, now } from "./common";
import { seconds } from "./durations";

const WORKSPACES = "Microsoft.MachineLearningServices/workspaces";
const COMPUTES = `${WORKSPACES}/computes`;
const VERSIONS =
  "2021-07-01 2022-05-01 2022-10-01 2023-04-01 2023-10-01 2024-04-01 2024-07-01 2024-10-01 2025-04-01 2025-06-01 2025-09-01 2025-10-01-preview 2025-12-01 2026-05-01";

const userAssignedOnly = (identity: string): boolean =>
  /UserAssigned/i.test(identity) && !/SystemAssigned/i.test(identity);

export const machineLearningTypes: ArmType[] = [
  {
    type: WORKSPACES,
    versions: VERSIONS,
    name: {
      pattern: /^[A-Za-z0-9][\w-]{2,32}$/,
      says: "3-33 letters, digits, '_' and '-', starting with a letter or digit",
    },
    required: "identity.type properties.storageAccount properties.keyVault properties.applicationInsights",
    readOnly:
      "mlFlowTrackingUri notebookInfo privateEndpointConnections privateLinkCount serviceProvisionedResourceGroup storageHnsEnabled tenantId workspaceId",
    references:
      "properties.storageAccount properties.keyVault properties.applicationInsights properties.containerRegistry",
    fixed: "properties.storageAccount properties.keyVault properties.hbiWorkspace",
    defaults: {
      kind: "Default",
      sku: { name: "Basic", tier: "Basic" },
      properties: {
        hbiWorkspace: false,
        publicNetworkAccess: "Enabled",
        v1LegacyMode: false,
        systemDatastoresAuthMode: "AccessKey",
      },
    },
    writes: { by: "async", seconds: 60 },
    updates: { by: "async", seconds: 10 },
    deletes: { by: "async", seconds: 60 },
    // MicrosoftDocs/azure-ai-docs: a workspace with user-assigned identity only does not support soft delete.
    softDelete: {
      days: (workspace) => (userAssignedOnly(textAt(workspace.sent, "identity.type") ?? "") ? undefined : 14),
      purges: (query) => query.get("forceToPurge") === "true",
      purgesDeleted: true,
      recreate: () =>
        conflict("Conflict", "Soft-deleted workspace exists. Please purge or recover it. https://aka.ms/wsoftdelete"),
    },
    check(draft) {
      if (!userAssignedOnly(textAt(draft.body, "identity.type") ?? "")) return;
      const primary = textAt(draft.body, "properties.primaryUserAssignedIdentity");
      const assigned = Object.keys(objectAt(draft.body, "identity.userAssignedIdentities")).map((id) =>
        id.toLowerCase(),
      );
      if (primary !== undefined && assigned.includes(primary.toLowerCase())) return;
      throw badRequest(
        "ValidationError",
        "properties.primaryUserAssignedIdentity must name one of identity.userAssignedIdentities when the workspace has no system-assigned identity.",
      );
    },
    outputs(draft, world) {
      const [id, region] = [kept(draft, "workspaceId"), regionKey(draft.location)];
      return {
        now: {
          properties: {
            workspaceId: id,
            tenantId: world.tenantId,
            discoveryUrl: `https://${region}.api.azureml.ms/discovery`,
            mlFlowTrackingUri: `azureml://${region}.api.azureml.ms/mlflow/v1.0${draft.id}`,
            storageHnsEnabled: false,
            privateLinkCount: 0,
          },
        },
      };
    },
    actions: {
      listNotebookKeys: (workspace, world) => ({
        body: {
          primaryAccessKey: world.secret(`${workspace.id}/1`),
          secondaryAccessKey: world.secret(`${workspace.id}/2`),
        },
      }),
    },
  },
  {
    type: COMPUTES,
    versions: VERSIONS,
    name: {
      pattern: /^[A-Za-z](?![A-Za-z0-9-]*-\d+$)[A-Za-z0-9-]{1,22}[A-Za-z0-9]$/,
      says: "3-24 letters, digits and '-', starting with a letter and not ending in '-' or '-' and a number",
      unique: "in its region",
    },
    location: "optional",
    required: "properties.computeType",
    readOnly: "createdOn modifiedOn provisioningErrors isAttachedCompute",
    fixed:
      "properties.computeType properties.properties.vmSize properties.properties.sshSettings properties.properties.personalComputeInstanceSettings properties.properties.idleTimeBeforeShutdown properties.properties.vmPriority",
    writes: { by: "async", seconds: 120 },
    updates: { by: "async", seconds: 20 },
    deletes: { by: "async", seconds: 60 },
    check: checkCompute,
    outputs: computeOutputs,
    usage: computeUsage,
    actions: {
      start: (compute) => power(compute, "Stopped", "Starting", "Running", 90),
      stop: (compute) => power(compute, "Running", "Stopping", "Stopped", 60),
      restart: (compute) => power(compute, "Running", "Restarting", "Running", 120),
      updateIdleShutdownSetting(compute, _, body) {
        const idle = textAt(body, "idleTimeBeforeShutdown") ?? "";
        checkIdle(idle);
        return { sent: withInner(compute, { idleTimeBeforeShutdown: idle }) };
      },
      updateSchedules(compute, _, body) {
        checkSchedules(listAt(body, "computeStartStop").length);
        return { sent: withInner(compute, { schedules: body }) };
      },
      listNodes: (compute) => ({
        body: {
          nodes: Array.from(
            { length: numberAt(compute.outputs, "properties.properties.currentNodeCount") ?? 0 },
            (_, i) => ({ nodeId: `${compute.name}-${i}`, nodeState: "idle" }),
          ),
        },
      }),
    },
  },
];

function withInner(compute: Resource, inner: import("../json").JsonObject): import("../json").JsonObject {
  const properties = objectAt(compute.sent, "properties");
  return {
    ...compute.sent,
    properties: { ...properties, properties: { ...objectAt(properties, "properties"), ...inner } },
  };
}

function checkIdle(idle: string): void {
  const length = seconds(idle);
  if (length >= 15 * 60 && length <= 3 * 24 * 3600) return;
  throw badRequest("ValidationError", `idleTimeBeforeShutdown is '${idle}'; allowed are PT15M to P3D.`);
}

function checkSchedules(count: number): void {
  if (count > 4)
    throw badRequest(
      "ValidationError",
      `schedules.computeStartStop has ${count} schedules; a compute instance has at most 4.`,
    );
}

function checkCompute(draft: Draft, world: World): void {
  const kind = textAt(draft.body, "properties.computeType") ?? "";
  const inner = objectAt(draft.body, "properties.properties");
  if (kind === "Kubernetes") {
    if (textAt(draft.body, "properties.resourceId") === undefined)
      throw badRequest("ValidationError", "properties.resourceId names the attached cluster and is required.");
    return;
  }
  if (kind !== "ComputeInstance" && kind !== "AmlCompute")
    throw badRequest("NotSupported", `The compute type '${kind}' is not modelled by the embedded Azure.`);
  if (textAt(draft.body, "location") === undefined)
    throw badRequest("LocationRequired", "The location property is required for this definition.");
  const size = availableSize(textAt(inner, "vmSize") ?? "", world);
  if (kind === "ComputeInstance") {
    const storage = world.store.get(textAt(draft.parent?.sent, "properties.storageAccount") ?? "");
    if (storage && at(storage.sent, "properties.allowSharedKeyAccess") === false)
      throw badRequest(
        "StorageAccountKeyAccessDisabled",
        `The workspace's storage account '${storage.name}' does not allow shared-key access, which a compute instance needs.`,
      );
    const idle = textAt(inner, "idleTimeBeforeShutdown");
    if (idle !== undefined) checkIdle(idle);
    checkSchedules(listAt(inner, "schedules.computeStartStop").length);
  } else {
    const [min, max] = ["minNodeCount", "maxNodeCount"].map(
      (name) => numberAt(inner, `scaleSettings.${name}`) ?? 0,
    ) as [number, number];
    if (max < 1 || min > max)
      throw badRequest(
        "ValidationError",
        `scaleSettings has minNodeCount ${min} and maxNodeCount ${max}; the maximum is at least 1 and not below the minimum.`,
      );
  }
  const wanted = kind === "ComputeInstance" ? 1 : Math.max(1, numberAt(inner, "scaleSettings.minNodeCount") ?? 0);
  checkCores(draft, world, size, wanted, /^lowpriority$/i.test(textAt(inner, "vmPriority") ?? ""));
}

/** The region's cores must hold what is held already (stopped instances too) and these nodes. */
function checkCores(draft: Draft, world: World, size: Size, nodes: number, spot: boolean): void {
  const quota = world.quotas.machineLearning;
  const limit = spot ? quota.spotCores : familyQuota(quota, size.family);
  const used = mlCoresUsed(world, regionKey(draft.location), spot ? undefined : size.family, draft.id);
  if (used + nodes * size.cores <= limit) return;
  const what = spot ? "low-priority" : size.family;
  throw badRequest(
    "ClusterMinNodesExceedCoreQuota",
    `The specified subscription has a ${what} vCPU quota of ${limit}, of which ${used} are used, and cannot accommodate for at least ${nodes} requested managed compute node which maps to ${nodes * size.cores} vCPUs.`,
  );
}

/** Cores held by Azure Machine Learning in a region: of one family, or (without one) low-priority cores. */
export function mlCoresUsed(world: World, region: string, family?: string, except = ""): number {
  return world.store.ofType(COMPUTES).reduce((sum, compute) => {
    const inner = objectAt(compute.sent, "properties.properties");
    const size = findSize(textAt(inner, "vmSize") ?? "");
    const spot = /^lowpriority$/i.test(textAt(inner, "vmPriority") ?? "");
    if (!size || compute.id === except || regionKey(textAt(compute.sent, "location") ?? "") !== region) return sum;
    if (family === undefined ? !spot : spot || size.family !== family) return sum;
    const instance = textAt(compute.sent, "properties.computeType") === "ComputeInstance";
    return (
      sum + size.cores * (instance ? 1 : (numberAt(compute.outputs, "properties.properties.currentNodeCount") ?? 0))
    );
  }, 0);
}

function computeOutputs(draft: Draft, world: World): Outputs {
  const kind = textAt(draft.body, "properties.computeType") ?? "";
  const inner = objectAt(draft.body, "properties.properties");
  const times = {
    createdOn: textAt(draft.previous?.outputs, "properties.createdOn") ?? now(world),
    modifiedOn: now(world),
    isAttachedCompute: kind === "Kubernetes",
    computeLocation: regionKey(draft.location),
  };
  if (kind === "ComputeInstance") {
    const state = draft.previous ? {} : { state: "Creating" };
    const host = `https://${draft.name}.${regionKey(draft.location)}.instances.azureml.ms`;
    const added = {
      ...state,
      createdBy: {},
      errors: [],
      applications: [{ displayName: "Jupyter Lab", endpointUri: `${host}/lab` }],
    };
    return {
      now: { properties: { ...times, properties: added } },
      after: draft.previous ? {} : { properties: { properties: { state: "Running" } } },
    };
  }
  if (kind === "Kubernetes") return { now: { properties: times } };
  const count = numberAt(inner, "scaleSettings.minNodeCount") ?? 0;
  const steady = {
    allocationState: "Steady",
    currentNodeCount: count,
    targetNodeCount: count,
    nodeStateCounts: {
      idleNodeCount: count,
      runningNodeCount: 0,
      preparingNodeCount: 0,
      unusableNodeCount: 0,
      leavingNodeCount: 0,
      preemptedNodeCount: 0,
    },
  };
  return {
    now: { properties: { ...times, properties: { allocationState: "Resizing", targetNodeCount: count } } },
    after: { properties: { properties: steady } },
  };
}

function power(compute: Resource, from: string, during: string, to: string, length: number) {
  if (textAt(compute.sent, "properties.computeType") !== "ComputeInstance")
    throw badRequest("NotSupported", `'${compute.name}' is not a compute instance.`);
  const state = textAt(compute.outputs, "properties.properties.state") ?? "";
  if (state === to && from !== to) return { status: 200 };
  if (state !== from)
    throw new ArmError(
      409,
      "InvalidComputeState",
      `The compute instance '${compute.name}' in group '${groupOf(compute.id)?.split("/").pop() ?? ""}' is in state '${state}', which does not allow this; it must be '${from}'.`,
    );
  const patch = (value: string) => ({ properties: { properties: { state: value } } });
  return { seconds: length, during: patch(during), after: patch(to) };
}

/** A stopped instance still pays for its disk, load balancer and public address. */
function computeUsage(compute: Resource): Usage[] {
  const inner = objectAt(compute.sent, "properties.properties");
  const kind = textAt(compute.sent, "properties.computeType");
  const size = textAt(inner, "vmSize") ?? "";
  if (kind === "ComputeInstance") {
    const running = textAt(compute.outputs, "properties.properties.state") !== "Stopped";
    const always = ["disk/P10", "loadBalancer", "publicIp"].map((meter) => ({ meter, quantity: 1 }));
    return [...nodeUsage(size, running ? 1 : 0, 0), ...always];
  }
  if (kind !== "AmlCompute") return [];
  const count = numberAt(compute.outputs, "properties.properties.currentNodeCount") ?? 0;
  const spot = /^lowpriority$/i.test(textAt(inner, "vmPriority") ?? "");
  // One load balancer for every 50 nodes begun (azure-ai-docs, concept-plan-manage-cost).
  const balancers = count > 0 ? [{ meter: "loadBalancer", quantity: Math.ceil(count / 50) }] : [];
  return [...nodeUsage(size, spot ? 0 : count, spot ? count : 0), ...balancers];
}
