import { readFileSync } from "node:fs";
import { Command, InvalidArgumentError } from "commander";
import { estimate, type DeclaredResource } from "./estimate";
import { at, isMap } from "./values";
import { estimateTable } from "./table";

/**
 * The resources in what Pulumi writes: a stack's state (`pulumi stack export`, `npm run local -- state`) or a preview
 * (`pulumi preview --json`), in which what it deletes is left out. Undefined for anything else.
 */
export function resourcesIn(document: unknown): DeclaredResource[] | undefined {
  const steps = at(document, "steps");
  const states = Array.isArray(steps)
    ? steps.filter((step) => !String(at(step, "op")).startsWith("delete")).map((step) => at(step, "newState"))
    : [at(document, "deployment"), at(document, "checkpoint.latest"), document]
        .map((part) => at(part, "resources"))
        .find((part) => Array.isArray(part));
  // A replacement has several steps for one resource: the last one tells how it ends up.
  const byUrn = new Map(states?.filter(isMap).map((state) => [state.urn, state]));
  return (
    states &&
    [...byUrn.values()].map((state) => ({
      type: String(state.type),
      name: String(state.urn).split("::").at(-1) ?? "",
      inputs: state.inputs,
    }))
  );
}

function hoursOf(text: string, before: Record<string, number>): Record<string, number> {
  const [, name = "", hours = ""] = /^([^=]+)=(\d+(?:\.\d+)?)$/.exec(text) ?? [];
  if (name === "" || Number(hours) > 168)
    throw new InvalidArgumentError("it must be NAME=HOURS with at most 168 hours.");
  return { ...before, [name]: Number(hours) };
}

function wholeNumber(text: string): number {
  if (!/^\d+$/.test(text)) throw new InvalidArgumentError("it must be a whole number.");
  return Number(text);
}

/**
 * `npm run estimate`: what a stack costs a month, idle, at most and always on.
 * @param read gives the text of a file, or of standard input for "-"
 * @returns the exit status: 1 when the document can't be read or something in it has no price
 */
export function main(args: readonly string[], read: (file: string) => string, say: (text: string) => void): number {
  const command = new Command("estimate")
    .description("what a stack costs a month, from its state or a preview in JSON")
    .argument(
      "[file]",
      "pulumi stack export, pulumi preview --json or npm run local -- state; - is standard input",
      "-",
    )
    .option("--region <region>", "region of resources that name none")
    .option("--manual-runs <number>", "full-length runs a month of a GPU job that is started by hand", wholeNumber)
    .option("--hours <name=hours>", "hours a week of a schedule; may be given again", hoursOf, {})
    .option("--json", "as JSON")
    .parse(args, { from: "user" });
  const { region, manualRuns, hours, json } = command.opts<{
    region?: string;
    manualRuns?: number;
    hours: Record<string, number>;
    json?: boolean;
  }>();
  const [file = "-"] = command.processedArgs as string[];
  const name = file === "-" ? "standard input" : file;
  let resources: DeclaredResource[] | undefined;
  try {
    resources = resourcesIn(JSON.parse(read(file)));
  } catch (error) {
    say(`estimate: ${name} can't be read: ${error instanceof Error ? error.message : String(error)}`);
    return 1;
  }
  if (!resources) {
    say(
      `estimate: ${name} is neither a stack's state nor a preview: take pulumi stack export or pulumi preview --json`,
    );
    return 1;
  }
  const result = estimate(resources, {
    hoursPerWeek: hours,
    ...(region === undefined ? {} : { region }),
    ...(manualRuns === undefined ? {} : { manualRunsPerMonth: manualRuns }),
  });
  say(json ? JSON.stringify(result, null, 2) : estimateTable(result));
  return result.lines.some(({ unpriced }) => unpriced !== undefined) ? 1 : 0;
}

if (require.main === module) {
  const read = (file: string) => readFileSync(file === "-" ? 0 : file, "utf8");
  process.exitCode = main(process.argv.slice(2), read, (text) => console.log(text));
}
