import { randomUUID } from "node:crypto";
import type { Draft, World } from "./armType";
import { badRequest } from "./errors";
import { keyOf } from "./ids";
import { isObject, objectAt, textAt, type JsonObject } from "./json";
import type { Resource, Store } from "./store";

/** A security principal that Azure knows: the deployer, a service principal, or a resource's managed identity. */
export interface KnownPrincipal {
  readonly objectId: string;
  readonly clientId: string;
  readonly name: string;
}

/**
 * The identifiers that Azure adds to a resource's `identity`: those of a system-assigned identity (kept on updates), and
 * those of each user-assigned one, which must exist and be the sender's to assign.
 */
export function identityOutputs(draft: Draft, world: World, checkAssign: (id: string) => void): JsonObject {
  const identity = draft.body.identity;
  if (!isObject(identity) || identity.type === "None") return {};
  const kinds = String(identity.type ?? "");
  const result: JsonObject = {};
  if (/SystemAssigned/i.test(kinds)) {
    result.principalId = textAt(draft.previous?.outputs, "identity.principalId") ?? randomUUID();
    result.tenantId = world.tenantId;
  }
  const assigned = objectAt(identity, "userAssignedIdentities");
  const ids = Object.keys(assigned).filter((id) => assigned[id] !== null);
  if (/UserAssigned/i.test(kinds) && ids.length === 0) {
    throw badRequest(
      "InvalidIdentityValues",
      "The identity type 'UserAssigned' needs at least one of userAssignedIdentities.",
    );
  }
  const before = objectAt(draft.previous?.outputs, "identity.userAssignedIdentities");
  const found: JsonObject = {};
  for (const id of ids) {
    const known = world.store.get(id);
    if (!known) throw badRequest("FailedIdentityOperation", `The user-assigned identity '${id}' was not found.`);
    if (!Object.keys(before).some((earlier) => keyOf(earlier) === keyOf(id))) checkAssign(known.id);
    found[id] = {
      principalId: textAt(known.outputs, "properties.principalId"),
      clientId: textAt(known.outputs, "properties.clientId"),
    };
  }
  if (ids.length > 0) result.userAssignedIdentities = found;
  return { identity: result };
}

/** The identifiers of a user-assigned or system-assigned identity, or undefined when the resource has none. */
export function identityOf(resource: Resource): KnownPrincipal | undefined {
  const own = /^microsoft\.managedidentity\/userassignedidentities$/i.test(resource.type) ? "properties" : "identity";
  const objectId = textAt(resource.outputs, `${own}.principalId`);
  if (objectId === undefined) return undefined;
  return { objectId, clientId: textAt(resource.outputs, `${own}.clientId`) ?? objectId, name: resource.name };
}

export function principals(store: Store): KnownPrincipal[] {
  return [...store.principals.values(), ...store.all().flatMap((resource) => identityOf(resource) ?? [])];
}
