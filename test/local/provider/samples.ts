import type * as app from "@pulumi/azure-native/app";
import type * as applicationinsights from "@pulumi/azure-native/applicationinsights";
import type * as authorization from "@pulumi/azure-native/authorization";
import type * as batch from "@pulumi/azure-native/batch";
import type * as compute from "@pulumi/azure-native/compute";
import type * as consumption from "@pulumi/azure-native/consumption";
import type * as containerinstance from "@pulumi/azure-native/containerinstance";
import type * as containerregistry from "@pulumi/azure-native/containerregistry";
import type * as containerservice from "@pulumi/azure-native/containerservice";
import type * as keyvault from "@pulumi/azure-native/keyvault";
import type * as kubernetesconfiguration from "@pulumi/azure-native/kubernetesconfiguration";
import type * as logic from "@pulumi/azure-native/logic";
import type * as machinelearningservices from "@pulumi/azure-native/machinelearningservices";
import type * as managedidentity from "@pulumi/azure-native/managedidentity";
import type * as monitor from "@pulumi/azure-native/monitor";
import type * as operationalinsights from "@pulumi/azure-native/operationalinsights";
import type * as resources from "@pulumi/azure-native/resources";
import type * as storage from "@pulumi/azure-native/storage";
import type { Properties } from "../../../local/provider/values";

/*
 * Inputs for every row of the provider's table, typed by azure-native itself, so that a sample that compiles is one that
 * a program can hold.
 */

export const subscription = "/subscriptions/00000000-0000-0000-0000-000000000001";
export const group = `${subscription}/resourceGroups/gpu`;
const identityId = `${group}/providers/Microsoft.ManagedIdentity/userAssignedIdentities/puller`;
const storageId = `${group}/providers/Microsoft.Storage/storageAccounts/gpudata`;
const environmentId = `${group}/providers/Microsoft.App/managedEnvironments/env`;
const workspaceId = `${group}/providers/Microsoft.OperationalInsights/workspaces/logs`;
const roleId = `${subscription}/providers/Microsoft.Authorization/roleDefinitions/7f951dda-4ed3-4680-a7ca-43fe172d538d`;
const guid = "11111111-2222-4333-8444-555555555555";
const inGroup = { resourceGroupName: "gpu" };
const tags = { owner: "ml", "cost-centre": "4711", "team.name": "vision" };
const common = { ...inGroup, location: "westeurope", tags };
const identity = { type: "UserAssigned" as const, userAssignedIdentities: [identityId] };
const aks = { clusterRp: "Microsoft.ContainerService", clusterResourceName: "managedClusters", clusterName: "aks" };

