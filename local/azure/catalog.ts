import type { Access } from "./access";
import type { Answer, ArmRequest } from "./request";
import type { World } from "./armType";
import { ArmError, badRequest, notFound } from "./errors";
import { keyOf, nameOf, within, type Target } from "./ids";
import { isObject, textAt, type Json, type JsonObject } from "./json";
import { regionKey, regions } from "./regions";
import { computeCoresUsed } from "./rows/compute";
import { gpuUsages } from "./rows/containers";
import { mlCoresUsed } from "./rows/machineLearning";
import { sizes } from "./sizes";
import { shown, type Resource } from "./store";
import { armTypes, findType, namespaces } from "./types";

/** What a subscription, a region or a resource provider reports, beside the resources themselves. */
export function reports(request: ArmRequest, target: Target, world: World, access: Access): Answer | undefined {
  const path = target.segments.join("/").toLowerCase();
  const name = target.namespace.toLowerCase();
  if (request.method === "POST") return requestsOf(request, target, path, world, access);
  if (request.method !== "GET") return undefined;
  if (path === "") return { status: 200, body: provider(target.namespace, world) };
  const found = name === "microsoft.resources" ? ofSubscription(request, target, path, world, access) : undefined;
  if (found) return { status: 200, body: found };
  const report = readers[`${name}/${path}`];
  if (!report) return undefined;
  access.check(request.principal, `${target.namespace}/${target.segments.join("/")}/read`, target.scope || "/");
  const region = regionKey(target.names[0] ?? "");
  const answer = report(world, region, nameOf(target));
  return { status: 200, body: Array.isArray(answer) ? { value: answer } : answer };
}

function ofSubscription(
  request: ArmRequest,
  target: Target,
  path: string,
  world: World,
  access: Access,
): JsonObject | undefined {
  const subscription: JsonObject = {
    id: `/subscriptions/${world.subscriptionId}`,
    subscriptionId: world.subscriptionId,
    tenantId: world.tenantId,
    displayName: "Embedded Azure",
    state: "Enabled",
    authorizationSource: "RoleBased",
  };
  switch (path) {
    case "subscriptions":
      if (target.names.length === 0) return { value: [subscription] };
      if (keyOf(nameOf(target)) !== keyOf(world.subscriptionId))
        throw notFound("SubscriptionNotFound", `The subscription '${nameOf(target)}' could not be found.`);
      return subscription;
    case "tenants":
      return { value: [{ id: `/tenants/${world.tenantId}`, tenantId: world.tenantId, displayName: "Embedded Azure" }] };
    case "locations":
      return {
        value: Object.entries(regions).map(([name, displayName]) => ({
          id: `/subscriptions/${world.subscriptionId}/locations/${name}`,
          name,
          displayName,
          regionalDisplayName: displayName,
          metadata: { regionType: "Physical", regionCategory: "Recommended" },
        })),
      };
    case "providers":
      return target.names.length === 0
        ? { value: namespaces.map((one) => provider(one, world)) }
        : provider(nameOf(target), world);
    case "resources":
    case "resourcegroups/resources": {
      const scope = path === "resources" ? target.scope : `${target.scope}/resourceGroups/${target.names[0] ?? ""}`;
      access.check(request.principal, "Microsoft.Resources/subscriptions/resources/read", scope);
      return { value: listed(request, scope, world) };
    }
    default:
      return undefined;
  }
}

/** Tracked resources, as `az resource list` shows them: no groups, inner services, or authorization. */
function listed(request: ArmRequest, scope: string, world: World): Json[] {
  const filter = request.query.get("$filter") ?? "";
  const type = /resourceType eq '([^']+)'/i.exec(filter)?.[1];
  const tag = /tagName eq '([^']+)'(?: and tagValue eq '([^']*)')?/i.exec(filter);
  const wanted = (r: Resource): boolean => {
    const row = findType(r.type);
    const tracked = row?.type.split("/").length === 2 && (row.at ?? "group") === "group";
    if (
      !within(r.id, scope) ||
      !(tracked || textAt(r.sent, "location") !== undefined) ||
      r.type.endsWith("/resourceGroups")
    )
      return false;
    if (type !== undefined && keyOf(type) !== keyOf(r.type)) return false;
    const value = tag && textAt(r.sent, `tags.${tag[1] ?? ""}`);
    return !tag || (value !== undefined && (tag[2] === undefined || tag[2] === value));
  };
  return world.store
    .all()
    .filter(wanted)
    .map((r) => {
      const { id, name, type: kind, location, tags, sku, identity, kind: sort } = shown(r, false);
      return { id, name, type: kind, location, tags, sku, identity, kind: sort };
    });
}

