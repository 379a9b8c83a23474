import { findWindows } from "windows-iana";
import { minuteOfDay, weeklyEdges, type Schedule, type Weekday } from "./schedule";

/** A weekly start or stop on Azure's side, in the words that Azure's own schedulers use. */
export interface NativeTrigger {
  readonly action: "Start" | "Stop";
  readonly hour: number;
  readonly minute: number;
  readonly days: readonly Weekday[];
  /** Windows name of the time zone: Azure's recurrences take no IANA names. */
  readonly timeZone: string;
}

/**
 * Azure Machine Learning takes at most four schedules an instance.
 * Source: azure-ai-docs, how-to-create-compute-instance.
 */
export const mostTriggers = 4;

/**
 * A recurrence starts here: a Monday long past, written without `Z` because a `Z` makes Azure ignore the time zone.
 * Without a start time a recurrence fires once when it is deployed.
 * Source: azure-docs, concepts-schedule-automated-recurring-tasks-workflows and connectors-native-recurrence.
 */
export const recurrenceAnchor = "2026-01-05T00:00:00";

/**
 * The Windows name of an IANA time zone, by Unicode CLDR.
 * @throws RangeError where CLDR has none, since a guess would stop machines at the wrong hour.
 */
export function windowsZone(ianaZone: string): string {
  const [name] = findWindows(ianaZone);
  if (!name) throw new RangeError(`time zone "${ianaZone}" has no Windows name, which Azure's own schedules need`);
  return name;
}

/**
 * The stops and starts that Azure itself should make for a schedule, in case nothing else does.
 *
 * Stops come first: where a schedule needs more than four triggers the starts are what is left out, since a machine
 * that stays off is a nuisance and one that stays on is a bill. Where even the stops are more than four, the latest
 * ones of the day are kept, because they end a day's work.
 */
export function nativeTriggers(schedule: Schedule): NativeTrigger[] {
  const edges = weeklyEdges(schedule.windows);
  const byTime = (on: boolean) => {
    const wanted = edges.filter((edge) => edge.on === on);
    const times = [...new Set(wanted.map((edge) => edge.time))].sort().reverse();
    return times.map((time) => ({
      time,
      days: wanted.filter((edge) => edge.time === time).map((edge) => edge.day),
    }));
  };
  const mode = schedule.mode ?? "both";
  const stops = mode === "startOnly" ? [] : byTime(false).slice(0, mostTriggers);
  const starts = mode === "stopOnly" ? [] : byTime(true);
  const kept = starts.length <= mostTriggers - stops.length ? starts : [];
  const timeZone = windowsZone(schedule.zone);
  const trigger = (action: "Start" | "Stop") => (group: { time: string; days: Weekday[] }) => {
    const minutes = minuteOfDay(group.time);
    return { action, hour: Math.floor(minutes / 60), minute: minutes % 60, days: group.days, timeZone };
  };
  return [...stops.map(trigger("Stop")), ...kept.map(trigger("Start"))];
}
