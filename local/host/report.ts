import type { PolicyReport } from "./policies";
import { nameOf, typeOf } from "./urn";
import type { Difference, Properties, Value } from "./values";

export type Operation = "create" | "update" | "replace" | "delete" | "same" | "read";
export type Severity = "info" | "warning" | "error";
export type Phase = "recovery" | "preview" | "update" | "destroy";

/** What is (or in a preview, would be) done to one resource. Secrets are hidden. */
export interface Step {
  operation: Operation;
  urn: string;
  type: string;
  name: string;
  parent?: string;
  custom: boolean;
  id?: string;
  /** The checked inputs; in a preview, a value yet unknown is the string `unknown` of ./values. */
  inputs: Properties;
  oldInputs?: Properties;
  outputs?: Properties;
  differences: Difference[];
  /** The properties that make a replacement necessary. */
  replaceKeys: string[];
  /** Why it failed. */
  error?: string;
}

export interface Diagnostic {
  severity: Severity;
  message: string;
  urn?: string;
}

export type HostEvent =
  | { kind: "phase"; phase: Phase }
  | { kind: "step"; status: "started" | "done" | "failed"; step: Step }
  | { kind: "diagnostic"; diagnostic: Diagnostic }
  /** A line the program, a policy pack or a provider printed. */
  | { kind: "output"; source: string; line: string };

export type Changes = Record<Operation, number>;

export interface HostResult {
  succeeded: boolean;
  /** What the result is of: `up` ends with its preview when a policy is violated. */
  phase: Phase;
  /** How many resources; default providers are not counted, the stack itself is. */
  changes: Changes;
  steps: Step[];
  /** The stack's outputs, secrets as `[secret]`; in a preview what is yet unknown is left out. */
  outputs: Record<string, Value>;
  diagnostics: Diagnostic[];
  /** One item a policy, whether violated or not. */
  policies: PolicyReport[];
}

export const defaultProviderName = /^pulumi:providers:[^:]+$/;
export const isDefaultProvider = (urn: string): boolean =>
  defaultProviderName.test(typeOf(urn)) && /^default(_|$)/.test(nameOf(urn));

/** Collects what happens in one run and tells it at once. */
export class Report {
  readonly steps: Step[] = [];
  readonly diagnostics: Diagnostic[] = [];

  constructor(private readonly onEvent: (event: HostEvent) => void = () => undefined) {}

  phase(phase: Phase): void {
    this.onEvent({ kind: "phase", phase });
  }

  output(source: string, line: string): void {
    this.onEvent({ kind: "output", source, line });
  }

  diagnostic(severity: Severity, message: string, urn?: string): void {
    const diagnostic = { severity, message, ...(urn && { urn }) };
    this.diagnostics.push(diagnostic);
    this.onEvent({ kind: "diagnostic", diagnostic });
  }

  step(status: "started" | "done" | "failed", step: Step): void {
    if (status !== "started") this.steps.push(step);
    this.onEvent({ kind: "step", status, step });
  }

  hasErrors(): boolean {
    return this.diagnostics.some(({ severity }) => severity === "error");
  }

  changes(): Changes {
    const counts: Changes = { create: 0, update: 0, replace: 0, delete: 0, same: 0, read: 0 };
    for (const step of this.steps) if (!step.error && !isDefaultProvider(step.urn)) counts[step.operation] += 1;
    return counts;
  }
}
