import { afterAll, beforeAll, expect, test } from "vitest";
import { ManagedIdentityCredential } from "@azure/identity";
import type { JsonObject } from "../../../local/azure";
import { deploy } from "./estate";
import { Bench, codeOf } from "./support";

let bench: Bench;
beforeAll(async () => {
  bench = await Bench.start();
  await deploy(bench);
});
afterAll(() => bench.stop());

const get = (path: string, headers = {}) => bench.raw(path, { headers });

test("cloud metadata in both of its forms", async () => {
  const one = (await get("/metadata/endpoints?api-version=2022-09-01")).body;
  expect(one).toMatchObject({
    name: "AzureCloud",
    resourceManager: bench.azure.url,
    authentication: { loginEndpoint: bench.azure.url },
  });
  const list = (await get("/metadata/endpoints?api-version=2019-05-01")).body as unknown as JsonObject[];
  expect(list).toEqual([one]);
});

test("OpenID configuration and keys", async () => {
  const tenant = bench.azure.tenantId;
  const configuration = (await get(`/${tenant}/v2.0/.well-known/openid-configuration`)).body;
  expect(configuration).toMatchObject({
    issuer: `${bench.azure.url}/${tenant}/v2.0`,
    token_endpoint: `${bench.azure.url}/${tenant}/oauth2/v2.0/token`,
  });
  expect(((await get(`/${tenant}/discovery/v2.0/keys`)).body.keys as JsonObject[]).map((key) => key.kty)).toEqual([
    "RSA",
  ]);
});

test("a wrong secret, an unknown client, an unknown tenant", async () => {
  const sign = async (form: Record<string, string>, tenant = bench.azure.tenantId): Promise<[number, unknown]> => {
    const headers = { "Content-Type": "application/x-www-form-urlencoded" };
    const all = { grant_type: "client_credentials", scope: "https://management.azure.com/.default", ...form };
    const reply = await bench.raw(
      `/${tenant}/oauth2/v2.0/token`,
      { method: "POST", headers },
      new URLSearchParams(all).toString(),
    );
    return [reply.status, reply.body.error];
  };
  const { clientId, clientSecret } = bench.azure.deployer;
  expect(await sign({ client_id: clientId, client_secret: "wrong" })).toEqual([401, "invalid_client"]);
  expect(await sign({ client_id: "nobody", client_secret: clientSecret })).toEqual([401, "unauthorized_client"]);
  expect(await sign({ client_id: clientId, client_secret: clientSecret }, "other")).toEqual([400, "invalid_request"]);
  expect(await sign({ client_id: clientId, client_secret: clientSecret, grant_type: "password" })).toEqual([
    400,
    "unsupported_grant_type",
  ]);
});

test("an official managed-identity credential inside a resource signs in as that resource's identity only", async () => {
  const before = { ...process.env };
  Object.assign(process.env, bench.azure.identityEnvironment(bench.inGroup("Microsoft.App/jobs/train-job")));
  try {
    const identity = await bench.send(
      "GET",
      `${bench.inGroup("Microsoft.ManagedIdentity/userAssignedIdentities/pull")}?api-version=2023-01-31`,
    );
    const { clientId, principalId } = identity.body.properties as { clientId: string; principalId: string };
    const credential = new ManagedIdentityCredential({ clientId, tlsOptions: { ca: bench.ca } });
    const { token } = await credential.getToken("https://management.azure.com/.default");
    const claims = JSON.parse(Buffer.from(token.split(".")[1] ?? "", "base64url").toString()) as JsonObject;
    expect([claims.oid, claims.aud]).toEqual([principalId, "https://management.azure.com"]);
    const reply = await get(`${bench.subscription}/resourceGroups/g?api-version=2024-03-01`, {
      Authorization: `Bearer ${token}`,
    });
    expect([reply.status, codeOf(reply)]).toEqual([403, "AuthorizationFailed"]);
    const stranger = new ManagedIdentityCredential({
      clientId: bench.azure.deployer.clientId,
      tlsOptions: { ca: bench.ca },
    });
    await expect(stranger.getToken("https://management.azure.com/.default")).rejects.toThrow("Identity not found");
  } finally {
    process.env = before;
  }
});

test("the identity endpoint of machines asks for its header; the hosted one for its secret", async () => {
  const resource = "resource=https%3A%2F%2Fmanagement.azure.com%2F";
  const identity = encodeURIComponent(bench.inGroup("Microsoft.ManagedIdentity/userAssignedIdentities/pull"));
  expect((await get(`/metadata/identity/oauth2/token?api-version=2018-02-01&${resource}`)).status).toBe(400);
  const token = await get(`/metadata/identity/oauth2/token?api-version=2018-02-01&${resource}&msi_res_id=${identity}`, {
    Metadata: "true",
  });
  expect([token.status, token.body.token_type]).toEqual([200, "Bearer"]);
  const forged = { "X-IDENTITY-HEADER": `${Buffer.from("/x").toString("base64url")}.x` };
  expect((await get(`/identity/token?api-version=2019-08-01&${resource}`, forged)).status).toBe(401);
});
