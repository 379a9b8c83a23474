import * as pulumi from "@pulumi/pulumi";
import * as storage from "@pulumi/azure-native/storage";
import type { PlacementArgs } from "./common";
import { storageAccount } from "./storageAccount";

/** Blob containers of the estate. */
export const containerNames = ["inputs", "outputs", "task-logs"] as const;
export type ContainerName = (typeof containerNames)[number];

export interface FileShareArgs extends PlacementArgs {
  /**
   * Size limit of the share in GiB.
   * @default 100
   */
  quotaGiB?: number;
  /**
   * Days after which outputs move to the cool tier.
   * @default 30
   */
  coolAfterDays?: number;
  /**
   * Days after which task logs are deleted.
   * @default 30
   */
  taskLogDays?: number;
}

/**
 * Storage of the estate: a file share for data, models, checkpoints and logs, blob containers for jobs, and a table.
 *
 * ```ts
 * const share = new FileShare("share", { ...foundation.placement, quotaGiB: 500 });
 * ```
 *
 * There are two accounts. The one with blobs and table takes Entra sign-in only. The one with the file share has to
 * allow account keys, because Container Apps mounts a share with a key and nothing else; the key is read by Azure
 * itself when it makes the mount (`ContainerEnvironment`), so it reaches neither the program nor its state.
 */
export class FileShare extends pulumi.ComponentResource {
  /** Name of the account that holds the share. */
  readonly fileAccountName: pulumi.Output<string>;
  readonly fileAccountId: pulumi.Output<string>;
  readonly shareName: pulumi.Output<string>;
  /** UNC-style path of the share, as it is mounted. */
  readonly sharePath: pulumi.Output<string>;
  /** Name of the account that holds blobs and table. */
  readonly blobAccountName: pulumi.Output<string>;
  readonly blobAccountId: pulumi.Output<string>;
  /** Names of the blob containers. */
  readonly containers: Record<ContainerName, pulumi.Output<string>>;
  /** Name of the table for exceptions and the audit record. */
  readonly tableName: pulumi.Output<string>;

  constructor(name: string, args: FileShareArgs, opts?: pulumi.ComponentResourceOptions) {
    super("lights-out:index:FileShare", name, {}, opts);

    const files = storageAccount(`${name}-files`, "files", { ...args, allowSharedKeyAccess: true }, this);
    const fileServices = new storage.FileServiceProperties(
      `${name}-fileservice`,
      {
        resourceGroupName: args.resourceGroupName,
        accountName: files.name,
        fileServicesName: "default",
        shareDeleteRetentionPolicy: { enabled: true, days: 7 },
        protocolSettings: { smb: { versions: "SMB3.1.1;", channelEncryption: "AES-256-GCM;AES-128-GCM;" } },
      },
      { parent: this },
    );
    const share = new storage.FileShare(
      `${name}-share`,
      {
        resourceGroupName: args.resourceGroupName,
        accountName: files.name,
        shareName: "lights-out",
        shareQuota: args.quotaGiB ?? 100,
        accessTier: "TransactionOptimized",
        enabledProtocols: "SMB",
      },
      { parent: this, dependsOn: [fileServices] },
    );

    const blobs = storageAccount(`${name}-blobs`, "blobs", { ...args, allowSharedKeyAccess: false }, this);
    const containers = containerNames.map(
      (containerName) =>
        new storage.BlobContainer(
          `${name}-${containerName}`,
          { resourceGroupName: args.resourceGroupName, accountName: blobs.name, containerName, publicAccess: "None" },
          { parent: this },
        ),
    );
    new storage.ManagementPolicy(
      `${name}-lifecycle`,
      {
        resourceGroupName: args.resourceGroupName,
        accountName: blobs.name,
        managementPolicyName: "default",
        policy: {
          rules: [
            {
              name: "outputs-cool",
              type: "Lifecycle",
              enabled: true,
              definition: {
                filters: { blobTypes: ["blockBlob"], prefixMatch: ["outputs/"] },
                actions: { baseBlob: { tierToCool: { daysAfterModificationGreaterThan: args.coolAfterDays ?? 30 } } },
              },
            },
            {
              name: "task-logs-delete",
              type: "Lifecycle",
              enabled: true,
              definition: {
                filters: { blobTypes: ["blockBlob", "appendBlob"], prefixMatch: ["task-logs/"] },
                actions: { baseBlob: { delete: { daysAfterModificationGreaterThan: args.taskLogDays ?? 30 } } },
              },
            },
          ],
        },
      },
      { parent: this, dependsOn: containers },
    );
    const table = new storage.Table(
      `${name}-table`,
      { resourceGroupName: args.resourceGroupName, accountName: blobs.name, tableName: "lightsout" },
      { parent: this },
    );

    this.fileAccountName = files.name;
    this.fileAccountId = files.id;
    this.shareName = share.name;
    this.sharePath = pulumi.interpolate`//${files.name}.file.core.windows.net/${share.name}`;
    this.blobAccountName = blobs.name;
    this.blobAccountId = blobs.id;
    const [inputs, outputs, taskLogs] = containers.map((container) => container.name) as [
      pulumi.Output<string>,
      pulumi.Output<string>,
      pulumi.Output<string>,
    ];
    this.containers = { inputs, outputs, "task-logs": taskLogs };
    this.tableName = table.name;

    this.registerOutputs({
      fileAccountName: this.fileAccountName,
      fileAccountId: this.fileAccountId,
      shareName: this.shareName,
      sharePath: this.sharePath,
      blobAccountName: this.blobAccountName,
      blobAccountId: this.blobAccountId,
      containers: this.containers,
      tableName: this.tableName,
    });
  }
}
