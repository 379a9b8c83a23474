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
};

/**
 * Matches the ids of everything inside the estate's resource group, whose name is the estate's and a random part.
 * Works after the group is gone, too, when only assignments still name it.
 */
export function insideEstate(estate: string): RegExp {
  const name = estate.replace(/[.*+?^${}()|[\]\\]/g, "\\$&");
  return new RegExp(`/resourceGroups/${name}-group[0-9a-f]{8}(/|$)`, "i");
}

/** Everything of an estate that a subscription holds: live, assigned, or soft-deleted. */
export async function findLeftovers(arm: Arm, estate: string): Promise<Leftover[]> {
  const subscription = `/subscriptions/${arm.subscriptionId}`;
  const inside = insideEstate(estate);
  const tagged = (item: Listed) =>
    item.tags?.estate === estate || (item.properties?.tags as Record<string, string> | undefined)?.estate === estate;
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
      assignments.filter((item) => inside.test(text(item, "scope"))),
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
    ...kept("deleted key vault", vaults.filter(tagged)),
    ...kept(
      "deleted log workspace",
      logs.filter((item) => tagged(item) || inside.test(item.id)),
    ),
  ];
}

/**
 * Deletes for good, while they are still there, what `destroy` would only soft-delete and what is hard to purge later:
 * log workspaces can be forced only while they exist, and late purges of a machine-learning workspace can jam
 * (azure-cli #33756).
 */
export async function forceDelete(arm: Arm, estate: string, say: (line: string) => void): Promise<void> {
  const resources = await arm.list(`/subscriptions/${arm.subscriptionId}/resources`, versions.resources, byTag(estate));
  const forced = [
    { type: "microsoft.machinelearningservices/workspaces", version: versions.machineLearning, query: "forceToPurge" },
    { type: "microsoft.operationalinsights/workspaces", version: versions.logs, query: "force" },
  ];
  for (const { type, version, query } of forced) {
    for (const { id } of resources.filter(
      (item) => item.type?.toLowerCase() === type && item.tags?.estate === estate,
    )) {
      say(`deleting for good: ${id}`);
      if (type === "microsoft.machinelearningservices/workspaces") await deleteComputes(arm, id, version);
      await arm.act("DELETE", id, version, { [query]: "true" });
    }
  }
}

/** Purges what a destroy has left soft-deleted. */
export async function purge(arm: Arm, estate: string, say: (line: string) => void): Promise<void> {
  for (const vault of await deletedVaults(arm)) {
    if ((vault.properties?.tags as Record<string, string> | undefined)?.estate !== estate) continue;
    say(`purging: ${vault.id}`);
    await arm.act("POST", `${vault.id}/purge`, versions.vaults);
  }
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
