import { spawn, type ChildProcess } from "node:child_process";
import { rmSync } from "node:fs";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import { build } from "esbuild";
import { afterAll, beforeAll, expect, test } from "vitest";
import { rules } from "../../policies/rules";
import { good, having, unknown, type Declared } from "./support";

/**
 * The bundled pack, run as the CLI runs it and asked over gRPC. It proves that the bundle holds all that it needs and
 * that rules, settings and levels survive the protocol; what each rule says is tested with the rule.
 */
const load = createRequire(__filename);
const grpc = load("@grpc/grpc-js") as typeof import("@grpc/grpc-js");
const struct = load(
  "google-protobuf/google/protobuf/struct_pb.js",
) as typeof import("google-protobuf/google/protobuf/struct_pb");
const empty = load(
  "google-protobuf/google/protobuf/empty_pb.js",
) as typeof import("google-protobuf/google/protobuf/empty_pb");
const messages = load("@pulumi/pulumi/proto/analyzer_pb") as Messages;
const services = load("@pulumi/pulumi/proto/analyzer_grpc_pb") as {
  AnalyzerClient: new (...args: unknown[]) => unknown;
};

/** The generated classes have no types; this is as much of them as is used here. */
interface Message {
  toObject(): Record<string, unknown>;
  [member: string]: (...args: never[]) => unknown;
}
type Messages = Record<string, new () => Message> & {
  EnforcementLevel: Record<string, number>;
  PolicySeverity: Record<string, number>;
};

const folder = join(__dirname, "..", "..", "policies");
// A bundle of its own: other tests may build and read the one in bin/ at the same time.
const bundle = join(folder, "bin", `test-${process.pid}`, "index.js");
let pack: ChildProcess;
let client: Record<string, (request: unknown, done: (error: Error | null, reply: Message) => void) => void>;

beforeAll(async () => {
  await build({
    entryPoints: [join(folder, "index.ts")],
    bundle: true,
    platform: "node",
    target: "node20",
    format: "cjs",
    external: ["@pulumi/*"],
    outfile: bundle,
  });
  const runner = load.resolve("@pulumi/pulumi/cmd/run-policy-pack");
  pack = spawn(process.execPath, [runner, "127.0.0.1:1", bundle], {
    cwd: folder,
    env: { ...process.env, PULUMI_NODEJS_TYPESCRIPT: "false" },
    stdio: ["ignore", "pipe", "inherit"],
  });
  const port = await new Promise<string>((resolve, reject) => {
    pack.stdout?.once("data", (text: Buffer) => resolve(text.toString().trim()));
    pack.once("close", (status) => reject(new Error(`the pack ended with ${status}`)));
  });
  client = new services.AnalyzerClient(`127.0.0.1:${port}`, grpc.credentials.createInsecure()) as typeof client;
});
afterAll(() => {
  pack.kill();
  rmSync(dirname(bundle), { recursive: true });
});

function call(method: string, request: unknown): Promise<Record<string, unknown>> {
  return new Promise((resolve, reject) =>
    client[method]?.(request, (error, reply) => (error ? reject(error) : resolve(reply.toObject()))),
  );
}

type Setters = Record<string, (value?: unknown) => unknown>;

function create(kind: string): Setters {
  const Kind = messages[kind];
  if (!Kind) throw new Error(`the protocol has no ${kind}`);
  return new Kind() as unknown as Setters;
}

type JsonMap = Parameters<typeof struct.Struct.fromJavaScript>[0];

function fill(kind: string, { type, name = "it", props, protect = false }: Declared): Message {
  const message = create(kind);
  const options = create("AnalyzerResourceOptions");
  options.setProtect?.(protect);
  message.setType?.(type);
  message.setName?.(name);
  message.setUrn?.(`urn:pulumi:test::lights-out::${type}::${name}`);
  message.setProperties?.(struct.Struct.fromJavaScript(structuredClone(props) as JsonMap));
  message.setOptions?.(options);
  return message as unknown as Message;
}

interface Diagnostic {
  policyname: string;
  message: string;
  enforcementlevel: number;
  severity: number;
}

async function analyze(resource: Declared): Promise<Diagnostic[]> {
  const reply = await call("analyze", fill("AnalyzeRequest", resource));
  return reply.diagnosticsList as Diagnostic[];
}

async function analyzeStack(...resources: Declared[]): Promise<Diagnostic[]> {
  const request = create("AnalyzeStackRequest");
  request.setResourcesList?.(resources.map((resource) => fill("AnalyzerResource", resource)));
  return (await call("analyzeStack", request)).diagnosticsList as Diagnostic[];
}

