import type { ArmType, Draft, World } from "../armType";
import { ArmError, badRequest, conflict } from "../errors";
import { at, listAt, numberAt, textAt } from "../json";
import { regionKey } from "../regions";
import { instant, keptTime, now } from "./common";

const ACCOUNTS = "Microsoft.Storage/storageAccounts";
const VERSIONS =
  "2021-09-01 2022-09-01 2023-01-01 2023-04-01 2023-05-01 2024-01-01 2025-01-01 2025-06-01 2025-08-01 2026-09-01";
const onlyDefault = { pattern: /^default$/, says: "'default'" };
const lowerDash = {
  pattern: /^(?!.*--)[a-z0-9][a-z0-9-]{1,61}[a-z0-9]$/,
  says: "3-63 lower-case letters, digits and single '-'",
};

const service = (segment: string, readOnly = ""): ArmType => ({
  type: `${ACCOUNTS}/${segment}`,
  versions: VERSIONS,
  name: onlyDefault,
  implicit: true,
  provisioning: false,
  ...(readOnly && { readOnly }),
  writes: instant,
  createdStatus: 200,
});

export const storageTypes: ArmType[] = [
  {
    type: ACCOUNTS,
    versions: VERSIONS,
    name: { pattern: /^[a-z0-9]{3,24}$/, says: "3-24 lower-case letters and digits", unique: "globally" },
    taken: (draft) =>
      conflict("StorageAccountAlreadyTaken", `The storage account named ${draft.name} is already taken.`),
    required: "sku.name kind",
    readOnly:
      "primaryEndpoints primaryLocation statusOfPrimary lastGeoFailoverTime secondaryLocation statusOfSecondary creationTime keyCreationTime secondaryEndpoints geoReplicationStats privateEndpointConnections",
    fixed: "properties.isHnsEnabled properties.isNfsV3Enabled",
    defaults: {
      properties: {
        accessTier: "Hot",
        minimumTlsVersion: "TLS1_0",
        supportsHttpsTrafficOnly: true,
        allowBlobPublicAccess: false,
        networkAcls: { bypass: "AzureServices", defaultAction: "Allow", ipRules: [], virtualNetworkRules: [] },
      },
    },
    writes: { by: "location", seconds: 20 },
    updates: instant,
    deletes: instant,
    check(draft, world) {
      const sku = textAt(draft.body, "sku.name") ?? "";
      if (!/^(Standard_(LRS|GRS|RAGRS|ZRS|GZRS|RAGZRS)|Premium_(LRS|ZRS))$/.test(sku))
        throw badRequest("InvalidAccountSku", `The SKU '${sku}' is not a storage SKU.`);
      const kind = textAt(draft.body, "kind") ?? "";
      if (!/^(Storage|StorageV2|BlobStorage|FileStorage|BlockBlobStorage)$/.test(kind))
        throw badRequest("InvalidRequestPropertyValue", `The kind '${kind}' is not a kind of storage account.`);
      if (draft.previous) return;
      const region = regionKey(draft.location);
      const here = world.store.ofType(ACCOUNTS).filter((a) => regionKey(textAt(a.sent, "location") ?? "") === region);
      if (here.length < world.quotas.storageAccounts) return;
      throw conflict(
        "MaxStorageAccountsCountPerSubscriptionExceeded",
        `Subscription ${world.subscriptionId} already contains ${here.length} storage accounts in location ${region} and the maximum allowed is ${world.quotas.storageAccounts}.`,
      );
    },
    outputs(draft, world) {
      const endpoints = Object.fromEntries(
        ["blob", "dfs", "file", "queue", "table"].map((kind) => [
          kind,
          `https://${draft.name}.${kind}.core.windows.net/`,
        ]),
      );
      const created = keptTime(draft, "creationTime", world);
      return {
        now: {
          sku: { tier: (textAt(draft.body, "sku.name") ?? "").split("_")[0] },
          properties: {
            primaryEndpoints: endpoints,
            primaryLocation: regionKey(draft.location),
            statusOfPrimary: "available",
            creationTime: created,
            keyCreationTime: { key1: created, key2: created },
          },
        },
      };
    },
    actions: {
      listKeys: (account, world) => ({
        body: {
          keys: ["key1", "key2"].map((keyName) => ({
            keyName,
            permissions: "FULL",
            value: world.secret(`${account.id}/${keyName}`),
            creationTime: textAt(account.outputs, "properties.creationTime"),
          })),
        },
      }),
    },
  },
  service("blobServices", "sku"),
  service("fileServices", "sku"),
  service("queueServices"),
  service("tableServices"),
  {
    type: `${ACCOUNTS}/blobServices/containers`,
    versions: VERSIONS,
    name: { pattern: /^(\$web|\$root|(?!.*--)[a-z0-9][a-z0-9-]{1,61}[a-z0-9])$/, says: lowerDash.says },
    provisioning: false,
    readOnly:
      "version deleted deletedTime remainingRetentionDays lastModifiedTime leaseStatus leaseState leaseDuration immutabilityPolicy legalHold hasLegalHold hasImmutabilityPolicy etag",
    defaults: {
      properties: {
        publicAccess: "None",
        defaultEncryptionScope: "$account-encryption-key",
        denyEncryptionScopeOverride: false,
      },
    },
    writes: instant,
    deletes: instant,
    check(draft, world) {
      if (
        (textAt(draft.body, "properties.publicAccess") ?? "None") === "None" ||
        at(accountOf(draft, world), "properties.allowBlobPublicAccess") === true
      )
        return;
      throw conflict("PublicAccessNotPermitted", "Public access is not permitted on this storage account.");
    },
    outputs: (_, world) => ({
      now: {
        properties: {
          leaseStatus: "Unlocked",
          leaseState: "Available",
          hasImmutabilityPolicy: false,
          hasLegalHold: false,
          lastModifiedTime: now(world),
        },
      },
    }),
  },
  {
    type: `${ACCOUNTS}/fileServices/shares`,
    versions: VERSIONS,
    name: lowerDash,
    provisioning: false,
    readOnly:
      "lastModifiedTime version deleted deletedTime remainingRetentionDays accessTierChangeTime accessTierStatus shareUsageBytes leaseStatus leaseState leaseDuration snapshotTime etag",
    fixed: "properties.enabledProtocols",
    defaults: { properties: { shareQuota: 5120, enabledProtocols: "SMB", accessTier: "TransactionOptimized" } },
    writes: instant,
    deletes: instant,
    check(draft) {
      const quota = numberAt(draft.body, "properties.shareQuota") ?? 0;
      if (quota < 1 || quota > 102_400)
        throw badRequest("InvalidHeaderValue", `properties.shareQuota is ${quota}; allowed are 1 to 102400 GiB.`);
    },
    outputs: (_, world) => ({
      now: { properties: { leaseStatus: "unlocked", leaseState: "available", lastModifiedTime: now(world) } },
    }),
  },
  {
    type: `${ACCOUNTS}/queueServices/queues`,
    versions: VERSIONS,
    name: lowerDash,
    provisioning: false,
    writes: instant,
    deletes: instant,
  },
  {
    type: `${ACCOUNTS}/tableServices/tables`,
    versions: VERSIONS,
    name: { pattern: /^[A-Za-z][A-Za-z0-9]{2,62}$/, says: "3-63 letters and digits, starting with a letter" },
    provisioning: false,
    readOnly: "tableName",
    writes: instant,
    createdStatus: 200,
    deletes: instant,
    outputs: (draft) => ({ now: { properties: { tableName: draft.name } } }),
  },
  {
    type: `${ACCOUNTS}/managementPolicies`,
    versions: VERSIONS,
    name: onlyDefault,
    provisioning: false,
    required: "properties.policy.rules",
    readOnly: "lastModifiedTime",
    writes: instant,
    createdStatus: 200,
    deletes: instant,
    check(draft) {
      const names = listAt(draft.body, "properties.policy.rules").map((rule) => textAt(rule, "name") ?? "");
      const twice = names.find((name, i) => names.indexOf(name) !== i);
      if (names.length === 0) throw badRequest("InvalidRequestPropertyValue", "properties.policy.rules is empty.");
      if (twice !== undefined)
        throw new ArmError(
          400,
          "InvalidRequestPropertyValue",
          `The rule name '${twice}' is not unique within the policy.`,
        );
    },
    outputs: (_, world) => ({ now: { properties: { lastModifiedTime: now(world) } } }),
  },
];

function accountOf(draft: Draft, world: World) {
  return world.store.get(draft.id.split("/").slice(0, 9).join("/"))?.sent;
}
