import { existsSync, readFileSync } from "node:fs";
import { join, resolve } from "node:path";

import * as grpc from "@grpc/grpc-js";
import { Empty } from "google-protobuf/google/protobuf/empty_pb";
import { parse } from "yaml";
import { AnalyzerClient } from "@pulumi/pulumi/proto/analyzer_grpc_pb";
import * as proto from "@pulumi/pulumi/proto/analyzer_pb";

import type { Processes } from "./processes";
import type { Project } from "./project";
import { call, channelOptions, fromStruct, isUnimplemented, toStruct } from "./providers";
import type { ResourceState } from "./state";
import { nameOf, typeOf } from "./urn";
import type { Properties } from "./values";

export type EnforcementLevel = "advisory" | "mandatory" | "disabled" | "remediate";
const levels: EnforcementLevel[] = ["advisory", "mandatory", "disabled", "remediate"];
const severities = ["unspecified", "low", "medium", "high", "critical"] as const;

/** What one policy said in one run. */
export interface PolicyReport {
  pack: string;
  version: string;
  policy: string;
  description: string;
  level: EnforcementLevel;
  severity: (typeof severities)[number];
  /** How many resources it looked at (a stack policy: 1), and for how many it said that it does not apply. */
  analyzed: number;
  notApplicable: number;
  violations: { urn: string; message: string; level: "advisory" | "mandatory" }[];
  /** The resources it changed. */
  remediated: string[];
}

export interface PolicyPackOptions {
  /** The folder of `PulumiPolicy.yaml`. */
  folder: string;
  /** By policy name (or `all`): a level, or an object of `enforcementLevel` and the policy's own settings. */
  config?: Record<string, unknown>;
}

/** A resource as a policy pack sees it. */
export interface AnalyzedResource {
  state: ResourceState;
  /** The inputs when it is registered, the outputs when the whole stack is looked at. */
  properties: Properties;
  provider?: ResourceState;
  deleteBeforeReplace?: boolean;
}

/** A running policy pack. */
export class PolicyPack {
  private constructor(
    private readonly client: AnalyzerClient,
    private readonly reports: Map<string, PolicyReport>,
    private readonly stackPolicies: Set<string>,
  ) {}

  /** @throws one clear line when the pack does not start or its configuration is wrong */
  static async start(
    options: PolicyPackOptions,
    processes: Processes,
    run: { engine: string; project: Project; stack: string; dryRun: boolean; environment: NodeJS.ProcessEnv },
  ): Promise<PolicyPack> {
    const folder = resolve(options.folder);
    const file = join(folder, "PulumiPolicy.yaml");
    if (!existsSync(file)) throw new Error(`${file} is missing: is this a policy pack?`);
    const pack = parse(readFileSync(file, "utf8")) as { version?: string };
    const { project, stack, dryRun } = run;
    const runner = require.resolve("@pulumi/pulumi/cmd/run-policy-pack", { paths: [folder] });
    const address = await processes.startPlugin(`the policy pack in ${options.folder}`, [runner, run.engine, folder], {
      folder,
      environment: {
        ...run.environment,
        PULUMI_NODEJS_ORGANIZATION: "organization",
        PULUMI_NODEJS_PROJECT: project.name,
        PULUMI_NODEJS_STACK: stack,
        PULUMI_NODEJS_DRY_RUN: String(dryRun),
        PULUMI_CONFIG: JSON.stringify(project.config),
      },
    });
    const client = new AnalyzerClient(address, grpc.credentials.createInsecure(), channelOptions);
    const request = new proto.AnalyzerStackConfigureRequest();
    request.setStack(stack);
    request.setProject(project.name);
    request.setOrganization("organization");
    request.setDryRun(dryRun);
    request.setConfigSecretKeysList(project.secretKeys);
    for (const [key, value] of Object.entries(project.config)) request.getConfigMap().set(key, value);
    await call<proto.AnalyzerStackConfigureRequest, proto.AnalyzerStackConfigureResponse>(
      client.configureStack.bind(client),
      request,
    ).catch((error: unknown) => {
      if (!isUnimplemented(error)) throw error;
    });
    const info = await call<Empty, proto.AnalyzerInfo>(client.getAnalyzerInfo.bind(client), new Empty());
    const version = pack.version ?? info.getVersion();
    const configured = reconcile(info, options.config ?? {});
    const configuration = new proto.ConfigureAnalyzerRequest();
    const reports = new Map<string, PolicyReport>();
    const stackPolicies = new Set<string>();
    for (const policy of info.getPoliciesList()) {
      const { level, properties } = configured(policy);
      const config = new proto.PolicyConfig();
      config.setEnforcementlevel(levels.indexOf(level) as proto.EnforcementLevel);
      config.setProperties(toStruct(properties));
      configuration.getPolicyconfigMap().set(policy.getName(), config);
      if (policy.getPolicyType() === proto.PolicyType.POLICY_TYPE_STACK) stackPolicies.add(policy.getName());
      reports.set(policy.getName(), {
        pack: info.getName(),
        version,
        policy: policy.getName(),
        description: policy.getDescription(),
        level,
        severity: severities[policy.getSeverity()],
        analyzed: 0,
        notApplicable: 0,
        violations: [],
        remediated: [],
      });
    }
    await call<proto.ConfigureAnalyzerRequest, Empty>(client.configure.bind(client), configuration);
    return new PolicyPack(client, reports, stackPolicies);
  }

