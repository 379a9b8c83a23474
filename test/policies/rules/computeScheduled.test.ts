import { describe, expect, test } from "vitest";
import { computeScheduled } from "../../../policies/rules/computeScheduled";
import { good, having, poolFormula, unknown, violations, type Declared } from "../support";

const inner = "properties.properties";
const changed = (resource: Declared, path: string, value: unknown, config: object = {}) =>
  violations(computeScheduled, { ...resource, props: having(resource.props, path, value) }, config);

describe("gpu-compute-scheduled", () => {
  test.each(Object.entries(good))("lets a %s that goes off by itself pass", (_, resource) => {
    expect(violations(computeScheduled, resource)).toEqual([]);
  });

  test("an instance names a schedule", () => {
    const message = (found: string) => [
      `machinelearningservices:Compute "alice": tags.schedule is ${found}, but must be the name of a schedule. ` +
        "Tag it with the schedule that it follows.",
    ];
    expect(changed(good.instance, "tags.schedule", undefined)).toEqual(message("not set"));
    expect(changed(good.instance, "tags.schedule", 5)).toEqual(message("5"));
    expect(changed(good.instance, "tags.schedule", unknown.text)).toEqual([]);
    expect(changed(good.instance, "tags", unknown.map)).toEqual([]);
  });

  test("an instance also stops by its own schedule or when idle", () => {
    const bare = having(good.instance.props, `${inner}.idleTimeBeforeShutdown`, undefined);
    const stops = (value: unknown) =>
      changed({ ...good.instance, props: bare }, `${inner}.schedules.computeStartStop`, value);
    const message = (found: string) => [
      `machinelearningservices:Compute "alice": ${inner}.schedules.computeStartStop is ${found}, but must be a schedule ` +
        'with a Stop, or idleTimeBeforeShutdown set. Add a trigger with action "Stop", or an idle shutdown.',
    ];
    expect(violations(computeScheduled, { ...good.instance, props: bare })).toEqual([]);
    expect(stops(undefined)).toEqual(message("not set"));
    expect(stops("nightly")).toEqual(message('"nightly"'));
    expect(stops([{ action: "Start" }])).toEqual(message("without an enabled Stop"));
    expect(stops([{ action: "Stop", status: "Disabled" }])).toEqual(message("without an enabled Stop"));
    expect(stops(unknown.list)).toEqual([]);
    expect(changed({ ...good.instance, props: bare }, `${inner}.schedules`, unknown.map)).toEqual([]);
    expect(changed(good.instance, `${inner}.schedules`, undefined)).toEqual([]);
  });

  test("a cluster has a minimum of 0", () => {
    const least = (value: unknown) => changed(good.cluster, `${inner}.scaleSettings.minNodeCount`, value);
    const message = (found: string) => [
      `machinelearningservices:Compute "gpu": ${inner}.scaleSettings.minNodeCount is ${found}, but must be 0. Set it to 0.`,
    ];
    expect(least(undefined)).toEqual([]);
    expect(least(unknown.number)).toEqual([]);
    expect(least(1)).toEqual(message("1"));
    expect(least("0")).toEqual(message('"0"'));
  });

  test("a pool's formula reaches 0, starves no task and kills none", () => {
    const formula = (value: unknown) => changed(good.pool, "scaleSettings.autoScale.formula", value);
    const is = (rest: string) => [`batch:Pool "train": scaleSettings.autoScale.formula is ${rest}`];
    expect(formula("$TargetDedicatedNodes = 1; $NodeDeallocationOption = taskcompletion;")).toEqual(
      is(
        "asking for 1 nodes when no task is pending, but must be 0 nodes when no task is pending. Let $TargetDedicatedNodes and $TargetLowPriorityNodes fall to 0.",
      ),
    );
    expect(formula("$TargetDedicatedNodes = avg($PendingTasks.GetSample(180 * TimeInterval_Second));")).toEqual(
      is(
        "asking for no node when one task has just been queued, but must be at least 1 node for one waiting task. Take the larger of the newest sample and the average.",
      ),
    );
    expect(formula("$TargetDedicatedNodes = min(4, $PendingTasks.GetSample(1));")).toEqual(
      is(
        "leaving $NodeDeallocationOption at requeue, which stops running tasks, but must be taskcompletion. End the formula with $NodeDeallocationOption=taskcompletion;.",
      ),
    );
    expect(formula("$TargetDedicatedNodes = ")).toEqual(
      is("not readable (the formula ends too early), but must be a formula that Batch can evaluate. Mend the formula."),
    );
    expect(formula(0)).toEqual(
      is("0, but must be an autoscale formula that reaches 0 nodes. Give the pool an autoscale formula."),
    );
    expect(formula(undefined)).toEqual(
      is("not set, but must be an autoscale formula that reaches 0 nodes. Give the pool an autoscale formula."),
    );
    expect(formula(unknown.text)).toEqual([]);
    expect(changed(good.pool, "scaleSettings", unknown.map)).toEqual([]);
  });

  test("a pool of a fixed size is empty", () => {
    const fixed = (value: unknown) => changed(good.pool, "scaleSettings", { fixedScale: value });
    expect(fixed({ targetDedicatedNodes: 0 })).toEqual([]);
    expect(fixed({ targetDedicatedNodes: unknown.number })).toEqual([]);
    expect(changed(good.pool, "scaleSettings", undefined)).toEqual([]);
    expect(fixed({ targetDedicatedNodes: 2, targetLowPriorityNodes: "1" })).toEqual([
      'batch:Pool "train": scaleSettings.fixedScale.targetDedicatedNodes is 2, but must be 0, or the pool scaled by a formula that reaches 0. Replace fixedScale by autoScale.',
      'batch:Pool "train": scaleSettings.fixedScale.targetLowPriorityNodes is "1", but must be 0, or the pool scaled by a formula that reaches 0. Replace fixedScale by autoScale.',
    ]);
  });

  test("a node pool scales itself from 0", () => {
    const message = (property: string, found: string, wanted: string, mend: string) => [
      `containerservice:AgentPool "gpunodes": ${property} is ${found}, but must be ${wanted}. ${mend}.`,
    ];
    const off = (found: string) =>
      message("enableAutoScaling", found, "true, with minCount 0", "Let the node pool scale itself from 0");
    expect(changed(good.nodePool, "enableAutoScaling", false)).toEqual(off("false"));
    expect(changed(good.nodePool, "enableAutoScaling", "yes")).toEqual(off('"yes"'));
    expect(changed(good.nodePool, "enableAutoScaling", undefined)).toEqual(off("not set"));
    expect(changed(good.nodePool, "minCount", 1)).toEqual(message("minCount", "1", "0", "Set it to 0"));
    expect(changed(good.nodePool, "minCount", undefined)).toEqual(message("minCount", "1", "0", "Set it to 0"));
    expect(changed(good.nodePool, "enableAutoScaling", unknown.flag)).toEqual([]);
    const empty = having(having(good.nodePool.props, "enableAutoScaling", false), "count", 0);
    expect(violations(computeScheduled, { ...good.nodePool, props: empty })).toEqual([]);
  });

  test("a job has a time limit within the limit", () => {
    const limit = (value: unknown, config = {}) => changed(good.job, "configuration.replicaTimeout", value, config);
    const message = (found: string, most: number) => [
      `app:Job "finetune": configuration.replicaTimeout is ${found}, but must be a number of seconds from 1 to ${most}. Give the job a time limit.`,
    ];
    expect(limit(undefined)).toEqual(message("not set", 86400));
    expect(limit("PT1H")).toEqual(message('"PT1H"', 86400));
    expect(limit(3601, { maxJobMinutes: 60 })).toEqual(message("3601", 3600));
    expect(limit(unknown.number)).toEqual([]);
  });

  test("a GPU app scales to 0, and an environment keeps no GPU nodes", () => {
    const app = having(having(good.app.props, "workloadProfileName", "my-gpu"), "template.scale.minReplicas", 1);
    expect(violations(computeScheduled, { ...good.app, props: app })).toEqual([
      'app:ContainerApp "tensorboard": template.scale.minReplicas is 1, but must be 0. Set it to 0.',
    ]);
    const environment = (minimumCount: unknown) =>
      violations(computeScheduled, {
        type: "azure-native:app:ManagedEnvironment",
        props: {
          workloadProfiles: [
            { workloadProfileType: "Consumption" },
            { workloadProfileType: "NC24-A100", minimumCount },
          ],
        },
      });
    expect(environment(1)).toEqual([
      'app:ManagedEnvironment "it": workloadProfiles[1].minimumCount is 1, but must be 0. Set it to 0, or take a Consumption-GPU profile.',
    ]);
    for (const count of [0, undefined, unknown.number]) expect(environment(count)).toEqual([]);
  });

  test("a machine names a schedule, and compute without a GPU is left alone", () => {
    expect(changed(good.machine, "tags.schedule", undefined)).toEqual([
      'compute:VirtualMachine "bench": tags.schedule is not set, but must be the name of a schedule. Tag it with the schedule that it follows.',
    ]);
    const small = having(having(good.pool.props, "vmSize", "Standard_D2s_v5"), "scaleSettings", {
      fixedScale: { targetDedicatedNodes: 2 },
    });
    expect(violations(computeScheduled, { ...good.pool, props: small })).toEqual([]);
    expect(changed(good.pool, "scaleSettings.autoScale.formula", poolFormula(9))).toEqual([]);
  });
});
