import { badRequest } from "./errors";

/**
 * What a management path names. `type` and `names` are as the path spells them; ARM compares them without case.
 * `names` is one shorter than the type's segments for a collection.
 */
export interface Target {
  readonly kind: "resource" | "collection";
  /** What stands before the last `/providers/`: "", a subscription, a resource group or a resource. */
  readonly scope: string;
  readonly namespace: string;
  readonly segments: readonly string[];
  readonly names: readonly string[];
}

export const GROUPS = "Microsoft.Resources/resourceGroups";

/** Splits a management path into the scope before its last provider, and the types and names after it. */
export function parsePath(path: string): Target {
  const parts = path.split("/").filter((part) => part !== "");
  let provider = -1;
  parts.forEach((part, index) => {
    if (part.toLowerCase() === "providers" && index + 1 < parts.length) provider = index;
  });
  if (provider < 0) return parseWithoutProvider(parts);
  const rest = parts.slice(provider + 2);
  return target(join(parts.slice(0, provider)), parts[provider + 1] ?? "", rest);
}

function parseWithoutProvider(parts: string[]): Target {
  if (parts.length > 0 && parts[0]?.toLowerCase() !== "subscriptions" && parts[0]?.toLowerCase() !== "tenants") {
    throw badRequest("InvalidRequestUri", `The path '${join(parts)}' does not name a resource.`);
  }
  const [, subscription, word, ...more] = parts;
  if (subscription === undefined) return target("", "Microsoft.Resources", [parts[0] ?? "subscriptions"]);
  if (word === undefined) return target("", "Microsoft.Resources", ["subscriptions", subscription]);
  return target(join(parts.slice(0, 2)), "Microsoft.Resources", [word, ...more]);
}

function target(scope: string, namespace: string, rest: string[]): Target {
  const segments = rest.filter((_, i) => i % 2 === 0);
  const names = rest.filter((_, i) => i % 2 === 1);
  return { kind: segments.length === names.length ? "resource" : "collection", scope, namespace, segments, names };
}

const join = (parts: string[]): string => parts.map((part) => `/${part}`).join("");

export function typeOf(target: Target): string {
  return [target.namespace, ...target.segments].join("/");
}

export function nameOf(target: Target): string {
  return target.names[target.names.length - 1] ?? "";
}

/** The path of a target: its identifier when it is a resource. */
export function pathOf(target: Target): string {
  const pairs = target.segments.map((segment, i) =>
    [segment, target.names[i]].filter((x) => x !== undefined).join("/"),
  );
  // Resource groups and what else stands directly in a subscription have no provider in their path.
  const direct = target.namespace === "Microsoft.Resources" && /^resourcegroups$/i.test(target.segments[0] ?? "");
  return direct
    ? `${target.scope}/${pairs.join("/")}`
    : `${target.scope}/providers/${target.namespace}/${pairs.join("/")}`;
}

/** What contains a resource or a collection: the outer resource, the resource group or the subscription. */
export function parentPath(target: Target): string {
  const count = target.names.length - (target.kind === "resource" ? 1 : 0);
  if (count === 0) return target.scope;
  const [segments, names] = [target.segments.slice(0, count), target.names.slice(0, count)];
  return pathOf({ ...target, kind: "resource", segments, names });
}

/** Identifiers compare without case. */
export const keyOf = (id: string): string => id.toLowerCase();

/** Whether an identifier is the scope itself or stands below it. */
export function within(id: string, scope: string): boolean {
  const [key, outer] = [keyOf(id), keyOf(scope)];
  return outer === "/" || outer === "" || key === outer || key.startsWith(`${outer}/`);
}

export function groupOf(id: string): string | undefined {
  return /^\/subscriptions\/[^/]+\/resourcegroups\/[^/]+/i.exec(id)?.[0];
}
