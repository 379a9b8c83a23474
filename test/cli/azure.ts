import { spawn } from "node:child_process";
import { createInterface } from "node:readline";

export interface Served {
  /** What `npm run azure` printed as `export NAME=value`. */
  readonly environment: Record<string, string>;
  stop(): Promise<void>;
}

/** Runs `npm run azure`'s program in `folder` (its state and `out/` go there) until it says `ready`. */
export async function serveAzure(folder: string, environment: NodeJS.ProcessEnv): Promise<Served> {
  const serve = require.resolve("../../local/serve.ts");
  const child = spawn(process.execPath, [require.resolve("tsx/cli"), serve], {
    cwd: folder,
    env: environment,
    stdio: ["ignore", "pipe", "pipe"],
  });
  let errors = "";
  child.stderr.on("data", (chunk: Buffer) => (errors += chunk.toString()));
  const ended = new Promise<number | null>((done) => child.on("exit", done));
  const printed: Record<string, string> = {};
  for await (const line of createInterface({ input: child.stdout })) {
    if (line === "ready") {
      child.stdout.resume();
      return {
        environment: printed,
        stop: async () => {
          child.kill("SIGTERM");
          await ended;
        },
      };
    }
    const [, name, value] = /^export (\w+)=(.*)$/.exec(line) ?? [];
    if (!name) throw new Error(`unexpected line from npm run azure: ${line}`);
    printed[name] = value.replace(/^'(.*)'$/, "$1").replace(/'\\''/g, "'");
  }
  throw new Error(`npm run azure ended with ${await ended} before it was ready: ${errors.trim()}`);
}
