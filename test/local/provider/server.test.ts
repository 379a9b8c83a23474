import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { Provider, ProviderError } from "../../../local/host/providers";
import { settingsFromEnvironment } from "../../../local/provider/arm";
import { type Serving } from "../../../local/provider/server";
import { startProvider } from "../../../local/provider/start";
import { secret } from "../../../local/provider/values";
import { FakeAzure } from "./fakeAzure";
import { group, samples } from "./samples";

/* The provider over its wire, asked by the host's own client. */

const urn = "urn:pulumi:local::lights-out::azure-native:batch:Pool::spot";
const id = `${group}/providers/Microsoft.Batch/batchAccounts/gpubatch/pools/spot`;
const { poolName: _, ...news } = samples["batch:Pool"];

let azure: FakeAzure;
let serving: Serving;
let client: Provider;

beforeAll(async () => {
  azure = await FakeAzure.start();
  serving = await startProvider({ settings: azure.settings });
  client = new Provider("azure-native", `127.0.0.1:${serving.port}`);
  const providerUrn = "urn:pulumi:local::lights-out::pulumi:providers:azure-native::default_3_28_0";
  expect(await client.checkConfig(providerUrn, {}, { version: "3.28.0" })).toEqual({
    inputs: { version: "3.28.0" },
    failures: [],
  });
  await client.configure(providerUrn, "1", { version: "3.28.0", location: "uksouth" });
});
beforeEach(() => azure.reset());
afterAll(async () => {
  client.close();
  await serving.stop();
  await azure.stop();
});

const checked = async () => (await client.check(urn, undefined, news, Buffer.from("seed"))).inputs;

describe("the served provider", () => {
  it("takes a resource through its life", async () => {
    const inputs = await checked();
    expect(inputs).toEqual({ ...news, poolName: "spot", azureApiVersion: "2024-07-01" });
    const foretold = await client.create(urn, inputs, true);
    expect(foretold.outputs).toMatchObject({ vmSize: news.vmSize });
    expect(azure.seen).toEqual([]);

    const { id: made, outputs } = await client.create(urn, inputs, false);
    expect([made, outputs.name]).toEqual([id, "spot"]);
    expect(await client.diff(urn, id, { inputs, outputs }, inputs, [])).toMatchObject({ changed: false });
    const larger = { ...inputs, vmSize: "STANDARD_NC8AS_T4_V3" };
    expect(await client.diff(urn, id, { inputs, outputs }, larger, [])).toEqual({
      changed: true,
      replaceKeys: ["vmSize"],
      deleteBeforeReplace: true,
    });
    const rescaled = { ...inputs, scaleSettings: secret({ fixedScale: { targetDedicatedNodes: 0 } }) };
    const options = { ignoreChanges: [], preview: false };
    const updated = await client.update(urn, id, { inputs, outputs }, rescaled, options);
    expect(updated.scaleSettings).toEqual(rescaled.scaleSettings);
    expect(await client.read(urn, id, inputs, outputs)).toMatchObject({ id, outputs: { name: "spot" } });
    expect(await client.read(urn, "", inputs, {})).toMatchObject({ id, inputs });
    await client.delete(urn, id, { inputs, outputs: updated });
    expect(await client.read(urn, "", inputs, {})).toBeUndefined();
    expect(await client.read(urn, id, inputs, outputs)).toBeUndefined();
  });

  it("reads its configuration", async () => {
    const { inputs } = await client.check(
      urn.replace("batch:Pool", "batch:BatchAccount"),
      undefined,
      { resourceGroupName: "gpu" },
      Buffer.from("seed"),
    );
    expect(inputs).toMatchObject({ location: "uksouth", __createBeforeDelete: true });
  });

  it("tells errors, and hands over what was made and failed", async () => {
    azure.faults = [403];
    const refused = client.create(urn, await checked(), false);
    await expect(refused).rejects.toThrow(
      'Azure did not write Microsoft.Batch/batchAccounts/pools "spot": 403 Faulty: as told',
    );
    azure.pace = "fails";
    const failed = await client.create(urn, await checked(), false).catch((error: unknown) => error as ProviderError);
    expect(failed).toMatchObject({ created: { id, outputs: { provisioningState: "Failed" } } });
    const other = client.invoke("aws:s3:getBucket", {}, false);
    await expect(other).rejects.toThrow("aws:s3:getBucket: this provider answers for azure-native and docker only");
  });

  it("says in one line which settings it lacks", () => {
    expect(() => settingsFromEnvironment({ AZURE_TENANT_ID: "t" })).toThrow(
      "Not set: AZURE_CLIENT_ID, AZURE_CLIENT_SECRET, AZURE_SUBSCRIPTION_ID. " +
        "`npm run azure` prints the environment that is needed.",
    );
  });
});
