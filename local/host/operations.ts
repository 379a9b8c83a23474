import { randomUUID } from "node:crypto";

import { configuration } from "./goal";
import { isLost, ProviderError, type DiffResult, type Provider } from "./providers";
import type { Registry } from "./registry";
import type { Operation, Report, Step } from "./report";
import type { ResourceState, State } from "./state";
import { isProviderType, nameOf } from "./urn";
import { differences, hasSecret, isSecret, mask, secret, unknown, type Difference, type Properties } from "./values";

/** The run has failed elsewhere and that is told; this operation was not begun, or is that failure. */
export class Aborted extends Error {}

export const propertiesOf = (resource: ResourceState): { inputs: Properties; outputs: Properties } => ({
  inputs: resource.inputs ?? {},
  outputs: resource.outputs ?? {},
});

const textOf = (error: unknown): string => (error instanceof Error ? error.message : String(error));

const verbs: Record<Operation, string> = {
  create: "creating",
  update: "updating",
  replace: "replacing",
  delete: "deleting",
  same: "checking",
  read: "reading",
};

export interface OperationsOptions {
  /** Only foretell. */
  preview: boolean;
  /** How many at a time. */
  parallel: number;
  state: State;
  report: Report;
  registry: Registry;
  now: () => Date;
}

/**
 * Creates, updates and deletes, and keeps the state in step: what is about to be done is on disk before a provider is
 * asked, and what was done before anyone else learns of it.
 */
export class Operations {
  /** The resources of this run so far, in order of completion. */
  readonly news = new Map<string, ResourceState>();
  /** New URN to the old one it was found under. */
  readonly renamed = new Map<string, string>();
  failed = false;
  private readonly told = new Set<unknown>();
  private readonly inFlight = new Set<Promise<unknown>>();
  private readonly waiting: (() => void)[] = [];
  private busy = 0;

  constructor(private readonly options: OperationsOptions) {}

  /** Marks the run as failed; what is in flight is finished, nothing new begun. */
  fail(error: unknown, urn?: string): void {
    if (!(error instanceof Aborted) && !this.told.has(error)) {
      this.told.add(error);
      this.options.report.diagnostic("error", textOf(error), urn);
    }
    this.abort();
  }

  abort(): void {
    this.failed = true;
    for (const wake of this.waiting.splice(0)) wake();
  }

  /** Waits for all that was tracked. */
  async settle(): Promise<void> {
    while (this.inFlight.size > 0) await Promise.allSettled(this.inFlight);
  }

  track<T>(work: Promise<T>): Promise<T> {
    this.inFlight.add(work);
    const done = (): void => void this.inFlight.delete(work);
    work.then(done, done);
    return work;
  }

  /**
   * @param options.replaces the old resource of that URN
   * @param options.recreates that old one is deleted already
   */
  async create(
    next: ResourceState,
    provider: Provider | undefined,
    options: { replaces?: ResourceState; diff?: DiffResult; recreates?: boolean },
  ): Promise<ResourceState> {
    const { state, preview, report, now, registry } = this.options;
    const { replaces, diff, recreates } = options;
    const { urn } = next;
    const step = this.step(replaces ? "replace" : "create", next, replaces, diff?.replaceKeys);
    const old = recreates ? undefined : replaces;
    let made: Partial<ResourceState> = {};
    if (isProviderType(next.type)) {
      const id = preview ? unknown : randomUUID();
      await registry.configure(next, id);
      made = { id, outputs: configuration(next.inputs) };
    } else if (provider) {
      made = await this.operate(step, async () => {
        if (!preview) state.change(urn, { pending: { type: "creating", resource: next } });
        try {
          return await provider.create(urn, next.inputs ?? {}, preview, next.customTimeouts?.create);
        } catch (error) {
          const created = error instanceof ProviderError ? error.created : undefined;
          if (created) this.place({ ...next, ...created }, old);
          else if (!isLost(error)) state.change(urn, { pending: undefined });
          throw error;
        }
      });
    }
    const time = now().toISOString();
    const created = finished({ ...next, ...made, created: time, modified: time });
    this.place(created, old);
    report.step("done", { ...step, ...told(created) });
    return created;
  }

  async update(
    old: ResourceState,
    next: ResourceState,
    provider: Provider | undefined,
    ignoreChanges: string[],
  ): Promise<ResourceState> {
    const { state, preview, report, now, registry } = this.options;
    const { urn } = next;
    const step = this.step("update", next, old);
    const { id, created, outputs } = old;
    let updated: ResourceState = {
      ...next,
      ...(id && { id }),
      ...(outputs && { outputs }),
      ...(created && { created }),
      modified: now().toISOString(),
    };
    if (isProviderType(next.type) && id) {
      await registry.configure(next, id);
      updated.outputs = configuration(next.inputs);
    } else if (provider) {
      const result = await this.operate(step, async () => {
        if (!preview) state.change(urn, { pending: { type: "updating", resource: updated } });
        try {
          const how = { ignoreChanges, preview, timeout: next.customTimeouts?.update };
          return await provider.update(urn, id ?? "", propertiesOf(old), next.inputs ?? {}, how);
        } catch (error) {
          const unfinished = error instanceof ProviderError ? error.created : undefined;
          if (unfinished) this.place({ ...updated, ...unfinished }, undefined);
          else if (!isLost(error)) {
            // Half of it may have been done: the next update sends the inputs again, changed or not.
            state.change(urn, { live: { ...old, urn, initErrors: [textOf(error)] }, pending: undefined });
          }
          throw error;
        }
      });
      updated = finished({ ...updated, outputs: result });
    }
    this.place(updated, undefined);
    report.step("done", { ...step, ...told(updated) });
    return updated;
  }

