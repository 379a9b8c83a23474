import type { ArmType, Draft, World } from "./armType";
import { checkVersion } from "./checks";
import { ArmError, conflict, notFound } from "./errors";
import { groupOf, keyOf, nameOf, parentPath, parsePath, pathOf, typeOf, within, type Target } from "./ids";
import { isObject, objectAt, textAt, type JsonObject } from "./json";
import { shown, type Resource } from "./store";
import { findType } from "./types";

/** Finds what a request names, and says what is missing or busy as ARM says it. */
export class Finder {
  constructor(private readonly world: World) {}

  row(target: Target, version: string | null, named = typeOf(target)): ArmType {
    const row = findType(typeOf(target));
    if (!row) throw this.unknownType(target, named);
    checkVersion(row, version);
    return row;
  }

  unknownType(target: Target, named = typeOf(target)): ArmError {
    const message = `The resource type '${named}' could not be found in the namespace '${target.namespace}', or does not support this request.`;
    return notFound("InvalidResourceType", message);
  }

  missing(row: ArmType, target: Target): ArmError {
    const group = groupOf(pathOf(target));
    if (group && !this.world.store.get(group)) return groupNotFound(group);
    const full = [row.type, ...target.names].join("/");
    const under = group?.split("/").pop() ?? "";
    const more = "For more details please go to https://aka.ms/ARMResourceNotFoundFix";
    return notFound(
      "ResourceNotFound",
      `The Resource '${full}' under resource group '${under}' was not found. ${more}`,
    );
  }

  find(row: ArmType, target: Target): Resource | undefined {
    const stored = this.world.store.get(pathOf(home(row, target, this.world)));
    if (stored || (!row.implicit && !row.virtual)) return stored;
    const parent = this.world.store.get(parentPath(target)) ?? this.findParent(target);
    return parent && derived(row, parent, this.world).find((one) => keyOf(one.name) === keyOf(nameOf(target)));
  }

  private findParent(target: Target): Resource | undefined {
    const outer = parentTarget(target);
    const row = outer && findType(typeOf(outer));
    return row && outer ? this.find(row, outer) : undefined;
  }

  within(row: ArmType, target: Target, scope: string): Resource[] {
    if (row.virtual || row.implicit) {
      const parent = this.world.store.get(scope);
      const stored = this.world.store.ofType(row.type).filter((r) => within(r.id, scope));
      if (!parent) return stored;
      return [
        ...stored,
        ...derived(row, parent, this.world).filter((d) => !stored.some((s) => keyOf(s.id) === keyOf(d.id))),
      ];
    }
    if (target.scope === "") return [];
    return this.world.store.ofType(row.type).filter((r) => within(r.id, scope));
  }

  /** The outer resource, group or subscription of what is to be written; it must exist and be ready. */
  parentOf(row: ArmType, target: Target): Resource | undefined {
    this.scopeOf(target);
    if (target.names.length > 1) {
      const parent = this.findParent(target);
      if (!parent) throw parentNotFound(row, target);
      this.checkReady(parent);
      return parent;
    }
    const scope = this.world.store.get(target.scope);
    if (scope) this.checkReady(scope);
    const isGroup = /^\/subscriptions\/[^/]+\/resourcegroups\/[^/]+$/i.test(target.scope);
    const wanted = row.at ?? "group";
    if (wanted === "group" && !isGroup)
      throw new ArmError(
        400,
        "InvalidResourceScope",
        `'${row.type}' belongs in a resource group; given '${target.scope}'.`,
      );
    return scope;
  }

  /** Checks that the subscription, the group and the resource before the last provider exist. */
  scopeOf(target: Target): void {
    const subscription = /^\/subscriptions\/([^/]+)/i.exec(target.scope)?.[1];
    if (subscription && keyOf(subscription) !== keyOf(this.world.subscriptionId)) {
      throw notFound("SubscriptionNotFound", `The subscription '${subscription}' could not be found.`);
    }
    const group = groupOf(target.scope);
    if (group && !this.world.store.get(group)) throw groupNotFound(group);
    if (group && target.scope.length > group.length) {
      const outer = parsePath(target.scope);
      const row = findType(typeOf(outer));
      if (!row || !this.find(row, outer)) throw row ? this.missing(row, outer) : this.unknownType(outer);
    }
  }

