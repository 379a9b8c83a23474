import { afterAll, beforeAll, expect, test } from "vitest";

import type { FaultKind } from "../../local/azure";
import { EveryRequest, patience } from "./everyRequest";

/*
 * In the k-th run the k-th management request meets a 429, the next a 500, the one after it a broken connection, and so
 * again after each 24 requests: over all runs each request meets each of them. `npm run crash` tries them one at a time,
 * and the whole local stack.
 */

let life: EveryRequest;
beforeAll(async () => {
  life = await EveryRequest.prepare("minimal");
}, patience);
afterAll(() => life.stop());

const kinds: FaultKind[] = [429, 500, "drop"];
const stride = 24;

test(
  "with faults at any request, one up finishes, and a second sends no PUT",
  async () => {
    expect(await life.faulty("up", kinds, stride)).toBeGreaterThanOrEqual(life.resources);
  },
  patience,
);

test(
  "with faults at any request, one destroy leaves nothing",
  async () => {
    expect(await life.faulty("destroy", kinds, stride)).toBeGreaterThanOrEqual(life.resources);
  },
  patience,
);
