import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import type { IncomingMessage, ServerResponse } from "node:http";
import { createServer, type Server } from "node:https";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { generate } from "selfsigned";
import type { ArmSettings } from "../../../local/provider/arm";
import type { Properties } from "../../../local/provider/values";

/** How a write or a deletion answers: at once, or by one of Azure's three ways of taking its time; "never" takes all of it. */
export type Pace = "at once" | "async-operation" | "location" | "state" | "never" | "fails";
export type Fault = number | "drop" | "conflict";

export interface Seen {
  readonly method: string;
  readonly path: string;
  readonly apiVersion: string | null;
  readonly body?: Properties;
}

/**
 * As much of Azure Resource Manager and Entra sign-in as the provider's own tests need, and no more: it stores what it is
 * told. The embedded Azure is what checks requests.
 */
export class FakeAzure {
  readonly resources = new Map<string, Properties>();
  readonly seen: Seen[] = [];
  pace: Pace = "at once";
  /** Answers given instead of the next ones, in order; each with `Retry-After: 0`. */
  faults: Fault[] = [];
  private operations = new Map<string, { left: number; path: string; body?: Properties }>();
  private counter = 0;

  private constructor(
    private readonly server: Server,
    private readonly folder: string,
    readonly settings: ArmSettings,
  ) {}

  static async start(): Promise<FakeAzure> {
    const folder = mkdtempSync(join(tmpdir(), "fake-azure-"));
    const { private: key, cert } = await generate([{ name: "commonName", value: "localhost" }], {
      extensions: [{ name: "subjectAltName", altNames: [{ type: 2, value: "localhost" }] }],
    });
    const caFile = join(folder, "ca.pem");
    writeFileSync(caFile, cert);
    const server = createServer({ key, cert });
    await new Promise<void>((done) => server.listen(0, "localhost", done));
    const url = `https://localhost:${(server.address() as AddressInfo).port}`;
    const fake = new FakeAzure(server, folder, {
      endpoint: url,
      authority: url,
      tenantId: "11111111-0000-0000-0000-000000000000",
      clientId: "22222222-0000-0000-0000-000000000000",
      clientSecret: "not-a-secret",
      subscriptionId: "00000000-0000-0000-0000-000000000001",
      caFile,
      pause: 1,
      retries: 3,
    });
    server.on("request", (request, response) => void fake.answer(request, response));
    return fake;
  }

  async stop(): Promise<void> {
    this.server.closeAllConnections();
    await new Promise((done) => this.server.close(done));
    rmSync(this.folder, { recursive: true });
  }

  reset(): void {
    this.resources.clear();
    this.operations.clear();
    this.seen.length = 0;
    this.faults = [];
    this.pace = "at once";
  }

  /** Methods and paths of the management requests so far, e.g. `PUT /subscriptions/…`. */
  lines(): string[] {
    return this.seen.map(({ method, path }) => `${method} ${path}`);
  }

  private async answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const url = new URL(request.url!, this.settings.endpoint);
    const text = await read(request);
    const send = (status: number, body?: object, headers: Record<string, string> = {}): void => {
      response.writeHead(status, { "Content-Type": "application/json", ...headers });
      response.end(body && JSON.stringify(body));
    };
    if (!url.pathname.startsWith("/subscriptions/")) return send(...this.signIn(url));
    const method = request.method!;
    if (!url.pathname.includes("/operations/")) {
      const body = text === "" ? {} : { body: JSON.parse(text) as Properties };
      this.seen.push({ method, path: url.pathname, apiVersion: url.searchParams.get("api-version"), ...body });
    }
    const fault = this.faults.shift();
    if (fault === "drop") return void request.socket.destroy();
    if (fault !== undefined) {
      const error = fault === "conflict" ? { code: "AnotherOperationInProgress" } : { code: "Faulty" };
      return send(
        fault === "conflict" ? 409 : fault,
        { error: { ...error, message: "as told" } },
        { "Retry-After": "0" },
      );
    }
    if (request.headers.authorization !== `Bearer ${token}`) return send(401, { error: { code: "NoToken" } });
    if (method === "PUT") return this.write(url.pathname, JSON.parse(text) as Properties, send);
    if (method === "DELETE") return this.remove(url.pathname, send);
    if (method === "POST") return send(200, { keys: [{ keyName: "key1", value: "k" }] });
    return this.read(url.pathname, send);
  }

  private signIn(url: URL): [number, object] {
    const at = `${this.settings.endpoint}/${this.settings.tenantId}`;
    if (!url.pathname.includes("openid-configuration")) {
      return [200, { token_type: "Bearer", expires_in: 3600, ext_expires_in: 3600, access_token: token }];
    }
    const endpoints = {
      issuer: `${at}/v2.0`,
      token_endpoint: `${at}/oauth2/v2.0/token`,
      authorization_endpoint: `${at}/oauth2/v2.0/authorize`,
      jwks_uri: `${at}/discovery/v2.0/keys`,
    };
    return [200, endpoints];
  }

  private write(path: string, body: Properties, send: Send): void {
    const status = this.resources.has(path) ? 200 : 201;
    const state = (provisioningState: string): Properties => ({
      ...body,
      id: path,
      name: path.split("/").at(-1)!,
      properties: { ...(body.properties as Properties), provisioningState },
    });
    const done = state("Succeeded");
    if (this.pace === "at once") {
      this.resources.set(path, done);
      return send(status, done);
    }
    this.resources.set(path, state("Creating"));
    const end = this.pace === "fails" ? state("Failed") : done;
    const operation = this.operation(path, end);
    if (this.pace === "location") return send(202, undefined, { Location: operation });
    if (this.pace === "state" || this.pace === "never") return send(status, state("Creating"));
    return send(status, state("Creating"), { "Azure-AsyncOperation": operation, "Retry-After": "0" });
  }

  private remove(path: string, send: Send): void {
    if (!this.resources.has(path)) return send(404, { error: { code: "ResourceNotFound" } });
    if (this.pace === "at once") {
      this.resources.delete(path);
      return send(200);
    }
    return send(202, undefined, { Location: this.operation(path) });
  }

  private operation(path: string, body?: Properties): string {
    const name = `/subscriptions/operations/${++this.counter}`;
    this.operations.set(name, { left: this.pace === "never" ? Infinity : 2, path, body });
    return `${this.settings.endpoint}${name}?api-version=2024-01-01`;
  }

  private read(path: string, send: Send): void {
    const known = this.operations.get(path);
    const operation = known ?? [...this.operations.values()].find((o) => o.path === path && o.left > 0);
    const ended = operation && --operation.left <= 0;
    if (ended && operation.body) this.resources.set(operation.path, operation.body);
    else if (ended) this.resources.delete(operation.path);
    if (known) {
      if (this.pace === "location" || !known.body) return send(ended ? 200 : 202);
      const error = this.pace === "fails" ? { code: "SkuNotAvailable", message: "none\nleft" } : undefined;
      return send(200, { status: ended ? (error ? "Failed" : "Succeeded") : "InProgress", ...(error && { error }) });
    }
    const found = this.resources.get(path);
    return found ? send(200, found) : send(404, { error: { code: "ResourceNotFound", message: "not there" } });
  }
}

type Send = (status: number, body?: object, headers?: Record<string, string>) => void;

const claims = Buffer.from(JSON.stringify({ oid: "33333333-0000-0000-0000-000000000000" })).toString("base64url");
const token = `e30.${claims}.s`;

async function read(request: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk as Buffer);
  return Buffer.concat(chunks).toString("utf8");
}
