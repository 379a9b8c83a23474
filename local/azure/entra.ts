import { keyOf } from "./ids";
import { identityOf, type KnownPrincipal } from "./identity";
import { objectAt, type JsonObject } from "./json";
import type { Store } from "./store";
import { derived, sameSecret, type Tokens } from "./tokens";

export interface WebRequest {
  readonly method: string;
  readonly path: string;
  readonly query: URLSearchParams;
  readonly headers: Readonly<Record<string, string | string[] | undefined>>;
  /** The body as text. */
  readonly text: string;
}

export interface WebAnswer {
  readonly status: number;
  readonly body: JsonObject | JsonObject[];
}

/** Cloud metadata, Entra sign-in and the managed-identity endpoints: everything that is served besides management. */
export class Entra {
  constructor(
    private readonly store: Store,
    private readonly tokens: Tokens,
    private readonly tenantId: string,
    private readonly master: string,
    private readonly url: () => string,
  ) {}

  /** The answer, or undefined when the path is none of these. */
  handle(request: WebRequest): WebAnswer | undefined {
    const path = request.path.toLowerCase();
    if (path === "/metadata/endpoints") return this.endpoints(request.query.get("api-version") ?? "");
    if (path === "/metadata/identity/oauth2/token") return this.virtualMachineToken(request);
    if (path === "/identity/token") return this.hostedToken(request);
    if (path === "/common/discovery/instance") return this.discovery();
    const [, tenant = "", ...rest] = path.split("/");
    switch (rest.join("/")) {
      case "v2.0/.well-known/openid-configuration":
      case ".well-known/openid-configuration":
        return { status: 200, body: this.configuration(tenant) };
      case "discovery/v2.0/keys":
      case "discovery/keys":
        return { status: 200, body: this.tokens.jwks() };
      case "oauth2/v2.0/token":
      case "oauth2/token":
        return this.signIn(request, tenant);
      default:
        return undefined;
    }
  }

  /** What a process inside a resource is given, so that its managed identities can sign in (as on App Service and Container Apps). */
  identityEnvironment(resourceId: string): Record<string, string> {
    const host = keyOf(resourceId);
    const header = `${Buffer.from(host).toString("base64url")}.${derived(this.master, `identity:${host}`).replace(/\W/g, "")}`;
    return { IDENTITY_ENDPOINT: `${this.url()}/identity/token`, IDENTITY_HEADER: header };
  }

  private endpoints(version: string): WebAnswer {
    const url = this.url();
    const cloud: JsonObject = {
      name: "AzureCloud",
      portal: url,
      resourceManager: url,
      authentication: {
        loginEndpoint: url,
        audiences: [url, "https://management.azure.com/", "https://management.core.windows.net/"],
        tenant: this.tenantId,
        identityProvider: "AAD",
      },
      graph: url,
      graphAudience: url,
      microsoftGraphResourceId: `${url}/`,
      batch: "https://batch.core.windows.net/",
      gallery: url,
      media: url,
      ossrdbmsResourceId: "https://ossrdbms-aad.database.windows.net",
      suffixes: {
        acrLoginServer: "azurecr.io",
        keyVaultDns: "vault.azure.net",
        storage: "core.windows.net",
        sqlServerHostname: "database.windows.net",
      },
    };
    // Versions up to 2021 answer with a list of clouds, later ones with the one cloud.
    return { status: 200, body: /^20(15|18|19|20|21)/.test(version) && version !== "2015-01-01" ? [cloud] : cloud };
  }

  private discovery(): WebAnswer {
    const host = new URL(this.url()).host;
    const metadata = [{ preferred_network: host, preferred_cache: host, aliases: [host] }];
    return {
      status: 200,
      body: {
        tenant_discovery_endpoint: `${this.url()}/${this.tenantId}/v2.0/.well-known/openid-configuration`,
        "api-version": "1.1",
        metadata,
      },
    };
  }

  private configuration(tenant: string): JsonObject {
    const base = `${this.url()}/${tenant === "common" || tenant === "organizations" ? this.tenantId : tenant}`;
    return {
      issuer: `${base}/v2.0`,
      authorization_endpoint: `${base}/oauth2/v2.0/authorize`,
      token_endpoint: `${base}/oauth2/v2.0/token`,
      jwks_uri: `${base}/discovery/v2.0/keys`,
      token_endpoint_auth_methods_supported: ["client_secret_post", "client_secret_basic"],
      grant_types_supported: ["client_credentials"],
      response_types_supported: ["token"],
      subject_types_supported: ["pairwise"],
      id_token_signing_alg_values_supported: ["RS256"],
      tenant_region_scope: "EU",
      cloud_instance_name: new URL(this.url()).host,
    };
  }

