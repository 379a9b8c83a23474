import { randomUUID } from "node:crypto";
import type { Pace } from "./armType";
import type { Clock } from "./clock";
import { keyOf } from "./ids";
import { merged } from "./json";
import type { Operation, Resource, Store } from "./store";
import { findType } from "./types";

const DAY = 24 * 3600 * 1000;

/** Long-running operations: begun by a request, ended by the clock, polled in between. */
export class Operations {
  /** Simulated time of the next one to end, so that a request with nothing due costs a comparison. */
  private due: number;

  constructor(
    private readonly store: Store,
    private readonly clock: Clock,
  ) {
    this.due = Math.min(Infinity, ...store.inProgress().map((operation) => operation.end));
  }

  begin(
    o: Pick<Operation, "resource" | "kind" | "location" | "after" | "error" | "result" | "purge">,
    pace: Pace,
  ): Operation {
    const start = this.clock.time();
    const operation: Operation = {
      ...o,
      id: randomUUID(),
      start,
      end: start + pace.seconds * 1000,
      status: "InProgress",
    };
    this.store.begin(operation);
    this.due = Math.min(this.due, operation.end);
    return operation;
  }

  /** Ends what is due, in the order in which it ends; it counts from when it was due, however late that is noticed. */
  settle(): void {
    const now = this.clock.time();
    if (now < this.due) return;
    const due = this.store.inProgress().filter((operation) => operation.end <= now);
    for (const operation of due.sort((a, b) => a.end - b.end)) {
      // A deletion that ended before it may have broken it off.
      if (this.store.operations.get(operation.id)?.status !== "InProgress") continue;
      this.apply(operation);
      this.store.end({ ...operation, status: operation.error ? "Failed" : "Succeeded" });
    }
    this.due = Math.min(Infinity, ...this.store.inProgress().map((operation) => operation.end));
  }

  /** What an operation does at its end. Applying it twice, after a kill in between, changes nothing more. */
  private apply(operation: Operation): void {
    const resource = this.store.get(operation.resource);
    if (!resource) return;
    if (operation.kind === "delete") return this.remove(resource, operation.end, operation.purge);
    const outputs = operation.error ? resource.outputs : merged(resource.outputs, operation.after ?? {});
    this.store.put({ ...resource, outputs, state: operation.error ? "Failed" : "Succeeded" }, operation.end);
  }

  /** Removes a resource and all below it, keeping aside what Azure only soft-deletes. */
  remove(resource: Resource, time: number, purge = false): void {
    const gone = this.store.below(resource.id).filter((r) => r.id === resource.id || !findType(r.type)?.outlives);
    for (const one of gone) {
      const days = findType(one.type)?.softDelete?.days(one);
      if (days !== undefined && !(purge && one.id === resource.id)) {
        this.store.deleted.set(keyOf(one.id), { resource: one, deleted: time, purge: time + days * DAY });
      }
    }
    for (const one of gone) {
      const running = this.store.running(one.id);
      if (running && running.kind !== "delete") this.store.end({ ...running, status: "Canceled" });
      this.store.remove(one.id, time);
    }
  }
}
