import { describe, expect, test } from "vitest";
import { autoscaleFormula } from "../../components/autoscaleFormula";
import { quotaFault } from "../../components/batchPool";
import { firstOfMonth } from "../../components/budget";
import { roleDefinitionId } from "../../components/roles";
import { taggedComputePolicy } from "../../components/taggedComputePolicy";
import { tickWorkflow } from "../../components/tickWorkflow";

describe("autoscale formula", () => {
  // The formula's own words, run as JavaScript over samples that a test makes up.
  const nodes = (
    tasks: number[],
    percent: number,
    args = { maxSpotNodes: 4, maxDedicatedNodes: 2, taskSlotsPerNode: 2 },
  ) => {
    const source = autoscaleFormula(args)
      .replace(/\$(\w+)/g, "v.$1")
      .replace(/^(\w+) =/gm, "var $1 =");
    const v: Record<string, unknown> = {
      PendingTasks: {
        GetSamplePercent: () => percent,
        GetSample: (count: number) => (count === 1 ? tasks.at(-1) : tasks),
      },
    };
    const avg = (samples: number[]) => samples.reduce((sum, sample) => sum + sample, 0) / samples.length;
    new Function("v", "avg", "min", "max", "round", "TimeInterval_Second", "taskcompletion", source)(
      v,
      avg,
      Math.min,
      Math.max,
      Math.round,
      1,
      "taskcompletion",
    );
    return [v.TargetLowPriorityNodes, v.TargetDedicatedNodes, v.NodeDeallocationOption];
  };

  test.each([
    ["no task: no node", [0, 0, 0], 100, [0, 0]],
    ["one short task is enough for a node", [0, 0, 0, 0, 1], 100, [1, 0]],
    ["a task between two samples keeps its node", [1, 1, 1, 0], 100, [1, 0]],
    ["slots are shared", [4, 4, 4], 100, [2, 0]],
    ["an odd task gets a node", [5, 5, 5], 100, [3, 0]],
    ["dedicated nodes take what Spot has no room for", [11, 11], 100, [4, 2]],
    ["never more than the limits", [500, 500], 100, [4, 2]],
    ["late samples: the last one counts", [8], 10, [4, 0]],
  ])("%s", (_, samples, percent, [spot, dedicated]) => {
    expect(nodes(samples, percent)).toEqual([spot, dedicated, "taskcompletion"]);
  });

  test("one task in 256 slots still gets a node", () => {
    expect(nodes([257], 100, { maxSpotNodes: 9, maxDedicatedNodes: 0, taskSlotsPerNode: 256 })[0]).toBe(2);
    expect(nodes([1], 100, { maxSpotNodes: 9, maxDedicatedNodes: 0, taskSlotsPerNode: 256 })[0]).toBe(1);
  });

  test("stays below Batch's 8 KB", () => {
    expect(autoscaleFormula({ maxSpotNodes: 100, maxDedicatedNodes: 100, taskSlotsPerNode: 256 }).length).toBeLessThan(
      8192,
    );
  });
});

describe("core quota", () => {
  const pool = { vmSize: "Standard_NC4as_T4_v3", maxSpotNodes: 4, maxDedicatedNodes: 1 };

  test("enough is enough", () => {
    expect(quotaFault(pool, { spot: 16, dedicated: 4 })).toBeUndefined();
  });

  test("says what is short and how to mend it", () => {
    expect(quotaFault(pool, { spot: 10, dedicated: 4 })).toBe(
      "4 Spot nodes of Standard_NC4as_T4_v3 need 16 cores, but the account's Spot quota is 10. " +
        "Ask for 16 cores in the portal (Batch account, Quotas), or set maxSpotNodes to at most 2.",
    );
    expect(quotaFault(pool, { spot: 16, dedicated: 0 })).toContain(
      "1 dedicated nodes of Standard_NC4as_T4_v3 need 4 cores",
    );
  });
});

test("a built-in role is named inside the scope's subscription", () => {
  expect(roleDefinitionId("acrPull", "/subscriptions/s/resourceGroups/g")).toBe(
    "/subscriptions/s/providers/Microsoft.Authorization/roleDefinitions/7f951dda-4ed3-4680-a7ca-43fe172d538d",
  );
  expect(() => roleDefinitionId("acrPull", "/providers/x")).toThrow("lies in no subscription");
});

test("a budget starts with its month", () => {
  expect(firstOfMonth(new Date("2026-11-23T23:59:59Z"))).toBe("2026-11-01T00:00:00Z");
});

test("the tagging policy denies compute without any one of three tags", () => {
  expect(taggedComputePolicy.policyRule.if.allOf[1]).toEqual({
    anyOf: ["owner", "cost-centre", "schedule"].map((tag) => ({ field: `tags['${tag}']`, exists: "false" })),
  });
  expect(taggedComputePolicy.policyRule.then.effect).toBe("deny");
});

test("the tick does not fire on deployment and calls only its own job, as its own identity", () => {
  const definition = tickWorkflow({
    jobId: "/job",
    identityId: "/identity",
    everyMinutes: 5,
    startTime: "2026-01-05T00:00:00",
  });
  expect(definition.triggers.Every_few_minutes.recurrence).toEqual({
    frequency: "Minute",
    interval: 5,
    startTime: "2026-01-05T00:00:00",
    timeZone: "UTC",
  });
  const calls = JSON.stringify(definition).match(/https:\/\/management\.azure\.com\/job[^"?]*/g);
  expect(calls).toEqual([
    "https://management.azure.com/job/start",
    "https://management.azure.com/job/executions/@{body('Start_scheduler')",
  ]);
  expect(definition.actions.Start_scheduler.inputs.authentication).toEqual({
    type: "ManagedServiceIdentity",
    identity: "/identity",
    audience: "https://management.azure.com/",
  });
});
