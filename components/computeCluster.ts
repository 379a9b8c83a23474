import * as pulumi from "@pulumi/pulumi";
import * as machinelearningservices from "@pulumi/azure-native/machinelearningservices";
import { computeTags, nameIn, type PlacementArgs } from "./common";
import type { Workspace } from "./workspace";

export interface ComputeClusterArgs extends PlacementArgs {
  /** Workspace that the cluster belongs to. */
  workspace: Workspace;
  /** Short name that the physical name begins with. */
  base: string;
  /** Name of the schedule that the nodes follow; a tag. */
  schedule: string;
  /**
   * Size of every node.
   * @default "Standard_NC4as_T4_v3"
   */
  vmSize?: string;
  /**
   * Spot nodes, which Azure may take back. Azure calls the priority `LowPriority` and has given Spot for it since
   * 2026-03-31. Source: azure-ai-docs PR #791.
   * @default true
   */
  spot?: boolean;
  /**
   * Most nodes at once.
   * @default 2
   */
  maxNodes?: number;
  /**
   * Minutes after which an idle node goes.
   * @default 2
   */
  idleMinutes?: number;
}

/** A cluster for training jobs that has no node unless a job waits. */
export class ComputeCluster extends pulumi.ComponentResource {
  readonly id: pulumi.Output<string>;
  readonly name: pulumi.Output<string>;

  constructor(name: string, args: ComputeClusterArgs, opts?: pulumi.ComponentResourceOptions) {
    super("lights-out:index:ComputeCluster", name, {}, opts);

    const compute = new machinelearningservices.Compute(
      `${name}-cluster`,
      {
        resourceGroupName: args.resourceGroupName,
        workspaceName: args.workspace.name,
        computeName: nameIn(args, "computeCluster", args.base),
        location: args.location,
        tags: computeTags(args.tags, args.schedule),
        properties: {
          computeType: "AmlCompute",
          disableLocalAuth: true,
          properties: {
            osType: "Linux",
            vmSize: args.vmSize ?? "Standard_NC4as_T4_v3",
            vmPriority: (args.spot ?? true) ? "LowPriority" : "Dedicated",
            scaleSettings: {
              minNodeCount: 0,
              maxNodeCount: args.maxNodes ?? 2,
              nodeIdleTimeBeforeScaleDown: `PT${(args.idleMinutes ?? 2) * 60}S`,
            },
            remoteLoginPortPublicAccess: "Disabled",
            enableNodePublicIp: true,
          },
        },
      },
      { parent: this, dependsOn: args.workspace.ready, deleteBeforeReplace: true },
    );
    this.id = compute.id;
    this.name = compute.name;

    this.registerOutputs({ id: this.id, name: this.name });
  }
}
