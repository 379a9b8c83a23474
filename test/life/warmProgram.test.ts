import { afterAll, beforeAll, expect, test } from "vitest";

import { up } from "../../local/host";
import { Estate, expectSuccess, settingsOf, writeSettings } from "./estate";
import { WarmProgram } from "./warmProgram";

/** What the other tests of this folder rest on: the warm program is the program, as the unmodified `cmd/run` runs it. */

let program: WarmProgram;
let estate: Estate;
beforeAll(async () => {
  program = await WarmProgram.start();
  estate = await Estate.start(program, { settings: settingsOf.local });
});
afterAll(async () => {
  await estate.stop();
  program.stop();
});

const none = { create: 0, update: 0, replace: 0, delete: 0, read: 0 };
const cold = () => up({ ...estate.hostOptions, runProgram: undefined });

test("cmd/run finds all as the warm program declared it: resources, inputs, dependencies, outputs", async () => {
  const first = await estate.up();
  expectSuccess(first);
  const resources = estate.state.resources ?? [];
  const requests = estate.azure.requests.length;
  const second = await cold();
  expectSuccess(second);
  const shown = resources.filter(({ type }) => !type.startsWith("pulumi:providers:"));
  expect(second.changes).toEqual({ ...none, same: shown.length });
  expect(second.outputs).toEqual(first.outputs);
  expect(estate.state.resources).toEqual(resources);
  expect(estate.azure.requests.length).toBe(requests);

  const third = await estate.up();
  expect(third.changes).toEqual(second.changes);
  expect(third.diagnostics).toEqual(second.diagnostics);
});

test("both tell a mistake in the same words", async () => {
  writeSettings(estate.folder, { ...settingsOf.local, location: "Mars One", share: { quotaGiB: 0 } });
  const [warm, unmodified] = [await estate.up(), await cold()];
  expect(warm.succeeded).toBe(false);
  expect(warm.diagnostics).toEqual(unmodified.diagnostics);
  expect(warm.diagnostics.length).toBe(1);
});
