import { IANAZone } from "luxon";
import { z } from "zod";
import { knowsHolidays, type DaysOff } from "./holidays";

export const weekdays = ["monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday"] as const;
export type Weekday = (typeof weekdays)[number];

const timeOfDay = z
  .string()
  .regex(/^([01]\d|2[0-3]):[0-5]\d$/, { error: 'must be a time of day from "00:00" to "23:59", in quotes' })
  .describe("wall-clock time, HH:MM");

/** An IANA time zone that this machine's zone data knows. */
export const zone = z
  .string()
  .refine((name) => IANAZone.isValidZone(name), { error: 'must be an IANA time zone, for example "Europe/Berlin"' });

/** One weekly window: compute may be on from `start` to `end` on each of `days`. */
export const windowSchema = z.strictObject({
  /** Days on which the window starts. @default Monday to Friday */
  days: z
    .array(z.enum(weekdays))
    .min(1)
    .default(["monday", "tuesday", "wednesday", "thursday", "friday"])
    .describe("days on which the window starts"),
  /** When compute may come on, in the schedule's zone. */
  start: timeOfDay.describe("when compute may come on, HH:MM in the schedule's zone"),
  /** When it goes off; at or before `start` means on the next day. */
  end: timeOfDay.describe("when it goes off, HH:MM; at or before `start` means on the next day"),
});
export type Window = z.infer<typeof windowSchema>;

const calendarDate = z.iso.date({ error: 'must be a date like "2026-12-24", in quotes' });

/** A named schedule: weekly windows in one IANA time zone. */
export const scheduleSchema = z.strictObject({
  /** IANA time zone of the windows. @default the stack's `timeZone` */
  zone: zone.optional().describe("IANA time zone of the windows; default: the stack's `timeZone`"),
  /** Weekly windows; outside all of them compute is off. An empty list means never on. */
  windows: z.array(windowSchema).describe("weekly windows; outside all of them compute is off"),
  /** What the schedule does at a window's two ends. @default "both" */
  mode: z
    .enum(["both", "stopOnly", "startOnly"])
    .default("both")
    .describe("turn on when a window opens and off when it closes, or only one of the two"),
  /** Public holidays on which no window opens. @default - none */
  holidays: z
    .strictObject({
      country: z
        .string()
        .regex(/^[A-Z]{2}$/, { error: 'must be a country by two capital letters, for example "DE"' })
        .describe("country by two letters, for example DE"),
      region: z.string().min(1).optional().describe("region of it, for example BY; default: the whole country"),
    })
    .refine(knowsHolidays, { error: "must be a country, and a region of it, whose public holidays are known" })
    .optional()
    .describe("country, and region, on whose public holidays no window opens; default: none"),
  /** Further days on which no window opens. @default - none */
  daysOff: z.array(calendarDate).default([]).describe("further dates on which no window opens"),
  /** First day on which a window may open. @default - ever since */
  validFrom: calendarDate.optional().describe("first date on which a window opens; default: ever since"),
  /** Last day on which a window may open. @default - for ever */
  validTo: calendarDate.optional().describe("last date on which a window opens; default: for ever"),
});
export type ScheduleSettings = z.infer<typeof scheduleSchema>;

/** A schedule whose zone is settled. */
export interface Schedule extends DaysOff {
  readonly name: string;
  readonly zone: string;
  readonly windows: readonly Window[];
  /** @default "both" */
  readonly mode?: "both" | "stopOnly" | "startOnly";
}

/** Minutes from midnight of a time of day written HH:MM. */
export function minuteOfDay(time: string): number {
  const [hours, minutes] = time.split(":").map(Number);
  return (hours ?? 0) * 60 + (minutes ?? 0);
}

const dayMinutes = 24 * 60;

/** True where a window ends on the day after the one it starts on: its end is at or before its start. */
export function endsNextDay(window: Window): boolean {
  return minuteOfDay(window.end) <= minuteOfDay(window.start);
}

/** Minutes that a window is open on a day without a clock change. */
function lengthOf(window: Window): number {
  return minuteOfDay(window.end) - minuteOfDay(window.start) + (endsNextDay(window) ? dayMinutes : 0);
}

/** One flag a minute of the wall-clock week from Monday 00:00: true where at least one window is open. */
function openMinutes(windows: readonly Window[]): boolean[] {
  const open = new Array<boolean>(weekdays.length * dayMinutes).fill(false);
  for (const window of windows) {
    for (const day of window.days) {
      const first = weekdays.indexOf(day) * dayMinutes + minuteOfDay(window.start);
      for (let minute = 0; minute < lengthOf(window); minute++) open[(first + minute) % open.length] = true;
    }
  }
  return open;
}

/** Hours of the wall-clock week in which at least one window is open. */
export function hoursAWeek(windows: readonly Window[]): number {
  return openMinutes(windows).filter(Boolean).length / 60;
}

/** A moment of the wall-clock week at which compute goes on or off. */
export interface Edge {
  readonly on: boolean;
  readonly day: Weekday;
  /** HH:MM */
  readonly time: string;
}

/** Where the week's windows, overlapping and touching ones taken together, open and close. */
export function weeklyEdges(windows: readonly Window[]): Edge[] {
  const open = openMinutes(windows);
  return open.flatMap((on, minute) => {
    if (on === open[(minute + open.length - 1) % open.length]) return [];
    const inDay = minute % dayMinutes;
    const time = [Math.floor(inDay / 60), inDay % 60].map((part) => String(part).padStart(2, "0")).join(":");
    return [{ on, day: weekdays[Math.floor(minute / dayMinutes)] as Weekday, time }];
  });
}
