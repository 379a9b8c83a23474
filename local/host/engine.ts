import { randomBytes } from "node:crypto";

import { aliasUrns, configuration, dependents, stateOf, type Goal } from "./goal";
import { Aborted, Operations, propertiesOf } from "./operations";
import type { AnalyzedResource, PolicyPack } from "./policies";
import type { CheckResult, DiffResult, Provider } from "./providers";
import { Registry } from "./registry";
import type { Report } from "./report";
import { needs, type ResourceState, type State } from "./state";
import { isProviderType, makeUrn, nameOf, packageOf, stackType } from "./urn";
import { covers, differences, parsePath, resetPath, same, unknown, type Properties } from "./values";

export interface EngineOptions {
  stack: string;
  project: string;
  /** Only foretell. */
  preview: boolean;
  /** How many provider operations at a time. */
  parallel: number;
  /** Provider addresses by package. */
  addresses: Record<string, string>;
  /** The stack's configuration, `namespace:name`. */
  config: Record<string, string>;
  secretKeys: string[];
  state: State;
  report: Report;
  policyPacks: Promise<PolicyPack[]>;
  now: () => Date;
}

/** Decides what is to be done to reach the program's goals. */
export class Engine {
  /** A mandatory policy is violated; a preview goes on, so that one run tells all violations. */
  violated = false;
  readonly operations: Operations;
  readonly registry: Registry;
  private readonly goals = new Map<string, Goal>();
  /** The state as the run found it, each resource after those it needs. */
  private readonly olds: ResourceState[];
  private readonly oldByUrn: Map<string, ResourceState>;
  /** URNs deleted ahead of a replacement of something they depend on, and when that is done. */
  private readonly condemned = new Map<string, Promise<void>>();
  private readonly replaced = new Set<string>();
  private readonly defaultProviders = new Map<string, Promise<string>>();
  private planning: Promise<unknown> = Promise.resolve();
  private stackOutputs?: { urn: string; outputs: Properties };

  /** @param abandoned inputs of creations that were cut short and left nothing: their names are used again */
  constructor(
    private readonly options: EngineOptions,
    private readonly abandoned: Map<string, Properties>,
  ) {
    this.olds = options.state.resources();
    // A URN's live resource, else one that waits to be deleted: it may be a provider.
    const byUse = [...this.olds.filter((old) => old.delete), ...this.olds.filter((old) => !old.delete)];
    this.oldByUrn = new Map(byUse.map((old) => [old.urn, old]));
    const find = (urn: string) => this.operations.news.get(urn) ?? this.oldByUrn.get(urn);
    this.registry = new Registry(options.addresses, options.config, options.secretKeys, find);
    this.operations = new Operations({ ...options, registry: this.registry });
  }

  goal(urn: string | undefined): Goal | undefined {
    return urn ? this.goals.get(urn) : undefined;
  }

  /** Brings one resource to its goal. */
  register(goal: Goal): Promise<ResourceState> {
    return this.operations.track(this.process(goal, this.take(goal)));
  }

  /** Outputs that a component, or the stack, gives itself. */
  registerOutputs(urn: string, outputs: Properties): void {
    const resource = this.operations.news.get(urn);
    if (!resource) throw new Error(`cannot complete resource '${urn}', which was not registered`);
    if (resource.type === stackType) this.stackOutputs = { urn, outputs };
    else this.operations.put({ ...resource, outputs });
  }

  /** Looks up a resource that is managed elsewhere. */
  async read(goal: Goal, id: string): Promise<ResourceState> {
    const urn = this.take(goal);
    const reference = await this.providerReference(goal);
    const found = await (await this.registry.get(reference)).read(urn, id, {}, goal.inputs);
    if (!found) throw new Error(`${goal.type} "${goal.name}": resource '${id}' does not exist`);
    const resource = { ...stateOf(goal, urn, goal.inputs, reference), external: true, id: found.id };
    return this.operations.keep("read", { ...resource, outputs: found.outputs });
  }

  async invoke(goal: Pick<Goal, "provider" | "version">, token: string, args: Properties) {
    const reference = goal.provider ?? (await this.defaultProvider(packageOf(token), goal.version));
    return (await this.registry.get(reference)).invoke(token, args, this.options.preview);
  }

