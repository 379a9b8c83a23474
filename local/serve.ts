import { mkdirSync } from "node:fs";
import { join, resolve } from "node:path";
import { pathToFileURL } from "node:url";
import { Command, InvalidArgumentError } from "commander";
import { EmbeddedAzure } from "./azure";
import { settingsFromEnvironment } from "./provider/arm";
import { startProvider } from "./provider/start";

/*
 * `npm run azure`: serves the embedded Azure and the provider in the foreground. It prints the environment that makes
 * the Pulumi CLI (and `npm run local`, the Azure SDKs, …) use them, as `export NAME=value` lines, and then `ready`.
 */

interface Options {
  readonly folder: string;
  readonly port: number;
  readonly providerPort: number;
  readonly speed: number;
}

async function serve(options: Options): Promise<void> {
  const folder = resolve(options.folder);
  const azure = await EmbeddedAzure.start({
    folder: join(folder, "azure"),
    port: options.port,
    speed: options.speed,
    requestsFile: resolve("out", "requests.jsonl"),
  });
  const environment = azure.environment();
  const provider = await startProvider({
    port: options.providerPort,
    settings: settingsFromEnvironment(environment),
    projectFolder: resolve(__dirname, ".."),
    environment: { ...process.env, ...environment },
  });
  const stacks = join(folder, "pulumi");
  mkdirSync(stacks, { recursive: true });
  const variables = {
    ...environment,
    PULUMI_DEBUG_PROVIDERS: `azure-native:${provider.port},docker:${provider.port}`,
    PULUMI_BACKEND_URL: pathToFileURL(stacks).href,
    // It guards nothing but the rehearsal's state, which holds no real secret.
    PULUMI_CONFIG_PASSPHRASE: process.env.PULUMI_CONFIG_PASSPHRASE ?? "local",
  };
  for (const [name, value] of Object.entries(variables)) console.log(`export ${name}=${quoted(value)}`);
  console.log("ready");

  let stopping = false;
  const stop = async (): Promise<void> => {
    if (stopping) return;
    stopping = true;
    await provider.stop();
    await azure.stop();
  };
  for (const signal of ["SIGINT", "SIGTERM"] as const) process.on(signal, () => void stop());
}

/** A value as a POSIX shell reads it back unchanged. */
function quoted(value: string): string {
  return /^[\w@%+=:,./-]+$/.test(value) ? value : `'${value.replace(/'/g, "'\\''")}'`;
}

function number(least: number, most: number) {
  return (text: string): number => {
    const value = Number(text);
    if (Number.isFinite(value) && value >= least && value <= most) return value;
    throw new InvalidArgumentError(`It must be a number from ${least} to ${most}.`);
  };
}

new Command("azure")
  .description("Serves the embedded Azure and the provider, and prints the environment that uses them.")
  .option("--folder <path>", "where the embedded Azure and the stacks keep their state", ".lights-out")
  .option("--port <number>", "port of the embedded Azure; 0: any free one", number(0, 65535), 0)
  .option("--provider-port <number>", "port of the provider; 0: any free one", number(0, 65535), 0)
  .option("--speed <number>", "simulated seconds a real second", number(0.001, 1_000_000), 1000)
  .action((options: Options) => serve(options))
  .parseAsync()
  .catch((error: Error) => {
    console.error(error.message);
    process.exit(1);
  });
