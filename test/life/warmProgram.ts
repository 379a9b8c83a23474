import { fork, type ChildProcess } from "node:child_process";
import { join, resolve } from "node:path";

import type { HostOptions, ProgramRun } from "../../local/host";
import type { ChildMessage, ParentMessage } from "./programProcess";

/** The repository, whose program is tried. */
export const repository = resolve(__dirname, "..", "..");

export interface WarmProgramOptions {
  /** Without, errors tell no stack, which saves a third of the time. @default true */
  stackTraces?: boolean;
}

/** What runs cut short leave behind in the process, some 10 MB each, is dropped with the process after so many. */
const mostAbandoned = 20;

/**
 * The project's program in a process that stays, so that a run takes a fraction of a second: loading Pulumi's packages
 * takes seconds. `test/life/warmProgram.test.ts` compares it with the unmodified `cmd/run`.
 */
export class WarmProgram {
  private number = 0;
  private abandoned = 0;
  private child!: ChildProcess;
  private readonly waiting = new Map<number, (status: number) => void>();

  private constructor(private readonly options: WarmProgramOptions) {}

  static async start(options: WarmProgramOptions = {}): Promise<WarmProgram> {
    const program = new WarmProgram(options);
    await program.fork();
    return program;
  }

  /** For `HostOptions.runProgram`. */
  readonly run: NonNullable<HostOptions["runProgram"]> = (run: ProgramRun) => {
    const number = ++this.number;
    return this.ask(number, { kind: "run", number, entry: join(repository, "index.ts"), run });
  };

  /** Ends the latest run as a kill does: nothing that it sends from now on reaches anyone. */
  async abandon(): Promise<void> {
    if (!this.waiting.has(this.number)) return;
    await this.ask(this.number, { kind: "abandon", number: this.number });
    if (++this.abandoned % mostAbandoned > 0) return;
    this.stop();
    await this.fork();
  }

  stop(): void {
    this.child.disconnect(); // at which it ends
  }

  private async fork(): Promise<void> {
    const young = 128; // MB; enough for a run's garbage to be collected at once
    const child = (this.child = fork(join(__dirname, "programProcess.ts"), {
      execArgv: [
        `--min-semi-space-size=${young}`,
        `--max-semi-space-size=${young}`,
        ...(this.options.stackTraces === false ? ["--stack-trace-limit=0"] : []),
        "--require",
        "tsx/cjs",
      ],
      cwd: repository,
      stdio: ["ignore", "ignore", "inherit", "ipc"],
    }));
    child.on("message", ({ number, status }: ChildMessage) => {
      if (number !== undefined) this.settle(number, status);
    });
    child.on("exit", () => {
      if (child === this.child) for (const number of [...this.waiting.keys()]) this.settle(number, 128);
    });
    await new Promise<void>((ready, fail) => {
      child.once("message", () => ready());
      child.once("exit", (code) => fail(new Error(`the program's process ended with status ${code}`)));
    });
  }

  private ask(number: number, message: ParentMessage): Promise<number> {
    return new Promise((settle) => {
      const others = this.waiting.get(number);
      this.waiting.set(number, (status) => {
        others?.(status);
        settle(status);
      });
      this.child.send(message);
    });
  }

  private settle(number: number, status: number): void {
    this.waiting.get(number)?.(status);
    this.waiting.delete(number);
  }
}
