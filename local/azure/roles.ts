import type { Json } from "./json";
import type { Resource } from "./store";

const ML = "Microsoft.MachineLearningServices";
const DEPLOY =
  "Microsoft.Authorization/*/read Microsoft.Resources/deployments/* Microsoft.Resources/subscriptions/resourceGroups/read";

/**
 * Azure's built-in roles that an estate like this one uses: name | identifier | actions | notActions | dataActions
 * (learn.microsoft.com/azure/role-based-access-control/built-in-roles, 2026-09).
 */
const table = `
Owner | 8e3af657-a8ff-443c-a75c-2fe8c4bcb635 | *
Contributor | b24988ac-6180-42a0-ab88-20f7382dd24c | * | Microsoft.Authorization/*/Delete Microsoft.Authorization/*/Write Microsoft.Authorization/elevateAccess/Action
Reader | acdd72a7-3385-48ef-bd42-f606fba81ae7 | */read
User Access Administrator | 18d7d88d-d35e-4fb5-a5c3-7773c20a72d9 | */read Microsoft.Authorization/*
Role Based Access Control Administrator | f58310d9-a9f6-439a-9e8d-f62e7b41a168 | Microsoft.Authorization/roleAssignments/write Microsoft.Authorization/roleAssignments/delete */read
AcrPull | 7f951dda-4ed3-4680-a7ca-43fe172d538d | Microsoft.ContainerRegistry/registries/pull/read
AcrPush | 8311e382-0749-4cb8-b61a-304f252e45ec | Microsoft.ContainerRegistry/registries/pull/read Microsoft.ContainerRegistry/registries/push/write
AcrDelete | c2f4ef07-c644-48eb-af81-4b1b4947fb11 | Microsoft.ContainerRegistry/registries/artifacts/delete
Storage Account Contributor | 17d1049b-9a84-46fb-8f53-869881c3d3ab | {deploy} Microsoft.Storage/storageAccounts/*
Storage Blob Data Owner | b7e6dc6d-f1e8-4753-8033-0f276bb0955b | Microsoft.Storage/storageAccounts/blobServices/containers/* |  | Microsoft.Storage/storageAccounts/blobServices/containers/blobs/*
Storage Blob Data Contributor | ba92f5b4-2d11-453d-a403-e96b0029c9fe | Microsoft.Storage/storageAccounts/blobServices/containers/delete Microsoft.Storage/storageAccounts/blobServices/containers/read Microsoft.Storage/storageAccounts/blobServices/containers/write |  | Microsoft.Storage/storageAccounts/blobServices/containers/blobs/*
Storage Blob Data Reader | 2a2b9908-6ea1-4ae2-8e65-a410df84e7d1 | Microsoft.Storage/storageAccounts/blobServices/containers/read |  | Microsoft.Storage/storageAccounts/blobServices/containers/blobs/read
Storage Table Data Contributor | 0a9a7e1f-b9d0-4cc4-a60d-0319b160aaa3 | Microsoft.Storage/storageAccounts/tableServices/tables/read Microsoft.Storage/storageAccounts/tableServices/tables/write Microsoft.Storage/storageAccounts/tableServices/tables/delete |  | Microsoft.Storage/storageAccounts/tableServices/tables/entities/*
Storage Table Data Reader | 76199698-9eea-4c19-bc75-cec21354c6b6 | Microsoft.Storage/storageAccounts/tableServices/tables/read |  | Microsoft.Storage/storageAccounts/tableServices/tables/entities/read
Storage Queue Data Contributor | 974c5e8b-45b9-4653-ba55-5f855dd0fb88 | Microsoft.Storage/storageAccounts/queueServices/queues/* |  | Microsoft.Storage/storageAccounts/queueServices/queues/messages/*
Storage File Data SMB Share Contributor | 0c867c2a-1d8c-454a-a3db-ab2ea1bdc8bb |  |  | Microsoft.Storage/storageAccounts/fileServices/fileshares/files/*
Storage File Data SMB Share Reader | aba4ae5f-2193-4029-9191-0cb91df5e314 |  |  | Microsoft.Storage/storageAccounts/fileServices/fileshares/files/read
Storage File Data Privileged Contributor | 69566ab7-960f-475b-8e7c-b3118f30c6bd |  |  | Microsoft.Storage/storageAccounts/fileServices/*
Storage File Data Privileged Reader | b8eda974-7b85-4f76-af95-65846b26df6d |  |  | Microsoft.Storage/storageAccounts/fileServices/*
AzureML Data Scientist | f6c7c914-8db3-469d-8ca1-694a8f32e121 | {ml}/workspaces/*/read {ml}/workspaces/*/action {ml}/workspaces/*/delete {ml}/workspaces/*/write | {ml}/workspaces/delete {ml}/workspaces/write {ml}/workspaces/computes/*/write {ml}/workspaces/computes/*/delete {ml}/workspaces/computes/listKeys/action {ml}/workspaces/listKeys/action {ml}/workspaces/computes/write {ml}/workspaces/computes/delete
AzureML Compute Operator | e503ece1-11d0-4e8e-8e2c-7a6c3bf38815 | {ml}/workspaces/computes/* {ml}/workspaces/notebooks/vm/*
Azure AI Administrator | b78c5d69-af96-48a3-bf8d-a8b4d589de94 | {deploy} {ml}/workspaces/* Microsoft.Storage/storageAccounts/* Microsoft.KeyVault/* Microsoft.ContainerRegistry/registries/* Microsoft.Insights/components/*
Azure Batch Account Contributor | 29fe4964-1e60-436b-bd3a-77fd4c178b3c | {deploy} Microsoft.Batch/* |  | Microsoft.Batch/*
Azure Batch Account Reader | 11076f67-66f6-4be0-8f6b-f0609fd05cc9 | Microsoft.Resources/subscriptions/resourceGroups/read Microsoft.Batch/*/read |  | Microsoft.Batch/*/read
Azure Batch Data Contributor | 6aaa78f1-f7de-44ca-8722-c64a23943cae | Microsoft.Batch/batchAccounts/read Microsoft.Batch/batchAccounts/applications/* Microsoft.Batch/batchAccounts/pools/* |  | Microsoft.Batch/*
Azure Batch Job Submitter | 48e5e92e-a480-4e71-aa9c-2778f4c13781 | Microsoft.Batch/batchAccounts/applications/read Microsoft.Batch/batchAccounts/pools/read |  | Microsoft.Batch/batchAccounts/jobs/*
Container Apps Jobs Contributor | 4e3d2b60-56ae-4dc6-a233-09c8e5a82e68 | {deploy} Microsoft.App/jobs/* Microsoft.App/managedEnvironments/read Microsoft.App/managedEnvironments/join/action
Container Apps Jobs Operator | b9a307c4-5aa3-4b52-ba60-2b17c136cd7b | Microsoft.App/jobs/read Microsoft.App/jobs/*/action
Container Apps Jobs Reader | edd66693-d32a-450b-997d-0158c03976b0 | Microsoft.App/jobs/read Microsoft.App/jobs/*/read
Key Vault Administrator | 00482a5a-887f-4fb3-b363-3b7fe8e74483 | {deploy} Microsoft.KeyVault/checkNameAvailability/read Microsoft.KeyVault/deletedVaults/read Microsoft.KeyVault/locations/*/read Microsoft.KeyVault/vaults/*/read |  | Microsoft.KeyVault/vaults/*
Key Vault Contributor | f25e0fa2-a7c8-4377-a976-54943a77a395 | {deploy} Microsoft.KeyVault/* | Microsoft.KeyVault/locations/deletedVaults/purge/action Microsoft.KeyVault/hsmPools/*
Key Vault Secrets Officer | b86a8fe4-44ce-4948-aee5-eccb2c155cd7 | Microsoft.KeyVault/vaults/*/read |  | Microsoft.KeyVault/vaults/secrets/*
Key Vault Secrets User | 4633458b-17de-408a-b874-0445c86b69e6 |  |  | Microsoft.KeyVault/vaults/secrets/getSecret/action
Managed Identity Contributor | e40ec5ca-96e0-45a2-b4ff-59039f2c2b59 | {deploy} Microsoft.ManagedIdentity/userAssignedIdentities/read Microsoft.ManagedIdentity/userAssignedIdentities/write Microsoft.ManagedIdentity/userAssignedIdentities/delete
Managed Identity Operator | f1a07417-d97a-45cb-824c-7a7467783830 | {deploy} Microsoft.ManagedIdentity/userAssignedIdentities/*/read Microsoft.ManagedIdentity/userAssignedIdentities/*/assign/action Microsoft.ManagedIdentity/userAssignedIdentities/assign/action
Logic App Contributor | 87a39d53-fc1b-424a-814c-f7e04687dc9e | {deploy} Microsoft.Logic/*
Logic App Operator | 515c2055-d9d4-4321-b1b9-bd0c9a0f79fe | {deploy} Microsoft.Logic/*/read Microsoft.Logic/workflows/disable/action Microsoft.Logic/workflows/enable/action
Monitoring Contributor | 749f88d5-cbae-40b8-bcfc-e573ddc772fa | */read Microsoft.Insights/* Microsoft.OperationalInsights/workspaces/sharedKeys/action
Monitoring Reader | 43d0d8ad-25c7-4714-9337-8ba259a9fe05 | */read
Monitoring Metrics Publisher | 3913510d-42f4-4e42-8a64-420c390055eb | Microsoft.Insights/Register/Action Microsoft.Resources/subscriptions/resourceGroups/read |  | Microsoft.Insights/Metrics/Write
Log Analytics Contributor | 92aaf0da-9dab-42b6-94a3-d43ce8d16293 | */read Microsoft.Insights/* Microsoft.OperationalInsights/* Microsoft.Resources/deployments/*
Log Analytics Reader | 73c42c96-874c-492b-b04d-ab87d138a893 | */read | Microsoft.OperationalInsights/workspaces/sharedKeys/read
Cost Management Reader | 72fafb9e-0641-4937-9268-a91bfd8191a3 | Microsoft.Consumption/*/read Microsoft.CostManagement/*/read Microsoft.Resources/subscriptions/read Microsoft.Resources/subscriptions/resourceGroups/read
Virtual Machine Contributor | 9980e02c-c2be-4d73-94e8-173b1dc7cf3c | {deploy} Microsoft.Compute/virtualMachines/* Microsoft.Compute/disks/read Microsoft.Compute/disks/write Microsoft.Compute/disks/delete
`;

