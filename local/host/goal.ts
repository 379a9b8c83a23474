import type { RegisterResourceRequest } from "@pulumi/pulumi/proto/resource_pb";

import { fromStruct } from "./providers";
import { needs, type ResourceState } from "./state";
import { makeUrn, qualifiedType, stackType } from "./urn";
import { withoutOutputs, type Properties } from "./values";

export interface Alias {
  urn?: string;
  name?: string;
  type?: string;
  stack?: string;
  project?: string;
  parent?: string;
  noParent?: boolean;
}

/** What the program wants of one resource. */
export interface Goal {
  type: string;
  name: string;
  custom: boolean;
  parent?: string;
  inputs: Properties;
  protect?: boolean;
  dependencies: string[];
  propertyDependencies: Record<string, string[]>;
  /** `urn::id`; absent: the package's default provider. */
  provider?: string;
  /** By package: the providers of a component's children. */
  providers: Record<string, string>;
  version: string;
  deleteBeforeReplace?: boolean;
  ignoreChanges: string[];
  replaceOnChanges: string[];
  additionalSecretOutputs: string[];
  aliases: Alias[];
  customTimeouts?: ResourceState["customTimeouts"];
  retainOnDelete?: boolean;
  deletedWith?: string;
}

/** The inputs of a provider resource as the provider gets them: `__internal` is the host's own. */
export function configuration(inputs: Properties | undefined): Properties {
  const { __internal, ...rest } = inputs ?? {};
  return rest;
}

/** The URNs a resource may have had before, by its own aliases and by its parent's. */
export function aliasUrns(
  goal: Goal,
  stack: string,
  project: string,
  parentAlias: string | undefined,
  usedAlias: (urn: string) => string | undefined,
): string[] {
  const own = goal.aliases.map((alias) => {
    if (alias.urn) return alias.urn;
    const given = alias.parent || goal.parent;
    const above = given && alias.parent ? (usedAlias(given) ?? given) : given;
    const parent = alias.noParent || !above || qualifiedType(above) === stackType ? undefined : above;
    return makeUrn(
      alias.stack || stack,
      alias.project || project,
      parent,
      alias.type || goal.type,
      alias.name || goal.name,
    );
  });
  if (!parentAlias || !goal.parent) return own;
  // A child named after its parent was named after the parent's old name.
  const [parentName, oldName] = [goal.parent, parentAlias].map((urn) => urn.split("::").slice(3).join("::"));
  const inherited = [
    [goal.type, goal.name],
    ...own.map((urn) => [qualifiedType(urn).split("$").pop() ?? "", urn.split("::")[3]]),
  ];
  return [
    ...own,
    ...inherited.map(([type, name]) =>
      makeUrn(
        stack,
        project,
        parentAlias,
        type,
        name.startsWith(parentName) ? oldName + name.slice(parentName.length) : name,
      ),
    ),
  ];
}

/**
 * Reads a registration.
 * @param parent the goal of the resource's parent, from which some options are inherited
 * @throws for what this host does not do
 */
