import { pathInputs } from "./resources";
import type { Row } from "./row";
import { isObject, type Properties, type Value } from "./values";

/** The body of the PUT that makes a resource what its (plain) inputs say. */
export function requestBody(row: Row, inputs: Properties): Properties {
  const inPath = new Set(pathInputs(row).filter((name) => !row.pathInBody.includes(name)));
  const body: Properties = {};
  const inside: Properties = {};
  for (const [name, value] of Object.entries(inputs)) {
    if (inPath.has(name) || name.startsWith("__") || name === "azureApiVersion") continue;
    const target = row.beside.includes(name) ? body : inside;
    target[row.rename[name] ?? name] = toBody(row, value, name);
  }
  return Object.keys(inside).length === 0 ? body : { ...body, properties: inside };
}

function toBody(row: Row, value: Value, path: string): Value {
  if (path === "identity.userAssignedIdentities" && Array.isArray(value)) {
    return Object.fromEntries(value.map((id) => [String(id), {}]));
  }
  if (Array.isArray(value)) return value.map((item) => toBody(row, item, `${path}[]`));
  if (!isObject(value)) return value;
  const entries = Object.entries(value).map(([key, item]): [string, string, Value] => {
    const below = `${path}.${key}`;
    return [key, row.rename[below] ?? key, toBody(row, item, below)];
  });
  const outside = row.wrap[path];
  const pick = (take: (key: string) => boolean): Properties =>
    Object.fromEntries(entries.filter(([key]) => take(key)).map(([, name, item]) => [name, item]));
  if (!outside) return pick(() => true);
  return { ...pick((key) => outside.includes(key)), properties: pick((key) => !outside.includes(key)) };
}

/** The outputs that azure-native gives for a response: `properties` flattened up and its names for everything. */
export function outputsOf(row: Row, response: Properties): Properties {
  const { properties, ...beside } = response;
  const outputs: Properties = {};
  const inputName = inverse(row);
  const inside = row.whole ? undefined : properties;
  if (isObject(inside)) {
    for (const [name, value] of Object.entries(inside)) {
      const output = inputName("", name);
      outputs[output] = fromBody(row, value, output, inputName);
    }
  }
  for (const [name, value] of Object.entries(row.whole ? response : beside)) {
    outputs[name] = fromBody(row, value, name, inputName);
  }
  outputs.azureApiVersion = row.apiVersion;
  return outputs;
}

/** What an update or a creation will give, as far as it can be known before: the inputs that are outputs, too. */
export function previewOutputs(row: Row, inputs: Properties): Properties {
  const inPath = pathInputs(row);
  const known = Object.entries(inputs).filter(([name]) => !inPath.includes(name) && !name.startsWith("__"));
  const outputs = Object.fromEntries(known);
  // Azure turns the list of identities into a map with their ids, so nothing of it is known before.
  if (isObject(outputs.identity) && outputs.identity.userAssignedIdentities !== undefined) delete outputs.identity;
  return outputs;
}

function fromBody(row: Row, value: Value, path: string, inputName: (parent: string, name: string) => string): Value {
  if (Array.isArray(value)) return value.map((item) => fromBody(row, item, `${path}[]`, inputName));
  if (!isObject(value)) return value;
  const { properties, ...rest } = value;
  const flat: Properties = row.wrap[path] && isObject(properties) ? { ...properties, ...rest } : value;
  return Object.fromEntries(
    Object.entries(flat).map(([name, item]) => {
      const key = inputName(path, name);
      return [key, fromBody(row, item, `${path}.${key}`, inputName)];
    }),
  );
}

/** The name of an input by the path of its parent and its name in the body. */
function inverse(row: Row): (parent: string, name: string) => string {
  const names = new Map(
    Object.entries(row.rename).map(([path, name]) => {
      const dot = path.lastIndexOf(".");
      return [`${path.slice(0, Math.max(dot, 0))} ${name}`, path.slice(dot + 1)];
    }),
  );
  return (parent, name) => names.get(`${parent} ${name}`) ?? name;
}