  /** After the program: deletes what it no longer has, sets the stack's outputs, asks the stack policies. */
  async finish(programSucceeded: boolean): Promise<void> {
    const { operations } = this;
    if (programSucceeded && !operations.failed) {
      const aliases = new Set(operations.renamed.values());
      const isGone = ({ urn, delete: replaced }: ResourceState): boolean =>
        replaced === true || (!this.goals.has(urn) && !aliases.has(urn));
      await this.deleteAll(this.options.state.resources().filter(isGone));
    }
    const ok = programSucceeded && !operations.failed;
    const stack = this.stackOutputs && operations.news.get(this.stackOutputs.urn);
    if (stack && this.stackOutputs) {
      const { outputs } = this.stackOutputs;
      // After a failure an output may be missing only because the program did not get so far.
      operations.put({ ...stack, outputs: ok ? outputs : { ...stack.outputs, ...outputs } });
    }
    if (!ok) return;
    const packs = await this.options.policyPacks;
    const resources = [...operations.news.values()].map((state) => this.analyzed(state, state.outputs ?? {}));
    const { stack: name, project } = this.options;
    const stackUrn = makeUrn(name, project, undefined, stackType, `${project}-${name}`);
    for (const violations of await Promise.all(packs.map((pack) => pack.analyzeStack(resources, stackUrn)))) {
      if (violations.some(({ level }) => level === "mandatory")) this.violated = true;
    }
  }

  /** Deletes resources, dependents first, the independent ones side by side; failures are told. */
  async deleteAll(resources: ResourceState[]): Promise<void> {
    const { operations } = this;
    const guarded = resources.filter((resource) => resource.protect && !resource.delete);
    for (const { urn } of guarded) operations.fail(new Error(protectedMessage(urn, "deleted")), urn);
    if (guarded.length > 0) return;
    const byNeed = new Map<string, number[]>();
    resources.forEach((resource, index) => {
      for (const urn of new Set(needs(resource))) byNeed.set(urn, [...(byNeed.get(urn) ?? []), index]);
    });
    const urns = new Set(resources.map(({ urn }) => urn));
    const done: Promise<void>[] = [];
    for (let index = resources.length - 1; index >= 0; index--) {
      const resource = resources[index];
      const later = (byNeed.get(resource.urn) ?? []).filter((other) => other > index).map((other) => done[other]);
      done[index] = Promise.all(later).then(() => operations.track(operations.remove(resource, urns)));
      done[index].catch((error: unknown) => operations.fail(error));
    }
    await Promise.allSettled(done);
  }

  /** Takes a URN for a goal. @throws when it is taken */
  private take(goal: Goal): string {
    const { stack, project } = this.options;
    const urn = makeUrn(stack, project, goal.parent, goal.type, goal.name);
    if (this.goals.has(urn)) throw new Error(`Duplicate resource URN '${urn}'; try giving it a unique name`);
    if (goal.parent && !this.goals.has(goal.parent)) throw new Error(`could not find parent resource ${goal.parent}`);
    this.goals.set(urn, goal);
    return urn;
  }

  private async providerReference(goal: Goal): Promise<string> {
    const packageName = packageOf(goal.type);
    const given = goal.provider ?? goal.providers[packageName] ?? this.goal(goal.parent)?.providers[packageName];
    return given ?? this.defaultProvider(packageName, goal.version);
  }

  private defaultProvider(packageName: string, version: string): Promise<string> {
    const name = `default${version && `_${version.replace(/[.+-]/g, "_")}`}`;
    const key = `${packageName}/${name}`;
    const known = this.defaultProviders.get(key);
    if (known) return known;
    const goal: Goal = {
      type: `pulumi:providers:${packageName}`,
      name,
      custom: true,
      inputs: this.registry.defaultInputs(packageName, version),
      dependencies: [],
      propertyDependencies: {},
      providers: {},
      version,
      ignoreChanges: [],
      replaceOnChanges: [],
      additionalSecretOutputs: [],
      aliases: [],
    };
    const reference = this.register(goal).then(({ urn, id }) => `${urn}::${id}`);
    this.defaultProviders.set(key, reference);
    return reference;
  }

