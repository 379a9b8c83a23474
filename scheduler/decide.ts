import { ScheduleRule, type WireWindow } from "../schedule/rule";

/** A machine as a benchmark shows it. */
interface Machine {
  id: string;
  zone: string;
  window: WireWindow;
  /** What a look at the machine shows; anything but on and off is on its way and is left alone. */
  state: string;
  exceptionUntil: string | null;
}

interface Tick {
  now: string;
  machines: Machine[];
}

export interface Action {
  id: string;
  action: "start" | "stop";
}

/**
 * Decides ticks by the bare rule: compares what should be with what is, and remembers nothing of either.
 * @throws RangeError with what is wrong, where and how it must be
 */
export class Decider {
  private readonly rule = new ScheduleRule();

  decide(tick: Tick): Action[] {
    const now = instant(tick.now, "now");
    if (!Array.isArray(tick.machines)) throw new RangeError("machines must be a list");
    const actions: Action[] = [];
    for (const machine of tick.machines) {
      const { id, zone, window, state, exceptionUntil } = machine;
      let on: boolean;
      try {
        const until =
          exceptionUntil === null || exceptionUntil === undefined
            ? undefined
            : instant(exceptionUntil, "exceptionUntil");
        on = this.rule.wantsOn(zone, window, until, now);
      } catch (error) {
        throw new RangeError(
          `machine ${JSON.stringify(id)}: ${error instanceof Error ? error.message : String(error)}`,
        );
      }
      if (on && state === "off") actions.push({ id, action: "start" });
      else if (!on && state === "on") actions.push({ id, action: "stop" });
    }
    return actions;
  }
}

function instant(text: string, what: string): number {
  const time = Date.parse(text);
  if (Number.isNaN(time))
    throw new RangeError(`${what} is ${JSON.stringify(text)}, but must be an instant like "2026-03-08T07:00:00Z"`);
  return time;
}
