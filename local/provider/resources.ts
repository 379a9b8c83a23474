import type { Row } from "./row";
import { rows } from "./table";
/** A row of the table with the API version that the token asks for. */
export interface Resource extends Row {
  readonly token: string;
}

const pattern = /^azure-native:([a-z0-9]+)(?:\/v(\d{4})(\d\d)(\d\d)(preview|privatepreview|beta)?)?:(\w+)$/;

/**
 * The row for a Pulumi type token, or undefined. `azure-native:batch/v20240701:Pool` is the row of
 * `azure-native:batch:Pool` at API version 2024-07-01.
 */
export function findResource(token: string): Resource | undefined {
  const match = pattern.exec(token);
  if (!match) return undefined;
  const [, module, year, month, day, stage, name] = match;
  const row = rows[`${module}:${name}`];
  if (!row) return undefined;
  const version = year ? `${year}-${month}-${day}${stage ? `-${stage}` : ""}` : row.apiVersion;
  return { ...row, token, apiVersion: version };
}

/** The row for a token; an error in one line names the tokens there are when it has none. */
export function resourceOf(token: string): Resource {
  const found = findResource(token);
  if (found) return found;
  throw new Error(
    `${token} is not among the resource types of the local provider. Known: ${Object.keys(rows).sort().join(", ")}. ` +
      "Add a row to local/provider/table.ts.",
  );
}

/** The inputs that a path names, in order, without `subscriptionId`. */
export function pathInputs(row: Pick<Row, "path">): string[] {
  return [...row.path.matchAll(/\{(\w+)\}/g)].map((m) => m[1]).filter((name) => name !== "subscriptionId");
}

/** The input that holds the resource's own name. */
export function nameInput(row: Pick<Row, "path">): string {
  return pathInputs(row).at(-1)!;
}

/**
 * The resource's URL path.
 *
 * @throws an error naming the input when one is missing or not a string.
 */
export function pathOf(
  row: Pick<Row, "path" | "type">,
  inputs: Record<string, unknown>,
  subscriptionId: string,
): string {
  return row.path.replace(/\{(\w+)\}/g, (_, name: string) => {
    const value = name === "subscriptionId" ? subscriptionId : inputs[name];
    if (typeof value !== "string" || value === "") {
      throw new Error(`${row.type}: input "${name}" must be a non-empty string, is ${JSON.stringify(value)}`);
    }
    // A scope or a resource's id is a path of its own; a name is one segment of it.
    return value.startsWith("/")
      ? value.slice(1).replace(/\/$/, "")
      : isScope(name)
        ? value
        : encodeURIComponent(value);
  });
}

/** The path inputs that a resource's id spells out; used when all that is known is the id. */
export function inputsFromId(row: Pick<Row, "path">, id: string): Record<string, string> {
  const names: string[] = [];
  const source = row.path.replace(/[.*+?^$()|[\]\\]/g, "\\$&").replace(/\{(\w+)\}/g, (_, name: string) => {
    names.push(name);
    return isScope(name) ? "(.+)" : "([^/]+)";
  });
  const match = new RegExp(`^${source}$`, "i").exec(id);
  if (!match) return {};
  const pairs = names.map((name, i): [string, string] => [name, decodeURIComponent(match[i + 1])]);
  return Object.fromEntries(
    pairs
      .filter(([name]) => name !== "subscriptionId")
      .map(([name, value]) => [name, isScope(name) ? `/${value}` : value]),
  );
}

function isScope(name: string): boolean {
  return name === "scope" || name === "resourceUri";
}
