import { spawn } from "node:child_process";
import { accessSync, constants, existsSync, readFileSync } from "node:fs";
import { delimiter, join, resolve } from "node:path";
import { pathToFileURL } from "node:url";

/** A resource in an exported stack. */
export interface State {
  readonly urn: string;
  readonly type: string;
  readonly id?: string;
  readonly inputs?: Record<string, unknown>;
  readonly outputs?: Record<string, unknown>;
}

/** Of what the CLI needs, the commands that are not on PATH. Without them the tests are skipped, and say so. */
export const missing = ["pulumi", "pulumi-language-nodejs"].filter((command) => !onPath(command));
if (missing.length > 0) {
  console.log(`skipped: ${missing.join(" and ")} not on PATH, so nothing is tried with a real Pulumi CLI`);
}

/** Environment of a run that touches nothing of the user's: `folder` is its home, and no Docker engine answers. */
export function apart(folder: string): NodeJS.ProcessEnv {
  return {
    ...process.env,
    HOME: folder,
    DOCKER_HOST: `unix://${join(folder, "no-engine")}`,
    PULUMI_SKIP_UPDATE_CHECK: "true",
    PULUMI_NODEJS_TRANSPILE_ONLY: "true",
  };
}

/** A resource's state without what differs between two runs that did the same: random parts, times, keys, ciphertexts. */
export function comparable({ urn, type, id, inputs = {}, outputs = {} }: State): State {
  const text = JSON.stringify({ urn, type, id, inputs, outputs })
    .replace(/"(ciphertext|etag|eTag|customDomainVerificationId|accessEndpoint)":"[^"]*"/g, '"$1":"…"')
    .replace(/"(latest(?:Ready)?Revision(?:Name|Fqdn))":"[^"]*"/g, '"$1":"…"')
    .replace(/"version":"\d{12,}"/g, '"version":"…"')
    .replace(/[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}/g, "uuid")
    .replace(/[0-9a-f]{8}(?![0-9a-f])/g, "…")
    .replace(/\d{4}-\d\d-\d\dT[\d:.]+Z/g, "time");
  const state = JSON.parse(text) as State;
  return type.startsWith("pulumi:providers:") ? { ...state, id: "uuid" } : state;
}

export interface Recorded {
  readonly method: string;
  readonly url: string;
  readonly body?: object;
}

export function requests(folder: string): Recorded[] {
  const file = join(folder, "out", "requests.jsonl");
  if (!existsSync(file)) return [];
  const lines = readFileSync(file, "utf8").split("\n");
  return lines.filter((line) => line !== "").map((line) => JSON.parse(line) as Recorded);
}

export function run(command: string, args: string[], cwd: string, env: NodeJS.ProcessEnv): Promise<string> {
  return new Promise((done, reject) => {
    const child = spawn(command, args, { cwd, env, stdio: ["ignore", "pipe", "pipe"] });
    let text = "";
    let errors = "";
    child.stdout.on("data", (chunk: Buffer) => (text += chunk.toString()));
    child.stderr.on("data", (chunk: Buffer) => (errors += chunk.toString()));
    child.on("error", reject);
    child.on("exit", (code) =>
      code === 0 ? done(text) : reject(new Error(`${command} ${args.join(" ")} ended with ${code}:\n${text}${errors}`)),
    );
  });
}

function onPath(command: string): boolean {
  return (process.env.PATH ?? "").split(delimiter).some((path) => {
    try {
      accessSync(join(path, command), constants.X_OK);
      return true;
    } catch {
      return false;
    }
  });
}

/** What Microsoft's types find fault with in the recorded PUT requests; undefined where those types are not at hand. */
export async function faults(folder: string): Promise<string[] | undefined> {
  const validator = resolve(__dirname, "../../../shared/arm/validate.mjs");
  if (!existsSync(validator)) return undefined;
  const { validate } = (await import(pathToFileURL(validator).href)) as { validate: (request: Recorded) => string[] };
  return requests(folder)
    .filter(({ method }) => method === "PUT")
    .flatMap((request) => validate(request));
}
