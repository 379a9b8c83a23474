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
test("names", () => { console.log(desk.state().map((r)=>r.urn.split("::").slice(2).join(" ").split("$").pop()).join("\n")); });
