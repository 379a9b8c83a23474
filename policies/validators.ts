/**
 * Checks that the policy rules and the components share. They are pure, know nothing of Pulumi, take any value, and
 * give `undefined` for a good one and a fault that says what to do for a bad one.
 */
import { readFormula, targetsFor } from "../pricing/autoscaleFormula";
import { shown, type Fault } from "./fault";
import { retiredImages, retiredSizes, retirementsRead, type Retirement } from "./retired";
import { allowedGpuSizes, isGpuSize, normalSize, vmCores } from "./vmSizes";

export { allowedGpuSizes, isGpuSize, vmCores } from "./vmSizes";
export { retiredImages, retiredSizes, retirementsRead } from "./retired";
export { faultLine, shown, type Fault } from "./fault";

/** Tags that everything in an estate carries. */
export const requiredTags: readonly string[] = ["owner", "cost-centre", "estate"];

/** Tags that compute carries: `schedule` names the schedule that decides when it may be on. */
export const requiredComputeTags: readonly string[] = ["owner", "cost-centre", "schedule", "estate"];

/**
 * Tags that are absent or empty.
 * @param tags the `tags` of a resource, or whatever stands in their place
 * @param compute whether the resource is compute, which needs `schedule` too; or the very tags that are wanted
 */
export function missingTags(tags: unknown, compute: boolean | readonly string[]): Fault | undefined {
  const wanted = compute === true ? requiredComputeTags : compute === false ? requiredTags : compute;
  const isMap = typeof tags === "object" && tags !== null && !Array.isArray(tags);
  const given = isMap ? (tags as Readonly<Record<string, unknown>>) : {};
  // What is not known yet (a symbol, a promise of an output) counts as given: it is checked once it is known.
  const present = (tag: string) => {
    const value = given[tag];
    return typeof value === "string" ? value.trim() !== "" : value !== undefined && value !== null;
  };
  const missing = wanted.filter((tag) => !present(tag));
  if (missing.length === 0) return undefined;
  const names = Object.keys(given);
  return {
    property: "tags",
    found:
      !isMap && tags !== undefined && tags !== null
        ? shown(tags)
        : names.length === 0
          ? "not set"
          : `set for ${names.join(", ")} only`,
    wanted: `set for ${wanted.join(", ")}`,
    mend: `Add ${missing.map((tag) => `tags["${tag}"]`).join(" and ")}`,
  };
}

export interface SizeLimits {
  /** GPU sizes that may be used; letter case does not matter. @default allowedGpuSizes */
  readonly allowed?: readonly string[];
  /** The day to judge retirements by, YYYY-MM-DD. @default the day the table was read */
  readonly on?: string;
}

/**
 * A VM size that has not ended and, if it has a GPU, is an allowed one. Sizes without a GPU are not restricted.
 */
export function checkVmSize(size: unknown, limits: SizeLimits = {}): Fault | undefined {
  return checkSizeEnded(size, limits.on) ?? checkGpuSizeAllowed(size, limits.allowed);
}

/** A VM size that has not ended on a day. @param on YYYY-MM-DD; default: the day the table was read */
export function checkSizeEnded(size: unknown, on: string = retirementsRead): Fault | undefined {
  const retirement = typeof size === "string" ? retirementOfSize(size) : undefined;
  if (!retirement || retirement.date > on) return undefined;
  return endedFault(shown(size), "a size that Azure still offers", retirement);
}

/** A GPU size that is on the list; a size without a GPU passes. */
export function checkGpuSizeAllowed(size: unknown, allowed: readonly string[] = allowedGpuSizes): Fault | undefined {
  if (typeof size !== "string" || !/^[A-Za-z]/.test(size)) {
    return {
      found: shown(size),
      wanted: "a VM size",
      mend: `Name a size, for example ${allowed[0] ?? "Standard_D2s_v5"}`,
    };
  }
  if (!isGpuSize(size) || allowed.some((name) => normalSize(name) === normalSize(size))) return undefined;
  return {
    found: shown(size),
    wanted: `one of the allowed GPU sizes (${allowed.join(", ")})`,
    mend: "Take an allowed size, or have this one added to the allowed sizes",
  };
}

/** When and by what a VM size is replaced, if that is known. */
export function retirementOfSize(size: string): Retirement | undefined {
  return retiredSizes.find(({ pattern }) => pattern.test(normalSize(size)));
}

/** When and by what a Batch image is replaced, if that is known. */
export function retirementOfImage(reference: unknown): Retirement | undefined {
  if (typeof reference !== "object" || reference === null) return undefined;
  const { publisher, offer, sku } = reference as Readonly<Record<string, unknown>>;
  const matches = (pattern: RegExp, value: unknown) => typeof value === "string" && pattern.test(value.toLowerCase());
  return retiredImages.find((i) => matches(i.publisher, publisher) && matches(i.offer, offer) && matches(i.sku, sku));
}