test("tells its name, version and every rule with level, severity and settings", async () => {
  const info = await call("getAnalyzerInfo", new empty.Empty());
  expect([info.name, info.version, info.supportsconfig]).toEqual(["lights-out", "0.1.0", true]);
  const told = info.policiesList as Record<string, unknown>[];
  const { ADVISORY, MANDATORY } = messages.EnforcementLevel;
  expect(told.map((policy) => [policy.name, policy.enforcementlevel])).toEqual(
    rules.map(({ name, enforcementLevel }) => [name, enforcementLevel === "advisory" ? ADVISORY : MANDATORY]),
  );
  expect(new Set(rules.map(({ name }) => name)).size).toBe(17);
  for (const rule of rules) {
    expect(rule.description, rule.name).toMatch(/^[A-Z].*\.$/);
    expect(rule.remediationSteps, rule.name).toMatch(/^[A-Z].*\.$/);
    expect(["low", "medium", "high", "critical"], rule.name).toContain(rule.severity);
    for (const [key, setting] of Object.entries(rule.configSchema?.properties ?? {})) {
      expect([rule.name, key, typeof setting.description, setting.default !== undefined]).toEqual([
        rule.name,
        key,
        "string",
        true,
      ]);
    }
  }
});

test("lets good resources pass", async () => {
  for (const resource of Object.values(good)) expect(await analyze(resource)).toEqual([]);
});

test("blocks a bad resource by every rule that it breaks, with level, severity and message", async () => {
  const props = having(having(good.pool.props, "tags", undefined), "scaleSettings", {
    fixedScale: { targetDedicatedNodes: 2 },
  });
  const found = await analyze({ ...good.pool, props });
  expect(found.map(({ policyname, enforcementlevel, severity }) => [policyname, enforcementlevel, severity])).toEqual([
    ["gpu-compute-tags", messages.EnforcementLevel.MANDATORY, messages.PolicySeverity.POLICY_SEVERITY_HIGH],
    ["gpu-compute-scheduled", messages.EnforcementLevel.MANDATORY, messages.PolicySeverity.POLICY_SEVERITY_CRITICAL],
    ["spot-preferred", messages.EnforcementLevel.ADVISORY, messages.PolicySeverity.POLICY_SEVERITY_MEDIUM],
  ]);
  expect(found[0]?.message).toContain(
    'batch:Pool "train": tags is not set, but must be set for owner, cost-centre, schedule. Add tags["owner"] and tags["cost-centre"] and tags["schedule"].',
  );
  const kept = await analyze({ ...good.pool, protect: true });
  expect(kept.map(({ policyname }) => policyname)).toEqual(["nothing-retained"]);
});

test("judges what it knows when other values are not known yet, and never fails over one", async () => {
  const props = having(having(good.pool.props, "tags", { owner: unknown.text }), "vmSize", "Standard_NC4as_T4_v3");
  const partly = await analyze({ ...good.pool, props: having(props, "scaleSettings", unknown.map) });
  expect(partly.map(({ policyname }) => policyname)).toEqual(["gpu-compute-tags"]);
  for (const resource of Object.values(good)) {
    const hidden = Object.fromEntries(Object.keys(resource.props).map((key) => [key, unknown.map]));
    expect(await analyze({ ...resource, props: hidden }), resource.name).toEqual([]);
  }
});

test("judges the whole stack: budget, schedules and cost", async () => {
  const budget = {
    type: "azure-native:consumption:Budget",
    name: "b",
    props: { amount: 1, notifications: { a: { enabled: true, contactEmails: ["a@example.com"] } } },
  };
  const group = { type: "azure-native:resources:ResourceGroup", name: "g", props: { tags: { schedules: "office" } } };
  expect(await analyzeStack(group, budget, ...Object.values(good))).toEqual([]);
  expect((await analyzeStack(...Object.values(good))).map(({ policyname }) => policyname)).toEqual([
    ...Object.values(good).map(() => "schedule-exists"),
    "budget-exists",
  ]);
});

test("takes settings for its rules and levels", async () => {
  const request = create("ConfigureAnalyzerRequest");
  const config = (level: string, properties: JsonMap) => {
    const policy = create("PolicyConfig");
    policy.setEnforcementlevel?.(messages.EnforcementLevel[level]);
    policy.setProperties?.(struct.Struct.fromJavaScript(properties));
    return policy;
  };
  const configs = request.getPolicyconfigMap?.() as Map<string, unknown>;
  configs.set("compute-caps", config("ADVISORY", { maxNodes: 1 }));
  configs.set("monthly-cost-limit", config("MANDATORY", { monthlyLimit: 100 }));
  await call("configure", request);
  const found = await analyze(good.pool);
  expect(found.map(({ policyname, enforcementlevel }) => [policyname, enforcementlevel])).toEqual([
    ["compute-caps", messages.EnforcementLevel.ADVISORY],
  ]);
  expect((await analyzeStack(good.pool)).map(({ policyname }) => policyname)).toContain("monthly-cost-limit");
});
