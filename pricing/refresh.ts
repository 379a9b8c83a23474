import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { Command } from "commander";
import { format } from "prettier";
import { z } from "zod";
import { normalRegion, type Meter, type MeterQuery, type PriceBook } from "./priceBook";

/** A row of the Retail Prices API, as far as it is read here. */
const rowSchema = z.object({
  armRegionName: z.string(),
  armSkuName: z.string().default(""),
  currencyCode: z.string(),
  effectiveStartDate: z.string(),
  isPrimaryMeterRegion: z.boolean().default(true),
  meterName: z.string(),
  productName: z.string(),
  retailPrice: z.number().nonnegative(),
  serviceName: z.string(),
  skuName: z.string().default(""),
  tierMinimumUnits: z.number().default(0),
  type: z.string(),
  unitOfMeasure: z.string(),
});
const pageSchema = z.object({ Items: z.array(rowSchema), NextPageLink: z.string().nullish() });
export type PriceRow = z.infer<typeof rowSchema>;
type Page = z.infer<typeof pageSchema>;

/** Reads every row that an OData filter finds. Throws when the API does not answer. */
export type ReadRows = (filter: string, currency: string) => Promise<PriceRow[]>;

export interface Refreshed {
  readonly book: PriceBook;
  /** Prices that changed, one line each. */
  readonly changes: readonly string[];
  /** Why the book must not be written, one line each. Empty: all is well. */
  readonly faults: readonly string[];
  /** Meters that no query names: kept as they were. */
  readonly kept: readonly string[];
}

/**
 * Reads every price of a book anew. A price counts only when exactly one row fits: none in the book's own region, two
 * that differ, or another unit is a fault, for a wrong price is worse than an old one. A size that another region
 * does not offer just has no price there.
 * @param regions further regions to read besides those that the book has
 * @param today YYYY-MM-DD; becomes the book's date, and rows that start later are left out
 */
export async function refresh(
  book: PriceBook,
  readRows: ReadRows,
  today: string,
  regions: readonly string[] = [],
): Promise<Refreshed> {
  const changes: string[] = [];
  const faults: string[] = [];
  const kept: string[] = [];
  const meters: Record<string, Meter> = {};
  for (const [id, meter] of Object.entries(book.meters)) {
    meters[id] = meter;
    if (!meter.query) {
      if (!meter.sum) kept.push(id);
      continue;
    }
    const known = Object.keys(meter.regions ?? {});
    const wanted = [...new Set([book.region, ...known, ...regions.map(normalRegion)])];
    const rows = await readRows(filterOf(meter.query, wanted), book.currency);
    const prices: Record<string, number> = {};
    for (const region of wanted) {
      const found = pick(rows, meter, region, today);
      if (typeof found === "number") prices[region] = found;
      else if (found.rows > 0 || region === book.region) faults.push(`${id} in ${region}: ${found.fault}`);
    }
    const { [book.region]: price = meter.price ?? 0, ...others } = prices;
    const before = { [book.region]: meter.price, ...meter.regions };
    for (const region of wanted) {
      const [old, now] = [before[region], prices[region]];
      if (old !== now) changes.push(`${id} in ${region}: ${old ?? "none"} -> ${now ?? "none"}`);
    }
    const { regions: _, ...rest } = meter;
    meters[id] = { ...rest, price, source: "api", ...(Object.keys(others).length > 0 ? { regions: others } : {}) };
  }
  return { book: { ...book, date: today, meters }, changes, faults, kept };
}

/** The OData filter of a query; the API compares values letter by letter. */
function filterOf(query: MeterQuery, regions: readonly string[]): string {
  const { spot: _, ...fields } = query;
  const parts = Object.entries(fields).map(([field, value]) => `${field} eq '${value.replaceAll("'", "''")}'`);
  const places = regions.map((region) => `armRegionName eq '${region}'`).join(" or ");
  return [...parts, "priceType eq 'Consumption'", `(${places})`].join(" and ");
}

/** The one price that fits a meter in a region, or how many rows do and what is wrong with them. */
function pick(rows: PriceRow[], meter: Meter, region: string, today: string): number | { rows: number; fault: string } {
  const fitting = rows.filter((row) => row.armRegionName === region && fits(row, meter.query, today));
  const starts = [...new Set(fitting.map((row) => row.effectiveStartDate))].sort();
  const newest = fitting.filter((row) => row.effectiveStartDate === starts.at(-1));
  // Of the steps of one price the first that costs anything: free grants are the subscription's, not the estate's.
  const steps = newest.filter((row) => row.retailPrice > 0).sort((a, b) => a.tierMinimumUnits - b.tierMinimumUnits);
  const first = steps.filter((row) => row.tierMinimumUnits === steps[0]?.tierMinimumUnits);
  const prices = [...new Set(first.map((row) => row.retailPrice))];
  const [price] = prices;
  if (price === undefined) return { rows: fitting.length, fault: "no price is listed" };
  if (prices.length > 1) {
    const named = first.map((row) => `${row.productName} / ${row.skuName} / ${row.meterName} ${row.retailPrice}`);
    return { rows: fitting.length, fault: `${prices.length} prices fit: ${named.join("; ")}` };
  }
  const units = [...new Set(first.map((row) => row.unitOfMeasure))];
  if (units.length !== 1 || units[0] !== meter.unit) {
    return { rows: fitting.length, fault: `it is priced for ${units.join(", ")}, not for ${meter.unit}` };
  }
  return price;
}

