import { UNKNOWN } from "../../pricing/values";
import { computeOf } from "../compute";
import { shown, type Fault } from "../fault";
import { mostNodes } from "../nodeCount";
import { resourceRule } from "../rule";
import { coresOf } from "../validators";

/** No single resource can grow past a number of nodes and of cores. */
export const computeCaps = resourceRule<{ maxNodes: number; maxCores: number }>({
  name: "compute-caps",
  description: "No cluster, pool, scale set, job or app can grow past a number of nodes and of cores.",
  severity: "high",
  remediationSteps: "Lower the most nodes that the resource may have, or take a smaller size.",
  settings: {
    maxNodes: { type: "integer", minimum: 0, default: 10, description: "Most nodes or replicas of one resource." },
    maxCores: { type: "integer", minimum: 0, default: 160, description: "Most cores of one resource's nodes." },
  },
  check: (subject, { maxNodes, maxCores }) =>
    computeOf(subject).flatMap((compute): Fault[] => {
      const count = mostNodes(compute);
      if (!count) return [];
      const { property, dedicated, spot } = count;
      if (!isCount(dedicated) || !isCount(spot)) {
        const found = shown(isCount(dedicated) ? spot : dedicated);
        return [{ property, found, wanted: `a number from 0 to ${maxNodes}`, mend: "Give the most nodes it may have" }];
      }
      const nodes = dedicated + spot;
      if (nodes > maxNodes) {
        return [{ property, found: `up to ${nodes} nodes`, wanted: `at most ${maxNodes}`, mend: "Lower it" }];
      }
      if (compute.kind === "app" || compute.kind === "job" || compute.size === UNKNOWN) return [];
      const cores = typeof compute.size === "string" ? coresOf(compute.size, nodes) : undefined;
      if (cores === undefined || cores <= maxCores) return [];
      return [
        {
          property,
          found: `up to ${cores} cores (${nodes} × ${shown(compute.size)})`,
          wanted: `at most ${maxCores} cores`,
          mend: "Lower the nodes or take a smaller size",
        },
      ];
    }),
});

const isCount = (value: unknown): value is number => typeof value === "number" && Number.isFinite(value) && value >= 0;
