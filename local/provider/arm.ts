import { readFileSync } from "node:fs";
import { Agent, request as httpsRequest } from "node:https";
import { createSecureContext, rootCertificates } from "node:tls";
import { ClientSecretCredential, type TokenCredential } from "@azure/identity";
import { isObject, type Properties } from "./values";

/** Where Azure Resource Manager is and who asks; see `settingsFromEnvironment`. */
export interface ArmSettings {
  /** Base URL without a slash at its end. */
  readonly endpoint: string;
  readonly authority: string;
  readonly tenantId: string;
  readonly clientId: string;
  readonly clientSecret: string;
  readonly subscriptionId: string;
  /** A PEM file to trust beside the authorities that Node.js knows. */
  readonly caFile?: string;
  /** How long one request may take, in milliseconds; default 60,000. */
  readonly timeout?: number;
  /** How often a request is sent again after a passing failure; default 8. */
  readonly retries?: number;
  /** The shortest pause, in milliseconds, before trying or asking again where Azure names none; default 100. */
  readonly pause?: number;
}

/**
 * Settings from the variables that `npm run azure` prints (`AZURE_*`, or azure-native's twins `ARM_*`).
 *
 * @throws one error that names every variable missing.
 */
export function settingsFromEnvironment(env: NodeJS.ProcessEnv): ArmSettings {
  const missing: string[] = [];
  const required = (name: string): string => {
    const value = env[`AZURE_${name}`] ?? env[`ARM_${name}`];
    if (!value) missing.push(`AZURE_${name}`);
    return value ?? "";
  };
  const settings: ArmSettings = {
    endpoint: (env.LIGHTS_OUT_ARM_ENDPOINT ?? "https://management.azure.com").replace(/\/$/, ""),
    authority: (env.AZURE_AUTHORITY_HOST ?? "https://login.microsoftonline.com").replace(/\/$/, ""),
    tenantId: required("TENANT_ID"),
    clientId: required("CLIENT_ID"),
    clientSecret: required("CLIENT_SECRET"),
    subscriptionId: required("SUBSCRIPTION_ID"),
    caFile: env.NODE_EXTRA_CA_CERTS ?? env.SSL_CERT_FILE,
  };
  if (missing.length === 0) return settings;
  throw new Error(`Not set: ${missing.join(", ")}. \`npm run azure\` prints the environment that is needed.`);
}

/** Azure refused, or did not finish. The message is one line and holds no header, token or body that was sent. */
export class ArmError extends Error {
  constructor(
    readonly status: number,
    readonly code: string,
    message: string,
  ) {
    super(message);
  }
}

interface Reply {
  readonly status: number;
  readonly headers: Record<string, string | string[] | undefined>;
  readonly body: Properties | undefined;
}

const scope = "https://management.azure.com/.default";
const ended = new Set(["succeeded", "failed", "canceled", "cancelled"]);
/** Conflicts that pass by themselves, as when an interrupted run's operation is still going on. */
const passing = /InProgress|BeingDeleted|BeingCreated|ConcurrentOperation|RetryableError|NotTerminal/i;

/** Sends management requests as one service principal: authenticated, tried again, long operations followed to the end. */
export class ArmClient {
  readonly credential: TokenCredential;
  readonly subscriptionId: string;
  private readonly agent: Agent;
  private closed = false;

  constructor(readonly settings: ArmSettings) {
    const extra = settings.caFile ? [readFileSync(settings.caFile, "utf8")] : [];
    const ca = [...rootCertificates, ...extra];
    this.subscriptionId = settings.subscriptionId;
    // Made once, for signing in as well: reading all these certificates for every connection takes longer than requests.
    this.agent = new Agent({ keepAlive: true, secureContext: createSecureContext({ ca }) });
    this.credential = new ClientSecretCredential(settings.tenantId, settings.clientId, settings.clientSecret, {
      authorityHost: settings.authority,
      // Only the public clouds can be discovered; any other authority is taken at its word.
      disableInstanceDiscovery: !settings.authority.endsWith("microsoftonline.com"),
      agent: this.agent,
      // An answer that gets lost or is refused for the moment is asked for again, as for every other request.
      retryOptions: { maxRetries: settings.retries ?? 8, retryDelayInMs: settings.pause ?? 100 },
    });
  }