function provider(namespace: string, world: World): JsonObject {
  const rows = armTypes.filter((row) => keyOf(row.type).startsWith(`${keyOf(namespace)}/`));
  if (rows.length === 0)
    throw notFound("InvalidResourceNamespace", `The resource namespace '${namespace}' is invalid.`);
  const name = rows[0]?.type.split("/")[0] ?? namespace;
  return {
    id: `/subscriptions/${world.subscriptionId}/providers/${name}`,
    namespace: name,
    registrationState: "Registered",
    registrationPolicy: "RegistrationRequired",
    resourceTypes: rows.map((row) => ({
      resourceType: row.type.split("/").slice(1).join("/"),
      locations: Object.values(regions),
      apiVersions: row.versions.split(" ").reverse(),
    })),
  };
}

function requestsOf(
  request: ArmRequest,
  target: Target,
  path: string,
  world: World,
  access: Access,
): Answer | undefined {
  const last = target.segments[target.segments.length - 1] ?? "";
  const namespace = target.namespace.toLowerCase();
  if (path === "register") {
    access.check(request.principal, `${target.namespace}/register/action`, target.scope);
    return { status: 200, body: provider(target.namespace, world) };
  }
  if (/^check(name|computename)availability$/i.test(last) && target.segments.length <= 2)
    return { status: 200, body: available(request, target, world) };
  if (`${namespace}/${path}` !== "microsoft.keyvault/locations/deletedvaults/purge") return undefined;
  access.check(request.principal, "Microsoft.KeyVault/locations/deletedVaults/purge/action", target.scope);
  const deleted = deletedVaults(world).find((d) => keyOf(d.resource.name) === keyOf(target.names[1] ?? ""));
  if (!deleted)
    throw notFound("DeletedVaultNotFound", `The specified deleted vault '${target.names[1] ?? ""}' does not exist.`);
  if (isObject(deleted.resource.sent.properties) && deleted.resource.sent.properties.enablePurgeProtection === true) {
    throw badRequest(
      "MethodNotAllowed",
      `Operation 'DeletedVaultPurge' is not allowed: '${deleted.resource.name}' has purge protection.`,
    );
  }
  world.store.deleted.delete(keyOf(deleted.resource.id));
  return { status: 200 };
}

/** Whether a name that must be unique is free. */
function available(request: ArmRequest, target: Target, world: World): JsonObject {
  const name = textAt(request.body, "name") ?? "";
  const type = textAt(request.body, "type") ?? "";
  const row = findType(
    type.includes("/") && !type.toLowerCase().startsWith("microsoft.") ? `${target.namespace}/${type}` : type,
  );
  if (!row) throw badRequest("InvalidResourceType", `The resource type '${type}' is not known.`);
  if (!row.name.pattern.test(name))
    return { nameAvailable: false, reason: "AccountNameInvalid", message: `'${name}' is not valid: ${row.name.says}.` };
  const taken = [
    ...world.store.ofType(row.type),
    ...world.store.deleted
      .values()
      .map((d) => d.resource)
      .filter((r) => r.type === row.type),
  ].some((r) => keyOf(r.name) === keyOf(name));
  return taken
    ? { nameAvailable: false, reason: "AlreadyExists", message: `The name '${name}' is already taken.` }
    : { nameAvailable: true };
}

const deletedVaults = (world: World) =>
  world.store.deleted.values().filter((d) => d.resource.type === "Microsoft.KeyVault/vaults");

function shownVault(d: ReturnType<typeof deletedVaults>[number], world: World): JsonObject {
  const region = regionKey(textAt(d.resource.sent, "location") ?? "");
  const dates = {
    deletionDate: new Date(d.deleted).toISOString(),
    scheduledPurgeDate: new Date(d.purge).toISOString(),
  };
  return {
    id: `/subscriptions/${world.subscriptionId}/providers/Microsoft.KeyVault/locations/${region}/deletedVaults/${d.resource.name}`,
    name: d.resource.name,
    type: "Microsoft.KeyVault/deletedVaults",
    properties: { vaultId: d.resource.id, location: region, tags: d.resource.sent.tags ?? {}, ...dates },
  };
}

function usage(name: string, currentValue: number, limit: number): JsonObject {
  return { name: { value: name, localizedValue: name }, unit: "Count", currentValue, limit };
}

const families = [...new Set(Object.values(sizes).map((size) => size.family))];

function familyLimits(quota: {
  familyCores: Readonly<Record<string, number>>;
  otherFamilies: number;
}): [string, number][] {
  return families.map((family) => [family, quota.familyCores[family] ?? quota.otherFamilies]);
}

type Reader = (world: World, region: string, name: string) => Json[] | JsonObject;

