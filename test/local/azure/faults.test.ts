import { afterEach, beforeEach, expect, test } from "vitest";
import { Bench, codeOf } from "./support";

let bench: Bench;
beforeEach(async () => {
  bench = await Bench.start();
});
afterEach(() => bench.stop());

const group = (): string => `${bench.subscription}/resourceGroups/g?api-version=2024-03-01`;
const body = { location: "westeurope" };
const exists = async (): Promise<boolean> => (await bench.send("GET", group())).status === 200;

test("an HTTP fault strikes the n-th request once, and says how long to wait", async () => {
  bench.azure.faults.add({ at: 2, kind: 429, retryAfter: 200_000 });
  expect((await bench.send("GET", group())).status).toBe(404);
  const second = await bench.send("PUT", group(), body);
  expect([second.status, codeOf(second), second.headers["retry-after"], second.headers["x-ms-retry-after-ms"]]).toEqual(
    [429, "TooManyRequests", "2", "2000"],
  );
  expect(await exists()).toBe(false);
  expect((await bench.send("PUT", group(), body)).status).toBe(201);
});

test("a dropped connection does nothing; one dropped after has done it", async () => {
  bench.azure.faults.add({ match: { method: "PUT" }, kind: "drop" });
  await expect(bench.send("PUT", group(), body)).rejects.toThrow("socket hang up");
  expect(await exists()).toBe(false);
  bench.azure.faults.add({ match: { method: "put", url: /resourceGroups\/g/ }, kind: "dropAfter" });
  await expect(bench.send("PUT", group(), body)).rejects.toThrow("socket hang up");
  expect(await exists()).toBe(true);
  expect(bench.azure.requests.map((r) => [r.method, r.status])).toEqual([
    ["PUT", 0],
    ["GET", 404],
    ["PUT", 0],
    ["GET", 200],
  ]);
});

test("several strikes, until they are used up or cleared", async () => {
  bench.azure.faults.add({ match: { url: "resourcegroups" }, kind: 503, times: 2 });
  bench.azure.faults.add({ kind: 500, times: 100 });
  const statuses = [];
  for (let i = 0; i < 3; i++) statuses.push((await bench.send("GET", group())).status);
  bench.azure.faults.clear();
  statuses.push((await bench.send("GET", group())).status);
  expect(statuses).toEqual([503, 503, 500, 404]);
});

test("a request that is never answered ends when the client gives up", async () => {
  bench.azure.faults.add({ kind: "timeout" });
  const headers = { Authorization: `Bearer ${await bench.token()}` };
  await expect(bench.raw(group(), { headers, signal: AbortSignal.timeout(50) })).rejects.toThrow("aborted");
});

test("the hook sees each management request before it is acted on, and sign-ins not at all", async () => {
  const seen: [number, string, string, number][] = [];
  bench.azure.onRequest = (n, method, url) => seen.push([n, method, url, bench.azure.resources().length]);
  await bench.send("PUT", group(), body);
  await bench.send("GET", group());
  expect(seen).toEqual([
    [1, "PUT", group(), 0],
    [2, "GET", group(), 1],
  ]);
});
