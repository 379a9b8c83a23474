import type { ArmType, Draft, Usage, World } from "../armType";
import { badRequest, conflict } from "../errors";
import { isObject, listAt, numberAt, objectAt, textAt, type JsonObject } from "../json";
import { familyQuota } from "../quotas";
import { regionKey } from "../regions";
import { findSize } from "../sizes";
import type { Resource } from "../store";
import { availableSize, instant, keptTime, now } from "./common";
import { seconds } from "./durations";

const ACCOUNTS = "Microsoft.Batch/batchAccounts";
const POOLS = `${ACCOUNTS}/pools`;
const VERSIONS = "2021-06-01 2022-10-01 2023-05-01 2023-11-01 2024-02-01 2024-07-01 2025-06-01";

export const batchTypes: ArmType[] = [
  {
    type: ACCOUNTS,
    versions: VERSIONS,
    name: { pattern: /^[a-z0-9]{3,24}$/, says: "3-24 lower-case letters and digits", unique: "in its region" },
    taken: (draft) =>
      conflict("AccountNameAlreadyTaken", `An account with name ${draft.name} already exists in this region.`),
    readOnly:
      "accountEndpoint nodeManagementEndpoint privateEndpointConnections dedicatedCoreQuota lowPriorityCoreQuota dedicatedCoreQuotaPerVMFamily dedicatedCoreQuotaPerVMFamilyEnforced poolQuota activeJobAndJobScheduleQuota",
    references: "properties.autoStorage.storageAccountId",
    fixed: "properties.poolAllocationMode",
    defaults: {
      properties: {
        poolAllocationMode: "BatchService",
        publicNetworkAccess: "Enabled",
        allowedAuthenticationModes: ["SharedKey", "AAD", "TaskAuthenticationToken"],
        encryption: { keySource: "Microsoft.Batch" },
      },
    },
    writes: { by: "location", seconds: 20 },
    updates: instant,
    deletes: { by: "location", seconds: 30 },
    check(draft, world) {
      const region = regionKey(draft.location);
      const here = world.store
        .ofType(ACCOUNTS)
        .filter((a) => a.id !== draft.id && regionKey(textAt(a.sent, "location") ?? "") === region);
      if (here.length < world.quotas.batch.accounts) return;
      throw conflict(
        "SubscriptionQuotaExceeded",
        `The regional account quota of ${world.quotas.batch.accounts} for the specified subscription has been reached in ${region}.`,
      );
    },
    outputs(draft, world) {
      const host = `${draft.name}.${regionKey(draft.location)}`;
      const { dedicatedCores, spotCores, familyCores, pools } = world.quotas.batch;
      const autoStorage = isObject((draft.body.properties as JsonObject | undefined)?.autoStorage) && {
        autoStorage: { lastKeySync: now(world) },
      };
      return {
        now: {
          properties: {
            ...autoStorage,
            accountEndpoint: `${host}.batch.azure.com`,
            nodeManagementEndpoint: `${host.split(".")[0]}.${regionKey(draft.location)}.service.batch.azure.com`,
            dedicatedCoreQuota: dedicatedCores,
            lowPriorityCoreQuota: spotCores,
            dedicatedCoreQuotaPerVMFamilyEnforced: true,
            dedicatedCoreQuotaPerVMFamily: Object.entries(familyCores).map(([name, coreQuota]) => ({
              name,
              coreQuota,
            })),
            poolQuota: pools,
            activeJobAndJobScheduleQuota: 300,
          },
        },
      };
    },
    actions: {
      listKeys(account, world) {
        if (!listAt(account.sent, "properties.allowedAuthenticationModes").includes("SharedKey"))
          throw badRequest(
            "SharedKeyAuthNotAllowed",
            "Shared key authentication is not allowed on this Batch account.",
          );
        return {
          body: {
            accountName: account.name,
            primary: world.secret(`${account.id}/1`),
            secondary: world.secret(`${account.id}/2`),
          },
        };
      },
      synchronizeAutoStorageKeys: () => ({ status: 204 }),
    },
  },
  {
    type: POOLS,
    versions: VERSIONS,
    name: { pattern: /^[\w-]{1,64}$/, says: "1-64 letters, digits, '_' and '-'" },
    required: "properties.vmSize properties.deploymentConfiguration.virtualMachineConfiguration",
    readOnly:
      "lastModified creationTime provisioningStateTransitionTime allocationState allocationStateTransitionTime currentDedicatedNodes currentLowPriorityNodes autoScaleRun resizeOperationStatus currentNodeCommunicationMode",
    fixed: "properties.vmSize properties.taskSlotsPerNode",
    defaults: { properties: { taskSlotsPerNode: 1, interNodeCommunication: "Disabled" } },
    wholes: "properties.scaleSettings properties.startTask properties.metadata",
    writes: instant,
    createdStatus: 200,
    deletes: { by: "location", seconds: 60 },
    check: checkPool,
    outputs: poolOutputs,
    usage: (pool) =>
      nodeUsage(
        textAt(pool.sent, "properties.vmSize") ?? "",
        nodes(pool, "currentDedicatedNodes"),
        nodes(pool, "currentLowPriorityNodes"),
      ),
    actions: {
      disableAutoScale: (pool) => ({
        sent: withScale(pool.sent, {
          fixedScale: {
            targetDedicatedNodes: nodes(pool, "currentDedicatedNodes"),
            targetLowPriorityNodes: nodes(pool, "currentLowPriorityNodes"),
            resizeTimeout: "PT15M",
          },
        }),
      }),
      stopResize: () => ({ after: { properties: { allocationState: "Steady" } } }),
    },
  },
];

