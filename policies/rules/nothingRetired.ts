import { endingsOf } from "../endings";
import { endedFault } from "../validators";
import { dayOr, resourceRule } from "../rule";

/** Nothing that Azure has ended: sizes, images, GPU on Container Instances, old modes and kinds. */
export const nothingRetired = resourceRule<{ on: string }>({
  name: "nothing-retired",
  description:
    "Nothing uses a part of Azure that has ended: VM sizes, Batch images, GPU container instances, old modes.",
  severity: "critical",
  remediationSteps: "Use the successor that the message names.",
  settings: {
    on: {
      type: "string",
      pattern: "^(\\d{4}-\\d{2}-\\d{2})?$",
      default: "",
      description: "Day to judge by, YYYY-MM-DD; empty: today.",
    },
  },
  check: (subject, { on }) =>
    endingsOf(subject)
      .filter(({ retirement }) => retirement.date <= dayOr(on))
      .map(({ property, found, retirement }) => ({
        ...endedFault(found, "something that Azure still offers", retirement),
        ...(property === undefined ? {} : { property }),
      })),
});
