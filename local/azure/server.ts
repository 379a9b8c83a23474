import { randomUUID } from "node:crypto";
import { createServer, type Server } from "node:https";
import type { IncomingMessage, ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import type { Arm } from "./arm";
import type { Answer } from "./request";
import type { Keys } from "./certificate";
import type { Clock } from "./clock";
import type { Entra } from "./entra";
import { ArmError, badRequest } from "./errors";
import type { Fault, Faults } from "./faults";
import { isObject, type JsonObject } from "./json";
import type { Recorder } from "./record";
import type { Tokens } from "./tokens";

export interface ServerParts {
  readonly keys: Keys;
  readonly entra: Entra;
  readonly arm: Arm;
  readonly tokens: Tokens;
  readonly faults: Faults;
  readonly recorder: Recorder;
  readonly clock: Clock;
  /** Before each request: what is due by now happens. */
  readonly settle: () => void;
  readonly onRequest: (n: number, method: string, url: string) => void;
}

interface Handled extends Answer {
  readonly principal: string;
  readonly sent: JsonObject | null;
}

/** Serves management, sign-in and metadata over TLS on one port of localhost. */
export class AzureServer {
  private readonly server: Server;
  private count = 0;
  private audiences: readonly string[] = [];

  constructor(private readonly parts: ServerParts) {
    this.server = createServer({ cert: parts.keys.certificate, key: parts.keys.privateKey }, (request, response) => {
      this.receive(request, response).catch(() => response.destroy());
    });
    this.server.keepAliveTimeout = 60_000;
  }

  /** Listens on the port (0: any that is free) and returns it. */
  async listen(port: number): Promise<number> {
    await new Promise<void>((resolve, reject) => {
      this.server.once("error", reject);
      // "localhost" is 127.0.0.1 to some clients and ::1 to others; without a host Node listens on both.
      this.server.listen(port, () => resolve());
    });
    const found = (this.server.address() as AddressInfo).port;
    const clouds = ["https://management.azure.com", "https://management.core.windows.net"];
    this.audiences = [...clouds, `https://localhost:${found}`];
    return found;
  }

  async close(): Promise<void> {
    const closed = new Promise<void>((resolve) => this.server.close(() => resolve()));
    this.server.closeAllConnections();
    await closed;
  }

  private async receive(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const text = await bodyOf(request);
    const method = request.method ?? "GET";
    // Joined rather than resolved: a path of an official client may begin with two slashes.
    const url = new URL(`https://localhost${request.url ?? "/"}`);
    const path = decodeURIComponent(url.pathname).replace(/\/{2,}/g, "/");
    const web = this.parts.entra.handle({ method, path, query: url.searchParams, headers: request.headers, text });
    if (web) return reply(response, web.status, web.body, {});
    const n = ++this.count;
    this.parts.onRequest(n, method, request.url ?? "/");
    const fault = this.parts.faults.take(n, method, request.url ?? "/");
    const acted = fault === undefined || fault.kind === "dropAfter";
    const handled = acted ? this.handle(request, method, url, path, text) : this.refused(request, fault, text);
    const broken = fault !== undefined && typeof fault.kind === "string";
    this.parts.recorder.add({
      time: this.parts.clock.now().toISOString(),
      method,
      url: request.url ?? "/",
      status: broken ? 0 : handled.status,
      principal: handled.principal,
      body: handled.sent,
    });
    if (fault?.kind === "timeout") return;
    if (broken) return void request.socket.destroy();
    reply(response, handled.status, handled.body, handled.headers ?? {});
  }

  private handle(request: IncomingMessage, method: string, url: URL, path: string, text: string): Handled {
    let principal = "";
    let sent: JsonObject | null = null;
    try {
      principal = this.parts.tokens.principal(request.headers.authorization, this.audiences);
      sent = parseBody(text);
      this.parts.settle();
      return {
        ...this.parts.arm.handle({ method, path, query: url.searchParams, body: sent ?? {}, principal }),
        principal,
        sent,
      };
    } catch (error) {
      const refusal = error instanceof ArmError ? error : internal(error);
      return { status: refusal.status, body: refusal.body(), headers: refusal.headers, principal, sent };
    }
  }

  private refused(request: IncomingMessage, fault: Fault, text: string): Handled {
    const status = typeof fault.kind === "number" ? fault.kind : 0;
    const codes: Record<number, string> = {
      429: "TooManyRequests",
      500: "InternalServerError",
      502: "BadGateway",
      503: "ServiceUnavailable",
      504: "GatewayTimeout",
    };
    const milliseconds = this.parts.clock.realMilliseconds(fault.retryAfter ?? 10);
    const wait = {
      "Retry-After": String(Math.floor(milliseconds / 1000)),
      "x-ms-retry-after-ms": String(milliseconds),
    };
    const error = new ArmError(status, codes[status] ?? "", "The embedded Azure was asked to fail this request.");
    return {
      status,
      body: error.body(),
      headers: status === 429 || status === 503 ? wait : {},
      principal: this.sender(request),
      sent: safeBody(text),
    };
  }

  private sender(request: IncomingMessage): string {
    try {
      return this.parts.tokens.principal(request.headers.authorization, this.audiences);
    } catch {
      return "";
    }
  }
}

async function bodyOf(request: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk as Buffer);
  return Buffer.concat(chunks).toString("utf8");
}

function parseBody(text: string): JsonObject | null {
  if (text.trim() === "") return null;
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    throw badRequest(
      "InvalidRequestContent",
      "The request content was invalid and could not be deserialized: it is not JSON.",
    );
  }
  if (!isObject(value))
    throw badRequest(
      "InvalidRequestContent",
      "The request content was invalid and could not be deserialized: it is not a JSON object.",
    );
  return value;
}

function safeBody(text: string): JsonObject | null {
  try {
    return parseBody(text);
  } catch {
    return null;
  }
}

/** A fault of the embedded Azure itself: said in full, since who meets it must mend it. */
function internal(error: unknown): ArmError {
  const text = error instanceof Error ? (error.stack ?? error.message) : String(error);
  return new ArmError(500, "InternalServerError", `The embedded Azure failed: ${text}`);
}

function reply(response: ServerResponse, status: number, body: unknown, headers: Record<string, string>): void {
  const text = body === undefined || status === 204 ? "" : JSON.stringify(body);
  const type = text === "" ? {} : { "Content-Type": "application/json; charset=utf-8" };
  response.writeHead(status, {
    ...type,
    ...headers,
    "Content-Length": String(Buffer.byteLength(text)),
    "x-ms-request-id": randomUUID(),
  });
  response.end(text);
}
