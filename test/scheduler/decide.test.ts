import { spawnSync } from "node:child_process";
import { resolve } from "node:path";
import { describe, expect, test } from "vitest";
import { Decider } from "../../scheduler/decide";

const zones = [
  "Africa/Cairo", "Africa/Casablanca", "Africa/Johannesburg", "Africa/Lagos", "America/Adak", "America/Anchorage",
  "America/Argentina/Buenos_Aires", "America/Asuncion", "America/Bogota", "America/Chicago", "America/Denver",
  "America/Halifax", "America/Havana", "America/Los_Angeles", "America/Mexico_City", "America/New_York", "America/Nuuk",
  "America/Santiago", "America/Sao_Paulo", "America/St_Johns", "Asia/Beirut", "Asia/Dubai", "Asia/Gaza", "Asia/Jerusalem",
  "Asia/Kathmandu", "Asia/Kolkata", "Asia/Shanghai", "Asia/Tehran", "Asia/Tokyo", "Australia/Adelaide",
  "Australia/Brisbane", "Australia/Lord_Howe", "Australia/Sydney", "Europe/Berlin", "Europe/Dublin", "Europe/London",
  "Pacific/Auckland", "Pacific/Chatham", "Pacific/Kiritimati", "UTC",
]; // prettier-ignore
const windows = [
  { days: [0, 1, 2, 3, 4], start: "22:00", end: "06:00" },
  { days: [0, 1, 2, 3, 4], start: "08:30", end: "17:45" },
  { days: [5, 6], start: "10:00", end: "10:00" },
  { days: [0, 2, 4, 6], start: "01:30", end: "03:15" },
];
const five = 5 * 60_000;

/** Minutes ahead of UTC, asked of the platform and not of the code under test. */
function offset(zone: string, time: number): number {
  const parts = new Intl.DateTimeFormat("en-US", {
    timeZone: zone, hourCycle: "h23", year: "numeric", month: "numeric", day: "numeric", hour: "numeric", minute: "numeric",
  }).formatToParts(time); // prettier-ignore
  const get = (type: string) => Number(parts.find((part) => part.type === type)?.value);
  return (Date.UTC(get("year"), get("month") - 1, get("day"), get("hour"), get("minute")) - time) / 60_000;
}

/** When a machine's window is open from `from` to `to`, a flag for each five minutes. */
function wanted(zone: string, window: (typeof windows)[number], from: number, to: number): boolean[] {
  const flags = new Array<boolean>((to - from) / five).fill(false);
  const minutes = (time: string) => Number(time.slice(0, 2)) * 60 + Number(time.slice(3));
  // A repeated time is taken the first time; a missing one by the offset from before: the earlier offset in both cases.
  const instant = (day: number, minute: number) => {
    const wall = day + minute * 60_000;
    return wall - offset(zone, wall - 86_400_000) * 60_000 > 0 && shows(zone, wall - offset(zone, wall + 86_400_000) * 60_000, wall)
      && !shows(zone, wall - offset(zone, wall - 86_400_000) * 60_000, wall)
      ? wall - offset(zone, wall + 86_400_000) * 60_000
      : wall - offset(zone, wall - 86_400_000) * 60_000;
  }; // prettier-ignore
  for (
    let day = Math.floor(from / 86_400_000) * 86_400_000 - 3 * 86_400_000;
    day < to + 3 * 86_400_000;
    day += 86_400_000
  ) {
    if (!window.days.includes((new Date(day).getUTCDay() + 6) % 7)) continue;
    const [start, end] = [minutes(window.start), minutes(window.end)];
    const begins = instant(day, start);
    const ends = instant(end <= start ? day + 86_400_000 : day, end);
    for (
      let tick = Math.max(0, Math.ceil((begins - from) / five));
      tick < flags.length && from + tick * five < ends;
      tick++
    )
      flags[tick] = true;
  }
  return flags;
}

const shows = (zone: string, time: number, wall: number) => time + offset(zone, time) * 60_000 === wall;