/** Meters of allocated nodes, Spot apart. */
export function nodeUsage(size: string, dedicated: number, spot: number): Usage[] {
  const name = findSize(size)?.name ?? size;
  return [
    { meter: `vm/${name}`, quantity: dedicated },
    { meter: `vm/${name}/spot`, quantity: spot },
  ].filter((usage) => usage.quantity > 0);
}

const nodes = (pool: Resource, name: string): number => numberAt(pool.outputs, `properties.${name}`) ?? 0;

function withScale(sent: JsonObject, scaleSettings: JsonObject): JsonObject {
  return { ...sent, properties: { ...objectAt(sent, "properties"), scaleSettings } };
}

function checkPool(draft: Draft, world: World): void {
  const size = availableSize(textAt(draft.body, "properties.vmSize") ?? "", world);
  const scale = objectAt(draft.body, "properties.scaleSettings");
  if (isObject(scale.autoScale) && isObject(scale.fixedScale))
    throw badRequest("InvalidRequestBody", "scaleSettings has both autoScale and fixedScale; give one.");
  if (isObject(scale.autoScale)) {
    const formula = textAt(scale, "autoScale.formula") ?? "";
    if (formula === "" || Buffer.byteLength(formula) > 8192)
      throw badRequest(
        "InvalidPropertyValue",
        `autoScale.formula has ${Buffer.byteLength(formula)} bytes; allowed are 1 to 8192.`,
      );
    const interval = seconds(textAt(scale, "autoScale.evaluationInterval") ?? "PT15M");
    if (!(interval >= 300 && interval <= 168 * 3600))
      throw badRequest("InvalidPropertyValue", "autoScale.evaluationInterval must be from PT5M to P7D.");
  }
  const slots = numberAt(draft.body, "properties.taskSlotsPerNode") ?? 1;
  if (slots < 1 || slots > Math.min(256, 4 * size.cores))
    throw badRequest(
      "InvalidPropertyValue",
      `taskSlotsPerNode is ${slots}; allowed for ${size.name} are 1 to ${Math.min(256, 4 * size.cores)}.`,
    );
  const machine = objectAt(draft.body, "properties.deploymentConfiguration.virtualMachineConfiguration");
  for (const path of ["imageReference", "nodeAgentSkuId"]) {
    if (machine[path] === undefined)
      throw badRequest(
        "InvalidRequestBody",
        `virtualMachineConfiguration.${path} of pool '${draft.name}' is required.`,
      );
  }
  const pools = world.store
    .ofType(POOLS)
    .filter((p) => p.id !== draft.id && p.id.startsWith(`${draft.parent?.id ?? ""}/`));
  if (pools.length >= world.quotas.batch.pools)
    throw conflict(
      "PoolQuotaReached",
      `The account '${draft.parent?.name ?? ""}' has reached its quota of ${world.quotas.batch.pools} pools.`,
    );
}

/** Pools are always created; what exceeds the account's quota is not allocated and reported as a resize error. */
function poolOutputs(draft: Draft, world: World) {
  const size = availableSize(textAt(draft.body, "properties.vmSize") ?? "", world);
  const fixed = objectAt(draft.body, "properties.scaleSettings.fixedScale");
  const quota = world.quotas.batch;
  const others = world.store
    .ofType(POOLS)
    .filter((p) => p.id !== draft.id && p.id.startsWith(`${draft.parent?.id ?? ""}/`));
  const used = (name: string, family?: string): number =>
    others.reduce((sum, p) => {
      const its = findSize(textAt(p.sent, "properties.vmSize") ?? "");
      return its && (family === undefined || its.family === family) ? sum + nodes(p, name) * its.cores : sum;
    }, 0);
  const fit = (wanted: number, left: number): number => Math.max(0, Math.min(wanted, Math.floor(left / size.cores)));
  const [wantedDedicated, wantedSpot] = [
    numberAt(fixed, "targetDedicatedNodes") ?? 0,
    numberAt(fixed, "targetLowPriorityNodes") ?? 0,
  ];
  const familyLeft = familyQuota(quota, size.family) - used("currentDedicatedNodes", size.family);
  const dedicated = fit(wantedDedicated, Math.min(quota.dedicatedCores - used("currentDedicatedNodes"), familyLeft));
  const spot = fit(wantedSpot, quota.spotCores - used("currentLowPriorityNodes"));
  const errors = [
    ...(dedicated < wantedDedicated
      ? [{ code: "AccountCoreQuotaReached", message: "The specified account has reached core quota" }]
      : []),
    ...(spot < wantedSpot
      ? [
          {
            code: "AccountLowPriorityCoreQuotaReached",
            message: "The specified account has reached low-priority core quota",
          },
        ]
      : []),
  ];
  const time = now(world);
  return {
    now: {
      properties: {
        creationTime: keptTime(draft, "creationTime", world),
        lastModified: time,
        provisioningStateTransitionTime: time,
        allocationState: "Steady",
        allocationStateTransitionTime: time,
        currentDedicatedNodes: dedicated,
        currentLowPriorityNodes: spot,
        currentNodeCommunicationMode: "Simplified",
        resizeOperationStatus: {
          targetDedicatedNodes: wantedDedicated,
          targetLowPriorityNodes: wantedSpot,
          nodeDeallocationOption: "Requeue",
          resizeTimeout: "PT15M",
          startTime: time,
          errors,
        },
      },
    },
  };
}
