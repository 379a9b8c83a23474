import { at, UNKNOWN } from "../../pricing/values";
import { computeOf, within, type Compute, type ComputeKind } from "../compute";
import { shown } from "../fault";
import { mostNodes } from "../nodeCount";
import { resourceRule } from "../rule";

/** GPU nodes that can be Spot are Spot: about a third of the price for work that can be taken up again. */
export const spotPreferred = resourceRule({
  name: "spot-preferred",
  description: "GPU nodes are Spot where they can be: about a third of the price for work that can be taken up again.",
  severity: "medium",
  enforcementLevel: "advisory",
  remediationSteps:
    "Batch: scale $TargetLowPriorityNodes first. Machine-learning clusters: vmPriority LowPriority. Kubernetes node " +
    "pools: scaleSetPriority Spot. Machines and scale sets: priority Spot.",
  check: (subject) =>
    computeOf(subject)
      .filter(({ gpu }) => gpu)
      .flatMap((compute) => {
        if (compute.kind === "pool") return pool(compute);
        const priority = priorities[compute.kind];
        if (!priority) return [];
        const [property, wanted] = priority;
        const value = at(compute.part, property);
        if (value === wanted || value === UNKNOWN) return [];
        return [
          {
            property: within(compute.path, property),
            found: shown(value),
            wanted: shown(wanted),
            mend: "Take Spot, unless the work can't be interrupted",
          },
        ];
      }),
});

const priorities: Readonly<Partial<Record<ComputeKind, readonly [string, string]>>> = {
  cluster: ["vmPriority", "LowPriority"],
  agentPool: ["scaleSetPriority", "Spot"],
  machine: ["priority", "Spot"],
  scaleSet: ["virtualMachineProfile.priority", "Spot"],
};

function pool(compute: Compute) {
  const count = mostNodes(compute);
  if (!count || typeof count.dedicated !== "number" || count.dedicated === 0 || count.spot !== 0) return [];
  return [
    {
      property: count.property,
      found: `up to ${count.dedicated} dedicated nodes and no Spot ones`,
      wanted: "Spot nodes first",
      mend: "Take Spot, unless the work can't be interrupted",
    },
  ];
}
