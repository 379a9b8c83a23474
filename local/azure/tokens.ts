import { createHash, createHmac, sign, timingSafeEqual, verify } from "node:crypto";
import type { Keys } from "./certificate";
import { ArmError } from "./errors";
import type { KnownPrincipal } from "./identity";
import { textAt, type JsonObject } from "./json";

const LIFETIME = 3600;
const encode = (value: JsonObject): string => Buffer.from(JSON.stringify(value)).toString("base64url");
const decode = (part: string): JsonObject => JSON.parse(Buffer.from(part, "base64url").toString()) as JsonObject;

/** Signs and verifies access tokens (JWT, RS256), as Entra does. */
export class Tokens {
  private readonly kid: string;
  private readonly known = new Map<string, { principal: string; audience: string; expires: number }>();

  constructor(
    private readonly keys: Keys,
    private readonly tenantId: string,
    private readonly issuer: () => string,
  ) {
    this.kid = createHash("sha1")
      .update(keys.verifying.export({ type: "spki", format: "der" }))
      .digest("base64url");
  }

  issue(principal: KnownPrincipal, audience: string): { token: string; expires: number } {
    const now = Math.floor(Date.now() / 1000);
    const expires = now + LIFETIME;
    const claims = {
      aud: audience,
      iss: this.issuer(),
      iat: now,
      nbf: now,
      exp: expires,
      appid: principal.clientId,
      azp: principal.clientId,
      idtyp: "app",
      oid: principal.objectId,
      sub: principal.objectId,
      tid: this.tenantId,
      ver: "2.0",
    };
    const text = `${encode({ typ: "JWT", alg: "RS256", kid: this.kid })}.${encode(claims)}`;
    return { token: `${text}.${sign("sha256", Buffer.from(text), this.keys.signing).toString("base64url")}`, expires };
  }

  /** The object identifier in a request's bearer token; 401 as ARM words it where the token does not do. */
  principal(authorization: string | undefined, audiences: readonly string[]): string {
    const token = /^Bearer (\S+)$/i.exec(authorization ?? "")?.[1];
    if (token === undefined)
      throw unauthorized("AuthenticationFailed", "Authentication failed. The 'Authorization' header is missing.");
    const known = this.known.get(token) ?? this.read(token);
    if (known.expires * 1000 < Date.now())
      throw unauthorized("ExpiredAuthenticationToken", "The access token has expired.");
    if (!audiences.includes(known.audience.replace(/\/$/, ""))) {
      throw unauthorized(
        "InvalidAuthenticationTokenAudience",
        `The access token has been obtained for wrong audience or resource '${known.audience}'. It should exactly match with one of the allowed audiences '${audiences.join(", ")}'.`,
      );
    }
    if (this.known.size > 1000) this.known.clear();
    this.known.set(token, known);
    return known.principal;
  }

  jwks(): JsonObject {
    const { n, e } = this.keys.verifying.export({ format: "jwk" });
    return { keys: [{ kty: "RSA", use: "sig", kid: this.kid, n, e, issuer: this.issuer() }] };
  }

  private read(token: string): { principal: string; audience: string; expires: number } {
    const [header = "", payload = "", signature = ""] = token.split(".");
    try {
      if (
        verify("sha256", Buffer.from(`${header}.${payload}`), this.keys.verifying, Buffer.from(signature, "base64url"))
      ) {
        const claims = decode(payload);
        return {
          principal: textAt(claims, "oid") ?? "",
          audience: textAt(claims, "aud") ?? "",
          expires: Number(claims.exp),
        };
      }
    } catch {
      // Not a JWT at all: the same answer.
    }
    throw unauthorized("InvalidAuthenticationToken", "The access token is invalid.");
  }
}

function unauthorized(code: string, message: string): ArmError {
  return new ArmError(
    401,
    code,
    message,
    {},
    { "WWW-Authenticate": `Bearer error="invalid_token", error_description="${message.replaceAll('"', "'")}"` },
  );
}

/** Two secrets compared in constant time. */
export function sameSecret(a: string, b: string): boolean {
  const digest = (text: string): Buffer => createHash("sha256").update(text).digest();
  return timingSafeEqual(digest(a), digest(b));
}

/** Secrets derived from one that is kept: the same after a restart, never stored. */
export function derived(master: string, of: string): string {
  return createHmac("sha512", master).update(of.toLowerCase()).digest("base64");
}
