import { existsSync, readFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { pathToFileURL } from "node:url";
import { describe, expect, it } from "vitest";
import { outputsOf, previewOutputs, requestBody } from "../../../local/provider/body";
import {
  findResource,
  inputsFromId,
  nameInput,
  pathInputs,
  pathOf,
  resourceOf,
} from "../../../local/provider/resources";
import { rows } from "../../../local/provider/table";
import type { Properties } from "../../../local/provider/values";
import { group, samples, subscription } from "./samples";

const validator = resolve(__dirname, "../../../../shared/arm/validate.mjs");
const here = existsSync(validator);
if (!here)
  console.log(`skipped: ${join("..", "shared", "arm")} is not beside this repository, so no body is checked with it`);

const subscriptionId = subscription.split("/")[2];
const resource = (name: string) => resourceOf(`azure-native:${name}`);
const body = (name: string) => requestBody(resource(name), samples[name]);

describe("the table", () => {
  it("has a sample for every row", () => {
    expect(Object.keys(samples).sort()).toEqual(Object.keys(rows).sort());
  });

  it.each(Object.keys(rows))("%s: names only inputs that azure-native has", (name) => {
    const [module, type] = name.split(":");
    const file = require.resolve(`@pulumi/azure-native/${module}/${type[0].toLowerCase()}${type.slice(1)}.d.ts`);
    const text = readFileSync(file, "utf8");
    const names = (source: string, form: RegExp) => [...source.matchAll(form)].map((match) => match[1]);
    const inputs = names(text.split(`interface ${type}Args {`)[1], /^ {4}(\w+)\??:/gm);
    const outputs = names(text, /^ {4}readonly (\w+):/gm);
    const row = rows[name];
    const top = (paths: readonly string[]) => paths.map((path) => path.split(/[.[]/)[0]);
    const written = top([...pathInputs(row), ...row.beside, ...row.replaceOn, ...row.keepOn]);
    expect(written.filter((input) => !inputs.includes(input))).toEqual([]);
    const named = top([...Object.keys(row.wrap), ...Object.keys(row.rename)]);
    expect(named.filter((property) => ![...inputs, ...outputs].includes(property))).toEqual([]);
    expect(row.keepOn.filter((path) => !row.replaceOn.some((prefix) => path.startsWith(`${prefix}.`)))).toEqual([]);
  });

  it.each(Object.keys(rows))("%s: has azure-native's API version", (name) => {
    const [module, type] = name.split(":");
    const file = require.resolve(`@pulumi/azure-native/${module}/${type[0].toLowerCase()}${type.slice(1)}.d.ts`);
    const version = /Uses Azure REST API version ([\w-]+)/.exec(readFileSync(file, "utf8"));
    expect(rows[name].apiVersion).toBe(version?.[1]);
  });

  it.each(Object.keys(rows))("%s: the path of an id is the id again", (name) => {
    const path = pathOf(resource(name), samples[name], subscriptionId);
    const inputs = inputsFromId(resource(name), path);
    expect(pathOf(resource(name), inputs, subscriptionId)).toBe(path);
    expect(inputs[nameInput(resource(name))]).toBe(samples[name][nameInput(resource(name))]);
  });

  it("writes the paths that Azure Resource Manager has", () => {
    const paths = [
      "resources:ResourceGroup",
      "authorization:RoleAssignment",
      "storage:FileShare",
      "kubernetesconfiguration:Extension",
    ].map((name) => pathOf(resource(name), samples[name], subscriptionId));
    expect(paths).toEqual([
      group,
      `${group}/providers/Microsoft.Storage/storageAccounts/gpudata/providers/Microsoft.Authorization/roleAssignments/` +
        "11111111-2222-4333-8444-555555555555",
      `${group}/providers/Microsoft.Storage/storageAccounts/gpudata/fileServices/default/shares/data`,
      `${group}/providers/Microsoft.ContainerService/managedClusters/aks/providers/Microsoft.KubernetesConfiguration/` +
        "extensions/azureml",
    ]);
  });

  it("takes the API version that a token names", () => {
    expect(findResource("azure-native:batch:Pool")?.apiVersion).toBe("2024-07-01");
    expect(findResource("azure-native:batch/v20250601:Pool")?.apiVersion).toBe("2025-06-01");
    expect(findResource("azure-native:app/v20250202preview:Job")?.apiVersion).toBe("2025-02-02-preview");
    expect(findResource("azure-native:network:VirtualNetwork")).toBeUndefined();
  });

  it("names the input that a path lacks", () => {
    expect(() => pathOf(resource("batch:Pool"), { resourceGroupName: "gpu", poolName: "p" }, subscriptionId)).toThrow(
      'Microsoft.Batch/batchAccounts/pools: input "accountName" must be a non-empty string, is undefined',
    );
  });
});

describe("bodies", () => {
  it.skipIf(!here).each(Object.keys(rows))("%s: its PUT is without a fault by Microsoft's types", async (name) => {
    const { validate } = (await import(pathToFileURL(validator).href)) as {
      validate: (request: { url: string; body: Properties }) => string[];
    };
    const { apiVersion } = resource(name);
    const url = `${pathOf(resource(name), samples[name], subscriptionId)}?api-version=${apiVersion}`;
    expect(validate({ url, body: body(name) })).toEqual([]);
    const { resetTo } = rows[name];
    if (resetTo) expect(validate({ url, body: resetTo })).toEqual([]);
  });

  it.each(Object.keys(rows))("%s: what Azure gives back has the inputs' names again", (name) => {
    const row = resource(name);
    const outputs = outputsOf(row, { id: "/x", name: "x", type: row.type, ...body(name) });
    const { identity: _, ...expected } = previewOutputs(row, samples[name]);
    if (name === "containerservice:AgentPool") expected.type = row.type; // azure-native's output is Azure's own type
    expect(outputs).toMatchObject(expected);
    expect(outputs.azureApiVersion).toBe(row.apiVersion);
  });

  it("puts aside what stands beside properties, and nothing of the path into the body", () => {
    const { deploymentConfiguration: _, ...rest } = body("batch:Pool").properties as Properties;
    expect(Object.keys(body("batch:Pool")).sort()).toEqual(["identity", "properties"]);
    expect(Object.keys(rest)).not.toContain("accountName");
    expect(body("machinelearningservices:Compute")).toEqual({
      location: "westeurope",
      tags: samples["machinelearningservices:Compute"].tags,
      properties: samples["machinelearningservices:Compute"].properties,
    });
  });

  it("turns the list of identities into Azure's map, and renames and wraps where azure-native differs", () => {
    expect(body("app:Job").identity).toEqual({
      type: "UserAssigned",
      userAssignedIdentities: { [`${group}/providers/Microsoft.ManagedIdentity/userAssignedIdentities/puller`]: {} },
    });
    const { properties } = body("containerinstance:ContainerGroup");
    expect((properties as Properties).initContainers).toEqual([
      { name: "prepare", properties: { image: "prepare:1" } },
    ]);
    expect(body("authorization:RoleDefinition").properties).toMatchObject({ type: "CustomRole" });
    expect(body("storage:StorageAccount").properties).toMatchObject({
      supportsHttpsTrafficOnly: true,
      isNfsV3Enabled: false,
      networkAcls: { ipRules: [{ value: "192.0.2.1", action: "Allow" }] },
      encryption: { keyvaultproperties: { keyname: "k" } },
    });
  });
});
