import { readFormula, targetsFor } from "../pricing/autoscaleFormula";
import { at, UNKNOWN } from "../pricing/values";
import { within, type Compute } from "./compute";

/** The most nodes, replicas or runs at once that compute may have, or `undefined` where that is not known. */
export interface NodeCount {
  readonly property: string;
  /** A number; anything else is an ill-typed value that must be reported. */
  readonly dedicated: unknown;
  readonly spot: unknown;
}

/** The most nodes of a pool, cluster, scale set, node pool, app or job; nothing for single machines. */
export function mostNodes(compute: Compute): NodeCount | undefined {
  const { kind, part, path } = compute;
  const count = (property: string, isSpot: boolean, otherwise?: number): NodeCount | undefined => {
    const value = at(part, property) ?? otherwise;
    if (value === UNKNOWN) return undefined;
    return { property: within(path, property), dedicated: isSpot ? 0 : value, spot: isSpot ? value : 0 };
  };
  switch (kind) {
    case "cluster":
      return count("scaleSettings.maxNodeCount", at(part, "vmPriority") === "LowPriority");
    case "pool":
      return poolNodes(part);
    case "scaleSet":
      return count("sku.capacity", at(part, "virtualMachineProfile.priority") === "Spot", 0);
    case "agentPool": {
      const scales = at(part, "enableAutoScaling") === true;
      return count(scales ? "maxCount" : "count", at(part, "scaleSetPriority") === "Spot", scales ? undefined : 1);
    }
    case "attachedCluster":
      return count("agentCount", false, 0);
    case "app":
      return count("template.scale.maxReplicas", false, 10);
    case "job": {
      const trigger = String(at(part, "configuration.triggerType") ?? "Manual").toLowerCase();
      return count(`configuration.${trigger}TriggerConfig.parallelism`, false, 1);
    }
    default:
      return undefined;
  }
}

function poolNodes(part: unknown): NodeCount | undefined {
  const property = "scaleSettings.autoScale.formula";
  const formula = at(part, property);
  if (formula === UNKNOWN) return undefined;
  if (typeof formula === "string") {
    const read = readFormula(formula);
    const targets = read.ok ? targetsFor(read.formula, "full") : read;
    // A formula that can't be evaluated is the scaling rule's to report.
    return targets.ok
      ? { property, dedicated: Math.ceil(targets.dedicated), spot: Math.ceil(targets.spot) }
      : undefined;
  }
  const fixed = (name: string) => at(part, `scaleSettings.fixedScale.${name}`) ?? 0;
  const [dedicated, spot] = [fixed("targetDedicatedNodes"), fixed("targetLowPriorityNodes")];
  return dedicated === UNKNOWN || spot === UNKNOWN
    ? undefined
    : { property: "scaleSettings.fixedScale", dedicated, spot };
}
