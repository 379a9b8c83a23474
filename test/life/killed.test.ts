import { afterAll, beforeAll, expect, test } from "vitest";

import { Estate, expectSuccess, settingsOf, type Moment } from "./estate";
import { WarmProgram } from "./warmProgram";

const minutes = 60_000;
let program: WarmProgram;
/** Stopped estates to go on from: one before its first `up`, one after it. */
let fresh: Estate;
let deployed: Estate;

beforeAll(async () => {
  program = await WarmProgram.start();
  fresh = await Estate.start(program, { settings: settingsOf.minimal });
  await fresh.pause();
  deployed = await Estate.start(program, fresh);
  expectSuccess(await deployed.up());
  deployed.expectAgreement();
  await deployed.pause();
}, 2 * minutes);
afterAll(async () => {
  await fresh.stop();
  await deployed.stop();
  program.stop();
});

/** @returns how many requests there are to be killed at */
async function atEveryRequest(
  from: Estate,
  moment: Moment,
  which: "up" | "destroy",
  next: (estate: Estate) => Promise<void>,
): Promise<number> {
  for (let k = 1; ; k++) {
    const estate = await Estate.start(program, from);
    try {
      const killed = await estate.killedAt(k, moment, estate[which]);
      await next(estate);
      if (!killed) return k - 1;
    } catch (error) {
      throw new Error(`killed at request ${k} (${moment}): ${(error as Error).message}`, { cause: error });
    } finally {
      await estate.stop();
    }
  }
}

const finishes = async (estate: Estate): Promise<void> => {
  expectSuccess(await estate.up());
  estate.expectAgreement();
};
const isDestroyed = async (estate: Estate): Promise<void> => {
  expectSuccess(await estate.destroy());
  estate.expectNothingLeft();
};

test(
  "killed at any request of an up, the next up finishes it and leaves no orphan",
  async () => {
    const b = performance.now();
    const count = await atEveryRequest(fresh, "received, not answered", "up", finishes);
    console.log("up", count, performance.now() - b);
    expect(count).toBeGreaterThanOrEqual(51);
  },
  5 * minutes,
);

test(
  "killed at any request of an up, a destroy leaves nothing",
  async () => {
    const b = performance.now();
    const count = await atEveryRequest(fresh, "not received", "up", isDestroyed);
    console.log("up-destroy", count, performance.now() - b);
    expect(count).toBeGreaterThanOrEqual(51);
  },
  5 * minutes,
);

test.each<Moment>(["not received", "received, not answered"])(
  "killed at any request of a destroy (%s), the next one leaves nothing",
  async (moment) => {
    const b = performance.now();
    const count = await atEveryRequest(deployed, moment, "destroy", isDestroyed);
    console.log("destroy", count, performance.now() - b);
    expect(count).toBeGreaterThanOrEqual(51);
  },
  5 * minutes,
);
