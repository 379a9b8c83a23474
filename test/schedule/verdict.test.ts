import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { dayOff, knowsHolidays } from "../../schedule/holidays";
import { openAt } from "../../schedule/openAt";
import type { Schedule } from "../../schedule/schedule";
import { defaultRules, verdict, type KeepOn, type Sighting } from "../../schedule/verdict";

const at = (text: string) => Date.parse(text);
const office: Schedule = {
  name: "office",
  zone: "Europe/Berlin",
  windows: [{ days: ["monday", "tuesday", "wednesday", "thursday", "friday"], start: "08:00", end: "19:00" }],
};
const minute = 60_000;
// A Wednesday; the window is open from 07:00Z to 18:00Z.
const [opens, closes] = [at("2026-11-18T07:00Z"), at("2026-11-18T18:00Z")];
const running = (activity: Sighting["activity"], since = opens): Sighting => ({ power: "on", since, activity });
const stopped = (since?: number): Sighting => ({ power: "off", since, activity: "idle" });
const approved = (until: number, status: KeepOn["status"] = "approved"): KeepOn => ({
  status,
  from: at("2026-11-18T12:00Z"),
  until,
  reason: "last epochs",
  requester: "alice",
  approver: "bo",
});
const say = (sighting: Sighting, now: number, exceptions: KeepOn[] = [], schedule = office) =>
  verdict(schedule, sighting, exceptions, now);

describe("inside a window", () => {
  test("turns on, and says until when", () => {
    expect(say(stopped(at("2026-11-17T18:00Z")), opens)).toEqual({
      want: "on",
      reason: "a window of office is open",
      changesAt: closes,
      warn: false,
    });
  });

  test("does not fight a person who turned it off there", () => {
    expect(say(stopped(at("2026-11-18T10:00Z")), at("2026-11-18T11:00Z"))).toMatchObject({ want: "leave" });
  });

  test("warns half an hour ahead", () => {
    expect(say(running("active"), closes - 31 * minute)).toMatchObject({ want: "on", warn: false });
    expect(say(running("active"), closes - 30 * minute)).toMatchObject({ want: "on", warn: true, changesAt: closes });
  });

  test("one-sided schedules only stop, or only start", () => {
    const stopOnly: Schedule = { ...office, mode: "stopOnly" };
    expect(say(stopped(), opens, [], stopOnly)).toMatchObject({ want: "leave" });
    expect(say(running("idle"), closes, [], stopOnly)).toMatchObject({ want: "off" });
    const startOnly: Schedule = { ...office, mode: "startOnly" };
    expect(say(stopped(), opens, [], startOnly)).toMatchObject({ want: "on" });
    expect(say(running("idle"), closes, [], startOnly)).toMatchObject({ want: "leave" });
  });
});

describe("outside all windows", () => {
  test("idle stops at once, work is warned and stops at the cap", () => {
    expect(say(running("idle"), closes)).toMatchObject({
      want: "off",
      reason: "no window of office is open, and it is idle",
    });
    expect(say(running("active"), closes)).toMatchObject({
      want: "leave",
      warn: true,
      changesAt: closes + 240 * minute,
    });
    expect(say(running("active"), closes + 240 * minute)).toMatchObject({ want: "off" });
    const atOnce = { ...defaultRules, workCapMinutes: 0 };
    expect(verdict(office, running("active"), [], closes, atOnce)).toMatchObject({ want: "off" });
  });

  test("an unknown sensor counts as work, says so, and ends at the cap all the same", () => {
    expect(say(running("unknown"), closes)).toMatchObject({
      want: "leave",
      alert: "nobody can tell whether it works; its sensor does not answer",
    });
    expect(say(running("unknown"), closes + 240 * minute)).toMatchObject({ want: "off" });
  });

  test("a start by hand has its grace, then a warning, then the stop", () => {
    const since = at("2026-11-18T20:00Z");
    expect(say(running("idle", since), since + 89 * minute)).toMatchObject({ want: "leave", warn: false });
    expect(say(running("idle", since), since + 90 * minute)).toMatchObject({ want: "leave", warn: true });
    expect(say(running("idle", since), since + 120 * minute)).toMatchObject({ want: "off" });
    expect(say(running("active", since), since + 120 * minute)).toMatchObject({ want: "leave", warn: true });
    expect(say(running("active", since), since + 360 * minute)).toMatchObject({ want: "off" });
  });

  test("stopped and forgotten: deleting is proposed", () => {
    expect(say(stopped(at("2026-10-01T00:00Z")), at("2026-11-21T00:00Z"))).toMatchObject({
      want: "off",
      alert: "it has been off for 51 days and still costs money: delete it?",
    });
  });

  test("what is on its way is left alone", () => {
    expect(say({ power: "moving", activity: "unknown" }, closes)).toMatchObject({ want: "leave" });
  });
});

