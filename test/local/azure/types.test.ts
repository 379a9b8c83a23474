import { existsSync } from "node:fs";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { expect, test } from "vitest";
import { findType } from "../../../local/azure/types";
import { deploy, estate } from "./estate";
import { Bench } from "./support";

/* Microsoft's type definitions lie beside the project, not in it: without them only the second test runs. */
const validator = join(process.cwd(), "..", "shared", "arm", "validate.mjs");

test.skipIf(!existsSync(validator))("the estate of these tests is valid by Microsoft's own types", async () => {
  const { validate } = (await import(pathToFileURL(validator).href)) as { validate: (request: object) => string[] };
  const bench = await Bench.start();
  try {
    await deploy(bench);
    const puts = bench.azure.requests.filter((request) => request.method === "PUT");
    expect(puts.flatMap((request) => validate(request))).toEqual([]);
    expect(puts.length).toBe(estate(bench).length + 1);
  } finally {
    await bench.stop();
  }
});

test("a type is found in any case, and no other", () => {
  expect(findType("microsoft.app/JOBS")?.type).toBe("Microsoft.App/jobs");
  expect(findType("Microsoft.App")).toBeUndefined();
});
