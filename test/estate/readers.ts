import { ContainerAppsAPIClient } from "@azure/arm-appcontainers";
import { AuthorizationManagementClient } from "@azure/arm-authorization";
import { BatchManagementClient } from "@azure/arm-batch";
import { ContainerRegistryManagementClient } from "@azure/arm-containerregistry";
import { LogicManagementClient } from "@azure/arm-logic";
import { AzureMachineLearningWorkspaces } from "@azure/arm-machinelearning";
import { StorageManagementClient } from "@azure/arm-storage";
import type { Names } from "./compare";
import type { Desk } from "./support";

/** The namespaces that the official clients used here are for. */
export const namespaces = [
  "Microsoft.App",
  "Microsoft.Authorization",
  "Microsoft.Batch",
  "Microsoft.ContainerRegistry",
  "Microsoft.Logic",
  "Microsoft.MachineLearningServices",
  "Microsoft.Storage",
];

export interface Clients {
  apps: ContainerAppsAPIClient;
  access: AuthorizationManagementClient;
  batch: BatchManagementClient;
  registries: ContainerRegistryManagementClient;
  logic: LogicManagementClient;
  ml: AzureMachineLearningWorkspaces;
  storage: StorageManagementClient;
}

/** The official clients, unchanged but for the endpoint and whom they trust. */
export function clientsOf(desk: Desk): Clients {
  const { azure, clientOptions } = desk;
  type Make<T> = new (c: ReturnType<Desk["credential"]>, subscription: string, o: Desk["clientOptions"]) => T;
  const client = <T>(make: Make<T>): T => new make(desk.credential(), azure.subscriptionId, clientOptions);
  return {
    apps: client(ContainerAppsAPIClient),
    access: client(AuthorizationManagementClient),
    batch: client(BatchManagementClient),
    registries: client(ContainerRegistryManagementClient),
    logic: client(LogicManagementClient),
    ml: client(AzureMachineLearningWorkspaces),
    storage: client(StorageManagementClient),
  };
}

/** A resource's id in parts. */
export interface Id {
  id: string;
  /** Its resource group. */
  group: string;
  /** Its own name and those of its parents, the outermost first. */
  names: string[];
}

export interface Reader extends Names {
  /** Reads one back; absent where the official client of its namespace does not know the type. */
  read?: (clients: Clients, id: Id) => Promise<unknown>;
}

/** How each type of those namespaces is read back. A client may lag behind the API version that it was deployed with. */
export const readers: Readonly<Record<string, Reader>> = {
  "Microsoft.App/managedEnvironments": {
    read: ({ apps }, { group, names: [a] }) => apps.managedEnvironments.get(group, a),
  },
  "Microsoft.App/managedEnvironments/storages": {
    read: ({ apps }, { group, names: [a, b] }) => apps.managedEnvironmentsStorages.get(group, a, b),
  },
  "Microsoft.App/jobs": { read: ({ apps }, { group, names: [a] }) => apps.jobs.get(group, a) },
  "Microsoft.App/containerApps": { read: ({ apps }, { group, names: [a] }) => apps.containerApps.get(group, a) },
  "Microsoft.Authorization/roleDefinitions": { read: ({ access }, { id }) => access.roleDefinitions.getById(id) },
  "Microsoft.Authorization/roleAssignments": { read: ({ access }, { id }) => access.roleAssignments.getById(id) },
  // Policies have a client of their own, arm-policy.
  "Microsoft.Authorization/policyDefinitions": {},
  "Microsoft.Authorization/policyAssignments": {},
  "Microsoft.Batch/batchAccounts": {
    read: ({ batch }, { group, names: [a] }) => batch.batchAccountOperations.get(group, a),
  },
  "Microsoft.Batch/batchAccounts/pools": {
    read: ({ batch }, { group, names: [a, b] }) => batch.poolOperations.get(group, a, b),
  },
  "Microsoft.ContainerRegistry/registries": {
    read: ({ registries }, { group, names: [a] }) => registries.registries.get(group, a),
  },
  // Version 12 has left tasks to arm-containerregistrytasks.
  "Microsoft.ContainerRegistry/registries/tasks": {},
  "Microsoft.Logic/workflows": { read: ({ logic }, { group, names: [a] }) => logic.workflows.get(group, a) },
  "Microsoft.MachineLearningServices/workspaces": {
    read: ({ ml }, { group, names: [a] }) => ml.workspaces.get(group, a),
    unseen: { systemDatastoresAuthMode: "newer than the client's API version, 2022-10-01" },
  },
  "Microsoft.MachineLearningServices/workspaces/computes": {
    read: ({ ml }, { group, names: [a, b] }) => ml.computeOperations.get(group, a, b),
  },
  "Microsoft.Storage/storageAccounts": {
    read: ({ storage }, { group, names: [a] }) => storage.storageAccounts.getProperties(group, a),
  },
  "Microsoft.Storage/storageAccounts/blobServices/containers": {
    read: ({ storage }, { group, names: [a, , b] }) => storage.blobContainers.get(group, a, b),
  },
  "Microsoft.Storage/storageAccounts/fileServices": {
    read: ({ storage }, { group, names: [a] }) => storage.fileServices.getServiceProperties(group, a),
  },
  "Microsoft.Storage/storageAccounts/fileServices/shares": {
    read: ({ storage }, { group, names: [a, , b] }) => storage.fileShares.get(group, a, b),
  },
  "Microsoft.Storage/storageAccounts/managementPolicies": {
    read: ({ storage }, { group, names: [a, b] }) => storage.managementPolicies.get(group, a, b),
  },
  "Microsoft.Storage/storageAccounts/tableServices/tables": {
    read: ({ storage }, { group, names: [a, , b] }) => storage.table.get(group, a, b),
  },
};
