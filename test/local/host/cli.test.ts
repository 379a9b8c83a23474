import { execFile } from "node:child_process";
import { resolve } from "node:path";

import { afterEach, beforeEach, expect, test } from "vitest";

import { Bench } from "./setup";

let bench: Bench;
beforeEach(async () => {
  bench = await Bench.start();
});
afterEach(() => bench.stop());

/** Runs `npm run local -- …` on the bench's project and provider; the embedded Azure is taken to run elsewhere. */
function local(...args: string[]): Promise<{ status: number; output: string[] }> {
  const cli = resolve(__dirname, "../../../local/cli.ts");
  const env = {
    ...process.env,
    LIGHTS_OUT_ARM_ENDPOINT: "https://localhost:1",
    PULUMI_DEBUG_PROVIDERS: `test:${bench.cloud.address.split(":")[1]}`,
  };
  return new Promise((settle) => {
    const command = [
      "--import",
      "tsx",
      cli,
      ...args,
      "--stack",
      "dev",
      "--project",
      bench.folder,
      "--folder",
      bench.folder,
    ];
    execFile(process.execPath, command, { env, cwd: resolve(__dirname, "../../..") }, (error, stdout, stderr) => {
      const output = `${stdout}${stderr}`
        .trimEnd()
        .replace(/Duration: \d+s/, "Duration: …")
        .replace(/\(\d+\.\ds\)/g, "(…)");
      settle({ status: error ? Number(error.code) : 0, output: output.split("\n") });
    });
  });
}

test("preview, up, state and destroy read like Pulumi's", async () => {
  bench.program(
    `const a = new Thing("a", { name: "one" }); console.log("hello"); module.exports = { of: a.endpoint };`,
  );
  expect(await local("preview")).toEqual({
    status: 0,
    output: [
      "Previewing update (dev):",
      "    hello",
      "",
      "     Type                 Name       Plan",
      " +   pulumi:pulumi:Stack  bench-dev  create",
      " +   └─ test:index:Thing  a          create",
      "",
      "Resources:",
      "    +  2 to create",
      "",
      "Duration: …",
    ],
  });
  expect(await local("up")).toEqual({
    status: 0,
    output: [
      "Updating (dev):",
      " +   pulumi:pulumi:Stack bench-dev created",
      "    hello",
      " +   test:index:Thing a creating",
      " +   test:index:Thing a created (…)",
      "",
      "Outputs:",
      '    of: "https://one"',
      "",
      "Resources:",
      "    +  2 created",
      "",
      "Duration: …",
    ],
  });
  const state = JSON.parse((await local("state")).output.join("\n"));
  expect(state.deployment.resources.map(({ id }: { id?: string }) => id).at(-1)).toBe("/test:index:Thing/one");
  const destroyed = await local("destroy");
  expect(destroyed.status).toBe(0);
  expect(destroyed.output.slice(0, 3)).toEqual([
    "Destroying (dev):",
    " -   test:index:Thing a deleting",
    " -   test:index:Thing a deleted (…)",
  ]);
  expect(bench.cloud.names()).toEqual([]);
});

test("a mistake ends with status 1 and one line", async () => {
  bench.program(`new Thing("a", { size: "impossible" });`);
  const { status, output } = await local("up");
  expect(status).toBe(1);
  expect(output.filter((line) => line.includes("error"))).toEqual([
    '    error: test:index:Thing "a": property size is invalid: there is no such size',
  ]);
});
