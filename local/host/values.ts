import { isDeepStrictEqual } from "node:util";

/**
 * Property values as they travel between program, host and provider: JSON, with three kinds of marked value
 * (a secret, an unknown of a preview, an output with its dependencies).
 */
export type Value = null | boolean | number | string | Value[] | { [key: string]: Value };
export type Properties = { [key: string]: Value };

/** The key that marks an object as something other than a plain object, and its meanings. */
export const signature = "4dabf18193072939515e22adb298388d";
export const secretSignature = "1b47061264138c4ac30d75fd1eb44270";
const outputSignature = "d0e6a833031e9bbcd3f4e8bde6ca49a4";

/** Stands for a value that is known only after an update. */
export const unknown = "04da6b54-80e4-46f7-96ec-b56ff0331ba9";

export const isObject = (value: Value | undefined): value is Properties =>
  typeof value === "object" && value !== null && !Array.isArray(value);

export const isSecret = (value: Value | undefined): value is { value: Value } =>
  isObject(value) && value[signature] === secretSignature;

export const secret = (value: Value): Value =>
  isSecret(value) ? value : { [signature]: secretSignature, value: value ?? null };

/** Rebuilds a value from the leaves up; `change` sees each node after its children and may replace it. */
export function rebuild(value: Value, change: (value: Value) => Value): Value {
  if (Array.isArray(value)) return change(value.map((item) => rebuild(item, change)));
  if (!isObject(value)) return change(value);
  return change(Object.fromEntries(Object.entries(value).map(([key, item]) => [key, rebuild(item, change)])));
}

function some(value: Value | undefined, test: (value: Value) => boolean): boolean {
  if (value === undefined) return false;
  if (test(value)) return true;
  if (Array.isArray(value)) return value.some((item) => some(item, test));
  return isObject(value) && Object.values(value).some((item) => some(item, test));
}

export const hasUnknown = (value: Value | undefined): boolean => some(value, (item) => item === unknown);
export const hasSecret = (value: Value | undefined): boolean => some(value, isSecret);

/** The value without its secret marks. */
export const reveal = <T extends Value>(value: T): T =>
  rebuild(value, (item) => (isSecret(item) ? item.value : item)) as T;

/** The value for people: secrets hidden. */
export const mask = (value: Value): Value => rebuild(value, (item) => (isSecret(item) ? "[secret]" : item));

export const same = (left: Value | undefined, right: Value | undefined): boolean =>
  isDeepStrictEqual(left === undefined ? left : reveal(left), right === undefined ? right : reveal(right));

/** Turns output values (value, secret, dependencies in one) into plain, secret or unknown values. */
export const withoutOutputs = (properties: Properties): Properties =>
  rebuild(properties, (item) => {
    if (!isObject(item) || item[signature] !== outputSignature) return item;
    const inner = item.value === undefined ? unknown : item.value;
    return item.secret === true ? secret(inner) : inner;
  }) as Properties;

/** Marks as secret each output whose input of the same name is secret (for providers that know no secrets). */
export function keepSecrets(outputs: Properties, inputs: Properties): Properties {
  const result = { ...outputs };
  for (const [key, input] of Object.entries(inputs)) {
    const output = result[key];
    if (output === undefined || isSecret(output)) continue;
    if (isObject(output) && isObject(input) && !isSecret(input)) result[key] = keepSecrets(output, input);
    else if (hasSecret(input)) result[key] = secret(output);
  }
  return result;
}

/** Splits a property path such as `a.b[0]["c.d"]`; `*` stands for every key or index. */
export function parsePath(path: string): string[] {
  return [...path.matchAll(/\["((?:[^"\\]|\\.)*)"\]|\[(\d+|\*)\]|([^.[\]]+)/g)].map(
    ([, quoted, index, name]) => quoted?.replace(/\\(.)/g, "$1") ?? index ?? name,
  );
}

/** A copy of `news` in which what the path names is as in `olds`: present with the old value, or absent. */
export function resetPath(olds: Value | undefined, news: Value, path: string[]): Value {
  const [key, ...rest] = path;
  if (key === undefined || typeof news !== "object" || news === null) return news;
  const oldNode = (isSecret(olds) ? olds.value : olds) as Properties | undefined;
  if (isSecret(news)) return secret(resetPath(oldNode, news.value, path));
  const copy = (Array.isArray(news) ? [...news] : { ...news }) as Properties;
  const keys = key === "*" ? [...new Set([...Object.keys(copy), ...Object.keys(oldNode ?? {})])] : [key];
  for (const name of keys) {
    const old = oldNode?.[name];
    if (rest.length > 0) {
      if (copy[name] !== undefined) copy[name] = resetPath(old, copy[name], rest);
    } else if (old !== undefined) copy[name] = old;
    else if (Array.isArray(news)) continue;
    else delete copy[name];
  }
  return copy;
}

/** Whether a change at `changed` lies at or below `selector`, both parsed paths. */
export const covers = (selector: string[], changed: string[]): boolean =>
  selector.every((part, index) => part === "*" || part === changed[index]) && selector.length <= changed.length;

export interface Difference {
  path: string[];
  old?: Value;
  new?: Value;
}

/** The leaves in which two values differ, secrets left marked (mask before printing). */
export function differences(old: Value | undefined, news: Value | undefined, path: string[] = []): Difference[] {
  if (isObject(old) && isObject(news) && !isSecret(old) && !isSecret(news)) {
    return [...new Set([...Object.keys(old), ...Object.keys(news)])].flatMap((key) =>
      differences(old[key], news[key], [...path, key]),
    );
  }
  if (Array.isArray(old) && Array.isArray(news)) {
    return Array.from({ length: Math.max(old.length, news.length) }).flatMap((_, index) =>
      differences(old[index], news[index], [...path, String(index)]),
    );
  }
  return same(old, news) && isSecret(old) === isSecret(news) ? [] : [{ path, old, new: news }];
}
