import type { Answer, ArmRequest } from "./request";
import type { Pace, World } from "./armType";
import { ArmError, notFound } from "./errors";
import type { Finder } from "./finder";
import { nameOf, parsePath, type Target } from "./ids";
import type { JsonObject } from "./json";
import type { Operation } from "./store";
import { findType } from "./types";

/** How long-running operations look from outside: the headers that announce them, and the answers to polls. */
export class Polling {
  constructor(
    private readonly world: World,
    private readonly finder: Finder,
    private readonly url: () => string,
  ) {}

  poll(request: ArmRequest, target: Target, status: boolean): Answer {
    const operation = this.world.store.operations.get(nameOf(target));
    if (!operation) throw notFound("OperationNotFound", `The operation '${nameOf(target)}' was not found.`);
    const version = request.query.get("api-version") ?? "";
    const busy = operation.status === "InProgress";
    const [startTime, endTime] = [operation.start, operation.end].map((time) => new Date(time).toISOString());
    if (status) {
      const ended = !busy && { endTime, percentComplete: 100, ...(operation.error && { error: operation.error }) };
      const result = operation.status === "Succeeded" && operation.result && { properties: operation.result };
      const body = { id: request.path, name: operation.id, status: operation.status, startTime, ...ended, ...result };
      return { status: 200, body, headers: busy ? this.retryAfter(operation) : {} };
    }
    if (busy)
      return {
        status: 202,
        headers: { ...this.retryAfter(operation), Location: this.operationUrl(operation, version, "operationResults") },
      };
    if (operation.error) throw new ArmError(409, operation.error.code, operation.error.message);
    const resource = this.world.store.get(operation.resource);
    const row = resource && findType(resource.type);
    if (operation.kind === "action") return { status: 200, body: operation.result };
    if (operation.kind === "delete" || !resource || !row) return { status: operation.kind === "delete" ? 200 : 204 };
    return { status: 200, body: this.finder.show(row, resource, request.query) };
  }

  answer(pace: Pace, operation: Operation | undefined, version: string, status: number, body?: JsonObject): Answer {
    if (!operation) return { status, body };
    if (pace.by === "state") return { status, body, headers: this.retryAfter(operation) };
    const url = (kind: "operationStatuses" | "operationResults"): string => this.operationUrl(operation, version, kind);
    const headers = this.retryAfter(operation);
    if (pace.by === "location") return { status: 202, headers: { ...headers, Location: url("operationResults") } };
    const location: Record<string, string> = operation.kind === "delete" ? { Location: url("operationResults") } : {};
    return { status, body, headers: { ...headers, ...location, "Azure-AsyncOperation": url("operationStatuses") } };
  }

  private operationUrl(operation: Operation, version: string, kind: string): string {
    const { namespace, scope } = parsePath(operation.resource);
    const subscription = `/subscriptions/${this.world.subscriptionId}`;
    const place =
      scope === subscription && /^microsoft\.resources$/i.test(namespace)
        ? ""
        : `/providers/${namespace}/locations/${operation.location || "global"}`;
    return `${this.url()}${subscription}${place}/${kind}/${operation.id}?api-version=${version}`;
  }

  /** Real time, since that is what the client waits in: a fraction of the simulated seconds. */
  private retryAfter(operation: Operation): Record<string, string> {
    const left = Math.max(0, operation.end - this.world.clock.time()) / 1000;
    const milliseconds = Math.min(this.world.clock.realMilliseconds(15), this.world.clock.realMilliseconds(left));
    return { "Retry-After": String(Math.floor(milliseconds / 1000)), "x-ms-retry-after-ms": String(milliseconds) };
  }
}
