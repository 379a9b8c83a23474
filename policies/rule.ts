import type {
  EnforcementLevel,
  PolicyConfigSchema,
  PolicyResourceOptions,
  ResourceValidationPolicy,
  Severity,
  StackValidationPolicy,
} from "@pulumi/policy";
import { isMap, plain, unversioned, type Plain } from "../pricing/values";
import { faultLine, type Fault } from "./fault";

/** A resource as the rules see it. */
export interface Subject {
  /** Pulumi type without API version: `azure-native:batch:Pool`. */
  readonly type: string;
  readonly name: string;
  readonly urn: string;
  /** How messages name it: `batch:Pool "train"`. */
  readonly label: string;
  /** Properties as plain data; `UNKNOWN` stands for what a preview does not know yet. */
  readonly props: Plain;
  readonly opts?: PolicyResourceOptions;
}

interface RuleArgs<Config> {
  /** Kebab case; part of the pack's contract, since configuration names it. */
  readonly name: string;
  readonly description: string;
  readonly severity: Severity;
  readonly remediationSteps: string;
  /** @default "mandatory" */
  readonly enforcementLevel?: EnforcementLevel;
  /** Schema of the settings; each one has a default. */
  readonly settings?: PolicyConfigSchema["properties"];
  /** Only there to carry the type of the settings. */
  readonly config?: Config;
}

/** A rule about one resource. A value that is not known yet is left alone: the rule runs again once it is known. */
export function resourceRule<Config extends object>(
  args: RuleArgs<Config> & { check: (subject: Subject, config: Config) => readonly Fault[] },
): ResourceValidationPolicy {
  return {
    ...common(args),
    validateResource: ({ type, name, urn, props, opts, getConfig }, reportViolation) => {
      const subject = subjectOf(type, name, urn, props, opts);
      const config = withDefaults<Config>(args.settings, getConfig());
      for (const fault of args.check(subject, config)) reportViolation(faultLine(subject.label, fault));
    },
  };
}

/** A fault of a stack, and the resource that it is about, if it is about one. */
export interface StackFault extends Fault {
  readonly of?: Subject;
}

/** A rule about all resources together. */
export function stackRule<Config extends object>(
  args: RuleArgs<Config> & { check: (subjects: readonly Subject[], config: Config) => readonly StackFault[] },
): StackValidationPolicy {
  return {
    ...common(args),
    validateStack: ({ resources, getConfig }, reportViolation) => {
      const subjects = resources.map(({ type, name, urn, props, opts }) => subjectOf(type, name, urn, props, opts));
      const config = withDefaults<Config>(args.settings, getConfig());
      for (const fault of args.check(subjects, config)) {
        reportViolation(faultLine(fault.of?.label ?? "the stack", fault), fault.of?.urn);
      }
    },
  };
}

function common<Config>(args: RuleArgs<Config>) {
  const { name, description, severity, remediationSteps, enforcementLevel = "mandatory", settings } = args;
  return {
    name,
    description,
    severity,
    remediationSteps,
    enforcementLevel,
    ...(settings ? { configSchema: { properties: settings } } : {}),
  };
}

function subjectOf(type: string, name: string, urn: string, props: unknown, opts?: PolicyResourceOptions): Subject {
  const bare = unversioned(type);
  const copy = plain(props);
  const label = `${bare.replace(/^azure-native:/, "")} "${name}"`;
  return { type: bare, name, urn, label, props: isMap(copy) ? copy : {}, ...(opts ? { opts } : {}) };
}

/** Settings with the schema's defaults. The CLI fills them in, but not every host does. */
function withDefaults<Config extends object>(
  settings: PolicyConfigSchema["properties"] | undefined,
  given: object,
): Config {
  const defaults = Object.entries(settings ?? {}).map(([key, schema]) => [key, schema.default]);
  return { ...(Object.fromEntries(defaults) as object), ...given } as Config;
}

/** Today, YYYY-MM-DD: the pack's only look at the clock, used where the settings give no day. */
export function dayOr(on: string): string {
  return on === "" ? new Date().toISOString().slice(0, 10) : on;
}
