import * as pulumi from "@pulumi/pulumi";
import * as batch from "@pulumi/azure-native/batch";
import { vmCores } from "../policies/validators";
import { autoscaleFormula } from "./autoscaleFormula";
import type { BatchAccount, CoreQuotas } from "./batchAccount";
import { computeTags, type PlacementArgs } from "./common";

/**
 * Ubuntu 24.04 with GPU drivers and Docker; the images for containers on 20.04 ended on 2025-04-23.
 * Source: Azure/Batch #174 and #200.
 */
export const nodeImage = {
  reference: { publisher: "microsoft-dsvm", offer: "ubuntu-hpc", sku: "2404", version: "latest" },
  nodeAgentSkuId: "batch.node.ubuntu 24.04",
};

export interface BatchPoolArgs extends PlacementArgs {
  /** Account that the pool stands in. */
  account: BatchAccount;
  /** Name of the pool inside its account. */
  poolName: string;
  /** Name of the schedule that the nodes follow; a tag. */
  schedule: string;
  /**
   * Size of every node.
   * @default "Standard_NC4as_T4_v3"
   */
  vmSize?: string;
  /**
   * Most Spot nodes at once.
   * @default 2
   */
  maxSpotNodes?: number;
  /**
   * Most dedicated nodes, used only for what the Spot nodes have no room for.
   * @default 0
   */
  maxDedicatedNodes?: number;
  /**
   * Tasks that share one node; at most four times its cores, and 256.
   * @default 1
   */
  taskSlotsPerNode?: number;
  /**
   * Size of a node's disk in GiB. The node image keeps containers on it.
   * @default 128
   */
  osDiskGiB?: number;
  /**
   * Container images that a node pulls before its first task.
   * @default - none
   */
  images?: pulumi.Input<string>[];
  /**
   * Command line that a node runs before its first task.
   * @default - none
   */
  startTask?: string;
}

/**
 * A pool of GPU nodes for containers that is empty unless tasks wait.
 *
 * ```ts
 * new BatchPool("train", { ...placement, account, poolName: "train", schedule: "office", maxSpotNodes: 4 });
 * ```
 *
 * Spot nodes come first. A running task is never killed by scaling down, and one short task is enough to bring up a
 * node. Nodes mount the blob containers `inputs` and `outputs` by identity, under `$AZ_BATCH_NODE_MOUNTS_DIR`.
 */
export class BatchPool extends pulumi.ComponentResource {
  readonly id: pulumi.Output<string>;
  readonly poolName: pulumi.Output<string>;

  constructor(name: string, args: BatchPoolArgs, opts?: pulumi.ComponentResourceOptions) {
    super("lights-out:index:BatchPool", name, {}, opts);

    const { account } = args;
    const vmSize = args.vmSize ?? "Standard_NC4as_T4_v3";
    const maxSpotNodes = args.maxSpotNodes ?? 2;
    const maxDedicatedNodes = args.maxDedicatedNodes ?? 0;
    const taskSlotsPerNode = args.taskSlotsPerNode ?? 1;
    const identityReference = { resourceId: account.nodeIdentity.id };
    const mount = (containerName: string, options: string) => ({
      azureBlobFileSystemConfiguration: {
        accountName: account.blobAccountName,
        containerName,
        relativeMountPath: containerName,
        blobfuseOptions: options,
        identityReference,
      },
    });

    const pool = new batch.Pool(
      `${name}-pool`,
      {
        resourceGroupName: args.resourceGroupName,
        accountName: account.name,
        poolName: args.poolName,
        // Refused before Azure is asked: a pool beyond its quota is created and then never reaches its size.
        displayName: account.quotas.apply((quotas) => {
          const fault = quotaFault({ vmSize, maxSpotNodes, maxDedicatedNodes }, quotas);
          if (fault) throw new pulumi.RunError(`Batch pool "${args.poolName}": ${fault}`);
          return `${args.poolName} (Lights Out)`;
        }),
        tags: computeTags(args.tags, args.schedule),
        vmSize,
        taskSlotsPerNode,
        taskSchedulingPolicy: { nodeFillType: "Pack" },
        interNodeCommunication: "Disabled",
        targetNodeCommunicationMode: "Simplified",
        identity: { type: "UserAssigned", userAssignedIdentities: [account.nodeIdentity.id] },
        deploymentConfiguration: {
          virtualMachineConfiguration: {
            imageReference: nodeImage.reference,
            nodeAgentSkuId: nodeImage.nodeAgentSkuId,
            osDisk: { diskSizeGB: args.osDiskGiB ?? 128, caching: "ReadOnly" },
            containerConfiguration: {
              type: "DockerCompatible",
              containerImageNames: args.images ?? [],
              containerRegistries: [{ registryServer: account.registryServer, identityReference }],
            },
          },
        },
        mountConfiguration: [mount("inputs", "-o ro"), mount("outputs", "")],
        scaleSettings: {
          autoScale: {
            formula: autoscaleFormula({ maxSpotNodes, maxDedicatedNodes, taskSlotsPerNode }),
            evaluationInterval: "PT5M",
          },
        },
        startTask: args.startTask
          ? {
              commandLine: args.startTask,
              waitForSuccess: true,
              maxTaskRetryCount: 2,
              userIdentity: { autoUser: { scope: "Pool", elevationLevel: "Admin" } },
            }
          : undefined,
      },
      { parent: this, dependsOn: account.nodeIdentity.assignments, deleteBeforeReplace: true },
    );
    this.id = pool.id;
    this.poolName = pool.name;

    this.registerOutputs({ id: this.id, poolName: this.poolName });
  }
}

/** Why an account's quota is too small for what a pool may ask for; undefined where it is not. */
export function quotaFault(
  pool: { vmSize: string; maxSpotNodes: number; maxDedicatedNodes: number },
  quotas: CoreQuotas,
): string | undefined {
  const cores = vmCores(pool.vmSize);
  if (cores === undefined) return undefined; // Azure knows sizes that this table does not
  const short = (
    [
      ["Spot", "maxSpotNodes", pool.maxSpotNodes, quotas.spot],
      ["dedicated", "maxDedicatedNodes", pool.maxDedicatedNodes, quotas.dedicated],
    ] as const
  ).find(([, , nodes, quota]) => nodes * cores > quota);
  if (!short) return undefined;
  const [kind, setting, nodes, quota] = short;
  return (
    `${nodes} ${kind} nodes of ${pool.vmSize} need ${nodes * cores} cores, but the account's ${kind} quota is ${quota}. ` +
    `Ask for ${nodes * cores} cores in the portal (Batch account, Quotas), or set ${setting} to at most ${Math.floor(quota / cores)}.`
  );
}
