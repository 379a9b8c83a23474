import * as pulumi from "@pulumi/pulumi";
import * as batch from "@pulumi/azure-native/batch";
import { nameIn, type PlacementArgs } from "./common";
import { Identity } from "./identity";

export interface BatchAccountArgs extends PlacementArgs {
  /** Registry that nodes pull images from. */
  registry: { id: pulumi.Input<string>; loginServer: pulumi.Input<string> };
  /** Blob storage for the account's own files and for the nodes' mounts. */
  storage: { blobAccountId: pulumi.Input<string>; blobAccountName: pulumi.Input<string> };
}

/** Core quotas of an account, as Azure grants them. */
export interface CoreQuotas {
  readonly spot: number;
  readonly dedicated: number;
}

/**
 * A Batch account that takes Entra sign-in only and reaches its storage by identity. Pools stand in it.
 *
 * ```ts
 * const account = new BatchAccount("batch", { ...foundation.placement, registry, storage: share });
 * ```
 */
export class BatchAccount extends pulumi.ComponentResource {
  readonly id: pulumi.Output<string>;
  readonly name: pulumi.Output<string>;
  /** Host name of the account's own service, which jobs are sent to. */
  readonly endpoint: pulumi.Output<string>;
  /** Identity of the pools' nodes: pulls images, reads and writes blobs. */
  readonly nodeIdentity: Identity;
  /** Host name of the registry that the nodes may pull from. */
  readonly registryServer: pulumi.Output<string>;
  /** Name of the blob account that the nodes mount. */
  readonly blobAccountName: pulumi.Output<string>;
  /** Cores that the account may use at once; a new account may have none. */
  readonly quotas: pulumi.Output<CoreQuotas>;

  constructor(name: string, args: BatchAccountArgs, opts?: pulumi.ComponentResourceOptions) {
    super("lights-out:index:BatchAccount", name, {}, opts);

    const { blobAccountId, blobAccountName } = args.storage;
    const accountIdentity = new Identity(
      `${name}-account`,
      { ...args, grants: { storage: { role: "blobDataContributor", scope: blobAccountId } } },
      { parent: this },
    );
    this.nodeIdentity = new Identity(
      `${name}-node`,
      {
        ...args,
        grants: {
          pull: { role: "acrPull", scope: args.registry.id },
          storage: { role: "blobDataContributor", scope: blobAccountId },
        },
      },
      { parent: this },
    );
    const account = new batch.BatchAccount(
      `${name}-batch`,
      {
        resourceGroupName: args.resourceGroupName,
        accountName: nameIn(args, "batchAccount", "batch"),
        location: args.location,
        tags: args.tags,
        poolAllocationMode: "BatchService",
        allowedAuthenticationModes: ["AAD"],
        publicNetworkAccess: "Enabled",
        identity: { type: "UserAssigned", userAssignedIdentities: [accountIdentity.id] },
        autoStorage: {
          storageAccountId: blobAccountId,
          authenticationMode: "BatchAccountManagedIdentity",
          nodeIdentityReference: { resourceId: this.nodeIdentity.id },
        },
      },
      { parent: this, dependsOn: accountIdentity.assignments, deleteBeforeReplace: true },
    );
    this.id = account.id;
    this.name = account.name;
    this.endpoint = account.accountEndpoint;
    this.registryServer = pulumi.output(args.registry.loginServer);
    this.blobAccountName = pulumi.output(blobAccountName);
    this.quotas = pulumi
      .all([account.lowPriorityCoreQuota, account.dedicatedCoreQuota])
      .apply(([spot, dedicated]) => ({ spot, dedicated }));

    this.registerOutputs({ id: this.id, name: this.name, endpoint: this.endpoint, quotas: this.quotas });
  }
}
