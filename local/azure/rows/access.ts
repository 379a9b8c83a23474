import type { ArmType, World } from "../armType";
import { ArmError, badRequest, conflict } from "../errors";
import { keyOf } from "../ids";
import { principals } from "../identity";
import { listAt, textAt } from "../json";
import { checkRule } from "../policyRule";
import { builtInRole } from "../roles";
import { instant, kept, keptTime, now } from "./common";

const guid = { pattern: /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i, says: "a GUID" };
const ASSIGNMENTS = "Microsoft.Authorization/roleAssignments";
const POLICY_VERSIONS =
  "2019-09-01 2020-09-01 2021-06-01 2022-06-01 2023-04-01 2024-04-01 2024-05-01 2025-01-01 2025-03-01";

export const accessTypes: ArmType[] = [
  {
    type: "Microsoft.Authorization/roleDefinitions",
    versions: "2015-07-01 2018-01-01-preview 2022-04-01 2022-05-01-preview",
    at: "subscription",
    name: guid,
    provisioning: false,
    required: "properties.roleName properties.permissions properties.assignableScopes",
    readOnly: "createdOn updatedOn createdBy updatedBy",
    writes: instant,
    deletes: instant,
    check(draft, world) {
      const name = textAt(draft.body, "properties.roleName") ?? "";
      const others = world.store.ofType(draft.type);
      const twin = others.find((r) => r.id !== draft.id && textAt(r.sent, "properties.roleName") === name);
      if (twin)
        throw conflict(
          "RoleDefinitionWithSameNameExists",
          `A custom role with the same name already exists in this directory. Use a different name: '${name}'.`,
        );
      if (builtInRole(world.subscriptionId, draft.name))
        throw conflict("RoleDefinitionExists", `'${draft.name}' is a built-in role.`);
      if (!draft.previous && others.length >= world.quotas.customRoles)
        throw badRequest(
          "RoleDefinitionLimitExceeded",
          "Role definition limit exceeded. No more role definitions can be created.",
        );
      for (const scope of listAt(draft.body, "properties.assignableScopes")) checkAssignable(String(scope), world);
    },
    checkDelete(role, world) {
      const used = world.store
        .ofType(ASSIGNMENTS)
        .some((a) =>
          (textAt(a.sent, "properties.roleDefinitionId") ?? "").toLowerCase().endsWith(`/${role.name.toLowerCase()}`),
        );
      if (used)
        throw badRequest("RoleDefinitionHasAssignments", "There are existing role assignments referencing role.");
    },
    outputs: (draft, world) => ({
      now: {
        properties: { type: "CustomRole", createdOn: keptTime(draft, "createdOn", world), updatedOn: now(world) },
      },
    }),
  },
  {
    type: ASSIGNMENTS,
    versions: "2015-07-01 2018-01-01-preview 2020-04-01-preview 2020-08-01-preview 2020-10-01-preview 2022-04-01",
    at: "any",
    name: guid,
    provisioning: false,
    required: "properties.roleDefinitionId properties.principalId",
    readOnly: "scope createdOn updatedOn createdBy updatedBy",
    writes: instant,
    deletes: instant,
    outlives: true,
    check(draft, world) {
      const at = (path: string): string => textAt(draft.body, `properties.${path}`) ?? "";
      const [role, principal] = [at("roleDefinitionId"), at("principalId")];
      const before = (path: string): string => textAt(draft.previous?.sent, `properties.${path}`) ?? "";
      if (
        draft.previous &&
        (before("principalId") !== principal || keyOf(before("roleDefinitionId")) !== keyOf(role))
      ) {
        throw badRequest(
          "RoleAssignmentUpdateNotPermitted",
          "Tenant ID, application ID, principal ID, and scope are not allowed to be updated.",
        );
      }
      if (!roleExists(role, world))
        throw badRequest(
          "RoleDefinitionDoesNotExist",
          `The specified role definition with ID '${role.split("/").pop() ?? ""}' does not exist.`,
        );
      if (at("principalType") === "" && !principals(world.store).some((p) => p.objectId === principal)) {
        throw badRequest(
          "PrincipalNotFound",
          `Principal ${principal} does not exist in the directory ${world.tenantId}. Check that you have the correct principal ID. If you are creating this principal and then immediately assigning a role, this error might be related to a replication delay. In this case, set the role assignment principalType property to a value, such as ServicePrincipal, User, or Group. See https://aka.ms/docs-principaltype`,
        );
      }
      const others = world.store.ofType(ASSIGNMENTS);
      const scope = keyOf(scopeOf(draft.id));
      const twin = others.find(
        (a) =>
          a.id !== draft.id &&
          keyOf(scopeOf(a.id)) === scope &&
          textAt(a.sent, "properties.principalId") === principal &&
          keyOf(textAt(a.sent, "properties.roleDefinitionId") ?? "").endsWith(`/${keyOf(role.split("/").pop() ?? "")}`),
      );
      if (twin)
        throw conflict(
          "RoleAssignmentExists",
          `The role assignment already exists. The ID of the existing role assignment is ${twin.name.replaceAll("-", "")}.`,
        );
      if (!draft.previous && others.length >= world.quotas.roleAssignments)
        throw badRequest(
          "RoleAssignmentLimitExceeded",
          "Role assignment limit exceeded. No more role assignments can be created.",
        );
    },
    outputs: (draft, world) => ({
      now: {
        properties: {
          scope: scopeOf(draft.id),
          principalType: textAt(draft.body, "properties.principalType") ?? "ServicePrincipal",
          createdOn: keptTime(draft, "createdOn", world),
          updatedOn: now(world),
        },
      },
    }),
  },
  {
    type: "Microsoft.Authorization/policyDefinitions",
    versions: POLICY_VERSIONS,
    at: "subscription",
    name: { pattern: /^[^<>%&:?/]{0,127}[^<>%&:?/ ]$/, says: "1-128 characters, none of < > % & : ? /" },
    provisioning: false,
    required: "properties.policyRule",
    defaults: { properties: { mode: "Indexed" } },
    writes: instant,
    deletes: instant,
    check: (draft) => checkRule(draft.body),
    checkDelete(definition, world) {
      const used = world.store
        .ofType("Microsoft.Authorization/policyAssignments")
        .filter((a) => keyOf(textAt(a.sent, "properties.policyDefinitionId") ?? "") === keyOf(definition.id));
      if (used.length > 0)
        throw new ArmError(
          400,
          "PolicyDefinitionInUse",
          `The policy definition '${definition.name}' cannot be deleted as it is referenced by ${used.length} policy assignments, for example '${used[0]?.id ?? ""}'.`,
        );
    },
    outputs: () => ({ now: { properties: { policyType: "Custom" } } }),
  },
  {
    type: "Microsoft.Authorization/policyAssignments",
    versions: POLICY_VERSIONS,
    at: "any",
    name: { pattern: /^[^<>%&:?/#\\]{0,63}[^<>%&:?/#\\ ]$/, says: "1-64 characters, none of < > % & : ? / # \\" },
    location: "optional",
    provisioning: false,
    required: "properties.policyDefinitionId",
    readOnly: "scope latestDefinitionVersion effectiveDefinitionVersion instanceId",
    defaults: { properties: { enforcementMode: "Default" } },
    writes: instant,
    deletes: instant,
    check(draft, world) {
      const id = textAt(draft.body, "properties.policyDefinitionId") ?? "";
      const definition = world.store.get(id);
      if (!definition)
        throw new ArmError(404, "PolicyDefinitionNotFound", `The policy definition '${id}' could not be found.`);
      const given = Object.keys((draft.body.properties as { parameters?: object }).parameters ?? {});
      const declared = Object.entries(
        (definition.sent.properties as { parameters?: Record<string, { defaultValue?: unknown }> }).parameters ?? {},
      );
      const missing = declared
        .filter(([name, p]) => p.defaultValue === undefined && !given.includes(name))
        .map(([name]) => name);
      if (missing.length > 0)
        throw badRequest(
          "MissingPolicyParameter",
          `The policy assignment '${draft.name}' is missing the parameter(s) '${missing.join(",")}' as defined in the policy definition '${definition.name}'.`,
        );
      const unknown = given.filter((name) => !declared.some(([known]) => known === name));
      if (unknown.length > 0)
        throw badRequest(
          "UndefinedPolicyParameter",
          `The policy assignment '${draft.name}' has defined parameters '${unknown.join(",")}' which are not defined in the policy definition '${definition.name}'.`,
        );
    },
    outputs: (draft) => ({ now: { properties: { scope: scopeOf(draft.id), instanceId: kept(draft, "instanceId") } } }),
  },
];

const scopeOf = (id: string): string => id.slice(0, id.toLowerCase().lastIndexOf("/providers/")) || "/";

function roleExists(id: string, world: World): boolean {
  const name = id.split("/").pop() ?? "";
  const custom = `/subscriptions/${world.subscriptionId}/providers/Microsoft.Authorization/roleDefinitions/${name}`;
  return builtInRole(world.subscriptionId, name) !== undefined || world.store.get(custom) !== undefined;
}

function checkAssignable(scope: string, world: World): void {
  const own = keyOf(scope).startsWith(`/subscriptions/${keyOf(world.subscriptionId)}`);
  if (own && /^\/subscriptions\/[^/]+(\/.*)?$/.test(scope)) return;
  throw badRequest(
    "LinkedInvalidPropertyId",
    `The assignable scope '${scope}' is not a scope in the subscription '${world.subscriptionId}'.`,
  );
}
