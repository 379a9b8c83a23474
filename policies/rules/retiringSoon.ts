import { endingsOf } from "../endings";
import { dayOr, resourceRule } from "../rule";

/** Parts of Azure that end within a time: advisory, so that there is time to move. */
export const retiringSoon = resourceRule<{ on: string; days: number }>({
  name: "retiring-soon",
  description: "Parts of Azure that end soon are pointed out while there is time to move.",
  severity: "low",
  enforcementLevel: "advisory",
  remediationSteps: "Plan the move to the successor that the message names before the day it gives.",
  settings: {
    on: {
      type: "string",
      pattern: "^(\\d{4}-\\d{2}-\\d{2})?$",
      default: "",
      description: "Day to judge by, YYYY-MM-DD; empty: today.",
    },
    days: { type: "integer", minimum: 1, default: 365, description: "How many days ahead to look." },
  },
  check: (subject, { on, days }) => {
    const today = dayOr(on);
    const horizon = new Date(Date.parse(today) + days * 86_400_000).toISOString().slice(0, 10);
    return endingsOf(subject)
      .filter(({ retirement }) => retirement.date > today && retirement.date <= horizon)
      .map(({ property, found, retirement: { what, date, successor } }) => ({
        ...(property === undefined ? {} : { property }),
        found,
        wanted: `something that is offered beyond ${date}`,
        mend: `${what} will end on ${date}: move to ${successor}`,
      }));
  },
});
