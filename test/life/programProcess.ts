/*
 * The process behind `WarmProgram`: runs the program again and again, each time from its first line, with the Pulumi
 * packages loaded once. Each run has Pulumi's runtime state to itself, as the programs of the Automation API have.
 */
import { createRequire } from "node:module";
import { sep } from "node:path";

import * as pulumi from "@pulumi/pulumi";
import * as runtime from "@pulumi/pulumi/runtime";

import type { ProgramRun } from "../../local/host";

/** A run's runtime state; internal to Pulumi, so its types leave it out. */
interface Store {
  settings: { monitor?: { close(): void }; engine?: { close(): void } };
}
interface Internals {
  withLocalStorage<T>(work: () => T): T;
  getLocalStore(): Store | undefined;
}
const load = createRequire(__filename);
const { withLocalStorage, getLocalStore } = load("@pulumi/pulumi/runtime/state") as Internals;
const { defaultErrorMessage } = load("@pulumi/pulumi/cmd/run/error") as {
  defaultErrorMessage(error: unknown): string;
};

export interface RunMessage {
  kind: "run";
  number: number;
  /** The program's first file. */
  entry: string;
  run: ProgramRun;
}
export interface AbandonMessage {
  kind: "abandon";
  number: number;
}
export type ParentMessage = RunMessage | AbandonMessage;
/** Without a number: ready for the first run. */
export type ChildMessage = { number?: number; status: number };

interface Run {
  number: number;
  store: Store;
  /** What was thrown, and whether it was told to the engine; as in cmd/run, only then is the status 32. */
  errors: Set<unknown>;
  abandoned: boolean;
  settled: () => void;
}

/** By store, so that what is left of an abandoned run is collected with it. */
const runs = new WeakMap<Store, Run>();
let latest: Run | undefined;

const answer = (message: ChildMessage): void => void process.send?.(message);

/** What was not caught belongs to the run in whose context it was thrown. */
function uncaught(error: unknown): void {
  const store = getLocalStore();
  const run = store && runs.get(store);
  if (!run) {
    process.stderr.write(`${defaultErrorMessage(error)}\n`);
    process.exit(1);
  }
  if (run.abandoned || run.errors.has(error)) return;
  run.errors.add(error);
  tell(error);
  run.settled();
}

/** As cmd/run tells it. */
function tell(error: unknown): void {
  if (pulumi.RunError.isInstance(error)) void pulumi.log.error(error.message);
  else if (pulumi.ResourceError.isInstance(error)) {
    void pulumi.log.error(error.hideStack ? error.message : defaultErrorMessage(error), error.resource);
  } else if (!(error as Error).message.includes("Resource monitor is terminating")) {
    void pulumi.log.error(`Running program failed with an unhandled exception:\n${defaultErrorMessage(error)}`);
  }
}

function forgetProgram(): void {
  for (const file of Object.keys(require.cache)) {
    if (!file.includes(`${sep}node_modules${sep}`) && file !== __filename) delete require.cache[file];
  }
}

async function start({ number, entry, run: given }: RunMessage): Promise<void> {
  await withLocalStorage(async () => {
    const store = getLocalStore();
    if (!store) throw new Error("Pulumi's runtime has no store for this run");
    const errors = new Set<unknown>();
    const failed = new Promise<void>((settled) => {
      latest = { number, store, errors, abandoned: false, settled };
      runs.set(store, latest);
    });
    const { project, stack, parallel, engine, monitor, dryRun, config, secretKeys } = given;
    runtime.resetOptions(project, stack, parallel, engine, monitor, dryRun, "organization");
    runtime.setAllConfig(config, secretKeys);
    const work = async (): Promise<void> => {
      await runtime.runInPulumiStack(async () => {
        forgetProgram();
        return load(entry) as Record<string, unknown>;
      });
      await runtime.disconnect(true);
    };
    await Promise.race([work().catch(uncaught), failed]);
    await runtime.disconnect(false).catch(uncaught);
    const run = runs.get(store);
    if (run?.abandoned) return;
    close(store);
    answer({ number, status: errors.size > 0 ? 32 : 0 });
  });
}

/** Closes a run's connections, so that it can't reach whoever listens next at those addresses. */
function close({ settings }: Store): void {
  settings.monitor?.close();
  settings.engine?.close();
}

process.setSourceMapsEnabled(false); // Pulumi notes a stack for every promise; mapping them would take most of the time
process.on("uncaughtException", uncaught);
process.on("unhandledRejection", uncaught);
process.on("disconnect", () => process.exit(0));
process.on("message", (message: ParentMessage) => {
  if (message.kind === "run") return void start(message);
  if (latest?.number === message.number) {
    latest.abandoned = true;
    close(latest.store);
  }
  latest = undefined;
  answer({ number: message.number, status: 128 });
});
answer({ status: 0 });
