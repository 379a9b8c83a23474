/**
 * A small host for Pulumi programs: what the Pulumi CLI does for one stack on this machine, for where it can't be had.
 * The program and the policy packs run unmodified; the state is in Pulumi's own format.
 */
import { resolve } from "node:path";

import { version } from "@pulumi/pulumi/version";

import { Engine } from "./engine";
import { Monitor } from "./monitor";
import { Aborted } from "./operations";
import { PolicyPack, type PolicyPackOptions } from "./policies";
import { Processes } from "./processes";
import { readProject, type Project } from "./project";
import { recover } from "./recovery";
import { Report, type HostEvent, type HostResult, type Phase } from "./report";
import { Crypter } from "./secrets";
import { exportDeployment, State, type Deployment } from "./state";
import { stackType } from "./urn";
import { hasUnknown, mask, type Properties } from "./values";

export { unknown } from "./values";
export type { PolicyPackOptions, PolicyReport } from "./policies";
export type { Changes, Diagnostic, HostEvent, HostResult, Phase, Step } from "./report";
export { isDefaultProvider } from "./report";
export type { Deployment, ResourceState } from "./state";

/** What a program is told of its run. */
export interface ProgramRun {
  /** Addresses (`host:port`) of the ResourceMonitor and Engine services. */
  monitor: string;
  engine: string;
  project: string;
  stack: string;
  dryRun: boolean;
  parallel: number;
  /** Keys `namespace:name`. */
  config: Record<string, string>;
  secretKeys: string[];
}

export interface HostOptions {
  /** The folder of `Pulumi.yaml`. */
  projectFolder: string;
  stack: string;
  /** Where `<stack>.journal` is kept. */
  stateFolder: string;
  /** By package, the address (`host:port`) of a running provider. */
  providers: Record<string, string>;
  policyPacks?: PolicyPackOptions[];
  /** Added to this process's own environment, for program and policy packs. */
  environment?: Record<string, string>;
  onEvent?: (event: HostEvent) => void;
  /** Provider operations at a time. @default 16 */
  parallel?: number;
  /** @default the system's clock */
  now?: () => Date;
  /** Aborted: the run stops at once, as if killed: it writes nothing more and kills its processes; its promise rejects. */
  kill?: AbortSignal;
  /** Runs the program in place of a new process. @returns its exit status */
  runProgram?: (run: ProgramRun) => Promise<number>;
}

/** The rejection of a run that was killed. */
export class Killed extends Error {
  constructor() {
    super("killed");
  }
}

/** Foretells what `up` would do; changes nothing. */
export function preview(options: HostOptions): Promise<HostResult> {
  return session(options, true, (run) => run.program("preview"));
}

/**
 * Brings the stack to what the program says. First finishes what an interrupted run left; then, when there are policy
 * packs, previews, and stops before anything is created when a mandatory policy is violated.
 */
export function up(options: HostOptions): Promise<HostResult> {
  return session(options, false, async (run) => {
    await run.recover();
    if (options.policyPacks?.length) {
      const foretold = await run.program("preview");
      if (!foretold.succeeded) return foretold;
    }
    return run.program("update");
  });
}

/** Deletes all resources of the stack. Does not run the program. */
export function destroy(options: HostOptions): Promise<HostResult> {
  return session(options, false, async (run) => {
    await run.recover();
    return run.destroy();
  });
}

/** The stack's state as `pulumi stack export` prints it; works beside a running update. */
export function exportState(options: Pick<HostOptions, "stateFolder" | "stack" | "now">): Deployment {
  return exportDeployment(options.stateFolder, options.stack, `v${version}`, options.now?.() ?? new Date());
}

