import { afterEach, beforeEach, expect, test } from "vitest";
import type { JsonObject, ServicePrincipal } from "../../../local/azure";
import { deploy, ROLE } from "./estate";
import { Bench, codeOf, messageOf } from "./support";

let bench: Bench;
let person: ServicePrincipal;
beforeEach(async () => {
  bench = await Bench.start();
  await deploy(bench);
  person = bench.azure.addServicePrincipal("person");
});
afterEach(() => bench.stop());

const ASSIGNMENT =
  "Microsoft.Authorization/roleAssignments/bbbbbbbb-2222-4333-8444-555555555555?api-version=2022-04-01";
const CI = "Microsoft.MachineLearningServices/workspaces/ml-team/computes/ada-ci";
const READER = "acdd72a7-3385-48ef-bd42-f606fba81ae7";
const roleId = (name: string): string =>
  `${bench.subscription}/providers/Microsoft.Authorization/roleDefinitions/${name}`;
const assign = (scope: string, role: string, more: JsonObject = {}): ReturnType<Bench["send"]> =>
  bench.send("PUT", `${scope}/providers/${ASSIGNMENT}`, {
    properties: { roleDefinitionId: roleId(role), principalId: person.objectId, ...more },
  });
const as = async (method: string, rest: string, version: string, body?: JsonObject): Promise<number> =>
  (await bench.send(method, `${bench.inGroup(rest)}?api-version=${version}`, body, person)).status;

test("without a role everything is refused in ARM's words", async () => {
  const path = bench.inGroup("Microsoft.App/jobs/train-job");
  const reply = await bench.send("GET", `${path}?api-version=2025-02-02-preview`, undefined, person);
  expect([reply.status, codeOf(reply)]).toEqual([403, "AuthorizationFailed"]);
  expect(messageOf(reply)).toContain(
    `does not have authorization to perform action 'Microsoft.App/jobs/read' over scope '${path}'`,
  );
});

test("a custom role at one resource allows its actions there and nowhere else", async () => {
  const job = bench.inGroup("Microsoft.App/jobs/train-job");
  expect((await assign(job, ROLE)).status).toBe(201);
  const version = "2025-02-02-preview";
  expect(await as("GET", "Microsoft.App/jobs/train-job", version)).toBe(200);
  expect(await as("POST", "Microsoft.App/jobs/train-job/start", version)).toBe(200);
  expect(await as("GET", "Microsoft.App/jobs/train-job/executions", version)).toBe(403);
  expect(await as("DELETE", "Microsoft.App/jobs/train-job", version)).toBe(403);
  expect(await as("PATCH", "Microsoft.App/jobs/train-job", version, { tags: {} })).toBe(403);
  expect(await as("GET", "Microsoft.App/containerApps/board", version)).toBe(403);
});

test("permissions that Azure does not name after the path", async () => {
  const job = bench.inGroup("Microsoft.App/jobs/train-job");
  const version = "2025-02-02-preview";
  bench.azure.clock.speed = 0.001;
  const execution = String((await bench.send("POST", `${job}/start?api-version=${version}`)).body.id).replace(
    bench.inGroup(""),
    "",
  );
  await bench.done("PUT", `${roleId(ROLE)}?api-version=2022-04-01`, {
    properties: {
      roleName: "Starter",
      permissions: [{ actions: ["Microsoft.App/jobs/execution/read"] }],
      assignableScopes: [bench.subscription],
    },
  });
  await assign(`${bench.subscription}/resourceGroups/g`, ROLE);
  expect(await as("GET", execution, version)).toBe(200);
  expect(await as("GET", "Microsoft.App/jobs/train-job/executions", version)).toBe(403);
  expect(await as("POST", `${execution}/stop`, version)).toBe(403);
  const group = `${bench.subscription}/resourceGroups/g?api-version=2024-03-01`;
  expect(messageOf(await bench.send("GET", group, undefined, person))).toContain(
    "'Microsoft.Resources/subscriptions/resourceGroups/read'",
  );
});

test("a role above is inherited; notActions take away", async () => {
  await assign(`${bench.subscription}/resourceGroups/g`, "f6c7c914-8db3-469d-8ca1-694a8f32e121"); // AzureML Data Scientist
  const version = "2025-12-01";
  expect(await as("GET", CI, version)).toBe(200);
  expect(await as("POST", `${CI}/stop`, version)).toBe(202);
  expect(await as("DELETE", CI, version)).toBe(403);
  const compute = {
    location: "westeurope",
    properties: { computeType: "ComputeInstance", properties: { vmSize: "Standard_D2s_v5" } },
  };
  expect(await as("PUT", CI.replace("ada", "eve"), version, compute)).toBe(403);
});

