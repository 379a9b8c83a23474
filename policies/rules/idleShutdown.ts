import { at, UNKNOWN } from "../../pricing/values";
import { computeOf, within } from "../compute";
import { shown } from "../fault";
import { resourceRule } from "../rule";
import { checkIdleShutdown, isoDuration, isoMinutes } from "../validators";

/** Compute instances stop when idle, and idle cluster nodes go, within a limit. */
export const idleShutdown = resourceRule<{ maxMinutes: number }>({
  name: "idle-shutdown",
  description: "Compute instances stop by themselves when idle, and idle cluster nodes go, within a limit.",
  severity: "high",
  remediationSteps:
    "Set idleTimeBeforeShutdown of the compute instance, or nodeIdleTimeBeforeScaleDown of the cluster, to an ISO 8601 " +
    "duration within the limit, for example PT1H.",
  settings: {
    maxMinutes: { type: "integer", minimum: 15, default: 120, description: "Longest idle time, in minutes." },
  },
  check: (subject, { maxMinutes }) =>
    computeOf(subject).flatMap(({ kind, part, path }) => {
      if (kind === "instance") {
        const fault = checkIdleShutdown(at(part, "idleTimeBeforeShutdown"), maxMinutes);
        const known = at(part, "idleTimeBeforeShutdown") !== UNKNOWN;
        return fault && known ? [{ ...fault, property: within(path, "idleTimeBeforeShutdown") }] : [];
      }
      const property = "scaleSettings.nodeIdleTimeBeforeScaleDown";
      const idle = kind === "cluster" ? at(part, property) : undefined;
      if (idle === undefined || idle === UNKNOWN) return [];
      const minutes = typeof idle === "string" ? isoMinutes(idle) : undefined;
      if (minutes !== undefined && minutes <= maxMinutes) return [];
      return [
        {
          property: within(path, property),
          found: shown(idle),
          wanted: `an ISO 8601 duration of at most ${isoDuration(maxMinutes)}`,
          mend: "Set it to PT2M or another time within the limit",
        },
      ];
    }),
});
