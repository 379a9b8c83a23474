import fc from "fast-check";
import { expect, test } from "vitest";
import { cronRunsPerMonth, monthlyHours, recurrenceRunsPerMonth, weeklyHoursOn } from "../../pricing/recurrence";
import { UNKNOWN } from "../../pricing/values";

const weekDays = ["Monday", "Tuesday", "Wednesday", "Thursday", "Friday"];
const weekly = (action: string, hours: number[], days = weekDays) => ({
  action,
  status: "Enabled",
  recurrence: { frequency: "Week", interval: 1, schedule: { hours, minutes: [30], weekDays: days } },
});
const cron = (action: string, expression: string) => ({ action, cron: { expression } });

test("hours on between starts and stops, over midnight and over the end of the week", () => {
  expect(weeklyHoursOn([weekly("Start", [8]), weekly("Stop", [19])])).toBe(55);
  expect(weeklyHoursOn([cron("Start", "0 8 * * 1-5"), cron("Stop", "30 18 * * *")])).toBe(52.5);
  expect(weeklyHoursOn([cron("Start", "0 22 * * SAT"), cron("Stop", "0 6 * * SUN")])).toBe(8);
  expect(weeklyHoursOn([cron("Start", "0 0 * * 0"), cron("Stop", "0 0 * * 0")])).toBe(0);
  expect(weeklyHoursOn([cron("Start", "0 9 * * 1"), cron("Stop", "0 8 * * 1")])).toBe(167);
  expect(
    weeklyHoursOn([
      { action: "Start", recurrence: { frequency: "Day", schedule: { hours: [8] } } },
      cron("Stop", "0 9 * * *"),
    ]),
  ).toBe(7);
});

test("two starts in a row are one, and two stops too", () => {
  expect(weeklyHoursOn([weekly("Start", [8, 10]), weekly("Stop", [19, 20])])).toBe(55);
});

test("a schedule that does not tell is undefined", () => {
  const stop = weekly("Stop", [19]);
  for (const triggers of [
    undefined,
    UNKNOWN,
    "nightly",
    [],
    [stop],
    [weekly("Start", [8])],
    [stop, UNKNOWN],
    [stop, { ...weekly("Start", [8]), status: "Disabled" }],
    [stop, cron("Start", "whenever")],
    [stop, cron("Start", "0 8 1 * *")],
    [stop, { action: "Start", recurrence: { frequency: "Month" } }],
    [stop, weekly("Start", [8], ["Someday"])],
    [stop, { action: "Start" }],
  ]) {
    expect(weeklyHoursOn(triggers)).toBeUndefined();
  }
});

test("hours on never exceed the week, and grow with the window", () => {
  fc.assert(
    fc.property(fc.integer({ min: 0, max: 22 }), fc.integer({ min: 1, max: 23 }), (start, length) => {
      const stop = (start + length) % 24;
      expect(weeklyHoursOn([cron("Start", `0 ${start} * * *`), cron("Stop", `0 ${stop} * * *`)])).toBe(7 * length);
    }),
  );
});

test("runs a month of cron expressions and recurrences", () => {
  expect(cronRunsPerMonth("*/15 * * * *")).toBeCloseTo(2920, 6);
  expect(cronRunsPerMonth("0 6,18 * * 1-5")).toBeCloseTo((10 * 730) / 168, 10);
  expect(cronRunsPerMonth("0 3 1 * *")).toBe(1);
  for (const text of ["", "daily", "61 * * * *", "* * * *", "* * * * * *", "5-1-2 * * * *"])
    expect(cronRunsPerMonth(text)).toBeUndefined();
  expect(recurrenceRunsPerMonth({ frequency: "Minute", interval: 5 })).toBe(8760);
  expect(recurrenceRunsPerMonth({ frequency: "Day", schedule: { hours: [7, 19] } })).toBeCloseTo(730 / 12, 10);
  expect(recurrenceRunsPerMonth({ frequency: "Week", schedule: { weekDays } })).toBeCloseTo((730 / 168) * 5, 10);
  for (const recurrence of [undefined, {}, { frequency: "Minute", interval: 0 }, { frequency: "Day", interval: "1" }]) {
    expect(recurrenceRunsPerMonth(recurrence)).toBeUndefined();
  }
  expect(monthlyHours(55)).toBeCloseTo((55 * 730) / 168, 10);
  expect(monthlyHours(200)).toBe(730);
});
