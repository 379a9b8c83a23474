/** Azure's public regions that the embedded Azure knows, with their display names. */
export const regions: Record<string, string> = {
  australiaeast: "Australia East",
  brazilsouth: "Brazil South",
  canadacentral: "Canada Central",
  centralindia: "Central India",
  centralus: "Central US",
  eastus: "East US",
  eastus2: "East US 2",
  francecentral: "France Central",
  germanywestcentral: "Germany West Central",
  italynorth: "Italy North",
  japaneast: "Japan East",
  koreacentral: "Korea Central",
  northcentralus: "North Central US",
  northeurope: "North Europe",
  norwayeast: "Norway East",
  southcentralus: "South Central US",
  southeastasia: "Southeast Asia",
  southindia: "South India",
  swedencentral: "Sweden Central",
  switzerlandnorth: "Switzerland North",
  uksouth: "UK South",
  westeurope: "West Europe",
  westus: "West US",
  westus2: "West US 2",
  westus3: "West US 3",
};

/** ARM takes "West Europe" for "westeurope". */
export const regionKey = (location: string): string => location.replaceAll(" ", "").toLowerCase();

const BOTH = "australiaeast brazilsouth canadacentral eastus italynorth swedencentral uksouth westus westus3";
const T4_ONLY =
  "centralindia francecentral japaneast northcentralus southcentralus southeastasia southindia westeurope westus2";

/**
 * Regions of the serverless GPU profiles of Container Apps
 * (microsoft/azure-container-apps, aca-getting-started/data/region-features.json, 2026-04-17).
 */
export const gpuRegions: Record<"T4" | "A100", ReadonlySet<string>> = {
  T4: new Set(`${BOTH} ${T4_ONLY}`.split(" ")),
  A100: new Set(BOTH.split(" ")),
};
