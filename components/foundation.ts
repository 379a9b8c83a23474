import * as pulumi from "@pulumi/pulumi";
import * as applicationinsights from "@pulumi/azure-native/applicationinsights";
import * as operationalinsights from "@pulumi/azure-native/operationalinsights";
import * as resources from "@pulumi/azure-native/resources";
import type { PlacementArgs, Tags } from "./common";
import { suffixOf } from "./naming";

export interface FoundationArgs {
  /** Azure region, for example `swedencentral`. */
  location: string;
  /** Tags on everything that takes tags. */
  tags: Tags;
  /** Names of the schedules that compute may follow; a tag of the resource group tells the policies. */
  schedules: string[];
  /**
   * Most log data a day in GB; what comes after it that day is dropped, so a chatty job cannot run up a bill.
   * @default 1
   */
  dailyLogCapGb?: number;
}

/**
 * What everything else stands on: the resource group, the random part of the estate's names, and its logs.
 *
 * ```ts
 * const foundation = new Foundation("lights-out-dev", { location: "swedencentral", tags, schedules: ["office"] });
 * new Registry("registry", { ...foundation.placement });
 * ```
 */
export class Foundation extends pulumi.ComponentResource {
  readonly resourceGroupName: pulumi.Output<string>;
  readonly resourceGroupId: pulumi.Output<string>;
  /** Where the estate's other components go. */
  readonly placement: PlacementArgs;
  /** Resource id of the log workspace. */
  readonly logsId: pulumi.Output<string>;
  /** Resource id of the Application Insights component. */
  readonly insightsId: pulumi.Output<string>;

  constructor(name: string, args: FoundationArgs, opts?: pulumi.ComponentResourceOptions) {
    super("lights-out:index:Foundation", name, {}, opts);

    const { location, tags } = args;
    const group = new resources.ResourceGroup(
      `${name}-group`,
      { location, tags: { ...tags, schedules: args.schedules.join(",") } },
      { parent: this },
    );
    this.resourceGroupName = group.name;
    this.resourceGroupId = group.id;
    this.placement = { resourceGroupName: group.name, location, suffix: group.name.apply(suffixOf), tags };

    const logs = new operationalinsights.Workspace(
      `${name}-logs`,
      {
        resourceGroupName: group.name,
        location,
        tags,
        sku: { name: "PerGB2018" },
        retentionInDays: 30,
        workspaceCapping: { dailyQuotaGb: args.dailyLogCapGb ?? 1 },
      },
      { parent: this },
    );
    const insights = new applicationinsights.Component(
      `${name}-insights`,
      {
        resourceGroupName: group.name,
        location,
        tags,
        kind: "web",
        applicationType: "web",
        ingestionMode: "LogAnalytics",
        workspaceResourceId: logs.id,
        disableLocalAuth: true,
      },
      { parent: this },
    );
    this.logsId = logs.id;
    this.insightsId = insights.id;

    this.registerOutputs({
      resourceGroupName: this.resourceGroupName,
      resourceGroupId: this.resourceGroupId,
      logsId: this.logsId,
      insightsId: this.insightsId,
    });
  }
}
