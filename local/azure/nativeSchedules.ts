import { findIana } from "windows-iana";
import { calendarDay, instantOf, plusDays, weekdayIndex } from "../../schedule/wallClock";
import type { World } from "./armType";
import { listAt, merged, textAt, at, type JsonObject } from "./json";
import type { Operations } from "./operations";
import type { Resource } from "./store";
import { findType } from "./types";

const COMPUTES = "Microsoft.MachineLearningServices/workspaces/computes";
const DAY = 24 * 3600 * 1000;
const dayNames = ["Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday"];

/** A machine that Azure itself turned on or off. */
export interface NativeSwitch {
  readonly time: string;
  readonly machine: string;
  readonly action: "start" | "stop";
  readonly reason: string;
}

interface Occurrence {
  readonly time: number;
  readonly id: string;
  readonly action: "start" | "stop";
  readonly reason: string;
}

/**
 * Lets time pass until `to`, starting and stopping compute instances by their own weekly schedules as Azure does.
 *
 * A wall-clock time that a change to summer time leaves out is taken an hour later, and of a repeated one the first.
 * A machine that is not in the state which an action needs is passed over.
 */
export function playNativeSchedules(world: World, operations: Operations, to: Date): NativeSwitch[] {
  const from = world.clock.time();
  const due = world.store
    .ofType(COMPUTES)
    .flatMap((compute) => occurrences(compute, from, to.getTime()))
    .sort((a, b) => a.time - b.time);
  const switches: NativeSwitch[] = [];
  for (const { time, id, action, reason } of due) {
    world.clock.advance(Math.max(0, time - world.clock.time()));
    operations.settle();
    const compute = world.store.get(id);
    if (compute && act(compute, action, world, operations))
      switches.push({ time: new Date(time).toISOString(), machine: compute.name, action, reason });
  }
  world.clock.advance(Math.max(0, to.getTime() - world.clock.time()));
  operations.settle();
  return switches;
}

function act(compute: Resource, action: "start" | "stop", world: World, operations: Operations): boolean {
  const state = textAt(compute.outputs, "properties.properties.state");
  if (state !== (action === "start" ? "Stopped" : "Running")) return false;
  const result = findType(COMPUTES)?.actions?.[action]?.(compute, world, {});
  if (result?.seconds === undefined) return false;
  operations.begin(
    { resource: compute.id, kind: "action", location: textAt(compute.sent, "location") ?? "", after: result.after },
    { by: "location", seconds: result.seconds },
  );
  world.store.put({ ...compute, outputs: merged(compute.outputs, result.during ?? {}) });
  return true;
}

function occurrences(compute: Resource, from: number, to: number): Occurrence[] {
  return listAt(compute.sent, "properties.properties.schedules.computeStartStop").flatMap((item) => {
    const trigger = item as JsonObject;
    const schedule = at(trigger, "recurrence.schedule") as
      { hours: number[]; minutes: number[]; weekDays?: string[] } | undefined;
    const windowsZone = textAt(trigger, "recurrence.timeZone") ?? "UTC";
    const [zone] = findIana(windowsZone as Parameters<typeof findIana>[0]);
    if (!schedule || !zone || textAt(trigger, "status") === "Disabled") return [];
    const action = textAt(trigger, "action") === "Start" ? "start" : "stop";
    const found: Occurrence[] = [];
    for (let ahead = -1; from + ahead * DAY <= to + DAY; ahead++) {
      const date = plusDays(calendarDay(from, zone), ahead);
      if (schedule.weekDays && !schedule.weekDays.includes(dayNames[weekdayIndex(date)] ?? "")) continue;
      for (const hour of schedule.hours)
        for (const minute of schedule.minutes) {
          const time = instantOf(date, hour * 60 + minute, zone);
          const clock = `${String(hour).padStart(2, "0")}:${String(minute).padStart(2, "0")}`;
          const reason = `its own schedule: ${action} at ${clock} in ${zone}`;
          if (time > from && time <= to) found.push({ time, id: compute.id, action, reason });
        }
    }
    return found;
  });
}
