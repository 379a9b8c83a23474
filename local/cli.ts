import { join, resolve } from "node:path";

import { Command, InvalidArgumentError } from "commander";

import { withAttached, withEmbeddedAzure } from "./embedded";
import { destroy, exportState, Killed, preview, up, type HostOptions, type HostResult } from "./host";
import { progress, summary } from "./host/display";
import { tellPrice, withPrice } from "./price";

/*
 * `npm run local -- preview|up|destroy|state`: the program on the embedded Azure, without the Pulumi CLI.
 *
 * The embedded Azure runs in this process and keeps what it knows in `.lights-out/azure`. When LIGHTS_OUT_ARM_ENDPOINT
 * is set (as `npm run azure` prints it), that one is used, and its provider if PULUMI_DEBUG_PROVIDERS names it.
 */

interface Options {
  stack: string;
  project: string;
  folder: string;
  policy: boolean;
  parallel: number;
}

type Action = (options: HostOptions) => Promise<HostResult>;

async function run(action: Action, options: Options): Promise<boolean> {
  const write = (line: string): void => void process.stdout.write(`${line}\n`);
  const begin = performance.now();
  const kill = new AbortController();
  // Nothing is lost by stopping at once: the next run finishes what this one began.
  const stop = (): void => kill.abort();
  process.once("SIGINT", stop).once("SIGTERM", stop);
  const host = {
    parallel: options.parallel,
    kill: kill.signal,
    onEvent: withPrice(
      write,
      progress(options.stack, write, () => performance.now()),
    ),
  };
  const act = async (hostOptions: HostOptions): Promise<boolean> => {
    const result = await action(hostOptions);
    for (const line of summary(result, performance.now() - begin)) write(line);
    if (action === preview && result.succeeded) tellPrice(result.steps, write);
    return result.succeeded;
  };
  const place = {
    stack: options.stack,
    projectFolder: options.project,
    folder: options.folder,
    withoutPolicies: !options.policy,
    host,
  };
  return process.env.LIGHTS_OUT_ARM_ENDPOINT
    ? withAttached(place, act)
    : withEmbeddedAzure(place, ({ hostOptions }) => act(hostOptions));
}

const stateFolder = (options: Options): string => join(resolve(options.folder), "host");

function positive(text: string): number {
  const value = Number(text);
  if (Number.isInteger(value) && value > 0) return value;
  throw new InvalidArgumentError("It must be a whole number above 0.");
}

async function main(): Promise<void> {
  const program = new Command("local").description("Runs the program on the embedded Azure, without the Pulumi CLI.");
  const command = (name: string, description: string): Command =>
    program
      .command(name)
      .description(description)
      .option("--stack <name>", "the stack", "local")
      .option("--project <folder>", "the folder of Pulumi.yaml", ".")
      .option("--folder <folder>", "where the embedded Azure and the stacks keep their state", ".lights-out")
      .option("--no-policy", "leave out the policy pack in the project's folder `policies`")
      .option("--parallel <number>", "provider operations at a time", positive, 16);
  const end = (succeeded: boolean): void => void (process.exitCode = succeeded ? 0 : 1);
  command("preview", "shows what `up` would do").action(async (options: Options) => end(await run(preview, options)));
  command("up", "creates and updates what the program says").action(async (options: Options) =>
    end(await run(up, options)),
  );
  command("destroy", "deletes all of it").action(async (options: Options) => end(await run(destroy, options)));
  command("state", "prints the state, as `pulumi stack import` takes it").action((options: Options) => {
    const state = exportState({ stateFolder: stateFolder(options), stack: options.stack });
    process.stdout.write(`${JSON.stringify(state, null, 4)}\n`);
  });
  await program.parseAsync();
}

main().catch((error: Error) => {
  process.stderr.write(error instanceof Killed ? "stopped; the next run carries on\n" : `error: ${error.message}\n`);
  process.exitCode = 1;
});
