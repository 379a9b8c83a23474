import type { Autoname, Row } from "./row";

/*
 * The resource types that the provider knows. Token, path inputs and API versions are those of @pulumi/azure-native
 * 3.28.0 (its *.d.ts); which inputs stand beside `properties`, the names that differ and the inner `properties`
 * envelopes come from comparing its argument types with Microsoft's resource type definitions (Azure/bicep-types-az).
 * What needs a new resource follows azure-native where it has a rule, and otherwise what Azure's documentation calls
 * immutable or Azure refuses to change.
 */

type Options = Partial<Omit<Row, "type" | "apiVersion" | "path" | "autoname">>;

const group = "/subscriptions/{subscriptionId}/resourceGroups/{resourceGroupName}";
const tracked = ["location", "tags", "identity"];

/** A resource inside a resource group; `where` is its type with the inputs of the path in between. */
function inGroup(where: string, apiVersion: string, autoname: Autoname, options: Options = {}): Row {
  return row(`${group}/providers/${where}`, apiVersion, autoname, options);
}

/** An extension resource: it lives under any other resource's id. */
function under(scope: string, where: string, apiVersion: string, autoname: Autoname, options: Options = {}): Row {
  return row(`/{${scope}}/providers/${where}`, apiVersion, autoname, options);
}

function row(path: string, apiVersion: string, autoname: Autoname, options: Options): Row {
  const [namespace, ...rest] = path.slice(path.lastIndexOf("/providers/") + "/providers/".length).split("/");
  const type = [namespace, ...rest.filter((_, i) => i % 2 === 0)].join("/");
  return {
    type,
    apiVersion,
    path,
    autoname,
    beside: [],
    whole: false,
    pathInBody: [],
    rename: {},
    wrap: {},
    replaceOn: [],
    keepOn: [],
    ...options,
  };
}

const storageVersion = "2024-01-01";
const appVersion = "2025-02-02-preview";
const account = "Microsoft.Storage/storageAccounts/{accountName}";
const aksExtension = "{clusterRp}/{clusterResourceName}/{clusterName}/providers/Microsoft.KubernetesConfiguration";

/** Application Insights spells its properties in several cases; azure-native makes them all camelCase. */
const componentNames = {
  applicationType: "Application_Type",
  flowType: "Flow_Type",
  requestSource: "Request_Source",
  hockeyAppId: "HockeyAppId",
  hockeyAppToken: "HockeyAppToken",
  samplingPercentage: "SamplingPercentage",
  retentionInDays: "RetentionInDays",
  disableIpMasking: "DisableIpMasking",
  disableLocalAuth: "DisableLocalAuth",
  immediatePurgeDataOn30Days: "ImmediatePurgeDataOn30Days",
  forceCustomerStorageForProfiler: "ForceCustomerStorageForProfiler",
  workspaceResourceId: "WorkspaceResourceId",
  ingestionMode: "IngestionMode",
  applicationId: "ApplicationId",
  appId: "AppId",
  instrumentationKey: "InstrumentationKey",
  connectionString: "ConnectionString",
  creationDate: "CreationDate",
  laMigrationDate: "LaMigrationDate",
  tenantId: "TenantId",
  privateLinkScopedResources: "PrivateLinkScopedResources",
};

const autoScalerKeys = [
  "balanceSimilarNodeGroups daemonsetEvictionForEmptyNodes daemonsetEvictionForOccupiedNodes",
  "ignoreDaemonsetsUtilization maxEmptyBulkDelete maxGracefulTerminationSec maxNodeProvisionTime",
  "maxTotalUnreadyPercentage newPodScaleUpDelay okTotalUnreadyCount scaleDownDelayAfterAdd scaleDownDelayAfterDelete",
  "scaleDownDelayAfterFailure scaleDownUnneededTime scaleDownUnreadyTime scaleDownUtilizationThreshold scanInterval",
  "skipNodesWithLocalStorage skipNodesWithSystemPods",
].flatMap((line) => line.split(" "));
const kebab = (name: string): string => name.replace(/[A-Z]/g, (c) => `-${c.toLowerCase()}`);

/** What an AKS node pool keeps for life; a pool is rolled by replacing it. */
const agentPoolFixed = [
  "vmSize osType osDiskSizeGB osDiskType kubeletDiskType vnetSubnetID podSubnetID maxPods availabilityZones",
  "scaleSetPriority scaleSetEvictionPolicy spotMaxPrice gpuInstanceProfile gpuProfile proximityPlacementGroupID",
  "enableNodePublicIP enableEncryptionAtHost enableFIPS enableUltraSSD kubeletConfig linuxOSConfig type workloadRuntime",
  "nodePublicIPPrefixID creationData hostGroupID capacityReservationGroupID networkProfile.nodePublicIPTags",
].flatMap((line) => line.split(" "));

