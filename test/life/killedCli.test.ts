import { afterAll, beforeAll, expect, test } from "vitest";

import { expectAgreement, expectNothingLeft } from "./agreement";
import { CliProject } from "./cliProject";
import { settingsOf } from "./estate";

/**
 * `kill -9` of `npm run local`: host and embedded Azure end at once, and what both have in files is all there is to go
 * on from.
 */

let cli: CliProject;
beforeAll(() => {
  cli = new CliProject();
  cli.settings(settingsOf.minimal);
});
afterAll(() => cli.remove());

const minutes = 60_000;

test(
  "an up, then a destroy, each killed half-way, is finished by the next one",
  async () => {
    expect((await cli.run("up", { end: " creating", lines: 25 })).status).toBe(null);
    const unfinished = cli.state;
    expect(unfinished.pending_operations?.length).toBeGreaterThan(0);
    expect((await cli.run("up")).status).toBe(0);
    await cli.withAzure((azure) => expectAgreement(azure, cli.state));
    expect(cli.state.resources?.length).toBeGreaterThan(unfinished.resources?.length ?? 0);

    expect((await cli.run("destroy", { end: " deleting", lines: 25 })).status).toBe(null);
    expect(cli.state.resources?.length).toBeGreaterThan(0);
    expect((await cli.run("destroy")).status).toBe(0);
    await cli.withAzure((azure) => expectNothingLeft(azure, cli.state));
  },
  5 * minutes,
);
