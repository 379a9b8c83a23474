import * as pulumi from "@pulumi/pulumi";
import * as containerservice from "@pulumi/azure-native/containerservice";
import * as kubernetesconfiguration from "@pulumi/azure-native/kubernetesconfiguration";
import * as machinelearningservices from "@pulumi/azure-native/machinelearningservices";
import { computeTags, nameIn, type PlacementArgs } from "./common";
import { assignRole, Identity } from "./identity";
import type { Workspace } from "./workspace";

export interface AttachedKubernetesArgs extends PlacementArgs {
  /** Workspace that the cluster is attached to. */
  workspace: Workspace;
  /** Registry that the nodes pull images from. */
  registryId: pulumi.Input<string>;
  /** Name of the schedule that the cluster follows; a tag. */
  schedule: string;
  /** Entra tenant whose people sign in to the cluster. */
  tenantId: pulumi.Input<string>;
  /**
   * Size of the GPU nodes.
   * @default "Standard_NC4as_T4_v3"
   */
  vmSize?: string;
  /**
   * Most GPU nodes at once.
   * @default 2
   */
  maxGpuNodes?: number;
  /**
   * Size of the one system node, which is there as long as the cluster is on.
   * @default "Standard_D2as_v5"
   */
  systemVmSize?: string;
  /**
   * A GitLab runner. Its manifests are read from a Git repository by Flux, and its token from the vault.
   * @default - none
   */
  gitlab?: { url: string; tokenSecret: string; repositoryUrl: string; branch: string };
}

/** What every extension of a managed cluster names it by. */
const clusterKind = { clusterRp: "Microsoft.ContainerService", clusterName: "managedClusters" };

/**
 * A Kubernetes cluster with a GPU node pool that is empty unless pods wait, attached to the workspace.
 *
 * The one system node costs money as long as the cluster is on; the stop-schedule turns the whole cluster off.
 */
export class AttachedKubernetes extends pulumi.ComponentResource {
  /** Resource id of the cluster. */
  readonly id: pulumi.Output<string>;
  /** Name under which the workspace knows the cluster. */
  readonly computeName: pulumi.Output<string>;

  constructor(name: string, args: AttachedKubernetesArgs, opts?: pulumi.ComponentResourceOptions) {
    super("lights-out:index:AttachedKubernetes", name, {}, opts);

    const { resourceGroupName, location } = args;
    const tags = computeTags(args.tags, args.schedule);
    const cluster = new containerservice.ManagedCluster(
      `${name}-aks`,
      {
        resourceGroupName,
        resourceName: nameIn(args, "cluster", "lights-out"),
        location,
        tags,
        sku: { name: "Base", tier: "Free" },
        dnsPrefix: nameIn(args, "cluster", "lights-out"),
        identity: { type: "SystemAssigned" },
        disableLocalAccounts: true,
        enableRBAC: true,
        aadProfile: { managed: true, enableAzureRBAC: true, tenantID: args.tenantId },
        oidcIssuerProfile: { enabled: true },
        addonProfiles: { azureKeyvaultSecretsProvider: { enabled: true, config: { enableSecretRotation: "true" } } },
        autoUpgradeProfile: { upgradeChannel: "stable", nodeOSUpgradeChannel: "NodeImage" },
        networkProfile: { networkPlugin: "azure", networkPluginMode: "overlay", loadBalancerSku: "standard" },
        agentPoolProfiles: [
          {
            name: "system",
            mode: "System",
            type: "VirtualMachineScaleSets",
            count: 1,
            vmSize: args.systemVmSize ?? "Standard_D2as_v5",
            osType: "Linux",
            osSKU: "AzureLinux",
            tags,
          },
        ],
      },
      { parent: this, deleteBeforeReplace: true },
    );
    const gpuNodes = new containerservice.AgentPool(
      `${name}-gpu`,
      {
        resourceGroupName,
        resourceName: cluster.name,
        agentPoolName: "gpu",
        tags,
        mode: "User",
        type: "VirtualMachineScaleSets",
        osType: "Linux",
        vmSize: args.vmSize ?? "Standard_NC4as_T4_v3",
        enableAutoScaling: true,
        minCount: 0,
        maxCount: args.maxGpuNodes ?? 2,
        count: 0,
        scaleSetPriority: "Spot",
        scaleSetEvictionPolicy: "Delete",
        spotMaxPrice: -1,
        nodeTaints: ["kubernetes.azure.com/scalesetpriority=spot:NoSchedule", "sku=gpu:NoSchedule"],
        nodeLabels: { "kubernetes.azure.com/scalesetpriority": "spot" },
      },
      { parent: this, deleteBeforeReplace: true },
    );
    const kubelet = cluster.identityProfile.apply((profiles) => profiles?.["kubeletidentity"]?.objectId ?? "");
    const pull = assignRole(
      `${name}-pull`,
      { role: "acrPull", scope: args.registryId, principalId: kubelet, principalType: "ServicePrincipal" },
      this,
    );
    const extension = new kubernetesconfiguration.Extension(
      `${name}-ml-extension`,
      {
        ...clusterKind,
        resourceGroupName,
        clusterResourceName: cluster.name,
        extensionName: "azureml",
        extensionType: "Microsoft.AzureML.Kubernetes",
        autoUpgradeMinorVersion: true,
        scope: { cluster: { releaseNamespace: "azureml" } },
        configurationSettings: { enableTraining: "True", enableInference: "False" },
      },
      { parent: this, dependsOn: [gpuNodes, pull] },
    );
    const computeIdentity = new Identity(`${name}-compute`, args, { parent: this });
    const compute = new machinelearningservices.Compute(
      `${name}-attached`,
      {
        resourceGroupName,
        workspaceName: args.workspace.name,
        computeName: nameIn(args, "attachedCompute", "kubernetes"),
        location,
        tags,
        identity: { type: "UserAssigned", userAssignedIdentities: [computeIdentity.id] },
        properties: {
          computeType: "Kubernetes",
          resourceId: cluster.id,
          disableLocalAuth: true,
          properties: { namespace: "azureml", defaultInstanceType: "gpu", instanceTypes: instanceTypes() },
        },
      },
      { parent: this, dependsOn: [extension, ...args.workspace.ready], deleteBeforeReplace: true },
    );
    if (args.gitlab) gitlabRunner(name, args, args.gitlab, cluster, this);
    this.id = cluster.id;
    this.computeName = compute.name;

    this.registerOutputs({ id: this.id, computeName: this.computeName });
  }
}

