import Table from "cli-table3";
import type { Estimate, EstimateLine } from "./estimate";
import { money } from "./money";

/**
 * An estimate as a table for people: idle, at most and always on, a month, with how each line is reckoned.
 * Resources that can't be priced stay in the table and say why.
 */
export function estimateTable(estimate: Estimate): string {
  const table = new Table({
    head: ["Resource", "Kind", "idle", "at most", "always on", "at most means"],
    colAligns: ["left", "left", "right", "right", "right", "left"],
    style: { head: [], border: [], compact: true },
  });
  const byCost = [...estimate.lines].sort((a, b) => b.worstCase - a.worstCase || a.name.localeCompare(b.name));
  table.push(...byCost.map(row));
  table.push(["Total", "", money(estimate.idle), money(estimate.worstCase), money(estimate.alwaysOn), ""]);
  const notes = [
    `${estimate.currency} a month of 730 hours, list prices of ${estimate.date} (npm run prices reads them anew).`,
  ];
  if (estimate.standIns.length > 0) {
    notes.push(
      `Some prices in ${estimate.standIns.join(", ")} are not in the price book; its own region's stand in ` +
        `(npm run prices -- --region ${estimate.standIns[0]}).`,
    );
  }
  return [table.toString(), ...notes].join("\n");
}

function row(line: EstimateLine): string[] {
  const kind = line.type.split(":").at(-1) ?? "";
  const missing = line.unpriced ?? (line.pending === undefined ? undefined : `not known before up: ${line.pending}`);
  if (missing !== undefined) return [line.name, kind, "?", "?", "?", missing];
  return [line.name, kind, money(line.idle), money(line.worstCase), money(line.alwaysOn), line.basis];
}