  /**
   * Deletes one resource.
   * @param others the URNs deleted in the same go
   * @param pendingReplacement it makes room for its replacement, to which it belongs in the report
   */
  async remove(resource: ResourceState, others: Set<string>, pendingReplacement = false): Promise<void> {
    const { state, preview, report, registry } = this.options;
    const { urn, id } = resource;
    const step = this.step("delete", resource);
    const isReal =
      resource.custom && !resource.external && !isProviderType(resource.type) && !resource.pendingReplacement;
    const leave = resource.retainOnDelete || (resource.deletedWith && others.has(resource.deletedWith));
    if (isReal && !leave && !preview) {
      const provider = await registry.get(resource.provider ?? "");
      await this.operate(step, async () => {
        state.change(urn, { pending: { type: "deleting", resource, ...(pendingReplacement && { replacing: true }) } });
        try {
          await provider.delete(urn, id ?? "", propertiesOf(resource), resource.customTimeouts?.delete);
        } catch (error) {
          if (!isLost(error)) state.change(urn, { pending: undefined });
          throw error;
        }
      });
    } else if (this.failed) throw new Aborted();
    if (!preview) {
      if (resource.delete) {
        const condemned = state.get(urn)?.condemned?.filter((one) => one.id !== id);
        state.change(urn, { condemned, pending: undefined });
      } else {
        const live = pendingReplacement ? { ...resource, pendingReplacement: true } : undefined;
        state.change(urn, { live, pending: undefined });
      }
    }
    if (!resource.delete && !pendingReplacement) report.step("done", step);
  }

  /** Records a resource as it is, without asking a provider. */
  keep(operation: "same" | "read", resource: ResourceState, old?: ResourceState): ResourceState {
    const kept = finished(resource);
    this.options.report.step("done", this.step(operation, kept, old));
    this.put(kept);
    return kept;
  }

  put(resource: ResourceState): void {
    this.news.set(resource.urn, resource);
    if (!this.options.preview) this.options.state.change(resource.urn, { live: resource });
    this.forget(resource.urn);
  }

  /** Puts a new resource in its place, its operation done; the old one, if it still exists, is kept to be deleted. */
  private place(next: ResourceState, old: ResourceState | undefined): void {
    const { preview, state } = this.options;
    this.news.set(next.urn, next);
    if (preview) return;
    const condemned = [...(state.get(next.urn)?.condemned ?? [])];
    if (old?.custom) condemned.push({ ...old, urn: next.urn, delete: true });
    state.set(next.urn, { live: next, condemned });
    this.forget(next.urn);
  }

  /** Removes the entry a renamed resource was found under, once it stands under its new URN. */
  private forget(urn: string): void {
    const alias = this.renamed.get(urn);
    if (alias && !this.options.preview) this.options.state.change(alias, { live: undefined });
  }

  /** Runs a provider operation when there is room; told as it begins and when it fails. */
  private async operate<T>(step: Step, work: () => Promise<T>): Promise<T> {
    const { report, parallel, preview } = this.options;
    while (this.busy >= parallel && !this.failed) await new Promise<void>((wake) => this.waiting.push(wake));
    if (this.failed) throw new Aborted();
    this.busy += 1;
    try {
      if (!preview) report.step("started", step);
      return await work();
    } catch (error) {
      const message = textOf(error);
      report.step("failed", { ...step, error: message });
      this.fail(new Error(`${verbs[step.operation]} ${step.type} "${step.name}" failed: ${message}`), step.urn);
      throw new Aborted();
    } finally {
      this.busy -= 1;
      this.waiting.shift()?.();
    }
  }

  private step(operation: Operation, next: ResourceState, old?: ResourceState, replaceKeys: string[] = []): Step {
    return {
      operation,
      urn: next.urn,
      type: next.type,
      name: nameOf(next.urn),
      custom: next.custom,
      ...(next.parent && { parent: next.parent }),
      ...told(next),
      inputs: mask(next.inputs ?? {}) as Properties,
      ...(old && { oldInputs: mask(old.inputs ?? {}) as Properties }),
      differences: old ? differences(old.inputs ?? {}, next.inputs ?? {}).map(hidden) : [],
      replaceKeys,
    };
  }
}

const told = ({ id, outputs }: ResourceState): Pick<Step, "id" | "outputs"> => ({
  ...(id && { id }),
  ...(outputs && { outputs: mask(outputs) as Properties }),
});

const hidden = ({ path, old, new: news }: Difference): Difference => ({
  path,
  ...(old !== undefined && { old: mask(old) }),
  ...(news !== undefined && { new: mask(news) }),
});

/** Marks as secret the outputs that are to be, by option or because their input is. */
function finished(resource: ResourceState): ResourceState {
  if (!resource.outputs) return resource;
  const outputs = Object.entries(resource.outputs).map(([key, value]) => {
    const marked = resource.additionalSecretOutputs?.includes(key) || isSecret(resource.inputs?.[key]);
    return [key, marked && !hasSecret(value) ? secret(value) : value] as const;
  });
  return { ...resource, outputs: Object.fromEntries(outputs) };
}
