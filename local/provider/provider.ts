import type { Properties } from "./values";
import type { Change } from "./diff";

/** One resource as the engine names it in every call. */
export interface Subject {
  readonly urn: string;
  /** The type token, e.g. `azure-native:batch:Pool`. */
  readonly token: string;
  /** The resource's name in the program. */
  readonly name: string;
}

export interface DiffResult {
  readonly changes: readonly Change[];
  readonly replaces: readonly string[];
  readonly deleteBeforeReplace: boolean;
}

export interface Failure {
  readonly property: string;
  readonly reason: string;
}

export type Log = (severity: "info" | "warning", message: string, urn: string) => Promise<void>;

/**
 * One package's resources and functions. It is the interface of `@pulumi/pulumi/provider` with what that one keeps from
 * a provider: the old inputs (a diff of inputs needs them), previews, and the seed that gives a preview and the run
 * after it the same names. Values carry the marks of `values.ts`.
 */
export interface Package {
  /** The version of the SDK whose resources these are. */
  readonly version: string;
  configure(config: Record<string, string>): void;
  check(
    subject: Subject,
    olds: Properties,
    news: Properties,
    seed: Buffer,
  ): Promise<{ inputs: Properties; failures: Failure[] }>;
  diff(subject: Subject, oldInputs: Properties, oldOutputs: Properties, news: Properties): Promise<DiffResult>;
  create(
    subject: Subject,
    inputs: Properties,
    preview: boolean,
    log: Log,
  ): Promise<{ id: string; outputs: Properties }>;
  /** `id` "" asks for the resource that the inputs name. @returns undefined when there is none. */
  read(
    subject: Subject,
    id: string,
    inputs: Properties,
    outputs: Properties,
  ): Promise<{ id: string; outputs: Properties; inputs: Properties } | undefined>;
  update(
    subject: Subject,
    id: string,
    old: { inputs: Properties; outputs: Properties },
    news: Properties,
    preview: boolean,
    log: Log,
  ): Promise<Properties>;
  delete(subject: Subject, id: string, inputs: Properties, outputs: Properties): Promise<void>;
  invoke(token: string, args: Properties): Promise<Properties>;
}

/** Azure made the resource but did not bring it up: it has to be in the state, and to be tried again. */
export class InitFailed extends Error {
  constructor(
    message: string,
    readonly id: string,
    readonly inputs: Properties,
    readonly outputs: Properties,
  ) {
    super(message);
  }
}