  close(): void {
    this.client.close();
  }

  results(): PolicyReport[] {
    return [...this.reports.values()];
  }

  /** Lets the pack change a resource's inputs. @returns the inputs after all changes */
  async remediate(resource: AnalyzedResource): Promise<Properties> {
    if (![...this.reports.values()].some(({ level }) => level === "remediate")) return resource.properties;
    const response = await call<proto.AnalyzeRequest, proto.RemediateResponse>(
      this.client.remediate.bind(this.client),
      analyzeRequest(resource),
    );
    let { properties } = resource;
    for (const remediation of response.getRemediationsList()) {
      const report = this.reports.get(remediation.getPolicyname());
      const urn = resource.state.urn;
      if (remediation.getDiagnostic()) {
        report?.violations.push({ urn, message: remediation.getDiagnostic(), level: "advisory" });
      } else {
        properties = fromStruct(remediation.getProperties());
        report?.remediated.push(urn);
      }
    }
    return properties;
  }

  /** @returns the violations that a resource's inputs are guilty of */
  async analyze(resource: AnalyzedResource): Promise<PolicyReport["violations"]> {
    const response = await call<proto.AnalyzeRequest, proto.AnalyzeResponse>(
      this.client.analyze.bind(this.client),
      analyzeRequest(resource),
    );
    return this.note(response, resource.state.urn, (name) => !this.stackPolicies.has(name));
  }

  /** @returns the violations that the stack as a whole is guilty of; those of no one resource carry `stackUrn` */
  async analyzeStack(resources: AnalyzedResource[], stackUrn: string): Promise<PolicyReport["violations"]> {
    const request = new proto.AnalyzeStackRequest();
    request.setResourcesList(resources.map(analyzerResource));
    const response = await call<proto.AnalyzeStackRequest, proto.AnalyzeResponse>(
      this.client.analyzeStack.bind(this.client),
      request,
    );
    return this.note(response, stackUrn, (name) => this.stackPolicies.has(name));
  }

  private note(
    response: proto.AnalyzeResponse,
    defaultUrn: string,
    took: (policy: string) => boolean,
  ): PolicyReport["violations"] {
    const skipped = new Set(response.getNotApplicableList().map((item) => item.getPolicyName()));
    for (const [name, report] of this.reports) {
      if (report.level === "disabled" || !took(name)) continue;
      if (skipped.has(name)) report.notApplicable += 1;
      else report.analyzed += 1;
    }
    return response.getDiagnosticsList().map((diagnostic) => {
      // What a remediation leaves undone counts as mandatory.
      const level = diagnostic.getEnforcementlevel() === proto.EnforcementLevel.ADVISORY ? "advisory" : "mandatory";
      const report = this.reports.get(diagnostic.getPolicyname());
      const [first, ...rest] = diagnostic.getMessage().split("\n");
      // The SDK puts the policy's description above the message; the report has it already.
      const message = first === report?.description && rest.length > 0 ? rest.join("\n") : diagnostic.getMessage();
      const violation = { urn: diagnostic.getUrn() || defaultUrn, message, level } as const;
      report?.violations.push(violation);
      return violation;
    });
  }
}

