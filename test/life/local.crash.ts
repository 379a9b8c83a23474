import { afterAll, beforeAll, expect, test } from "vitest";

import { EveryRequest, patience, type Which } from "./everyRequest";

/** The whole `local` stack: as `killed.test.ts` and `faults.test.ts`. */

let life: EveryRequest;
beforeAll(async () => {
  life = await EveryRequest.prepare("local");
}, patience);
afterAll(() => life.stop());

test.each<Which>(["up", "destroy"])(
  "killed at any request of %s, the next one finishes",
  async (which) => {
    expect(await life.killed(which, "received, not answered", which)).toBeGreaterThanOrEqual(life.resources);
  },
  patience,
);

test.each<Which>(["up", "destroy"])(
  "with faults at any request, one %s finishes",
  async (which) => {
    expect(await life.faulty(which, [429, 500, "drop"])).toBeGreaterThanOrEqual(life.resources);
  },
  patience,
);
