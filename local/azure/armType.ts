import type { Clock } from "./clock";
import type { ArmError } from "./errors";
import type { JsonObject } from "./json";
import type { Quotas } from "./quotas";
import type { Deleted, Resource, Store } from "./store";

/** How an operation answers, and how many simulated seconds it takes. */
export interface Pace {
  /** "answer": done when answered; "async": Azure-AsyncOperation header; "location": 202 and Location; "state": poll the resource. */
  readonly by: "answer" | "async" | "location" | "state";
  readonly seconds: number;
}

/** The surroundings that a row's functions may look at. */
export interface World {
  readonly store: Store;
  readonly clock: Clock;
  readonly subscriptionId: string;
  readonly tenantId: string;
  readonly quotas: Quotas;
  /** A secret of the account's own, the same after a restart: derived, never stored with the resource. */
  secret(of: string): string;
}

/** A resource that is about to be written. */
export interface Draft {
  readonly id: string;
  readonly name: string;
  readonly type: string;
  /** The resource's own location, else its parent's or its group's. */
  readonly location: string;
  /** What the resource would be: sent over defaults, secrets still in it. */
  readonly body: JsonObject;
  readonly previous?: Resource;
  readonly parent?: Resource;
}

export interface Outputs {
  /** Laid over the resource at once. */
  readonly now?: JsonObject;
  /** Laid over it when the operation ends well. */
  readonly after?: JsonObject;
  /** The operation ends in Failed with this. */
  readonly error?: { code: string; message: string };
}

export interface Usage {
  /** A meter of the price book. */
  readonly meter: string;
  readonly quantity: number;
}

export interface ActionResult {
  /** Default 200, or 202 with `seconds`. */
  readonly status?: number;
  readonly body?: JsonObject;
  /** Long-running: how many simulated seconds; `during` holds until then, `after` from then on. */
  readonly seconds?: number;
  readonly during?: JsonObject;
  readonly after?: JsonObject;
  /** Laid over what was sent (an action that changes settings). */
  readonly sent?: JsonObject;
  /** A further resource that the action makes, and what becomes of it after so many simulated seconds. */
  readonly creates?: { readonly resource: Resource; readonly seconds: number; readonly after: JsonObject };
}

export type Action = (resource: Resource, world: World, body: JsonObject) => ActionResult;

/** One ARM resource type: the whole of what the embedded Azure knows about it. Paths are dotted and space-separated. */
export interface ArmType {
  readonly type: string;
  readonly versions: string;
  /** Where it may stand; inner types stand in their outer resource. Default "group". */
  readonly at?: "subscription" | "group" | "any";
  readonly name: { readonly pattern: RegExp; readonly says: string; readonly unique?: "globally" | "in its region" };
  /** Default: required for outer types in a group, else not asked for. */
  readonly location?: "required" | "optional";
  readonly required?: string;
  /** Besides id, name, type, systemData and provisioningState. */
  readonly readOnly?: string;
  /** May be set on creation only. */
  readonly fixed?: string;
  /** Values that are identifiers of resources that must exist. */
  readonly references?: string;
  /** Values that a PATCH replaces as a whole rather than merges. */
  readonly wholes?: string;
  readonly defaults?: JsonObject;
  /** Used when it is written, but not kept. */
  readonly omits?: string;
  /** Shown only with $expand. */
  readonly hidden?: string;
  /** Absent: the type cannot be written, or not deleted (405). */
  readonly writes?: Pace;
  readonly updates?: Pace;
  readonly deletes?: Pace;
  /** Status of a PUT that creates; default 201. */
  readonly createdStatus?: number;
  /** Whether GET shows properties.provisioningState. Default true. */
  readonly provisioning?: boolean;
  /** Always there with its outer resource, though nobody wrote it (storage services, "default"). */
  readonly implicit?: boolean;
  /** Made from the outer resource's own properties. */
  readonly virtual?: (parent: Resource, world: World) => { name: string; properties: JsonObject }[];
  /** Stays when its scope is deleted, as role assignments do. */
  readonly outlives?: boolean;
  /** Kept after deletion: for how many days (undefined: this one is gone for good), and what a new one of its name meets. */
  readonly softDelete?: {
    readonly days: (resource: Resource) => number | undefined;
    /** Whether the query of a DELETE asks to delete for good. */
    readonly purges?: (query: URLSearchParams) => boolean;
    /** A DELETE that purges also reaches what is deleted already. */
    readonly purgesDeleted?: boolean;
    /** "recover" brings the deleted one back; else the refusal. */
    readonly recreate: (draft: Draft, deleted: Deleted) => "recover" | ArmError;
  };
  /** What is answered when the name is taken by another. */
  readonly taken?: (draft: Draft) => ArmError;
  readonly check?: (draft: Draft, world: World) => void;
  readonly checkDelete?: (resource: Resource, world: World) => void;
  readonly outputs?: (draft: Draft, world: World) => Outputs;
  readonly usage?: (resource: Resource, world: World) => Usage[];
  /** POST actions; a name that starts with "GET " is read instead. */
  readonly actions?: Record<string, Action>;
  /** Names of permissions where they are not the type and the verb: of read, list, write, delete or an action. */
  readonly permissions?: Readonly<Record<string, string>>;
  /** Actions that break off what is in progress instead of waiting for it. */
  readonly interrupts?: string;
  /** What writing it does besides (a deployment). */
  readonly run?: (draft: Draft, caller: Caller, world: World) => Outputs;
}

/** Further management requests with the rights of whoever sent this one. */
export interface Caller {
  read(path: string, version: string): JsonObject;
  write(path: string, version: string, body: JsonObject): void;
  act(path: string, version: string, body: JsonObject): JsonObject;
}