  /** Cuts off what is under way; nothing is sent any more. */
  close(): void {
    this.closed = true;
    this.agent.destroy();
  }

  /** GET; undefined when there is no such resource. */
  async get(path: string, apiVersion: string): Promise<Properties | undefined> {
    const reply = await this.send("GET", this.url(path, apiVersion), undefined, [404]);
    return reply.status === 404 ? undefined : (reply.body ?? {});
  }

  async post(path: string, apiVersion: string, body?: Properties): Promise<Properties> {
    return (await this.send("POST", this.url(path, apiVersion), body)).body ?? {};
  }

  /** PUT, followed to its end. @returns the resource as it is then. */
  async put(path: string, apiVersion: string, body: Properties): Promise<Properties> {
    const url = this.url(path, apiVersion);
    const reply = await this.send("PUT", url, body);
    const result = await this.follow(reply);
    const latest = result === "done" ? (reply.body ?? {}) : await this.get(path, apiVersion);
    return await this.settled(
      path,
      apiVersion,
      latest ?? fail(404, "ResourceNotFound", "it is not there when it is done"),
    );
  }

  /** DELETE, followed to its end; nothing there is as good. */
  async delete(path: string, apiVersion: string): Promise<void> {
    const reply = await this.send("DELETE", this.url(path, apiVersion), undefined, [404]);
    if (reply.status !== 404) await this.follow(reply);
  }

  /** The resource once its provisioning state is a final one. @throws ArmError when that is not "Succeeded". */
  async settled(path: string, apiVersion: string, found: Properties): Promise<Properties> {
    let resource = found;
    for (let wait = this.pause; ; wait = Math.min(wait * 1.5, 10_000)) {
      const state = provisioningState(resource);
      if (state === undefined || state.toLowerCase() === "succeeded") return resource;
      if (ended.has(state.toLowerCase())) throw new ArmError(200, "ProvisioningFailed", `it ended as ${state}`);
      await sleep(wait);
      resource = (await this.get(path, apiVersion)) ?? fail(404, "ResourceNotFound", `it was gone while ${state}`);
    }
  }

  private get pause(): number {
    return this.settings.pause ?? 100;
  }

  private url(path: string, apiVersion: string): string {
    return `${this.settings.endpoint}${path}?api-version=${apiVersion}`;
  }

  /** Follows the two kinds of long operation. @returns "done" when the first answer was the last. */
  private async follow(first: Reply): Promise<"done" | "followed"> {
    const operation = header(first, "azure-asyncoperation") ?? header(first, "operation-location");
    const location = header(first, "location");
    const url = operation ?? (first.status === 202 ? location : undefined);
    if (!url) return "done";
    let reply = first;
    for (let wait = this.pause; ; wait = Math.min(wait * 1.5, 10_000)) {
      await sleep(retryAfter(reply) ?? wait);
      // The result of a finished DELETE may be gone with the resource.
      reply = await this.send("GET", url, undefined, [404]);
      if (reply.status === 404) return "followed";
      const state = reply.body?.status;
      if (!operation) {
        if (reply.status !== 202) return "followed";
      } else if (typeof state === "string" && ended.has(state.toLowerCase())) {
        if (state.toLowerCase() === "succeeded") return "followed";
        const { code, message } = errorOf(reply.body);
        fail(reply.status, code ?? state, message ?? `the operation ended as ${state}`);
      }
    }
  }

