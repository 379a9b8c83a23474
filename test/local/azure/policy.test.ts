import { afterEach, beforeEach, describe, expect, test } from "vitest";
import type { JsonObject } from "../../../local/azure";
import { effectOn, type Subject } from "../../../local/azure/policyRule";
import { Bench, codeOf, messageOf } from "./support";

const CI = "Microsoft.MachineLearningServices/workspaces/computes";
const subject = (body: JsonObject): Subject => ({
  id: "/subscriptions/s/resourceGroups/g/x",
  name: "x",
  type: CI,
  location: "westeurope",
  body,
});
const on = (condition: JsonObject, body: JsonObject = {}): boolean =>
  effectOn(subject(body), { properties: { policyRule: { if: condition, then: { effect: "deny" } } } }, {}) === "deny";

describe("conditions", () => {
  const body = {
    tags: { Owner: "me" },
    properties: { computeType: "ComputeInstance", count: 3, list: [{ a: 1 }, { a: 2 }] },
    sku: { name: "Basic" },
  };
  const cases: [JsonObject, boolean][] = [
    [{ field: "type", equals: CI.toLowerCase() }, true],
    [{ field: "location", notEquals: "eastus" }, true],
    [{ field: "location", in: ["eastus", "WestEurope"] }, true],
    [{ field: "location", notIn: ["eastus"] }, true],
    [{ field: "name", like: "y*" }, false],
    [{ field: "tags['owner']", exists: "true" }, true],
    [{ field: "tags.schedule", exists: false }, true],
    [{ field: "[concat('tags[', 'owner', ']')]", equals: "ME" }, true],
    [{ field: "tags", containsKey: "owner" }, true],
    [{ field: `${CI}/computeType`, equals: "ComputeInstance" }, true],
    [{ field: `${CI}/sku.name`, equals: "Basic" }, true],
    [{ field: `${CI}/count`, greater: 2 }, true],
    [{ field: `${CI}/list[*].a`, lessOrEquals: 1 }, false],
    [{ field: "Microsoft.Compute/virtualMachines/x", exists: "true" }, false],
    [{ not: { field: "name", equals: "x" } }, false],
    [
      {
        allOf: [
          { field: "name", equals: "x" },
          { field: "name", equals: "y" },
        ],
      },
      false,
    ],
    [
      {
        anyOf: [
          { field: "name", equals: "x" },
          { field: "name", equals: "y" },
        ],
      },
      true,
    ],
    [{ value: "[toLower('ABC')]", equals: "abc" }, true],
  ];
  for (const [condition, expected] of cases)
    test(JSON.stringify(condition), () => expect(on(condition, body)).toBe(expected));
});

describe("assignments", () => {
  let bench: Bench;
  beforeEach(async () => {
    bench = await Bench.start();
    await bench.group();
  });
  afterEach(() => bench.stop());

  const definition = (): string => `${bench.subscription}/providers/Microsoft.Authorization/policyDefinitions/tagged`;
  const define = (properties: JsonObject): ReturnType<Bench["send"]> =>
    bench.send("PUT", `${definition()}?api-version=2025-01-01`, { properties });
  const rule = {
    mode: "All",
    parameters: {
      tag: { type: "String" },
      effect: { type: "String", allowedValues: ["Deny", "Audit", "Disabled"], defaultValue: "Deny" },
    },
    policyRule: {
      if: {
        allOf: [
          { field: "type", equals: "Microsoft.Compute/virtualMachines" },
          { field: "[concat('tags[', parameters('tag'), ']')]", exists: "false" },
        ],
      },
      then: { effect: "[parameters('effect')]" },
    },
  };
  const assign = (scope: string, properties: JsonObject): ReturnType<Bench["send"]> =>
    bench.send("PUT", `${scope}/providers/Microsoft.Authorization/policyAssignments/tagged?api-version=2025-01-01`, {
      properties: { policyDefinitionId: definition(), parameters: { tag: { value: "owner" } }, ...properties },
    });
  const machine = (tags: JsonObject): ReturnType<Bench["send"]> =>
    bench.send("PUT", `${bench.inGroup("Microsoft.Compute/virtualMachines/m")}?api-version=2024-11-01`, {
      location: "westeurope",
      tags,
      properties: { hardwareProfile: { vmSize: "Standard_D2s_v5" } },
    });
  const scope = (): string => `${bench.subscription}/resourceGroups/g`;

  test("deny: by whatever means, with the policy's name and reason, and nothing is made", async () => {
    await define(rule);
    expect((await assign(scope(), { nonComplianceMessages: [{ message: "Say whose it is" }] })).status).toBe(201);
    const denied = await machine({ estate: "x" });
    expect([denied.status, codeOf(denied)]).toEqual([403, "RequestDisallowedByPolicy"]);
    expect(messageOf(denied)).toContain(
      "Resource 'm' was disallowed by policy. Reasons: 'Say whose it is'. Policy identifiers:",
    );
    expect(bench.azure.resources().some((r) => r.name === "m")).toBe(false);
    expect((await machine({ owner: "me" })).status).toBe(201);
    bench.azure.clock.advance(100_000);
    const stripped = await bench.send(
      "PATCH",
      `${bench.inGroup("Microsoft.Compute/virtualMachines/m")}?api-version=2024-11-01`,
      { tags: { owner: null } },
    );
    expect(codeOf(stripped)).toBe("RequestDisallowedByPolicy");
  });

  test("audit, DoNotEnforce, notScopes and other scopes let it pass", async () => {
    await define(rule);
    for (const properties of [
      { parameters: { tag: { value: "owner" }, effect: { value: "Audit" } } },
      { enforcementMode: "DoNotEnforce" },
      { notScopes: [scope()] },
    ]) {
      await assign(bench.subscription, properties);
      expect((await machine({})).status).toBeLessThan(300);
      bench.azure.clock.advance(100_000);
    }
    await assign(bench.subscription, {});
    expect((await machine({})).status).toBe(403);
  });

  test("what cannot be evaluated is refused when it is defined", async () => {
    const broken: [JsonObject, string][] = [
      [
        { ...rule, policyRule: { if: rule.policyRule.if, then: { effect: "modify" } } },
        "the effect 'modify' is not modelled",
      ],
      [
        { ...rule, policyRule: { if: { field: "type", matches: "x" }, then: { effect: "deny" } } },
        "needs exactly one of equals",
      ],
      [{ ...rule, policyRule: { if: { count: {} }, then: { effect: "deny" } } }, "'count' is not modelled"],
    ];
    for (const [properties, message] of broken) {
      const reply = await define(properties);
      expect([reply.status, codeOf(reply)]).toEqual([400, "InvalidPolicyRule"]);
      expect(messageOf(reply)).toContain(message);
    }
  });

  test("parameters must be those of the definition, which stays while it is assigned", async () => {
    await define(rule);
    expect(codeOf(await assign(scope(), { parameters: {} }))).toBe("MissingPolicyParameter");
    expect(codeOf(await assign(scope(), { parameters: { tag: { value: "a" }, other: { value: "b" } } }))).toBe(
      "UndefinedPolicyParameter",
    );
    await assign(scope(), {});
    expect((await bench.send("DELETE", `${definition()}?api-version=2025-01-01`)).status).toBe(400);
  });
});
