import type { ArmClient } from "./arm";
import { outputsOf } from "./body";
import { findResource, pathOf } from "./resources";
import { secret, type Properties } from "./values";

const group = "/subscriptions/{subscriptionId}/resourceGroups/{resourceGroupName}/providers";

/** Functions that are a POST to an action of a resource: token -> path and the API version azure-native 3.28 uses. */
const actions: Readonly<Record<string, { path: string; apiVersion: string; body?: readonly string[] }>> = {
  "storage:listStorageAccountKeys": {
    path: `${group}/Microsoft.Storage/storageAccounts/{accountName}/listKeys`,
    apiVersion: "2024-01-01",
  },
  "operationalinsights:getSharedKeys": {
    path: `${group}/Microsoft.OperationalInsights/workspaces/{workspaceName}/sharedKeys`,
    apiVersion: "2023-09-01",
  },
  "logic:listWorkflowTriggerCallbackUrl": {
    path: `${group}/Microsoft.Logic/workflows/{workflowName}/triggers/{triggerName}/listCallbackUrl`,
    apiVersion: "2019-05-01",
  },
  "logic:listWorkflowCallbackUrl": {
    path: `${group}/Microsoft.Logic/workflows/{workflowName}/listCallbackUrl`,
    apiVersion: "2019-05-01",
    body: ["keyType", "notAfter"],
  },
  "batch:listBatchAccountKeys": {
    path: `${group}/Microsoft.Batch/batchAccounts/{accountName}/listKeys`,
    apiVersion: "2024-07-01",
  },
  "containerregistry:listRegistryCredentials": {
    path: `${group}/Microsoft.ContainerRegistry/registries/{registryName}/listCredentials`,
    apiVersion: "2024-11-01-preview",
  },
  "app:listContainerAppSecrets": {
    path: `${group}/Microsoft.App/containerApps/{containerAppName}/listSecrets`,
    apiVersion: "2025-02-02-preview",
  },
};

/**
 * Calls a function of azure-native: who one is, a GET of any type of the table (`getX`), or one of the actions above.
 *
 * @throws an error in one line for a function that is not known, or a resource that is not there.
 */
export async function invoke(arm: ArmClient, token: string, args: Properties): Promise<Properties> {
  const name = token.replace(/^azure-native:/, "").replace(/\/v\d{8}\w*(?=:)/, "");
  if (name === "authorization:getClientConfig") return await clientConfig(arm);
  if (name === "authorization:getClientToken")
    return { token: secret(await accessToken(arm, args.endpoint as string)) };
  const action = actions[name];
  if (action) {
    const path = pathOf({ ...action, type: name }, args, arm.subscriptionId);
    const body = Object.fromEntries((action.body ?? []).filter((key) => key in args).map((key) => [key, args[key]]));
    return await arm.post(path, action.apiVersion, action.body ? body : undefined);
  }
  const resource = findResource(token.replace(/:get(?=[A-Z]\w*$)/, ":"));
  if (!resource || !/:get[A-Z]\w*$/.test(token)) {
    const known = ["authorization:getClientConfig", "authorization:getClientToken", ...Object.keys(actions)].join(", ");
    throw new Error(
      `${token} is not among the functions of the local provider. Known: ${known}, and get… of each type`,
    );
  }
  const path = pathOf(resource, args, arm.subscriptionId);
  const found = await arm.get(path, resource.apiVersion);
  if (!found) throw new Error(`${token}: there is no ${resource.type} at ${path}`);
  return outputsOf(resource, found);
}

async function clientConfig(arm: ArmClient): Promise<Properties> {
  const claims: unknown = JSON.parse(
    Buffer.from((await accessToken(arm)).split(".")[1] ?? "", "base64url").toString("utf8"),
  );
  const { clientId, tenantId, subscriptionId } = arm.settings;
  return { clientId, tenantId, subscriptionId, objectId: (claims as { oid?: string }).oid ?? "" };
}

async function accessToken(arm: ArmClient, endpoint = "https://management.azure.com"): Promise<string> {
  const token = await arm.credential.getToken(`${endpoint.replace(/\/$/, "")}/.default`);
  return token!.token;
}
