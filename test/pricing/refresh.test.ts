import { spawn } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { createServer, type Server } from "node:https";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { generate } from "selfsigned";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { PriceBook } from "../../pricing/priceBook";
import { bookText, refresh, type PriceRow } from "../../pricing/refresh";

const today = "2026-12-01";

function row(changes: Partial<PriceRow> = {}): PriceRow {
  return {
    armRegionName: "eastus",
    armSkuName: "Standard_NC4as_T4_v3",
    currencyCode: "USD",
    effectiveStartDate: "2021-11-01T00:00:00Z",
    isPrimaryMeterRegion: true,
    meterName: "NC4as T4 v3",
    productName: "Virtual Machines NCasT4 v3 Series",
    retailPrice: 0.526,
    serviceName: "Virtual Machines",
    skuName: "NC4as T4 v3",
    tierMinimumUnits: 0,
    type: "Consumption",
    unitOfMeasure: "1 Hour",
    ...changes,
  };
}

/** What the API has for one size: all but two rows must be told apart from the ones that are meant. */
const rows = [
  row(),
  row({ skuName: "NC4as T4 v3 Spot", meterName: "NC4as T4 v3 Spot", retailPrice: 0.16 }),
  row({ skuName: "NC4as T4 v3 Low Priority", retailPrice: 0.105 }),
  row({ productName: "Virtual Machines NCasT4 v3 Series Windows", retailPrice: 0.71 }),
  row({ type: "Reservation", retailPrice: 3434 }),
  row({ type: "DevTestConsumption", retailPrice: 0.4 }),
  row({ isPrimaryMeterRegion: false, retailPrice: 0.9 }),
  row({ effectiveStartDate: "2027-01-01T00:00:00Z", retailPrice: 0.6 }),
  row({ armRegionName: "westeurope", retailPrice: 0.646 }),
];

const query = { serviceName: "Virtual Machines", armSkuName: "Standard_NC4as_T4_v3" };
const book: PriceBook = {
  date: "2026-11-23",
  currency: "USD",
  region: "eastus",
  hoursPerMonth: 730,
  sources: { api: "API", old: "old" },
  meters: {
    "vm/Standard_NC4as_T4_v3": { price: 0.5, unit: "1 Hour", source: "old", regions: { norwayeast: 0.7 }, query },
    "vm/Standard_NC4as_T4_v3/spot": { price: 0.16, unit: "1 Hour", source: "old", query: { ...query, spot: true } },
    byHand: { price: 2, unit: "1 GB", source: "old" },
    made: { unit: "1 Hour", source: "old", sum: { byHand: 1 } },
  },
};
const one = (meter: string): PriceBook => ({
  ...book,
  meters: { [meter]: book.meters[meter] ?? { unit: "", source: "" } },
});
const reading = (found: PriceRow[]) => () => Promise.resolve(found);

describe("refresh", () => {
  test("takes exactly the row that is meant, for every region asked for", async () => {
    const filters: string[] = [];
    const result = await refresh(
      book,
      (filter, currency) => {
        filters.push(`${currency}: ${filter}`);
        return Promise.resolve(rows);
      },
      today,
      ["West Europe"],
    );
    expect(result.faults).toEqual([]);
    expect(result.changes).toEqual([
      "vm/Standard_NC4as_T4_v3 in eastus: 0.5 -> 0.526",
      "vm/Standard_NC4as_T4_v3 in norwayeast: 0.7 -> none",
      "vm/Standard_NC4as_T4_v3 in westeurope: none -> 0.646",
    ]);
    expect(result.kept).toEqual(["byHand"]);
    expect(result.book).toEqual({
      ...book,
      date: today,
      meters: {
        "vm/Standard_NC4as_T4_v3": {
          price: 0.526,
          unit: "1 Hour",
          source: "api",
          regions: { westeurope: 0.646 },
          query,
        },
        "vm/Standard_NC4as_T4_v3/spot": { price: 0.16, unit: "1 Hour", source: "api", query: { ...query, spot: true } },
        byHand: book.meters.byHand,
        made: book.meters.made,
      },
    });
    expect(filters[0]).toBe(
      "USD: serviceName eq 'Virtual Machines' and armSkuName eq 'Standard_NC4as_T4_v3' and priceType eq 'Consumption' and " +
        "(armRegionName eq 'eastus' or armRegionName eq 'norwayeast' or armRegionName eq 'westeurope')",
    );
  });

  test("takes the newest price in force, and of a price in steps the first that costs anything", async () => {
    const steps = [
      row({ retailPrice: 0.4, effectiveStartDate: "2020-01-01T00:00:00Z" }),
      row({ retailPrice: 0, tierMinimumUnits: 0, effectiveStartDate: "2024-01-01T00:00:00Z" }),
      row({ retailPrice: 0.3, tierMinimumUnits: 50, effectiveStartDate: "2024-01-01T00:00:00Z" }),
      row({ retailPrice: 0.2, tierMinimumUnits: 500, effectiveStartDate: "2024-01-01T00:00:00Z" }),
    ];
    const result = await refresh(one("vm/Standard_NC4as_T4_v3"), reading(steps), today);
    expect(result.book.meters["vm/Standard_NC4as_T4_v3"]?.price).toBe(0.3);
  });

  test("fails on a missing price, on two that differ and on another unit", async () => {
    const faults = async (found: PriceRow[]) =>
      (await refresh(one("vm/Standard_NC4as_T4_v3/spot"), reading(found), today)).faults;
    const spot = row({ skuName: "NC4as T4 v3 Spot", retailPrice: 0.16 });
    expect(await faults([])).toEqual(["vm/Standard_NC4as_T4_v3/spot in eastus: no price is listed"]);
    expect(await faults([spot, { ...spot, productName: "Other", retailPrice: 0.17 }])).toEqual([
      "vm/Standard_NC4as_T4_v3/spot in eastus: 2 prices fit: Virtual Machines NCasT4 v3 Series / NC4as T4 v3 Spot / NC4as T4 v3 0.16; " +
        "Other / NC4as T4 v3 Spot / NC4as T4 v3 0.17",
    ]);
    expect(await faults([{ ...spot, unitOfMeasure: "1 Second" }])).toEqual([
      "vm/Standard_NC4as_T4_v3/spot in eastus: it is priced for 1 Second, not for 1 Hour",
    ]);
    expect(await faults([spot, { ...spot, productName: "The same" }])).toEqual([]);
  });

  test("a size that another region does not offer is no fault", async () => {
    const result = await refresh(one("vm/Standard_NC4as_T4_v3/spot"), reading(rows), today, ["norwayeast"]);
    expect([result.faults, result.changes]).toEqual([[], []]);
  });
});

