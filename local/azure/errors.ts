import type { Json, JsonObject } from "./json";

/** A refusal in ARM's form: an HTTP status and `{"error":{"code","message",…}}`. */
export class ArmError extends Error {
  constructor(
    readonly status: number,
    readonly code: string,
    message: string,
    readonly more: { details?: Json[]; additionalInfo?: Json[]; target?: string } = {},
    readonly headers: Record<string, string> = {},
  ) {
    super(message);
  }

  body(): JsonObject {
    return { error: { code: this.code, message: this.message, ...this.more } };
  }
}

export const badRequest = (code: string, message: string): ArmError => new ArmError(400, code, message);
export const notFound = (code: string, message: string): ArmError => new ArmError(404, code, message);
export const conflict = (code: string, message: string): ArmError => new ArmError(409, code, message);