/** Minutes in the wrong state, of the decider and of a perfect reconciler, under the same faults. */
function play(from: number, to: number, faults: { lost: number; silent: number }): { wrong: number; perfect: number } {
  const random = randomFrom(42);
  const machines = zones.flatMap((zone) =>
    windows.map((window) => ({ zone, window, want: wanted(zone, window, from, to) })),
  );
  const lost = machines[0]!.want.map(() => random() < faults.lost);
  const decider = new Decider();
  const states = machines.map(() => "off");
  const perfect = machines.map(() => false);
  let [wrong, perfectWrong] = [0, 0];
  for (let tick = 0; tick < lost.length; tick++) {
    const silent = machines.map(() => random() < faults.silent);
    if (!lost[tick]) {
      const actions = decider.decide({
        now: new Date(from + tick * five).toISOString(),
        machines: machines.map(({ zone, window }, index) => ({
          id: String(index), zone, window, state: states[index]!, exceptionUntil: null,
        })),
      }); // prettier-ignore
      for (const { id, action } of actions)
        if (!silent[Number(id)]) states[Number(id)] = action === "start" ? "on" : "off";
      machines.forEach(({ want }, index) => {
        if (!silent[index]) perfect[index] = want[tick]!;
      });
    }
    machines.forEach(({ want }, index) => {
      if ((states[index] === "on") !== want[tick]) wrong += 5;
      if (perfect[index] !== want[tick]) perfectWrong += 5;
    });
  }
  return { wrong, perfect: perfectWrong };
}

function randomFrom(seed: number): () => number {
  let state = seed;
  return () => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return state / 2 ** 32;
  };
}

const spring = [Date.parse("2026-03-01T00:00Z"), Date.parse("2026-04-08T00:00Z")] as const;
const autumn = [Date.parse("2026-10-22T00:00Z"), Date.parse("2026-11-05T00:00Z")] as const;

describe("decide", () => {
  test("is never wrong over the weeks in which 40 zones change their clocks", () => {
    expect(play(...spring, { lost: 0, silent: 0 })).toEqual({ wrong: 0, perfect: 0 });
    expect(play(...autumn, { lost: 0, silent: 0 })).toEqual({ wrong: 0, perfect: 0 });
  });

  test("with lost ticks and actions without effect it is no minute worse than a perfect reconciler", () => {
    const { wrong, perfect } = play(...autumn, { lost: 0.01, silent: 0.05 });
    expect(perfect).toBeGreaterThan(0);
    expect(wrong).toBeLessThanOrEqual(perfect);
  });

  test("an exception keeps a machine on until it ends, and one that has ended counts for nothing", () => {
    const tick = (state: string, exceptionUntil: string | null) =>
      new Decider().decide({
        now: "2026-03-08T07:00:00Z",
        machines: [{ id: "m1", zone: "Europe/London", window: windows[0]!, state, exceptionUntil }],
      });
    expect(tick("on", null)).toEqual([{ id: "m1", action: "stop" }]);
    expect(tick("on", "2026-03-08T07:05:00Z")).toEqual([]);
    expect(tick("on", "2026-03-08T07:00:00Z")).toEqual([{ id: "m1", action: "stop" }]);
    expect(tick("off", "2026-03-09T07:00:00Z")).toEqual([{ id: "m1", action: "start" }]);
    expect(tick("stopping", null)).toEqual([]);
  });

  test("speaks JSON lines, and says which line is wrong", () => {
    const run = (input: string) =>
      spawnSync(process.execPath, ["--import", "tsx", resolve(__dirname, "../../scheduler/decideCommand.ts")], {
        input,
        encoding: "utf8",
      });
    const machine = { id: "m1", zone: "Europe/London", window: windows[0], state: "on", exceptionUntil: null };
    const line = (zone: string) => JSON.stringify({ now: "2026-03-08T07:00:00Z", machines: [{ ...machine, zone }] });
    const good = run(`${line("Europe/London")}\n${line("Asia/Tokyo")}\n`);
    expect([good.status, good.stdout]).toEqual([
      0,
      '{"actions":[{"id":"m1","action":"stop"}]}\n{"actions":[{"id":"m1","action":"stop"}]}\n',
    ]);
    const bad = run(`${line("Europe/London")}\n${line("Europe/Atlantis")}\n`);
    expect([bad.status, bad.stderr]).toEqual([
      1,
      `decide: line 2: machine "m1": time zone "Europe/Atlantis" is not in this machine's zone data\n`,
    ]);
  });
});
