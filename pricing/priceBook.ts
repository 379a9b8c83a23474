import prices from "./prices.json";

/** Hours that Azure counts as a month. */
export const HOURS_PER_MONTH = 730;

/** What the Retail Prices API must be asked for, so that exactly one row comes back. */
export interface MeterQuery {
  readonly serviceName: string;
  readonly productName?: string;
  readonly skuName?: string;
  readonly armSkuName?: string;
  readonly meterName?: string;
  /** Of the rows of one `armSkuName`: the Spot one rather than pay-as-you-go. Default: false. */
  readonly spot?: boolean;
}

export interface Meter {
  /** In the book's currency for one `unit`, in the book's region. Absent where `sum` says how it adds up. */
  readonly price?: number;
  /** As the Retail Prices API writes it: "1 Hour", "1 Second", "1/Day", "1/Month", "1 GB/Month", "1 GB", "1" ... */
  readonly unit: string;
  /** A key of the book's `sources`. */
  readonly source: string;
  /** The price in other regions, where it is known. */
  readonly regions?: Readonly<Record<string, number>>;
  /** The meter is made of other meters: meter -> how many of it. */
  readonly sum?: Readonly<Record<string, number>>;
  /** Absent: kept by hand. */
  readonly query?: MeterQuery;
}

export interface PriceBook {
  /** The day the book was last changed, YYYY-MM-DD. */
  readonly date: string;
  /** ISO 4217. */
  readonly currency: string;
  /** The region that `price` is for, and that stands in for regions a meter does not list. */
  readonly region: string;
  readonly hoursPerMonth: number;
  readonly sources: Readonly<Record<string, string>>;
  readonly meters: Readonly<Record<string, Meter>>;
}

/** A meter that the price book does not list. */
export class UnknownMeterError extends Error {
  constructor(readonly meterId: string) {
    super(
      `no price for "${meterId}" in pricing/prices.json: add the meter there, then read its price with \`npm run prices\``,
    );
  }
}

/** Hours that a unit of time lasts; what is charged by use, not by time, is not listed. */
const HOURS: Readonly<Record<string, number>> = {
  "1 Second": 1 / 3600,
  "1 GiB Second": 1 / 3600,
  "1 Hour": 1,
  "1 GB Hour": 1,
  "1/Hour": 1,
  "1/Day": 24,
  "1/Month": HOURS_PER_MONTH,
  "1 GB/Month": HOURS_PER_MONTH,
};

const book: PriceBook = prices;

/** Azure accepts sizes in any case, so meters are found in any case. */
const byLowerCase = new Map(Object.entries(book.meters).map(([id, meter]) => [id.toLowerCase(), meter]));

/** The price book: data with its date, its sources and its currency. */
export function priceBook(): PriceBook {
  return book;
}

/** The meter, or undefined when the book has none of that name. Letter case does not matter. */
export function meter(meterId: string): Meter | undefined {
  return byLowerCase.get(meterId.toLowerCase());
}

/** Whether the book prices this meter. */
export function hasPrice(meterId: string): boolean {
  return meter(meterId) !== undefined;
}

/** Whether the book has a price of this meter for this very region, rather than the book's region standing in. */
export function knowsRegion(meterId: string, region: string): boolean {
  const found = meter(meterId);
  if (!found) return false;
  if (normalRegion(region) === book.region) return true;
  if (found.sum) return Object.keys(found.sum).every((part) => knowsRegion(part, region));
  return found.regions?.[normalRegion(region)] !== undefined;
}

/**
 * The price of one unit of a meter (a second, a day, a GB ..., see `Meter.unit`) in the book's currency.
 * In a region that the meter does not list, the book's region stands in.
 * Throws `UnknownMeterError` for a meter the book does not have.
 */
export function unitPrice(meterId: string, region?: string): number {
  const found = meter(meterId);
  if (!found) throw new UnknownMeterError(meterId);
  if (found.sum) {
    const parts = Object.entries(found.sum).map(([part, times]) => times * hourly(part, region));
    return parts.reduce((total, part) => total + part, 0);
  }
  const regional = region === undefined ? undefined : found.regions?.[normalRegion(region)];
  const price = regional ?? found.price;
  if (price === undefined) throw new UnknownMeterError(meterId);
  return price;
}

/**
 * What a meter charges for an hour, in the book's currency: for a VM size the machine, for `…/GiB` one GiB kept for an
 * hour. In a region that the meter does not list, the book's region stands in.
 * Throws `UnknownMeterError` for a meter the book does not have, and an error for what is charged by use, not by time.
 */
export function hourly(meterId: string, region?: string): number {
  const found = meter(meterId);
  if (!found) throw new UnknownMeterError(meterId);
  const hours = HOURS[found.unit];
  if (hours === undefined) {
    throw new Error(`"${meterId}" is charged by use (${found.unit}), not by the hour: take unitPrice instead`);
  }
  return unitPrice(meterId, region) / hours;
}

/** What a meter charges for a month of 730 hours; errors as for `hourly`. */
export function monthly(meterId: string, region?: string): number {
  return hourly(meterId, region) * HOURS_PER_MONTH;
}

/** "West Europe" and "westeurope" are the same region. */
export function normalRegion(region: string): string {
  return region.toLowerCase().replaceAll(" ", "");
}
