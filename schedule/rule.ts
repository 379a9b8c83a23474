import { openAt, type Opening } from "./openAt";
import { weekdays, type Window } from "./schedule";

/** One weekly window as it comes over a wire. */
export interface WireWindow {
  /** 0 is Monday. */
  readonly days: readonly number[];
  /** HH:MM in the machine's zone. */
  readonly start: string;
  /** HH:MM; at or before `start` means on the next day, and still belongs to the day of the start. */
  readonly end: string;
}

/**
 * The bare rule of a schedule: a machine should be on while its window is open or an exception lasts.
 *
 * What a window says is kept until it next changes, since thousands of machines share a few windows.
 */
export class ScheduleRule {
  private readonly openings = new Map<string, Opening>();

  /**
   * @param now milliseconds since 1970
   * @param exceptionUntil milliseconds since 1970 at which an exception ends; one that has ended counts for nothing
   * @throws RangeError where the zone is not known or the window is not one
   */
  wantsOn(zone: string, window: WireWindow, exceptionUntil: number | undefined, now: number): boolean {
    if (exceptionUntil !== undefined && now < exceptionUntil) return true;
    const key = `${zone}|${window.start}|${window.end}|${window.days.join()}`;
    let opening = this.openings.get(key);
    if (!opening || now < opening.since || now >= opening.until) {
      opening = openAt([toWindow(window)], zone, now);
      this.openings.set(key, opening);
    }
    return opening.on;
  }
}

const timeOfDay = /^([01]\d|2[0-3]):[0-5]\d$/;

function toWindow({ days, start, end }: WireWindow): Window {
  for (const time of [start, end])
    if (!timeOfDay.test(time)) throw new RangeError(`"${time}" is not a time of day from "00:00" to "23:59"`);
  const names = days.map((index) => weekdays[index]);
  const named = names.filter((name) => name !== undefined);
  if (named.length !== names.length)
    throw new RangeError(`days are ${JSON.stringify(days)}, but must be 0 to 6, Monday is 0`);
  return { days: named, start, end };
}
