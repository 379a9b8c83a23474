import { afterAll, beforeAll, expect, test } from "vitest";

import type { FaultKind } from "../../local/azure";
import { EveryRequest, patience, type Which } from "./everyRequest";

/** What `killed.test.ts` and `faults.test.ts` leave out, on the same minimal estate. */

let life: EveryRequest;
beforeAll(async () => {
  life = await EveryRequest.prepare("minimal");
}, patience);
afterAll(() => life.stop());

test.each<[Which, Which]>([
  ["up", "up"],
  ["destroy", "destroy"],
])(
  "killed at any request of %s before it reaches Azure, %s makes it good",
  async (which, next) => {
    expect(await life.killed(which, "not received", next)).toBeGreaterThanOrEqual(life.resources);
  },
  patience,
);

test.each<[Which, Which]>([
  ["up", "destroy"],
  ["destroy", "up"],
])(
  "killed at any request of %s, %s makes it good",
  async (which, next) => {
    expect(await life.killed(which, "received, not answered", next)).toBeGreaterThanOrEqual(life.resources);
  },
  patience,
);

const faults: FaultKind[] = [429, 500, "drop", "dropAfter"];
test.each(faults.flatMap((kind) => (["up", "destroy"] as const).map((which) => [kind, which] as const)))(
  "with a %s at any request, one %s finishes",
  async (kind, which) => {
    expect(await life.faulty(which, [kind])).toBeGreaterThanOrEqual(life.resources);
  },
  patience,
);

test.each<Which>(["up", "destroy"])(
  "killed at any request of %s while Azure takes its time, the next one finishes",
  async (which) => {
    const slow = await EveryRequest.prepare("minimal", 2000);
    try {
      expect(await slow.killed(which, "received, not answered", which)).toBeGreaterThanOrEqual(slow.resources);
    } finally {
      await slow.stop();
    }
  },
  patience,
);
