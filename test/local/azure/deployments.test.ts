import { afterEach, beforeEach, describe, expect, test } from "vitest";
import type { JsonObject } from "../../../local/azure";
import { ArmError } from "../../../local/azure/errors";
import { evaluate, pure } from "../../../local/azure/expressions";
import { deploy, estate } from "./estate";
import { Bench, codeOf } from "./support";

describe("expressions", () => {
  const functions = { ...pure, parameters: (name: unknown) => (name === "o" ? { list: [{ a: "x" }] } : "it's") };
  const cases: [string, unknown][] = [
    ["plain", "plain"],
    ["[[literal]", "[literal]"],
    ["[concat('a', 1, parameters('p'))]", "a1it's"],
    ["[parameters('o').list[0].a]", "x"],
    ["['it''s']", "it's"],
    ["[if(equals(toUpper('a'), 'A'), createArray(1, 2), false())]", [1, 2]],
    ["[format('{0}-{1}', 'a', length('abc'))]", "a-3"],
    ["[and(true(), not(or(false(), empty(''))))]", false],
  ];
  for (const [text, expected] of cases) test(text, () => expect(evaluate(text, functions)).toEqual(expected));
  for (const bad of ["[nope()]", "[concat('a']", "[concat('a') b]", "[parameters('o').none]", "['a]"]) {
    test(`${bad} is refused`, () => expect(() => evaluate(bad, functions)).toThrow(ArmError));
  }
});

describe("an inline template", () => {
  let bench: Bench;
  beforeEach(async () => {
    bench = await Bench.start();
    await deploy(bench, estate(bench).slice(0, 20));
  });
  afterEach(() => bench.stop());

  const path = (): string => `${bench.inGroup("Microsoft.Resources/deployments/mount")}?api-version=2024-03-01`;
  const storage = {
    type: "Microsoft.App/managedEnvironments/storages",
    apiVersion: "2025-02-02-preview",
    name: "[concat('apps', '/', parameters('share'))]",
    properties: {
      azureFile: {
        accountName: "[parameters('account')]",
        accountKey:
          "[listKeys(resourceId('Microsoft.Storage/storageAccounts', parameters('account')), '2024-01-01').keys[0].value]",
        shareName: "[parameters('share')]",
        accessMode: "ReadWrite",
      },
    },
  };
  const template = (resources: JsonObject[], more: JsonObject = {}): JsonObject => ({
    properties: {
      mode: "Incremental",
      parameters: { account: { value: "datastore1" }, hidden: { value: "hush" } },
      template: {
        $schema: "x",
        contentVersion: "1.0.0.0",
        parameters: {
          account: { type: "string" },
          share: { type: "string", defaultValue: "data" },
          hidden: { type: "secureString" },
        },
        resources,
        ...more,
      },
    },
  });

  test("is run with the caller's rights, and the key is never seen", async () => {
    const outputs = {
      domain: {
        type: "string",
        value:
          "[reference(resourceId('Microsoft.App/managedEnvironments', 'apps'), '2025-02-02-preview').defaultDomain]",
      },
    };
    await bench.done("PUT", path(), template([storage], { outputs }));
    const made = await bench.send(
      "GET",
      `${bench.inGroup("Microsoft.App/managedEnvironments/apps/storages/data")}?api-version=2025-02-02-preview`,
    );
    expect((made.body.properties as JsonObject).azureFile).toEqual({
      accountName: "datastore1",
      shareName: "data",
      accessMode: "ReadWrite",
    });
    const deployment = (await bench.send("GET", path())).body.properties as JsonObject;
    const domain = (
      await bench.send(
        "GET",
        `${bench.inGroup("Microsoft.App/managedEnvironments/apps")}?api-version=2025-02-02-preview`,
      )
    ).body.properties as JsonObject;
    expect(deployment).toMatchObject({
      provisioningState: "Succeeded",
      outputs: { domain: { value: domain.defaultDomain } },
      outputResources: [{ id: made.body.id }],
    });
    expect(deployment.template).toBeUndefined();
    const keys = await bench.send(
      "POST",
      `${bench.inGroup("Microsoft.Storage/storageAccounts/datastore1/listKeys")}?api-version=2024-01-01`,
    );
    const [first] = keys.body.keys as { value: string }[];
    const everything = JSON.stringify([bench.azure.resources(), bench.azure.requests]);
    expect(everything).not.toContain(first?.value);
    expect(everything).not.toContain("hush");
  });

  test("fails as a deployment when one of its resources is refused", async () => {
    const reply = await bench.done("PUT", path(), template([{ ...storage, name: "none/data" }]));
    const operation = await bench.send("GET", new URL(reply.headers["azure-asyncoperation"] ?? "").pathname);
    expect([operation.body.status, (operation.body.error as JsonObject).code]).toEqual(["Failed", "DeploymentFailed"]);
    expect((operation.body.error as JsonObject).message).toContain("ParentResourceNotFound");
    expect(((await bench.send("GET", path())).body.properties as JsonObject).provisioningState).toBe("Failed");
  });

  test("puts resources in the order of dependsOn", async () => {
    const identity = (name: string, needs: string[]): JsonObject => ({
      type: "Microsoft.ManagedIdentity/userAssignedIdentities",
      apiVersion: "2023-01-31",
      name,
      location: "[resourceGroup().location]",
      dependsOn: needs,
    });
    const second = identity("second", ["[resourceId('Microsoft.ManagedIdentity/userAssignedIdentities', 'first')]"]);
    await bench.done("PUT", path(), template([second, identity("first", [])]));
    const ids = (
      (await bench.send("GET", path())).body.properties as { outputResources: { id: string }[] }
    ).outputResources.map(({ id }) => id.split("/").pop());
    expect(ids).toEqual(["first", "second"]);
    expect(codeOf(await bench.send("PUT", path(), template([identity("a", ["b"]), identity("b", ["a"])])))).toBe(
      "InvalidTemplate",
    );
  });

  test("refuses what it does not model", async () => {
    expect(codeOf(await bench.send("PUT", path(), { properties: { mode: "Complete", template: {} } }))).toBe(
      "InvalidDeployment",
    );
    expect(codeOf(await bench.send("PUT", path(), template([{ ...storage, copy: {} }])))).toBe("InvalidTemplate");
  });
});
