import { randomUUID } from "node:crypto";
import type { ArmType, Draft, World } from "../armType";
import { badRequest, conflict } from "../errors";
import { keyOf } from "../ids";
import { at, isObject, listAt, numberAt, objectAt, textAt } from "../json";
import { gpuRegions, regionKey } from "../regions";
import { instant, now } from "./common";
import {
  checkContainers,
  ENVIRONMENTS,
  environmentId,
  executionUsage,
  gpuProfiles,
  gpuUsages,
  JOBS,
  replicaUsage,
  startJob,
} from "./containers";

const APPS = "Microsoft.App/containerApps";
const VERSIONS =
  "2022-10-01 2023-05-01 2024-02-02-preview 2024-03-01 2024-10-02-preview 2025-01-01 2025-02-02-preview 2025-07-01 2025-10-02-preview 2026-01-01 2026-07-01";
const appName = {
  pattern: /^[a-z](?!.*--)[a-z0-9-]{0,30}[a-z0-9]$/,
  says: "2-32 lower-case letters, digits and single '-', starting with a letter and not ending in '-'",
};

export const appTypes: ArmType[] = [
  {
    type: ENVIRONMENTS,
    versions: VERSIONS,
    name: {
      pattern: /^[A-Za-z0-9][\w-]{0,58}[A-Za-z0-9]$/,
      says: "2-60 letters, digits, '_' and '-', starting and ending with a letter or digit",
    },
    readOnly:
      "deploymentErrors defaultDomain privateLinkDefaultDomain staticIp eventStreamEndpoint privateEndpointConnections",
    fixed: "properties.vnetConfiguration properties.zoneRedundant",
    defaults: { properties: { zoneRedundant: false } },
    wholes: "properties.workloadProfiles",
    writes: { by: "async", seconds: 90 },
    updates: { by: "async", seconds: 20 },
    deletes: { by: "location", seconds: 60 },
    check: checkEnvironment,
    checkDelete(environment, world) {
      const names = { [APPS]: "ManagedEnvironmentHasContainerApps", [JOBS]: "ManagedEnvironmentHasContainerAppsJobs" };
      for (const [type, code] of Object.entries(names)) {
        const inside = world.store
          .ofType(type)
          .filter((r) => keyOf(environmentId(r.sent)) === keyOf(environment.id)).length;
        const what = type === APPS ? "Container Apps" : "Container Apps Jobs";
        if (inside > 0)
          throw conflict(
            code,
            `The specified environment ${environment.name} cannot be deleted because it still contains ${inside} ${what}.`,
          );
      }
    },
    outputs(draft) {
      const label =
        textAt(draft.previous?.outputs, "properties.defaultDomain") ??
        `wise${randomUUID().slice(0, 8)}.${regionKey(draft.location)}.azurecontainerapps.io`;
      return {
        now: {
          properties: {
            defaultDomain: label,
            staticIp: "20.0.0.4",
            eventStreamEndpoint: `https://${regionKey(draft.location)}.azurecontainerapps.dev${draft.id}/eventstream`,
          },
        },
      };
    },
    actions: {
      "GET usages": (environment, world) => ({
        body: { value: gpuUsages(world, (r) => keyOf(environmentId(r.sent)) === keyOf(environment.id)) },
      }),
      "GET workloadProfileStates": (environment) => ({
        body: {
          value: listAt(environment.sent, "properties.workloadProfiles").map((p) => ({
            name: textAt(p, "name"),
            properties: { minimumCount: 0, maximumCount: 0, currentCount: 0 },
          })),
        },
      }),
    },
  },
  {
    type: `${ENVIRONMENTS}/storages`,
    versions: VERSIONS,
    name: { pattern: /^[a-z0-9][a-z0-9-]{0,30}[a-z0-9]$/, says: "2-32 lower-case letters, digits and '-'" },
    provisioning: false,
    writes: instant,
    createdStatus: 200,
    deletes: instant,
    check(draft) {
      if (isObject(at(draft.body, "properties.nfsAzureFile"))) return;
      const share = objectAt(draft.body, "properties.azureFile");
      for (const name of ["accountName", "shareName", "accessMode"]) {
        if (share[name] === undefined)
          throw badRequest(
            "ManagedEnvironmentStorageInvalid",
            `properties.azureFile.${name} of '${draft.name}' is required.`,
          );
      }
      if (share.accountKey === undefined && share.accountKeyVaultProperties === undefined && !draft.previous)
        throw badRequest(
          "ManagedEnvironmentStorageInvalid",
          `properties.azureFile of '${draft.name}' needs accountKey or accountKeyVaultProperties.`,
        );
    },
    checkDelete(storage, world) {
      const environment = storage.id.split("/").slice(0, -2).join("/");
      const users = [...world.store.ofType(APPS), ...world.store.ofType(JOBS)].filter(
        (r) => keyOf(environmentId(r.sent)) === keyOf(environment),
      );
      const used = users.some((r) =>
        listAt(r.sent, "properties.template.volumes").some((v) => textAt(v, "storageName") === storage.name),
      );
      if (used)
        throw conflict(
          "ManagedEnvironmentStorageInUse",
          `Cannot delete Managed environment storage '${storage.name}' because it's still in use.`,
        );
    },
  },
  {
    type: JOBS,
    versions: VERSIONS,
    name: appName,
    required:
      "properties.environmentId properties.configuration.triggerType properties.configuration.replicaTimeout properties.template.containers",
    readOnly: "runningState outboundIpAddresses eventStreamEndpoint",
    references: "properties.environmentId",
    fixed: "properties.environmentId",
    wholes: "properties.template.containers properties.configuration.secrets properties.configuration.registries",
    writes: { by: "async", seconds: 20 },
    updates: { by: "async", seconds: 10 },
    deletes: { by: "location", seconds: 15 },
    check(draft, world) {
      const kind = textAt(draft.body, "properties.configuration.triggerType") ?? "";
      const triggers: Record<string, string> = {
        Manual: "manualTriggerConfig",
        Schedule: "scheduleTriggerConfig",
        Event: "eventTriggerConfig",
      };
      const wanted = triggers[kind];
      if (wanted === undefined)
        throw badRequest(
          "ContainerAppJobInvalidTriggerType",
          `triggerType is '${kind}'; allowed are Manual, Schedule, Event.`,
        );
      if (kind !== "Manual" && !isObject(at(draft.body, `properties.configuration.${wanted}`)))
        throw badRequest(
          "ContainerAppJobMissingTrigger",
          `configuration.${wanted} is required for the trigger type ${kind}.`,
        );
      const cron = textAt(draft.body, "properties.configuration.scheduleTriggerConfig.cronExpression");
      if (kind === "Schedule" && (cron ?? "").trim().split(/\s+/).length !== 5)
        throw badRequest("ContainerAppJobInvalidCron", `cronExpression '${cron ?? ""}' does not have five fields.`);
      checkContainers(draft, world);
    },
    outputs: (draft) => ({
      now: {
        properties: {
          runningState: "Ready",
          outboundIpAddresses: ["20.0.0.5"],
          eventStreamEndpoint: `https://${regionKey(draft.location)}.azurecontainerapps.dev${draft.id}/eventstream`,
        },
      },
    }),
    actions: { start: startJob },
  },
  {
    type: `${JOBS}/executions`,
    versions: VERSIONS,
    name: { pattern: /^[\w-]+$/, says: "as Azure named it" },
    provisioning: false,
    usage: executionUsage,
    interrupts: "stop",
    permissions: {
      read: "Microsoft.App/jobs/execution/read",
      list: "Microsoft.App/jobs/executions/read",
      stop: "Microsoft.App/jobs/stop/execution/action",
    },
    actions: {
      stop(execution, world) {
        if (textAt(execution.outputs, "properties.status") !== "Running") return { status: 200 };
        return { status: 202, after: { properties: { status: "Stopped", endTime: now(world) } } };
      },
    },
  },
  {
    type: APPS,
    versions: VERSIONS,
    name: appName,
    readOnly:
      "runningStatus deploymentErrors latestRevisionName latestReadyRevisionName latestRevisionFqdn customDomainVerificationId outboundIpAddresses eventStreamEndpoint",
    references: "properties.environmentId properties.managedEnvironmentId",
    wholes: "properties.template.containers properties.configuration.secrets properties.configuration.registries",
    writes: { by: "async", seconds: 30 },
    updates: { by: "async", seconds: 15 },
    deletes: { by: "location", seconds: 20 },
    check(draft, world) {
      if (environmentId(draft.body) === "")
        throw badRequest(
          "InvalidRequestContent",
          "The property 'properties.environmentId' of a container app is required.",
        );
      checkContainers(draft, world);
    },
    outputs(draft, world) {
      const environment = world.store.get(environmentId(draft.body));
      const domain = textAt(environment?.outputs, "properties.defaultDomain") ?? "";
      const ingress = at(draft.body, "properties.configuration.ingress");
      const inner = at(ingress, "external") === true ? "" : ".internal";
      const revision = `${draft.name}--${randomUUID().slice(0, 7)}`;
      const fqdn = {
        configuration: { ingress: { fqdn: `${draft.name}${inner}.${domain}` } },
        latestRevisionFqdn: `${revision}${inner}.${domain}`,
      };
      return {
        now: {
          properties: {
            ...(isObject(ingress) && fqdn),
            latestRevisionName: revision,
            runningStatus: "Running",
            outboundIpAddresses: ["20.0.0.5"],
            customDomainVerificationId: world.secret(draft.id).slice(0, 32),
          },
        },
        after: { properties: { latestReadyRevisionName: revision } },
      };
    },
    usage(app, world) {
      const replicas =
        textAt(app.outputs, "properties.runningStatus") === "Stopped"
          ? 0
          : (numberAt(app.sent, "properties.template.scale.minReplicas") ?? 0);
      return replicaUsage(app.sent, world, replicas);
    },
    actions: {
      start: () => ({ seconds: 20, after: { properties: { runningStatus: "Running" } } }),
      stop: () => ({ seconds: 20, after: { properties: { runningStatus: "Stopped" } } }),
    },
  },
  {
    type: `${APPS}/authConfigs`,
    versions: VERSIONS,
    name: { pattern: /^current$/, says: "'current'" },
    provisioning: false,
    writes: instant,
    createdStatus: 200,
    deletes: instant,
  },
];

