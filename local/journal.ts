import {
  appendFileSync,
  closeSync,
  existsSync,
  fsyncSync,
  mkdirSync,
  openSync,
  readFileSync,
  renameSync,
  writeSync,
} from "node:fs";
import { dirname } from "node:path";

/**
 * A map of JSON values kept on an append-only file.
 *
 * Each `set` and `delete` is handed to the operating system before it returns, so a process killed at any moment finds
 * on its next start exactly the changes whose calls had returned. A last line cut short by the kill is dropped.
 * Without a file name it is an ordinary map in memory.
 */
export class Journal<T> {
  private readonly map = new Map<string, T>();

  constructor(private readonly file?: string) {
    if (!file) return;
    mkdirSync(dirname(file), { recursive: true });
    if (!existsSync(file)) return;
    for (const line of readFileSync(file, "utf8").split("\n")) {
      const entry = parse<T>(line);
      if (!entry) continue;
      if (entry.length === 2) this.map.set(entry[0], entry[1]);
      else this.map.delete(entry[0]);
    }
    this.compact();
  }

  get size(): number {
    return this.map.size;
  }

  get(key: string): T | undefined {
    return this.map.get(key);
  }

  has(key: string): boolean {
    return this.map.has(key);
  }

  keys(): string[] {
    return [...this.map.keys()];
  }

  values(): T[] {
    return [...this.map.values()];
  }

  entries(): [string, T][] {
    return [...this.map.entries()];
  }

  set(key: string, value: T): void {
    this.map.set(key, value);
    this.append([key, value]);
  }

  delete(key: string): void {
    if (this.map.delete(key)) this.append([key]);
  }

  /** Rewrites the file to one line a key; atomic, since a rename replaces the old file whole. */
  compact(): void {
    if (!this.file) return;
    const temporary = `${this.file}.new`;
    const handle = openSync(temporary, "w");
    try {
      for (const entry of this.map.entries()) writeSync(handle, `${JSON.stringify(entry)}\n`);
      fsyncSync(handle);
    } finally {
      closeSync(handle);
    }
    renameSync(temporary, this.file);
  }

  private append(entry: [string, T] | [string]): void {
    if (this.file) appendFileSync(this.file, `${JSON.stringify(entry)}\n`);
  }
}

function parse<T>(line: string): [string, T] | [string] | undefined {
  if (line === "") return undefined;
  try {
    return JSON.parse(line) as [string, T] | [string];
  } catch {
    return undefined; // cut short by a kill; its call never returned
  }
}
