import type { ArmType } from "../armType";
import { badRequest } from "../errors";
import { listAt, numberAt, textAt, type JsonObject } from "../json";
import { instant, kept, keptTime, now } from "./common";

export const monitoringTypes: ArmType[] = [
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
];
