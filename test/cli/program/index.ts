import * as pulumi from "@pulumi/pulumi";
import * as authorization from "@pulumi/azure-native/authorization";
import * as batch from "@pulumi/azure-native/batch";
import * as managedidentity from "@pulumi/azure-native/managedidentity";
import * as resources from "@pulumi/azure-native/resources";
import * as storage from "@pulumi/azure-native/storage";
import * as docker from "@pulumi/docker";

/*
 * One of each thing that the CLI, the host and the provider have to agree on: random, copied and UUID names, a child and
 * an extension resource, a component, a default location, secrets, functions, an image, long operations.
 */
const config = new pulumi.Config();
const tags = { owner: config.get("owner") ?? "ml", "cost-centre": "4711", schedule: "office-hours" };

class Data extends pulumi.ComponentResource {
  readonly account: storage.StorageAccount;

  constructor(name: string, resourceGroupName: pulumi.Input<string>, principalId: pulumi.Input<string>) {
    super("contract:index:Data", name);
    const parent = { parent: this };
    this.account = new storage.StorageAccount(
      name,
      {
        resourceGroupName,
        kind: "StorageV2",
        sku: { name: "Standard_LRS" },
        minimumTlsVersion: "TLS1_2",
        allowBlobPublicAccess: false,
        tags,
      },
      parent,
    );
    const accountName = this.account.name;
    new storage.FileShare(
      `${name}-share`,
      { resourceGroupName, accountName, shareName: "data", shareQuota: 10 },
      parent,
    );
    const { subscriptionId } = authorization.getClientConfigOutput();
    const reader = "2a2b9908-6ea1-4ae2-8e65-a410df84e7d1"; // Storage Blob Data Reader
    const roleDefinitionId = pulumi.interpolate`/subscriptions/${subscriptionId}/providers/Microsoft.Authorization/roleDefinitions/${reader}`;
    new authorization.RoleAssignment(
      `${name}-reader`,
      { scope: this.account.id, principalId, principalType: "ServicePrincipal", roleDefinitionId },
      parent,
    );
    this.registerOutputs({ accountName });
  }
}

const group = new resources.ResourceGroup("gpu", { location: "westeurope", tags });
const resourceGroupName = group.name;
const identity = new managedidentity.UserAssignedIdentity("puller", { resourceGroupName, tags });
const data = new Data("gpudata", resourceGroupName, identity.principalId);
const account = new batch.BatchAccount("gpubatch", {
  resourceGroupName,
  allowedAuthenticationModes: ["AAD"],
  poolAllocationMode: "BatchService",
  identity: { type: "UserAssigned", userAssignedIdentities: [identity.id] },
  tags,
});
const pool = new batch.Pool("spot", {
  resourceGroupName,
  accountName: account.name,
  displayName: config.requireSecret("display"),
  vmSize: config.get("size") ?? "STANDARD_NC4AS_T4_V3",
  targetNodeCommunicationMode: "Simplified",
  deploymentConfiguration: {
    virtualMachineConfiguration: {
      imageReference: { publisher: "microsoft-dsvm", offer: "ubuntu-hpc", sku: "2404", version: "latest" },
      nodeAgentSkuId: "batch.node.ubuntu 24.04",
    },
  },
  scaleSettings: { autoScale: { formula: "$TargetDedicatedNodes=0;", evaluationInterval: "PT5M" } },
});
const image = new docker.Image("train", {
  imageName: "lights-out.example.com/contract:1",
  build: { context: __dirname, dockerfile: `${__dirname}/Dockerfile` },
  skipPush: true,
});
const keys = storage.listStorageAccountKeysOutput({ resourceGroupName, accountName: data.account.name });

export const poolId = pool.id;
export const principal = identity.principalId;
export const digest = image.repoDigest;
export const key = pulumi.secret(keys.keys[0].value);
