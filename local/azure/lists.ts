import type { ArmType, World } from "./armType";
import type { ArmRequest } from "./request";
import { badRequest } from "./errors";
import { keyOf, within } from "./ids";
import { textAt } from "./json";
import { builtInRoles } from "./roles";
import type { Resource } from "./store";

/** A list after its `$filter`; role assignments and definitions also show what holds from above. */
export function filterList(
  row: ArmType,
  inside: Resource[],
  request: ArmRequest,
  scope: string,
  world: World,
): Resource[] {
  const filter = request.query.get("$filter") ?? "";
  if (row.type === "Microsoft.Authorization/roleDefinitions") {
    return byProperties([...world.store.ofType(row.type), ...builtInRoles(world.subscriptionId)], filter);
  }
  if (row.type !== "Microsoft.Authorization/roleAssignments") return byProperties(inside, filter);
  const all = world.store.ofType(row.type);
  const above = all.filter((r) => within(scope, scopeOf(r)));
  const here = /atScope\(\)/i.test(filter) ? above : [...new Set([...above, ...inside])];
  return byProperties(here, filter.replace(/assignedTo\('([^']*)'\)/i, "principalId eq '$1'"));
}

const scopeOf = (assignment: Resource): string => textAt(assignment.outputs, "properties.scope") ?? "";

/** `a eq 'b' and …` over properties, names and types; what cannot be read is refused rather than ignored. */
function byProperties(values: Resource[], filter: string): Resource[] {
  let result = values;
  for (const term of filter.split(/\s+and\s+/i).filter((t) => t.trim() !== "" && !/^atScope\(\)$/i.test(t.trim()))) {
    const match = /^\(?\s*(\w+)\s+eq\s+'([^']*)'\s*\)?$/i.exec(term.trim());
    if (!match)
      throw badRequest("InvalidFilter", `The filter '${filter}' is not supported: only "property eq 'value' and …".`);
    const [, name = "", wanted = ""] = match;
    result = result.filter((r) => keyOf(property(r, name)) === keyOf(wanted));
  }
  return result;
}

function property(r: Resource, name: string): string {
  if (/^resourceType$/i.test(name)) return r.type;
  if (/^name$/i.test(name)) return r.name;
  const key = `properties.${name}`;
  return textAt(r.sent, key) ?? textAt(r.outputs, key) ?? textAt(r.sent, name) ?? "";
}