/**
 * A Batch node image that has not ended on a day.
 * @param reference `imageReference` of a pool: publisher, offer and sku; a custom image (`id`) is not judged
 * @param on YYYY-MM-DD; default: the day the table was read
 */
export function checkBatchImage(reference: unknown, on: string = retirementsRead): Fault | undefined {
  const retirement = retirementOfImage(reference);
  if (!retirement || retirement.date > on) return undefined;
  const { publisher, offer, sku } = reference as Readonly<Record<string, unknown>>;
  return endedFault(shown(`${publisher}:${offer}:${sku}`), "an image that Batch still supports", retirement);
}

/** The fault of a thing that has ended. */
export function endedFault(found: string, wanted: string, { what, date, successor }: Retirement): Fault {
  return { found, wanted, mend: `${what} ended on ${date}: use ${successor}` };
}

const longestIdleMinutes = 3 * 24 * 60;

/**
 * An idle shutdown that is set, that Azure takes (15 minutes to 3 days) and that is within a limit.
 * Source of Azure's limits: azure-ai-docs, how-to-create-compute-instance.
 * @param duration ISO 8601, for example `PT1H30M`
 * @param maxMinutes the limit in minutes
 */
export function checkIdleShutdown(duration: unknown, maxMinutes: number): Fault | undefined {
  const minutes = typeof duration === "string" ? isoMinutes(duration) : undefined;
  const limit = Math.min(maxMinutes, longestIdleMinutes);
  if (minutes !== undefined && minutes >= 15 && minutes <= limit) return undefined;
  return {
    property: "idleTimeBeforeShutdown",
    found: shown(duration),
    wanted: `an ISO 8601 duration from PT15M to ${isoDuration(limit)}`,
    mend: `Set it to ${isoDuration(Math.min(60, limit))} or another time within the limit`,
  };
}

/** Minutes of an ISO 8601 duration of days, hours, minutes and seconds, or undefined for anything else. */
export function isoMinutes(duration: string): number | undefined {
  const parts = /^P(?=\d|T\d)(?:(\d+)D)?(?:T(?=\d)(?:(\d+)H)?(?:(\d+)M)?(?:(\d+(?:\.\d+)?)S)?)?$/.exec(duration);
  if (!parts) return undefined;
  const [days = 0, hours = 0, minutes = 0, seconds = 0] = parts.slice(1).map((part) => Number(part ?? 0));
  return days * 1440 + hours * 60 + minutes + seconds / 60;
}

/** Minutes as an ISO 8601 duration. */
export function isoDuration(minutes: number): string {
  const hours = Math.floor(minutes / 60);
  const rest = minutes % 60;
  return `PT${hours > 0 ? `${hours}H` : ""}${rest > 0 || hours === 0 ? `${rest}M` : ""}`;
}

/**
 * A Batch autoscale formula that reaches zero nodes when nothing is pending, that gives a single waiting task a node,
 * and that lets running tasks finish when it shrinks the pool. The formula is evaluated, not searched.
 */
export function scalesToZero(formula: unknown): Fault | undefined {
  const fault = (found: string, wanted: string, mend: string): Fault => ({ property: "formula", found, wanted, mend });
  if (typeof formula !== "string" || formula.trim() === "") {
    return fault(shown(formula), "an autoscale formula that reaches 0 nodes", "Give the pool an autoscale formula");
  }
  const read = readFormula(formula);
  if (!read.ok) {
    return fault(`not readable (${read.fault})`, "a formula that Batch can evaluate", "Mend the formula");
  }
  const idle = targetsFor(read.formula, "idle");
  if (!idle.ok) return fault(`not evaluable (${idle.fault})`, "a formula that Batch can evaluate", "Mend the formula");
  if (idle.dedicated + idle.spot > 0) {
    return fault(
      `asking for ${idle.dedicated + idle.spot} nodes when no task is pending`,
      "0 nodes when no task is pending",
      "Let $TargetDedicatedNodes and $TargetLowPriorityNodes fall to 0",
    );
  }
  const one = targetsFor(read.formula, "oneTask");
  if (one.ok && one.dedicated + one.spot < 1) {
    return fault(
      "asking for no node when one task has just been queued",
      "at least 1 node for one waiting task",
      "Take the larger of the newest sample and the average",
    );
  }
  if (idle.deallocation !== "taskcompletion" && idle.deallocation !== "retaineddata") {
    return fault(
      `leaving $NodeDeallocationOption at ${idle.deallocation}, which stops running tasks`,
      "taskcompletion",
      "End the formula with $NodeDeallocationOption=taskcompletion;",
    );
  }
  return undefined;
}

/** Cores that a number of nodes of a size has, or undefined where the size does not tell. */
export function coresOf(size: string, nodes: number): number | undefined {
  const cores = vmCores(size);
  return cores === undefined ? undefined : cores * nodes;
}
