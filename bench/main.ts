import { spawnSync } from "node:child_process";
import { resolve } from "node:path";
import Table from "cli-table3";
import { Command } from "commander";
import { previewTimes } from "./preview";
import type { SizeFigures } from "./size";

/*
 * `npm run bench`: how long a preview takes beside that of an empty program, and how an estate's size tells in time
 * and memory. Everything is timed in one run, in turns, so that the ratios hold on a machine whose speed drifts.
 */

const sizes = [50, 200, 1000];

function table(head: string[], rows: (string | number)[][]): string {
  const made = new Table({ head, style: { head: [], border: [], compact: true } });
  made.push(...rows);
  return made.toString();
}

async function main(runs: number): Promise<void> {
  const { tool, rows } = await previewTimes(runs);
  console.log(`preview, median of ${runs} runs in turns, by ${tool}:`);
  console.log(
    table(
      ["program", "seconds", "times the empty one"],
      rows.map(({ name, seconds, ratio }) => [name, seconds.toFixed(2), ratio.toFixed(2)]),
    ),
  );
  console.log("an estate's size, by the embedded host, each in a process of its own:");
  const figures = sizes.map(measure);
  console.log(
    table(
      ["resources", "up s", "ms a resource", "second up s", "destroy s", "peak memory MB", "state MB"],
      figures.map((figure) => [
        figure.resources,
        figure.up.toFixed(2),
        ((figure.up / figure.resources) * 1000).toFixed(1),
        figure.again.toFixed(2),
        figure.destroy.toFixed(2),
        figure.peakMb.toFixed(0),
        figure.stateMb.toFixed(2),
      ]),
    ),
  );
  const [first, last] = [figures[0], figures.at(-1)];
  if (first && last)
    console.log(
      `from ${first.resources} to ${last.resources} resources (${(last.resources / first.resources).toFixed(0)} times): ` +
        `up takes ${(last.up / first.up).toFixed(1)} times as long, memory grows ${(last.peakMb / first.peakMb).toFixed(1)} times`,
    );
}

function measure(size: number): SizeFigures {
  const child = spawnSync(process.execPath, ["--import", "tsx", resolve(__dirname, "size.ts"), String(size)], {
    encoding: "utf8",
    maxBuffer: 1 << 26,
  });
  if (child.status !== 0) throw new Error(`the run with ${size} resources failed: ${child.stderr || child.stdout}`);
  return JSON.parse(child.stdout.trim().split("\n").at(-1) ?? "") as SizeFigures;
}

new Command("bench")
  .description("Times previews and estates of several sizes.")
  .option("--runs <number>", "previews of each kind", (text) => Number(text), 5)
  .action(({ runs }: { runs: number }) => main(runs))
  .parseAsync()
  .catch((error: Error) => {
    console.error(`bench: ${error.message}`);
    process.exit(1);
  });
