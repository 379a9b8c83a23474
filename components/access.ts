import * as pulumi from "@pulumi/pulumi";
import * as authorization from "@pulumi/azure-native/authorization";
import type { PlacementArgs } from "./common";
import { CustomRole } from "./customRole";
import { assignRole } from "./identity";
import { taggedComputePolicy } from "./taggedComputePolicy";

export interface AccessArgs extends PlacementArgs {
  resourceGroupId: pulumi.Input<string>;
  /** Workspace whose compute data scientists use. */
  workspaceId: pulumi.Input<string>;
  /** Batch account that they send jobs to. */
  batchAccountId: pulumi.Input<string>;
  /** Account whose blobs they read and write. */
  blobAccountId: pulumi.Input<string>;
  /** Jobs that they may start, by name. */
  jobs: Record<string, pulumi.Input<string>>;
  /**
   * People and groups who use the estate.
   * @default - none
   */
  dataScientists?: { objectId: string; type: "User" | "Group" }[];
}

/**
 * Who may do what. Data scientists use, start and stop compute; they neither create nor delete it nor touch its
 * schedule, since a new machine is approved by reviewing the change that adds it to the settings. An Azure Policy
 * refuses compute without owner, cost-centre and schedule tags, whoever creates it and by whatever means.
 */
export class Access extends pulumi.ComponentResource {
  /** Resource id of the data scientists' role in the workspace. */
  readonly dataScientistRoleId: pulumi.Output<string>;
  /** Resource id of the policy assignment. */
  readonly policyAssignmentId: pulumi.Output<string>;

  constructor(name: string, args: AccessArgs, opts?: pulumi.ComponentResourceOptions) {
    super("lights-out:index:Access", name, {}, opts);

    const workspaceRole = new CustomRole(
      `${name}-scientist`,
      {
        title: "Lights Out data scientist",
        description: "Uses, starts and stops compute of the workspace; does not create, delete or reschedule it.",
        suffix: args.suffix,
        scope: args.resourceGroupId,
        actions: scientistActions,
        notActions: scientistNotActions,
      },
      { parent: this },
    );
    const jobRole = new CustomRole(
      `${name}-jobs`,
      {
        title: "Lights Out job starter",
        description: "Starts and stops runs of one GPU job and sees how they went.",
        suffix: args.suffix,
        scope: args.resourceGroupId,
        actions: [
          "Microsoft.App/jobs/read",
          "Microsoft.App/jobs/start/action",
          // One run is stopped and read in the singular; the plural lists them. Source: Microsoft.App's operations.
          "Microsoft.App/jobs/stop/execution/action",
          "Microsoft.App/jobs/execution/read",
          "Microsoft.App/jobs/executions/read",
        ],
      },
      { parent: this },
    );
    this.dataScientistRoleId = workspaceRole.id;

    for (const { objectId, type } of args.dataScientists ?? []) {
      const who = { principalId: objectId, principalType: type };
      const short = objectId.slice(0, 8);
      assignRole(`${name}-${short}-workspace`, { ...who, role: workspaceRole.id, scope: args.workspaceId }, this);
      assignRole(`${name}-${short}-batch`, { ...who, role: "batchJobSubmitter", scope: args.batchAccountId }, this);
      assignRole(`${name}-${short}-blobs`, { ...who, role: "blobDataContributor", scope: args.blobAccountId }, this);
      for (const [job, scope] of Object.entries(args.jobs))
        assignRole(`${name}-${short}-${job}`, { ...who, role: jobRole.id, scope }, this);
    }

    const definition = new authorization.PolicyDefinition(
      `${name}-tagged`,
      {
        displayName: pulumi.interpolate`Lights Out: compute needs owner, cost-centre and schedule tags ${args.suffix}`,
        description: "Compute without these tags belongs to nobody and is switched off by nobody.",
        policyType: "Custom",
        metadata: { category: "Tags", version: "1.0.0", estate: args.tags.estate ?? "" },
        ...taggedComputePolicy,
      },
      { parent: this },
    );
    const assignment = new authorization.PolicyAssignment(
      `${name}-tagged-here`,
      {
        scope: args.resourceGroupId,
        policyDefinitionId: definition.id,
        displayName: "Lights Out: compute needs owner, cost-centre and schedule tags",
        enforcementMode: "Default",
        nonComplianceMessages: [
          {
            message:
              "Set the tags owner, cost-centre and schedule on this compute, or add it to the estate's settings.",
          },
        ],
      },
      { parent: this },
    );
    this.policyAssignmentId = assignment.id;

    this.registerOutputs({
      dataScientistRoleId: this.dataScientistRoleId,
      policyAssignmentId: this.policyAssignmentId,
    });
  }
}

const ml = (action: string) => `Microsoft.MachineLearningServices/${action}`;

/** Source: azure-ai-docs, how-to-assign-roles, the "restricted" sample and the row for version 2 jobs. */
const scientistActions = [
  "workspaces/read",
  "workspaces/*/read",
  "workspaces/computes/start/action",
  "workspaces/computes/stop/action",
  "workspaces/computes/restart/action",
  "workspaces/computes/applicationaccess/action",
  "workspaces/jobs/*",
  "workspaces/environments/write",
  "workspaces/environments/build/action",
  "workspaces/environments/readSecrets/action",
  "workspaces/metadata/artifacts/write",
].map(ml);

/** `computes/updateSchedules` is in neither list: with it people could delete the night's stop. */
const scientistNotActions = [
  "workspaces/computes/write",
  "workspaces/computes/delete",
  "workspaces/write",
  "workspaces/delete",
  "workspaces/computes/listKeys/action",
  "workspaces/listKeys/action",
].map(ml);
