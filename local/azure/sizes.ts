/** A size of virtual machine: the quota family that its cores count against. */
export interface Size {
  readonly family: string;
  readonly cores: number;
  readonly gpus: number;
  readonly memoryGiB: number;
  /** The day after which it can no longer be allocated. */
  readonly retired?: string;
}

const size = (family: string, cores: number, memoryGiB: number, gpus = 0, retired?: string): Size => ({
  family,
  cores,
  gpus,
  memoryGiB,
  ...(retired && { retired }),
});

const T4 = "standardNCASv3_T4Family";
const A100 = "StandardNCADSA100v4Family";
const H100 = "standardNCadsH100v5Family";
const A10 = "standardNVADSA10v5Family";
const V100 = "standardNCSv3Family";

/**
 * Sizes that the embedded Azure can allocate, from learn.microsoft.com/azure/virtual-machines/sizes (2026-08);
 * retirement dates from Azure/EOL service_list.json.
 */
export const sizes: Record<string, Size> = {
  Standard_NC4as_T4_v3: size(T4, 4, 28, 1),
  Standard_NC8as_T4_v3: size(T4, 8, 56, 1),
  Standard_NC16as_T4_v3: size(T4, 16, 110, 1),
  Standard_NC64as_T4_v3: size(T4, 64, 440, 4),
  Standard_NC24ads_A100_v4: size(A100, 24, 220, 1),
  Standard_NC48ads_A100_v4: size(A100, 48, 440, 2),
  Standard_NC96ads_A100_v4: size(A100, 96, 880, 4),
  Standard_NC40ads_H100_v5: size(H100, 40, 320, 1),
  Standard_NC80adis_H100_v5: size(H100, 80, 640, 2),
  Standard_NV6ads_A10_v5: size(A10, 6, 55, 1),
  Standard_NV12ads_A10_v5: size(A10, 12, 110, 1),
  Standard_NV36ads_A10_v5: size(A10, 36, 440, 1),
  Standard_NV18ads_A10_v5: size(A10, 18, 220, 1),
  Standard_NV36adms_A10_v5: size(A10, 36, 880, 1),
  Standard_NV72ads_A10_v5: size(A10, 72, 880, 2),
  Standard_ND96asr_v4: size("standardNDASv4_A100Family", 96, 900, 8),
  Standard_ND96amsr_A100_v4: size("standardNDAMSv4_A100Family", 96, 1900, 8),
  Standard_ND96isr_H100_v5: size("standardNDSH100v5Family", 96, 1900, 8),
  Standard_NC6s_v3: size(V100, 6, 112, 1, "2025-09-30"),
  Standard_NC12s_v3: size(V100, 12, 224, 2, "2025-09-30"),
  Standard_NC24s_v3: size(V100, 24, 448, 4, "2025-09-30"),
  Standard_NC24rs_v3: size(V100, 24, 448, 4, "2025-03-31"),
  Standard_NC6: size("standardNCFamily", 6, 56, 1, "2023-09-06"),
  Standard_B2s: size("standardBSFamily", 2, 4),
  Standard_B2ms: size("standardBSFamily", 2, 8),
  Standard_B4ms: size("standardBSFamily", 4, 16),
  Standard_B2als_v2: size("standardBasv2Family", 2, 4),
  Standard_B2as_v2: size("standardBasv2Family", 2, 8),
  Standard_D2as_v4: size("standardDASv4Family", 2, 8),
  Standard_D4as_v4: size("standardDASv4Family", 4, 16),
  Standard_D8as_v4: size("standardDASv4Family", 8, 32),
  Standard_D48as_v4: size("standardDASv4Family", 48, 192),
  Standard_D48as_v5: size("standardDASv5Family", 48, 192),
  Standard_D4s_v4: size("standardDSv4Family", 4, 16),
  Standard_D4ls_v5: size("standardDLSv5Family", 4, 8),
  Standard_D16s_v3: size("standardDSv3Family", 16, 64),
  Standard_D32s_v3: size("standardDSv3Family", 32, 128),
  Standard_D64s_v3: size("standardDSv3Family", 64, 256),
  Standard_D32s_v5: size("standardDSv5Family", 32, 128),
  Standard_D64ds_v5: size("standardDDSv5Family", 64, 256),
  Standard_D2s_v3: size("standardDSv3Family", 2, 8),
  Standard_D4s_v3: size("standardDSv3Family", 4, 16),
  Standard_D8s_v3: size("standardDSv3Family", 8, 32),
  Standard_D2s_v5: size("standardDSv5Family", 2, 8),
  Standard_D4s_v5: size("standardDSv5Family", 4, 16),
  Standard_D8s_v5: size("standardDSv5Family", 8, 32),
  Standard_D16s_v5: size("standardDSv5Family", 16, 64),
  Standard_D2as_v5: size("standardDASv5Family", 2, 8),
  Standard_D4as_v5: size("standardDASv5Family", 4, 16),
  Standard_D8as_v5: size("standardDASv5Family", 8, 32),
  Standard_D2ads_v5: size("standardDADSv5Family", 2, 8),
  Standard_D4ads_v5: size("standardDADSv5Family", 4, 16),
  Standard_D2ds_v5: size("standardDDSv5Family", 2, 8),
  Standard_D4ds_v5: size("standardDDSv5Family", 4, 16),
  Standard_D8ds_v5: size("standardDDSv5Family", 8, 32),
  Standard_DS2_v2: size("standardDSv2Family", 2, 7),
  Standard_DS3_v2: size("standardDSv2Family", 4, 14),
  Standard_DS11_v2: size("standardDSv2Family", 2, 14),
  Standard_DS12_v2: size("standardDSv2Family", 4, 28),
  Standard_E2s_v3: size("standardESv3Family", 2, 16),
  Standard_E4s_v3: size("standardESv3Family", 4, 32),
  Standard_E4ds_v5: size("standardEDSv5Family", 4, 32),
  Standard_E8ds_v5: size("standardEDSv5Family", 8, 64),
  Standard_F2s_v2: size("standardFSv2Family", 2, 4),
  Standard_F4s_v2: size("standardFSv2Family", 4, 8),
  Standard_F8s_v2: size("standardFSv2Family", 8, 16),
};

const byKey = new Map(Object.entries(sizes).map(([name, value]) => [name.toLowerCase(), { name, ...value }]));

/** A size by its name, compared without case as Azure does. */
export function findSize(name: string): (Size & { name: string }) | undefined {
  return byKey.get(name.toLowerCase());
}