/** Merges defaults of the schema, the pack's own configuration and the given one, each over the one before. */
function reconcile(
  info: proto.AnalyzerInfo,
  given: Record<string, unknown>,
): (policy: proto.PolicyInfo) => { level: EnforcementLevel; properties: Properties } {
  const known = new Set(info.getPoliciesList().map((policy) => policy.getName()));
  for (const name of Object.keys(given)) {
    if (name !== "all" && !known.has(name)) {
      throw new Error(`policy pack ${info.getName()} has no policy "${name}"; it has ${[...known].join(", ")}`);
    }
  }
  const all = settingsOf("all", given.all);
  return (policy) => {
    const name = policy.getName();
    const schema = policy.getConfigschema();
    const defaults = Object.entries(fromStruct(schema?.getProperties())).flatMap(([key, value]) => {
      const fallback = (value as Properties).default;
      return fallback === undefined ? [] : [[key, fallback] as const];
    });
    const initial = info.getInitialconfigMap().get(name);
    const own = settingsOf(name, given[name]);
    const properties: Properties = {
      ...Object.fromEntries(defaults),
      ...fromStruct(initial?.getProperties()),
      ...own.properties,
    };
    for (const key of schema?.getRequiredList() ?? []) {
      if (properties[key] === undefined) throw new Error(`policy ${name}: setting "${key}" is required`);
    }
    const level = own.level ?? all.level ?? levels[initial?.getEnforcementlevel() ?? policy.getEnforcementlevel()];
    return { level, properties };
  };
}

function settingsOf(name: string, setting: unknown): { level?: EnforcementLevel; properties: Properties } {
  const { enforcementLevel, ...properties } = (
    typeof setting === "string" ? { enforcementLevel: setting } : (setting ?? {})
  ) as Properties;
  if (enforcementLevel !== undefined && !levels.includes(enforcementLevel as EnforcementLevel)) {
    throw new Error(`policy ${name}: enforcement level "${String(enforcementLevel)}" is none of ${levels.join(", ")}`);
  }
  return { level: enforcementLevel as EnforcementLevel | undefined, properties };
}

function analyzeRequest(resource: AnalyzedResource): proto.AnalyzeRequest {
  const request = new proto.AnalyzeRequest();
  fill(request, resource);
  return request;
}

function analyzerResource(resource: AnalyzedResource): proto.AnalyzerResource {
  const { state } = resource;
  const message = new proto.AnalyzerResource();
  fill(message, resource);
  message.setParent(state.parent ?? "");
  message.setDependenciesList(state.dependencies ?? []);
  for (const [key, urns] of Object.entries(state.propertyDependencies ?? {})) {
    if (urns.length === 0) continue;
    const dependencies = new proto.AnalyzerPropertyDependencies();
    dependencies.setUrnsList(urns);
    message.getPropertydependenciesMap().set(key, dependencies);
  }
  return message;
}

function fill(message: proto.AnalyzeRequest | proto.AnalyzerResource, resource: AnalyzedResource): void {
  const { state, properties, provider, deleteBeforeReplace } = resource;
  message.setType(state.type);
  message.setUrn(state.urn);
  message.setName(nameOf(state.urn));
  // `__defaults` and the like are the business of provider and host.
  message.setProperties(toStruct(Object.fromEntries(Object.entries(properties).filter(([key]) => !/^__/.test(key)))));
  const options = new proto.AnalyzerResourceOptions();
  options.setProtect(state.protect ?? false);
  options.setIgnorechangesList(state.ignoreChanges ?? []);
  options.setDeletebeforereplace(deleteBeforeReplace ?? false);
  options.setDeletebeforereplacedefined(deleteBeforeReplace !== undefined);
  options.setAdditionalsecretoutputsList(state.additionalSecretOutputs ?? []);
  options.setAliasesList(state.aliases ?? []);
  options.setParent(state.parent ?? "");
  const timeouts = new proto.AnalyzerResourceOptions.CustomTimeouts();
  timeouts.setCreate(state.customTimeouts?.create ?? 0);
  timeouts.setUpdate(state.customTimeouts?.update ?? 0);
  timeouts.setDelete(state.customTimeouts?.delete ?? 0);
  options.setCustomtimeouts(timeouts);
  message.setOptions(options);
  if (!provider) return;
  const providerMessage = new proto.AnalyzerProviderResource();
  providerMessage.setUrn(provider.urn);
  providerMessage.setType(typeOf(provider.urn));
  providerMessage.setName(nameOf(provider.urn));
  providerMessage.setProperties(toStruct(provider.inputs ?? {}));
  message.setProvider(providerMessage);
}
