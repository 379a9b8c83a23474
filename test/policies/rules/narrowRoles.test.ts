import { expect, test } from "vitest";
import { narrowRoles } from "../../../policies/rules/narrowRoles";
import { unknown, violations } from "../support";

const subscription = "/subscriptions/00000000-0000-4000-8000-000000000001";
const role = (id: string) => `${subscription}/providers/Microsoft.Authorization/roleDefinitions/${id}`;
const pull = role("7f951dda-4ed3-4680-a7ca-43fe172d538d");
const group = `${subscription}/resourceGroups/estate`;
const assignment = (scope: unknown, roleDefinitionId: unknown = pull, config: object = {}) =>
  violations(
    narrowRoles,
    { type: "azure-native:authorization:RoleAssignment", name: "pull", props: { scope, roleDefinitionId } },
    config,
  );
const definition = (permissions: unknown) =>
  violations(narrowRoles, { type: "azure-native:authorization:RoleDefinition", name: "tick", props: { permissions } });

test("narrow-roles lets a role over a resource group or a resource pass, and what is not known yet", () => {
  for (const scope of [group, `${group}/providers/Microsoft.App/jobs/j`, unknown.text])
    expect(assignment(scope)).toEqual([]);
  expect(assignment(group, unknown.text)).toEqual([]);
  expect(assignment(group, 5)).toEqual([]);
  expect(assignment(subscription, pull, { allowedAssignments: ["pull"] })).toEqual([]);
});

test("narrow-roles refuses scopes of a subscription and above", () => {
  for (const [scope, found] of [
    [subscription, `"${subscription}"`],
    [`${subscription}/`, `"${subscription}/"`],
    ["/", '"/"'],
    ["/providers/Microsoft.Management/managementGroups/all", '"/providers/Microsoft.Management/managementGroups/all"'],
    [undefined, "not set"],
    [7, "7"],
  ] as const) {
    expect(assignment(scope)).toEqual([
      `authorization:RoleAssignment "pull": scope is ${found}, but must be a resource group or a resource. Assign the role where it is needed.`,
    ]);
  }
});

test("narrow-roles refuses roles that may do anything", () => {
  for (const [id, name] of [
    ["8e3af657-a8ff-443c-a75c-2fe8c4bcb635", "Owner"],
    ["B24988AC-6180-42A0-AB88-20F7382DD24C", "Contributor"],
    ["18d7d88d-d35e-4fb5-a5c3-7773c20a72d9", "User Access Administrator"],
    ["f58310d9-a9f6-439a-9e8d-f62e7b41a168", "Role Based Access Control Administrator"],
  ] as const) {
    expect(assignment(group, role(id))).toEqual([
      `authorization:RoleAssignment "pull": roleDefinitionId is ${name}, but must be a role with just the actions that are needed. ` +
        "Assign a narrower built-in role or a custom one.",
    ]);
  }
});

test("narrow-roles refuses custom roles that may do anything", () => {
  expect(definition([{ actions: ["Microsoft.App/jobs/read"], dataActions: unknown.list }])).toEqual([]);
  for (const permissions of [undefined, unknown.list, "*"]) expect(definition(permissions)).toEqual([]);
  expect(definition([{ actions: ["Microsoft.App/jobs/read"] }, { actions: ["*"], dataActions: ["*"] }])).toEqual([
    'authorization:RoleDefinition "tick": permissions[1].actions is "*", but must be a list of single actions. Name the actions that are needed.',
    'authorization:RoleDefinition "tick": permissions[1].dataActions is "*", but must be a list of single actions. Name the actions that are needed.',
  ]);
});
