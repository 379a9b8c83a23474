import { afterAll, beforeAll, expect, test } from "vitest";

import { EveryRequest, patience } from "./everyRequest";

/*
 * The host, the program and the provider end at the k-th management request, for every k; Azure has carried that request
 * out, which is the worse case. `npm run crash` tries the others, and the whole local stack.
 */

let life: EveryRequest;
beforeAll(async () => {
  life = await EveryRequest.prepare("minimal");
}, patience);
afterAll(() => life.stop());

test(
  "killed at any request of an up, the next up finishes, and state and Azure agree",
  async () => {
    expect(await life.killed("up", "received, not answered", "up")).toBeGreaterThanOrEqual(life.resources);
  },
  patience,
);

test(
  "killed at any request of a destroy, the next destroy leaves nothing",
  async () => {
    expect(await life.killed("destroy", "received, not answered", "destroy")).toBeGreaterThanOrEqual(life.resources);
  },
  patience,
);