describe("npm run prices", () => {
  const folder = mkdtempSync(join(tmpdir(), "prices-"));
  const [file, caFile] = [join(folder, "prices.json"), join(folder, "ca.pem")];
  let server: Server;
  let asked: URL[] = [];
  let answers: { status: number; body: unknown }[] = [];
  const endpoint = () => `https://localhost:${(server.address() as AddressInfo).port}`;

  beforeAll(async () => {
    const { cert, private: key } = await generate([{ name: "commonName", value: "localhost" }], {
      extensions: [{ name: "subjectAltName", altNames: [{ type: 2, value: "localhost" }] }],
    });
    writeFileSync(caFile, cert);
    server = createServer({ cert, key }, (request, response) => {
      asked.push(new URL(request.url ?? "", endpoint()));
      const { status, body } = answers.shift() ?? { status: 500, body: {} };
      response.writeHead(status, { "content-type": "application/json", "retry-after": "0" }).end(JSON.stringify(body));
    });
    await new Promise<void>((resolve) => server.listen(0, "localhost", resolve));
  });
  afterAll(() => {
    server.close();
    rmSync(folder, { recursive: true });
  });

  async function run(...args: string[]) {
    asked = [];
    const script = join(__dirname, "..", "..", "pricing", "refresh.ts");
    const child = spawn(
      process.execPath,
      ["--import", "tsx", script, "--file", file, "--endpoint", endpoint(), ...args],
      {
        env: { ...process.env, NODE_EXTRA_CA_CERTS: caFile },
      },
    );
    let said = "";
    for (const stream of [child.stdout, child.stderr]) stream.on("data", (text: Buffer) => (said += text.toString()));
    const status = await new Promise<number | null>((resolve) => child.on("close", resolve));
    return { status, said: said.trimEnd().split("\n") };
  }

  test("reads page after page over HTTPS, waits when the API is busy, and writes the book", async () => {
    writeFileSync(file, await bookText(one("vm/Standard_NC4as_T4_v3")));
    answers = [
      { status: 429, body: {} },
      {
        status: 200,
        body: { Items: rows.slice(3), NextPageLink: "https://prices.azure.com:443/api/retail/prices?$skip=100" },
      },
      { status: 200, body: { Items: rows.slice(0, 3), NextPageLink: null } },
    ];
    expect(await run("--region", "westeurope")).toEqual({
      status: 0,
      said: [
        "vm/Standard_NC4as_T4_v3 in eastus: 0.5 -> 0.526",
        "vm/Standard_NC4as_T4_v3 in norwayeast: 0.7 -> none",
        "vm/Standard_NC4as_T4_v3 in westeurope: none -> 0.646",
        "3 prices changed; kept by hand: none.",
      ],
    });
    const written = JSON.parse(readFileSync(file, "utf8")) as PriceBook;
    expect(written.meters["vm/Standard_NC4as_T4_v3"]).toEqual({
      price: 0.526,
      unit: "1 Hour",
      source: "api",
      regions: { westeurope: 0.646 },
      query,
    });
    expect(
      asked.map((url) => [url.pathname, url.searchParams.get("api-version"), url.searchParams.get("$skip")]),
    ).toEqual([
      ["/api/retail/prices", "2023-01-01-preview", null],
      ["/api/retail/prices", "2023-01-01-preview", null],
      ["/api/retail/prices", null, "100"],
    ]);
  });

  test("writes nothing when a price is missing or the API fails, and says why in one line", async () => {
    const before = await bookText(one("vm/Standard_NC4as_T4_v3"));
    writeFileSync(file, before);
    answers = [
      { status: 200, body: { Items: rows } },
      { status: 200, body: { Items: [] } },
      { status: 200, body: { Items: [] } },
    ];
    expect(await run("--size", "Standard_NC999_v9")).toEqual({
      status: 1,
      said: [
        "fault: vm/Standard_NC999_v9 in eastus: no price is listed",
        "fault: vm/Standard_NC999_v9/spot in eastus: no price is listed",
        "fault: vm/Standard_NC4as_T4_v3 in eastus: no price is listed",
        `3 prices are missing or ambiguous: ${file} is unchanged.`,
      ],
    });
    answers = [{ status: 400, body: {} }];
    expect(await run()).toEqual({
      status: 1,
      said: [`prices: the Retail Prices API answered 400 Bad Request; ${file} is unchanged.`],
    });
    answers = [{ status: 200, body: { unexpected: true } }];
    const odd = await run();
    expect([odd.status, odd.said.length]).toEqual([1, 1]);
    expect(odd.said[0]).toMatch(/^prices: the Retail Prices API answered something else: Items: /);
    expect(readFileSync(file, "utf8")).toBe(before);
  });
});
