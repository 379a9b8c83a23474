import { expect, test } from "vitest";
import { spotPreferred } from "../../../policies/rules/spotPreferred";
import { good, having, unknown, violations, type Declared } from "../support";

const changed = (resource: Declared, path: string, value: unknown) =>
  violations(spotPreferred, { ...resource, props: having(resource.props, path, value) });

test.each(Object.entries(good))("spot-preferred lets a %s pass", (_, resource) => {
  expect(violations(spotPreferred, resource)).toEqual([]);
});

test("spot-preferred advises Spot for whatever can have it", () => {
  expect(spotPreferred.enforcementLevel).toBe("advisory");
  const cases: [Declared, string, string, string][] = [
    [good.cluster, "properties.properties.vmPriority", "LowPriority", 'machinelearningservices:Compute "gpu"'],
    [good.nodePool, "scaleSetPriority", "Spot", 'containerservice:AgentPool "gpunodes"'],
    [good.machine, "priority", "Spot", 'compute:VirtualMachine "bench"'],
  ];
  for (const [resource, property, wanted, label] of cases) {
    for (const [value, found] of [
      ["Dedicated", '"Dedicated"'],
      [undefined, "not set"],
      [1, "1"],
    ] as const) {
      expect(changed(resource, property, value)).toEqual([
        `${label}: ${property} is ${found}, but must be "${wanted}". Take Spot, unless the work can't be interrupted.`,
      ]);
    }
    expect(changed(resource, property, unknown.text)).toEqual([]);
  }
});

test("spot-preferred evaluates which nodes a pool's formula asks for", () => {
  const formula = (text: unknown) => changed(good.pool, "scaleSettings.autoScale.formula", text);
  expect(formula("$TargetDedicatedNodes = min(3, $PendingTasks.GetSample(1));")).toEqual([
    'batch:Pool "train": scaleSettings.autoScale.formula is up to 3 dedicated nodes and no Spot ones, but must be Spot nodes first. ' +
      "Take Spot, unless the work can't be interrupted.",
  ]);
  for (const text of [unknown.text, 3, undefined, "$broken"]) expect(formula(text)).toEqual([]);
});
