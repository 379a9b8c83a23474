import { at, isMap, listAt, UNKNOWN } from "./values";
import { HOURS_PER_MONTH } from "./priceBook";

const dayNames = ["sunday", "monday", "tuesday", "wednesday", "thursday", "friday", "saturday"];
const weekMinutes = 7 * 1440;
const weeksPerMonth = HOURS_PER_MONTH / 168;

/** The values of one field of a cron expression, or undefined for one that cannot be read. */
function cronField(field: string, low: number, high: number): number[] | undefined {
  const values = new Set<number>();
  for (const part of field.split(",")) {
    const match = /^(?:\*|(\d+|[a-z]{3})(?:-(\d+|[a-z]{3}))?)(?:\/(\d+))?$/i.exec(part);
    if (!match) return undefined;
    const [, first, last, step] = match;
    const from = first === undefined ? low : cronNumber(first);
    const to = last !== undefined ? cronNumber(last) : first === undefined || step !== undefined ? high : from;
    const by = Number(step ?? 1);
    if (Number.isNaN(from + to) || from < low || to > high || by < 1) return undefined;
    for (let value = from; value <= to; value += by) values.add(value);
  }
  return [...values].sort((a, b) => a - b);
}

function cronNumber(text: string): number {
  const day = dayNames.findIndex((name) => name.startsWith(text.toLowerCase()));
  return /^\d+$/.test(text) ? Number(text) : day >= 0 ? day : NaN;
}

/** Minutes of the week (from Sunday 00:00) at which a five-field cron expression fires, where it names no dates. */
function cronMinutes(expression: string): number[] | undefined {
  const fields = cronFields(expression);
  if (!fields || fields.dates) return undefined;
  return fields.days.flatMap((day) => fields.hours.flatMap((h) => fields.minutes.map((m) => day * 1440 + h * 60 + m)));
}

function cronFields(expression: string) {
  const [minute = "", hour = "", date = "", month = "", day = "", ...rest] = expression.trim().split(/\s+/);
  const minutes = cronField(minute, 0, 59);
  const hours = cronField(hour, 0, 23);
  const dates = date === "*" && month === "*" ? undefined : cronField(date, 1, 31);
  const days = cronField(day, 0, 7);
  if (!minutes || !hours || !days || rest.length > 0) return undefined;
  return { minutes, hours, dates, days: [...new Set(days.map((value) => value % 7))] };
}

/** How often a five-field cron expression fires in an average month, or undefined for one that cannot be read. */
export function cronRunsPerMonth(expression: string): number | undefined {
  const fields = cronFields(expression);
  if (!fields) return undefined;
  const aDay = fields.minutes.length * fields.hours.length;
  return fields.dates ? aDay * fields.dates.length : aDay * fields.days.length * weeksPerMonth;
}

/** How often a recurrence of Logic Apps fires in an average month, or undefined for one that cannot be read. */
export function recurrenceRunsPerMonth(recurrence: unknown): number | undefined {
  const interval = at(recurrence, "interval") ?? 1;
  const frequency = String(at(recurrence, "frequency")).toLowerCase();
  if (typeof interval !== "number" || interval <= 0) return undefined;
  const times = (path: string, none: number) => Math.max(listAt(recurrence, path).length, none);
  const aDay = times("schedule.hours", 1) * times("schedule.minutes", 1);
  const hours: Readonly<Record<string, number>> = {
    second: 1 / 3600,
    minute: 1 / 60,
    hour: 1,
    day: 24,
    week: 168,
    month: HOURS_PER_MONTH,
  };
  const length = hours[frequency];
  if (length === undefined) return undefined;
  const each = frequency === "day" ? aDay : frequency === "week" ? aDay * times("schedule.weekDays", 1) : 1;
  return (HOURS_PER_MONTH / (length * interval)) * each;
}

/** Minutes of the week at which a start or stop of a compute instance fires, or undefined where that can't be read. */
function triggerMinutes(trigger: unknown): number[] | undefined {
  const expression = at(trigger, "cron.expression");
  if (typeof expression === "string") return cronMinutes(expression);
  const recurrence = at(trigger, "recurrence");
  if (!isMap(recurrence)) return undefined;
  const frequency = String(recurrence.frequency).toLowerCase();
  if ((frequency !== "day" && frequency !== "week") || (recurrence.interval ?? 1) !== 1) return undefined;
  const numbers = (path: string) => {
    const found = listAt(recurrence, path).filter((value) => typeof value === "number");
    return found.length > 0 ? found : [0];
  };
  const named = listAt(recurrence, "schedule.weekDays").map((day) => dayNames.indexOf(String(day).toLowerCase()));
  const days = frequency === "day" || named.length === 0 ? dayNames.map((_, day) => day) : named;
  if (days.includes(-1)) return undefined;
  return days.flatMap((day) =>
    numbers("schedule.hours").flatMap((h) => numbers("schedule.minutes").map((m) => day * 1440 + h * 60 + m)),
  );
}

/**
 * Hours a week that a compute instance is on when only its own schedule starts and stops it.
 * Undefined where the schedule does not tell: no start, no stop, or a trigger that cannot be read.
 * @param triggers `schedules.computeStartStop`
 */
export function weeklyHoursOn(triggers: unknown): number | undefined {
  if (!Array.isArray(triggers) || triggers.includes(UNKNOWN)) return undefined;
  const enabled = triggers.filter((trigger) => at(trigger, "status") !== "Disabled");
  const edges = enabled.flatMap((trigger) => {
    const minutes = triggerMinutes(trigger);
    const on = at(trigger, "action") === "Start";
    return minutes ? minutes.map((minute) => ({ minute, on })) : [undefined];
  });
  if (edges.includes(undefined)) return undefined;
  const sorted = edges
    .filter((edge) => edge !== undefined)
    .sort((a, b) => a.minute - b.minute || Number(a.on) - Number(b.on));
  if (!sorted.some(({ on }) => on) || !sorted.some(({ on }) => !on)) return undefined;
  let minutes = 0;
  sorted.forEach(({ minute, on }, index) => {
    const next = sorted[(index + 1) % sorted.length]?.minute ?? minute;
    if (on) minutes += (next - minute + weekMinutes) % weekMinutes;
  });
  return minutes / 60;
}

/** Hours in an average month that so many hours a week come to. */
export function monthlyHours(hoursPerWeek: number): number {
  return Math.min(HOURS_PER_MONTH, hoursPerWeek * weeksPerMonth);
}