export const rows: Readonly<Record<string, Row>> = {
  "resources:ResourceGroup": {
    ...row(group, "2024-03-01", "random", {
      beside: ["location", "tags", "managedBy"],
      whole: true,
      replaceOn: ["location", "managedBy"],
    }),
    type: "Microsoft.Resources/resourceGroups",
  },
  "resources:Deployment": inGroup("Microsoft.Resources/deployments/{deploymentName}", "2024-03-01", "random", {
    beside: ["location", "tags", "properties"],
    whole: true,
    replaceOn: ["location"],
  }),
  "managedidentity:UserAssignedIdentity": inGroup(
    "Microsoft.ManagedIdentity/userAssignedIdentities/{resourceName}",
    "2023-01-31",
    "random",
    { beside: ["location", "tags"], replaceOn: ["location"] },
  ),

  "authorization:RoleDefinition": under(
    "scope",
    "Microsoft.Authorization/roleDefinitions/{roleDefinitionId}",
    "2022-05-01-preview",
    "uuid",
    { rename: { roleType: "type" } },
  ),
  // Azure: "tenant ID, application ID, principal ID and scope are not allowed to be updated"; the role may be.
  "authorization:RoleAssignment": under(
    "scope",
    "Microsoft.Authorization/roleAssignments/{roleAssignmentName}",
    "2022-04-01",
    "uuid",
    { replaceOn: ["principalId", "delegatedManagedIdentityResourceId"] },
  ),
  "authorization:PolicyDefinition": row(
    "/subscriptions/{subscriptionId}/providers/Microsoft.Authorization/policyDefinitions/{policyDefinitionName}",
    "2025-01-01",
    "random",
    { replaceOn: ["policyType"] },
  ),
  "authorization:PolicyAssignment": under(
    "scope",
    "Microsoft.Authorization/policyAssignments/{policyAssignmentName}",
    "2025-01-01",
    "random",
    { beside: ["identity", "location"], replaceOn: ["location", "policyDefinitionId"] },
  ),

  "containerregistry:Registry": inGroup(
    "Microsoft.ContainerRegistry/registries/{registryName}",
    "2023-01-01-preview",
    "random",
    {
      beside: [...tracked, "sku"],
      rename: { "networkRuleSet.ipRules[].iPAddressOrRange": "value" },
      replaceOn: ["location", "zoneRedundancy"],
    },
  ),
  "containerregistry:Task": inGroup(
    "Microsoft.ContainerRegistry/registries/{registryName}/tasks/{taskName}",
    "2019-06-01-preview",
    "copy",
    { beside: tracked, replaceOn: ["location", "isSystemTask"] },
  ),
  "containerregistry:TaskRun": inGroup(
    "Microsoft.ContainerRegistry/registries/{registryName}/taskRuns/{taskRunName}",
    "2019-06-01-preview",
    "copy",
    {
      beside: ["location", "identity"],
      wrap: { runResult: ["id", "name", "type", "systemData"] },
      replaceOn: ["location"],
    },
  ),

  "storage:StorageAccount": inGroup(account, storageVersion, "random", {
    beside: [...tracked, "sku", "kind", "extendedLocation"],
    rename: {
      enableHttpsTrafficOnly: "supportsHttpsTrafficOnly",
      enableNfsV3: "isNfsV3Enabled",
      networkRuleSet: "networkAcls",
      "networkRuleSet.ipRules[].iPAddressOrRange": "value",
      "networkRuleSet.virtualNetworkRules[].virtualNetworkResourceId": "id",
      "encryption.encryptionIdentity": "identity",
      "encryption.encryptionIdentity.encryptionUserAssignedIdentity": "userAssignedIdentity",
      "encryption.encryptionIdentity.encryptionFederatedIdentityClientId": "federatedIdentityClientId",
      "encryption.keyVaultProperties": "keyvaultproperties",
      "encryption.keyVaultProperties.keyName": "keyname",
      "encryption.keyVaultProperties.keyVersion": "keyversion",
      "encryption.keyVaultProperties.keyVaultUri": "keyvaulturi",
    },
    replaceOn: [
      "location",
      "kind",
      "isHnsEnabled",
      "enableNfsV3",
      "dnsEndpointType",
      "extendedLocation",
      "encryption.requireInfrastructureEncryption",
    ],
  }),
  "storage:FileShare": inGroup(`${account}/fileServices/default/shares/{shareName}`, storageVersion, "copy", {
    replaceOn: ["enabledProtocols"],
  }),
  "storage:BlobContainer": inGroup(
    `${account}/blobServices/default/containers/{containerName}`,
    storageVersion,
    "copy",
    { replaceOn: ["defaultEncryptionScope", "denyEncryptionScopeOverride", "immutableStorageWithVersioning"] },
  ),
  "storage:ManagementPolicy": inGroup(`${account}/managementPolicies/{managementPolicyName}`, storageVersion, "copy"),
  "storage:Table": inGroup(`${account}/tableServices/default/tables/{tableName}`, storageVersion, "copy"),
  "storage:BlobServiceProperties": inGroup(`${account}/blobServices/{blobServicesName}`, storageVersion, "copy", {
    resetTo: { properties: { cors: { corsRules: [] }, deleteRetentionPolicy: { enabled: false } } },
  }),
  "storage:FileServiceProperties": inGroup(`${account}/fileServices/{fileServicesName}`, storageVersion, "copy", {
    resetTo: { properties: { cors: { corsRules: [] }, shareDeleteRetentionPolicy: { enabled: true, days: 7 } } },
  }),

  "batch:BatchAccount": inGroup("Microsoft.Batch/batchAccounts/{accountName}", "2024-07-01", "random", {
    beside: tracked,
    replaceOn: ["location", "poolAllocationMode", "keyVaultReference", "encryption"],
  }),
  // Scale settings, start task, metadata, application packages and the communication mode can be changed in place.
  "batch:Pool": inGroup("Microsoft.Batch/batchAccounts/{accountName}/pools/{poolName}", "2024-07-01", "copy", {
    beside: ["identity", "tags"],
    rename: {
      "deploymentConfiguration.virtualMachineConfiguration.containerConfiguration.containerRegistries[].userName":
        "username",
      "startTask.containerSettings.registry.userName": "username",
    },
    replaceOn: [
      "vmSize displayName deploymentConfiguration networkConfiguration mountConfiguration interNodeCommunication",
      "taskSlotsPerNode taskSchedulingPolicy userAccounts applicationLicenses resourceTags",
    ].flatMap((line) => line.split(" ")),
  }),

  "operationalinsights:Workspace": inGroup(
    "Microsoft.OperationalInsights/workspaces/{workspaceName}",
    "2023-09-01",
    "random",
    { beside: tracked, replaceOn: ["location"] },
  ),
  "applicationinsights:Component": inGroup("Microsoft.Insights/components/{resourceName}", "2020-02-02", "random", {
    beside: ["location", "tags", "kind"],
    rename: componentNames,
    replaceOn: ["location", "kind", "applicationType"],
  }),
  "keyvault:Vault": inGroup("Microsoft.KeyVault/vaults/{vaultName}", "2024-11-01", "random", {
    beside: ["location", "tags", "properties"],
    whole: true,
    replaceOn: ["location", "properties.tenantId"],
  }),

  "machinelearningservices:Workspace": inGroup(
    "Microsoft.MachineLearningServices/workspaces/{workspaceName}",
    "2025-12-01",
    "random",
    {
      beside: [...tracked, "sku", "kind"],
      wrap: { "sharedPrivateLinkResources[]": ["name"] },
      replaceOn: ["location", "kind", "keyVault", "storageAccount", "hbiWorkspace", "encryption", "hubResourceId"],
    },
  ),
  // A compute instance or cluster keeps nearly everything for life; only scale, schedules and texts can be changed.
  "machinelearningservices:Compute": inGroup(
    "Microsoft.MachineLearningServices/workspaces/{workspaceName}/computes/{computeName}",
    "2025-12-01",
    "copy",
    {
      beside: [...tracked, "sku", "properties"],
      whole: true,
      replaceOn: ["location", "properties"],
      keepOn: [
        "properties.description",
        "properties.properties.scaleSettings",
        "properties.properties.schedules",
        "properties.properties.instanceTypes",
        "properties.properties.defaultInstanceType",
      ],
    },
  ),

  "app:ManagedEnvironment": inGroup("Microsoft.App/managedEnvironments/{environmentName}", appVersion, "random", {
    beside: [...tracked, "kind"],
    replaceOn: ["location", "kind", "vnetConfiguration", "zoneRedundant", "infrastructureResourceGroup"],
  }),
  "app:Job": inGroup("Microsoft.App/jobs/{jobName}", appVersion, "random", {
    beside: [...tracked, "extendedLocation"],
    replaceOn: ["location", "extendedLocation", "environmentId", "configuration.triggerType"],
  }),
  "app:ContainerApp": inGroup("Microsoft.App/containerApps/{containerAppName}", appVersion, "random", {
    beside: [...tracked, "extendedLocation", "managedBy", "kind"],
    replaceOn: ["location", "extendedLocation", "kind", "environmentId", "managedEnvironmentId"],
  }),
  "app:ContainerAppsAuthConfig": inGroup(
    "Microsoft.App/containerApps/{containerAppName}/authConfigs/{authConfigName}",
    appVersion,
    "copy",
  ),
  "app:ManagedEnvironmentsStorage": inGroup(
    "Microsoft.App/managedEnvironments/{environmentName}/storages/{storageName}",
    appVersion,
    "copy",
    {
      beside: ["properties"],
      whole: true,
      replaceOn: ["properties"],
      keepOn: ["properties.azureFile.accountKey", "properties.azureFile.accountKeyVaultProperties"],
    },
  ),

  "logic:Workflow": inGroup("Microsoft.Logic/workflows/{workflowName}", "2019-05-01", "random", {
    beside: tracked,
    replaceOn: ["location", "integrationServiceEnvironment"],
  }),

  "monitor:ActionGroup": inGroup("Microsoft.Insights/actionGroups/{actionGroupName}", "2024-10-01-preview", "random", {
    beside: tracked,
    replaceOn: ["location"],
  }),
  "monitor:DiagnosticSetting": under(
    "resourceUri",
    "Microsoft.Insights/diagnosticSettings/{name}",
    "2021-05-01-preview",
    "random",
  ),
  "consumption:Budget": under("scope", "Microsoft.Consumption/budgets/{budgetName}", "2024-08-01", "random", {
    beside: ["eTag"],
    replaceOn: ["category", "timeGrain", "timePeriod.startDate"],
  }),

  "containerservice:ManagedCluster": inGroup(
    "Microsoft.ContainerService/managedClusters/{resourceName}",
    "2025-09-01",
    "random",
    {
      beside: [...tracked, "sku", "kind", "extendedLocation"],
      rename: Object.fromEntries(autoScalerKeys.map((name) => [`autoScalerProfile.${name}`, kebab(name)])),
      replaceOn: [
        "location kind extendedLocation diskEncryptionSetID dnsPrefix fqdnSubdomain linuxProfile nodeResourceGroup",
        "windowsProfile networkProfile.serviceCidr networkProfile.serviceCidrs networkProfile.podCidr",
        "networkProfile.podCidrs networkProfile.dnsServiceIP networkProfile.networkMode networkProfile.networkPlugin",
        "networkProfile.networkPluginMode networkProfile.networkDataplane networkProfile.networkPolicy",
        "networkProfile.outboundType networkProfile.ipFamilies",
      ].flatMap((line) => line.split(" ")),
    },
  ),
  "containerservice:AgentPool": inGroup(
    "Microsoft.ContainerService/managedClusters/{resourceName}/agentPools/{agentPoolName}",
    "2025-09-01",
    "copy",
    { replaceOn: agentPoolFixed },
  ),
  "kubernetesconfiguration:Extension": inGroup(`${aksExtension}/extensions/{extensionName}`, "2023-05-01", "random", {
    beside: ["identity", "plan"],
    replaceOn: ["extensionType", "scope", "plan", "identity"],
  }),
  "kubernetesconfiguration:FluxConfiguration": inGroup(
    `${aksExtension}/fluxConfigurations/{fluxConfigurationName}`,
    "2023-05-01",
    "random",
    { replaceOn: ["scope", "namespace"] },
  ),

  "compute:VirtualMachine": inGroup("Microsoft.Compute/virtualMachines/{vmName}", "2024-11-01", "random", {
    beside: [...tracked, "zones", "plan", "placement", "extendedLocation"],
    wrap: { "networkProfile.networkInterfaces[]": ["id"], "networkProfile.networkInterfaceConfigurations[]": ["name"] },
    replaceOn: [
      "location zones plan extendedLocation placement availabilitySet priority virtualMachineScaleSet",
      "osProfile.computerName osProfile.adminUsername osProfile.adminPassword osProfile.customData",
      "storageProfile.imageReference storageProfile.osDisk.osType storageProfile.osDisk.createOption",
      "storageProfile.osDisk.name",
    ].flatMap((line) => line.split(" ")),
  }),
  "containerinstance:ContainerGroup": inGroup(
    "Microsoft.ContainerInstance/containerGroups/{containerGroupName}",
    "2024-05-01-preview",
    "random",
    {
      beside: [...tracked, "zones"],
      wrap: { "containers[]": ["name"], "initContainers[]": ["name"], "extensions[]": ["name"] },
      replaceOn: ["location", "zones", "osType", "sku", "priority", "subnetIds", "ipAddress"],
    },
  ),
};
