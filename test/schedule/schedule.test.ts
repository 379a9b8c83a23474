import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { mostTriggers, nativeTriggers, windowsZone } from "../../schedule/native";
import { hoursAWeek, minuteOfDay, weekdays, weeklyEdges, type Window } from "../../schedule/schedule";

const office: Window = { days: ["monday", "tuesday", "wednesday", "thursday", "friday"], start: "08:00", end: "19:00" };
const night: Window = { days: ["friday", "sunday"], start: "22:00", end: "06:00" };

const timeOfDay = fc
  .tuple(fc.integer({ min: 0, max: 23 }), fc.constantFrom(0, 15, 30, 59))
  .map(([h, m]) => `${String(h).padStart(2, "0")}:${String(m).padStart(2, "0")}`);
const anyWindow: fc.Arbitrary<Window> = fc.record({
  days: fc.subarray([...weekdays], { minLength: 1 }),
  start: timeOfDay,
  end: timeOfDay,
});

/** Whether a minute of the week lies in a window, told without the code under test. */
function openAt(windows: readonly Window[], minute: number): boolean {
  return windows.some((window) =>
    window.days.some((day) => {
      const start = weekdays.indexOf(day) * 1440 + minuteOfDay(window.start);
      const length = (minuteOfDay(window.end) - minuteOfDay(window.start) + 1440) % 1440 || 1440;
      return (minute - start + 10080) % 10080 < length;
    }),
  );
}

describe("weekly windows", () => {
  test("hours a week", () => {
    expect(hoursAWeek([])).toBe(0);
    expect(hoursAWeek([office])).toBe(55);
    expect(hoursAWeek([office, office])).toBe(55);
    expect(hoursAWeek([night])).toBe(16);
    expect(hoursAWeek([{ days: [...weekdays], start: "00:00", end: "00:00" }])).toBe(168);
  });

  test("edges across midnight, and of touching windows", () => {
    expect(weeklyEdges([night])).toEqual([
      { on: false, day: "monday", time: "06:00" },
      { on: true, day: "friday", time: "22:00" },
      { on: false, day: "saturday", time: "06:00" },
      { on: true, day: "sunday", time: "22:00" },
    ]);
    const touching: Window[] = [
      { days: ["monday"], start: "08:00", end: "12:00" },
      { days: ["monday"], start: "12:00", end: "17:30" },
    ];
    expect(weeklyEdges(touching)).toEqual([
      { on: true, day: "monday", time: "08:00" },
      { on: false, day: "monday", time: "17:30" },
    ]);
    expect(weeklyEdges([{ days: [...weekdays], start: "00:00", end: "00:00" }])).toEqual([]);
  });

  test("property: playing the edges gives the windows back", () => {
    fc.assert(
      fc.property(fc.array(anyWindow, { maxLength: 4 }), (windows) => {
        const edges = weeklyEdges(windows);
        const at = new Map(edges.map((edge) => [weekdays.indexOf(edge.day) * 1440 + minuteOfDay(edge.time), edge.on]));
        let on = edges.length === 0 ? openAt(windows, 0) : (edges.at(-1)?.on ?? false);
        for (let minute = 0; minute < 10080; minute++) {
          on = at.get(minute) ?? on;
          if (on !== openAt(windows, minute)) throw new Error(`minute ${minute}: ${on}`);
        }
        expect(Math.round(hoursAWeek(windows) * 60)).toBe(
          [...Array(10080).keys()].filter((m) => openAt(windows, m)).length,
        );
      }),
      { numRuns: 20 },
    );
  });
});

describe("Azure's own schedules", () => {
  test("start and stop of office hours, in the Windows zone", () => {
    expect(nativeTriggers({ name: "office", zone: "Europe/Berlin", windows: [office] })).toEqual([
      { action: "Stop", hour: 19, minute: 0, days: office.days, timeZone: "W. Europe Standard Time" },
      { action: "Start", hour: 8, minute: 0, days: office.days, timeZone: "W. Europe Standard Time" },
    ]);
  });

  test("the stop after midnight is on the next day", () => {
    expect(nativeTriggers({ name: "night", zone: "Asia/Kolkata", windows: [night] })).toEqual([
      { action: "Stop", hour: 6, minute: 0, days: ["monday", "saturday"], timeZone: "India Standard Time" },
      { action: "Start", hour: 22, minute: 0, days: ["friday", "sunday"], timeZone: "India Standard Time" },
    ]);
  });

  test("property: never more than four, every start has room only beside all stops, no stop inside a window", () => {
    fc.assert(
      fc.property(fc.array(anyWindow, { maxLength: 6 }), (windows) => {
        const triggers = nativeTriggers({ name: "s", zone: "Europe/London", windows });
        const stops = triggers.filter(({ action }) => action === "Stop");
        expect(triggers.length).toBeLessThanOrEqual(mostTriggers);
        const stopTimes = new Set(
          weeklyEdges(windows)
            .filter((edge) => !edge.on)
            .map((edge) => edge.time),
        );
        expect(stops.length).toBe(Math.min(stopTimes.size, mostTriggers));
        for (const { hour, minute, days } of stops)
          for (const day of days)
            expect(openAt(windows, weekdays.indexOf(day) * 1440 + hour * 60 + minute)).toBe(false);
      }),
      { numRuns: 60 },
    );
  });

  test("a zone without a Windows name is refused, not guessed", () => {
    expect(windowsZone("Africa/Casablanca")).toBe("Morocco Standard Time");
    expect(() => windowsZone("Europe/Atlantis")).toThrow('time zone "Europe/Atlantis" has no Windows name');
  });
});
