import { cpSync, mkdirSync, mkdtempSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";

const root = resolve(__dirname, "..");

/** A project folder of its own with one program, which finds this project's packages. */
export function project(program: string): string {
  const folder = mkdtempSync(join(tmpdir(), "lights-out-bench-"));
  mkdirSync(folder, { recursive: true });
  for (const file of ["Pulumi.yaml", "package.json", "tsconfig.json", "tsconfig.pulumi.json"])
    cpSync(join(root, file), join(folder, file));
  writeFileSync(join(folder, "Pulumi.local.yaml"), "config: {}\n");
  writeFileSync(join(folder, "index.ts"), program);
  symlinkSync(join(root, "node_modules"), join(folder, "node_modules"));
  return folder;
}

/** This project itself, in a folder of its own, so that what a CLI writes into a stack's file stays out of the tree. */
export function copyOfThisProject(): string {
  const folder = project("");
  for (const file of ["index.ts", "settings.ts", "settingsFaults.ts", "Pulumi.local.yaml"])
    cpSync(join(root, file), join(folder, file));
  for (const room of ["components", "schedule", "policies", "docker", "pricing"])
    symlinkSync(join(root, room), join(folder, room));
  return folder;
}
