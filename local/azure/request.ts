import type { JsonObject } from "./json";

/** A management request, signed in. */
export interface ArmRequest {
  readonly method: string;
  readonly path: string;
  readonly query: URLSearchParams;
  readonly body: JsonObject;
  /** Object identifier of whoever sends it. */
  readonly principal: string;
}

/** What is answered to it. */
export interface Answer {
  readonly status: number;
  readonly body?: JsonObject;
  readonly headers?: Record<string, string>;
}