  private async process(goal: Goal, urn: string): Promise<ResourceState> {
    const { operations } = this;
    const old = this.previous(goal, urn);
    const reference = goal.custom && !isProviderType(goal.type) ? await this.providerReference(goal) : undefined;
    const provider = reference ? await this.registry.get(reference) : undefined;
    const owned = old && !old.external && old.custom === goal.custom ? old : undefined;
    const seed = randomBytes(32);
    const wish = async (olds: Properties | undefined, news: Properties): Promise<ResourceState> => {
      const checked = stateOf(goal, urn, await this.check(goal, urn, provider, olds, news, seed), reference);
      const alias = operations.renamed.get(urn);
      const next = alias ? { ...checked, aliases: [alias] } : checked;
      return { ...next, inputs: await this.police(next, goal) };
    };
    let wanted = goal.inputs;
    for (const path of owned ? goal.ignoreChanges : []) {
      wanted = resetPath(owned?.inputs ?? {}, wanted, parsePath(path)) as Properties;
    }
    const next = await wish(owned?.inputs ?? this.abandoned.get(urn), wanted);
    if (!owned) return operations.create(next, provider, { replaces: old });
    const diff = await this.diff(goal, owned, next, provider);
    const replacement = await this.exclusively(() => this.planReplacement(goal, owned, next, diff));
    if (replacement) {
      // A replacement gets a name of its own.
      const anew = await wish(this.abandoned.get(urn), goal.inputs);
      await this.condemned.get(urn);
      return operations.create(anew, provider, { replaces: owned, diff, ...replacement });
    }
    if (diff.changed || owned.initErrors) return operations.update(owned, next, provider, goal.ignoreChanges);
    const { id, outputs, created, modified } = owned;
    if (isProviderType(goal.type) && id) await this.registry.configure(next, id);
    const kept = { ...(id && { id }), ...(outputs && { outputs }), ...(created && { created, modified }) };
    return operations.keep("same", { ...next, ...kept }, owned);
  }

  /** The resource as it was, found by URN or alias. */
  private previous(goal: Goal, urn: string): ResourceState | undefined {
    const live = (name: string): ResourceState | undefined => {
      const old = this.oldByUrn.get(name);
      return old?.delete ? undefined : old;
    };
    const own = live(urn);
    if (own) return own;
    const { stack, project } = this.options;
    const { renamed } = this.operations;
    const parentAlias = goal.parent ? renamed.get(goal.parent) : undefined;
    for (const alias of aliasUrns(goal, stack, project, parentAlias, (name) => renamed.get(name))) {
      const old = live(alias);
      if (!old || alias === urn) continue;
      if (this.goals.has(alias) || [...renamed.values()].includes(alias)) {
        throw new Error(`Duplicate resource alias '${alias}' applied to resource with URN '${urn}'`);
      }
      renamed.set(urn, alias);
      return old;
    }
    return undefined;
  }

  /** Has the provider check inputs. @returns them with its defaults */
  private async check(
    goal: Goal,
    urn: string,
    provider: Provider | undefined,
    olds: Properties | undefined,
    news: Properties,
    seed: Buffer,
  ): Promise<Properties> {
    let result: CheckResult = { inputs: news, failures: [] };
    if (isProviderType(goal.type)) {
      const instance = this.registry.connect(packageOf(goal.type));
      const version: Properties = goal.version ? { version: goal.version } : {};
      result = await instance.checkConfig(urn, configuration(olds), { ...configuration(news), ...version });
      result.inputs = { ...result.inputs, __internal: {} };
      instance.close();
    } else if (provider) result = await provider.check(urn, olds, news, seed);
    for (const { property, reason } of result.failures) {
      const where = property ? `property ${property}` : "resource";
      this.operations.fail(new Error(`${goal.type} "${goal.name}": ${where} is invalid: ${reason}`), urn);
    }
    if (result.failures.length > 0) throw new Aborted();
    return result.inputs;
  }

  /** Asks the policy packs. @returns the inputs, perhaps changed by them */
  private async police(next: ResourceState, goal: Goal): Promise<Properties> {
    const packs = await this.options.policyPacks;
    let inputs = next.inputs ?? {};
    for (const pack of packs) inputs = await pack.remediate(this.analyzed(next, inputs, goal));
    const results = await Promise.all(packs.map((pack) => pack.analyze(this.analyzed(next, inputs, goal))));
    if (results.flat().some(({ level }) => level === "mandatory")) {
      this.violated = true;
      if (!this.options.preview) throw new Aborted(); // the violation is in the pack's report
    }
    return inputs;
  }

  private analyzed(state: ResourceState, properties: Properties, goal = this.goals.get(state.urn)): AnalyzedResource {
    const providerUrn = state.provider?.slice(0, state.provider.lastIndexOf("::")) ?? "";
    const provider = this.operations.news.get(providerUrn) ?? this.oldByUrn.get(providerUrn);
    return { state, properties, provider, deleteBeforeReplace: goal?.deleteBeforeReplace };
  }