function fits(row: PriceRow, query: MeterQuery | undefined, today: string): boolean {
  if (!query || row.type !== "Consumption" || !row.isPrimaryMeterRegion) return false;
  if (row.effectiveStartDate.slice(0, 10) > today) return false;
  const { spot, ...fields } = query;
  if (Object.entries(fields).some(([field, value]) => row[field as keyof typeof fields] !== value)) return false;
  if (query.armSkuName === undefined) return true;
  // One armSkuName has rows for pay-as-you-go, Spot, Low Priority and Windows.
  const sku = `${words(query.armSkuName)}${spot ? " spot" : ""}`;
  return words(row.skuName) === sku && !row.productName.endsWith(" Windows");
}

/** "Standard_NC4as_T4_v3" and "NC4as T4 v3" are the same size. */
function words(sku: string): string {
  return sku
    .replace(/^Standard_/, "")
    .replaceAll("_", " ")
    .toLowerCase();
}

/** Reads the Retail Prices API, page by page. It needs no sign-in; a busy answer is tried three times. */
export function retailPrices(endpoint = "https://prices.azure.com", pauseMs = 2000): ReadRows {
  return async (filter, currency) => {
    const rows: PriceRow[] = [];
    const first = new URL("/api/retail/prices", endpoint);
    first.search = new URLSearchParams({
      "api-version": "2023-01-01-preview",
      currencyCode: currency,
      $filter: filter,
    }).toString();
    for (let next: string | null | undefined = first.href; next;) {
      const page: Page = readPage(await getJson(next, pauseMs));
      rows.push(...page.Items);
      next = page.NextPageLink ? sameHost(page.NextPageLink, endpoint) : undefined;
    }
    return rows;
  };
}

function readPage(answer: unknown): Page {
  const page = pageSchema.safeParse(answer);
  if (page.success) return page.data;
  const [issue] = page.error.issues;
  throw new Error(`the Retail Prices API answered something else: ${issue?.path.join(".")}: ${issue?.message}`);
}

/** A next page is asked of the endpoint that gave the first one, whatever host and port its link names. */
function sameHost(link: string, endpoint: string): string {
  const next = new URL(link);
  return new URL(`${next.pathname}${next.search}`, endpoint).href;
}

async function getJson(url: string, pauseMs: number): Promise<unknown> {
  for (let attempt = 1; ; attempt++) {
    const response = await fetch(url);
    if (response.ok) return response.json();
    const busy = response.status === 429 || response.status >= 500;
    if (!busy || attempt === 3)
      throw new Error(`the Retail Prices API answered ${response.status} ${response.statusText}`);
    const wait = Number(response.headers.get("retry-after") ?? NaN);
    await new Promise((resume) => setTimeout(resume, Number.isFinite(wait) ? wait * 1000 : pauseMs * attempt));
  }
}

/** The book as its file holds it. */
export function bookText(book: PriceBook): Promise<string> {
  return format(JSON.stringify(book), { parser: "json", printWidth: 120 });
}

/** New meters for VM sizes, with and without Spot. */
function withSizes(book: PriceBook, sizes: readonly string[]): PriceBook {
  const added = sizes.flatMap((size) =>
    [false, true].map((spot): [string, Meter] => [
      `vm/${size}${spot ? "/spot" : ""}`,
      {
        unit: "1 Hour",
        source: "api",
        query: { serviceName: "Virtual Machines", armSkuName: size, ...(spot ? { spot } : {}) },
      },
    ]),
  );
  return { ...book, meters: { ...Object.fromEntries(added), ...book.meters } };
}

/**
 * `npm run prices`: reads the price book anew and writes it, or, when a price is missing or ambiguous, says which and
 * writes nothing.
 * @returns the exit status
 */
export async function main(args: readonly string[], today: string, say: (line: string) => void): Promise<number> {
  const command = new Command("prices")
    .description("read pricing/prices.json anew from the Azure Retail Prices API")
    .option("--region <region...>", "also read the prices of these regions", [])
    .option("--size <size...>", "add these VM sizes, for example Standard_NC4as_T4_v3", [])
    .option("--file <file>", "price book to read and write", join(__dirname, "prices.json"))
    .option("--endpoint <url>", "address of the API", "https://prices.azure.com")
    .parse(args, { from: "user" });
  const { region, size, file, endpoint } = command.opts<{
    region: string[];
    size: string[];
    file: string;
    endpoint: string;
  }>();
  try {
    const book = withSizes(JSON.parse(readFileSync(file, "utf8")) as PriceBook, size);
    const result = await refresh(book, retailPrices(endpoint), today, region);
    if (result.faults.length > 0) {
      result.faults.forEach((fault) => say(`fault: ${fault}`));
      say(`${result.faults.length} prices are missing or ambiguous: ${file} is unchanged.`);
      return 1;
    }
    writeFileSync(file, await bookText(result.book));
    result.changes.forEach((change) => say(change));
    say(`${result.changes.length} prices changed; kept by hand: ${result.kept.join(", ") || "none"}.`);
    return 0;
  } catch (error) {
    const cause = error instanceof Error && error.cause instanceof Error ? ` (${error.cause.message})` : "";
    say(`prices: ${error instanceof Error ? error.message : String(error)}${cause}; ${file} is unchanged.`);
    return 1;
  }
}

if (require.main === module) {
  void main(process.argv.slice(2), new Date().toISOString().slice(0, 10), (line) => console.log(line)).then(
    (status) => {
      process.exitCode = status;
    },
  );
}
