import { at, listAt, UNKNOWN } from "../../pricing/values";
import { shown, type Fault } from "../fault";
import { resourceRule, type Subject } from "../rule";

/** Built-in roles that may do anything, or may give that to others, by their ids. Source: azure-docs, built-in-roles. */
const broadRoles: Readonly<Record<string, string>> = {
  "8e3af657-a8ff-443c-a75c-2fe8c4bcb635": "Owner",
  "b24988ac-6180-42a0-ab88-20f7382dd24c": "Contributor",
  "18d7d88d-d35e-4fb5-a5c3-7773c20a72d9": "User Access Administrator",
  "f58310d9-a9f6-439a-9e8d-f62e7b41a168": "Role Based Access Control Administrator",
};

/** Roles are narrow: no built-in role that may do anything, and nothing assigned to a whole subscription. */
export const narrowRoles = resourceRule<{ allowedAssignments: string[] }>({
  name: "narrow-roles",
  description:
    "No Owner or Contributor assignments, no role over a whole subscription, no custom role that may do anything.",
  severity: "critical",
  remediationSteps:
    "Define a custom role with just the actions that are needed and assign it at the resource group or the resource.",
  settings: {
    allowedAssignments: {
      type: "array",
      items: { type: "string" },
      default: [],
      description: "Names of role assignments that this rule lets pass.",
    },
  },
  check: (subject, { allowedAssignments }) => {
    if (subject.type === "azure-native:authorization:RoleDefinition") return definition(subject);
    if (subject.type !== "azure-native:authorization:RoleAssignment") return [];
    return allowedAssignments.includes(subject.name) ? [] : [...scope(subject), ...role(subject)];
  },
});

function scope({ props }: Subject): Fault[] {
  const value = at(props, "scope");
  if (value === UNKNOWN) return [];
  const wide =
    typeof value === "string" &&
    /^\/?$|^\/?(subscriptions|providers\/microsoft\.management\/managementgroups)\/[^/]+\/?$/i.test(value);
  if (typeof value === "string" && !wide) return [];
  const wanted = "a resource group or a resource";
  return [{ property: "scope", found: shown(value), wanted, mend: "Assign the role where it is needed" }];
}

function role({ props }: Subject): Fault[] {
  const value = at(props, "roleDefinitionId");
  const name = typeof value === "string" ? broadRoles[value.split("/").at(-1)?.toLowerCase() ?? ""] : undefined;
  if (name === undefined) return [];
  const wanted = "a role with just the actions that are needed";
  return [
    { property: "roleDefinitionId", found: name, wanted, mend: "Assign a narrower built-in role or a custom one" },
  ];
}

function definition({ props }: Subject): Fault[] {
  return listAt(props, "permissions").flatMap((permission, index) =>
    ["actions", "dataActions"].flatMap((list) => {
      if (!listAt(permission, list).includes("*")) return [];
      const property = `permissions[${index}].${list}`;
      return [{ property, found: '"*"', wanted: "a list of single actions", mend: "Name the actions that are needed" }];
    }),
  );
}
