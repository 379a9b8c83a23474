import { IANAZone } from "luxon";

const minute = 60_000;
const day = 24 * 60 * minute;

/** A day of the calendar, without a zone. */
export interface CalendarDay {
  readonly year: number;
  /** 1 to 12 */
  readonly month: number;
  readonly day: number;
}

/** A zone with what is known of its days: the offset of a day without a change, or `changes`. */
interface KnownZone {
  readonly zone: IANAZone;
  readonly offsets: Map<number, number | "changes">;
}

const zones = new Map<string, KnownZone>();

/**
 * Minutes that a zone is ahead of UTC at an instant.
 * @throws RangeError where this machine's zone data does not know the zone
 */
export function offsetAt(name: string, instant: number): number {
  let known = zones.get(name);
  if (!known) {
    const zone = IANAZone.create(name);
    if (!zone.isValid) throw new RangeError(`time zone "${name}" is not in this machine's zone data`);
    known = { zone, offsets: new Map() };
    zones.set(name, known);
  }
  const index = Math.floor(instant / day);
  let offset = known.offsets.get(index);
  if (offset === undefined) {
    // No zone changes twice in a day, so a day with the same offset at both ends has it throughout.
    const [first, last] = [known.zone.offset(index * day), known.zone.offset((index + 1) * day)];
    offset = first === last ? first : "changes";
    known.offsets.set(index, offset);
  }
  return offset === "changes" ? known.zone.offset(instant) : offset;
}

/**
 * The instant, in milliseconds since 1970, at which the clocks of a zone show a time of a day.
 *
 * Of a time that comes twice when clocks are put back it is the first. A time that is left out when they are put
 * forward is taken as if they had not been: 02:30 is then shown as 03:30. Both as RFC 5545 says.
 *
 * @param minuteOfDay minutes from midnight; 1440 and more are the days after
 */
export function instantOf(date: CalendarDay, minuteOfDay: number, zone: string): number {
  const wall = Date.UTC(date.year, date.month - 1, date.day) + minuteOfDay * minute;
  const before = offsetAt(zone, wall - day);
  const after = offsetAt(zone, wall + day);
  const [early, late] = [wall - before * minute, wall - after * minute];
  if (before === after) return early;
  const shows = (instant: number, offset: number) => offsetAt(zone, instant) === offset;
  if (shows(early, before)) return shows(late, after) ? Math.min(early, late) : early;
  return shows(late, after) ? late : early;
}

/** The calendar day that a zone's clocks show at an instant. */
export function calendarDay(instant: number, zone: string): CalendarDay {
  const shown = new Date(instant + offsetAt(zone, instant) * minute);
  return { year: shown.getUTCFullYear(), month: shown.getUTCMonth() + 1, day: shown.getUTCDate() };
}

/** The calendar day so many days later. */
export function plusDays({ year, month, day: dayOfMonth }: CalendarDay, days: number): CalendarDay {
  const moved = new Date(Date.UTC(year, month - 1, dayOfMonth + days));
  return { year: moved.getUTCFullYear(), month: moved.getUTCMonth() + 1, day: moved.getUTCDate() };
}

/** Monday is 0. */
export function weekdayIndex({ year, month, day: dayOfMonth }: CalendarDay): number {
  return (new Date(Date.UTC(year, month - 1, dayOfMonth)).getUTCDay() + 6) % 7;
}
