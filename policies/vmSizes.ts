/** GPU sizes that fit most work and cost least for it: one GPU or a part of one, none of them retired. */
export const allowedGpuSizes: readonly string[] = [
  "Standard_NC4as_T4_v3",
  "Standard_NC8as_T4_v3",
  "Standard_NC16as_T4_v3",
  "Standard_NV6ads_A10_v5",
  "Standard_NV12ads_A10_v5",
  "Standard_NV18ads_A10_v5",
  "Standard_NV36ads_A10_v5",
  "Standard_NC24ads_A100_v4",
  "Standard_NC40ads_H100_v5",
];

/** A size in the form that tables are written in: lower case, without `Standard_`. Azure takes any letter case. */
export function normalSize(size: string): string {
  return size.toLowerCase().replace(/^standard_/, "");
}

/** Whether a VM size has a GPU: the N series, except the NP series, which has FPGAs. */
export function isGpuSize(size: string): boolean {
  return /^n(?!p\d)[a-z]*\d/.test(normalSize(size));
}

// Sizes of before 2019 whose number is a rank and not a count of cores: azure-compute-docs, sizes/previous-gen.
const ranked: Readonly<Record<string, number>> = { 1: 1, 2: 2, 3: 4, 4: 8, 5: 16, 11: 2, 12: 4, 13: 8, 14: 16, 15: 20 };

/**
 * Virtual processors of a VM size, which quotas count, or undefined where its name does not tell.
 * A constrained size (`M64-16ms`) counts in full: it is what the quota is charged.
 */
export function vmCores(size: string): number | undefined {
  const name = normalSize(size);
  const old = /^(?:d|ds)(\d+)(?:-\d+)?(?:_v2)?(?:_promo)?$/.exec(name);
  if (old) return ranked[old[1] ?? ""];
  const current = /^[a-z]+(\d+)[a-z-]*(?:\d+[a-z]*)?(?:_[a-z0-9]+)*$/.exec(name);
  return current ? Number(current[1]) : undefined;
}
