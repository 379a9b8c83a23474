import { createHash } from "node:crypto";
import { existsSync } from "node:fs";
import { lstat, readdir, readFile, readlink } from "node:fs/promises";
import { join } from "node:path";

/**
 * A digest, in hexadecimal, of all that a Docker build can see: names, contents and the executable bit of the context's
 * files, except those that `.dockerignore` leaves out, and the Dockerfile.
 *
 * @throws an error in one line when the context or the Dockerfile is not there.
 */
export async function buildDigest(context: string, dockerfile: string): Promise<string> {
  if (!existsSync(context)) throw new Error(`the build context ${context} does not exist`);
  if (!existsSync(dockerfile)) throw new Error(`the Dockerfile ${dockerfile} does not exist`);
  const ignoreFile = [`${dockerfile}.dockerignore`, join(context, ".dockerignore")].find((file) => existsSync(file));
  const ignored = ignoring(ignoreFile ? await readFile(ignoreFile, "utf8") : "");
  const hash = createHash("sha256");
  const add = (...parts: (string | Buffer)[]): void => {
    for (const part of parts)
      hash
        .update(String(Buffer.byteLength(part)))
        .update(":")
        .update(part);
  };
  add(await readFile(dockerfile));
  const visit = async (folder: string): Promise<void> => {
    for (const name of (await readdir(join(context, folder))).sort()) {
      const path = folder === "" ? name : `${folder}/${name}`;
      const full = join(context, path);
      const state = await lstat(full);
      // A folder is entered even when it is left out: a later line may take a file of it in again.
      if (state.isDirectory()) await visit(path);
      else if (ignored(path)) continue;
      else if (state.isSymbolicLink()) add(path, "link", await readlink(full));
      else if (state.isFile()) add(path, state.mode & 0o111 ? "x" : "-", await readFile(full));
    }
  };
  await visit("");
  return hash.digest("hex");
}

/** Whether a path of the context is left out, by the lines of a `.dockerignore`; the last one that fits decides. */
export function ignoring(text: string): (path: string) => boolean {
  const rules = text
    .split("\n")
    .map((line) => line.trim())
    .filter((line) => line !== "" && !line.startsWith("#"))
    .map((line) => {
      const negated = line.startsWith("!");
      const glob = line.slice(negated ? 1 : 0).replace(/^\.?\/+|\/+$/g, "");
      return { negated, pattern: new RegExp(`^${expression(glob)}(/.*)?$`) };
    });
  return (path) => rules.reduce((out, { negated, pattern }) => (pattern.test(path) ? !negated : out), false);
}

function expression(glob: string): string {
  return glob
    .split(/(\*\*\/?|\*|\?)/)
    .map((part) => {
      if (part === "**/") return "(.*/)?";
      if (part === "**") return ".*";
      if (part === "*") return "[^/]*";
      return part === "?" ? "[^/]" : part.replace(/[.+^${}()|[\]\\]/g, "\\$&");
    })
    .join("");
}