/** GET reports by provider and path; facts §6. */
const readers: Record<string, Reader> = {
  "microsoft.keyvault/deletedvaults": (world) => deletedVaults(world).map((d) => shownVault(d, world)),
  "microsoft.keyvault/locations/deletedvaults": (world, _, name) => {
    const found = deletedVaults(world).find((d) => keyOf(d.resource.name) === keyOf(name));
    if (!found)
      throw new ArmError(404, "DeletedVaultNotFound", `The specified deleted vault '${name}' does not exist.`);
    return shownVault(found, world);
  },
  "microsoft.operationalinsights/deletedworkspaces": (world) =>
    world.store.deleted
      .values()
      .filter((d) => d.resource.type === "Microsoft.OperationalInsights/workspaces")
      .map((d) => shown(d.resource, true)),
  "microsoft.batch/locations/quotas": (world, region) => ({
    accountQuota: world.quotas.batch.accounts,
    location: region,
  }),
  "microsoft.batch/locations/virtualmachineskus": (world) =>
    current(world).map(([name, size]) => ({
      name,
      familyName: size.family,
      capabilities: [
        { name: "vCPUs", value: String(size.cores) },
        { name: "GPUs", value: String(size.gpus) },
      ],
    })),
  "microsoft.machinelearningservices/locations/usages": (world, region) => {
    const { spotCores } = world.quotas.machineLearning;
    const dedicated = familyLimits(world.quotas.machineLearning).map(([family, limit]) =>
      usage(family, mlCoresUsed(world, region, family), limit),
    );
    return [usage("Total Cluster LowPriority Regional vCPUs", mlCoresUsed(world, region), spotCores), ...dedicated];
  },
  "microsoft.machinelearningservices/locations/quotas": (world) =>
    familyLimits(world.quotas.machineLearning).map(([family, limit]) => ({
      name: { value: family, localizedValue: family },
      type: "Microsoft.MachineLearningServices/vmFamily/quotas",
      limit,
      unit: "Count",
    })),
  "microsoft.machinelearningservices/locations/vmsizes": (world) => ({
    value: current(world).map(([name, size]) => ({
      name,
      family: size.family,
      vCPUs: size.cores,
      gpus: size.gpus,
      memoryGB: size.memoryGiB,
      supportedComputeTypes: ["AmlCompute", "ComputeInstance"],
      lowPriorityCapable: true,
    })),
  }),
  "microsoft.compute/locations/usages": (world, region) => [
    usage("cores", computeCoresUsed(world, region), world.quotas.compute.cores),
    ...familyLimits(world.quotas.compute).map(([family, limit]) =>
      usage(family, computeCoresUsed(world, region, family), limit),
    ),
  ],
  "microsoft.containerinstance/locations/usages": (world, region) => {
    const groups = world.store
      .ofType("Microsoft.ContainerInstance/containerGroups")
      .filter((g) => regionKey(textAt(g.sent, "location") ?? "") === region);
    return [usage("ContainerGroups", groups.length, 100)];
  },
  // No GPU is offered any more: every capability has "None".
  "microsoft.containerinstance/locations/capabilities": (_, region) => [
    {
      resourceType: "containerGroups",
      osType: "Linux",
      location: region,
      ipAddressType: "Public",
      gpu: "None",
      capabilities: { maxMemoryInGB: 16, maxCpu: 4, maxGpuCount: 0 },
    },
  ],
  "microsoft.app/locations/usages": (world, region) => {
    const environments = world.store
      .ofType("Microsoft.App/managedEnvironments")
      .filter((e) => regionKey(textAt(e.sent, "location") ?? "") === region);
    return [
      usage("ManagedEnvironmentCount", environments.length, world.quotas.containerApps.environments),
      ...gpuUsages(world, (r) => regionKey(textAt(r.sent, "location") ?? "") === region),
    ];
  },
  "microsoft.app/locations/availablemanagedenvironmentsworkloadprofiletypes": () =>
    [
      ["Consumption", 4, 8],
      ["D4", 4, 16],
      ["D8", 8, 32],
      ["Consumption-GPU-NC8as-T4", 8, 56],
      ["Consumption-GPU-NC24-A100", 24, 220],
    ].map(([name, cores, memoryGiB]) => ({
      name: name ?? "",
      properties: {
        category: String(name).startsWith("Consumption") ? "Consumption" : "GeneralPurpose",
        applicability: "LocationDefault",
        cores: cores ?? 0,
        memoryGiB: memoryGiB ?? 0,
      },
    })),
};

function current(world: World) {
  const today = world.clock.now().toISOString().slice(0, 10);
  return Object.entries(sizes).filter(([, size]) => size.retired === undefined || size.retired >= today);
}
