import { estimate, type EstimateLine } from "../../pricing/estimate";
import { money } from "../../pricing/money";
import { stackRule, type StackFault, type Subject } from "../rule";

interface Config {
  readonly monthlyLimit: number;
  readonly manualRunsPerMonth: number;
  readonly hoursPerWeek: Readonly<Record<string, number>>;
}

/** What the stack can come to in a month, with everything as large and as long as its limits allow, is limited. */
export const monthlyCostLimit = stackRule<Config>({
  name: "monthly-cost-limit",
  description: "The most that the stack can cost in a month, with every limit used up, is within a limit.",
  severity: "high",
  remediationSteps:
    "Lower the most nodes, take smaller sizes, Spot or shorter schedules for the resources that the message names; or " +
    "raise monthlyLimit. A size without a price is added by npm run prices.",
  settings: {
    monthlyLimit: { type: "number", minimum: 0, default: 10_000, description: "Limit in the price book's currency." },
    manualRunsPerMonth: {
      type: "integer",
      minimum: 0,
      default: 30,
      description: "Full-length runs a month to reckon with for a GPU job that is started by hand.",
    },
    hoursPerWeek: {
      type: "object",
      default: {},
      description:
        "Hours a week of schedules by name, for compute that is tagged with one and has no native start and stop.",
    },
  },
  check: (subjects, { monthlyLimit, manualRunsPerMonth, hoursPerWeek }) => {
    const resources = subjects.map(({ type, name, props }) => ({ type, name, inputs: props }));
    const result = estimate(resources, { manualRunsPerMonth, hoursPerWeek });
    const faults = result.lines.flatMap((line) => unpriced(line, subjects));
    if (result.worstCase <= monthlyLimit) return faults;
    const dearest = [...result.lines].sort((a, b) => b.worstCase - a.worstCase).slice(0, 3);
    const named = dearest.map(({ name, worstCase, basis }) => `"${name}" ${money(worstCase)} (${basis})`);
    faults.push({
      property: "its worst-case cost",
      found: `${money(result.worstCase)} ${result.currency} a month`,
      wanted: `at most ${money(monthlyLimit)} ${result.currency}`,
      mend: `Lower what costs most: ${named.join(", ")}`,
    });
    return faults;
  },
});

function unpriced(line: EstimateLine, subjects: readonly Subject[]): StackFault[] {
  if (line.unpriced === undefined) return [];
  const of = subjects.find(({ type, name }) => type === line.type && name === line.name);
  const mend = "Add the price with npm run prices, or take a size that has one";
  return [
    {
      ...(of ? { of } : {}),
      property: "its cost",
      found: `not known: ${line.unpriced}`,
      wanted: "known",
      mend,
    },
  ];
}
