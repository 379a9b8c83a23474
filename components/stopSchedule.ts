import * as pulumi from "@pulumi/pulumi";
import * as app from "@pulumi/azure-native/app";
import * as logic from "@pulumi/azure-native/logic";
import { recurrenceAnchor } from "../schedule/native";
import { alwaysSchedule, computeTags, nameIn, type PlacementArgs } from "./common";
import type { ContainerEnvironment } from "./containerEnvironment";
import { CustomRole } from "./customRole";
import { Identity } from "./identity";
import { tickWorkflow } from "./tickWorkflow";

export interface StopScheduleArgs extends PlacementArgs {
  /** Resource group's id: a custom role can be made for a group and not for one resource. */
  resourceGroupId: pulumi.Input<string>;
  /** Environment that the scheduler runs in. */
  environment: ContainerEnvironment;
  /** Image of the scheduler. */
  image: pulumi.Input<string>;
  /**
   * Minutes between two ticks.
   * @default 5
   */
  everyMinutes?: number;
}

/**
 * What turns compute off and on: a Logic App that starts the scheduler, a Container Apps job, every few minutes.
 *
 * ```ts
 * new StopSchedule("scheduler", { ...placement, resourceGroupId, environment, image: registry.images.scheduler });
 * ```
 *
 * The Logic App's identity may start and watch that one job and nothing else. Its recurrence has a start time in the
 * past, so it first fires at the next full interval and not while `up` still runs.
 */
export class StopSchedule extends pulumi.ComponentResource {
  /** Resource id of the Logic App. */
  readonly workflowId: pulumi.Output<string>;
  /** Name of the scheduler's job. */
  readonly jobName: pulumi.Output<string>;

  constructor(name: string, args: StopScheduleArgs, opts?: pulumi.ComponentResourceOptions) {
    super("lights-out:index:StopSchedule", name, {}, opts);

    const { resourceGroupName, location, environment } = args;
    const tags = computeTags(args.tags, alwaysSchedule);
    const job = new app.Job(
      `${name}-job`,
      {
        resourceGroupName,
        location,
        tags,
        jobName: nameIn(args, "containerApp", "scheduler"),
        environmentId: environment.id,
        workloadProfileName: "Consumption",
        identity: { type: "UserAssigned", userAssignedIdentities: [environment.puller.id] },
        configuration: {
          triggerType: "Manual",
          manualTriggerConfig: { parallelism: 1, replicaCompletionCount: 1 },
          // A tick that hangs must be gone before many more have come.
          replicaTimeout: 600,
          replicaRetryLimit: 1,
          registries: [{ server: environment.registryServer, identity: environment.puller.id }],
        },
        template: {
          // Resources are Azure's default, half a processor and 1 GiB.
          containers: [{ name: "scheduler", image: args.image }],
        },
      },
      { parent: this, dependsOn: environment.ready, deleteBeforeReplace: true },
    );
    this.jobName = job.name;

    const role = new CustomRole(
      `${name}-fire`,
      {
        title: "Lights Out tick",
        description: "Lets the Logic App start the scheduler's job and see how it ended.",
        suffix: args.suffix,
        scope: args.resourceGroupId,
        actions: ["Microsoft.App/jobs/read", "Microsoft.App/jobs/start/action", "Microsoft.App/jobs/execution/read"],
      },
      { parent: this },
    );
    const identity = new Identity(
      `${name}-logicapp`,
      { ...args, grants: { fire: { role: role.id, scope: job.id } } },
      { parent: this },
    );
    const workflow = new logic.Workflow(
      `${name}-workflow`,
      {
        resourceGroupName,
        location,
        tags,
        state: "Enabled",
        identity: { type: "UserAssigned", userAssignedIdentities: [identity.id] },
        definition: pulumi
          .all([job.id, identity.id])
          .apply(([jobId, identityId]) =>
            tickWorkflow({ jobId, identityId, everyMinutes: args.everyMinutes ?? 5, startTime: recurrenceAnchor }),
          ),
        parameters: {},
      },
      { parent: this, dependsOn: identity.assignments },
    );
    this.workflowId = workflow.id;

    this.registerOutputs({ workflowId: this.workflowId, jobName: this.jobName });
  }
}
