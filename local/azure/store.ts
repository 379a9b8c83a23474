import { join } from "node:path";
import { Journal } from "../journal";
import { keyOf, within } from "./ids";
import { isObject, merged, type Json, type JsonObject } from "./json";

export type State = "Creating" | "Updating" | "Deleting" | "Succeeded" | "Failed" | "Canceled";

/** A resource as it is kept: what was sent (without secrets) and what Azure adds, apart, so that an update replaces only the former. */
export interface Resource {
  readonly id: string;
  /** As the type table spells it. */
  readonly type: string;
  readonly name: string;
  readonly apiVersion: string;
  readonly sent: JsonObject;
  readonly outputs: JsonObject;
  readonly state: State;
  /** Simulated milliseconds. */
  readonly created: number;
}

/** A long-running operation; it outlives a restart and, once done, stays for a day so that late pollers find it. */
export interface Operation {
  readonly id: string;
  readonly resource: string;
  readonly kind: "create" | "update" | "delete" | "action";
  readonly location: string;
  /** Simulated milliseconds; what the operation does happens at `end`. */
  readonly start: number;
  readonly end: number;
  readonly status: "InProgress" | "Succeeded" | "Failed" | "Canceled";
  /** Laid over the resource's outputs when it ends well. */
  readonly after?: JsonObject;
  readonly error?: { code: string; message: string };
  /** What an ended action answers. */
  readonly result?: JsonObject;
  /** Deleting for good where a plain delete would keep the name. */
  readonly purge?: boolean;
}

export interface Deleted {
  readonly resource: Resource;
  readonly deleted: number;
  /** When Azure purges it by itself. */
  readonly purge: number;
}

export interface Spending {
  readonly id: string;
  readonly type: string;
  /** Currency an hour at present, by meter. */
  readonly meters: { meter: string; hourly: number; unpriced?: true }[];
  /** Spent up to `since`. */
  readonly spent: number;
  readonly since: number;
}

export interface Principal {
  readonly clientId: string;
  readonly objectId: string;
  readonly name: string;
  readonly secret?: string;
}

export interface Settings {
  readonly subscriptionId: string;
  readonly tenantId: string;
  /** From which account keys, signatures and the like are derived. */
  readonly secret: string;
  /** Simulated time of the last change, at which the clock goes on after a restart. */
  readonly time: number;
}

const DAY = 24 * 3600 * 1000;

/** All that the embedded Azure remembers; each change is in a file before the call returns (in memory without a folder). */
export class Store {
  readonly operations: Journal<Operation>;
  readonly deleted: Journal<Deleted>;
  readonly spending: Journal<Spending>;
  readonly principals: Journal<Principal>;
  readonly settings: Journal<Settings>;
  private readonly resources: Journal<Resource>;
  private readonly byType = new Map<string, Map<string, Resource>>();
  private readonly busy = new Map<string, Operation>();
  /** Told of every resource that changed or went (then without it), and when, if that was before now. */
  onChange: (id: string, resource: Resource | undefined, time?: number) => void = () => {};

  constructor(folder?: string) {
    const file = (name: string): string | undefined => (folder ? join(folder, `${name}.jsonl`) : undefined);
    this.resources = new Journal(file("resources"));
    this.operations = new Journal(file("operations"));
    this.deleted = new Journal(file("deleted"));
    this.spending = new Journal(file("spending"));
    this.principals = new Journal(file("principals"));
    this.settings = new Journal(file("settings"));
    for (const resource of this.resources.values()) this.index(resource);
    for (const operation of this.operations.values()) {
      if (operation.status === "InProgress") this.busy.set(keyOf(operation.resource), operation);
    }
  }

  get(id: string): Resource | undefined {
    return this.resources.get(keyOf(id));
  }

  put(resource: Resource, time?: number): void {
    this.resources.set(keyOf(resource.id), resource);
    this.index(resource);
    this.onChange(resource.id, resource, time);
  }

  remove(id: string, time?: number): void {
    const gone = this.get(id);
    if (!gone) return;
    this.resources.delete(keyOf(id));
    this.byType.get(gone.type.toLowerCase())?.delete(keyOf(id));
    this.onChange(id, undefined, time);
  }

  all(): Resource[] {
    return this.resources.values();
  }

  ofType(type: string): Resource[] {
    return [...(this.byType.get(type.toLowerCase())?.values() ?? [])];
  }

  /** The resource and everything below it, the deepest first. */
  below(id: string): Resource[] {
    return this.all()
      .filter((resource) => within(resource.id, id))
      .sort((a, b) => b.id.length - a.id.length);
  }

  /** The operation that a resource is in the middle of. */
  running(id: string): Operation | undefined {
    return this.busy.get(keyOf(id));
  }

  inProgress(): Operation[] {
    return [...this.busy.values()];
  }

  begin(operation: Operation): void {
    this.operations.set(operation.id, operation);
    this.busy.set(keyOf(operation.resource), operation);
  }

  end(operation: Operation): void {
    const key = keyOf(operation.resource);
    this.operations.set(operation.id, operation);
    if (this.busy.get(key)?.id === operation.id) this.busy.delete(key);
  }

  /** Forgets operations that ended more than a day before. */
  prune(time: number): void {
    for (const operation of this.operations.values()) {
      if (operation.status !== "InProgress" && operation.end < time - DAY) this.operations.delete(operation.id);
    }
  }

  private index(resource: Resource): void {
    const type = resource.type.toLowerCase();
    const ofType = this.byType.get(type) ?? new Map<string, Resource>();
    this.byType.set(type, ofType.set(keyOf(resource.id), resource));
  }
}

/** A resource as GET shows it. */
export function shown(resource: Resource, provisioning: boolean): JsonObject {
  const body = merged(resource.sent, resource.outputs);
  const properties: Json = isObject(body.properties) ? body.properties : {};
  const state = provisioning && { provisioningState: resource.state };
  return {
    ...body,
    id: resource.id,
    name: resource.name,
    type: resource.type,
    properties: { ...properties, ...state },
  };
}