/** Opens what a run needs, sees to it that all is closed again, and turns what is thrown into a diagnostic. */
async function session(
  options: HostOptions,
  readOnly: boolean,
  work: (run: Run) => Promise<HostResult>,
): Promise<HostResult> {
  const { kill } = options;
  if (kill?.aborted) throw new Killed();
  const processes = new Processes();
  let run: Run | undefined;
  const endProcesses = (): void => processes.kill();
  process.on("exit", endProcesses);
  let onKill: (() => void) | undefined;
  const killed = new Promise<never>((_, reject) => {
    onKill = () => {
      run?.state.freeze();
      processes.kill();
      run?.stop();
      reject(new Killed());
    };
    kill?.addEventListener("abort", onKill);
  });
  killed.catch(() => undefined);
  const tell = (event: HostEvent): void => {
    if (!kill?.aborted) options.onEvent?.(event);
  };
  const report = new Report(tell);
  try {
    run = new Run(options, processes, report, tell, readOnly);
    return await Promise.race([work(run), killed]);
  } catch (error) {
    if (error instanceof Killed || kill?.aborted) throw new Killed();
    if (!(error instanceof Aborted)) report.diagnostic("error", error instanceof Error ? error.message : String(error));
    return resultOf(report, false, readOnly ? "preview" : "recovery");
  } finally {
    if (onKill) kill?.removeEventListener("abort", onKill);
    process.off("exit", endProcesses);
    processes.kill();
    run?.stop();
    run?.state.close();
  }
}

const resultOf = (report: Report, succeeded: boolean, phase: Phase): HostResult => ({
  succeeded,
  phase,
  changes: report.changes(),
  steps: report.steps,
  outputs: {},
  diagnostics: report.diagnostics,
  policies: [],
});

class Run {
  readonly state: State;
  private readonly project: Project;
  private readonly parallel: number;
  private readonly now: () => Date;
  private readonly environment: NodeJS.ProcessEnv;
  private abandoned = new Map<string, Properties>();
  private readonly closing: (() => void)[] = [];

  constructor(
    private readonly options: HostOptions,
    private readonly processes: Processes,
    private readonly report: Report,
    private readonly tell: (event: HostEvent) => void,
    readOnly: boolean,
  ) {
    this.environment = { ...process.env, ...options.environment };
    const passphrase = this.environment.PULUMI_CONFIG_PASSPHRASE ?? "";
    this.project = readProject(resolve(options.projectFolder), options.stack, (salt) => new Crypter(passphrase, salt));
    const crypterFor = (salt?: string): Crypter => new Crypter(passphrase, salt ?? this.project.encryptionSalt);
    this.state = (readOnly ? State.read : State.open)(options.stateFolder, options.stack, crypterFor);
    this.parallel = options.parallel ?? 16;
    this.now = options.now ?? (() => new Date());
  }

  stop(): void {
    for (const close of this.closing.splice(0)) close();
  }

  async recover(): Promise<void> {
    if (this.state.pending().length === 0) return;
    this.report.phase("recovery");
    this.abandoned = await recover(this.engine(this.report, false).registry, this.state, this.report, this.now);
  }

  async destroy(): Promise<HostResult> {
    this.report.phase("destroy");
    const engine = this.engine(this.report, false);
    await engine.deleteAll(this.state.resources());
    return resultOf(this.report, !engine.operations.failed, "destroy");
  }