test("a reader cannot list keys, and cannot give an identity that is not his to assign", async () => {
  await assign(`${bench.subscription}/resourceGroups/g`, READER);
  expect(await as("GET", "Microsoft.Storage/storageAccounts/datastore1", "2024-01-01")).toBe(200);
  expect(await as("POST", "Microsoft.Storage/storageAccounts/datastore1/listKeys", "2024-01-01")).toBe(403);
  await bench.done("PUT", `${roleId("cccccccc-2222-4333-8444-555555555555")}?api-version=2022-04-01`, {
    properties: {
      roleName: "Flow writer",
      permissions: [{ actions: ["Microsoft.Logic/workflows/write"] }],
      assignableScopes: [bench.subscription],
    },
  });
  const flow = bench.inGroup("Microsoft.Logic/workflows/tick");
  const other = ASSIGNMENT.replace("bbbb", "dddd");
  await bench.done("PUT", `${flow}/providers/${other}`, {
    properties: { roleDefinitionId: roleId("cccccccc-2222-4333-8444-555555555555"), principalId: person.objectId },
  });
  await bench.done(
    "PUT",
    `${bench.inGroup("Microsoft.ManagedIdentity/userAssignedIdentities/strong")}?api-version=2023-01-31`,
    { location: "westeurope" },
  );
  const identity = bench.inGroup("Microsoft.ManagedIdentity/userAssignedIdentities/strong");
  const given = await bench.send(
    "PATCH",
    `${flow}?api-version=2019-05-01`,
    { identity: { type: "UserAssigned", userAssignedIdentities: { [identity]: {} } } },
    person,
  );
  expect([given.status, codeOf(given)]).toEqual([403, "LinkedAuthorizationFailed"]);
});

test("an assignment that is deleted stops at once; its role can then be deleted", async () => {
  const scope = `${bench.subscription}/resourceGroups/g`;
  await assign(scope, READER);
  const read = (): Promise<number> => as("GET", CI, "2025-12-01");
  expect(await read()).toBe(200);
  await bench.done("DELETE", `${scope}/providers/${ASSIGNMENT}`);
  expect(await read()).toBe(403);
  const used = await bench.send("DELETE", `${roleId(ROLE)}?api-version=2022-04-01`);
  expect([used.status, codeOf(used)]).toEqual([400, "RoleDefinitionHasAssignments"]);
});

test("what an assignment must not be", async () => {
  const scope = `${bench.subscription}/resourceGroups/g`;
  expect(codeOf(await assign(scope, "99999999-2222-4333-8444-555555555555"))).toBe("RoleDefinitionDoesNotExist");
  const stranger = { principalId: "99999999-2222-4333-8444-555555555555" };
  expect(codeOf(await assign(scope, READER, stranger))).toBe("PrincipalNotFound");
  expect((await assign(scope, READER, { ...stranger, principalType: "User" })).status).toBe(201);
  expect(codeOf(await assign(scope, READER))).toBe("RoleAssignmentUpdateNotPermitted");
  const twin = await bench.send("PUT", `${scope}/providers/${ASSIGNMENT.replace("bbbb", "eeee")}`, {
    properties: { roleDefinitionId: roleId(READER), ...stranger, principalType: "User" },
  });
  expect([twin.status, codeOf(twin)]).toEqual([409, "RoleAssignmentExists"]);
  const name = await bench.send("PUT", `${roleId("cccccccc-2222-4333-8444-555555555555")}?api-version=2022-04-01`, {
    properties: { roleName: "Starter", permissions: [], assignableScopes: [bench.subscription] },
  });
  expect([name.status, codeOf(name)]).toEqual([409, "RoleDefinitionWithSameNameExists"]);
});

test("no token, a foreign token and a token for something else", async () => {
  const path = `${bench.subscription}?api-version=2022-12-01`;
  expect(codeOf(await bench.raw(path, {}))).toBe("AuthenticationFailed");
  expect(codeOf(await bench.raw(path, { headers: { Authorization: "Bearer a.b.c" } }))).toBe(
    "InvalidAuthenticationToken",
  );
  const token = await bench.credential().getToken("https://storage.azure.com/.default");
  const reply = await bench.raw(path, { headers: { Authorization: `Bearer ${token.token}` } });
  expect([reply.status, codeOf(reply)]).toEqual([401, "InvalidAuthenticationTokenAudience"]);
});
