/** GPU kinds that Container Apps offers without a server to keep. */
export const gpuKinds = ["T4", "A100"] as const;
export type GpuKind = (typeof gpuKinds)[number];

/** A serverless GPU profile of Container Apps. */
export interface GpuProfile {
  /** Workload profile type, which also names the profile in the environment. */
  readonly workloadProfileType: string;
  /** Virtual processors of the whole profile. */
  readonly cpu: number;
  /** Memory of the whole profile in GiB. */
  readonly memoryGiB: number;
  /** Regions that offer it. */
  readonly regions: readonly string[];
}

// Both kinds, as of 2026-04-17. Source: microsoft/azure-container-apps, region-features.json.
const regionsOfBoth = [
  "australiaeast",
  "brazilsouth",
  "canadacentral",
  "eastus",
  "italynorth",
  "swedencentral",
  "uksouth",
  "westus",
  "westus3",
];

/** Source of sizes: azure-docs, container-apps/workload-profiles-overview.md, 2025-11. */
export const gpuProfiles: Record<GpuKind, GpuProfile> = {
  T4: {
    workloadProfileType: "Consumption-GPU-NC8as-T4",
    cpu: 8,
    memoryGiB: 56,
    regions: [
      ...regionsOfBoth,
      "centralindia",
      "francecentral",
      "japaneast",
      "northcentralus",
      "southcentralus",
      "southeastasia",
      "southindia",
      "westeurope",
      "westus2",
    ],
  },
  A100: { workloadProfileType: "Consumption-GPU-NC24-A100", cpu: 24, memoryGiB: 220, regions: regionsOfBoth },
};
