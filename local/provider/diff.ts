import { pathInputs } from "./resources";
import type { Row } from "./row";
import { isObject, isUnknown, type Properties, type Value } from "./values";

export type ChangeKind = "add" | "delete" | "update";

/** One changed input: its path as Pulumi writes it (`tags["a.b"]`, `list[0].name`) and whether it needs a new resource. */
export interface Change {
  readonly path: string;
  readonly kind: ChangeKind;
  readonly replaces: boolean;
}

export interface Difference {
  readonly changes: readonly Change[];
  /** The first replacing input of each changed path, for the engine's short form. */
  readonly replaces: readonly string[];
  /** The old resource has the name that the new one must have, so it has to go first. */
  readonly deleteBeforeReplace: boolean;
}

/** Set in the inputs of a resource whose name has a random part, as azure-native does: old and new can stand together. */
export const randomlyNamed = "__createBeforeDelete";

/** What changes between the (plain) inputs a resource was made with and those it is to have. */
export function differenceOf(
  row: Pick<Row, "path" | "replaceOn" | "keepOn">,
  olds: Properties,
  news: Properties,
): Difference {
  const inPath = pathInputs(row);
  const covers = (prefix: string, path: string): boolean =>
    path === prefix || path.startsWith(`${prefix}.`) || path.startsWith(`${prefix}[`);
  const replaces = (path: string): boolean =>
    [...inPath, ...row.replaceOn].some((prefix) => covers(prefix, path)) &&
    !row.keepOn.some((prefix) => covers(prefix, path));

  const changes: Change[] = [];
  const visit = (before: Value | undefined, after: Value | undefined, path: string, plainPath: string): void => {
    if (same(before, after, path)) return;
    if ((isObject(before) || before === undefined) && (isObject(after) || after === undefined)) {
      const keys = [...new Set([...Object.keys(before ?? {}), ...Object.keys(after ?? {})])];
      if (keys.length > 0) {
        for (const key of keys) visit(before?.[key], after?.[key], join(path, key), join(plainPath, key, true));
        return;
      }
    }
    if (Array.isArray(before) && Array.isArray(after)) {
      for (let i = 0; i < Math.max(before.length, after.length); i++) {
        visit(before[i], after[i], `${path}[${i}]`, `${plainPath}[]`);
      }
      return;
    }
    const kind = before === undefined ? "add" : after === undefined ? "delete" : "update";
    changes.push({ path, kind, replaces: replaces(plainPath) });
  };
  const names = new Set([...Object.keys(olds), ...Object.keys(news)].filter((name) => !name.startsWith("__")));
  for (const name of names) visit(olds[name], news[name], join("", name), name);

  const replacing = changes.filter((change) => change.replaces);
  return {
    changes,
    replaces: [...new Set(replacing.map((change) => change.path))],
    deleteBeforeReplace: replacing.length > 0 && olds[randomlyNamed] !== true,
  };
}

function same(before: Value | undefined, after: Value | undefined, path: string): boolean {
  if (before === undefined || after === undefined) return before === after;
  if (isUnknown(after) || isUnknown(before)) return false;
  // Azure takes "West Europe" and "westeurope" for the same place.
  if (path === "location" && typeof before === "string" && typeof after === "string") {
    return place(before) === place(after);
  }
  return deepEqual(before, after);
}

export function deepEqual(a: Value | undefined, b: Value | undefined): boolean {
  if (a === b) return true;
  if (Array.isArray(a)) return Array.isArray(b) && a.length === b.length && a.every((item, i) => deepEqual(item, b[i]));
  if (!isObject(a) || !isObject(b)) return false;
  const keys = Object.keys(a);
  return keys.length === Object.keys(b).length && keys.every((key) => key in b && deepEqual(a[key], b[key]));
}

const place = (location: string): string => location.toLowerCase().replace(/ /g, "");

/** `plainly`: for the table's patterns, which never quote. */
function join(path: string, key: string, plainly = false): string {
  if (plainly || /^[A-Za-z_$][\w$-]*$/.test(key)) return path === "" ? key : `${path}.${key}`;
  return `${path}[${JSON.stringify(key)}]`;
}
