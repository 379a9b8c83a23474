import type { Arm, Listed } from "./arm";

/** Something of the estate that the subscription still holds. */
export interface Leftover {
  /** What kind of thing it is, for people. */
  kind: string;
  id: string;
  /** Whether it is only kept for recovery, and not live. */
  softDeleted: boolean;
}

const versions = {
  resources: "2021-04-01",
  vaults: "2024-11-01",
  logs: "2023-09-01",
  machineLearning: "2025-12-01",
  roles: "2022-04-01",
  policies: "2025-01-01",
  identities: "2023-01-31",
};

/**
 * Matches the ids of everything inside the estate's resource group, whose name is the estate's and a random part.
 * Works after the group is gone, too, when only assignments still name it.
 */
export function insideEstate(estate: string): RegExp {
  const name = estate.replace(/[.*+?^${}()|[\]\\]/g, "\\$&");
  return new RegExp(`/resourceGroups/${name}-group[0-9a-f]{8}(/|$)`, "i");
}

/**
 * Everything of an estate that a subscription holds: live, assigned, or soft-deleted.
 * @param principals object ids of the estate's identities, which are no longer to be found once these are deleted
 */
export async function findLeftovers(arm: Arm, estate: string, principals: readonly string[] = []): Promise<Leftover[]> {
  const subscription = `/subscriptions/${arm.subscriptionId}`;
  const inside = insideEstate(estate);
  const { tagged, ours } = belongsTo(estate);
  const text = (item: Listed, key: string) => String(item.properties?.[key] ?? "");

  const [groups, resources, assignments, roles, policyAssignments, policies, vaults, logs] = await Promise.all([
    arm.list(`${subscription}/resourcegroups`, versions.resources, byTag(estate)),
    arm.list(`${subscription}/resources`, versions.resources, byTag(estate)),
    arm.list(`${subscription}/providers/Microsoft.Authorization/roleAssignments`, versions.roles),
    arm.list(`${subscription}/providers/Microsoft.Authorization/roleDefinitions`, versions.roles, {
      $filter: "type eq 'CustomRole'",
    }),
    arm.list(`${subscription}/providers/Microsoft.Authorization/policyAssignments`, versions.policies),
    arm.list(`${subscription}/providers/Microsoft.Authorization/policyDefinitions`, versions.policies, {
      $filter: "policyType eq 'Custom'",
    }),
    deletedVaults(arm),
    deletedLogs(arm),
  ]);
  const live = (kind: string, items: Listed[]) => items.map(({ id }) => ({ kind, id, softDeleted: false }));
  const kept = (kind: string, items: Listed[]) => items.map(({ id }) => ({ kind, id, softDeleted: true }));
  const scopes = (role: Listed) => (role.properties?.assignableScopes ?? []) as string[];
  return [
    ...live("resource group", groups.filter(tagged)),
    ...live("resource", resources.filter(tagged)),
    ...live(
      "role assignment",
      assignments.filter((item) => inside.test(text(item, "scope")) || principals.includes(text(item, "principalId"))),
    ),
    ...live(
      "role definition",
      roles.filter((role) => scopes(role).some((scope) => inside.test(scope))),
    ),
    ...live(
      "policy assignment",
      policyAssignments.filter((item) => inside.test(text(item, "scope"))),
    ),
    ...live(
      "policy definition",
      policies.filter((item) => (item.properties?.metadata as { estate?: string } | undefined)?.estate === estate),
    ),
    ...kept("deleted key vault", vaults.filter(ours)),
    ...kept("deleted log workspace", logs.filter(ours)),
  ];
}

/**
 * Deletes for good, while they are still there, what `destroy` would only soft-delete and what is hard to purge later:
 * log workspaces can be forced only while they exist, and late purges of a machine-learning workspace can jam
 * (azure-cli #33756).
 */
export async function forceDelete(arm: Arm, estate: string, say: (line: string) => void): Promise<void> {
  const { ours } = belongsTo(estate);
  // Not by tag: what people have made by hand in the group goes with the group, and would be kept, too.
  const resources = await arm.list(`/subscriptions/${arm.subscriptionId}/resources`, versions.resources);
  const forced = [
    { type: "microsoft.machinelearningservices/workspaces", version: versions.machineLearning, query: "forceToPurge" },
    { type: "microsoft.operationalinsights/workspaces", version: versions.logs, query: "force" },
  ];
  for (const { type, version, query } of forced) {
    for (const { id } of resources.filter((item) => item.type?.toLowerCase() === type && ours(item))) {
      say(`deleting for good: ${id}`);
      if (type === "microsoft.machinelearningservices/workspaces") await deleteComputes(arm, id, version);
      await arm.act("DELETE", id, version, { [query]: "true" });
    }
  }
}

/** Purges what a destroy has left soft-deleted, and roles given by hand in the estate's group, which outlive it. */
export async function purge(arm: Arm, estate: string, say: (line: string) => void): Promise<void> {
  const { ours } = belongsTo(estate);
  for (const vault of (await deletedVaults(arm)).filter(ours)) {
    say(`purging: ${vault.id}`);
    await arm.act("POST", `${vault.id}/purge`, versions.vaults);
  }
  const inside = insideEstate(estate);
  const path = `/subscriptions/${arm.subscriptionId}/providers/Microsoft.Authorization/roleAssignments`;
  for (const { id, properties } of await arm.list(path, versions.roles)) {
    if (!inside.test(String(properties?.scope ?? ""))) continue;
    say(`deleting: ${id}`);
    await arm.act("DELETE", id, versions.roles);
  }
}

/** Object ids of the estate's identities. */
export async function principalsOf(arm: Arm, estate: string): Promise<string[]> {
  const path = `/subscriptions/${arm.subscriptionId}/providers/Microsoft.ManagedIdentity/userAssignedIdentities`;
  const identities = await arm.list(path, versions.identities);
  return identities.filter(belongsTo(estate).ours).map(({ properties }) => String(properties?.principalId));
}

/** Whether something carries the estate's tag, or is (or was, when it is soft-deleted) ours in any way. */
function belongsTo(estate: string) {
  const inside = insideEstate(estate);
  const tagged = (item: Listed) =>
    item.tags?.estate === estate || (item.properties?.tags as Record<string, string> | undefined)?.estate === estate;
  const ours = (item: Listed) =>
    tagged(item) || inside.test(item.id) || inside.test(String(item.properties?.vaultId ?? ""));
  return { tagged, ours };
}

/** A workspace can be deleted only when its compute is gone. */
async function deleteComputes(arm: Arm, workspaceId: string, version: string): Promise<void> {
  const computes = await arm.list(`${workspaceId}/computes`, version);
  await Promise.all(
    computes.map(({ id, properties }) =>
      // Attached compute is only let go of; what it stands on is a resource of its own.
      arm.act("DELETE", id, version, {
        underlyingResourceAction: properties?.computeType === "Kubernetes" ? "Detach" : "Delete",
      }),
    ),
  );
}

const byTag = (estate: string) => ({ $filter: `tagName eq 'estate' and tagValue eq '${estate.replace(/'/g, "''")}'` });

function deletedVaults(arm: Arm): Promise<Listed[]> {
  return arm.list(`/subscriptions/${arm.subscriptionId}/providers/Microsoft.KeyVault/deletedVaults`, versions.vaults);
}

function deletedLogs(arm: Arm): Promise<Listed[]> {
  return arm.list(
    `/subscriptions/${arm.subscriptionId}/providers/Microsoft.OperationalInsights/deletedWorkspaces`,
    versions.logs,
  );
}
