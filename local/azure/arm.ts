import type { Access } from "./access";
import type { Action, ActionResult, ArmType, Caller, Draft, Outputs, Pace, World } from "./armType";
import { reports } from "./catalog";
import type { Answer, ArmRequest } from "./request";
import { checkBody, checkFixed, checkName, checkPlace, checkTaken, checkVersion } from "./checks";
import { ArmError } from "./errors";
import { groupOf, keyOf, nameOf, parentPath, parsePath, pathOf, typeOf, type Target } from "./ids";
import { Finder, home } from "./finder";
import { identityOutputs } from "./identity";
import { at, merged, nested, patched, textAt, type JsonObject } from "./json";
import { filterList } from "./lists";
import type { Operations } from "./operations";
import { enforce } from "./policy";
import { Polling } from "./polling";
import { regionKey } from "./regions";
import { withoutSecrets } from "./secrets";
import type { Resource } from "./store";
import { findType } from "./types";

/** Azure Resource Manager: what each management request does, whatever its type; the types are rows of a table. */
export class Arm {
  private readonly finder: Finder;
  private readonly polling: Polling;

  constructor(
    readonly world: World,
    private readonly access: Access,
    private readonly operations: Operations,
    url: () => string,
  ) {
    this.finder = new Finder(world);
    this.polling = new Polling(world, this.finder, url);
  }

  handle(request: ArmRequest): Answer {
    const target = parsePath(request.path);
    const last = target.segments[target.segments.length - 1] ?? "";
    if (/^operation(statuses|results)$/i.test(last)) return this.polling.poll(request, target, /statuses/i.test(last));
    const report = reports(request, target, this.world, this.access);
    if (report) return report;
    const version = request.query.get("api-version");
    switch (request.method) {
      case "GET":
      case "HEAD":
        return this.get(request, target, version);
      case "PUT":
      case "PATCH":
        return this.write(request, target, version);
      case "DELETE":
        return this.remove(request, target, version);
      case "POST":
        return this.act(request, target, version, "");
      default:
        throw new ArmError(405, "MethodNotAllowed", `The method '${request.method}' is not supported.`);
    }
  }

  private get(request: ArmRequest, target: Target, version: string | null): Answer {
    if (target.kind === "collection") {
      const row = findType(typeOf(target));
      if (!row) return this.act(request, target, version, "GET ");
      checkVersion(row, version);
      const scope = parentPath(target);
      this.access.check(request.principal, permission(row, "list"), scope || "/");
      if (scope !== "" && !row.outlives) this.finder.scopeOf(target);
      const values = filterList(row, this.finder.within(row, target, scope), request, scope, this.world);
      return { status: 200, body: { value: values.map((r) => this.finder.show(row, r, request.query)) } };
    }
    const row = this.finder.row(target, version);
    this.access.check(request.principal, permission(row, "read"), pathOf(target));
    const found = this.finder.find(row, target);
    if (request.method === "HEAD") return { status: found ? 204 : 404 };
    if (!found) throw this.finder.missing(row, target);
    return { status: 200, body: this.finder.show(row, found, request.query) };
  }

  private write(request: ArmRequest, target: Target, version: string | null): Answer {
    const row = this.finder.row(target, version);
    const path = pathOf(target);
    this.access.check(request.principal, permission(row, "write"), path);
    if (target.kind === "collection" || !row.writes) throw notAllowed(request.method, row);
    checkName(row, nameOf(target));
    const parent = this.finder.parentOf(row, target);
    const previous = this.finder.find(row, target);
    if (request.method === "PATCH" && !previous) throw this.finder.missing(row, target);
    this.finder.checkIdle(path, previous);
    const sent = request.method === "PATCH" ? patchedBody(row, previous?.sent ?? {}, request.body) : request.body;
    checkBody(row, request.body, sent, path);
    const draft = this.draft(row, target, merged(row.defaults ?? {}, sent), parent, previous);
    checkPlace(row, draft, this.world);
    if (previous) checkFixed(row, draft);
    else checkTaken(row, draft, this.world);
    this.finder.checkReferences(row, draft);
    const identity = identityOutputs(draft, this.world, (id) =>
      this.access.checkAssign(request.principal, id, draft.id),
    );
    enforce(row, draft, this.world);
    const recovered = previous ? undefined : this.finder.recovered(row, draft);
    row.check?.(draft, this.world);
    // What comes back from deletion keeps the identifiers that it had.
    const known = { ...draft, previous: previous ?? recovered };
    const made = row.run?.(known, this.caller(request.principal), this.world) ?? row.outputs?.(known, this.world) ?? {};
    return this.store(row, draft, merged(made.now ?? {}, identity), made, version ?? "", recovered);
  }

