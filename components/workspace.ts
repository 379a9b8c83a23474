import * as pulumi from "@pulumi/pulumi";
import * as authorization from "@pulumi/azure-native/authorization";
import * as keyvault from "@pulumi/azure-native/keyvault";
import * as machinelearningservices from "@pulumi/azure-native/machinelearningservices";
import { nameIn, type PlacementArgs } from "./common";
import { CustomRole } from "./customRole";
import { assignRole, Identity } from "./identity";
import { storageAccount } from "./storageAccount";

export interface WorkspaceArgs extends PlacementArgs {
  /** Resource group's id, inside which the workspace's custom role may be assigned. */
  resourceGroupId: pulumi.Input<string>;
  /** Name in the studio. */
  friendlyName: string;
  /** Registry for environments; without one the workspace would make its own. */
  registryId: pulumi.Input<string>;
  /** Application Insights component. */
  insightsId: pulumi.Input<string>;
  /** Entra tenant of the vault. */
  tenantId: pulumi.Input<string>;
}

/**
 * A machine-learning workspace in which everything it needs is given to it, so that everything goes with the estate.
 *
 * ```ts
 * const workspace = new Workspace("workspace", { ...placement, resourceGroupId, friendlyName, registryId, insightsId, tenantId });
 * ```
 *
 * It has a user-assigned identity only: a system-assigned one would be made administrator of the whole resource
 * group, storage and vault included. Its storage account has to allow shared keys, or compute instances cannot be
 * created, and is therefore apart from the estate's own.
 * Source: azure-ai-docs, concept-workspace and how-to-create-compute-instance.
 */
export class Workspace extends pulumi.ComponentResource {
  readonly id: pulumi.Output<string>;
  readonly name: pulumi.Output<string>;
  /** Where people open it. */
  readonly studioUrl: pulumi.Output<string>;
  readonly vaultId: pulumi.Output<string>;
  readonly vaultName: pulumi.Output<string>;
  /** What compute has to wait for: the workspace identity's rights. */
  readonly ready: authorization.RoleAssignment[];

  constructor(name: string, args: WorkspaceArgs, opts?: pulumi.ComponentResourceOptions) {
    super("lights-out:index:Workspace", name, {}, opts);

    const { resourceGroupName, location, tags } = args;
    const storage = storageAccount(`${name}-storage`, "mlws", { ...args, allowSharedKeyAccess: true }, this);
    const vault = new keyvault.Vault(
      `${name}-vault`,
      {
        resourceGroupName,
        location,
        tags,
        // No name: Pulumi's own has a fresh random part (24 characters at most, so `name` has 9 at most). With the estate's,
        // an `up` after a half-finished destroy would meet the soft-deleted vault.
        // Purge protection is left unset: it can never be taken back and would block the name after a destroy.
        properties: {
          tenantId: args.tenantId,
          sku: { family: "A", name: "standard" },
          enableRbacAuthorization: true,
          enableSoftDelete: true,
          softDeleteRetentionInDays: 7,
          publicNetworkAccess: "Enabled",
        },
      },
      { parent: this },
    );
    this.vaultId = vault.id;
    this.vaultName = vault.name;

    const role = new CustomRole(
      `${name}-use`,
      {
        title: "Lights Out workspace",
        description: "What the machine-learning workspace needs of its own storage, vault, registry and insights.",
        suffix: args.suffix,
        scope: args.resourceGroupId,
        actions: workspaceActions,
      },
      { parent: this },
    );
    const identity = new Identity(
      `${name}-workspace`,
      {
        ...args,
        grants: {
          use: { role: role.id, scope: args.resourceGroupId },
          blobs: { role: "blobDataContributor", scope: storage.id },
          files: { role: "fileDataPrivilegedContributor", scope: storage.id },
          secrets: { role: "keyVaultSecretsOfficer", scope: vault.id },
          pull: { role: "acrPull", scope: args.registryId },
        },
      },
      { parent: this },
    );

    const workspace = new machinelearningservices.Workspace(
      `${name}-ml`,
      {
        resourceGroupName,
        workspaceName: nameIn(args, "workspace", "ml"),
        location,
        tags,
        kind: "Default",
        sku: { name: "Basic", tier: "Basic" },
        friendlyName: args.friendlyName,
        description: "Lights Out: compute that is off unless someone needs it",
        identity: { type: "UserAssigned", userAssignedIdentities: [identity.id] },
        primaryUserAssignedIdentity: identity.id,
        storageAccount: storage.id,
        keyVault: vault.id,
        containerRegistry: args.registryId,
        applicationInsights: args.insightsId,
        systemDatastoresAuthMode: "Identity",
        publicNetworkAccess: "Enabled",
        v1LegacyMode: false,
      },
      { parent: this, dependsOn: identity.assignments, deleteBeforeReplace: true },
    );
    this.id = workspace.id;
    this.name = workspace.name;
    this.studioUrl = pulumi
      .all([workspace.id, args.tenantId])
      .apply(([id, tenant]) => `https://ml.azure.com/home?wsid=${id}&tid=${tenant}`);

    // Azure's own idle shutdown acts as this identity and fails, silently, where it may not manage the workspace.
    // Microsoft's text asks for Contributor on the workspace; this role holds the part of it that concerns computes.
    const shutdown = new CustomRole(
      `${name}-idle`,
      {
        title: "Lights Out idle shutdown",
        description: "Lets Azure Machine Learning stop idle compute instances of one workspace.",
        suffix: args.suffix,
        scope: args.resourceGroupId,
        actions: ["Microsoft.MachineLearningServices/workspaces/*"],
      },
      { parent: this },
    );
    this.ready = [
      assignRole(
        `${name}-idle-shutdown`,
        {
          role: shutdown.id,
          scope: workspace.id,
          principalId: identity.principalId,
          principalType: "ServicePrincipal",
        },
        this,
      ),
    ];

    this.registerOutputs({
      id: this.id,
      name: this.name,
      studioUrl: this.studioUrl,
      vaultId: this.vaultId,
      vaultName: this.vaultName,
    });
  }
}

/** Management actions on what the workspace is given. Source: azure-ai-docs, how-to-identity-based-service-authentication. */
const workspaceActions = [
  "Microsoft.Storage/storageAccounts/read",
  "Microsoft.Storage/storageAccounts/listKeys/action",
  "Microsoft.Storage/storageAccounts/blobServices/containers/read",
  "Microsoft.Storage/storageAccounts/blobServices/containers/write",
  "Microsoft.Storage/storageAccounts/fileServices/shares/read",
  "Microsoft.Storage/storageAccounts/fileServices/shares/write",
  "Microsoft.KeyVault/vaults/read",
  "Microsoft.ContainerRegistry/registries/read",
  "Microsoft.ContainerRegistry/registries/push/write",
  "Microsoft.ContainerRegistry/registries/scheduleRun/action",
  "Microsoft.ContainerRegistry/registries/runs/read",
  "Microsoft.ContainerRegistry/registries/listBuildSourceUploadUrl/action",
  "Microsoft.Insights/components/read",
];
