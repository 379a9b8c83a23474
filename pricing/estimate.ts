import { estimators, Pending, Unpriced, type Amounts, type Context } from "./estimators";
import { knowsRegion, normalRegion, priceBook, UnknownMeterError } from "./priceBook";
import { at, isMap, listAt, plain, unversioned, type Plain } from "./values";

/** A resource of a Pulumi stack; its inputs may be in Pulumi's wire format, with unknown values and secrets. */
export interface DeclaredResource {
  /** Pulumi type, with or without API version: `azure-native:batch:Pool`. */
  readonly type: string;
  readonly name: string;
  readonly inputs: unknown;
}

export interface EstimateOptions {
  /** Region of resources that name none. @default the price book's region */
  readonly region?: string;
  /** Full-length runs a month of a GPU job that is started by hand. @default 30 */
  readonly manualRunsPerMonth?: number;
  /** Hours a week of schedules by name, for compute tagged with one that does not say itself when it is on. */
  readonly hoursPerWeek?: Readonly<Record<string, number>>;
}

/** What one resource costs a month, in the price book's currency. */
export interface EstimateLine extends Amounts {
  readonly name: string;
  /** Pulumi type without API version. */
  readonly type: string;
  /** Why it has no price; its amounts are then 0 and must not be relied on. */
  readonly unpriced?: string;
  /** The value that a preview does not know yet; its amounts are then 0. */
  readonly pending?: string;
}

export interface Estimate {
  readonly currency: string;
  /** Day of the price book. */
  readonly date: string;
  readonly lines: readonly EstimateLine[];
  /** Nobody uses anything: what is left running or kept. */
  readonly idle: number;
  /** The most that limits and schedules let it come to. */
  readonly worstCase: number;
  /** Nothing is ever switched off or scaled down. */
  readonly alwaysOn: number;
  /** Regions whose prices the book does not know in full, so that its own region stands in. */
  readonly standIns: readonly string[];
}

/**
 * What a stack costs a month: idle, at most and always on. Only what is charged by time, or has a limit, is counted;
 * a resource whose price is not in the book or whose size is not known yet is listed as such and never dropped.
 * Retries, transfer, transactions, data below a quota and node disks are not counted. It throws nothing.
 */
export function estimate(resources: readonly DeclaredResource[], options: EstimateOptions = {}): Estimate {
  const book = priceBook();
  const known = resources.map(({ type, name, inputs }) => {
    const copy = plain(inputs);
    return { type: unversioned(type), name, inputs: isMap(copy) ? copy : {} };
  });
  const profiles = profileTypes(known);
  const asked = new Map<string, Set<string>>();
  const lines = known.flatMap(({ type, name, inputs }): EstimateLine[] => {
    const estimator = estimators[type];
    if (!estimator) return [];
    const location = at(inputs, "location");
    const region = normalRegion(typeof location === "string" ? location : (options.region ?? book.region));
    const context: Context = {
      region,
      profiles,
      manualRunsPerMonth: options.manualRunsPerMonth ?? 30,
      hoursPerWeek: options.hoursPerWeek ?? {},
      asked: (meter) => void asked.set(region, (asked.get(region) ?? new Set()).add(meter)),
    };
    try {
      const amounts = estimator(inputs, context);
      return amounts ? [{ name, type, ...amounts }] : [];
    } catch (error) {
      const nothing = { name, type, idle: 0, worstCase: 0, alwaysOn: 0, basis: "" };
      if (error instanceof UnknownMeterError) return [{ ...nothing, unpriced: `no price for ${error.meterId}` }];
      if (error instanceof Unpriced) return [{ ...nothing, unpriced: error.message }];
      if (error instanceof Pending) return [{ ...nothing, pending: error.property }];
      throw error;
    }
  });
  const total = (amount: "idle" | "worstCase" | "alwaysOn") => lines.reduce((sum, line) => sum + line[amount], 0);
  const standIns = [...asked].filter(([region, meters]) => [...meters].some((meter) => !knowsRegion(meter, region)));
  return {
    currency: book.currency,
    date: book.date,
    lines,
    idle: total("idle"),
    worstCase: total("worstCase"),
    alwaysOn: total("alwaysOn"),
    standIns: standIns.map(([region]) => region).sort(),
  };
}

/** Workload profile types by the names that the stack's Container Apps environments give them. */
function profileTypes(resources: readonly { type: string; inputs: Plain }[]): ReadonlyMap<string, string> {
  const environments = resources.filter(({ type }) => type === "azure-native:app:ManagedEnvironment");
  const profiles = environments.flatMap(({ inputs }) => listAt(inputs, "workloadProfiles"));
  return new Map(profiles.map((profile) => [String(at(profile, "name")), String(at(profile, "workloadProfileType"))]));
}
