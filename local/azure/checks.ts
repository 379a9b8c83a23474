import type { ArmType, Draft, World } from "./armType";
import { ArmError, badRequest, conflict } from "./errors";
import { groupOf, keyOf } from "./ids";
import { at, same, textAt, type JsonObject } from "./json";
import { regionKey, regions } from "./regions";

/** A request names an API version that the type has. */
export function checkVersion(row: ArmType, version: string | null): void {
  if (!version) {
    const message = "The api-version query parameter (?api-version=) is required for all requests.";
    throw badRequest("MissingApiVersionParameter", message);
  }
  const known = row.versions.split(" ");
  if (known.includes(version)) return;
  const [namespace, ...types] = row.type.split("/");
  const message = `No registered resource provider found for API version '${version}' for type '${types.join("/")}' in '${namespace}'. The supported api-versions are '${known.join(", ")}'.`;
  throw badRequest("NoRegisteredProviderFound", message);
}

export function checkName(row: ArmType, name: string): void {
  if (row.name.pattern.test(name)) return;
  throw badRequest("InvalidResourceName", `'${name}' is not a valid name for '${row.type}': ${row.name.says}.`);
}

const MANAGED = ["properties.provisioningState", "systemData"];

/** Required properties are there, and nothing that only Azure sets. `sent` is the whole after a PATCH. */
export function checkBody(row: ArmType, given: JsonObject, sent: JsonObject, path: string): void {
  for (const [name, wanted] of [
    ["id", path],
    ["name", path.split("/").pop() ?? ""],
    ["type", row.type],
  ] as const) {
    const value = given[name];
    if (value !== undefined && (typeof value !== "string" || keyOf(value) !== keyOf(wanted))) {
      throw badRequest(
        "MismatchingResourceName",
        `The ${name} '${String(value)}' in the body is not that of the request, '${wanted}'.`,
      );
    }
  }
  for (const property of [...MANAGED, ...(row.readOnly?.split(" ").map((name) => `properties.${name}`) ?? [])]) {
    if (at(given, property) === undefined) continue;
    throw badRequest(
      "InvalidRequestContent",
      `The property '${property}' of '${row.type}' is read-only and cannot be set.`,
    );
  }
  for (const property of row.required?.split(" ") ?? []) {
    if (at(sent, property) !== undefined) continue;
    throw badRequest("InvalidRequestContent", `The property '${property}' of '${row.type}' is required.`);
  }
}

/** The location is given where it must be, is a region, and does not change. */
export function checkPlace(row: ArmType, draft: Draft, world: World): void {
  const given = textAt(draft.body, "location");
  const outer = row.type.split("/").length === 2;
  const needed =
    row.location === "required" || (row.location === undefined && outer && (row.at ?? "group") === "group");
  if (given === undefined) {
    if (needed) throw badRequest("LocationRequired", "The location property is required for this definition.");
    return;
  }
  const region = regionKey(given);
  if (region === "global") {
    if (row.defaults?.location === "global" || /actiongroups$/i.test(row.type)) return;
  }
  if (!(region in regions)) {
    const message = `The provided location '${given}' is not available for resource type '${row.type}'. List of available regions for the resource type is '${Object.keys(regions).join(",")}'.`;
    throw badRequest("LocationNotAvailableForResourceType", message);
  }
  const before = draft.previous && textAt(draft.previous.sent, "location");
  if (before === undefined || regionKey(before) === region) return;
  if (row.type.endsWith("/resourceGroups")) {
    const message = `Invalid resource group location '${given}'. The Resource group already exists in location '${before}'.`;
    throw conflict("InvalidResourceGroupLocation", message);
  }
  const group = groupOf(draft.id)?.split("/").pop() ?? world.subscriptionId;
  const message = `The resource '${draft.name}' already exists in location '${before}' in resource group '${group}'. A resource with the same name cannot be created in location '${given}'. Please select a new resource name.`;
  throw conflict("InvalidResourceLocation", message);
}

/** What may be set only on creation has not changed. */
export function checkFixed(row: ArmType, draft: Draft): void {
  for (const path of row.fixed?.split(" ") ?? []) {
    const [before, after] = [at(draft.previous?.sent, path), at(draft.body, path)];
    if (same(before, after)) continue;
    throw new ArmError(
      409,
      "PropertyChangeNotAllowed",
      `Changing property '${path}' of '${row.type}' is not allowed.`,
      { target: path },
    );
  }
}

/** The name is free: among all of Azure, or in the region, where the type asks for it. */
export function checkTaken(row: ArmType, draft: Draft, world: World): void {
  if (!row.name.unique) return;
  const region = regionKey(draft.location);
  const other = world.store.ofType(row.type).find((r) => {
    if (keyOf(r.name) !== keyOf(draft.name) || keyOf(r.id) === keyOf(draft.id)) return false;
    return row.name.unique === "globally" || regionKey(textAt(r.sent, "location") ?? region) === region;
  });
  if (!other) return;
  throw (
    row.taken?.(draft) ?? conflict("NameAlreadyExists", `The name '${draft.name}' is already taken ${row.name.unique}.`)
  );
}