function checkEnvironment(draft: Draft, world: World): void {
  const region = regionKey(draft.location);
  for (const profile of listAt(draft.body, "properties.workloadProfiles")) {
    const type = textAt(profile, "workloadProfileType") ?? "";
    const gpu = gpuProfiles[type.toLowerCase()];
    if (!gpu && !/^(Consumption|D(4|8|16|32)|E(4|8|16|32)|NC(24|48|96)-A100)$/.test(type))
      throw badRequest("InvalidWorkloadProfileType", `The workload profile type '${type}' is not known.`);
    if (!gpu) continue;
    if (!gpuRegions[gpu.gpu].has(region))
      throw badRequest(
        "WorkloadProfileNotSupportedInRegion",
        `The workload profile type '${type}' is not available in '${region}'. It is available in: ${[...gpuRegions[gpu.gpu]].join(", ")}.`,
      );
    for (const name of ["minimumCount", "maximumCount"] as const) {
      if (numberAt(profile, name) !== undefined)
        throw badRequest(
          "WorkloadProfilePropertyNotSupported",
          `property '${name[0]?.toUpperCase()}${name.slice(1)}' is not supported for ${type}`,
        );
    }
  }
  const here = world.store
    .ofType(ENVIRONMENTS)
    .filter((e) => e.id !== draft.id && regionKey(textAt(e.sent, "location") ?? "") === region);
  if (here.length >= world.quotas.containerApps.environments)
    throw badRequest(
      "MaxNumberOfRegionalEnvironmentsInSubExceeded",
      `The subscription '${world.subscriptionId}' cannot have more than ${world.quotas.containerApps.environments} Container App Environments in ${region}.`,
    );
}
