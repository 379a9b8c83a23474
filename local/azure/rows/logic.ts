import { randomUUID } from "node:crypto";
import type { ArmType, World } from "../armType";
import { badRequest } from "../errors";
import { isObject, objectAt, textAt, type JsonObject } from "../json";
import { regionKey } from "../regions";
import type { Resource } from "../store";
import { instant, keptTime, now } from "./common";

const WORKFLOWS = "Microsoft.Logic/workflows";
const VERSIONS = "2016-06-01 2018-07-01-preview 2019-05-01";

export const logicTypes: ArmType[] = [
  {
    type: WORKFLOWS,
    versions: VERSIONS,
    name: { pattern: /^[\w().-]{1,80}$/, says: "1-80 letters, digits, '_', '(', ')', '.' and '-'" },
    readOnly: "createdTime changedTime version accessEndpoint sku",
    defaults: { properties: { state: "Enabled" } },
    wholes: "properties.definition",
    writes: instant,
    deletes: instant,
    check(draft) {
      const definition = objectAt(draft.body, "properties.definition");
      for (const name of ["triggers", "actions"]) {
        if (!isObject(definition[name]))
          throw badRequest("InvalidTemplate", `The workflow definition of '${draft.name}' has no '${name}'.`);
      }
      if (!textAt(definition, "$schema")?.includes("/schemas/"))
        throw badRequest("InvalidTemplate", `The workflow definition of '${draft.name}' has no '$schema'.`);
      checkRunAfter(draft.name, objectAt(definition, "actions"));
    },
    outputs(draft, world) {
      const region = regionKey(draft.location);
      const id =
        textAt(draft.previous?.outputs, "properties.accessEndpoint")?.split("/").pop() ??
        randomUUID().replaceAll("-", "");
      return {
        now: {
          properties: {
            createdTime: keptTime(draft, "createdTime", world),
            changedTime: now(world),
            version: `0858${randomUUID().replace(/\D/g, "").slice(0, 16)}`,
            accessEndpoint: `https://prod-00.${region}.logic.azure.com:443/workflows/${id}`,
            endpointsConfiguration: {},
          },
        },
      };
    },
    actions: {
      enable: (flow) => ({ sent: withState(flow, "Enabled") }),
      disable: (flow) => ({ sent: withState(flow, "Disabled") }),
      listCallbackUrl: (flow, world) => ({ body: callback(flow, undefined, world) }),
    },
  },
  {
    type: `${WORKFLOWS}/triggers`,
    versions: VERSIONS,
    name: { pattern: /^.+$/, says: "as in the definition" },
    virtual: (flow) =>
      Object.entries(objectAt(flow.sent, "properties.definition.triggers")).map(([name, trigger]) => ({
        name,
        properties: {
          provisioningState: "Succeeded",
          state: textAt(flow.sent, "properties.state") ?? "Enabled",
          recurrence: isObject(trigger) ? trigger.recurrence : undefined,
          workflow: { id: flow.id, name: flow.name, type: flow.type },
        },
      })),
    actions: {
      listCallbackUrl(trigger, world) {
        const flow = world.store.get(trigger.id.split("/").slice(0, -2).join("/"));
        if (!flow) throw badRequest("WorkflowNotFound", `The workflow of the trigger '${trigger.name}' was not found.`);
        return { body: callback(flow, trigger.name, world) };
      },
    },
  },
];

function withState(flow: Resource, state: string): JsonObject {
  return { ...flow.sent, properties: { ...objectAt(flow.sent, "properties"), state } };
}

/** Each action runs after actions that exist beside it. */
function checkRunAfter(flow: string, actions: JsonObject): void {
  for (const [name, action] of Object.entries(actions)) {
    for (const before of Object.keys(objectAt(action, "runAfter"))) {
      if (before in actions) continue;
      throw badRequest(
        "InvalidTemplate",
        `The 'runAfter' property of the action '${name}' in '${flow}' names '${before}', which is not an action beside it.`,
      );
    }
    for (const branch of ["actions", "else.actions", "default.actions"]) checkRunAfter(flow, objectAt(action, branch));
    for (const one of Object.values(objectAt(action, "cases"))) checkRunAfter(flow, objectAt(one, "actions"));
  }
}

/** Whoever holds the URL may fire the trigger: its signature is a secret. */
function callback(flow: Resource, trigger: string | undefined, world: World): JsonObject {
  const name = trigger ?? Object.keys(objectAt(flow.sent, "properties.definition.triggers"))[0] ?? "manual";
  const basePath = `${textAt(flow.outputs, "properties.accessEndpoint") ?? ""}/triggers/${name}/paths/invoke`;
  const queries = {
    "api-version": "2016-10-01",
    sp: `/triggers/${name}/run`,
    sv: "1.0",
    sig: world.secret(`${flow.id}/${name}`),
  };
  return { value: `${basePath}?${new URLSearchParams(queries).toString()}`, method: "POST", basePath, queries };
}
