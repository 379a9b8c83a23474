import type { ArmType } from "../armType";
import { runDeployment } from "../deployments";
import { badRequest, conflict } from "../errors";
import { numberAt, textAt, type JsonObject } from "../json";
import { instant, kept } from "./common";

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
    permissions: Object.fromEntries(
      ["read", "write", "delete"].map((verb) => [verb, `Microsoft.Resources/subscriptions/resourceGroups/${verb}`]),
    ),
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
