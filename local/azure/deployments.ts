import type { Caller, Draft, Outputs, World } from "./armType";
import { ArmError, badRequest } from "./errors";
import { evaluate, pure, type Functions } from "./expressions";
import { isObject, listAt, objectAt, textAt, type Json, type JsonObject } from "./json";

/**
 * Runs an inline template (incremental mode) with the caller's rights: resources in the order of their `dependsOn`.
 * Not modelled: linked templates, copy loops, conditions, nested deployments, complete mode (each is refused).
 */
export function runDeployment(draft: Draft, caller: Caller, world: World): Outputs {
  const properties = objectAt(draft.body, "properties");
  const template = objectAt(properties, "template");
  if (properties.mode !== "Incremental")
    throw badRequest(
      "InvalidDeployment",
      `The deployment mode '${String(properties.mode)}' is not modelled by the embedded Azure; use Incremental.`,
    );
  const scope = draft.id.slice(0, draft.id.toLowerCase().lastIndexOf("/providers/microsoft.resources/deployments/"));
  const functions = templateFunctions(template, properties, scope, caller, world);
  const resources = inOrder(resourcesOf(template), functions);
  const base: JsonObject = {
    correlationId: draft.id,
    timestamp: world.clock.now().toISOString(),
    mode: "Incremental",
    duration: "PT20S",
  };
  const made: JsonObject[] = [];
  for (const resource of resources) {
    const { type, name, apiVersion, dependsOn: _order, scope: _scope, comments: _comments, ...rest } = resource;
    for (const word of ["copy", "condition", "resources"]) {
      if (rest[word] !== undefined)
        throw badRequest(
          "InvalidTemplate",
          `'${word}' of the resource '${String(name)}' is not modelled by the embedded Azure.`,
        );
    }
    const path = resourcePath(scope, String(type), String(evaluate(name ?? "", functions)).split("/"));
    try {
      caller.write(path, String(apiVersion), evaluate(rest, functions) as JsonObject);
      made.push({ id: path });
    } catch (error) {
      if (!(error instanceof ArmError)) throw error;
      const message =
        "At least one resource deployment operation failed. Please list deployment operations for details. Please see https://aka.ms/arm-deployment-operations for usage details.";
      const failed = {
        error: {
          code: "DeploymentFailed",
          message,
          details: [{ code: error.code, message: error.message, target: path }],
        },
      };
      return {
        now: { properties: { ...base, ...failed } },
        error: { code: "DeploymentFailed", message: `${message} ${error.code}: ${error.message}` },
      };
    }
  }
  const outputs = Object.entries(objectAt(template, "outputs")).map(([key, output]): [string, Json] => [
    key,
    {
      type: textAt(output, "type") ?? "string",
      value: evaluate(isObject(output) ? (output.value ?? null) : null, functions),
    },
  ]);
  return { now: { properties: { ...base, outputResources: made, outputs: Object.fromEntries(outputs) } } };
}

function resourcesOf(template: JsonObject): JsonObject[] {
  const given = template.resources;
  return (Array.isArray(given) ? given : isObject(given) ? Object.values(given) : []).filter(isObject);
}

function templateFunctions(
  template: JsonObject,
  properties: JsonObject,
  scope: string,
  caller: Caller,
  world: World,
): Functions {
  const value = (name: Json): Json => {
    const key = String(name);
    const given = objectAt(properties, "parameters")[key];
    const declared = objectAt(template, "parameters")[key];
    if (!isObject(declared)) throw badRequest("InvalidTemplate", `The template parameter '${key}' is not found.`);
    if (isObject(given) && given.value !== undefined) return given.value;
    if (declared.defaultValue === undefined)
      throw badRequest("InvalidTemplate", `The value for the template parameter '${key}' is not provided.`);
    return evaluate(declared.defaultValue, functions);
  };
  const functions: Functions = {
    ...pure,
    parameters: value,
    variables: (name) => evaluate(objectAt(template, "variables")[String(name)] ?? null, functions),
    resourceid: (...parts) => resourceId(parts.map(String), scope),
    subscription: () => ({
      id: `/subscriptions/${world.subscriptionId}`,
      subscriptionId: world.subscriptionId,
      tenantId: world.tenantId,
    }),
    resourcegroup: () => caller.read(scope, "2021-04-01"),
    listkeys: (id, version) => caller.act(`${String(id)}/listKeys`, String(version), {}),
    reference: (id, version) =>
      objectAt(caller.read(String(id), String(version ?? versionOf(template, String(id)))), "properties"),
  };
  return functions;
}

const versionOf = (template: JsonObject, id: string): string =>
  String(resourcesOf(template).find((r) => id.toLowerCase().includes(String(r.type).toLowerCase()))?.apiVersion ?? "");

/** resourceId([subscription], [group], type, name, …): what precedes the type is told by the type's having a slash. */
function resourceId(parts: string[], scope: string): string {
  const start = parts.findIndex((part) => part.includes("/"));
  if (start < 0) throw badRequest("InvalidTemplate", "resourceId() needs a resource type.");
  const [type = "", ...names] = parts.slice(start);
  const [first, second] = parts.slice(0, start);
  const own = scope.split("/");
  const group =
    start === 0 ? scope : `/subscriptions/${second === undefined ? own[2] : first}/resourceGroups/${second ?? first}`;
  return resourcePath(group, type, names);
}

function resourcePath(scope: string, type: string, names: string[]): string {
  const [namespace, ...segments] = type.split("/");
  if (segments.length !== names.length)
    throw badRequest(
      "InvalidTemplate",
      `The type '${type}' needs ${segments.length} names; given '${names.join("/")}'.`,
    );
  return `${scope}/providers/${namespace}/${segments.map((segment, i) => `${segment}/${names[i]}`).join("/")}`;
}

/** Sorts by `dependsOn`, which names identifiers or names of other resources of the template. */
function inOrder(resources: JsonObject[], functions: Functions): JsonObject[] {
  const named = resources.map((resource) => ({
    resource,
    name: String(evaluate(resource.name ?? "", functions)),
    needs: listAt(resource, "dependsOn").map((d) => String(evaluate(d, functions)).toLowerCase()),
  }));
  const done: typeof named = [];
  while (done.length < named.length) {
    const waits = (need: string): boolean =>
      named.some((n) => !done.includes(n) && need.endsWith(n.name.toLowerCase().split("/").pop() ?? ""));
    const ready = named.filter((n) => !done.includes(n) && !n.needs.some(waits));
    if (ready.length === 0)
      throw badRequest("InvalidTemplate", "Circular dependency detected between the template's resources.");
    done.push(...ready);
  }
  return done.map((n) => n.resource);
}