  private signIn(request: WebRequest, tenant: string): WebAnswer {
    if (![keyOf(this.tenantId), "common", "organizations"].includes(keyOf(tenant)))
      return refusal(400, "invalid_request", 90002, `Tenant '${tenant}' not found.`);
    const form = new URLSearchParams(request.text);
    const basic = /^Basic (.+)$/i.exec(String(request.headers.authorization ?? ""))?.[1];
    const [basicId, basicSecret] = basic
      ? Buffer.from(basic, "base64").toString().split(":").map(decodeURIComponent)
      : [];
    if (form.get("grant_type") !== "client_credentials")
      return refusal(
        400,
        "unsupported_grant_type",
        70003,
        "The app requested an unsupported grant type; the embedded Azure knows client_credentials.",
      );
    const clientId = form.get("client_id") ?? basicId ?? "";
    const principal = this.store.principals.get(keyOf(clientId));
    if (!principal)
      return refusal(
        401,
        "unauthorized_client",
        700016,
        `Application with identifier '${clientId}' was not found in the directory.`,
      );
    if (!sameSecret(form.get("client_secret") ?? basicSecret ?? "", principal.secret ?? ""))
      return refusal(401, "invalid_client", 7000215, "Invalid client secret provided.");
    const wanted =
      form
        .get("scope")
        ?.split(" ")
        .find((scope) => scope.endsWith("/.default")) ?? form.get("resource");
    if (!wanted)
      return refusal(400, "invalid_request", 900144, "The request body must contain the following parameter: 'scope'.");
    const { token, expires } = this.tokens.issue(principal, wanted.replace(/\/\.default$/, ""));
    const life = expires - Math.floor(Date.now() / 1000);
    return {
      status: 200,
      body: {
        token_type: "Bearer",
        expires_in: life,
        ext_expires_in: life,
        expires_on: String(expires),
        access_token: token,
      },
    };
  }

  /** The endpoint of virtual machines (IMDS): any identity of the subscription that the query names. */
  private virtualMachineToken(request: WebRequest): WebAnswer {
    if (String(request.headers.metadata).toLowerCase() !== "true")
      return refusal(400, "invalid_request", 90013, "Required metadata header not specified");
    const all = this.store.all().flatMap((resource) => identityOf(resource) ?? []);
    return this.identityToken(request, all);
  }

  /** The endpoint of App Service and Container Apps: only identities of the resource that the header was made for. */
  private hostedToken(request: WebRequest): WebAnswer {
    const header = String(request.headers["x-identity-header"] ?? "");
    const host = Buffer.from(header.split(".")[0] ?? "", "base64url").toString();
    if (!sameSecret(header, this.identityEnvironment(host).IDENTITY_HEADER ?? ""))
      return refusal(401, "invalid_request", 90013, "The identity header is not valid.");
    const resource = this.store.get(host);
    if (!resource) return refusal(400, "invalid_request", 90013, "The resource of this identity header is gone.");
    const assigned = Object.keys(objectAt(resource.sent, "identity.userAssignedIdentities")).flatMap((id) => {
      const identity = this.store.get(id);
      return identity ? (identityOf(identity) ?? []) : [];
    });
    return this.identityToken(request, [
      ...(identityOf(resource) ? [identityOf(resource) as KnownPrincipal] : []),
      ...assigned,
    ]);
  }

  private identityToken({ query }: WebRequest, allowed: KnownPrincipal[]): WebAnswer {
    const id = query.get("mi_res_id") ?? query.get("msi_res_id");
    const resource = id === null ? undefined : this.store.get(id);
    const named = resource && identityOf(resource);
    const clientId = query.get("client_id");
    const objectId = query.get("principal_id") ?? query.get("object_id");
    const fits = (p: KnownPrincipal): boolean =>
      (clientId === null || p.clientId === clientId) &&
      (objectId === null || p.objectId === objectId) &&
      (id === null || p.objectId === named?.objectId);
    const found = allowed.filter(fits);
    if (found.length !== 1 || !found[0])
      return refusal(
        400,
        "invalid_request",
        70000,
        found.length === 0
          ? "Identity not found"
          : "Multiple user assigned identities exist, please specify the clientId / resourceId of the identity in the token request",
      );
    const audience = query.get("resource");
    if (!audience) return refusal(400, "invalid_request", 900144, "The request must contain the parameter 'resource'.");
    const { token, expires } = this.tokens.issue(found[0], audience);
    return {
      status: 200,
      body: {
        access_token: token,
        client_id: found[0].clientId,
        expires_in: String(expires - Math.floor(Date.now() / 1000)),
        expires_on: String(expires),
        resource: audience,
        token_type: "Bearer",
      },
    };
  }
}

function refusal(status: number, error: string, code: number, description: string): WebAnswer {
  return {
    status,
    body: {
      error,
      error_description: `AADSTS${code}: ${description}`,
      error_codes: [code],
      timestamp: new Date().toISOString(),
    },
  };
}
