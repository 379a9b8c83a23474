import type * as pulumi from "@pulumi/pulumi";
import * as storage from "@pulumi/azure-native/storage";
import { nameIn, type PlacementArgs } from "./common";

/** A general-purpose account with the estate's defaults: TLS 1.2, no public blobs, shared keys only where asked for. */
export function storageAccount(
  name: string,
  base: string,
  args: PlacementArgs & {
    /** Allow account keys, for what cannot sign in with an identity. */
    allowSharedKeyAccess: boolean;
  },
  parent: pulumi.Resource,
): storage.StorageAccount {
  return new storage.StorageAccount(
    name,
    {
      resourceGroupName: args.resourceGroupName,
      accountName: nameIn(args, "storageAccount", base),
      location: args.location,
      tags: args.tags,
      kind: "StorageV2",
      sku: { name: "Standard_LRS" },
      accessTier: "Hot",
      minimumTlsVersion: "TLS1_2",
      enableHttpsTrafficOnly: true,
      allowBlobPublicAccess: false,
      allowCrossTenantReplication: false,
      allowSharedKeyAccess: args.allowSharedKeyAccess,
      defaultToOAuthAuthentication: true,
    },
    // The name holds no random part of its own, so a replacement would find it taken.
    { parent, deleteBeforeReplace: true },
  );
}