  private store(
    row: ArmType,
    draft: Draft,
    now: JsonObject,
    made: Outputs,
    version: string,
    recovered?: Resource,
  ): Answer {
    const { previous } = draft;
    const kind = previous && !row.implicit ? "update" : "create";
    const pace = (kind === "update" ? row.updates : undefined) ?? row.writes ?? { by: "answer", seconds: 0 };
    const done = pace.by === "answer";
    const operation = done
      ? undefined
      : this.operations.begin(
          { resource: draft.id, kind, location: regionKey(draft.location), after: made.after, error: made.error },
          pace,
        );
    // Identifiers of identities that were taken off the resource must not stay.
    const { identity: _before, ...before } = recovered?.outputs ?? previous?.outputs ?? {};
    const outputs = merged(merged(before, now), done ? (made.after ?? {}) : {});
    const resource: Resource = {
      id: draft.id,
      type: row.type,
      name: draft.name,
      apiVersion: version,
      sent: row.omits ? patched(withoutSecrets(draft.body), nested(row.omits, null)) : withoutSecrets(draft.body),
      outputs,
      state: done ? "Succeeded" : kind === "update" ? "Updating" : "Creating",
      created: previous?.created ?? this.world.clock.time(),
    };
    this.world.store.put(resource);
    if (recovered) this.world.store.deleted.delete(keyOf(draft.id));
    const status = previous ? 200 : (row.createdStatus ?? 201);
    return this.polling.answer(
      pace,
      operation,
      version,
      status,
      this.finder.show(row, resource, new URLSearchParams()),
    );
  }

  private remove(request: ArmRequest, target: Target, version: string | null): Answer {
    const row = this.finder.row(target, version);
    const path = pathOf(target);
    this.access.check(request.principal, permission(row, "delete"), path);
    if (target.kind === "collection" || !row.deletes) throw notAllowed("DELETE", row);
    const purge = row.softDelete?.purges?.(request.query) ?? false;
    const resource = this.finder.find(row, target);
    if (!resource) {
      if (purge && row.softDelete?.purgesDeleted) this.world.store.deleted.delete(keyOf(path));
      // A group that is gone is an error, a resource that is gone is not.
      if (this.world.store.get(groupOf(path) ?? "") || !groupOf(path)) return { status: 204 };
      throw this.finder.missing(row, target);
    }
    const running = this.world.store.running(resource.id);
    if (running?.kind === "delete") return this.polling.answer(row.deletes, running, version ?? "", 202);
    this.finder.checkIdle(path, resource);
    row.checkDelete?.(resource, this.world);
    if (row.deletes.by === "answer") {
      this.operations.remove(resource, this.world.clock.time(), purge);
      return { status: 200 };
    }
    const operation = this.operations.begin(
      { resource: resource.id, kind: "delete", location: this.finder.locationOf(resource), purge },
      row.deletes,
    );
    this.world.store.put({ ...resource, state: "Deleting" });
    return this.polling.answer(row.deletes, operation, version ?? "", 202);
  }

