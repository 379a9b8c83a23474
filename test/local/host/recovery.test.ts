import { spawn } from "node:child_process";
import { resolve } from "node:path";

import { afterEach, beforeEach, expect, test } from "vitest";

import { exportState, Killed, type HostOptions } from "../../../local/host";
import { Bench, wishing, type Wish } from "./setup";

let bench: Bench;
beforeEach(async () => {
  bench = await Bench.start();
});
afterEach(() => bench.stop());

const first: Wish[] = [
  { name: "a", inputs: { size: 1, colour: "red" } },
  { name: "b", needs: ["a"], inputs: { colour: "red" } },
  { name: "c", inputs: { name: "c", size: 1, fixed: true } },
  { name: "d", needs: ["c"] },
  { name: "e" },
];
/** Replaces a (new one first) and c (old one first), updates b and d, deletes e, creates f. */
const second: Wish[] = [
  { name: "a", inputs: { size: 2, colour: "red" } },
  { name: "b", needs: ["a"], inputs: { colour: "blue" } },
  { name: "c", inputs: { name: "c", size: 2, fixed: true } },
  { name: "d", needs: ["c"], inputs: { colour: "blue" } },
  { name: "f", needs: ["b", "d"] },
];

type Action = (options: Partial<HostOptions>) => Promise<unknown>;

/** Runs `action`, killing the host at its n-th change of the cloud: before the change takes effect, or just after. */
async function killedAt(n: number, moment: "before" | "after", action: Action): Promise<boolean> {
  const kill = new AbortController();
  let count = 0;
  bench.cloud[moment] = () => {
    if (++count !== n) return;
    kill.abort();
    if (moment === "before") throw new Error("never received");
  };
  const outcome = await action({ kill: kill.signal }).catch((error: unknown) => error);
  bench.cloud[moment] = () => undefined;
  if (kill.signal.aborted) expect(outcome).toBeInstanceOf(Killed);
  return kill.signal.aborted;
}

/** That the state names just what the cloud has, and no operation is open. */
function expectAgreement(): void {
  expect(bench.names()).toEqual(bench.cloud.names());
  const { resources, pending_operations } = exportState(bench.options).deployment;
  expect(pending_operations).toBe(undefined);
  expect(resources?.filter((one) => one.delete || one.pendingReplacement || one.initErrors) ?? []).toEqual([]);
}

const moments = ["before", "after"] as const;

/** Kills at every change in turn, each time from the start. @returns how many changes there are */
async function atEveryChange(
  moment: "before" | "after",
  from: Wish[],
  action: Action,
  then: () => Promise<void>,
): Promise<number> {
  for (let n = 1; ; n++) {
    if (from.length > 0) await bench.up({ runProgram: wishing(from) });
    const killed = await killedAt(n, moment, action);
    await then();
    await bench.destroy();
    expect(bench.cloud.names()).toEqual([]);
    expect(bench.state()).toEqual([]);
    if (!killed) return n - 1;
  }
}

const upTo =
  (wishes: Wish[]): Action =>
  (kill) =>
    bench.up({ runProgram: wishing(wishes), ...kill });

async function finishes(wishes: Wish[]): Promise<void> {
  expect((await bench.up({ runProgram: wishing(wishes) })).diagnostics).toEqual([]);
  expect(bench.cloud.things.size).toBe(5);
  for (const { name, inputs } of wishes) {
    const thing = [...bench.cloud.things].find(([id]) => id.startsWith(`/test:index:Thing/${name}`))?.[1];
    expect(thing).toMatchObject(inputs ?? {});
  }
  expectAgreement();
}

test.each(moments)("killed %s any change of the first up, the next up finishes", async (moment) => {
  expect(await atEveryChange(moment, [], upTo(first), () => finishes(first))).toBe(5);
});

test.each(moments)("killed %s any change of an update, the next one finishes", async (moment) => {
  // a: create, delete; b and d: update; c: delete, create; e: delete; f: create
  expect(await atEveryChange(moment, first, upTo(second), () => finishes(second))).toBe(8);
});

test.each(moments)("killed %s any change of an update, a return to the first program finishes", async (moment) => {
  expect(await atEveryChange(moment, first, upTo(second), () => finishes(first))).toBe(8);
});

test.each(moments)("killed %s any change of a destroy, the next one finishes", async (moment) => {
  const nothing = async (): Promise<void> => {};
  expect(await atEveryChange(moment, first, (kill) => bench.destroy(kill), nothing)).toBe(5);
});

test.each(moments)("killed %s any change of an update, a destroy leaves nothing", async (moment) => {
  const again = async (): Promise<void> => void (await killedAt(1, "before", (kill) => bench.destroy(kill)));
  expect(await atEveryChange(moment, first, upTo(second), again)).toBe(8);
});

test("an interrupted creation keeps its name, whether it had reached the cloud or not", async () => {
  const runProgram = wishing([{ name: "a" }]);
  for (const moment of moments) {
    await killedAt(1, moment, (kill) => bench.up({ runProgram, ...kill }));
    const pending = exportState(bench.options).deployment.pending_operations ?? [];
    expect(pending.map(({ type }) => type)).toEqual(["creating"]);
    await bench.up({ runProgram });
    expect(bench.names()).toEqual([pending[0].resource.inputs?.name]);
    await bench.destroy();
  }
});

test("a creation adopted after a kill is finished by sending its inputs once more", async () => {
  const runProgram = wishing([{ name: "a" }]);
  await killedAt(1, "after", (kill) => bench.up({ runProgram, ...kill }));
  await bench.up({ runProgram });
  await bench.up({ runProgram });
  expect(bench.cloud.changed()).toEqual(["create a", "update a"]);
});

test("a killed program process is really gone, and the host has written nothing since", async () => {
  const kill = new AbortController();
  bench.program(`new Thing("a", {}); setInterval(() => console.log(process.pid), 50);`);
  let pid = 0;
  const outcome = bench.up({
    kill: kill.signal,
    onEvent: (event) => {
      if (event.kind !== "output") return;
      pid = Number(event.line);
      kill.abort();
    },
  });
  await expect(outcome).rejects.toBeInstanceOf(Killed);
  await expect.poll(() => isRunning(pid)).toBe(false);
});

function isRunning(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
}

test("a plugin ends when the process that started it is killed", async () => {
  const program = `
    const { Processes } = require(${JSON.stringify(resolve(__dirname, "../../../local/host/processes.ts"))});
    const code = "console.log(4711); setInterval(() => undefined, 1000); console.error('pid', process.pid);";
    const onLine = (line) => console.log(line);
    new Processes().startPlugin("a plugin", ["-e", code], { folder: ".", environment: process.env, onLine });`;
  const host = spawn(process.execPath, ["--import", "tsx", "-e", program], { stdio: ["ignore", "pipe", "inherit"] });
  const line = await new Promise<string>((settle) => host.stdout.once("data", (data: Buffer) => settle(String(data))));
  const pid = Number(line.replace("pid", ""));
  expect(isRunning(pid)).toBe(true);
  host.kill("SIGKILL");
  await expect.poll(() => isRunning(pid), { timeout: 10_000 }).toBe(false);
});
