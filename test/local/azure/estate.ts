import type { JsonObject } from "../../../local/azure";
import type { Bench } from "./support";

/** One request of an estate: path and body of a PUT. */
export interface Item {
  readonly path: string;
  readonly body: JsonObject;
}

const location = "westeurope";
const tags = { owner: "ml@example.com", "cost-centre": "4711", estate: "test" };
export const ROLE = "11111111-2222-4333-8444-555555555555";

/** An estate with one of nearly every type that the embedded Azure knows, in an order in which it can be created. */
export function estate(bench: Bench): Item[] {
  const g = (rest: string): string => bench.inGroup(rest);
  const identity = g("Microsoft.ManagedIdentity/userAssignedIdentities/pull");
  const store = g("Microsoft.Storage/storageAccounts/datastore1");
  const mlStore = g("Microsoft.Storage/storageAccounts/mlstore1");
  const logs = g("Microsoft.OperationalInsights/workspaces/logs");
  const batch = g("Microsoft.Batch/batchAccounts/batch1");
  const environment = g("Microsoft.App/managedEnvironments/apps");
  const workspace = g("Microsoft.MachineLearningServices/workspaces/ml-team");
  const cluster = g("Microsoft.ContainerService/managedClusters/aks");
  const userAssigned = { type: "UserAssigned", userAssignedIdentities: { [identity]: {} } };
  const list: [path: string, version: string, body: JsonObject][] = [
    [identity, "2023-01-31", { location, tags }],
    [
      g("Microsoft.ContainerRegistry/registries/images1"),
      "2023-01-01-preview",
      { location, tags, sku: { name: "Basic" }, properties: { adminUserEnabled: false } },
    ],
    [
      g("Microsoft.ContainerRegistry/registries/images1/tasks/purge"),
      "2019-06-01-preview",
      {
        location,
        tags,
        properties: {
          status: "Enabled",
          platform: { os: "Linux" },
          step: { type: "EncodedTask", encodedTaskContent: "dmVyc2lvbjogdjEuMS4w" },
        },
      },
    ],
    [
      store,
      "2024-01-01",
      {
        location,
        tags,
        sku: { name: "Standard_LRS" },
        kind: "StorageV2",
        properties: { minimumTlsVersion: "TLS1_2", allowBlobPublicAccess: false },
      },
    ],
    [
      mlStore,
      "2024-01-01",
      { location, tags, sku: { name: "Standard_LRS" }, kind: "StorageV2", properties: { allowSharedKeyAccess: true } },
    ],
    [
      `${store}/blobServices/default`,
      "2024-01-01",
      { properties: { deleteRetentionPolicy: { enabled: true, days: 7 } } },
    ],
    [`${store}/fileServices/default`, "2024-01-01", { properties: { shareDeleteRetentionPolicy: { enabled: false } } }],
    [`${store}/fileServices/default/shares/data`, "2024-01-01", { properties: { shareQuota: 100 } }],
    [`${store}/blobServices/default/containers/inputs`, "2024-01-01", { properties: { publicAccess: "None" } }],
    [`${store}/tableServices/default/tables/exceptions`, "2024-01-01", { properties: {} }],
    [
      `${store}/managementPolicies/default`,
      "2024-01-01",
      {
        properties: {
          policy: {
            rules: [
              {
                name: "old",
                type: "Lifecycle",
                definition: {
                  actions: { baseBlob: { delete: { daysAfterModificationGreaterThan: 30 } } },
                  filters: { blobTypes: ["blockBlob"] },
                },
              },
            ],
          },
        },
      },
    ],
    [
      batch,
      "2024-07-01",
      {
        location,
        tags,
        identity: userAssigned,
        properties: {
          allowedAuthenticationModes: ["AAD"],
          autoStorage: {
            storageAccountId: store,
            authenticationMode: "BatchAccountManagedIdentity",
            nodeIdentityReference: { resourceId: identity },
          },
        },
      },
    ],
    [
      `${batch}/pools/train`,
      "2024-07-01",
      {
        identity: userAssigned,
        properties: {
          vmSize: "Standard_NC4as_T4_v3",
          targetNodeCommunicationMode: "Simplified",
          deploymentConfiguration: {
            virtualMachineConfiguration: {
              imageReference: { publisher: "microsoft-dsvm", offer: "ubuntu-hpc", sku: "2404", version: "latest" },
              nodeAgentSkuId: "batch.node.ubuntu 24.04",
            },
          },
          scaleSettings: {
            autoScale: { formula: "$TargetLowPriorityNodes=0;$TargetDedicatedNodes=0;", evaluationInterval: "PT5M" },
          },
        },
      },
    ],
    [logs, "2023-09-01", { location, tags, properties: { sku: { name: "PerGB2018" }, retentionInDays: 30 } }],
    [
      g("Microsoft.Insights/components/insights"),
      "2020-02-02",
      { location, tags, kind: "web", properties: { Application_Type: "web", WorkspaceResourceId: logs } },
    ],
    [
      g("Microsoft.KeyVault/vaults/vault1"),
      "2024-11-01",
      {
        location,
        tags,
        properties: {
          tenantId: bench.azure.tenantId,
          sku: { family: "A", name: "standard" },
          enableRbacAuthorization: true,
          softDeleteRetentionInDays: 7,
        },
      },
    ],
    [
      workspace,
      "2025-12-01",
      {
        location,
        tags,
        identity: userAssigned,
        properties: {
          storageAccount: mlStore,
          keyVault: g("Microsoft.KeyVault/vaults/vault1"),
          applicationInsights: g("Microsoft.Insights/components/insights"),
          containerRegistry: g("Microsoft.ContainerRegistry/registries/images1"),
          primaryUserAssignedIdentity: identity,
        },
      },
    ],
    [
      `${workspace}/computes/ada-ci`,
      "2025-12-01",
      {
        location,
        tags,
        properties: {
          computeType: "ComputeInstance",
          properties: { vmSize: "Standard_NC4as_T4_v3", idleTimeBeforeShutdown: "PT30M" },
        },
      },
    ],
    [
      `${workspace}/computes/gpu-cluster`,
      "2025-12-01",
      {
        location,
        tags,
        properties: {
          computeType: "AmlCompute",
          properties: {
            vmSize: "Standard_NC4as_T4_v3",
            vmPriority: "LowPriority",
            scaleSettings: { minNodeCount: 0, maxNodeCount: 2, nodeIdleTimeBeforeScaleDown: "PT120S" },
          },
        },
      },
    ],
    [
      environment,
      "2025-02-02-preview",
      {
        location,
        tags,
        properties: {
          workloadProfiles: [
            { name: "Consumption", workloadProfileType: "Consumption" },
            { name: "t4", workloadProfileType: "Consumption-GPU-NC8as-T4" },
          ],
        },
      },
    ],
    [
      `${environment}/storages/data`,
      "2025-02-02-preview",
      {
        properties: {
          azureFile: { accountName: "datastore1", accountKey: "c2VjcmV0", shareName: "data", accessMode: "ReadWrite" },
        },
      },
    ],
    [
      g("Microsoft.App/jobs/train-job"),
      "2025-02-02-preview",
      {
        location,
        tags,
        identity: userAssigned,
        properties: {
          environmentId: environment,
          workloadProfileName: "t4",
          configuration: {
            triggerType: "Manual",
            replicaTimeout: 3600,
            replicaRetryLimit: 2,
            manualTriggerConfig: { parallelism: 1, replicaCompletionCount: 1 },
            secrets: [{ name: "key", value: "hush" }],
          },
          template: {
            containers: [
              {
                name: "train",
                image: "images1.azurecr.io/train:1",
                resources: { cpu: 8, memory: "56Gi" },
                env: [{ name: "KEY", secretRef: "key" }],
              },
            ],
            volumes: [{ name: "data", storageName: "data", storageType: "AzureFile" }],
          },
        },
      },
    ],
    [
      g("Microsoft.App/containerApps/board"),
      "2025-02-02-preview",
      {
        location,
        tags,
        properties: {
          environmentId: environment,
          configuration: { ingress: { external: true, targetPort: 6006 } },
          template: {
            containers: [{ name: "board", image: "images1.azurecr.io/board:1", resources: { cpu: 1, memory: "2Gi" } }],
            scale: { minReplicas: 0, maxReplicas: 1 },
          },
        },
      },
    ],
    [
      g("Microsoft.App/containerApps/board/authConfigs/current"),
      "2025-02-02-preview",
      {
        properties: {
          platform: { enabled: true },
          globalValidation: { unauthenticatedClientAction: "RedirectToLoginPage" },
        },
      },
    ],
    [
      g("Microsoft.Logic/workflows/tick"),
      "2019-05-01",
      {
        location,
        tags,
        identity: userAssigned,
        properties: {
          definition: {
            $schema:
              "https://schema.management.azure.com/providers/Microsoft.Logic/schemas/2016-06-01/workflowdefinition.json#",
            contentVersion: "1.0.0.0",
            triggers: {
              every: {
                type: "Recurrence",
                recurrence: { frequency: "Minute", interval: 5, startTime: "2026-11-02T08:00:00Z" },
              },
            },
            actions: { start: { type: "Http", inputs: { method: "POST", uri: "https://example.com" }, runAfter: {} } },
          },
        },
      },
    ],
    [
      g("Microsoft.Insights/actionGroups/alerts"),
      "2024-10-01-preview",
      {
        location: "global",
        tags,
        properties: {
          groupShortName: "alerts",
          enabled: true,
          emailReceivers: [{ name: "ml", emailAddress: "ml@example.com" }],
        },
      },
    ],
    [
      `${batch}/providers/Microsoft.Insights/diagnosticSettings/to-logs`,
      "2021-05-01-preview",
      { properties: { workspaceId: logs, logs: [{ categoryGroup: "allLogs", enabled: true }] } },
    ],
    [
      `${bench.subscription}/resourceGroups/g/providers/Microsoft.Consumption/budgets/monthly`,
      "2024-08-01",
      {
        properties: {
          category: "Cost",
          amount: 500,
          timeGrain: "Monthly",
          timePeriod: { startDate: "2026-11-01T00:00:00Z" },
          notifications: {
            most: { enabled: true, operator: "GreaterThan", threshold: 80, contactEmails: ["ml@example.com"] },
          },
        },
      },
    ],
    [
      `${bench.subscription}/providers/Microsoft.Authorization/roleDefinitions/${ROLE}`,
      "2022-05-01-preview",
      {
        properties: {
          roleName: "Starter",
          type: "CustomRole",
          permissions: [{ actions: ["Microsoft.App/jobs/read", "Microsoft.App/jobs/start/action"], notActions: [] }],
          assignableScopes: [`${bench.subscription}/resourceGroups/g`],
        },
      },
    ],
    [
      g(
        "Microsoft.App/jobs/train-job/providers/Microsoft.Authorization/roleAssignments/aaaaaaaa-2222-4333-8444-555555555555",
      ),
      "2022-04-01",
      {
        properties: {
          roleDefinitionId: `${bench.subscription}/providers/Microsoft.Authorization/roleDefinitions/${ROLE}`,
          principalId: bench.azure.deployer.objectId,
          principalType: "ServicePrincipal",
        },
      },
    ],
    [
      `${bench.subscription}/providers/Microsoft.Authorization/policyDefinitions/tagged`,
      "2025-01-01",
      {
        properties: {
          mode: "All",
          policyRule: {
            if: {
              allOf: [
                { field: "type", equals: "Microsoft.Compute/virtualMachines" },
                { field: "tags['owner']", exists: "false" },
              ],
            },
            then: { effect: "deny" },
          },
        },
      },
    ],
    [
      `${bench.subscription}/resourceGroups/g/providers/Microsoft.Authorization/policyAssignments/tagged`,
      "2025-01-01",
      {
        properties: {
          policyDefinitionId: `${bench.subscription}/providers/Microsoft.Authorization/policyDefinitions/tagged`,
          nonComplianceMessages: [{ message: "Compute needs an owner" }],
        },
      },
    ],
    [
      cluster,
      "2025-09-01",
      {
        location,
        tags,
        identity: { type: "SystemAssigned" },
        properties: {
          dnsPrefix: "aks",
          agentPoolProfiles: [{ name: "system", mode: "System", count: 1, vmSize: "Standard_D2s_v5" }],
        },
      },
    ],
    [
      `${cluster}/agentPools/gpu`,
      "2025-09-01",
      {
        properties: {
          vmSize: "Standard_NC4as_T4_v3",
          count: 0,
          enableAutoScaling: true,
          minCount: 0,
          maxCount: 2,
          scaleSetPriority: "Spot",
        },
      },
    ],
    [
      `${cluster}/providers/Microsoft.KubernetesConfiguration/extensions/ml`,
      "2023-05-01",
      {
        properties: {
          extensionType: "Microsoft.AzureML.Kubernetes",
          configurationProtectedSettings: { token: "hush" },
        },
      },
    ],
    [
      `${cluster}/providers/Microsoft.KubernetesConfiguration/fluxConfigurations/runner`,
      "2023-05-01",
      {
        properties: {
          sourceKind: "GitRepository",
          gitRepository: { url: "https://example.com/r.git", repositoryRef: { branch: "main" } },
        },
      },
    ],
    [
      g("Microsoft.Compute/virtualMachines/byhand"),
      "2024-11-01",
      { location, tags, properties: { hardwareProfile: { vmSize: "Standard_NC4as_T4_v3" } } },
    ],
    [
      g("Microsoft.ContainerInstance/containerGroups/cpu"),
      "2025-09-01",
      {
        location,
        tags,
        properties: {
          osType: "Linux",
          containers: [
            { name: "c", properties: { image: "busybox", resources: { requests: { cpu: 1, memoryInGB: 1 } } } },
          ],
        },
      },
    ],
  ];
  return list.map(([path, version, body]) => ({ path: `${path}?api-version=${version}`, body }));
}

/** Deploys the estate into the group "g"; each operation has ended. */
export async function deploy(bench: Bench, items = estate(bench)): Promise<void> {
  await bench.group();
  for (const { path, body } of items) await bench.done("PUT", path, body);
}