const words = (text: string | undefined): Json[] => (text ? text.split(" ") : []);

const roles = new Map(
  table
    .trim()
    .split("\n")
    .map((line) =>
      line
        .replaceAll("{ml}", ML)
        .replaceAll("{deploy}", DEPLOY)
        .split("|")
        .map((cell) => cell.trim()),
    )
    .map((cells) => [cells[1] ?? "", cells]),
);

function asResource(subscriptionId: string, cells: string[]): Resource {
  const [roleName = "", id = "", actions, notActions, dataActions] = cells;
  const permission = {
    actions: words(actions),
    notActions: words(notActions),
    dataActions: words(dataActions),
    notDataActions: [],
  };
  return {
    id: `/subscriptions/${subscriptionId}/providers/Microsoft.Authorization/roleDefinitions/${id}`,
    type: "Microsoft.Authorization/roleDefinitions",
    name: id,
    apiVersion: "2022-04-01",
    sent: { properties: { roleName, permissions: [permission], assignableScopes: ["/"] } },
    outputs: { properties: { type: "BuiltInRole" } },
    state: "Succeeded",
    created: 0,
  };
}

export function builtInRole(subscriptionId: string, id: string): Resource | undefined {
  const row = roles.get(id.toLowerCase());
  return row && asResource(subscriptionId, row);
}

export function builtInRoles(subscriptionId: string): Resource[] {
  return [...roles.values()].map((row) => asResource(subscriptionId, row));
}
