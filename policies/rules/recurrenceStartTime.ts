import { at, isMap, UNKNOWN } from "../../pricing/values";
import { shown, type Fault } from "../fault";
import { resourceRule } from "../rule";

/** Recurrences of Logic Apps have a start time: without one the first run is fired by the deployment itself. */
export const recurrenceStartTime = resourceRule({
  name: "recurrence-start-time",
  description:
    "Recurrence triggers of Logic Apps have a start time; without one they fire as soon as they are deployed.",
  severity: "high",
  remediationSteps: "Set recurrence.startTime, without Z when the recurrence names a time zone.",
  check: ({ type, props }) => {
    const triggers = at(props, "definition.triggers");
    if (type !== "azure-native:logic:Workflow" || !isMap(triggers)) return [];
    return Object.entries(triggers).flatMap(([name, trigger]): Fault[] => {
      const recurs = String(at(trigger, "type")).toLowerCase() === "recurrence";
      const property = `definition.triggers.${name}.recurrence.startTime`;
      const start = at(trigger, "recurrence.startTime");
      if (!recurs || start === UNKNOWN) return [];
      const zone = at(trigger, "recurrence.timeZone");
      if (typeof start !== "string" || !/^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}/.test(start)) {
        const wanted = "a start time such as 2026-01-05T07:00:00";
        return [
          { property, found: shown(start), wanted, mend: "Set a start time: without one it fires on deployment" },
        ];
      }
      if (typeof zone !== "string" || !start.endsWith("Z")) return [];
      const wanted = "without Z, since the recurrence names a time zone";
      return [{ property, found: shown(start), wanted, mend: `Leave out the Z: it would put ${zone} aside` }];
    });
  },
});