  /** Runs the program once. */
  async program(phase: Extract<Phase, "preview" | "update">): Promise<HostResult> {
    const { options, processes, project, parallel } = this;
    const dryRun = phase === "preview";
    // What the preview of an `up` said is told, but the result is that of the last phase.
    const report = new Report(this.tell);
    report.diagnostics.push(...this.report.diagnostics);
    report.phase(phase);
    let announce: (address: string) => void = () => undefined;
    const packs = new Promise<string>((settle) => (announce = settle)).then((engine) => {
      const run = { engine, project, stack: options.stack, dryRun, environment: this.environment };
      return Promise.all((options.policyPacks ?? []).map((pack) => PolicyPack.start(pack, processes, run)));
    });
    packs.catch(() => undefined); // whoever asks them gets it
    const engine = this.engine(report, dryRun, packs);
    let endProgram: () => void = () => undefined;
    const failed = new Promise<number>((settle) => {
      endProgram = () => void engine.operations.settle().then(() => settle(-1));
    });
    const monitor = new Monitor({
      project,
      stack: options.stack,
      dryRun,
      parallel,
      engine,
      report,
      onFailure: () => endProgram(),
    });
    this.closing.push(() => monitor.close());
    const address = await monitor.listen();
    announce(address);
    const exit = await Promise.race([this.runProgram(address, dryRun, report), failed]);
    await engine.operations.settle();
    if (exit !== 0 && !engine.operations.failed) {
      if (exit !== 32) report.diagnostic("error", `the program ended with status ${exit}`);
      engine.operations.abort();
    }
    await engine.finish(exit === 0);
    const started = await packs.catch((error: unknown) => {
      engine.operations.fail(error);
      return [];
    });
    const outputs = [...engine.operations.news.values()].find(({ type }) => type === stackType)?.outputs;
    const result: HostResult = {
      ...resultOf(report, !engine.operations.failed && !engine.violated, phase),
      outputs: Object.fromEntries(
        Object.entries(outputs ?? {}).flatMap(([key, value]) =>
          hasUnknown(value) ? [] : [[key, mask(value)] as const],
        ),
      ),
      policies: started.flatMap((pack) => pack.results()),
    };
    this.stop();
    this.processes.kill();
    return result;
  }

  private engine(report: Report, isPreview: boolean, policyPacks: Promise<PolicyPack[]> = Promise.resolve([])): Engine {
    const { options, project, state, parallel, now } = this;
    const engine = new Engine(
      {
        stack: options.stack,
        project: project.name,
        preview: isPreview,
        parallel,
        addresses: options.providers,
        config: project.config,
        secretKeys: project.secretKeys,
        state,
        report,
        policyPacks,
        now,
      },
      this.abandoned,
    );
    this.closing.push(() => {
      engine.operations.abort();
      engine.registry.close();
    });
    return engine;
  }

  private async runProgram(address: string, dryRun: boolean, report: Report): Promise<number> {
    const { options, project, parallel } = this;
    const { name, config, secretKeys } = project;
    if (options.runProgram) {
      const run = {
        monitor: address,
        engine: address,
        project: name,
        stack: options.stack,
        dryRun,
        parallel,
        config,
        secretKeys,
      };
      return options.runProgram(run);
    }
    const runner = require.resolve("@pulumi/pulumi/cmd/run", { paths: [project.programFolder] });
    const flags = {
      monitor: address,
      engine: address,
      organization: "organization",
      project: name,
      "root-directory": project.folder,
      stack: options.stack,
      pwd: project.programFolder,
      parallel: String(parallel),
    };
    const args = [
      ...project.nodeArguments,
      runner,
      ...Object.entries(flags).flatMap(([flag, value]) => [`--${flag}`, value]),
      ...(dryRun ? ["--dry-run"] : []),
      project.entryPoint,
    ];
    const oldKeys = Object.entries(config).map(([key, value]) => [key.replace(":", ":config:"), value]);
    const { exit } = this.processes.start(args, {
      folder: project.programFolder,
      environment: {
        ...this.environment,
        PULUMI_CONFIG: JSON.stringify(Object.fromEntries(oldKeys)),
        PULUMI_CONFIG_SECRET_KEYS: JSON.stringify(secretKeys),
        ...(project.typescript && { PULUMI_NODEJS_TYPESCRIPT: "true" }),
        ...(project.tsconfig && { PULUMI_NODEJS_TSCONFIG_PATH: project.tsconfig }),
      },
      onLine: (line) => report.output("program", line),
    });
    const { code, lastWords } = await exit;
    if (code !== 0 && !report.hasErrors() && lastWords) report.diagnostic("error", lastWords);
    return code;
  }
}
