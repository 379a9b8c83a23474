import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { Command } from "commander";
import { format, resolveConfig } from "prettier";
import { policiesPage } from "./policiesPage";
import { settingsPage } from "./settingsPage";

/** Pages that are made from the program, by their file's name in this folder. */
const pages: Record<string, () => string> = { "settings.md": settingsPage, "policies.md": policiesPage };

/** A page that is not what the program would make now. */
async function stale(file: string, make: () => string): Promise<{ path: string; wanted: string } | undefined> {
  const path = join(__dirname, file);
  const wanted = await format(make(), { ...(await resolveConfig(path)), parser: "markdown" });
  return wanted === read(path) ? undefined : { path, wanted };
}

/** Generated pages that differ from what is on disk. */
export async function stalePages(): Promise<{ path: string; wanted: string }[]> {
  const found = await Promise.all(Object.entries(pages).map(([file, make]) => stale(file, make)));
  return found.filter((page) => page !== undefined);
}

function read(path: string): string | undefined {
  try {
    return readFileSync(path, "utf8");
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ENOENT") return undefined;
    throw error;
  }
}

async function main({ check }: { check: boolean }): Promise<void> {
  for (const { path, wanted } of await stalePages()) {
    const name = `docs/${path.slice(__dirname.length + 1)}`;
    if (check) {
      console.error(`${name} is not what the program says. Mend: npm run docs, and commit the file.`);
      process.exitCode = 1;
    } else {
      writeFileSync(path, wanted);
      console.log(`wrote ${name}`);
    }
  }
}

if (require.main === module)
  void new Command("docs")
    .description("Makes docs/settings.md and docs/policies.md from the program.")
    .option("--check", "write nothing; exit 1 where a page differs", false)
    .action(main)
    .parseAsync();
