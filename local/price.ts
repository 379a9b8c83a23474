import { estimate } from "../pricing/estimate";
import { estimateTable } from "../pricing/table";
import type { HostEvent, Step } from "./host";

/** Says what the stack will cost between the preview of an `up` and the first thing that it creates. */
export function withPrice(write: (line: string) => void, next: (event: HostEvent) => void): (event: HostEvent) => void {
  const foretold: Step[] = [];
  let phase = "";
  return (event) => {
    if (event.kind === "step" && event.status === "done" && phase === "preview") foretold.push(event.step);
    next(event);
    if (event.kind !== "phase") return;
    phase = event.phase;
    if (phase === "update") tellPrice(foretold, write);
  };
}

/** What the stack costs a month; nothing where nothing in it has a price. */
export function tellPrice(steps: Step[], write: (line: string) => void): void {
  const price = estimate(steps.filter(({ custom }) => custom));
  if (price.lines.length > 0) write(`\n${estimateTable(price)}\n`);
}
