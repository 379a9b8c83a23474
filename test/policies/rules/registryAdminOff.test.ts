import { expect, test } from "vitest";
import { registryAdminOff } from "../../../policies/rules/registryAdminOff";
import { unknown, violations } from "../support";

const registry = (props: object) =>
  violations(registryAdminOff, { type: "azure-native:containerregistry:Registry", name: "images", props });
const message = (property: string, found: string) =>
  `containerregistry:Registry "images": ${property} is ${found}, but must be false. Set it to false and pull by identity.`;

test("registry-admin-off wants neither an admin user nor anonymous pulls", () => {
  for (const value of [false, undefined, unknown.flag]) expect(registry({ adminUserEnabled: value })).toEqual([]);
  expect(registry({ adminUserEnabled: true, anonymousPullEnabled: true })).toEqual([
    message("adminUserEnabled", "true"),
    message("anonymousPullEnabled", "true"),
  ]);
  expect(registry({ adminUserEnabled: "false" })).toEqual([message("adminUserEnabled", '"false"')]);
  expect(
    violations(registryAdminOff, { type: "azure-native:storage:Table", props: { adminUserEnabled: true } }),
  ).toEqual([]);
});
