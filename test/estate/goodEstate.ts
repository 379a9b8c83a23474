import { poolFormula } from "../policies/support";

/** A resource as `declared/index.js` takes it; `@{other.id}` stands for an output of another one before it. */
export interface Declared {
  name: string;
  /** Pulumi type without `azure-native:`. */
  type: string;
  inputs: Record<string, unknown>;
  protect?: boolean;
  /** What must be there before. */
  needs?: string[];
}

const location = "swedencentral";
const resourceGroupName = "@{group.name}";
const tags = { owner: "ml@example.com", "cost-centre": "4711", estate: "declared" };
const computeTags = { ...tags, schedule: "office" };
const placed = { resourceGroupName, location, tags };
const compute = { resourceGroupName, location, tags: computeTags };
const inWorkspace = { ...compute, workspaceName: "@{workspace.name}" };
const linux = { image: "mcr.microsoft.com/k8se/quickstart:latest" };
const userAssigned = { type: "UserAssigned", userAssignedIdentities: ["@{identity.id}"] };

/** One or more of everything that the rules look at, as they would have it. */
export const goodEstate: readonly Declared[] = [
  {
    name: "group",
    type: "resources:ResourceGroup",
    inputs: { location, tags: { ...tags, schedules: "office, nights" } },
  },
  {
    name: "budget",
    type: "consumption:Budget",
    inputs: {
      scope: "@{group.id}",
      category: "Cost",
      timeGrain: "Monthly",
      amount: 500,
      timePeriod: { startDate: "2026-11-01T00:00:00Z" },
      notifications: {
        most: { enabled: true, operator: "GreaterThan", threshold: 80, contactEmails: ["ml@example.com"] },
      },
    },
  },
  { name: "identity", type: "managedidentity:UserAssignedIdentity", inputs: placed },
  {
    name: "registry",
    type: "containerregistry:Registry",
    inputs: { ...placed, sku: { name: "Basic" }, adminUserEnabled: false },
  },
  {
    name: "storage",
    type: "storage:StorageAccount",
    inputs: {
      ...placed,
      kind: "StorageV2",
      sku: { name: "Standard_LRS" },
      allowBlobPublicAccess: false,
      minimumTlsVersion: "TLS1_2",
    },
  },
  {
    name: "inputs",
    type: "storage:BlobContainer",
    inputs: { resourceGroupName, accountName: "@{storage.name}", publicAccess: "None" },
  },
  {
    name: "logs",
    type: "operationalinsights:Workspace",
    inputs: { ...placed, sku: { name: "PerGB2018" }, retentionInDays: 30, workspaceCapping: { dailyQuotaGb: 1 } },
  },
  {
    name: "insights",
    type: "applicationinsights:Component",
    inputs: { ...placed, kind: "web", applicationType: "web", workspaceResourceId: "@{logs.id}" },
  },
  {
    name: "vault",
    type: "keyvault:Vault",
    inputs: {
      ...placed,
      properties: {
        tenantId: "00000000-0000-4000-8000-000000000001",
        sku: { family: "A", name: "standard" },
        enableRbacAuthorization: true,
        softDeleteRetentionInDays: 7,
      },
    },
  },
  {
    name: "workspace",
    type: "machinelearningservices:Workspace",
    inputs: {
      ...placed,
      identity: userAssigned,
      primaryUserAssignedIdentity: "@{identity.id}",
      storageAccount: "@{storage.id}",
      keyVault: "@{vault.id}",
      applicationInsights: "@{insights.id}",
    },
  },
  {
    name: "alice",
    type: "machinelearningservices:Compute",
    inputs: {
      ...inWorkspace,
      properties: {
        computeType: "ComputeInstance",
        properties: { vmSize: "Standard_NC4as_T4_v3", idleTimeBeforeShutdown: "PT60M" },
      },
    },
  },
  {
    name: "cluster",
    type: "machinelearningservices:Compute",
    inputs: {
      ...inWorkspace,
      properties: {
        computeType: "AmlCompute",
        properties: {
          vmSize: "Standard_NC4as_T4_v3",
          vmPriority: "LowPriority",
          scaleSettings: { minNodeCount: 0, maxNodeCount: 2, nodeIdleTimeBeforeScaleDown: "PT2M" },
        },
      },
    },
  },
  {
    name: "batch",
    type: "batch:BatchAccount",
    inputs: { ...placed, accountName: "declaredbatch", allowedAuthenticationModes: ["AAD"] },
  },
  {
    name: "pool",
    type: "batch:Pool",
    inputs: {
      resourceGroupName,
      accountName: "@{batch.name}",
      tags: computeTags,
      vmSize: "Standard_NC4as_T4_v3",
      targetNodeCommunicationMode: "Simplified",
      deploymentConfiguration: {
        virtualMachineConfiguration: {
          imageReference: { publisher: "microsoft-dsvm", offer: "ubuntu-hpc", sku: "2404", version: "latest" },
          nodeAgentSkuId: "batch.node.ubuntu 24.04",
        },
      },
      scaleSettings: { autoScale: { formula: poolFormula(2), evaluationInterval: "PT5M" } },
    },
  },
  {
    name: "environment",
    type: "app:ManagedEnvironment",
    inputs: {
      ...placed,
      workloadProfiles: [
        { name: "Consumption", workloadProfileType: "Consumption" },
        { name: "gpu-t4", workloadProfileType: "Consumption-GPU-NC8as-T4" },
      ],
    },
  },
  {
    name: "job",
    type: "app:Job",
    inputs: {
      ...compute,
      environmentId: "@{environment.id}",
      workloadProfileName: "gpu-t4",
      configuration: {
        triggerType: "Manual",
        replicaTimeout: 3600,
        replicaRetryLimit: 2,
        manualTriggerConfig: { parallelism: 1, replicaCompletionCount: 1 },
      },
      template: {
        containers: [
          {
            ...linux,
            name: "train",
            resources: { cpu: 8, memory: "56Gi" },
            env: [{ name: "EPOCHS", value: "3" }],
          },
        ],
      },
    },
  },
  {
    name: "app",
    type: "app:ContainerApp",
    inputs: {
      ...compute,
      environmentId: "@{environment.id}",
      workloadProfileName: "Consumption",
      configuration: { activeRevisionsMode: "Single" },
      template: {
        containers: [{ ...linux, name: "board", resources: { cpu: 1, memory: "2Gi" } }],
        scale: { minReplicas: 0, maxReplicas: 1 },
      },
    },
  },
  {
    name: "containers",
    type: "containerinstance:ContainerGroup",
    inputs: {
      ...compute,
      osType: "Linux",
      containers: [{ ...linux, name: "tool", resources: { requests: { cpu: 1, memoryInGB: 1 } } }],
    },
  },
  {
    name: "machine",
    type: "compute:VirtualMachine",
    inputs: {
      ...compute,
      hardwareProfile: { vmSize: "Standard_NC4as_T4_v3" },
      priority: "Spot",
      storageProfile: { osDisk: { createOption: "FromImage", deleteOption: "Delete" } },
    },
  },
  {
    name: "kubernetes",
    type: "containerservice:ManagedCluster",
    inputs: {
      ...compute,
      identity: { type: "SystemAssigned" },
      dnsPrefix: "declared",
      agentPoolProfiles: [{ name: "system", mode: "System", count: 1, vmSize: "Standard_D2as_v5" }],
    },
  },
  {
    name: "gpunodes",
    type: "containerservice:AgentPool",
    inputs: {
      resourceGroupName,
      resourceName: "@{kubernetes.name}",
      tags: computeTags,
      vmSize: "Standard_NC4as_T4_v3",
      enableAutoScaling: true,
      count: 0,
      minCount: 0,
      maxCount: 2,
      scaleSetPriority: "Spot",
    },
  },
  {
    name: "tick",
    type: "logic:Workflow",
    inputs: {
      ...placed,
      definition: {
        $schema:
          "https://schema.management.azure.com/providers/Microsoft.Logic/schemas/2016-06-01/workflowdefinition.json#",
        contentVersion: "1.0.0.0",
        triggers: {
          tick: {
            type: "Recurrence",
            recurrence: { frequency: "Minute", interval: 5, startTime: "2026-01-05T07:00:00Z" },
          },
        },
        actions: {},
      },
    },
  },
  {
    name: "role",
    type: "authorization:RoleDefinition",
    inputs: {
      scope: "@{group.id}",
      roleName: "Starts declared jobs",
      assignableScopes: ["@{group.id}"],
      permissions: [{ actions: ["Microsoft.App/jobs/start/action"] }],
    },
  },
  {
    name: "starter",
    type: "authorization:RoleAssignment",
    inputs: {
      scope: "@{job.id}",
      roleDefinitionId: "@{role.id}",
      principalId: "@{identity.principalId}",
      principalType: "ServicePrincipal",
    },
  },
];
