import { createHash } from "node:crypto";
import { existsSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { isDeepStrictEqual } from "node:util";

import { Journal } from "../journal";
import { decryptSecrets, encryptSecrets, type Crypter } from "./secrets";
import type { Properties } from "./values";

/** One resource, as in a Pulumi deployment of version 3; absent fields are left out. */
export interface ResourceState {
  urn: string;
  custom: boolean;
  /** Replaced by a newer resource of the same URN and yet to be deleted. */
  delete?: boolean;
  id?: string;
  type: string;
  inputs?: Properties;
  outputs?: Properties;
  parent?: string;
  protect?: boolean;
  /** Read, not managed. */
  external?: boolean;
  dependencies?: string[];
  /** Why the resource may be unfinished; the next update sends its inputs once more. */
  initErrors?: string[];
  /** `urn::id` of the provider resource. */
  provider?: string;
  propertyDependencies?: Record<string, string[]>;
  /** Deleted in order to be created anew, which has not happened yet. */
  pendingReplacement?: boolean;
  additionalSecretOutputs?: string[];
  aliases?: string[];
  /** Seconds. */
  customTimeouts?: { create?: number; update?: number; delete?: number };
  retainOnDelete?: boolean;
  deletedWith?: string;
  created?: string;
  modified?: string;
  ignoreChanges?: string[];
  replaceOnChanges?: string[];
}

export interface Operation {
  type: "creating" | "updating" | "deleting";
  resource: ResourceState;
  /** A deletion that makes room for a replacement. */
  replacing?: boolean;
}

/** All that is known of one URN; written as one line of the journal, so it changes as one. */
export interface Entry {
  live?: ResourceState;
  condemned?: ResourceState[];
  pending?: Operation;
}

/** What `pulumi stack export` prints and `pulumi stack import` takes. */
export interface Deployment {
  version: 3;
  deployment: {
    manifest: { time: string; magic: string; version: string };
    secrets_providers?: { type: "passphrase"; state: { salt: string } };
    resources?: ResourceState[];
    pending_operations?: { resource: ResourceState; type: string }[];
  };
}

/** The key under which the journal keeps the salt; no URN looks like it. */
const saltKey = "#salt";
type Stored = Entry | { salt: string };

/** Locks held by this process; a lock file of this process that is not among them is left from a kill. */
const held = new Set<string>();

/** The state of one stack, on an append-only journal. */
export class State {
  private readonly entries = new Map<string, Entry>();
  private frozen = false;
  private readonly lockFile: string;

  private constructor(
    private readonly journal: Journal<Stored>,
    readonly crypter: Crypter,
    file: string,
  ) {
    this.lockFile = `${file}.lock`;
    for (const [urn, stored] of journal.entries()) {
      if (urn !== saltKey)
        this.entries.set(
          urn,
          convert(stored as Entry, (p) => decryptSecrets(p, crypter)),
        );
    }
    this.dropRenamed();
  }

  /**
   * Opens a stack's state and locks it against other hosts.
   * @param crypterFor makes the crypter from the salt the state was written with, if any was
   * @throws when another process is working on it
   */
  static open(folder: string, stack: string, crypterFor: (salt?: string) => Crypter): State {
    const file = fileOf(folder, stack);
    const journal = new Journal<Stored>(file);
    const state = new State(journal, crypterFor((journal.get(saltKey) as { salt: string } | undefined)?.salt), file);
    state.lock();
    return state;
  }

  /** Reads a stack's state without touching its files; what is done to it is not kept. */
  static read(folder: string, stack: string, crypterFor: (salt?: string) => Crypter): State {
    const journal = readJournal(folder, stack);
    return new State(journal, crypterFor((journal.get(saltKey) as { salt: string } | undefined)?.salt), "");
  }

  get(urn: string): Entry | undefined {
    return this.entries.get(urn);
  }

  live(urn: string): ResourceState | undefined {
    return this.entries.get(urn)?.live;
  }

  pending(): [string, Operation][] {
    return [...this.entries]
      .flatMap(([urn, entry]) => (entry.pending ? [[urn, entry.pending] as const] : []))
      .map(([urn, operation]) => [urn, operation]);
  }

  /** All resources, each after those it depends on. */
  resources(): ResourceState[] {
    return sorted([...this.entries.values()].flatMap((entry) => [...(entry.condemned ?? []), ...live(entry)]));
  }

  /** Replaces what is known of a URN; on disk before it returns. */
  set(urn: string, entry: Entry): void {
    if (this.frozen) return;
    const { live, condemned, pending } = entry;
    const next: Entry = { ...(live && { live }), ...(condemned?.length && { condemned }), ...(pending && { pending }) };
    if (isDeepStrictEqual(next, this.entries.get(urn))) return;
    if (Object.keys(next).length === 0) {
      this.entries.delete(urn);
      this.journal.delete(urn);
      return;
    }
    const stored = convert(next, (properties) => encryptSecrets(properties, this.crypter));
    const salt = this.crypter.salt;
    if (salt && !this.journal.has(saltKey)) this.journal.set(saltKey, { salt });
    this.journal.set(urn, stored);
    this.entries.set(urn, next);
  }

  /** Changes parts of what is known of a URN. */
  change(urn: string, part: Partial<Entry>): void {
    this.set(urn, { ...this.entries.get(urn), ...part });
  }

  /** From now on nothing is written: as if the process had been killed. */
  freeze(): void {
    this.frozen = true;
    held.delete(this.lockFile);
  }

  close(): void {
    if (!this.frozen && held.delete(this.lockFile)) rmSync(this.lockFile, { force: true });
  }

  private lock(): void {
    const owner = existsSync(this.lockFile) ? Number(readFileSync(this.lockFile, "utf8")) : undefined;
    if (owner && (owner === process.pid ? held.has(this.lockFile) : isAlive(owner))) {
      throw new Error(`another update of this stack is running (process ${owner}): wait for it, or end it`);
    }
    writeFileSync(this.lockFile, String(process.pid));
    held.add(this.lockFile);
  }

  /** A rename by alias writes the new URN, then removes the old one; this finishes what a kill cut in between. */
  private dropRenamed(): void {
    for (const { live } of [...this.entries.values()]) {
      for (const alias of live?.aliases ?? []) {
        const old = this.entries.get(alias);
        if (old?.live && old.live.id === live?.id) this.set(alias, { ...old, live: undefined });
      }
    }
  }
}

/** A stack's state in Pulumi's deployment format; secrets stay encrypted. */
export function exportDeployment(folder: string, stack: string, version: string, now: Date): Deployment {
  const journal = readJournal(folder, stack);
  const salt = (journal.get(saltKey) as { salt: string } | undefined)?.salt;
  const entries = journal.entries().flatMap(([urn, stored]) => (urn === saltKey ? [] : [stored as Entry]));
  const resources = sorted(entries.flatMap((entry) => [...(entry.condemned ?? []), ...live(entry)]));
  const operations = entries.flatMap(({ pending }) =>
    pending ? [{ resource: tidy(pending.resource), type: pending.type }] : [],
  );
  return {
    version: 3,
    deployment: {
      manifest: { time: now.toISOString(), magic: createHash("sha256").update(version).digest("hex"), version },
      ...(salt && { secrets_providers: { type: "passphrase", state: { salt } } }),
      ...(resources.length > 0 && { resources: resources.map(tidy) }),
      ...(operations.length > 0 && { pending_operations: operations }),
    },
  };
}

/** As Pulumi writes it: no empty inputs or outputs. */
function tidy({ inputs, outputs, ...rest }: ResourceState): ResourceState {
  const full = <K extends string>(key: K, value?: Properties): { [P in K]?: Properties } =>
    (value && Object.keys(value).length > 0 ? { [key]: value } : {}) as { [P in K]?: Properties };
  return { ...rest, ...full("inputs", inputs), ...full("outputs", outputs) };
}

const live = (entry: Entry): ResourceState[] => (entry.live ? [entry.live] : []);
const fileOf = (folder: string, stack: string): string => join(folder, `${stack}.journal`);

function readJournal(folder: string, stack: string): Journal<Stored> {
  const journal = new Journal<Stored>(); // in memory: opening the file would compact it under a running update
  const file = fileOf(folder, stack);
  for (const line of existsSync(file) ? readFileSync(file, "utf8").split("\n") : []) {
    try {
      const [key, value] = JSON.parse(line) as [string, Stored?];
      if (value) journal.set(key, value);
      else journal.delete(key);
    } catch {
      continue; // the last line, cut short or still being written
    }
  }
  return journal;
}

function convert(entry: Entry, change: (properties: Properties) => Properties): Entry {
  const resource = (state: ResourceState): ResourceState => ({
    ...state,
    ...(state.inputs && { inputs: change(state.inputs) }),
    ...(state.outputs && { outputs: change(state.outputs) }),
  });
  return {
    ...(entry.live && { live: resource(entry.live) }),
    ...(entry.condemned && { condemned: entry.condemned.map(resource) }),
    ...(entry.pending && { pending: { ...entry.pending, resource: resource(entry.pending.resource) } }),
  };
}

/** The URNs a resource needs: parent, provider, all kinds of dependency. */
export function needs(resource: ResourceState): string[] {
  const provider = resource.provider?.slice(0, resource.provider.lastIndexOf("::"));
  return [
    ...(resource.parent ? [resource.parent] : []),
    ...(provider ? [provider] : []),
    ...(resource.dependencies ?? []),
    ...Object.values(resource.propertyDependencies ?? {}).flat(),
    ...(resource.deletedWith ? [resource.deletedWith] : []),
  ];
}

/**
 * Orders resources so that each follows what it needs, else as given. References to a URN that has since been renamed
 * by an alias are rewritten, those to one that is gone are dropped.
 */
function sorted(resources: ResourceState[]): ResourceState[] {
  const byUrn = new Map<string, ResourceState[]>();
  for (const resource of resources) byUrn.set(resource.urn, [...(byUrn.get(resource.urn) ?? []), resource]);
  const renamed = new Map(resources.flatMap(({ urn, aliases }) => (aliases ?? []).map((alias) => [alias, urn])));
  const current = (urn: string): string | undefined => (byUrn.has(urn) ? urn : renamed.get(urn));
  const list = (urns: string[]): string[] => urns.flatMap((urn) => current(urn) ?? []);
  const result: ResourceState[] = [];
  const placed = new Set<ResourceState>();
  const place = (resource: ResourceState): void => {
    if (placed.has(resource)) return;
    placed.add(resource);
    for (const urn of list(needs(resource))) if (urn !== resource.urn) byUrn.get(urn)?.forEach(place);
    result.push(resource);
  };
  resources.forEach(place);
  const known = (urn: string): boolean => current(urn) === urn;
  return result.map((resource) => {
    if (needs(resource).every(known)) return resource;
    const { parent, provider, dependencies, propertyDependencies, deletedWith, ...rest } = resource;
    const cut = provider?.lastIndexOf("::") ?? 0;
    return {
      ...rest,
      ...(parent && current(parent) && { parent: current(parent) }),
      ...(provider && {
        provider: `${current(provider.slice(0, cut)) ?? provider.slice(0, cut)}${provider.slice(cut)}`,
      }),
      ...(dependencies && { dependencies: list(dependencies) }),
      ...(propertyDependencies && {
        propertyDependencies: Object.fromEntries(
          Object.entries(propertyDependencies).map(([key, urns]) => [key, list(urns)]),
        ),
      }),
      ...(deletedWith && current(deletedWith) && { deletedWith: current(deletedWith) }),
    };
  });
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
}
