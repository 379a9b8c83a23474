import { describe, expect, test } from "vitest";
import { computeCaps } from "../../../policies/rules/computeCaps";
import { good, having, poolFormula, unknown, violations, type Declared } from "../support";

const changed = (resource: Declared, path: string, value: unknown, config: object = {}) =>
  violations(computeCaps, { ...resource, props: having(resource.props, path, value) }, config);
const most = "properties.properties.scaleSettings.maxNodeCount";

describe("compute-caps", () => {
  test.each(Object.entries(good))("lets a small %s pass", (_, resource) => {
    expect(violations(computeCaps, resource)).toEqual([]);
  });

  test("caps the nodes of a cluster", () => {
    const at = (rest: string) => [`machinelearningservices:Compute "gpu": ${most} is ${rest}`];
    expect(changed(good.cluster, most, 10)).toEqual([]);
    expect(changed(good.cluster, most, 11)).toEqual(at("up to 11 nodes, but must be at most 10. Lower it."));
    for (const [value, found] of [
      [undefined, "not set"],
      ["2", '"2"'],
      [-1, "-1"],
    ] as const) {
      expect(changed(good.cluster, most, value)).toEqual(
        at(`${found}, but must be a number from 0 to 10. Give the most nodes it may have.`),
      );
    }
    expect(changed(good.cluster, most, unknown.number)).toEqual([]);
  });

  test("caps the cores too, where the size tells them", () => {
    const wide = (vmSize: unknown) =>
      having(having(good.cluster.props, most, 3), "properties.properties.vmSize", vmSize);
    const cores = (vmSize: unknown) =>
      violations(computeCaps, { ...good.cluster, props: wide(vmSize) }, { maxCores: 47 });
    expect(cores("Standard_NC16as_T4_v3")).toEqual([
      `machinelearningservices:Compute "gpu": ${most} is up to 48 cores (3 × "Standard_NC16as_T4_v3"), but must be at most 47 cores. Lower the nodes or take a smaller size.`,
    ]);
    expect(cores("Standard_NC8as_T4_v3")).toEqual([]);
    expect(cores(unknown.text)).toEqual([]);
    expect(cores(16)).toEqual([]);
  });

  test("evaluates what a pool's formula may grow to", () => {
    expect(changed(good.pool, "scaleSettings.autoScale.formula", poolFormula(10))).toEqual([]);
    expect(changed(good.pool, "scaleSettings.autoScale.formula", poolFormula(12))).toEqual([
      'batch:Pool "train": scaleSettings.autoScale.formula is up to 12 nodes, but must be at most 10. Lower it.',
    ]);
    expect(changed(good.pool, "scaleSettings.autoScale.formula", unknown.text)).toEqual([]);
    expect(
      changed(good.pool, "scaleSettings", { fixedScale: { targetDedicatedNodes: 6, targetLowPriorityNodes: 5 } }),
    ).toEqual(['batch:Pool "train": scaleSettings.fixedScale is up to 11 nodes, but must be at most 10. Lower it.']);
    expect(changed(good.pool, "scaleSettings", { fixedScale: { targetDedicatedNodes: "6" } })).toEqual([
      'batch:Pool "train": scaleSettings.fixedScale is "6", but must be a number from 0 to 10. Give the most nodes it may have.',
    ]);
  });

  test("caps jobs, apps, node pools and scale sets", () => {
    expect(changed(good.job, "configuration.manualTriggerConfig.parallelism", 11)).toEqual([
      'app:Job "finetune": configuration.manualTriggerConfig.parallelism is up to 11 nodes, but must be at most 10. Lower it.',
    ]);
    expect(changed(good.app, "template.scale.maxReplicas", 11)).toEqual([
      'app:ContainerApp "tensorboard": template.scale.maxReplicas is up to 11 nodes, but must be at most 10. Lower it.',
    ]);
    expect(changed(good.nodePool, "maxCount", 11)).toEqual([
      'containerservice:AgentPool "gpunodes": maxCount is up to 11 nodes, but must be at most 10. Lower it.',
    ]);
    expect(changed(good.nodePool, "maxCount", undefined)).toEqual([
      'containerservice:AgentPool "gpunodes": maxCount is not set, but must be a number from 0 to 10. Give the most nodes it may have.',
    ]);
    const scaleSet = {
      type: "azure-native:compute:VirtualMachineScaleSet",
      name: "set",
      props: { sku: { name: "Standard_NC4as_T4_v3", capacity: 11 } },
    };
    expect(violations(computeCaps, scaleSet)).toEqual([
      'compute:VirtualMachineScaleSet "set": sku.capacity is up to 11 nodes, but must be at most 10. Lower it.',
    ]);
  });
});
