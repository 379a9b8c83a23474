import * as pulumi from "@pulumi/pulumi";
import * as machinelearningservices from "@pulumi/azure-native/machinelearningservices";
import { nativeTriggers, recurrenceAnchor, type NativeTrigger } from "../schedule/native";
import type { Schedule } from "../schedule/schedule";
import { computeTags, nameIn, type PlacementArgs } from "./common";
import type { Workspace } from "./workspace";

export interface ComputeInstanceArgs extends PlacementArgs {
  /** Workspace that the instance belongs to. */
  workspace: Workspace;
  /** Short name that the physical name begins with. */
  base: string;
  /** The one person who may use it. */
  assignedUser: { objectId: string; tenantId: pulumi.Input<string> };
  /** When it may be on. */
  schedule: Schedule;
  /**
   * Virtual machine size. Azure cannot change it, so a change replaces the instance.
   * @default "Standard_NC4as_T4_v3"
   */
  vmSize?: string;
  /**
   * Minutes without activity after which Azure stops it: 15 to 4320. Azure takes it only at creation, so a change
   * replaces the instance.
   * @default 60
   */
  idleShutdownMinutes?: number;
}

/**
 * A notebook machine for one person, which Azure itself stops at the end of its schedule and when it is idle.
 *
 * ```ts
 * new ComputeInstance("alice", { ...placement, workspace, base: "alice", assignedUser, schedule });
 * ```
 *
 * A replacement loses what is on its own disk; people's files are on the workspace's share and stay. While stopped
 * it still costs about 30 USD a month for its disk, address and load balancer.
 */
export class ComputeInstance extends pulumi.ComponentResource {
  readonly id: pulumi.Output<string>;
  readonly name: pulumi.Output<string>;

  constructor(name: string, args: ComputeInstanceArgs, opts?: pulumi.ComponentResourceOptions) {
    super("lights-out:index:ComputeInstance", name, {}, opts);

    const compute = new machinelearningservices.Compute(
      `${name}-instance`,
      {
        resourceGroupName: args.resourceGroupName,
        workspaceName: args.workspace.name,
        computeName: nameIn(args, "computeInstance", args.base),
        location: args.location,
        tags: computeTags(args.tags, args.schedule.name),
        properties: {
          computeType: "ComputeInstance",
          disableLocalAuth: true,
          properties: {
            vmSize: args.vmSize ?? "Standard_NC4as_T4_v3",
            applicationSharingPolicy: "Personal",
            computeInstanceAuthorizationType: "personal",
            personalComputeInstanceSettings: { assignedUser: args.assignedUser },
            sshSettings: { sshPublicAccess: "Disabled" },
            idleTimeBeforeShutdown: `PT${args.idleShutdownMinutes ?? 60}M`,
            enableNodePublicIp: true,
            schedules: { computeStartStop: nativeTriggers(args.schedule).map(startStop) },
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

function startStop({ action, hour, minute, days, timeZone }: NativeTrigger) {
  return {
    action,
    status: "Enabled",
    triggerType: "Recurrence",
    recurrence: {
      frequency: "Week",
      interval: 1,
      startTime: recurrenceAnchor,
      timeZone,
      schedule: { hours: [hour], minutes: [minute], weekDays: days.map(capitalised) },
    },
  };
}

function capitalised(day: string): string {
  return day.charAt(0).toUpperCase() + day.slice(1);
}
