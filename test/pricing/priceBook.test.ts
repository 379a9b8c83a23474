import { expect, test } from "vitest";
import {
  hasPrice,
  hourly,
  knowsRegion,
  monthly,
  priceBook,
  unitPrice,
  UnknownMeterError,
} from "../../pricing/priceBook";

test("prices by the hour, whatever unit Azure charges by", () => {
  expect(hourly("vm/Standard_NC4as_T4_v3")).toBe(0.526);
  expect(hourly("VM/standard_nc4as_t4_v3")).toBe(0.526);
  expect(hourly("containerApps/vcpu")).toBeCloseTo(0.0864, 10);
  expect(hourly("registry/Basic")).toBeCloseTo(0.1666 / 24, 12);
  expect(monthly("disk/P10")).toBeCloseTo(19.71, 10);
  expect(monthly("storage/files/GiB")).toBeCloseTo(0.06, 12);
  expect(unitPrice("logAnalytics/GiB")).toBe(2.3);
});

test("a whole GPU profile is its device, processors and memory", () => {
  expect(hourly("containerApps/gpu/T4")).toBeCloseTo(3600 * (0.000073 + 8 * 0.000024 + 56 * 0.000003), 10);
  expect(hourly("containerApps/gpu/A100")).toBeCloseTo(6.354, 10);
});

test("prices of another region, and the book's own where the region is not listed", () => {
  expect(hourly("vm/Standard_NC4as_T4_v3", "southcentralus")).toBe(0.631);
  expect(hourly("vm/Standard_NC4as_T4_v3", "South Central US")).toBe(0.631);
  expect(hourly("vm/Standard_NC4as_T4_v3", "norwayeast")).toBe(0.526);
  expect(
    ["eastus", "southcentralus", "norwayeast"].map((region) => knowsRegion("vm/Standard_NC4as_T4_v3", region)),
  ).toEqual([true, true, false]);
  expect(knowsRegion("containerApps/gpu/T4", "westus")).toBe(false);
  expect(knowsRegion("vm/none", "eastus")).toBe(false);
});

test("an unknown meter, and one that has no price by the hour, say so", () => {
  expect(hasPrice("vm/Standard_X1")).toBe(false);
  expect(() => hourly("vm/Standard_X1")).toThrow(UnknownMeterError);
  expect(() => unitPrice("vm/Standard_X1")).toThrow('no price for "vm/Standard_X1" in pricing/prices.json');
  expect(() => hourly("logic/action")).toThrow(
    '"logic/action" is charged by use (1), not by the hour: take unitPrice instead',
  );
});

test("every price is positive and says where it is from; Spot is never dearer than pay-as-you-go", () => {
  const { meters, sources, date, currency, region } = priceBook();
  expect([currency, region]).toEqual(["USD", "eastus"]);
  expect(date).toMatch(/^\d{4}-\d{2}-\d{2}$/);
  for (const [id, meter] of Object.entries(meters)) {
    expect([id, unitPrice(id) > 0, meter.source in sources]).toEqual([id, true, true]);
    for (const price of Object.values(meter.regions ?? {})) expect(price).toBeGreaterThan(0);
    if (id.endsWith("/spot")) expect(hourly(id)).toBeLessThanOrEqual(hourly(id.replace(/\/spot$/, "")));
  }
});
