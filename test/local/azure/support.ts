import { readFileSync } from "node:fs";
import { Agent, request as httpsRequest, type RequestOptions } from "node:https";
import { ClientSecretCredential } from "@azure/identity";
import { EmbeddedAzure, type EmbeddedAzureOptions, type JsonObject, type ServicePrincipal } from "../../../local/azure";

export interface Reply {
  readonly status: number;
  readonly headers: Record<string, string | undefined>;
  readonly body: JsonObject;
}

/** One embedded Azure and plain HTTPS requests to it, as a client without any SDK would send them. */
export class Bench {
  private readonly agent: Agent;
  private readonly tokens = new Map<string, string>();

  private constructor(readonly azure: EmbeddedAzure) {
    this.agent = new Agent({ ca: readFileSync(azure.caFile), keepAlive: true });
  }

  /** Fast by default: a simulated minute lasts under a millisecond. */
  static async start(options: EmbeddedAzureOptions = {}): Promise<Bench> {
    return new Bench(
      await EmbeddedAzure.start({ speed: 100_000, start: new Date("2026-11-02T08:00:00Z"), ...options }),
    );
  }

  async stop(): Promise<void> {
    this.agent.destroy();
    await this.azure.stop();
  }

  get subscription(): string {
    return `/subscriptions/${this.azure.subscriptionId}`;
  }

  /** A path in the group "g". */
  inGroup(rest: string): string {
    return `${this.subscription}/resourceGroups/g/providers/${rest}`;
  }

  get ca(): string {
    return readFileSync(this.azure.caFile, "utf8");
  }

  /** Options of an official client, so that it trusts this server and waits in milliseconds. */
  get clientOptions() {
    return { endpoint: this.azure.url, tlsOptions: { ca: this.ca }, retryOptions: { maxRetries: 0 } };
  }

  credential(principal: ServicePrincipal = this.azure.deployer): ClientSecretCredential {
    return new ClientSecretCredential(this.azure.tenantId, principal.clientId, principal.clientSecret, {
      authorityHost: this.azure.url,
      disableInstanceDiscovery: true,
      tlsOptions: { ca: this.ca },
    });
  }

  async token(principal: ServicePrincipal = this.azure.deployer): Promise<string> {
    const known = this.tokens.get(principal.clientId);
    if (known) return known;
    const form = new URLSearchParams({
      grant_type: "client_credentials",
      client_id: principal.clientId,
      client_secret: principal.clientSecret,
      scope: "https://management.azure.com/.default",
    });
    const headers = { "Content-Type": "application/x-www-form-urlencoded" };
    const reply = await this.raw(
      `/${this.azure.tenantId}/oauth2/v2.0/token`,
      { method: "POST", headers },
      form.toString(),
    );
    const token = String(reply.body.access_token);
    this.tokens.set(principal.clientId, token);
    return token;
  }

  /** A management request by the deployer, or by whoever is given. */
  async send(method: string, path: string, body?: JsonObject, by?: ServicePrincipal): Promise<Reply> {
    const headers = { Authorization: `Bearer ${await this.token(by)}`, "Content-Type": "application/json" };
    return await this.raw(path, { method, headers }, body && JSON.stringify(body));
  }

  raw(path: string, options: RequestOptions, body?: string): Promise<Reply> {
    return new Promise((resolve, reject) => {
      const request = httpsRequest(new URL(path, this.azure.url), { ...options, agent: this.agent }, (response) => {
        const chunks: Buffer[] = [];
        response.on("data", (chunk: Buffer) => chunks.push(chunk));
        response.on("error", reject);
        response.on("end", () => {
          const text = Buffer.concat(chunks).toString();
          const headers = response.headers as Record<string, string | undefined>;
          resolve({
            status: response.statusCode ?? 0,
            headers,
            body: text === "" ? {} : (JSON.parse(text) as JsonObject),
          });
        });
      });
      request.on("error", reject);
      request.end(body);
    });
  }

  /** Sends and, when the operation is long, moves the clock past its end. */
  async done(method: string, path: string, body?: JsonObject): Promise<Reply> {
    const reply = await this.send(method, path, body);
    if (reply.status >= 400) throw new Error(`${method} ${path}: ${reply.status} ${JSON.stringify(reply.body)}`);
    this.azure.clock.advance(3_600_000);
    return reply;
  }

  /** The group "g" in West Europe. */
  async group(location = "westeurope"): Promise<void> {
    await this.done("PUT", `${this.subscription}/resourceGroups/g?api-version=2024-03-01`, { location });
  }
}

export const codeOf = (reply: Reply): unknown => (reply.body.error as JsonObject | undefined)?.code;
export const messageOf = (reply: Reply): unknown => (reply.body.error as JsonObject | undefined)?.message;
