import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { openAt } from "../../schedule/openAt";
import { minuteOfDay, weekdays, type Window } from "../../schedule/schedule";
import { calendarDay, instantOf, offsetAt } from "../../schedule/wallClock";

const at = (text: string) => Date.parse(text);
const iso = (instant: number) => new Date(instant).toISOString().slice(0, 16);
const everyDay = [...weekdays];
const zones = Intl.supportedValuesOf("timeZone");

/** Every change of a zone's offset from 2025 to 2028, as the first minute with the new one. */
function transitions(zone: string): number[] {
  const found: number[] = [];
  const step = 6 * 3_600_000;
  for (let low = at("2025-01-01T00:00Z"); low < at("2029-01-01T00:00Z"); low += step) {
    if (offsetAt(zone, low) === offsetAt(zone, low + step)) continue;
    let [before, after] = [low, low + step];
    while (after - before > 60_000) {
      const middle = Math.floor((before + after) / 120_000) * 60_000;
      if (offsetAt(zone, middle) === offsetAt(zone, before)) before = middle;
      else after = middle;
    }
    found.push(after);
  }
  return found;
}

const changes = zones.flatMap((zone) => transitions(zone).map((instant) => ({ zone, instant })));

describe("wall clock", () => {
  test("the repeated hour is taken once, the missing one an hour later", () => {
    const berlin = "Europe/Berlin";
    expect(iso(instantOf({ year: 2026, month: 10, day: 25 }, 150, berlin))).toBe("2026-10-25T00:30");
    expect(iso(instantOf({ year: 2026, month: 3, day: 29 }, 150, berlin))).toBe("2026-03-29T01:30");
    expect(iso(instantOf({ year: 2026, month: 7, day: 1 }, 480, "Asia/Kolkata"))).toBe("2026-07-01T02:30");
    expect(() => instantOf({ year: 2026, month: 1, day: 1 }, 0, "Europe/Atlantis")).toThrow("is not in this machine's");
  });

  test("every IANA zone, every minute around every transition 2025 to 2028", () => {
    expect(changes.length).toBeGreaterThan(1000);
    for (const { zone, instant } of changes) {
      for (let minute = -240; minute <= 240; minute += 5) {
        const moment = instant + minute * 60_000;
        const date = calendarDay(moment, zone);
        const wall = moment + offsetAt(zone, moment) * 60_000;
        const inDay = (wall - Date.UTC(date.year, date.month - 1, date.day)) / 60_000;
        const back = instantOf(date, inDay, zone);
        // Either the same instant, or the first of the two at which the clocks show this.
        if (back !== moment && !(back < moment && back + offsetAt(zone, back) * 60_000 === wall))
          throw new Error(`${zone} ${iso(moment)}: ${iso(back)}`);
      }
    }
  });
});

describe("windows over a change of clocks", () => {
  const night: Window = { days: everyDay, start: "01:30", end: "02:30" };

  test("the hour that comes twice opens a window once", () => {
    const berlin = "Europe/Berlin";
    const open = (time: string) => openAt([night], berlin, at(time)).on;
    // 01:30 summer time is 23:30Z; 02:30 comes at 00:30Z and again at 01:30Z.
    expect([open("2026-10-24T23:29Z"), open("2026-10-24T23:30Z"), open("2026-10-25T00:29Z")]).toEqual([
      false,
      true,
      true,
    ]);
    expect([open("2026-10-25T00:30Z"), open("2026-10-25T01:00Z"), open("2026-10-25T01:29Z")]).toEqual([
      false,
      false,
      false,
    ]);
  });

  test("an edge in the missing hour is not lost", () => {
    const berlin = "Europe/Berlin";
    const spring = openAt([night], berlin, at("2026-03-29T00:45Z"));
    expect([spring.on, iso(spring.since), iso(spring.until)]).toEqual([true, "2026-03-29T00:30", "2026-03-29T01:30"]);
  });

  test("at every transition of every zone each day has each window exactly once", () => {
    const windows: Window[] = [
      { days: everyDay, start: "22:00", end: "06:00" },
      { days: everyDay, start: "09:00", end: "17:30" },
    ];
    for (const { zone, instant } of changes) {
      let opened = 0;
      let moment = instant - 36 * 3_600_000;
      const end = moment + 72 * 3_600_000;
      let state = openAt(windows, zone, moment);
      while (state.until < end) {
        moment = state.until;
        const next = openAt(windows, zone, moment);
        if (next.on === state.on || next.since !== moment) throw new Error(`${zone} ${iso(moment)}: no edge`);
        if (next.on) opened++;
        state = next;
      }
      if (opened < 5 || opened > 7) throw new Error(`${zone} ${iso(instant)}: opened ${opened} times in three days`);
    }
  });

  test("property: away from transitions it is what the clock shows", () => {
    const time = fc
      .tuple(fc.integer({ min: 0, max: 23 }), fc.constantFrom(0, 15, 30, 45))
      .map(([h, m]) => `${String(h).padStart(2, "0")}:${String(m).padStart(2, "0")}`);
    const window: fc.Arbitrary<Window> = fc.record({
      days: fc.subarray(everyDay, { minLength: 1 }),
      start: time,
      end: time,
    });
    const moments = fc.integer({ min: at("2026-01-05T00:00Z") / 60_000, max: at("2026-02-05T00:00Z") / 60_000 });
    fc.assert(
      fc.property(
        fc.array(window, { maxLength: 4 }),
        fc.constantFrom("Asia/Kolkata", "UTC", "Asia/Kathmandu", "Pacific/Kiritimati"),
        moments,
        (windows, zone, minute) => {
          const now = minute * 60_000;
          const wall = (now + offsetAt(zone, now) * 60_000) / 60_000;
          const ofWeek = (((wall - 4 * 1440) % 10080) + 10080) % 10080; // 1970-01-05 was a Monday
          const expected = windows.some((one) =>
            one.days.some((name) => {
              const start = weekdays.indexOf(name) * 1440 + minuteOfDay(one.start);
              const length = (minuteOfDay(one.end) - minuteOfDay(one.start) + 1440) % 1440 || 1440;
              return (ofWeek - start + 10080) % 10080 < length;
            }),
          );
          expect(openAt(windows, zone, now).on).toBe(expected);
        },
      ),
      { numRuns: 2000 },
    );
  });
});
