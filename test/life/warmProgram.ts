import { fork, type ChildProcess } from "node:child_process";
import { join, resolve } from "node:path";

import type { HostOptions, ProgramRun } from "../../local/host";
import type { ChildMessage, ParentMessage } from "./programProcess";

/** The repository, whose program is tried. */
export const repository = resolve(__dirname, "..", "..");

/**
 * The project's program in a process that stays, so that a run takes a fraction of a second: loading Pulumi's packages
 * takes seconds. `test/life/warmProgram.test.ts` compares it with the unmodified `cmd/run`.
 */
export class WarmProgram {
  private number = 0;
  private readonly waiting = new Map<number, (status: number) => void>();

  private constructor(
    private readonly child: ChildProcess,
    private readonly entry: string,
  ) {
    child.on("message", ({ number, status }: ChildMessage) => {
      if (number !== undefined) this.settle(number, status);
    });
    child.on("exit", () => {
      for (const number of [...this.waiting.keys()]) this.settle(number, 128);
    });
  }

  /** @param options.stackTraces false: errors have none, which saves a third of the time. @default true */
  static async start(options: { stackTraces?: boolean } = {}): Promise<WarmProgram> {
    const young = 128; // MB; a run's garbage, collected at once
    const child = fork(join(__dirname, "programProcess.ts"), {
      execArgv: [
        `--min-semi-space-size=${young}`,
        `--max-semi-space-size=${young}`,
        ...(options.stackTraces === false ? ["--stack-trace-limit=0"] : []),
        "--require",
        "tsx/cjs",
      ],
      cwd: repository,
      stdio: ["ignore", "ignore", "inherit", "ipc"],
    });
    await new Promise<void>((ready, fail) => {
      child.once("message", () => ready());
      child.once("exit", (code) => fail(new Error(`the program's process ended with status ${code}`)));
    });
    return new WarmProgram(child, join(repository, "index.ts"));
  }

  /** For `HostOptions.runProgram`. */
  readonly run: NonNullable<HostOptions["runProgram"]> = (run: ProgramRun) => {
    const number = ++this.number;
    return this.ask(number, { kind: "run", number, entry: this.entry, run });
  };

  /** Ends the latest run as a kill does: nothing it sends from now on reaches anyone. */
  async abandon(): Promise<void> {
    if (this.waiting.has(this.number)) await this.ask(this.number, { kind: "abandon", number: this.number });
  }

  stop(): void {
    this.child.removeAllListeners("exit");
    this.child.disconnect();
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
