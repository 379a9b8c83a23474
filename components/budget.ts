import * as pulumi from "@pulumi/pulumi";
import * as consumption from "@pulumi/azure-native/consumption";
import * as monitor from "@pulumi/azure-native/monitor";
import type { PlacementArgs } from "./common";

export interface BudgetArgs extends PlacementArgs {
  /** Resource group whose cost is watched. */
  resourceGroupId: pulumi.Input<string>;
  /** E-mail addresses of those who hear of it. */
  contacts: string[];
  /** Any day of the month in which the budget begins; Azure takes only the current month for a new budget. */
  today: Date;
  /**
   * Money a month, in the billing currency.
   * @default 1000
   */
  monthlyAmount?: number;
  /**
   * Percent of the amount at which the contacts hear of it; at most five.
   * @default [50, 80, 100]
   */
  thresholds?: number[];
}

/**
 * A monthly budget of the estate's resource group and those who hear of it.
 *
 * A budget stops nothing, and what it knows is 8 to 24 hours old.
 * Source: azure-docs, tutorial-acm-create-budgets.md.
 */
export class Budget extends pulumi.ComponentResource {
  readonly id: pulumi.Output<string>;
  /** Resource id of the group of people and workflows that hear of it. */
  readonly actionGroupId: pulumi.Output<string>;

  constructor(name: string, args: BudgetArgs, opts?: pulumi.ComponentResourceOptions) {
    super("lights-out:index:Budget", name, {}, opts);

    const people = new monitor.ActionGroup(
      `${name}-people`,
      {
        resourceGroupName: args.resourceGroupName,
        location: "global",
        tags: args.tags,
        enabled: true,
        groupShortName: "lightsout",
        emailReceivers: args.contacts.map((emailAddress) => ({
          name: emailAddress,
          emailAddress,
          useCommonAlertSchema: true,
        })),
      },
      { parent: this },
    );
    const thresholds = args.thresholds ?? [50, 80, 100];
    const budget = new consumption.Budget(
      `${name}-budget`,
      {
        scope: args.resourceGroupId,
        category: "Cost",
        timeGrain: "Monthly",
        amount: args.monthlyAmount ?? 1000,
        timePeriod: { startDate: firstOfMonth(args.today) },
        notifications: Object.fromEntries(
          thresholds.map((threshold) => [
            `actual${threshold}`,
            {
              enabled: true,
              operator: "GreaterThanOrEqualTo",
              threshold,
              thresholdType: "Actual",
              contactEmails: args.contacts,
              contactGroups: [people.id],
            },
          ]),
        ),
      },
      // The month in which the budget began stays; the next `up`, in another month, must not move it.
      { parent: this, ignoreChanges: ["timePeriod"] },
    );
    this.id = budget.id;
    this.actionGroupId = people.id;

    this.registerOutputs({ id: this.id, actionGroupId: this.actionGroupId });
  }
}

/** Midnight UTC of the first of a day's month, as Azure writes it. */
export function firstOfMonth(day: Date): string {
  return `${day.toISOString().slice(0, 7)}-01T00:00:00Z`;
}