  /** POST …/resource/action, and reads of what a resource reports (`GET …/resource/report`). */
  private act(request: ArmRequest, target: Target, version: string | null, verb: "" | "GET "): Answer {
    const name = target.segments[target.segments.length - 1] ?? "";
    const owner: Target = { ...target, kind: "resource", segments: target.segments.slice(0, -1) };
    if (target.kind !== "collection" || owner.segments.length === 0) throw this.finder.unknownType(target);
    const row = this.finder.row(owner, version, typeOf(target));
    const [found] = Object.entries(row.actions ?? {}).filter(
      ([key]) => key.toLowerCase() === `${verb}${name}`.toLowerCase(),
    );
    if (!found) throw this.finder.unknownType(target);
    const action: [string, Action] = found;
    this.access.check(request.principal, permission(row, action[0]), pathOf(owner));
    const resource = this.finder.find(row, owner);
    if (!resource) throw this.finder.missing(row, owner);
    const interrupts = row.interrupts?.split(" ").includes(action[0]) ?? false;
    if (verb === "" && !interrupts) this.finder.checkIdle(resource.id, resource);
    const result = action[1](resource, this.world, request.body);
    const running = this.world.store.running(resource.id);
    if (interrupts && running) this.world.store.end({ ...running, status: "Canceled" });
    if (result.creates) this.create(result.creates);
    const sent = result.sent ?? resource.sent;
    if (result.seconds === undefined) {
      if (result.after ?? result.sent)
        this.world.store.put({ ...resource, sent, outputs: merged(resource.outputs, result.after ?? {}) });
      return { status: result.status ?? 200, body: result.body };
    }
    const pace: Pace = { by: "location", seconds: result.seconds };
    const operation = this.operations.begin(
      {
        resource: resource.id,
        kind: "action",
        location: this.finder.locationOf(resource),
        after: result.after,
        result: result.body,
      },
      pace,
    );
    this.world.store.put({ ...resource, sent, outputs: merged(resource.outputs, result.during ?? {}) });
    const answer = this.polling.answer(
      { ...pace, by: "async" },
      operation,
      version ?? "",
      result.status ?? 202,
      result.body,
    );
    return {
      ...answer,
      headers: { ...answer.headers, ...this.polling.answer(pace, operation, version ?? "", 202).headers },
    };
  }

  private create({ resource, seconds, after }: NonNullable<ActionResult["creates"]>): void {
    this.operations.begin({ resource: resource.id, kind: "action", location: "", after }, { by: "async", seconds });
    this.world.store.put(resource);
  }

  private draft(row: ArmType, target: Target, body: JsonObject, parent?: Resource, previous?: Resource): Draft {
    const name = nameOf(target);
    const placed = home(row, target, this.world);
    const outer = target.names.length > 1 ? parent?.id : undefined;
    const scope = this.world.store.get(placed.scope)?.id ?? placed.scope;
    const types = row.type.split("/");
    const segment = types[types.length - 1] ?? "";
    const direct = row.type.endsWith("/resourceGroups")
      ? `${scope}/resourceGroups/${name}`
      : `${scope}/providers/${row.type}/${name}`;
    const id = previous?.id ?? (outer ? `${outer}/${segment}/${name}` : direct);
    const group = this.world.store.get(groupOf(id) ?? "");
    const location =
      textAt(body, "location") ?? (parent && this.finder.locationOf(parent)) ?? textAt(group?.sent, "location") ?? "";
    return { id, name: previous?.name ?? name, type: row.type, location, body, previous, parent };
  }

  private caller(principal: string): Caller {
    const send = (method: string, path: string, version: string, body: JsonObject): JsonObject =>
      this.handle({ method, path, query: new URLSearchParams({ "api-version": version }), body, principal }).body ?? {};
    return {
      read: (path, version) => send("GET", path, version, {}),
      write: (path, version, body) => void send("PUT", path, version, body),
      act: (path, version, body) => send("POST", path, version, body),
    };
  }
}

/** What a request must be allowed to do: Azure names it after the type and the verb, with few exceptions. */
function permission(row: ArmType, verb: string): string {
  const special = row.permissions?.[verb] ?? (verb === "list" ? row.permissions?.read : undefined);
  if (special !== undefined) return special;
  if (verb === "list") return `${row.type}/read`;
  if (verb.startsWith("GET ")) return `${row.type}/${verb.slice(4)}/read`;
  return ["read", "write", "delete"].includes(verb) ? `${row.type}/${verb}` : `${row.type}/${verb}/action`;
}

function notAllowed(method: string, row: ArmType): ArmError {
  return new ArmError(405, "MethodNotAllowed", `The method '${method}' is not supported for '${row.type}'.`);
}

function patchedBody(row: ArmType, before: JsonObject, patch: JsonObject): JsonObject {
  const wholes = (row.wholes?.split(" ") ?? []).filter((path) => at(patch, path) !== undefined);
  const cleared = wholes.reduce((body, path) => patched(body, nested(path, null)), before);
  return patched(cleared, patch);
}
