import { UNKNOWN } from "../../pricing/values";
import { computeOf, within } from "../compute";
import { resourceRule } from "../rule";
import { missingTags } from "../validators";

/** GPU compute says whose it is, who pays and when it may be on. */
export const computeTags = resourceRule<{ tags: string[] }>({
  name: "gpu-compute-tags",
  description: "GPU compute carries the tags that say who owns it, who pays and which schedule it follows.",
  severity: "high",
  remediationSteps:
    "Add the missing tags to the resource: owner (who answers for it), cost-centre (who pays) and schedule (the name " +
    "of the schedule that decides when it may be on).",
  settings: {
    tags: {
      type: "array",
      items: { type: "string" },
      default: ["owner", "cost-centre", "schedule"],
      description: "Tags that GPU compute must carry.",
    },
  },
  check: (subject, { tags }) =>
    computeOf(subject)
      .filter((compute) => compute.gpu && compute.tags !== UNKNOWN)
      .flatMap((compute) => {
        const fault = missingTags(compute.tags, tags);
        const path = subject.type.endsWith(":ManagedCluster") ? compute.path : "";
        return fault ? [{ ...fault, property: within(path, "tags") }] : [];
      }),
});