const typed = {
  "resources:ResourceGroup": {
    resourceGroupName: "gpu",
    location: "westeurope",
    tags,
  } satisfies resources.ResourceGroupArgs,
  "resources:Deployment": {
    ...inGroup,
    deploymentName: "share",
    properties: {
      mode: "Incremental",
      parameters: { account: { value: "gpudata" } },
      template: {
        $schema: "https://schema.management.azure.com/schemas/2019-04-01/deploymentTemplate.json#",
        resources: [],
      },
    },
  } satisfies resources.DeploymentArgs,
  "managedidentity:UserAssignedIdentity": {
    ...common,
    resourceName: "puller",
  } satisfies managedidentity.UserAssignedIdentityArgs,
  "authorization:RoleDefinition": {
    scope: group,
    roleDefinitionId: guid,
    roleName: "Compute starter",
    roleType: "CustomRole",
    description: "Starts and stops compute",
    permissions: [{ actions: ["Microsoft.MachineLearningServices/workspaces/computes/start/action"], notActions: [] }],
    assignableScopes: [group],
  } satisfies authorization.RoleDefinitionArgs,
  "authorization:RoleAssignment": {
    scope: storageId,
    roleAssignmentName: guid,
    roleDefinitionId: roleId,
    principalId: guid,
    principalType: "ServicePrincipal",
  } satisfies authorization.RoleAssignmentArgs,
  "authorization:PolicyDefinition": {
    policyDefinitionName: "tags",
    policyType: "Custom",
    mode: "Indexed",
    displayName: "Compute has tags",
    policyRule: { if: { field: "tags['owner']", exists: false }, then: { effect: "deny" } },
    parameters: { effect: { type: "String", defaultValue: "Deny" } },
  } satisfies authorization.PolicyDefinitionArgs,
  "authorization:PolicyAssignment": {
    scope: group,
    policyAssignmentName: "tags",
    policyDefinitionId: `${subscription}/providers/Microsoft.Authorization/policyDefinitions/tags`,
    enforcementMode: "Default",
    parameters: { effect: { value: "Deny" } },
    nonComplianceMessages: [{ message: "Compute needs an owner" }],
    identity,
    location: "westeurope",
  } satisfies authorization.PolicyAssignmentArgs,
  "containerregistry:Registry": {
    ...common,
    registryName: "gpuimages",
    sku: { name: "Basic" },
    adminUserEnabled: false,
    networkRuleSet: { defaultAction: "Allow", ipRules: [{ action: "Allow", iPAddressOrRange: "192.0.2.1" }] },
  } satisfies containerregistry.RegistryArgs,
  "containerregistry:Task": {
    ...common,
    registryName: "gpuimages",
    taskName: "build",
    identity: { type: "UserAssigned", userAssignedIdentities: { [identityId]: {} } },
    platform: { os: "Linux", architecture: "amd64" },
    step: {
      type: "Docker",
      contextPath: "https://example.com/repo.git",
      dockerFilePath: "Dockerfile",
      imageNames: ["a:1"],
    },
    trigger: { baseImageTrigger: { name: "base", baseImageTriggerType: "Runtime", status: "Enabled" } },
    timeout: 3600,
  } satisfies containerregistry.TaskArgs,
  "containerregistry:TaskRun": {
    ...inGroup,
    location: "westeurope",
    registryName: "gpuimages",
    taskRunName: "first",
    runRequest: {
      type: "TaskRunRequest",
      taskId: `${group}/providers/Microsoft.ContainerRegistry/registries/gpuimages/tasks/build`,
    },
  } satisfies containerregistry.TaskRunArgs,
  "storage:StorageAccount": {
    ...common,
    accountName: "gpudata",
    sku: { name: "Standard_LRS" },
    kind: "StorageV2",
    identity,
    minimumTlsVersion: "TLS1_2",
    allowBlobPublicAccess: false,
    allowSharedKeyAccess: false,
    enableHttpsTrafficOnly: true,
    enableNfsV3: false,
    networkRuleSet: {
      defaultAction: "Deny",
      ipRules: [{ iPAddressOrRange: "192.0.2.1", action: "Allow" }],
      virtualNetworkRules: [
        { virtualNetworkResourceId: `${group}/providers/Microsoft.Network/virtualNetworks/n/subnets/s` },
      ],
    },
    encryption: {
      keySource: "Microsoft.Keyvault",
      encryptionIdentity: { encryptionUserAssignedIdentity: identityId },
      keyVaultProperties: { keyName: "k", keyVaultUri: "https://v.vault.azure.net", keyVersion: "1" },
    },
  } satisfies storage.StorageAccountArgs,
  "storage:FileShare": {
    ...inGroup,
    accountName: "gpudata",
    shareName: "data",
    shareQuota: 100,
    accessTier: "TransactionOptimized",
    enabledProtocols: "SMB",
  } satisfies storage.FileShareArgs,
  "storage:BlobContainer": {
    ...inGroup,
    accountName: "gpudata",
    containerName: "outputs",
    publicAccess: "None",
  } satisfies storage.BlobContainerArgs,
  "storage:ManagementPolicy": {
    ...inGroup,
    accountName: "gpudata",
    managementPolicyName: "default",
    policy: {
      rules: [
        {
          name: "old-logs",
          type: "Lifecycle",
          enabled: true,
          definition: {
            filters: { blobTypes: ["blockBlob"], prefixMatch: ["logs/"] },
            actions: { baseBlob: { delete: { daysAfterModificationGreaterThan: 30 } } },
          },
        },
      ],
    },
  } satisfies storage.ManagementPolicyArgs,
  "storage:Table": { ...inGroup, accountName: "gpudata", tableName: "exceptions" } satisfies storage.TableArgs,
  "storage:BlobServiceProperties": {
    ...inGroup,
    accountName: "gpudata",
    blobServicesName: "default",
    deleteRetentionPolicy: { enabled: true, days: 7 },
    isVersioningEnabled: false,
  } satisfies storage.BlobServicePropertiesArgs,
  "storage:FileServiceProperties": {
    ...inGroup,
    accountName: "gpudata",
    fileServicesName: "default",
    shareDeleteRetentionPolicy: { enabled: false },
  } satisfies storage.FileServicePropertiesArgs,
  "batch:BatchAccount": {
    ...common,
    accountName: "gpubatch",
    identity,
    allowedAuthenticationModes: ["AAD"],
    poolAllocationMode: "BatchService",
    autoStorage: {
      storageAccountId: storageId,
      authenticationMode: "BatchAccountManagedIdentity",
      nodeIdentityReference: { resourceId: identityId },
    },
  } satisfies batch.BatchAccountArgs,
  "batch:Pool": {
    ...inGroup,
    accountName: "gpubatch",
    poolName: "spot",
    identity,
    vmSize: "STANDARD_NC4AS_T4_V3",
    targetNodeCommunicationMode: "Simplified",
    taskSlotsPerNode: 1,
    deploymentConfiguration: {
      virtualMachineConfiguration: {
        imageReference: { publisher: "microsoft-dsvm", offer: "ubuntu-hpc", sku: "2404", version: "latest" },
        nodeAgentSkuId: "batch.node.ubuntu 24.04",
        containerConfiguration: {
          type: "DockerCompatible",
          containerImageNames: ["gpuimages.azurecr.io/train:1"],
          containerRegistries: [
            { registryServer: "gpuimages.azurecr.io", identityReference: { resourceId: identityId } },
            { registryServer: "old.example.com", userName: "reader", password: "x" },
          ],
        },
      },
    },
    scaleSettings: { autoScale: { formula: "$TargetDedicatedNodes=0;", evaluationInterval: "PT5M" } },
    mountConfiguration: [
      {
        azureBlobFileSystemConfiguration: {
          accountName: "gpudata",
          containerName: "inputs",
          relativeMountPath: "inputs",
          identityReference: { resourceId: identityId },
        },
      },
    ],
    startTask: {
      commandLine: "/bin/true",
      containerSettings: {
        imageName: "a:1",
        registry: { registryServer: "r.example.com", userName: "u", password: "x" },
      },
    },
    metadata: [{ name: "schedule", value: "office-hours" }],
  } satisfies batch.PoolArgs,
  "operationalinsights:Workspace": {
    ...common,
    workspaceName: "logs",
    sku: { name: "PerGB2018" },
    retentionInDays: 30,
    workspaceCapping: { dailyQuotaGb: 1 },
  } satisfies operationalinsights.WorkspaceArgs,
  "applicationinsights:Component": {
    ...common,
    resourceName: "insights",
    kind: "web",
    applicationType: "web",
    ingestionMode: "LogAnalytics",
    workspaceResourceId: workspaceId,
    retentionInDays: 30,
    disableLocalAuth: true,
    disableIpMasking: false,
    flowType: "Bluefield",
    requestSource: "rest",
    samplingPercentage: 50,
    immediatePurgeDataOn30Days: true,
    forceCustomerStorageForProfiler: false,
    hockeyAppId: "h",
  } satisfies applicationinsights.ComponentArgs,
  "keyvault:Vault": {
    ...common,
    vaultName: "gpuvault",
    properties: {
      tenantId: guid,
      sku: { family: "A", name: "standard" },
      enableRbacAuthorization: true,
      softDeleteRetentionInDays: 7,
    },
  } satisfies keyvault.VaultArgs,
  "machinelearningservices:Workspace": {
    ...common,
    workspaceName: "ml",
    kind: "Default",
    sku: { name: "Basic", tier: "Basic" },
    identity,
    primaryUserAssignedIdentity: identityId,
    storageAccount: storageId,
    keyVault: `${group}/providers/Microsoft.KeyVault/vaults/gpuvault`,
    applicationInsights: `${group}/providers/Microsoft.Insights/components/insights`,
    containerRegistry: `${group}/providers/Microsoft.ContainerRegistry/registries/gpuimages`,
    systemDatastoresAuthMode: "Identity",
    publicNetworkAccess: "Enabled",
    sharedPrivateLinkResources: [{ name: "l", groupId: "blob", privateLinkResourceId: storageId, status: "Approved" }],
  } satisfies machinelearningservices.WorkspaceArgs,
  "machinelearningservices:Compute": {
    ...common,
    workspaceName: "ml",
    computeName: "ada",
    properties: {
      computeType: "ComputeInstance",
      disableLocalAuth: true,
      properties: {
        vmSize: "STANDARD_NC4AS_T4_V3",
        applicationSharingPolicy: "Personal",
        computeInstanceAuthorizationType: "personal",
        personalComputeInstanceSettings: { assignedUser: { objectId: guid, tenantId: guid } },
        idleTimeBeforeShutdown: "PT60M",
        schedules: {
          computeStartStop: [
            {
              action: "Stop",
              status: "Enabled",
              triggerType: "Cron",
              cron: { expression: "0 19 * * *", timeZone: "W. Europe Standard Time", startTime: "2026-01-05T00:00:00" },
            },
          ],
        },
        sshSettings: { sshPublicAccess: "Disabled" },
      },
    },
  } satisfies machinelearningservices.ComputeArgs,
  "app:ManagedEnvironment": {
    ...common,
    environmentName: "env",
    identity,
    appLogsConfiguration: { destination: "azure-monitor" },
    workloadProfiles: [
      { name: "Consumption", workloadProfileType: "Consumption" },
      { name: "t4", workloadProfileType: "Consumption-GPU-NC8as-T4" },
    ],
  } satisfies app.ManagedEnvironmentArgs,
  "app:Job": {
    ...common,
    jobName: "train",
    identity,
    environmentId,
    workloadProfileName: "t4",
    configuration: {
      triggerType: "Manual",
      replicaTimeout: 3600,
      replicaRetryLimit: 2,
      manualTriggerConfig: { parallelism: 1, replicaCompletionCount: 1 },
      registries: [{ server: "gpuimages.azurecr.io", identity: identityId }],
    },
    template: {
      containers: [
        {
          name: "main",
          image: "gpuimages.azurecr.io/train:1",
          resources: { cpu: 8, memory: "56Gi" },
          env: [{ name: "EPOCHS", value: "3" }],
          volumeMounts: [{ volumeName: "data", mountPath: "/data" }],
        },
      ],
      volumes: [{ name: "data", storageName: "data", storageType: "AzureFile" }],
    },
  } satisfies app.JobArgs,
  "app:ContainerApp": {
    ...common,
    containerAppName: "tensorboard",
    environmentId,
    identity,
    configuration: { ingress: { external: true, targetPort: 6006, transport: "auto" } },
    template: { containers: [{ name: "main", image: "tensorboard:1" }], scale: { minReplicas: 0, maxReplicas: 1 } },
  } satisfies app.ContainerAppArgs,
  "app:ContainerAppsAuthConfig": {
    ...inGroup,
    containerAppName: "tensorboard",
    authConfigName: "current",
    platform: { enabled: true },
    globalValidation: {
      unauthenticatedClientAction: "RedirectToLoginPage",
      redirectToProvider: "azureactivedirectory",
    },
    identityProviders: {
      azureActiveDirectory: {
        registration: { clientId: guid, openIdIssuer: "https://login.microsoftonline.com/x/v2.0" },
      },
    },
  } satisfies app.ContainerAppsAuthConfigArgs,
  "app:ManagedEnvironmentsStorage": {
    ...inGroup,
    environmentName: "env",
    storageName: "data",
    properties: { azureFile: { accountName: "gpudata", accountKey: "k", shareName: "data", accessMode: "ReadWrite" } },
  } satisfies app.ManagedEnvironmentsStorageArgs,
  "logic:Workflow": {
    ...common,
    workflowName: "tick",
    identity,
    state: "Enabled",
    parameters: { every: { type: "Int", value: 15 } },
    definition: {
      $schema: "https://schema.management.azure.com/x#",
      contentVersion: "1.0.0.0",
      triggers: {},
      actions: {},
    },
  } satisfies logic.WorkflowArgs,
  "monitor:ActionGroup": {
    ...common,
    location: "Global",
    actionGroupName: "overspend",
    enabled: true,
    groupShortName: "overspend",
    emailReceivers: [{ name: "ml", emailAddress: "ml@example.com", useCommonAlertSchema: true }],
  } satisfies monitor.ActionGroupArgs,
  "monitor:DiagnosticSetting": {
    resourceUri: storageId,
    name: "to-logs",
    workspaceId,
    logs: [{ categoryGroup: "allLogs", enabled: true }],
    metrics: [{ category: "Transaction", enabled: true }],
  } satisfies monitor.DiagnosticSettingArgs,
  "consumption:Budget": {
    scope: group,
    budgetName: "monthly",
    amount: 500,
    category: "Cost",
    timeGrain: "Monthly",
    timePeriod: { startDate: "2026-01-01T00:00:00Z" },
    notifications: {
      half: {
        enabled: true,
        operator: "GreaterThan",
        threshold: 50,
        contactEmails: ["ml@example.com"],
        thresholdType: "Actual",
      },
    },
  } satisfies consumption.BudgetArgs,
  "containerservice:ManagedCluster": {
    ...common,
    resourceName: "aks",
    identity,
    sku: { name: "Base", tier: "Free" },
    dnsPrefix: "aks",
    agentPoolProfiles: [{ name: "system", mode: "System", count: 1, vmSize: "Standard_B2s", osType: "Linux" }],
    autoScalerProfile: {
      balanceSimilarNodeGroups: "true",
      daemonsetEvictionForEmptyNodes: true,
      daemonsetEvictionForOccupiedNodes: true,
      expander: "least-waste",
      ignoreDaemonsetsUtilization: true,
      maxEmptyBulkDelete: "10",
      maxGracefulTerminationSec: "600",
      maxNodeProvisionTime: "15m",
      maxTotalUnreadyPercentage: "45",
      newPodScaleUpDelay: "0s",
      okTotalUnreadyCount: "3",
      scaleDownDelayAfterAdd: "10m",
      scaleDownDelayAfterDelete: "10s",
      scaleDownDelayAfterFailure: "3m",
      scaleDownUnneededTime: "10m",
      scaleDownUnreadyTime: "20m",
      scaleDownUtilizationThreshold: "0.5",
      scanInterval: "10s",
      skipNodesWithLocalStorage: "false",
      skipNodesWithSystemPods: "true",
    },
  } satisfies containerservice.ManagedClusterArgs,
  "containerservice:AgentPool": {
    ...inGroup,
    resourceName: "aks",
    agentPoolName: "gpu",
    type: "VirtualMachineScaleSets",
    mode: "User",
    vmSize: "Standard_NC4as_T4_v3",
    count: 0,
    minCount: 0,
    maxCount: 2,
    enableAutoScaling: true,
    scaleSetPriority: "Spot",
    nodeTaints: ["sku=gpu:NoSchedule"],
    tags,
  } satisfies containerservice.AgentPoolArgs,
  "kubernetesconfiguration:Extension": {
    ...inGroup,
    ...aks,
    extensionName: "azureml",
    extensionType: "Microsoft.AzureML.Kubernetes",
    autoUpgradeMinorVersion: true,
    releaseTrain: "stable",
    scope: { cluster: { releaseNamespace: "azureml" } },
    configurationSettings: { enableTraining: "True" },
    identity: { type: "SystemAssigned" },
  } satisfies kubernetesconfiguration.ExtensionArgs,
  "kubernetesconfiguration:FluxConfiguration": {
    ...inGroup,
    ...aks,
    fluxConfigurationName: "runner",
    scope: "cluster",
    namespace: "runner",
    sourceKind: "GitRepository",
    gitRepository: { url: "https://example.com/runner.git", repositoryRef: { branch: "main" } },
    kustomizations: { runner: { path: "./runner", prune: true } },
    configurationProtectedSettings: { token: "x" },
  } satisfies kubernetesconfiguration.FluxConfigurationArgs,
  "compute:VirtualMachine": {
    ...common,
    vmName: "made-by-hand",
    hardwareProfile: { vmSize: "Standard_NC4as_T4_v3" },
    networkProfile: {
      networkInterfaces: [{ id: `${group}/providers/Microsoft.Network/networkInterfaces/n`, primary: true }],
    },
    osProfile: { adminUsername: "ml", computerName: "vm" },
    storageProfile: { osDisk: { createOption: "FromImage", managedDisk: { storageAccountType: "Premium_LRS" } } },
  } satisfies compute.VirtualMachineArgs,
  "containerinstance:ContainerGroup": {
    ...common,
    containerGroupName: "gpu",
    osType: "Linux",
    sku: "Standard",
    restartPolicy: "Never",
    containers: [
      {
        name: "main",
        image: "train:1",
        command: ["train"],
        resources: { requests: { cpu: 4, memoryInGB: 16, gpu: { count: 1, sku: "V100" } } },
        volumeMounts: [{ name: "data", mountPath: "/data" }],
      },
    ],
    initContainers: [{ name: "prepare", image: "prepare:1" }],
    volumes: [{ name: "data", emptyDir: {} }],
  } satisfies containerinstance.ContainerGroupArgs,
};

export const samples: Readonly<Record<string, Properties>> = typed as unknown as Record<string, Properties>;
