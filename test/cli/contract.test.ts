import { cpSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { destroy, exportState, up } from "../../local/host";
import { serveAzure, type Served } from "./azure";
import { apart, comparable, faults, missing, requests, run, type State } from "./cli";

/*
 * The contract with the real Pulumi CLI, against `npm run azure`: it drives the provider as the host does, the two agree
 * on resources, inputs and outputs, and the CLI takes over the host's state.
 */

describe.skipIf(missing.length > 0)("the Pulumi CLI", { timeout: 120_000 }, () => {
  let folder: string;
  let program: string;
  let azure: Served;
  let environment: NodeJS.ProcessEnv;

  beforeAll(async () => {
    folder = mkdtempSync(join(tmpdir(), "pulumi-cli-"));
    program = programIn(join(folder, "program"));
    const base = apart(folder);
    azure = await serveAzure(folder, base);
    environment = { ...base, ...azure.environment };
    await pulumi("stack", "init", "local");
    await pulumi("config", "set", "--secret", "display", "hush");
  }, 120_000);
  afterAll(async () => {
    await azure?.stop();
    rmSync(folder, { recursive: true });
  });

  const pulumi = (...args: string[]): Promise<string> =>
    run("pulumi", ["--non-interactive", ...args], program, environment);
  const states = async (): Promise<State[]> =>
    (JSON.parse(await pulumi("stack", "export")) as { deployment: { resources?: State[] } }).deployment.resources ?? [];
  const puts = () => requests(folder).filter(({ method }) => method === "PUT");
  /** The paths of the PUT and DELETE requests sent meanwhile. */
  const writes = async (work: () => Promise<unknown>): Promise<string[]> => {
    const before = requests(folder).length;
    await work();
    const sent = requests(folder).slice(before);
    return sent
      .filter(({ method }) => method === "PUT" || method === "DELETE")
      .map(
        ({ method, url }) => `${method} ${new URL(url, "https://localhost").pathname.split("/").slice(-2).join("/")}`,
      );
  };

  it("previews without writing anything", async () => {
    const text = await pulumi("preview", "--stack", "local");
    expect(text).toContain("+ 10 to create");
    expect(puts()).toEqual([]);
  });

  it("brings the stack up, and a second time writes nothing", async () => {
    expect(await pulumi("up", "--yes", "--stack", "local")).toContain("+ 10 created");
    expect(puts().length).toBe(7);
    expect(await writes(() => pulumi("up", "--yes", "--stack", "local", "--expect-no-changes"))).toEqual([]);
    const pool = (await states()).find(({ type }) => type === "azure-native:batch:Pool")!;
    expect(pool.outputs).toMatchObject({ name: "spot", provisioningState: "Succeeded", azureApiVersion: "2024-07-01" });
    expect(pool.inputs!.displayName).toMatchObject({ ciphertext: expect.stringMatching(/^v1:/) as string });
    const outputs = JSON.parse(await pulumi("stack", "output", "--json")) as Record<string, string>;
    expect(outputs.poolId).toBe(pool.id);
    expect(outputs.key).toBe("[secret]");
  });

  it("sends nothing that Microsoft's types find fault with", async ({ skip }) => {
    const found = await faults(folder);
    if (!found) skip("../shared/arm is not beside this repository");
    expect(found).toEqual([]);
  });

  it("updates for a changed tag just what carries it, and replaces the pool for another size", async () => {
    await pulumi("config", "set", "owner", "vision");
    const tagged = await writes(() => pulumi("up", "--yes", "--stack", "local"));
    expect(tagged.map((line) => line.replace(/[0-9a-f]{8}$/, "…")).sort()).toEqual([
      "PUT batchAccounts/gpubatch…",
      "PUT resourceGroups/gpu…",
      "PUT storageAccounts/gpudata…",
      "PUT userAssignedIdentities/puller…",
    ]);
    await pulumi("config", "set", "size", "STANDARD_NC8AS_T4_V3");
    const sized = await writes(() => pulumi("up", "--yes", "--stack", "local"));
    expect(sized).toEqual(["DELETE pools/spot", "PUT pools/spot"]);
  });

  it("finds nothing changed when it refreshes", async () => {
    await pulumi("refresh", "--yes", "--stack", "local", "--expect-no-changes");
  });

  it("destroys all of it", async () => {
    expect(await pulumi("destroy", "--yes", "--stack", "local")).toContain("- 10 deleted");
    expect(await states()).toEqual([]);
  });

  it("agrees with the host on resources, inputs and outputs, and takes over the host's state", async () => {
    const [, port] = /azure-native:(\d+)/.exec(environment.PULUMI_DEBUG_PROVIDERS!)!;
    const address = `127.0.0.1:${port}`;
    const options = {
      projectFolder: program,
      stack: "local",
      stateFolder: join(folder, "host-state"),
      providers: { "azure-native": address, docker: address },
      environment: environment as Record<string, string>,
    };
    await pulumi("up", "--yes", "--stack", "local");
    const byCli = (await states()).map(comparable);
    await pulumi("destroy", "--yes", "--stack", "local");

    expect(await up(options)).toMatchObject({ succeeded: true, diagnostics: expect.any(Array) as unknown[] });
    const exported = exportState(options);
    const byHost = (exported.deployment.resources as State[]).map(comparable);
    const sorted = (list: State[]) => [...list].sort((a, b) => a.urn.localeCompare(b.urn));
    expect(sorted(byHost)).toEqual(sorted(byCli));

    const file = join(folder, "host-state.json");
    writeFileSync(file, JSON.stringify(exported));
    await pulumi("stack", "import", "--stack", "local", "--file", file);
    await pulumi("preview", "--stack", "local", "--expect-no-changes");
    expect((await destroy(options)).succeeded).toBe(true);
  });
});

/** The program in a folder of its own, where the CLI may write its configuration, with this repository's packages. */
function programIn(target: string): string {
  cpSync(join(__dirname, "program"), target, { recursive: true });
  symlinkSync(resolve(__dirname, "../../node_modules"), join(target, "node_modules"));
  return target;
}
