import { spawn } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { pathToFileURL } from "node:url";

import { EmbeddedAzure } from "../../local/azure";
import { exportState, type Deployment } from "../../local/host";
import { project, writeSettings } from "./estate";
import { repository } from "./warmProgram";

/** A temporary project with the repository's program and policy pack, for `npm run local -- …` in a process of its own. */
export class CliProject {
  readonly folder = mkdtempSync(join(tmpdir(), "cli-project-"));

  constructor() {
    writeFileSync(join(this.folder, "Pulumi.yaml"), JSON.stringify(project));
    for (const part of ["policies", "node_modules"]) symlinkSync(join(repository, part), join(this.folder, part));
  }

  remove(): void {
    rmSync(this.folder, { recursive: true, force: true });
  }

  /** Writes `Pulumi.local.yaml`. */
  settings(settings: Record<string, unknown>): void {
    writeSettings(this.folder, settings, "local");
  }

  /**
   * @param kill sends a SIGKILL after so many lines that end so
   * @returns the exit status, null after the SIGKILL, and what was printed
   */
  run(
    command: "up" | "destroy",
    kill?: { end: string; lines: number },
  ): Promise<{ status: number | null; output: string[] }> {
    const tsx = pathToFileURL(createRequire(__filename).resolve("tsx")).href;
    const child = spawn(process.execPath, ["--import", tsx, join(repository, "local", "cli.ts"), command], {
      cwd: this.folder,
      env: { ...process.env, LIGHTS_OUT_ARM_ENDPOINT: "" },
      stdio: ["ignore", "pipe", "pipe"],
    });
    const output: string[] = [];
    for (const stream of [child.stdout, child.stderr]) {
      createInterface(stream).on("line", (line) => {
        output.push(line);
        if (kill && output.filter((one) => one.endsWith(kill.end)).length >= kill.lines) child.kill("SIGKILL");
      });
    }
    return new Promise((settle) => child.on("close", (status) => settle({ status, output })));
  }

  /** The lines of the last run's `out/requests.jsonl`. */
  get requests(): string {
    return readFileSync(join(this.folder, "out", "requests.jsonl"), "utf8");
  }

  get state(): Deployment["deployment"] {
    return exportState({ stateFolder: join(this.folder, ".lights-out", "host"), stack: "local" }).deployment;
  }

  /** Opens the embedded Azure as the last run left it. */
  async withAzure(use: (azure: EmbeddedAzure) => void): Promise<void> {
    const azure = await EmbeddedAzure.start({ folder: join(this.folder, ".lights-out", "azure") });
    try {
      use(azure);
    } finally {
      await azure.stop();
    }
  }
}
