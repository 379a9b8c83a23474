import { existsSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";

/**
 * Keeps a second process out of a folder: two would overwrite each other's journals. A process that was killed leaves
 * its lock behind, which is then taken over.
 *
 * @returns what gives the folder free again.
 * @throws one line that names the process which holds the folder.
 */
export function lock(folder: string): () => void {
  const file = join(folder, "process.lock");
  const holder = holderOf(file);
  if (holder !== undefined) {
    throw new Error(
      `The embedded Azure in ${folder} is already running, as process ${holder}: stop it, or use it with the environment that it printed.`,
    );
  }
  writeFileSync(file, mark(process.pid));
  return () => rmSync(file, { force: true });
}

/** A process by its identifier and (where the system tells) its start, since identifiers are used again. */
export function mark(pid: number): string {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, "utf8");
    // The 22nd field; the second, in parentheses, may itself hold blanks.
    return `${pid} ${stat.slice(stat.lastIndexOf(")") + 2).split(" ")[19] ?? ""}`;
  } catch {
    return `${pid}`;
  }
}

/** The other live process that holds the lock. */
function holderOf(file: string): number | undefined {
  const held = existsSync(file) ? readFileSync(file, "utf8") : "";
  const holder = Number(held.split(" ")[0]);
  if (!Number.isInteger(holder) || holder <= 0 || holder === process.pid || mark(holder) !== held) return undefined;
  try {
    process.kill(holder, 0);
    return holder;
  } catch (error) {
    // A process of another user is alive, too.
    return (error as NodeJS.ErrnoException).code === "EPERM" ? holder : undefined;
  }
}
