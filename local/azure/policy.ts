import type { ArmType, Draft, World } from "./armType";
import { ArmError } from "./errors";
import { within } from "./ids";
import { listAt, objectAt, textAt } from "./json";
import { effectOn } from "./policyRule";

/** Refuses a resource that a policy assignment at its scope or above denies; an audit lets it pass. */
export function enforce(row: ArmType, draft: Draft, world: World): void {
  if (/^microsoft\.authorization\//i.test(row.type)) return;
  const subject = { id: draft.id, name: draft.name, type: row.type, location: draft.location, body: draft.body };
  for (const assignment of world.store.ofType("Microsoft.Authorization/policyAssignments")) {
    const scope = textAt(assignment.outputs, "properties.scope") ?? "";
    if (
      !within(draft.id, scope) ||
      listAt(assignment.sent, "properties.notScopes").some((not) => within(draft.id, String(not)))
    )
      continue;
    if (textAt(assignment.sent, "properties.enforcementMode") === "DoNotEnforce") continue;
    const definition = world.store.get(textAt(assignment.sent, "properties.policyDefinitionId") ?? "");
    if (!definition || !applies(row, textAt(definition.sent, "properties.mode") ?? "Indexed")) continue;
    if (effectOn(subject, definition.sent, objectAt(assignment.sent, "properties.parameters")) !== "deny") continue;
    const names = (resource: typeof definition) => ({
      name: textAt(resource.sent, "properties.displayName") ?? resource.name,
      id: resource.id,
    });
    const identifiers = [{ policyAssignment: names(assignment), policyDefinition: names(definition) }];
    const reasons = listAt(assignment.sent, "properties.nonComplianceMessages").map(
      (m) => `'${textAt(m, "message") ?? ""}'`,
    );
    const why = reasons.length > 0 ? ` Reasons: ${reasons.join(", ")}.` : "";
    const message = `Resource '${draft.name}' was disallowed by policy.${why} Policy identifiers: '${JSON.stringify(identifiers)}'.`;
    const info = {
      policyAssignmentId: assignment.id,
      policyDefinitionId: definition.id,
      policyDefinitionEffect: "deny",
      policyAssignmentScope: scope,
    };
    throw new ArmError(403, "RequestDisallowedByPolicy", message, {
      target: draft.name,
      additionalInfo: [{ type: "PolicyViolation", info }],
    });
  }
}

/** Mode Indexed looks only at types that have tags and a location; groups and subscriptions need mode All. */
function applies(row: ArmType, mode: string): boolean {
  if (/^all$/i.test(mode)) return true;
  const outer = row.type.split("/").length === 2 && (row.at ?? "group") === "group";
  return outer || row.location !== undefined
    ? !row.type.endsWith("/resourceGroups") && !row.type.endsWith("/deployments")
    : false;
}
