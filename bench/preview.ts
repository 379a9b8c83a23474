import { spawn, spawnSync } from "node:child_process";
import { mkdirSync, rmSync } from "node:fs";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { passphrase, withEmbeddedAzure, type Embedded } from "../local/embedded";
import { preview } from "../local/host";
import { copyOfThisProject, project } from "./project";

export interface PreviewTime {
  name: string;
  seconds: number;
  /** Against the empty program. */
  ratio: number;
}

interface Case {
  name: string;
  folder: string;
  policies: boolean;
}

/** Times previews in turns, with the Pulumi CLI where it is on PATH and with the embedded host otherwise. */
export async function previewTimes(runs: number): Promise<{ tool: string; rows: PreviewTime[] }> {
  const empty = project("export {};\n");
  const estate = copyOfThisProject();
  const cases: Case[] = [
    { name: "empty program", folder: empty, policies: false },
    { name: "the estate", folder: estate, policies: false },
    { name: "the estate, with the policy pack", folder: estate, policies: true },
  ];
  const withCli = spawnSync("pulumi", ["version"]).status === 0;
  try {
    return await withEmbeddedAzure(
      { stack: "local", folder: join(empty, ".lights-out"), azure: { requestsFile: join(empty, "requests.jsonl") } },
      async (embedded) => {
        const run = withCli ? cli(embedded, join(empty, "stacks")) : host(embedded);
        const times = cases.map(() => [] as number[]);
        for (let turn = 0; turn <= runs; turn++)
          for (const [index, item] of cases.entries()) {
            const begin = performance.now();
            await run(item);
            // The first turn warms the caches and does not count.
            if (turn > 0) times[index]?.push((performance.now() - begin) / 1000);
          }
        const medians = times.map(median);
        const rows = cases.map(({ name }, index) => {
          const seconds = medians[index] ?? 0;
          return { name, seconds, ratio: seconds / (medians[0] ?? 1) };
        });
        return { tool: withCli ? "the Pulumi CLI" : "the embedded host (no Pulumi CLI on PATH)", rows };
      },
    );
  } finally {
    for (const folder of [empty, estate]) rmSync(folder, { recursive: true, force: true });
  }
}

function host(embedded: Embedded) {
  return async ({ folder, policies }: Case): Promise<void> => {
    const result = await preview({
      ...embedded.hostOptions,
      projectFolder: folder,
      policyPacks: policies ? [{ folder: join(folder, "policies") }] : [],
    });
    if (!result.succeeded) throw new Error(result.diagnostics.map(({ message }) => message).join("; "));
  };
}

function cli(embedded: Embedded, stacks: string) {
  mkdirSync(stacks, { recursive: true });
  const port = embedded.hostOptions.providers["azure-native"]?.split(":")[1] ?? "";
  const environment = {
    ...process.env,
    ...embedded.azure.environment(),
    PULUMI_DEBUG_PROVIDERS: `azure-native:${port},docker:${port}`,
    PULUMI_BACKEND_URL: pathToFileURL(stacks).href,
    PULUMI_CONFIG_PASSPHRASE: passphrase(),
    PULUMI_SKIP_UPDATE_CHECK: "true",
  };
  const pulumi = (folder: string, args: string[]): Promise<void> =>
    run("pulumi", ["--non-interactive", ...args], folder, environment);
  // Both folders hold a project of the same name: one stack, which stays empty, serves them both.
  let made = false;
  return async ({ folder, policies }: Case): Promise<void> => {
    if (!made) await pulumi(folder, ["stack", "init", "local"]);
    made = true;
    const pack = policies ? ["--policy-pack", join(folder, "policies")] : [];
    await pulumi(folder, ["preview", "--stack", "local", ...pack]);
  };
}

/** Not spawnSync: the provider that the CLI talks to runs in this process. */
async function run(command: string, args: string[], cwd: string, env: NodeJS.ProcessEnv): Promise<void> {
  const child = spawn(command, args, { cwd, env, stdio: ["ignore", "pipe", "pipe"] });
  let words = "";
  child.stdout.on("data", (data: Buffer) => (words += data.toString()));
  child.stderr.on("data", (data: Buffer) => (words += data.toString()));
  const status = await new Promise<number | null>((done) => child.on("close", done));
  if (status !== 0) throw new Error(`${command} ${args.join(" ")} ended with status ${status}: ${words.slice(-2000)}`);
}

function median(values: number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  const middle = Math.floor(sorted.length / 2);
  return sorted.length % 2 === 1 ? (sorted[middle] ?? 0) : ((sorted[middle - 1] ?? 0) + (sorted[middle] ?? 0)) / 2;
}
