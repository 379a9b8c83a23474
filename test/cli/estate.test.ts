import { cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { destroy, exportState, up } from "../../local/host";
import { serveAzure, type Served } from "./azure";
import { apart, comparable, faults, missing, requests, run, type State } from "./cli";

/* This project's own `local` stack with the real Pulumi CLI, beside the same with the embedded host. */

describe.skipIf(missing.length > 0)("the local stack with the Pulumi CLI", { timeout: 300_000 }, () => {
  const project = resolve(__dirname, "../..");
  let folder: string;
  let configuration: string;
  let azure: Served;
  let environment: NodeJS.ProcessEnv;
  let byCli: State[];

  beforeAll(async () => {
    folder = mkdtempSync(join(tmpdir(), "pulumi-estate-"));
    // A copy, since the CLI writes the salt of the stack's secrets into it.
    configuration = join(folder, "Pulumi.local.yaml");
    cpSync(join(project, "Pulumi.local.yaml"), configuration);
    azure = await serveAzure(folder, apart(folder));
    environment = { ...apart(folder), ...azure.environment };
    await run("npm", ["run", "--silent", "build:policies"], project, process.env);
    // The salt goes into the project's own file, whatever file is named afterwards: put that back as it was.
    const original = readFileSync(join(project, "Pulumi.local.yaml"));
    await pulumi("stack", "init", "local", "--no-select").finally(() =>
      writeFileSync(join(project, "Pulumi.local.yaml"), original),
    );
  }, 120_000);
  afterAll(async () => {
    await azure?.stop();
    rmSync(folder, { recursive: true });
  });

  const pulumi = (...args: string[]): Promise<string> =>
    run("pulumi", ["--non-interactive", ...args], project, environment);
  const onStack = (command: string, ...args: string[]): Promise<string> =>
    pulumi(command, "--stack", "local", "--config-file", configuration, ...args);
  const writes = () => requests(folder).filter(({ method }) => method !== "GET").length;
  const sorted = (states: readonly State[]): State[] =>
    states.map(comparable).sort((a, b) => a.urn.localeCompare(b.urn));

  it("previews under the policy pack, and writes nothing", async () => {
    await onStack("preview", "--policy-pack", join(project, "policies"));
    expect(writes()).toBe(0);
  });

  it("goes up, and is then as declared", async () => {
    await onStack("up", "--yes", "--policy-pack", join(project, "policies"));
    const text = await pulumi("stack", "export", "--stack", "local");
    byCli = sorted((JSON.parse(text) as { deployment: { resources: State[] } }).deployment.resources);
    const before = writes();
    await onStack("up", "--yes", "--expect-no-changes");
    await onStack("refresh", "--yes", "--expect-no-changes");
    expect(writes()).toBe(before);
  });

  it("sends nothing that Microsoft's types find fault with", async ({ skip }) => {
    const found = await faults(folder);
    if (!found) skip("../shared/arm is not beside this repository");
    expect(found).toEqual([]);
  });

  it("is destroyed", async () => {
    await onStack("destroy", "--yes");
    const { deployment } = JSON.parse(await pulumi("stack", "export", "--stack", "local")) as {
      deployment: { resources?: State[] };
    };
    expect(deployment.resources ?? []).toEqual([]);
  });

  it("is the same with the host, whose state the CLI takes over", async () => {
    const [, port] = /azure-native:(\d+)/.exec(environment.PULUMI_DEBUG_PROVIDERS!)!;
    const address = `127.0.0.1:${port}`;
    const options = {
      projectFolder: project,
      stack: "local",
      stateFolder: join(folder, "host-state"),
      providers: { "azure-native": address, docker: address },
      environment: environment as Record<string, string>,
    };
    const result = await up(options);
    expect(result.diagnostics.filter(({ severity }) => severity === "error")).toEqual([]);
    const exported = exportState(options);
    expect(sorted(exported.deployment.resources as State[])).toEqual(byCli);

    const file = join(folder, "host-state.json");
    writeFileSync(file, JSON.stringify(exported));
    await pulumi("stack", "import", "--stack", "local", "--file", file);
    await onStack("preview", "--expect-no-changes");
    expect((await destroy(options)).succeeded).toBe(true);
  });
});