describe("exceptions", () => {
  const until = at("2026-11-19T03:00Z");

  test("hold while they last, with who and why, and end by themselves", () => {
    expect(say(running("idle"), closes, [approved(until)])).toEqual({
      want: "on",
      reason: "kept on for alice, approved by bo: last epochs",
      changesAt: until,
      warn: false,
    });
    expect(say(running("idle"), until - 30 * minute, [approved(until)])).toMatchObject({ want: "on", warn: true });
    expect(say(running("idle"), until, [approved(until)])).toMatchObject({ want: "off" });
    expect(say(running("active"), until, [approved(until)])).toMatchObject({
      want: "leave",
      changesAt: until + 240 * minute,
    });
  });

  test.each(["pending", "refused", "ended"] as const)("one that is %s holds nothing", (status) => {
    expect(say(running("idle"), closes, [approved(until, status)])).toMatchObject({ want: "off" });
  });

  test("of several the longest counts", () => {
    expect(
      say(running("idle"), closes, [approved(until), approved(until + minute), approved(until - minute)]),
    ).toMatchObject({
      changesAt: until + minute,
    });
  });
});

describe("days off", () => {
  const bavaria: Schedule = { ...office, holidays: { country: "DE", region: "BY" }, daysOff: ["2026-11-20"] };

  test("public holidays by country and region, and own days off", () => {
    expect(dayOff(bavaria, { year: 2026, month: 12, day: 25 })).toBe("1. Weihnachtstag");
    expect(dayOff({ holidays: { country: "DE" } }, { year: 2026, month: 1, day: 6 })).toBeUndefined();
    expect(dayOff(bavaria, { year: 2026, month: 1, day: 6 })).toBe("Heilige Drei Könige");
    expect(dayOff(bavaria, { year: 2026, month: 11, day: 20 })).toBe("2026-11-20 is a day off");
    expect(dayOff({ validFrom: "2026-12-01" }, { year: 2026, month: 11, day: 30 })).toBe(
      "the schedule begins on 2026-12-01",
    );
    expect(dayOff({ validTo: "2026-12-01" }, { year: 2026, month: 12, day: 2 })).toBe(
      "the schedule ended on 2026-12-01",
    );
    expect([knowsHolidays({ country: "DE", region: "BY" }), knowsHolidays({ country: "DE", region: "XX" })]).toEqual([
      true,
      false,
    ]);
    expect(knowsHolidays({ country: "QQ" })).toBe(false);
  });

  test("no window opens on them, and the reason says which", () => {
    expect(say(stopped(), at("2026-11-20T09:00Z"), [], bavaria)).toMatchObject({
      want: "off",
      reason: "no window of office opens: 2026-11-20 is a day off",
      changesAt: at("2026-11-23T07:00Z"),
    });
  });
});

describe("property: over random histories", () => {
  const moment = fc
    .integer({ min: at("2026-10-20T00:00Z") / minute, max: at("2026-11-20T00:00Z") / minute })
    .map((m) => m * minute);
  const sighting: fc.Arbitrary<Sighting> = fc.record({
    power: fc.constantFrom("on", "off", "moving"),
    since: fc.option(moment, { nil: undefined }),
    activity: fc.constantFrom("active", "idle", "unknown"),
  });
  const exception: fc.Arbitrary<KeepOn> = fc.record({
    status: fc.constantFrom("pending", "approved", "refused", "ended"),
    from: moment,
    until: moment,
    reason: fc.constant("r"),
    requester: fc.constant("a"),
  });
  const anyCase = fc.tuple(
    sighting,
    fc.array(exception, { maxLength: 4 }),
    moment,
    fc.constantFrom("Europe/Berlin", "America/New_York"),
  );

  test("none with an exception is stopped, none that works before its cap, none is on without a reason", () => {
    fc.assert(
      fc.property(anyCase, ([seen, exceptions, now, zone]) => {
        const schedule = { ...office, zone };
        const { want, reason, changesAt } = verdict(schedule, seen, exceptions, now);
        const kept = exceptions.some((one) => one.status === "approved" && one.from <= now && now < one.until);
        const opening = openAt(schedule.windows, zone, now);
        expect(reason.length).toBeGreaterThan(5);
        if (changesAt !== undefined) expect(changesAt).toBeGreaterThan(now);
        if (seen.power === "moving") expect(want).toBe("leave");
        else if (kept) expect(want).toBe("on");
        else if (opening.on) expect(want).not.toBe("off");
        else if (seen.power === "off") expect(want).toBe("off");
        else {
          const owed = Math.max(
            opening.since,
            ...exceptions.filter((e) => ["approved", "ended"].includes(e.status) && e.until <= now).map((e) => e.until),
          );
          const due = seen.since !== undefined && seen.since > owed ? seen.since + 120 * minute : owed;
          if (now < due) expect(want).toBe("leave");
          else if (seen.activity === "idle" || now >= due + 240 * minute) expect(want).toBe("off");
          else expect(want).toBe("leave");
        }
      }),
      { numRuns: 10_000 },
    );
  });
});