  /** One request, sent again while it fails in passing. @throws ArmError for every other refusal. */
  private async send(method: string, url: string, body?: Properties, accept: number[] = []): Promise<Reply> {
    const retries = this.settings.retries ?? 8;
    for (let attempt = 0, wait = this.pause; ; attempt++, wait = Math.min(wait * 2, 10_000)) {
      let reply: Reply;
      try {
        reply = await this.once(method, url, body);
      } catch (error) {
        if (attempt >= retries || this.closed) throw unreachable(url, error);
        await sleep(wait);
        continue;
      }
      if (reply.status < 300 || accept.includes(reply.status)) return reply;
      const { code, message } = errorOf(reply.body);
      const again =
        [408, 429].includes(reply.status) || reply.status >= 500 || (reply.status === 409 && passing.test(code ?? ""));
      if (!again || attempt >= retries) {
        fail(reply.status, code ?? "NoCode", message ?? "no reason was given");
      }
      await sleep(retryAfter(reply) ?? wait);
    }
  }

  private async once(method: string, url: string, body?: Properties): Promise<Reply> {
    const token = await this.credential.getToken(scope);
    if (this.closed) throw new Error("the provider was stopped");
    const payload = body === undefined ? undefined : JSON.stringify(body);
    return await new Promise<Reply>((resolve, reject) => {
      const request = httpsRequest(url, {
        method,
        agent: this.agent,
        timeout: this.settings.timeout ?? 60_000,
        headers: {
          Authorization: `Bearer ${token!.token}`,
          Accept: "application/json",
          "Content-Length": Buffer.byteLength(payload ?? ""),
          ...(payload === undefined ? {} : { "Content-Type": "application/json" }),
        },
      });
      request.on("timeout", () => request.destroy(new Error("no answer in time")));
      request.on("error", reject);
      request.on("response", (response) => {
        const chunks: Buffer[] = [];
        response.on("data", (chunk: Buffer) => chunks.push(chunk));
        response.on("error", reject);
        response.on("aborted", () => reject(new Error("the answer was cut short")));
        response.on("end", () =>
          resolve({ status: response.statusCode!, headers: response.headers, body: json(chunks) }),
        );
      });
      request.end(payload);
    });
  }
}

export function provisioningState(resource: Properties): string | undefined {
  const state = isObject(resource.properties) ? resource.properties.provisioningState : undefined;
  return typeof state === "string" ? state : undefined;
}

function json(chunks: Buffer[]): Properties | undefined {
  const text = Buffer.concat(chunks).toString("utf8");
  try {
    const value: unknown = JSON.parse(text);
    return isObject(value) ? value : undefined;
  } catch {
    return undefined; // a proxy's page, or nothing at all; the status says enough
  }
}

function errorOf(body: Properties | undefined): { code?: string; message?: string } {
  const error = isObject(body?.error) ? body.error : {};
  const text = (value: unknown): string | undefined =>
    typeof value === "string" ? value.replace(/\s+/g, " ").trim() : undefined;
  return { code: text(error.code), message: text(error.message) };
}

function fail(status: number, code: string, message: string): never {
  throw new ArmError(status, code, message);
}

function unreachable(url: string, error: unknown): ArmError {
  const { name, message, code } = error as Error & { code?: string };
  const reason = (message || code || name).split("\n")[0];
  return new ArmError(0, "Unreachable", `${new URL(url).origin} can't be reached: ${reason}`);
}

function header(reply: Reply, name: string): string | undefined {
  const value = reply.headers[name];
  return Array.isArray(value) ? value[0] : value;
}

/** The pause that the server asks for, in milliseconds: `Retry-After` as seconds or as a date. */
function retryAfter(reply: Reply): number | undefined {
  const value = header(reply, "retry-after");
  if (value === undefined) return undefined;
  const milliseconds = /^[\d.]+$/.test(value) ? Number(value) * 1000 : Date.parse(value) - Date.now();
  return Number.isFinite(milliseconds) ? Math.max(0, milliseconds) : undefined;
}

function sleep(milliseconds: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, milliseconds));
}
