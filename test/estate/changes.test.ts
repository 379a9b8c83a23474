import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { errorsOf, LocalProject, openDesk, temporaryFolder, writes, type Desk } from "./support";

/* The real program on one embedded Azure, run again and again: only what was changed is written. */

let desk: Desk;
let project: LocalProject;
beforeAll(async () => {
  const folder = temporaryFolder();
  project = new LocalProject(folder);
  desk = await openDesk({ stack: "local", projectFolder: project.folder }, folder);
  const first = await desk.up();
  expect(errorsOf(first)).toEqual([]);
}, 120_000);
afterAll(() => desk?.close());

/** Runs the program again and tells what it wrote and did. */
async function again() {
  const from = desk.azure.requests.length;
  const result = await desk.up();
  expect(errorsOf(result)).toEqual([]);
  const done = result.steps.filter(({ operation }) => operation !== "same");
  return { writes: writes(desk, from), steps: done.map(({ operation, type, name }) => `${operation} ${type} ${name}`) };
}

/** The id of a resource, by its name in the program. */
const idOf = (name: string): string => desk.state().find(({ urn }) => urn.endsWith(`::${name}`))?.id ?? "";

test("a second run writes nothing", async () => {
  expect(await again()).toEqual({ writes: [], steps: [] });
});

describe("one changed setting updates one resource", () => {
  test.each([
    ["share.quotaGiB", 600, "share-share"],
    ["budget.monthlyAmount", 1750, "budget-budget"],
    ["batchPools.train.maxSpotNodes", 3, "pool-train-pool"],
    ["workspace.clusters.gpu.maxNodes", 3, "cluster-gpu-cluster"],
    ["stopSchedule.everyMinutes", 10, "scheduler-workflow"],
  ])("%s", async (setting, value, name) => {
    const id = idOf(name);
    expect(id).toMatch(/^\/subscriptions\//);
    project.set(setting, value);
    const { writes, steps } = await again();
    expect(writes).toEqual([`PUT ${id}`]);
    expect(steps).toEqual([expect.stringMatching(new RegExp(`^update azure-native:\\S+ ${name}$`))]);
    expect(idOf(name)).toBe(id);
  });
});

test("a compute instance's changed size replaces that instance and nothing else", async () => {
  const id = idOf("instance-alice-instance");
  project.set("workspace.instances.alice.vmSize", "Standard_NC8as_T4_v3");
  const { writes, steps } = await again();
  // It has a name of its own that its user knows, so the old one goes before the new one comes.
  expect(writes).toEqual([`DELETE ${id}`, `PUT ${id}`]);
  expect(steps).toEqual(["replace azure-native:machinelearningservices:Compute instance-alice-instance"]);
  const made = desk.azure.resources().find((resource) => resource.id === id);
  expect(made).toMatchObject({ properties: { properties: { vmSize: "Standard_NC8as_T4_v3", state: "Running" } } });
});

test("after all of that, a further run writes nothing", async () => {
  expect(await again()).toEqual({ writes: [], steps: [] });
});