/** Where training pods run and what they get. */
function instanceTypes() {
  return {
    gpu: {
      nodeSelector: { "kubernetes.azure.com/scalesetpriority": "spot" },
      resources: {
        requests: { cpu: "2", memory: "16Gi", "nvidia.com/gpu": "1" },
        limits: { cpu: "3500m", memory: "24Gi", "nvidia.com/gpu": "1" },
      },
    },
  };
}

/**
 * A GitLab runner kept by Flux from `kubernetes/gitlab-runner` of the repository. The runner's token is mounted from
 * the vault by the cluster's secrets provider, so it is neither in this program nor in its state.
 */
function gitlabRunner(
  name: string,
  args: AttachedKubernetesArgs,
  gitlab: NonNullable<AttachedKubernetesArgs["gitlab"]>,
  cluster: containerservice.ManagedCluster,
  parent: pulumi.Resource,
): void {
  const secretsProvider = cluster.addonProfiles.apply(
    (profiles) => profiles?.["azureKeyvaultSecretsProvider"]?.identity,
  );
  assignRole(
    `${name}-vault-secrets`,
    {
      role: "keyVaultSecretsUser",
      scope: args.workspace.vaultId,
      principalId: secretsProvider.apply((identity) => identity?.objectId ?? ""),
      principalType: "ServicePrincipal",
    },
    parent,
  );
  const shared = { ...clusterKind, resourceGroupName: args.resourceGroupName, clusterResourceName: cluster.name };
  const flux = new kubernetesconfiguration.Extension(
    `${name}-flux`,
    { ...shared, extensionName: "flux", extensionType: "microsoft.flux", autoUpgradeMinorVersion: true },
    { parent },
  );
  new kubernetesconfiguration.FluxConfiguration(
    `${name}-gitlab-runner`,
    {
      ...shared,
      fluxConfigurationName: "gitlab-runner",
      namespace: "gitlab-runner",
      scope: "cluster",
      sourceKind: "GitRepository",
      gitRepository: {
        url: gitlab.repositoryUrl,
        repositoryRef: { branch: gitlab.branch },
        syncIntervalInSeconds: 600,
        timeoutInSeconds: 600,
      },
      kustomizations: {
        runner: {
          path: "./kubernetes/gitlab-runner",
          prune: true,
          syncIntervalInSeconds: 600,
          timeoutInSeconds: 600,
          postBuild: {
            substitute: {
              GITLAB_URL: gitlab.url,
              TOKEN_SECRET: gitlab.tokenSecret,
              VAULT_NAME: args.workspace.vaultName,
              TENANT_ID: args.tenantId,
              CLIENT_ID: secretsProvider.apply((identity) => identity?.clientId ?? ""),
            },
          },
        },
      },
    },
    { parent, dependsOn: [flux] },
  );
}
