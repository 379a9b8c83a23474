/** Where what was declared and what was read back are not the same by name. Items of lists are `[]`: `containers[].env`. */
export interface Names {
  /** Declared path -> the name that the reader has for its last part, or a path from there. */
  readonly renamed?: Readonly<Record<string, string>>;
  /** Declared paths that the reader can't show, each with the reason. */
  readonly unseen?: Readonly<Record<string, string>>;
}

/**
 * What was declared and is not found, value by value, in what was read back: a line for each fault. What was read may
 * hold more, as Azure's own defaults and read-only properties.
 * @param used gathers the names that were needed
 */
export function faultsOf(
  declared: unknown,
  read: unknown,
  { renamed = {}, unseen = {} }: Names = {},
  used = new Set<string>(),
): string[] {
  const faults: string[] = [];
  const compare = (wanted: unknown, found: unknown, path: string): void => {
    if (wanted === undefined) return;
    if (found instanceof Date) return compare(wanted, asWritten(found, wanted), path);
    if (Array.isArray(wanted) && Array.isArray(found) && wanted.length === found.length)
      return wanted.forEach((item, index) => compare(item, found[index], `${path}[]`));
    // Azure shows a list of identities as a map by their ids.
    if (Array.isArray(wanted) && path.endsWith("userAssignedIdentities") && isMap(found))
      return compare(wanted, Object.keys(found), path);
    if (!isMap(wanted) || !isMap(found)) {
      if (wanted !== found) faults.push(`${path}: declared ${JSON.stringify(wanted)}, read ${JSON.stringify(found)}`);
      return;
    }
    for (const [key, value] of Object.entries(wanted)) {
      const here = path === "" ? key : `${path}.${key}`;
      if (here in renamed || here in unseen) used.add(here);
      if (!(here in unseen)) compare(value, at(found, renamed[here] ?? key), here);
    }
  };
  compare(declared, read, "");
  return faults;
}

const isMap = (value: unknown): value is Record<string, unknown> =>
  typeof value === "object" && value !== null && !Array.isArray(value);

function at(value: unknown, path: string): unknown {
  if (isMap(value) && path in value) return value[path];
  return path.split(".").reduce<unknown>((here, key) => (isMap(here) ? here[key] : undefined), value);
}

/** A time in the way that the declaration writes the same time. */
const asWritten = (found: Date, wanted: unknown): unknown =>
  typeof wanted === "string" && Date.parse(wanted) === found.getTime() ? wanted : found.toISOString();
