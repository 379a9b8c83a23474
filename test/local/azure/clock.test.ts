import { expect, test } from "vitest";
import { Clock } from "../../../local/azure/clock";

test("time runs at its speed, can be moved forward, and never back", () => {
  let real = 1_000;
  const clock = new Clock(new Date("2026-11-02T00:00:00Z"), 60, () => real);
  real += 1_000;
  expect(clock.now().toISOString()).toBe("2026-11-02T00:01:00.000Z");
  clock.advance(3_600_000);
  expect(clock.now().toISOString()).toBe("2026-11-02T01:01:00.000Z");
  clock.speed = 1;
  real += 1_000;
  expect(clock.now().toISOString()).toBe("2026-11-02T01:01:01.000Z");
  expect(() => clock.advance(-1)).toThrow(RangeError);
  expect(clock.realMilliseconds(2)).toBe(2_000);
});
