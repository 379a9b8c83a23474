import { existsSync, readFileSync, statSync } from "node:fs";
import { basename, dirname, join, resolve } from "node:path";

import { parse } from "yaml";

import type { Crypter } from "./secrets";

/** What `Pulumi.yaml` and `Pulumi.<stack>.yaml` say. */
export interface Project {
  name: string;
  folder: string;
  /** The folder the program runs in and its entry point there, `.` for the folder's own. */
  programFolder: string;
  entryPoint: string;
  typescript: boolean;
  tsconfig?: string;
  nodeArguments: string[];
  /** Keys `namespace:name`; values as the program gets them (objects as JSON). */
  config: Record<string, string>;
  secretKeys: string[];
  encryptionSalt?: string;
}

interface ProjectFile {
  name?: string;
  main?: string;
  runtime?: string | { name?: string; options?: { typescript?: boolean; tsconfig?: string; nodeargs?: string } };
  config?: Record<string, unknown>;
}

interface StackFile {
  config?: Record<string, unknown>;
  encryptionsalt?: string;
}

/**
 * Reads a project and the configuration of one of its stacks.
 * @throws one clear line when a file is missing or not a Node.js project
 */
export function readProject(folder: string, stack: string, crypterFor: (salt?: string) => Crypter): Project {
  const file = read<ProjectFile>(join(folder, "Pulumi.yaml"));
  if (!file) throw new Error(`${join(folder, "Pulumi.yaml")} is missing: is this the project's folder?`);
  const runtime = typeof file.runtime === "string" ? { name: file.runtime } : (file.runtime ?? {});
  if (!file.name) throw new Error("Pulumi.yaml: name is missing");
  if (runtime.name !== "nodejs") throw new Error(`Pulumi.yaml: runtime is "${runtime.name}", this host runs "nodejs"`);
  const options = runtime.options ?? {};
  const stackName = `Pulumi.${stack}.yaml`;
  const stackFile = read<StackFile>(join(folder, stackName)) ?? {};
  const crypter = crypterFor(stackFile.encryptionsalt);
  const config: Record<string, string> = {};
  const secretKeys: string[] = [];
  const name = file.name;
  const add = (key: string, value: unknown): void => {
    const fullKey = key.includes(":") ? key : `${name}:${key}`;
    const [plain, isSecret] = decrypted(value, crypter);
    config[fullKey] = typeof plain === "string" ? plain : JSON.stringify(plain, sortKeys);
    if (isSecret && !secretKeys.includes(fullKey)) secretKeys.push(fullKey);
  };
  for (const [key, value] of Object.entries(file.config ?? {})) {
    const setting =
      typeof value === "object" && value !== null ? (value as { value?: unknown; default?: unknown }) : { value };
    const given = setting.value ?? setting.default;
    if (given !== undefined) add(key, given);
  }
  for (const [key, value] of Object.entries(mapping(stackFile.config ?? {}, `${stackName}: config`))) add(key, value);
  const main = resolve(folder, file.main ?? ".");
  const isFolder = existsSync(main) && statSync(main).isDirectory();
  return {
    name,
    folder,
    programFolder: isFolder ? main : dirname(main),
    entryPoint: isFolder ? "." : basename(main),
    typescript: options.typescript ?? true,
    tsconfig: options.tsconfig,
    nodeArguments: options.nodeargs?.split(/\s+/).filter(Boolean) ?? [],
    config,
    secretKeys,
    encryptionSalt: stackFile.encryptionsalt,
  };
}

/** For JSON: objects with their keys in order, as the Pulumi CLI hands them to programs. */
function sortKeys(_key: string, value: unknown): unknown {
  if (typeof value !== "object" || value === null || Array.isArray(value)) return value;
  return Object.fromEntries(Object.entries(value).sort(([left], [right]) => (left < right ? -1 : 1)));
}

function read<T extends object>(file: string): T | undefined {
  if (!existsSync(file)) return undefined;
  let content: unknown;
  try {
    content = parse(readFileSync(file, "utf8"));
  } catch (error) {
    // What follows the first line shows the place once more.
    throw new Error(`${basename(file)} is not YAML: ${(error as Error).message.split("\n")[0].replace(/:$/, "")}`);
  }
  return content === null ? undefined : mapping<T>(content, basename(file));
}

function mapping<T extends object>(value: unknown, what: string): T {
  if (typeof value === "object" && value !== null && !Array.isArray(value)) return value as T;
  throw new Error(`${what} must be a map of names to values, but is ${JSON.stringify(value).slice(0, 60)}`);
}

/** The value with each `secure: ciphertext` decrypted, and whether there was one. */
function decrypted(value: unknown, crypter: Crypter): [unknown, boolean] {
  if (Array.isArray(value)) {
    const items = value.map((item) => decrypted(item, crypter));
    return [items.map(([item]) => item), items.some(([, isSecret]) => isSecret)];
  }
  if (typeof value !== "object" || value === null) return [value, false];
  const entries = Object.entries(value);
  if (entries.length === 1 && entries[0][0] === "secure" && typeof entries[0][1] === "string") {
    return [crypter.decrypt(entries[0][1]), true];
  }
  const items = entries.map(([key, item]) => [key, decrypted(item, crypter)] as const);
  return [Object.fromEntries(items.map(([key, [item]]) => [key, item])), items.some(([, [, isSecret]]) => isSecret)];
}