  private checkReady(parent: Resource): void {
    if (parent.state === "Deleting") {
      const group = parent.type.endsWith("resourceGroups");
      const what = group ? "resource group" : "parent resource";
      const code = group ? "ResourceGroupBeingDeleted" : "ParentResourceBeingDeleted";
      throw conflict(
        code,
        `The ${what} '${parent.name}' is in deprovisioning state and cannot perform this operation.`,
      );
    }
    if (parent.state === "Creating") {
      throw conflict(
        "ParentProvisioningInProgress",
        `The parent resource '${parent.id}' is still in provisioning state 'Creating'.`,
      );
    }
  }

  checkIdle(path: string, resource?: Resource): void {
    const running = resource && this.world.store.running(resource.id);
    if (!running) return;
    const doing = running.kind === "action" ? "an action" : `a ${running.kind}`;
    throw conflict(
      "AnotherOperationInProgress",
      `Another operation (${doing}) on '${path}' is in progress; wait until it has ended.`,
    );
  }

  checkReferences(row: ArmType, draft: Draft): void {
    for (const path of row.references?.split(" ") ?? []) {
      const id = textAt(draft.body, path);
      if (id === undefined || this.world.store.get(id)) continue;
      const message = `The resource '${id}' that ${path} of '${draft.name}' names could not be found.`;
      throw new ArmError(400, "LinkedResourceNotFound", message);
    }
  }

  locationOf(resource: Resource): string {
    const own = textAt(resource.sent, "location");
    if (own !== undefined) return own.replaceAll(" ", "").toLowerCase();
    const outer = resource.id.split("/").slice(0, -2).join("/");
    const parent = this.world.store.get(outer) ?? this.world.store.get(groupOf(resource.id) ?? "");
    return parent && parent.id !== resource.id ? this.locationOf(parent) : "";
  }

  /** What a new resource of a soft-deleted one's name meets: the deleted one comes back, or a refusal. */
  recovered(row: ArmType, draft: Draft): Resource | undefined {
    if (!row.softDelete) return undefined;
    const global = row.name.unique === "globally";
    const deleted = this.world.store.deleted
      .values()
      .find(
        (d) =>
          d.resource.type === row.type &&
          (global ? keyOf(d.resource.name) === keyOf(draft.name) : keyOf(d.resource.id) === keyOf(draft.id)),
      );
    if (!deleted) return undefined;
    const result = row.softDelete.recreate(draft, deleted);
    if (result !== "recover") throw result;
    return deleted.resource;
  }

  show(row: ArmType, resource: Resource, query: URLSearchParams): JsonObject {
    const body = shown(resource, row.provisioning !== false);
    if (!row.hidden || query.has("$expand")) return body;
    const properties = { ...objectAt(body, "properties") };
    delete properties[row.hidden];
    return { ...body, properties };
  }
}

const groupNotFound = (group: string): ArmError =>
  notFound("ResourceGroupNotFound", `Resource group '${group.split("/").pop() ?? ""}' could not be found.`);

function parentNotFound(row: ArmType, target: Target): ArmError {
  const message = `Can not perform requested operation on nested resource. Parent resource '${target.names.slice(0, -1).join("/")}' of '${row.type}' not found.`;
  return notFound("ParentResourceNotFound", message);
}

function parentTarget(target: Target): Target | undefined {
  if (target.names.length < 2) return undefined;
  const count = target.names.length - 1;
  return {
    ...target,
    kind: "resource",
    segments: target.segments.slice(0, count),
    names: target.names.slice(0, count),
  };
}

/** Role and policy definitions are kept at the subscription, whatever scope they are addressed through. */
export function home(row: ArmType, target: Target, world: World): Target {
  return row.at === "subscription" && target.names.length === 1
    ? { ...target, scope: `/subscriptions/${world.subscriptionId}` }
    : target;
}

/** What exists with its outer resource alone. */
function derived(row: ArmType, parent: Resource, world: World): Resource[] {
  const segment = row.type.split("/").pop() ?? "";
  const make = (name: string, properties: JsonObject, given: JsonObject = {}): Resource => ({
    id: `${parent.id}/${segment}/${name}`,
    type: row.type,
    name,
    apiVersion: parent.apiVersion,
    sent: given,
    outputs: { properties },
    state: "Succeeded",
    created: parent.created,
  });
  if (row.implicit) return [make("default", {}, isObject(row.defaults) ? row.defaults : {})];
  return row.virtual?.(parent, world).map(({ name, properties }) => make(name, properties)) ?? [];
}
