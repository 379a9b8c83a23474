import { spawn, type ChildProcess } from "node:child_process";
import { createInterface } from "node:readline";

/**
 * Loaded into plugins ahead of their own code: ends them when their standard input ends, which it does when this process
 * is killed. A provider that outlived its host could still change what the next run believes to know.
 */
const leash =
  "data:text/javascript,import{stdin,exit}from'node:process';stdin.on('error',exit).on('end',exit).resume().unref()";

export interface Exit {
  /** The exit status; 128 when a signal ended the process. */
  code: number;
  /** The last lines of its standard error. */
  lastWords: string;
}

/** The processes a run has started; none outlives it. */
export class Processes {
  private readonly running = new Set<ChildProcess>();

  /** Starts Node.js; each line of output goes to `onLine`. */
  start(
    args: string[],
    options: {
      folder: string;
      environment: NodeJS.ProcessEnv;
      onLine: (line: string, stream: "stdout" | "stderr") => void;
    },
  ): { child: ChildProcess; exit: Promise<Exit> } {
    const child = spawn(process.execPath, args, {
      cwd: options.folder,
      env: options.environment,
      stdio: ["pipe", "pipe", "pipe"],
    });
    this.running.add(child);
    const lastWords: string[] = [];
    createInterface(child.stdout).on("line", (line) => options.onLine(line, "stdout"));
    createInterface(child.stderr).on("line", (line) => {
      lastWords.push(line);
      if (lastWords.length > 40) lastWords.shift();
      options.onLine(line, "stderr");
    });
    const exit = new Promise<Exit>((settle) => {
      const end = (code: number): void => {
        this.running.delete(child);
        settle({ code, lastWords: lastWords.join("\n") });
      };
      child.on("error", (error) => {
        lastWords.push(error.message);
        end(127);
      });
      child.on("close", (code) => end(code ?? 128));
    });
    return { child, exit };
  }

  /** Starts a plugin: a process that prints the port it listens on as its first line. */
  async startPlugin(
    what: string,
    args: string[],
    options: { folder: string; environment: NodeJS.ProcessEnv; onLine?: (line: string) => void },
  ): Promise<string> {
    const port = new Promise<string>((settle, fail) => {
      let known = false;
      const { exit } = this.start(["--import", leash, ...args], {
        ...options,
        onLine: (line, stream) => {
          if (known || stream === "stderr" || !/^\d+$/.test(line.trim())) options.onLine?.(line);
          else {
            known = true;
            settle(line.trim());
          }
        },
      });
      void exit.then(({ code, lastWords }) => fail(new Error(`${what} ended with status ${code}: ${lastWords}`)));
    });
    return `127.0.0.1:${await port}`;
  }

  /** Ends all at once; they get no chance to write or answer anything more. */
  kill(): void {
    for (const child of this.running) child.kill("SIGKILL");
    this.running.clear();
  }
}
