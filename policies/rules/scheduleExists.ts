import { at, isMap, UNKNOWN } from "../../pricing/values";
import { computeOf } from "../compute";
import { shown } from "../fault";
import { stackRule, type Subject } from "../rule";

/** A schedule that compute names is one that exists, for a typing mistake leaves compute on. */
export const scheduleExists = stackRule<{ schedules: string[] }>({
  name: "schedule-exists",
  description: "The schedule that compute names in its tags is one that the stack declares.",
  severity: "high",
  remediationSteps:
    "Correct the tag, or declare the schedule: on whatever keeps the schedules (a resource with the tag schedules, " +
    "names apart by commas), or in this rule's settings.",
  settings: {
    schedules: {
      type: "array",
      items: { type: "string" },
      default: ["always"],
      description: "Schedules that exist besides those the stack declares.",
    },
  },
  check: (subjects, { schedules }) => {
    const declared = subjects.map(({ props }) => at(props, "tags.schedules"));
    // While one list is not known yet, no name can be called wrong.
    if (declared.includes(UNKNOWN)) return [];
    const known = [...new Set([...schedules, ...declared.flatMap(names)])];
    return subjects.flatMap((of) =>
      [...new Set(tagsOf(of))]
        .filter((name): name is string => typeof name === "string" && !known.includes(name))
        .map((name) => ({
          of,
          property: "tags.schedule",
          found: shown(name),
          wanted: `one of the schedules that exist (${known.join(", ")})`,
          mend: "Correct the name, or declare the schedule",
        })),
    );
  },
});

function names(list: unknown): string[] {
  return typeof list === "string" ? list.split(/[\s,;]+/).filter((name) => name !== "") : [];
}

function tagsOf(subject: Subject): unknown[] {
  return computeOf(subject).map(({ tags }) => (isMap(tags) ? tags.schedule : undefined));
}
