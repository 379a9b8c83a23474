import { dayOff } from "./holidays";
import { openAt } from "./openAt";
import type { Schedule } from "./schedule";
import { calendarDay, type CalendarDay } from "./wallClock";

const minutes = 60_000;
const days = 24 * 60 * minutes;

/** A wish that one resource stay on until a moment. It counts only while it is approved, and ends by itself. */
export interface KeepOn {
  readonly status: "pending" | "approved" | "refused" | "ended";
  /** Milliseconds since 1970. */
  readonly from: number;
  readonly until: number;
  readonly reason: string;
  readonly requester: string;
  readonly approver?: string;
}

/** What a look at a resource shows. Moments are milliseconds since 1970. */
export interface Sighting {
  /** `moving`: starting, stopping, being created or deleted. */
  readonly power: "on" | "off" | "moving";
  /** Since when it is on or off; unknown where nobody has seen it change. */
  readonly since?: number;
  /** Whether it works; a sensor that fails says `unknown`. */
  readonly activity: "active" | "idle" | "unknown";
}

/** How long things last. */
export interface VerdictRules {
  /** Minutes that a machine started by hand outside its windows may run. */
  readonly graceMinutes: number;
  /** Minutes before a stop at which its owner is warned. */
  readonly warnMinutes: number;
  /** Minutes after a window's end, or after the grace, at which a machine that still works is stopped; 0: at once. */
  readonly workCapMinutes: number;
  /** Days off after which deleting is proposed, since a stopped machine still costs money. */
  readonly forgottenDays: number;
}

export const defaultRules: VerdictRules = {
  graceMinutes: 120,
  warnMinutes: 30,
  workCapMinutes: 240,
  forgottenDays: 30,
};

/** What should be done about a resource, and why. */
export interface Verdict {
  readonly want: "on" | "off" | "leave";
  /** One sentence for people. */
  readonly reason: string;
  /** When the answer may next be another one, if nothing is seen to change until then. */
  readonly changesAt?: number;
  /** Its owner should be warned: it stops at `changesAt`. */
  readonly warn: boolean;
  /** Something that people should know, beside the answer. */
  readonly alert?: string;
}

/**
 * What should be on now.
 *
 * In this order: what is on its way is left alone; an approved exception keeps on; an open window turns on, unless
 * somebody turned the machine off after it opened; outside, a machine goes off: at once when it is idle, after the
 * grace when somebody started it by hand there, and at the cap at the latest when it works. A sensor that does not
 * know counts as work, and says so.
 */
export function verdict(
  schedule: Schedule,
  sighting: Sighting,
  exceptions: readonly KeepOn[],
  now: number,
  rules: VerdictRules = defaultRules,
): Verdict {
  if (sighting.power === "moving")
    return { want: "leave", reason: "it is on its way; the next tick looks again", warn: false };

  const isOff = (date: CalendarDay) => dayOff(schedule, date) !== undefined;
  const opening = openAt(schedule.windows, schedule.zone, now, isOff);
  const kept = longest(exceptions.filter((one) => one.status === "approved" && one.from <= now && now < one.until));
  if (kept) {
    const by = kept.approver ? `, approved by ${kept.approver}` : "";
    const last = !opening.on && kept.until - now <= rules.warnMinutes * minutes;
    return {
      want: "on",
      reason: `kept on for ${kept.requester}${by}: ${kept.reason}`,
      changesAt: kept.until,
      warn: last && sighting.power === "on",
    };
  }
  return opening.on
    ? insideWindow(schedule, sighting, opening, now, rules)
    : outsideWindows(schedule, sighting, opening, exceptions, now, rules);
}

function insideWindow(
  schedule: Schedule,
  { power, since }: Sighting,
  opening: { since: number; until: number },
  now: number,
  rules: VerdictRules,
): Verdict {
  const changesAt = opening.until;
  const stops = schedule.mode !== "startOnly";
  if (power === "on") {
    const warn = stops && opening.until - now <= rules.warnMinutes * minutes;
    const want = schedule.mode === "stopOnly" ? "leave" : "on";
    return { want, reason: `a window of ${schedule.name} is open`, changesAt, warn };
  }
  if (schedule.mode === "stopOnly")
    return { want: "leave", reason: `${schedule.name} only stops; people start it`, changesAt, warn: false };
  if (since !== undefined && since >= opening.since)
    return {
      want: "leave",
      reason: "it was turned off in its open window; people may start it",
      changesAt,
      warn: false,
    };
  return { want: "on", reason: `a window of ${schedule.name} is open`, changesAt, warn: false };
}

function outsideWindows(
  schedule: Schedule,
  { power, since, activity }: Sighting,
  opening: { since: number; until: number },
  exceptions: readonly KeepOn[],
  now: number,
  rules: VerdictRules,
): Verdict {
  const off = dayOff(schedule, calendarDay(now, schedule.zone));
  const why = off ? `no window of ${schedule.name} opens: ${off}` : `no window of ${schedule.name} is open`;
  const opens = schedule.mode === "stopOnly" ? undefined : opening.until;
  if (power === "off") {
    const forgotten = since !== undefined && now - since >= rules.forgottenDays * days;
    return {
      want: "off",
      reason: why,
      warn: false,
      ...(opens !== undefined && { changesAt: opens }),
      ...(forgotten && {
        alert: `it has been off for ${Math.floor((now - since) / days)} days and still costs money: delete it?`,
      }),
    };
  }
  if (schedule.mode === "startOnly") return { want: "leave", reason: `${schedule.name} only starts`, warn: false };

  // The time that it is owed ended with its window, with its last exception, or with the grace after a start by hand.
  const ended = exceptions.filter((one) => one.status !== "pending" && one.status !== "refused" && one.until <= now);
  const lastKept = Math.max(opening.since, ...ended.map((one) => one.until));
  const byHand = since !== undefined && since > lastKept;
  const due = byHand ? since + rules.graceMinutes * minutes : lastKept;
  if (now < due)
    return {
      want: "leave",
      reason: `started by hand outside its windows; it may run for ${rules.graceMinutes} minutes`,
      changesAt: due,
      warn: due - now <= rules.warnMinutes * minutes,
    };
  const cap = due + rules.workCapMinutes * minutes;
  if (activity === "idle") return { want: "off", reason: `${why}, and it is idle`, warn: false };
  if (now >= cap) return { want: "off", reason: `${why}, and its time to finish is over`, warn: false };
  return {
    want: "leave",
    reason: `${why}, but it ${activity === "active" ? "works" : "may be working"}; it stops when idle, or at the cap`,
    changesAt: cap,
    warn: true,
    ...(activity === "unknown" && { alert: "nobody can tell whether it works; its sensor does not answer" }),
  };
}

function longest(exceptions: readonly KeepOn[]): KeepOn | undefined {
  return exceptions.reduce<KeepOn | undefined>(
    (best, one) => (best && best.until >= one.until ? best : one),
    undefined,
  );
}
