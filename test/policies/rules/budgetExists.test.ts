import { expect, test } from "vitest";
import { budgetExists } from "../../../policies/rules/budgetExists";
import { good, having, stackViolations, unknown } from "../support";

const budget = {
  type: "azure-native:consumption:Budget",
  name: "month",
  props: { amount: 1000, notifications: { actual80: { enabled: true, contactEmails: ["ml@example.com"] } } },
};
const withBudget = (path: string, value: unknown) =>
  stackViolations(budgetExists, [good.pool, { ...budget, props: having(budget.props, path, value) }]);

test("budget-exists wants a budget in a stack with Azure resources", () => {
  expect(stackViolations(budgetExists, [good.pool, budget])).toEqual([]);
  expect(stackViolations(budgetExists, [])).toEqual([]);
  expect(stackViolations(budgetExists, [{ type: "pulumi:pulumi:Stack", props: {} }])).toEqual([]);
  expect(stackViolations(budgetExists, [good.pool])).toEqual([
    {
      message:
        "the stack: its budget is not there, but must be a consumption.Budget. Add one to the stack, with contacts.",
    },
  ]);
});

test("budget-exists wants an amount", () => {
  for (const [value, found] of [
    [0, "0"],
    [undefined, "not set"],
    ["1000", '"1000"'],
  ] as const) {
    expect(withBudget("amount", value)).toEqual([
      {
        of: "month",
        message: `consumption:Budget "month": amount is ${found}, but must be more than 0. Set the monthly amount.`,
      },
    ]);
  }
  expect(withBudget("amount", unknown.number)).toEqual([]);
});

test("budget-exists wants somebody to hear of it", () => {
  const fault = (found: string) => [
    {
      of: "month",
      message: `consumption:Budget "month": notifications is ${found}, but must be set with at least one that is enabled and names contacts. Add contactEmails or contactGroups.`,
    },
  ];
  expect(withBudget("notifications", undefined)).toEqual(fault("not set"));
  expect(withBudget("notifications", ["all"])).toEqual(fault('["all"]'));
  expect(withBudget("notifications.actual80.enabled", false)).toEqual(
    fault("without an enabled one that names contacts"),
  );
  expect(withBudget("notifications.actual80.contactEmails", [])).toEqual(
    fault("without an enabled one that names contacts"),
  );
  expect(withBudget("notifications.actual80.contactEmails", unknown.list)).toEqual([]);
  expect(withBudget("notifications.actual80", unknown.map)).toEqual([]);
  expect(withBudget("notifications", unknown.map)).toEqual([]);
});
