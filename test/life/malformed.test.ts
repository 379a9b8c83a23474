import { writeFileSync } from "node:fs";
import { join } from "node:path";

import fc from "fast-check";
import { afterAll, beforeAll, describe, expect, test } from "vitest";

import { stackSettings } from "../support/devSettings";
import { malformedSettings } from "../support/malformed";
import { CliProject } from "./cliProject";
import { Estate, settingsOf, writeSettings } from "./estate";
import { WarmProgram } from "./warmProgram";

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
  let cli: CliProject;
  beforeAll(() => {
    cli = new CliProject();
  });
  afterAll(() => cli.remove());

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
      { owner: "nobody", share: { quotaGiB: 0 } },
      [
        'error: lights-out:owner is "nobody", but must be an e-mail address. Mend: correct it in Pulumi.<stack>.yaml (README, "Settings").',
        'lights-out:share.quotaGiB is 0, but must be at least 1. Mend: correct it in Pulumi.<stack>.yaml (README, "Settings").',
      ],
    ],
  ])(
    "%s: status 1, a line for each fault, nothing deployed",
    async (_, settings, lines) => {
      cli.settings({ ...stackSettings("local"), ...settings });
      const { status, output } = await cli.run("up");
      const errors = output.filter((line) => /error:|lights-out:.*Mend/.test(line)).map((line) => line.trim());
      expect({ status, errors, requests: cli.requests }).toEqual({ status: 1, errors: lines, requests: "" });
      expect(output.filter((line) => /^\s+at /.test(line))).toEqual([]);
    },
    2 * minutes,
  );
});
