import { cpSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

import { expect } from "vitest";

import { EmbeddedAzure, type FaultKind } from "../../local/azure";
import { destroy, exportState, Killed, up, type Deployment, type HostOptions, type HostResult } from "../../local/host";
import { settingsFromEnvironment } from "../../local/provider/arm";
import { startProvider } from "../../local/provider/start";
import { minimalSettings, stackSettings } from "../support/devSettings";
import { expectAgreement, expectNothingLeft } from "./agreement";
import { repository, type WarmProgram } from "./warmProgram";

/** The settings of the estates tried here; images are never built, so that a Docker engine makes no difference. */
export const settingsOf = {
  minimal: { ...minimalSettings, registry: { build: "never" } },
  local: { ...stackSettings("local"), registry: { build: "never" } },
};

/** Pulumi.yaml, which is JSON too: the repository's, for a project that stands elsewhere. */
export const project = {
  name: "lights-out",
  runtime: { name: "nodejs", options: { typescript: true, tsconfig: "tsconfig.pulumi.json" } },
  main: join(repository, "index.ts"),
};

export function writeSettings(folder: string, settings: Record<string, unknown>, stack = "life"): void {
  const config = Object.entries(settings).map(([key, value]) => [`lights-out:${key}`, value]);
  writeFileSync(join(folder, `Pulumi.${stack}.yaml`), JSON.stringify({ config: Object.fromEntries(config) }));
}

export type Action = (kill?: AbortSignal) => Promise<HostResult>;
/** Whether the request during which the host is killed still reaches Azure. */
export type Moment = "not received" | "received, not answered";

/** A temporary project with the repository's program, its state, an embedded Azure and a provider. */
export class Estate {
  hostOptions!: HostOptions;
  private provider!: Awaited<ReturnType<typeof startProvider>>;

  private constructor(
    readonly folder: string,
    readonly azure: EmbeddedAzure,
    private readonly program: WarmProgram,
  ) {}

  /**
   * @param from the folder of an estate that was stopped: this one goes on from there, and leaves that one as it is
   * @param speed simulated seconds a real second; by default so many that every operation of Azure ends at once
   */
  static async start(
    program: WarmProgram,
    from: { settings: Record<string, unknown> } | { folder: string },
    speed = 1e6,
  ): Promise<Estate> {
    const folder = mkdtempSync(join(tmpdir(), "estate-"));
    if ("folder" in from) cpSync(from.folder, folder, { recursive: true });
    else {
      writeFileSync(join(folder, "Pulumi.yaml"), JSON.stringify(project));
      writeSettings(folder, from.settings);
    }
    const azure = await EmbeddedAzure.start({ folder: join(folder, "azure"), speed });
    const estate = new Estate(folder, azure, program);
    await estate.startProvider();
    return estate;
  }

  private async startProvider(): Promise<void> {
    const environment = this.azure.environment();
    const settings = { ...settingsFromEnvironment(environment), pause: 1 };
    this.provider = await startProvider({ settings, environment });
    const address = `127.0.0.1:${this.provider.port}`;
    this.hostOptions = {
      projectFolder: this.folder,
      stack: "life",
      stateFolder: join(this.folder, "state"),
      providers: { "azure-native": address, docker: address },
      environment: { ...environment, PULUMI_CONFIG_PASSPHRASE: "of the test" },
      runProgram: this.program.run,
    };
  }

  /** Stops what runs and keeps the folder. */
  async pause(): Promise<void> {
    await this.provider.stop();
    await this.azure.stop();
  }

  async stop(): Promise<void> {
    await this.pause();
    rmSync(this.folder, { recursive: true, force: true });
  }

  readonly up: Action = (kill) => up({ ...this.hostOptions, ...(kill && { kill }) });
  readonly destroy: Action = (kill) => destroy({ ...this.hostOptions, ...(kill && { kill }) });

  /**
   * Runs `action` and kills host, program and provider at the k-th management request.
   * @returns whether it came to that; else the run has succeeded
   */
  async killedAt(k: number, moment: Moment, action: Action): Promise<boolean> {
    const { azure, provider, program } = this;
    const kill = new AbortController();
    azure.onRequest = (n) => {
      if (n !== k) return;
      kill.abort();
      provider.kill();
    };
    if (moment === "not received") azure.faults.add({ at: k, kind: "drop" });
    const outcome = await action(kill.signal).catch((error: unknown) => error);
    azure.onRequest = undefined;
    azure.faults.clear();
    if (!kill.signal.aborted) {
      expectSuccess(outcome as HostResult);
      return false;
    }
    expect(outcome).toBeInstanceOf(Killed);
    await program.abandon();
    await this.startProvider();
    return true;
  }

  /**
   * Runs `action` with faults: one of each kind, the first at the k-th management request, the others at those right
   * after it, and the same again after each `stride` requests.
   * @returns how often the first of them struck
   */
  async faultyAt(k: number, kinds: FaultKind[], action: Action, stride: number): Promise<number> {
    const { faults, requests } = this.azure;
    const most = 1000; // requests; more than any estate here sends
    const planned = new Map<number, FaultKind>();
    for (let first = k; first <= most; first += stride) {
      kinds.forEach((kind, index) => planned.set(first + index, kind));
    }
    // In simulated seconds; at the speed of these tests it is no real time to speak of.
    for (const [at, kind] of planned) faults.add({ at, kind, retryAfter: 5 });
    expectSuccess(await action());
    faults.clear();
    const met = requests.map(({ status }) => status);
    const meant = [...planned].filter(([at]) => at <= requests.length);
    // No answer at all is recorded as 0.
    for (const [at, kind] of meant) expect(met[at - 1]).toBe(typeof kind === "number" ? kind : 0);
    return meant.filter(([at]) => (at - k) % stride === 0).length;
  }

  get state(): Deployment["deployment"] {
    return exportState(this.hostOptions).deployment;
  }

  /** PUTs that Azure was sent. */
  get puts(): number {
    return this.azure.requests.filter(({ method }) => method === "PUT").length;
  }

  expectAgreement(): void {
    expectAgreement(this.azure, this.state);
  }

  expectNothingLeft(): void {
    expectNothingLeft(this.azure, this.state);
  }
}

export function expectSuccess(result: HostResult): void {
  expect(result.diagnostics.filter(({ severity }) => severity === "error")).toEqual([]);
  expect(result.succeeded).toBe(true);
}
