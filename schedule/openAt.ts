import { endsNextDay, minuteOfDay, weekdays, type Window } from "./schedule";
import { calendarDay, instantOf, plusDays, weekdayIndex, type CalendarDay } from "./wallClock";

/** Whether a schedule's windows are open at an instant, and until when that stays so. */
export interface Opening {
  readonly on: boolean;
  /** Milliseconds since 1970 from which it is so. */
  readonly since: number;
  /** The next change; a week ahead where there is none. */
  readonly until: number;
}

const week = 7 * 24 * 3_600_000;

/**
 * Whether weekly windows are open.
 *
 * @param isOff days on which no window opens; one that opened the day before still closes when it would have
 *
 * A window opens and closes at instants, not at what a clock shows, so in the hour that comes twice it does not open
 * again, and in the one that is left out no edge is lost.
 */
export function openAt(
  windows: readonly Window[],
  zone: string,
  now: number,
  isOff: (date: CalendarDay) => boolean = () => false,
): Opening {
  let [since, until] = [now - week, now + week];
  const spans = unionOf(spansAround(windows, zone, now, isOff));
  for (const [start, end] of spans) {
    if (start <= now && now < end) return { on: true, since: start, until: end };
    if (end <= now) since = Math.max(since, end);
    else until = Math.min(until, start);
  }
  return { on: false, since, until };
}

/** The spans, as pairs of instants, that windows give within nine days of an instant. */
function spansAround(
  windows: readonly Window[],
  zone: string,
  now: number,
  isOff: (date: CalendarDay) => boolean,
): [number, number][] {
  const today = calendarDay(now, zone);
  const spans: [number, number][] = [];
  for (let ahead = -9; ahead <= 9; ahead++) {
    const date = plusDays(today, ahead);
    const name = weekdays[weekdayIndex(date)];
    if (isOff(date)) continue;
    for (const window of windows) {
      if (!name || !window.days.includes(name)) continue;
      const start = instantOf(date, minuteOfDay(window.start), zone);
      const end = instantOf(plusDays(date, endsNextDay(window) ? 1 : 0), minuteOfDay(window.end), zone);
      if (start < end) spans.push([start, end]);
    }
  }
  return spans;
}

/** Overlapping and touching spans taken together, in order. */
function unionOf(spans: [number, number][]): [number, number][] {
  const union: [number, number][] = [];
  for (const [start, end] of spans.sort((a, b) => a[0] - b[0])) {
    const last = union.at(-1);
    if (last && start <= last[1]) last[1] = Math.max(last[1], end);
    else union.push([start, end]);
  }
  return union;
}
