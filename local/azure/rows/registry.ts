import type { ArmType } from "../armType";
import { badRequest, conflict } from "../errors";
import { textAt, type JsonObject } from "../json";
import { instant, keptTime, now } from "./common";

export const registryTypes: ArmType[] = [
  {
    type: "Microsoft.ContainerRegistry/registries",
    versions: "2019-05-01 2021-09-01 2022-12-01 2023-01-01-preview 2023-07-01 2024-11-01-preview 2025-04-01 2025-11-01",
    name: { pattern: /^[A-Za-z0-9]{5,50}$/, says: "5-50 letters and digits", unique: "globally" },
    taken: (draft) =>
      conflict(
        "AlreadyInUse",
        `The registry DNS name ${draft.name.toLowerCase()}.azurecr.io is already in use. You can check if the name is already claimed using following API: https://docs.microsoft.com/en-us/rest/api/containerregistry/registries/checknameavailability`,
      ),
    required: "sku.name",
    readOnly: "loginServer creationDate status dataEndpointHostNames privateEndpointConnections",
    defaults: {
      properties: {
        adminUserEnabled: false,
        anonymousPullEnabled: false,
        dataEndpointEnabled: false,
        publicNetworkAccess: "Enabled",
        networkRuleBypassOptions: "AzureServices",
        zoneRedundancy: "Disabled",
      },
    },
    writes: { by: "async", seconds: 20 },
    updates: { by: "async", seconds: 5 },
    deletes: { by: "location", seconds: 10 },
    check(draft) {
      const sku = textAt(draft.body, "sku.name") ?? "";
      if (!/^(Basic|Standard|Premium)$/i.test(sku))
        throw badRequest("InvalidSku", `The SKU '${sku}' is not one of Basic, Standard, Premium.`);
      if (sku.toLowerCase() === "premium") return;
      for (const [path, off] of [
        ["policies.retentionPolicy.status", "disabled"],
        ["dataEndpointEnabled", "false"],
        ["zoneRedundancy", "Disabled"],
      ] as const) {
        const value = path
          .split(".")
          .reduce<unknown>((v, k) => (v as JsonObject | undefined)?.[k], draft.body.properties);
        if (value !== undefined && String(value).toLowerCase() !== off.toLowerCase()) {
          throw badRequest(
            "FeatureNotSupported",
            `properties.${path} is '${String(value)}', which the SKU '${sku}' does not support; it needs Premium.`,
          );
        }
      }
    },
    outputs: (draft, world) => ({
      now: {
        sku: { tier: textAt(draft.body, "sku.name") },
        properties: {
          loginServer: `${draft.name.toLowerCase()}.azurecr.io`,
          creationDate: keptTime(draft, "creationDate", world),
        },
      },
    }),
    usage: (registry) => [{ meter: `registry/${textAt(registry.sent, "sku.name") ?? ""}`, quantity: 1 }],
    actions: {
      listCredentials(registry, world) {
        if (registry.sent.properties && (registry.sent.properties as JsonObject).adminUserEnabled !== true) {
          throw badRequest(
            "UnAuthorizedForCredentialOperations",
            `Cannot perform credential operations for ${registry.id} as admin user is disabled. Kindly enable admin user as per docs: https://docs.microsoft.com/en-us/azure/container-registry/container-registry-authentication#admin-account`,
          );
        }
        return {
          body: {
            username: registry.name,
            passwords: ["password", "password2"].map((name) => ({
              name,
              value: world.secret(`${registry.id}/${name}`),
            })),
          },
        };
      },
      "GET listUsages": () => ({
        body: { value: [{ name: "Size", limit: 10_737_418_240, currentValue: 0, unit: "Bytes" }] },
      }),
    },
  },
  {
    type: "Microsoft.ContainerRegistry/registries/tasks",
    versions: "2019-04-01 2019-06-01-preview 2025-03-01-preview",
    name: { pattern: /^[A-Za-z0-9-_]{5,50}$/, says: "5-50 letters, digits, '-' and '_'" },
    location: "required",
    readOnly: "creationDate",
    defaults: { properties: { status: "Enabled", timeout: 3600, agentConfiguration: { cpu: 2 } } },
    writes: instant,
    deletes: instant,
    check(draft) {
      const system = (draft.body.properties as JsonObject | undefined)?.isSystemTask === true;
      for (const name of system ? [] : ["step", "platform"]) {
        if (textAt(draft.body, `properties.${name}.${name === "step" ? "type" : "os"}`) === undefined) {
          throw badRequest(
            "TaskInvalid",
            `The task '${draft.name}' has no properties.${name}; only a system task may leave it out.`,
          );
        }
      }
    },
    outputs: (draft, world) => ({ now: { properties: { creationDate: keptTime(draft, "creationDate", world) } } }),
    actions: {
      listDetails: (task) => ({ body: { id: task.id, name: task.name, properties: task.sent.properties } }),
    },
  },
  {
    type: "Microsoft.ContainerRegistry/registries/taskRuns",
    versions: "2019-06-01-preview 2025-03-01-preview",
    name: { pattern: /^[A-Za-z0-9-]{5,50}$/, says: "5-50 letters, digits and '-'" },
    location: "optional",
    required: "properties.runRequest.type",
    readOnly: "runResult",
    writes: { by: "async", seconds: 60 },
    deletes: instant,
    outputs(_, world) {
      const runResult = { properties: { runId: "ch1", status: "Queued", runType: "QuickRun", createTime: now(world) } };
      return {
        now: { properties: { runResult } },
        after: { properties: { runResult: { properties: { status: "Succeeded" } } } },
      };
    },
  },
];
