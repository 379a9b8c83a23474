import { ClientSecretCredential, DefaultAzureCredential, type TokenCredential } from "@azure/identity";
import {
  bearerTokenAuthenticationPolicy,
  createDefaultHttpClient,
  createHttpHeaders,
  createPipelineFromOptions,
  createPipelineRequest,
  type HttpMethods,
} from "@azure/core-rest-pipeline";

/** A resource as a list shows it. */
export interface Listed {
  id: string;
  name: string;
  type?: string;
  location?: string;
  tags?: Record<string, string>;
  properties?: Record<string, unknown>;
}

/** Azure Resource Manager over the Azure SDK's own pipeline: sign-in, retries and Retry-After are its. */
export interface Arm {
  readonly subscriptionId: string;
  /** Every page of a list; empty where the provider is not registered in the subscription. */
  list(path: string, apiVersion: string, query?: Record<string, string>): Promise<Listed[]>;
  /** DELETE or POST, waited for to its end; false where there was nothing to act on. */
  act(method: "DELETE" | "POST", path: string, apiVersion: string, query?: Record<string, string>): Promise<boolean>;
}

export interface ArmOptions {
  subscriptionId: string;
  /** @default "https://management.azure.com" */
  endpoint?: string;
  /** @default - Azure CLI, environment or managed identity, whichever signs in */
  credential?: TokenCredential;
  /** A certificate authority besides the usual ones. @default - none */
  tls?: { ca: string };
  /** Waits between two looks at a running operation, in milliseconds. @default 5000 */
  pollMs?: number;
}

/** The credential that the environment names, in the embedded Azure or the real one. */
export function credentialFromEnvironment(environment: NodeJS.ProcessEnv): TokenCredential {
  const { AZURE_TENANT_ID, AZURE_CLIENT_ID, AZURE_CLIENT_SECRET, AZURE_AUTHORITY_HOST } = environment;
  if (!AZURE_TENANT_ID || !AZURE_CLIENT_ID || !AZURE_CLIENT_SECRET) return new DefaultAzureCredential();
  return new ClientSecretCredential(AZURE_TENANT_ID, AZURE_CLIENT_ID, AZURE_CLIENT_SECRET, {
    ...(AZURE_AUTHORITY_HOST ? { authorityHost: AZURE_AUTHORITY_HOST, disableInstanceDiscovery: true } : {}),
  });
}

export function armClient(options: ArmOptions): Arm {
  const endpoint = options.endpoint ?? "https://management.azure.com";
  const credential = options.credential ?? credentialFromEnvironment(process.env);
  const pipeline = createPipelineFromOptions(options.tls ? { tlsOptions: options.tls } : {});
  pipeline.addPolicy(bearerTokenAuthenticationPolicy({ credential, scopes: "https://management.azure.com/.default" }));
  const http = createDefaultHttpClient();

  const send = async (method: HttpMethods, url: string) => {
    const headers = createHttpHeaders({ accept: "application/json", "content-length": method === "POST" ? "0" : "" });
    if (method !== "POST") headers.delete("content-length");
    const response = await pipeline.sendRequest(http, createPipelineRequest({ url, method, headers }));
    const body = response.bodyAsText ? (JSON.parse(response.bodyAsText) as Record<string, unknown>) : {};
    return { status: response.status, headers: response.headers, body };
  };
  const address = (path: string, apiVersion: string, query: Record<string, string> = {}) =>
    `${endpoint}${path}?${new URLSearchParams({ "api-version": apiVersion, ...query }).toString()}`;
  const failed = (what: string, status: number, body: Record<string, unknown>) => {
    const error = (body.error ?? body) as { code?: string; message?: string };
    return new Error(`${what}: Azure answered ${status} ${error.code ?? ""}: ${error.message ?? "no message"}`);
  };

  return {
    subscriptionId: options.subscriptionId,
    async list(path, apiVersion, query) {
      const found: Listed[] = [];
      let next: string | undefined = address(path, apiVersion, query);
      while (next) {
        const { status, body } = await send("GET", next);
        if (status === 404) return found;
        if (status !== 200) throw failed(`list ${path}`, status, body);
        found.push(...((body.value ?? []) as Listed[]));
        next = body.nextLink as string | undefined;
      }
      return found;
    },
    async act(method, path, apiVersion, query) {
      const { status, headers, body } = await send(method, address(path, apiVersion, query));
      if (status === 404 || (status === 204 && method === "DELETE")) return false;
      if (status >= 400) throw failed(`${method} ${path}`, status, body);
      let poll = headers.get("azure-asyncoperation") ?? headers.get("location");
      while (poll) {
        const answer = await send("GET", poll);
        if (answer.status >= 400 && answer.status !== 404)
          throw failed(`${method} ${path}`, answer.status, answer.body);
        const state = String(answer.body.status ?? (answer.status === 202 ? "InProgress" : "Succeeded"));
        if (/^(Failed|Canceled)$/i.test(state)) throw failed(`${method} ${path}`, answer.status, answer.body);
        if (answer.status === 404 || /^Succeeded$/i.test(state)) return true;
        poll = answer.headers.get("location") ?? poll;
        await new Promise((done) => setTimeout(done, options.pollMs ?? 5000));
      }
      return true;
    },
  };
}
