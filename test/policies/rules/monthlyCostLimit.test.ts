import { expect, test } from "vitest";
import { monthlyCostLimit } from "../../../policies/rules/monthlyCostLimit";
import { good, having, poolFormula, stackViolations, unknown } from "../support";

const pool = (nodes: number, vmSize: unknown = "Standard_NC24ads_A100_v4") => ({
  ...good.pool,
  props: having(having(good.pool.props, "vmSize", vmSize), "scaleSettings.autoScale.formula", poolFormula(nodes)),
});

test("monthly-cost-limit compares the worst case with the limit, to the cent", () => {
  // 2 Spot nodes at 30 % of 3.673 USD for 730 hours
  const worst = 2 * 1.1019 * 730;
  expect(stackViolations(monthlyCostLimit, [pool(2)], { monthlyLimit: worst })).toEqual([]);
  expect(stackViolations(monthlyCostLimit, [pool(2), good.job], { monthlyLimit: 1000 })).toEqual([
    {
      message:
        "the stack: its worst-case cost is 1,749.07 USD a month, but must be at most 1,000.00 USD. " +
        'Lower what costs most: "train" 1,608.77 (2 × Standard_NC24ads_A100_v4 Spot all month), ' +
        '"finetune" 140.29 (1 × T4 profile, 30 runs of 3 h with all retries).',
    },
  ]);
  expect(stackViolations(monthlyCostLimit, [pool(13)])).toEqual([
    {
      message:
        "the stack: its worst-case cost is 10,457.03 USD a month, but must be at most 10,000.00 USD. " +
        'Lower what costs most: "train" 10,457.03 (13 × Standard_NC24ads_A100_v4 Spot all month).',
    },
  ]);
});

test("monthly-cost-limit takes its assumptions from its settings", () => {
  const config = { monthlyLimit: 150, manualRunsPerMonth: 60 };
  expect(stackViolations(monthlyCostLimit, [good.job], { ...config, monthlyLimit: 281 })).toEqual([]);
  expect(stackViolations(monthlyCostLimit, [good.job], config)[0]?.message).toContain(
    "60 runs of 3 h with all retries",
  );
});

test("monthly-cost-limit reports what it can't price, ill-typed sizes too, rather than leave it out", () => {
  const fault = (found: string) => [
    {
      of: "train",
      message: `batch:Pool "train": its cost is not known: ${found}, but must be known. Add the price with npm run prices, or take a size that has one.`,
    },
  ];
  expect(stackViolations(monthlyCostLimit, [pool(2, "Standard_NC999_v9")])).toEqual(
    fault("no price for vm/Standard_NC999_v9/spot"),
  );
  expect(stackViolations(monthlyCostLimit, [pool(2, null)])).toEqual(fault("its size is not given"));
  expect(stackViolations(monthlyCostLimit, [pool(2, 24)])).toEqual(fault("its size is not given"));
});

test("monthly-cost-limit leaves out what is not known yet, and stacks that cost nothing", () => {
  expect(stackViolations(monthlyCostLimit, [pool(2, unknown.text)], { monthlyLimit: 0 })).toEqual([]);
  expect(stackViolations(monthlyCostLimit, [], { monthlyLimit: 0 })).toEqual([]);
});