  private async diff(goal: Goal, old: ResourceState, next: ResourceState, provider?: Provider): Promise<DiffResult> {
    const inputs = next.inputs ?? {};
    const plain = { changed: !same(old.inputs ?? {}, inputs), replaceKeys: [], deleteBeforeReplace: false };
    if (next.deletedWith && this.replaced.has(next.deletedWith)) {
      return { ...plain, changed: true, replaceKeys: ["deletedWith"] };
    }
    if (!provider || old.pendingReplacement) return plain;
    const diff = await provider.diff(next.urn, old.id ?? "", propertiesOf(old), inputs, goal.ignoreChanges);
    return withReplaceOnChanges(diff, goal.replaceOnChanges, old.inputs, inputs);
  }

  /**
   * Decides, one resource at a time, whether and how a resource is replaced.
   * @returns undefined when it is not; else whether the old one is gone before the new one is created
   */
  private async planReplacement(
    goal: Goal,
    owned: ResourceState,
    next: ResourceState,
    diff: DiffResult,
  ): Promise<{ recreates: boolean } | undefined> {
    const { urn } = next;
    if (this.condemned.has(urn)) return { recreates: true };
    if (!owned.pendingReplacement && diff.replaceKeys.length === 0) return undefined;
    if (owned.protect && next.protect) throw new Error(protectedMessage(urn, "replaced"));
    this.replaced.add(urn);
    if (owned.pendingReplacement) return { recreates: true };
    const deleteFirst = goal.deleteBeforeReplace ?? diff.deleteBeforeReplace;
    if (deleteFirst) await this.condemn(owned, urn);
    return { recreates: deleteFirst };
  }

  /** Begins to delete a resource ahead of its replacement, after whatever would have to be replaced with it. */
  private async condemn(root: ResourceState, newUrn: string): Promise<void> {
    const replaced = new Set([root.urn]);
    const doomed = [root];
    for (const one of dependents(root, this.olds)) {
      if (this.goals.has(one.urn) || one.delete || !one.custom || one.external) continue;
      if (!(await this.mustFollow(one, replaced))) continue;
      if (one.protect) {
        const because = `but must be replaced with ${nameOf(root.urn)}, on which it depends`;
        throw new Error(`${nameOf(one.urn)} is protected, ${because}`);
      }
      replaced.add(one.urn);
      doomed.push(one);
    }
    const { operations } = this;
    let done = Promise.resolve();
    for (const one of doomed.reverse()) {
      done = done.then(() => operations.track(operations.remove(one, replaced, true)));
      done.catch(() => undefined); // whoever creates it anew gets it, at the latest the root
      this.condemned.set(one === root ? newUrn : one.urn, done);
      this.replaced.add(one.urn);
    }
  }

  /** Whether a dependent has to be replaced when what it depends on is: asked of its provider. */
  private async mustFollow(resource: ResourceState, replaced: Set<string>): Promise<boolean> {
    if (resource.deletedWith && replaced.has(resource.deletedWith)) return true;
    if (!resource.provider) return false;
    const inputs = { ...resource.inputs };
    const affected = Object.entries(resource.propertyDependencies ?? {})
      .filter(([key, urns]) => key in inputs && urns.some((urn) => replaced.has(urn)))
      .map(([key]) => key);
    if (affected.length === 0) return false;
    for (const key of affected) inputs[key] = unknown;
    const provider = await this.registry.get(resource.provider);
    const ignored = resource.ignoreChanges ?? [];
    const diff = await provider.diff(resource.urn, resource.id ?? "", propertiesOf(resource), inputs, ignored);
    return withReplaceOnChanges(diff, resource.replaceOnChanges ?? [], resource.inputs, inputs).replaceKeys.length > 0;
  }

  /** One at a time: what decides about resources other than its own. */
  private exclusively<T>(work: () => Promise<T>): Promise<T> {
    const turn = this.planning.then(work);
    this.planning = turn.catch(() => undefined);
    return turn;
  }
}

const protectedMessage = (urn: string, what: string): string =>
  `${nameOf(urn)} is protected and cannot be ${what}: set protect to false in the program and run \`up\` first`;

function withReplaceOnChanges(
  diff: DiffResult,
  selectors: string[],
  old: Properties | undefined,
  news: Properties,
): DiffResult {
  if (!diff.changed) return { ...diff, replaceKeys: [] };
  if (selectors.length === 0) return diff;
  const paths = differences(old ?? {}, news).map(({ path }) => path);
  const more = selectors.filter((selector) => paths.some((path) => covers(parsePath(selector), path)));
  return { ...diff, replaceKeys: [...new Set([...diff.replaceKeys, ...more])] };
}
