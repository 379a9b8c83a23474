import * as echarts from "echarts";
import type { Leftover } from "../../teardown/leftovers";

/** Everything one rehearsal found out; `out/report.json` is this, as it stands. */
export interface RehearsalReport {
  stack: string;
  /** Simulated time, ISO 8601. */
  from: string;
  to: string;
  /** Whether all of it held. */
  succeeded: boolean;
  deployed: { type: string; name: string; id: string }[];
  requests: { puts: number; types: number; all: number };
  /** Images of `docker/`, and whether a Docker engine was there to build them. */
  images: { name: string; built: boolean }[];
  /** What each rule of the policy pack said of the preview. */
  policies: { name: string; level: string; violations: string[] }[];
  /** What the stack would cost a month by the price book. */
  estimate: {
    currency: string;
    date: string;
    idle: number;
    worstCase: number;
    alwaysOn: number;
    lines: EstimateLine[];
  };
  /** What the simulated time cost, by the embedded Azure's meter. */
  cost: { currency: string; hours: number; alwaysOn: number; asRun: number; leastPossible: number; items: CostItem[] };
  /** Every start and stop of a machine, with its reason. */
  switches: { time: string; machine: string; action: "start" | "stop"; reason: string }[];
  /** What was there after the teardown; empty when all is well. */
  left: Leftover[];
  costPerHourAfter: number;
  /** Real seconds that each phase took. */
  seconds: Record<string, number>;
  diagnostics: string[];
}

export interface EstimateLine {
  name: string;
  type: string;
  idle: number;
  worstCase: number;
  alwaysOn: number;
}

export interface CostItem {
  name: string;
  asRun: number;
}

/** The report as one page for people: no script, no outside file. */
export function reportHtml(report: RehearsalReport): string {
  const { cost, estimate } = report;
  const money = (amount: number) => `${amount.toFixed(2)} ${cost.currency}`;
  const verdict = report.succeeded ? "All of it held." : "Something did not hold; see below.";
  const broken = report.policies.flatMap(({ violations }) => violations);
  return `<!doctype html>
<html lang="en">
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>Lights Out: rehearsal of ${text(report.stack)}</title>
<style>
  body { font: 16px/1.5 system-ui, sans-serif; margin: 2rem auto; max-width: 62rem; padding: 0 1rem; color: #1d2733; }
  table { border-collapse: collapse; width: 100%; margin: 0.5rem 0 2rem; }
  th, td { text-align: left; padding: 0.25rem 0.75rem 0.25rem 0; border-bottom: 1px solid #dde3ea; vertical-align: top; }
  td.number, th.number { text-align: right; font-variant-numeric: tabular-nums; }
  .good { color: #146c43; } .bad { color: #b02a37; } svg { max-width: 100%; height: auto; }
</style>
<h1>Rehearsal of ${text(report.stack)}</h1>
<p class="${report.succeeded ? "good" : "bad"}"><strong>${verdict}</strong>
${report.deployed.length} resources went up with ${report.requests.puts} PUT requests of ${report.requests.types} resource types;
${report.left.length === 0 ? "nothing was left after the teardown" : `${report.left.length} things were left after the teardown`},
and the cost per hour is then ${money(report.costPerHourAfter)}.</p>

<h2>What it cost, ${text(day(report.from))} to ${text(day(report.to))}</h2>
${chart(report)}
<p>As run ${money(cost.asRun)} for ${cost.hours.toFixed(0)} simulated hours; with every machine always on ${money(cost.alwaysOn)};
the least possible, with no machine ever on, ${money(cost.leastPossible)}.</p>
${table(
  ["resource", "as run"],
  cost.items.map(({ name, asRun }) => [name, money(asRun)]),
)}

<h2>What it costs a month, by the price book of ${text(estimate.date)}</h2>
${table(
  ["resource", "type", "idle", "at most", "always on"],
  [
    ...estimate.lines.map((line) => [
      line.name,
      line.type,
      money(line.idle),
      money(line.worstCase),
      money(line.alwaysOn),
    ]),
    ["together", "", money(estimate.idle), money(estimate.worstCase), money(estimate.alwaysOn)],
  ],
)}

<h2>What each policy said</h2>
<p>${report.policies.length} rules, ${broken.length === 0 ? "none of them broken" : `${broken.length} times broken`}.</p>
${table(
  ["policy", "level", "says"],
  report.policies.map(({ name, level, violations }) => [name, level, violations.join("; ") || "passes"]),
)}

<h2>Every start and stop</h2>
${table(
  ["time", "machine", "", "why"],
  report.switches.map(({ time, machine, action, reason }) => [time, machine, action, reason]),
)}

<h2>What was deployed</h2>
${table(
  ["type", "name"],
  report.deployed.map(({ type, name }) => [type, name]),
)}

<h2>Images</h2>
${table(
  ["image", "built"],
  report.images.map(({ name, built }) => [
    name,
    built ? "yes" : "no: no Docker engine, or its base image is out of reach",
  ]),
)}

<h2>What was left</h2>
${
  report.left.length === 0
    ? "<p>Nothing.</p>"
    : table(
        ["kind", "id"],
        report.left.map(({ kind, id }) => [kind, id]),
      )
}
${
  report.diagnostics.length === 0
    ? ""
    : `<h2>Messages</h2>${table(
        ["message"],
        report.diagnostics.map((line) => [line]),
      )}`
}
</html>
`;
}

function chart({ cost }: RehearsalReport): string {
  const bars = [
    ["always on", cost.alwaysOn],
    ["as run", cost.asRun],
    ["least possible", cost.leastPossible],
  ] as const;
  const drawing = echarts.init(null, null, { renderer: "svg", ssr: true, width: 900, height: 220 });
  drawing.setOption({
    animation: false,
    grid: { left: 120, right: 90, top: 10, bottom: 30 },
    xAxis: { type: "value", axisLabel: { formatter: `{value} ${cost.currency}` } },
    yAxis: { type: "category", inverse: true, data: bars.map(([name]) => name) },
    series: [
      {
        type: "bar",
        data: bars.map(([, amount]) => Number(amount.toFixed(2))),
        label: { show: true, position: "right" },
        itemStyle: { color: "#2f6f9f" },
      },
    ],
  });
  const svg = drawing.renderToSVGString();
  drawing.dispose();
  return svg;
}

function table(head: string[], rows: string[][]): string {
  const isNumber = (cell: string) => /^-?[\d.]+ [A-Z]{3}$/.test(cell);
  const cells = rows.map(
    (row) =>
      `<tr>${row.map((cell) => `<td${isNumber(cell) ? ' class="number"' : ""}>${text(cell)}</td>`).join("")}</tr>`,
  );
  return `<table><tr>${head.map((cell) => `<th>${text(cell)}</th>`).join("")}</tr>${cells.join("")}</table>`;
}

const day = (time: string) => time.slice(0, 16).replace("T", " ");

const escapes: Record<string, string> = { "&": "&amp;", "<": "&lt;", ">": "&gt;", '"': "&quot;", "'": "&#39;" };

function text(value: string): string {
  return value.replace(/[&<>"']/g, (character) => escapes[character] ?? character);
}
