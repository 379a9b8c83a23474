import type { ArmType } from "../armType";
import { badRequest, conflict } from "../errors";
import { runDeployment } from "../deployments";
import { listAt, numberAt, textAt, type JsonObject } from "../json";
import { instant, kept, keptTime, now } from "./common";

export const foundationTypes: ArmType[] = [
  {
    type: "Microsoft.Resources/resourceGroups",
    versions:
      "2019-10-01 2020-06-01 2020-10-01 2021-04-01 2022-09-01 2023-07-01 2024-03-01 2024-07-01 2024-11-01 2025-04-01",
    at: "subscription",
    name: {
      pattern: /^[-\w.()]{0,89}[-\w()]$/,
      says: "1-90 letters, digits, '.', '_', '-', '(' and ')', not ending in '.'",
    },
    location: "required",
    writes: instant,
    deletes: { by: "location", seconds: 60 },
    check(draft, world) {
      if (draft.previous) return;
      const limit = world.quotas.resourceGroups;
      if (world.store.ofType(draft.type).length < limit) return;
      throw conflict(
        "ResourceGroupQuotaExceeded",
        `Creating the resource group '${draft.name}' would exceed the quota of '${limit}'.`,
      );
    },
  },
  {
    type: "Microsoft.Resources/deployments",
    versions: "2020-06-01 2020-10-01 2021-04-01 2022-09-01 2023-07-01 2024-03-01 2024-07-01 2024-11-01 2025-04-01",
    at: "any",
    name: { pattern: /^[-\w.()]{1,64}$/, says: "1-64 letters, digits, '.', '_', '-', '(' and ')'" },
    location: "optional",
    required: "properties.mode properties.template",
    writes: { by: "async", seconds: 20 },
    deletes: { by: "location", seconds: 5 },
    omits: "properties.template",
    run: runDeployment,
  },
  {
    type: "Microsoft.ManagedIdentity/userAssignedIdentities",
    versions: "2018-11-30 2022-01-31-preview 2023-01-31 2023-07-31-preview 2024-11-30",
    name: {
      pattern: /^[A-Za-z0-9][\w-]{2,127}$/,
      says: "3-128 letters, digits, '_' and '-', starting with a letter or digit",
    },
    provisioning: false,
    readOnly: "tenantId principalId clientId",
    writes: instant,
    deletes: instant,
    outputs: (draft, world) => ({
      now: {
        properties: {
          tenantId: world.tenantId,
          principalId: kept(draft, "principalId"),
          clientId: kept(draft, "clientId"),
        },
      },
    }),
  },
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
    outputs(draft, world) {
      const runResult = { properties: { runId: "ch1", status: "Queued", runType: "QuickRun", createTime: now(world) } };
      return {
        now: { properties: { runResult } },
        after: { properties: { runResult: { properties: { status: "Succeeded" } } } },
      };
    },
  },
  {
    type: "Microsoft.OperationalInsights/workspaces",
    versions: "2015-11-01-preview 2020-08-01 2021-06-01 2021-12-01-preview 2022-10-01 2023-09-01 2025-02-01 2025-07-01",
    name: {
      pattern: /^[A-Za-z0-9][A-Za-z0-9-]{2,61}[A-Za-z0-9]$/,
      says: "4-63 letters, digits and '-', which neither starts nor ends it",
    },
    readOnly: "customerId createdDate modifiedDate privateLinkScopedResources",
    defaults: {
      properties: {
        sku: { name: "PerGB2018" },
        retentionInDays: 30,
        publicNetworkAccessForIngestion: "Enabled",
        publicNetworkAccessForQuery: "Enabled",
      },
    },
    writes: { by: "async", seconds: 30 },
    updates: { by: "async", seconds: 5 },
    deletes: { by: "location", seconds: 10 },
    softDelete: { days: () => 14, purges: (query) => query.get("force") === "true", recreate: () => "recover" },
    check(draft) {
      const days = numberAt(draft.body, "properties.retentionInDays") ?? 30;
      if (days !== -1 && (days < 30 || days > 730) && days !== 7) {
        throw badRequest("InvalidParameter", `properties.retentionInDays is ${days}; allowed are 7 and 30 to 730.`);
      }
    },
    outputs: (draft, world) => ({
      now: {
        properties: {
          customerId: kept(draft, "customerId"),
          createdDate: keptTime(draft, "createdDate", world),
          modifiedDate: now(world),
        },
      },
    }),
    actions: {
      sharedKeys: (workspace, world) => ({
        body: {
          primarySharedKey: world.secret(`${workspace.id}/1`),
          secondarySharedKey: world.secret(`${workspace.id}/2`),
        },
      }),
    },
  },
  {
    type: "Microsoft.Insights/components",
    versions: "2015-05-01 2020-02-02 2020-02-02-preview",
    name: { pattern: /^[^/\\%&?#<>]{1,260}$/, says: "1-260 characters, none of / \\ % & ? # < >" },
    required: "kind properties.Application_Type",
    readOnly:
      "ApplicationId AppId Name InstrumentationKey CreationDate TenantId HockeyAppToken ConnectionString LaMigrationDate PrivateLinkScopedResources",
    references: "properties.WorkspaceResourceId",
    defaults: {
      properties: {
        Flow_Type: "Bluefield",
        Request_Source: "rest",
        RetentionInDays: 90,
        IngestionMode: "LogAnalytics",
        publicNetworkAccessForIngestion: "Enabled",
        publicNetworkAccessForQuery: "Enabled",
      },
    },
    writes: instant,
    createdStatus: 200,
    deletes: instant,
    check(draft) {
      if (textAt(draft.body, "properties.WorkspaceResourceId") !== undefined) return;
      throw badRequest(
        "ClassicNotSupported",
        `'${draft.name}' has no properties.WorkspaceResourceId: classic Application Insights ended on 2024-02-29.`,
      );
    },
    outputs(draft, world) {
      const [key, app] = [kept(draft, "InstrumentationKey"), kept(draft, "AppId")];
      const host = `https://${draft.location.replaceAll(" ", "").toLowerCase()}-1.in.applicationinsights.azure.com/`;
      return {
        now: {
          properties: {
            AppId: app,
            ApplicationId: draft.name,
            Name: draft.name,
            TenantId: world.subscriptionId,
            InstrumentationKey: key,
            ConnectionString: `InstrumentationKey=${key};IngestionEndpoint=${host};ApplicationId=${app}`,
            CreationDate: keptTime(draft, "CreationDate", world),
          },
        },
      };
    },
  },
  {
    type: "Microsoft.Insights/actionGroups",
    versions: "2019-06-01 2021-09-01 2022-06-01 2023-01-01 2023-09-01-preview 2024-10-01-preview",
    name: { pattern: /^[^/\\%&?#<>+:]{1,260}$/, says: "1-260 characters, none of / \\ % & ? # < > + :" },
    provisioning: false,
    required: "properties.groupShortName",
    defaults: { properties: { enabled: true } },
    writes: instant,
    deletes: instant,
    check(draft) {
      const short = textAt(draft.body, "properties.groupShortName") ?? "";
      if (short.length >= 1 && short.length <= 12) return;
      throw badRequest(
        "InvalidShortName",
        `properties.groupShortName '${short}' has ${short.length} characters; allowed are 1 to 12.`,
      );
    },
  },
  {
    type: "Microsoft.Insights/diagnosticSettings",
    versions: "2017-05-01-preview 2021-05-01-preview",
    at: "any",
    name: { pattern: /^[^/\\%&?#<>+:*]{1,260}$/, says: "1-260 characters, none of / \\ % & ? # < > + : *" },
    provisioning: false,
    references: "properties.workspaceId properties.storageAccountId",
    writes: instant,
    createdStatus: 200,
    deletes: instant,
    // learn.microsoft.com/azure/azure-monitor/platform/diagnostic-settings: they are not deleted with their resource.
    outlives: true,
    check(draft) {
      const sinks = ["workspaceId", "storageAccountId", "eventHubAuthorizationRuleId", "marketplacePartnerId"];
      if (sinks.some((sink) => textAt(draft.body, `properties.${sink}`) !== undefined)) return;
      throw badRequest(
        "BadRequest",
        `At least one data sink of ${sinks.join(", ")} needs to be specified in '${draft.name}'.`,
      );
    },
  },
  {
    type: "Microsoft.Consumption/budgets",
    versions: "2019-10-01 2021-10-01 2023-05-01 2023-11-01 2024-08-01",
    at: "any",
    name: { pattern: /^[\w-]{1,63}$/, says: "1-63 letters, digits, '_' and '-'" },
    provisioning: false,
    required: "properties.category properties.amount properties.timeGrain properties.timePeriod.startDate",
    readOnly: "currentSpend forecastSpend",
    writes: instant,
    deletes: instant,
    check(draft) {
      const start = textAt(draft.body, "properties.timePeriod.startDate") ?? "";
      if (!/^\d{4}-\d\d-01/.test(start))
        throw badRequest("400", `Start date '${start}' must be the first day of a month.`);
      if ((numberAt(draft.body, "properties.amount") ?? 0) <= 0)
        throw badRequest("400", "The budget's amount must be greater than 0.");
      const entries = Object.entries((draft.body.properties as JsonObject).notifications ?? {}) as [
        string,
        JsonObject,
      ][];
      if (entries.length > 5)
        throw badRequest("400", `A budget has at most 5 notifications; given are ${entries.length}.`);
      for (const [name, notification] of entries) {
        const told = ["contactEmails", "contactGroups", "contactRoles"].some(
          (kind) => listAt(notification, kind).length > 0,
        );
        if (!told)
          throw badRequest(
            "400",
            `The notification '${name}' names nobody: give contactEmails, contactGroups or contactRoles.`,
          );
      }
    },
    outputs: () => ({ now: { properties: { currentSpend: { amount: 0, unit: "USD" } } } }),
  },
  {
    type: "Microsoft.KeyVault/vaults",
    versions: "2019-09-01 2021-10-01 2022-07-01 2023-02-01 2023-07-01 2024-11-01",
    name: {
      pattern: /^[A-Za-z](?!.*--)[A-Za-z0-9-]{1,22}[A-Za-z0-9]$/,
      says: "3-24 letters, digits and single '-', starting with a letter and not ending in '-'",
      unique: "globally",
    },
    taken: (draft) =>
      conflict(
        "VaultAlreadyExists",
        `The vault name '${draft.name}' is already in use. Vault names are globally unique so it is possible that the name is already taken. If you are sure that the vault name was not taken then it is possible that a vault with the same name was recently deleted but not purged after being placed in a recoverable state.`,
      ),
    required: "properties.tenantId properties.sku.name",
    readOnly: "hsmPoolResourceId privateEndpointConnections",
    fixed: "properties.softDeleteRetentionInDays",
    defaults: {
      properties: {
        accessPolicies: [],
        enableSoftDelete: true,
        softDeleteRetentionInDays: 90,
        enabledForDeployment: false,
        publicNetworkAccess: "Enabled",
      },
    },
    writes: { by: "state", seconds: 20 },
    updates: instant,
    deletes: instant,
    softDelete: {
      days: (vault) => numberAt(vault.sent, "properties.softDeleteRetentionInDays") ?? 90,
      recreate: (draft) =>
        textAt(draft.body, "properties.createMode") === "recover"
          ? "recover"
          : conflict(
              "ConflictError",
              "A vault with the same name already exists in deleted state. You need to either recover or purge existing key vault. Follow this link https://go.microsoft.com/fwlink/?linkid=2149745 for more information on soft delete.",
            ),
    },
    check(draft) {
      const properties = draft.body.properties as JsonObject;
      const days = numberAt(draft.body, "properties.softDeleteRetentionInDays") ?? 90;
      if (days < 7 || days > 90)
        throw badRequest("BadRequest", `properties.softDeleteRetentionInDays is ${days}; allowed are 7 to 90.`);
      if (properties.enableSoftDelete === false)
        throw badRequest(
          "BadRequest",
          "The property 'enableSoftDelete' cannot be set to false: soft delete can no longer be turned off.",
        );
      if (properties.enablePurgeProtection === false)
        throw badRequest(
          "BadRequest",
          "The property 'enablePurgeProtection' cannot be set to false. Enabling the purge protection for a vault is an irreversible action.",
        );
    },
    outputs: (draft) => ({ now: { properties: { vaultUri: `https://${draft.name.toLowerCase()}.vault.azure.net/` } } }),
  },
];
