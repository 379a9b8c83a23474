import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { estimate } from "../../pricing/estimate";
import { teardown } from "../../teardown/teardown";
import { withEmbeddedAzure, type Embedded } from "../embedded";
import type { HostResult } from "../host";
import { progress } from "../host/display";
import { withPrice } from "../price";
import { weekCost } from "./cost";
import { reportHtml, type RehearsalReport } from "./report";

export interface RehearsalOptions {
  stack: string;
  /** Folder for report and requests. */
  out: string;
  /** When simulated time begins. */
  now: Date;
  /** Told what happens, a line at a time. */
  say: (line: string) => void;
}

/** Simulated seconds a real second: much while Azure works, so that nobody waits for it, and none to speak of besides. */
const hurried = 5000;
const unhurried = 1;

const week = 7 * 24 * 3600 * 1000;

/**
 * Plays the whole life of a stack on an embedded Azure of its own: preview under the policy pack with its price, up,
 * a simulated week in which Azure's own schedules start and stop machines, and a teardown that leaves nothing.
 * Writes `report.json`, `report.html` and `requests.jsonl`.
 */
export async function rehearse(options: RehearsalOptions): Promise<RehearsalReport> {
  const out = resolve(options.out);
  mkdirSync(out, { recursive: true });
  // A folder of its own: a rehearsal neither sees nor touches what `npm run local` keeps.
  const folder = mkdtempSync(join(tmpdir(), "lights-out-rehearsal-"));
  try {
    const report = await withEmbeddedAzure(
      {
        stack: options.stack,
        folder,
        azure: { start: options.now, requestsFile: join(out, "requests.jsonl"), speed: unhurried },
        host: {
          onEvent: withPrice(
            options.say,
            progress(options.stack, options.say, () => performance.now()),
          ),
        },
      },
      (embedded) => play(options, embedded),
    );
    writeFileSync(join(out, "report.json"), `${JSON.stringify(report, null, 2)}\n`);
    writeFileSync(join(out, "report.html"), reportHtml(report));
    conclude(report, out, options.say);
    return report;
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

async function play({ stack, say }: RehearsalOptions, embedded: Embedded): Promise<RehearsalReport> {
  const { azure, arm } = embedded;
  const seconds: Record<string, number> = {};
  const phase = async <T>(name: string, work: () => Promise<T> | T): Promise<T> => {
    const begin = performance.now();
    try {
      return await work();
    } finally {
      seconds[name] = Number(((performance.now() - begin) / 1000).toFixed(2));
    }
  };
  const working = async <T>(name: string, work: () => Promise<T>): Promise<T> => {
    azure.clock.speed = hurried;
    const result = await phase(name, work);
    azure.clock.speed = unhurried;
    return result;
  };
  const from = azure.clock.now();

  // A preview under the policy pack, its price, and then, if nothing is against it, the update itself.
  const upped = await working("up", () => embedded.up());
  const price = estimate(upped.steps.filter((step) => step.custom));
  const deployed = azure.resources();
  const requests = azure.requests.filter(({ method, status }) => method === "PUT" && status < 300);

  const before = azure.costSoFar();
  const start = azure.clock.now();
  const switches = upped.succeeded ? await phase("week", () => azure.passTime(new Date(start.getTime() + week))) : [];
  const cost = weekCost(
    before,
    azure.costSoFar(),
    azure.resources(),
    (azure.clock.now().getTime() - start.getTime()) / 3_600_000,
  );

  const left = await working("teardown", () =>
    teardown({ arm, estate: `lights-out-${stack}`, say, destroy: () => embedded.destroy() }),
  );
  const after = azure.costPerHour().total;
  const remains = [...azure.resources().map(({ id }) => String(id)), ...azure.softDeleted().map(({ id }) => id)];
  const unlisted = remains.filter((id) => !left.some((item) => item.id === id));
  return {
    stack,
    from: from.toISOString(),
    to: azure.clock.now().toISOString(),
    succeeded: upped.succeeded && left.length === 0 && remains.length === 0 && after === 0,
    deployed: deployed.map((resource) => ({
      type: String(resource.type),
      name: String(resource.name),
      id: String(resource.id),
    })),
    requests: {
      puts: requests.length,
      types: new Set(requests.map(({ url }) => resourceType(url))).size,
      all: azure.requests.length,
    },
    images: upped.steps
      .filter(({ type }) => type === "docker:index/image:Image")
      .map(({ name, outputs }) => ({ name, built: outputs?.built === true })),
    policies: policiesOf(upped),
    estimate: {
      currency: price.currency,
      date: price.date,
      idle: price.idle,
      worstCase: price.worstCase,
      alwaysOn: price.alwaysOn,
      lines: price.lines.map(({ name, type, idle, worstCase, alwaysOn }) => ({
        name,
        type,
        idle,
        worstCase,
        alwaysOn,
      })),
    },
    cost: { currency: price.currency, ...cost },
    switches,
    left: [...left, ...unlisted.map((id) => ({ kind: "not found by the teardown", id, softDeleted: false }))],
    costPerHourAfter: after,
    seconds,
    diagnostics: upped.diagnostics.map(({ message }) => message),
  };
}

function policiesOf({ policies }: HostResult): RehearsalReport["policies"] {
  return policies.map(({ policy, level, violations }) => ({
    name: policy,
    level,
    violations: violations.map(({ message }) => message),
  }));
}

/** The resource type that a management URL names: `Microsoft.Batch/batchAccounts/pools`. */
function resourceType(url: string): string {
  const parts = new URL(url, "https://management.azure.com").pathname.split("/").filter(Boolean);
  const provider = parts.lastIndexOf("providers");
  if (provider < 0) return "Microsoft.Resources/resourceGroups";
  const [namespace, ...rest] = parts.slice(provider + 1);
  return [namespace, ...rest.filter((_, index) => index % 2 === 0)].join("/").toLowerCase();
}

function conclude(report: RehearsalReport, out: string, say: (line: string) => void): void {
  const { cost, requests, policies, left } = report;
  const money = (amount: number) => `${amount.toFixed(2)} ${cost.currency}`;
  const broken = policies.flatMap(({ violations }) => violations).length;
  say("");
  say(`deployed    ${report.deployed.length} resources, ${requests.puts} PUTs of ${requests.types} resource types`);
  const unbuilt = report.images.filter(({ built }) => !built).length;
  if (unbuilt > 0)
    say(`images      ${unbuilt} of ${report.images.length} not built here: no Docker engine, or no base image`);
  say(`policies    ${policies.length} rules, ${broken === 0 ? "all pass" : `${broken} violations`}`);
  say(`week        ${report.switches.length} starts and stops; ${money(cost.asRun)} as run,`);
  say(`            ${money(cost.alwaysOn)} always on, ${money(cost.leastPossible)} at the least`);
  say(
    `teardown    ${left.length === 0 ? "nothing left" : `${left.length} things left`}, ${money(report.costPerHourAfter)} an hour`,
  );
  say(`report      ${join(out, "report.html")}`);
  say(report.succeeded ? "the rehearsal held" : "the rehearsal did not hold; the report says what");
}
