import type { World } from "./armType";
import { UnknownMeterError } from "../../pricing/priceBook";
import { groupOf, keyOf } from "./ids";
import { textAt } from "./json";
import { regionKey } from "./regions";
import type { Resource, Spending } from "./store";
import { findType } from "./types";

/** Price of a meter for an hour in a region, in the price book's currency; throws when the book lacks it. */
export type Hourly = (meter: string, region?: string) => number;

export interface CostItem {
  readonly id: string;
  readonly type: string;
  readonly meter: string;
  /** 0 with `unpriced` where the price book lacks the meter. */
  readonly hourly: number;
  readonly unpriced?: true;
}

export interface SpentItem {
  readonly id: string;
  readonly type: string;
  readonly spent: number;
}

const HOUR = 3_600_000;

/** Charges each resource by its state over simulated time; what was spent outlives the resource. */
export class Meter {
  constructor(
    private readonly world: World,
    private readonly hourly: Hourly,
  ) {}

  /** Charges a resource up to `time` at its former rate, and from then on at the rate of what it is now. */
  changed(id: string, resource: Resource | undefined, time: number): void {
    const key = keyOf(id);
    const before = this.world.store.spending.get(key);
    const meters = resource ? this.metersOf(resource) : [];
    if (!before && meters.length === 0) return;
    if (before && sameMeters(before.meters, meters)) return;
    const type = resource?.type ?? before?.type ?? "";
    this.world.store.spending.set(key, { id, type, meters, spent: before ? total(before, time) : 0, since: time });
  }

  /** A meter without a price must not fail the request that it is charged for: it is listed as unpriced. */
  private priced(meter: string, quantity: number, region?: string): Spending["meters"][number] {
    try {
      return { meter, hourly: quantity * this.hourly(meter, region) };
    } catch (error) {
      if (!(error instanceof UnknownMeterError)) throw error;
      return { meter, hourly: 0, unpriced: true };
    }
  }

  private metersOf(resource: Resource): Spending["meters"] {
    // What is being created is billed from the start of its machines; what is being deleted, until it is gone.
    const used = findType(resource.type)?.usage?.(resource, this.world) ?? [];
    const region = regionOf(resource, this.world);
    return used.filter((u) => u.quantity > 0).map(({ meter, quantity }) => this.priced(meter, quantity, region));
  }

  perHour(): { total: number; items: CostItem[] } {
    const items = this.world.store.spending
      .values()
      .flatMap(({ id, type, meters }) => meters.map((meter) => ({ id, type, ...meter })));
    return { total: items.reduce((sum, item) => sum + item.hourly, 0), items };
  }

  soFar(): { total: number; items: SpentItem[] } {
    const time = this.world.clock.time();
    const items = this.world.store.spending.values().map((s) => ({ id: s.id, type: s.type, spent: total(s, time) }));
    return { total: items.reduce((sum, item) => sum + item.spent, 0), items };
  }
}

function total(spending: Spending, time: number): number {
  const rate = spending.meters.reduce((sum, meter) => sum + meter.hourly, 0);
  return spending.spent + (rate * Math.max(0, time - spending.since)) / HOUR;
}

function sameMeters(a: Spending["meters"], b: Spending["meters"]): boolean {
  return a.length === b.length && a.every((meter, i) => meter.meter === b[i]?.meter && meter.hourly === b[i]?.hourly);
}

function regionOf(resource: Resource, world: World): string | undefined {
  const outer = resource.id.split("/").slice(0, -2).join("/");
  for (const one of [resource, world.store.get(outer), world.store.get(groupOf(resource.id) ?? "")]) {
    const location = textAt(one?.sent, "location");
    if (location !== undefined) return regionKey(location);
  }
  return undefined;
}