export function goalOf(request: RegisterResourceRequest, parent: Goal | undefined): Goal {
  const what = `${request.getType()} "${request.getName()}"`;
  const refuse = (given: boolean, feature: string): void => {
    if (given) throw new Error(`${what}: this host does not support ${feature}; use the Pulumi CLI`);
  };
  refuse(request.getTransformsList().length > 0, "transforms");
  refuse(request.getStateMigrationsList().length > 0, "state migrations");
  refuse(request.getRemote(), "components written in another language");
  refuse(request.getImportid() !== "", "the import option");
  refuse(request.getPackageref() !== "", "parameterized packages");
  refuse(request.hasReplacementTrigger(), "the replacementTrigger option");
  refuse(request.getReplaceWithList().length > 0, "the replaceWith option");
  const hooks = request.getHooks();
  refuse(hooks !== undefined && Object.values(hooks.toObject()).some((names) => names.length > 0), "resource hooks");
  const timeouts = request.getCustomtimeouts();
  const seconds = timeouts && {
    ...durations("create", timeouts.getCreate(), what),
    ...durations("update", timeouts.getUpdate(), what),
    ...durations("delete", timeouts.getDelete(), what),
  };
  return {
    type: request.getType(),
    name: request.getName(),
    custom: request.getCustom(),
    parent: request.getParent() || undefined,
    inputs: withoutOutputs(fromStruct(request.getObject())),
    protect: request.hasProtect() ? request.getProtect() : parent?.protect,
    dependencies: request.getDependenciesList(),
    propertyDependencies: Object.fromEntries(
      entriesOf(request.getPropertydependenciesMap()).map(([key, list]) => [key, list.getUrnsList()]),
    ),
    provider: request.getProvider() || undefined,
    providers: {
      ...(request.getCustom() ? {} : parent?.providers),
      ...Object.fromEntries(entriesOf(request.getProvidersMap())),
    },
    version: request.getVersion(),
    ...((request.getDeletebeforereplacedefined() || request.getDeletebeforereplace()) && {
      deleteBeforeReplace: request.getDeletebeforereplace(),
    }),
    ignoreChanges: request.getIgnorechangesList(),
    replaceOnChanges: request.getReplaceonchangesList(),
    additionalSecretOutputs: request.getAdditionalsecretoutputsList(),
    aliases: [
      ...request.getAliasurnsList().map((urn) => ({ urn })),
      ...request.getAliasesList().map((alias): Alias => {
        const spec = alias.getSpec();
        if (!spec) return { urn: alias.getUrn() };
        return {
          name: spec.getName(),
          type: spec.getType(),
          stack: spec.getStack(),
          project: spec.getProject(),
          parent: spec.getParenturn(),
          noParent: spec.getNoparent(),
        };
      }),
    ],
    ...(seconds && Object.keys(seconds).length > 0 && { customTimeouts: seconds }),
    retainOnDelete: request.hasRetainondelete() ? request.getRetainondelete() : parent?.retainOnDelete,
    deletedWith: request.getDeletedwith() || parent?.deletedWith,
  };
}

/** The entries of a protobuf map, messages among its values ready for use. */
function entriesOf<T>(map: { forEach(each: (value: T, key: string) => void): void }): [string, T][] {
  const entries: [string, T][] = [];
  map.forEach((value, key) => entries.push([key, value]));
  return entries;
}

/** Go's duration notation, such as `1h30m` or `90s`, in seconds. */
function durations(key: string, text: string, what: string): Record<string, number> {
  if (text === "") return {};
  const parts = [...text.matchAll(/(\d+(?:\.\d+)?)(ms|h|m|s)/g)];
  if (parts.map(([part]) => part).join("") !== text) {
    throw new Error(`${what}: customTimeouts.${key} is "${text}"; expected a duration such as "30m" or "1h30m"`);
  }
  const units: Record<string, number> = { h: 3600, m: 60, s: 1, ms: 0.001 };
  return { [key]: parts.reduce((sum, [, amount, unit]) => sum + Number(amount) * units[unit], 0) };
}

/** The resource a goal would become, without id and outputs. */
export function stateOf(goal: Goal, urn: string, inputs: Properties, provider: string | undefined): ResourceState {
  const list = <K extends string>(key: K, values: string[]): Partial<Record<K, string[]>> =>
    (values.length > 0 ? { [key]: values } : {}) as Partial<Record<K, string[]>>;
  return {
    urn,
    custom: goal.custom,
    type: goal.type,
    inputs,
    ...(goal.parent && { parent: goal.parent }),
    ...(goal.protect && { protect: true }),
    ...list("dependencies", goal.dependencies),
    ...(provider && { provider }),
    ...(Object.keys(goal.propertyDependencies).length > 0 && { propertyDependencies: goal.propertyDependencies }),
    ...list("additionalSecretOutputs", goal.additionalSecretOutputs),
    ...(goal.customTimeouts && { customTimeouts: goal.customTimeouts }),
    ...(goal.retainOnDelete && { retainOnDelete: true }),
    ...(goal.deletedWith && { deletedWith: goal.deletedWith }),
    ...list("ignoreChanges", goal.ignoreChanges),
    ...list("replaceOnChanges", goal.replaceOnChanges),
  };
}

/** Those of `resources` (in order of need) that depend on one of them, itself left out, children too if only so bound. */
export function dependents(root: ResourceState, resources: ResourceState[]): ResourceState[] {
  const set = new Set([root.urn]);
  return resources.slice(resources.findIndex(({ urn }) => urn === root.urn) + 1).filter((resource) => {
    const { parent: _parent, ...rest } = resource;
    const depends = resource.urn !== root.urn && needs(rest).some((urn) => set.has(urn));
    if (depends) set.add(resource.urn);
    return depends;
  });
}
