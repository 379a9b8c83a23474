import { execFile } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { pathToFileURL } from "node:url";

import fc from "fast-check";
import { afterAll, beforeAll, describe, expect, test } from "vitest";

import { stackSettings } from "../support/devSettings";
import { malformedSettings } from "../support/malformed";
import { Estate, project, settingsOf, writeSettings } from "./estate";
import { repository, WarmProgram } from "./warmProgram";

/** Settings that are no good: a line for each fault, status 1, nothing deployed and no stack trace. */

const minutes = 60_000;
let program: WarmProgram;
let estate: Estate;
beforeAll(async () => {
  program = await WarmProgram.start();
  estate = await Estate.start(program, { settings: settingsOf.minimal });
});
afterAll(async () => {
  await estate.stop();
  program.stop();
});

const faultLine = /^lights-out:\S.* Mend: .+ in Pulumi\.<stack>\.yaml \(README, "Settings"\)\.$/;

test(
  "property: 200 malformed stacks get a line for each fault from `up`, and nothing is sent to Azure",
  async () => {
    await fc.assert(
      fc.asyncProperty(malformedSettings, async (settings) => {
        writeSettings(estate.folder, settings);
        const { succeeded, changes, diagnostics } = await estate.up();
        expect(succeeded).toBe(false);
        expect(changes.create).toBeLessThanOrEqual(1); // the stack itself
        expect(diagnostics.map(({ severity }) => severity)).toEqual(["error"]);
        for (const line of diagnostics[0].message.split("\n")) expect(line).toMatch(faultLine);
      }),
      { numRuns: 200 },
    );
    expect(estate.azure.requests).toEqual([]);
  },
  5 * minutes,
);

test.each<[string, string, string]>([
  ["is not YAML", "config: [", "Pulumi.life.yaml is not YAML: Flow sequence in block collection must be"],
  ["is a list", "- a", 'Pulumi.life.yaml must be a map of names to values, but is ["a"]'],
  ["has no names", "config: hello", 'Pulumi.life.yaml: config must be a map of names to values, but is "hello"'],
])("a stack file that %s gets one line", async (_, text, line) => {
  writeFileSync(join(estate.folder, "Pulumi.life.yaml"), text);
  const { succeeded, diagnostics } = await estate.up();
  expect(succeeded).toBe(false);
  expect(diagnostics.length).toBe(1);
  expect(diagnostics[0].message).toContain(line);
  expect(diagnostics[0].message).not.toContain("\n");
});

describe("npm run local -- up", () => {
  let folder: string;
  beforeAll(() => {
    folder = mkdtempSync(join(tmpdir(), "malformed-"));
    writeFileSync(join(folder, "Pulumi.yaml"), JSON.stringify(project));
    for (const part of ["policies", "node_modules"]) symlinkSync(join(repository, part), join(folder, part));
  });
  afterAll(() => rmSync(folder, { recursive: true, force: true }));

  /** In a project of its own, with the repository's program and policy pack. */
  async function up(): Promise<{ status: number; errors: string[]; output: string; requests: string }> {
    const tsx = pathToFileURL(createRequire(__filename).resolve("tsx")).href;
    const command = ["--import", tsx, join(repository, "local", "cli.ts"), "up"];
    const env: NodeJS.ProcessEnv = { ...process.env, LIGHTS_OUT_ARM_ENDPOINT: "" };
    const [status, output] = await new Promise<[number, string]>((settle) => {
      execFile(process.execPath, command, { env, cwd: folder }, (error, stdout, stderr) =>
        settle([error ? Number(error.code) : 0, `${stdout}${stderr}`]),
      );
    });
    const errors = output.split("\n").filter((line) => /error:|lights-out:.*Mend/.test(line));
    const requests = readFileSync(join(folder, "out", "requests.jsonl"), "utf8");
    return { status, errors: errors.map((line) => line.trim()), output, requests };
  }

  test.each<[string, Record<string, unknown>, string[]]>([
    [
      "a misspelt setting",
      { batchPool: {} },
      [
        'error: lights-out:batchPool is not a setting. Mend: remove "batchPool" or correct its spelling in Pulumi.<stack>.yaml (README, "Settings").',
      ],
    ],
    [
      "two faults",
      { location: "Mars One", share: { quotaGiB: 0 } },
      [
        'error: lights-out:location is "Mars One", but must be an Azure region by its short name, for example "swedencentral". Mend: correct it in Pulumi.<stack>.yaml (README, "Settings").',
        'lights-out:share.quotaGiB is 0, but must be at least 1. Mend: correct it in Pulumi.<stack>.yaml (README, "Settings").',
      ],
    ],
  ])(
    "%s: status 1, a line for each fault, nothing deployed",
    async (_, settings, lines) => {
      writeSettings(folder, { ...stackSettings("local"), ...settings }, "local");
      const { status, errors, output, requests } = await up();
      expect({ status, errors, requests }).toEqual({ status: 1, errors: lines, requests: "" });
      expect(output).not.toMatch(/^\s+at /m);
    },
    2 * minutes,
  );
});
