/** A part of Azure that has ended or will end. Source unless said: Azure/EOL service_list.json, 2026. */
export interface Retirement {
  readonly what: string;
  /** The day it ends, YYYY-MM-DD. */
  readonly date: string;
  /** What to use instead. */
  readonly successor: string;
}

export interface RetiredSize extends Retirement {
  /** Matches the size without `Standard_` and in lower case. */
  readonly pattern: RegExp;
}

/** VM sizes that have ended or will end; the first that matches counts. */
export const retiredSizes: readonly RetiredSize[] = [
  // NC, NCv2, ND and NV of the first two generations: MicrosoftDocs/azure-compute-docs, sizes/retirement.
  size(/^nc(6|12|24|24r)(_promo)?$/, "NC series (K80)", "2023-09-06", "Standard_NC4as_T4_v3"),
  size(/^nc(6|12|24|24r)s_v2$/, "NCv2 series (P100)", "2023-09-06", "Standard_NC24ads_A100_v4"),
  size(/^nd(6|12|24|24r)s$/, "ND series (P40)", "2023-09-06", "Standard_NC4as_T4_v3"),
  size(/^nv(6|12|24)(_promo)?$/, "NV series (M60)", "2023-09-06", "Standard_NV6ads_A10_v5"),
  size(/^nv(6|12|24)s_v2$/, "NVv2 series (M60)", "2023-09-06", "Standard_NV6ads_A10_v5"),
  size(/^nc24rs_v3$/, "Standard_NC24rs_v3 (V100)", "2025-03-31", "Standard_NC24ads_A100_v4"),
  size(/^nc(6|12|24)s_v3$/, "NCv3 series (V100)", "2025-09-30", "Standard_NC4as_T4_v3 or Standard_NC24ads_A100_v4"),
  size(/^nv(12|24|48)s_v3$/, "NVv3 series (M60)", "2026-09-30", "Standard_NV6ads_A10_v5"),
  size(/^nv(4|8|16|32)as_v4$/, "NVv4 series (MI25)", "2026-09-30", "Standard_NV6ads_A10_v5"),
  size(/^a\d+$/, "Av1 series", "2024-08-31", "Standard_D2s_v5"),
  size(/^hb60(-\d+)?rs$/, "HB series", "2024-08-31", "Standard_HB120rs_v3"),
  size(/^dc\d+s_v2$/, "DCsv2 series", "2026-06-30", "Standard_DC2s_v3"),
  size(/^m192i(d|dm|m)?s_v2$/, "M192 v2 series", "2027-03-31", "Standard_M176ds_4_v3"),
  size(/^(d|ds)\d+(-\d+)?(_v2)?(_promo)?$/, "D, Ds, Dv2 and Dsv2 series", "2028-05-01", "Standard_D4s_v5"),
  size(/^l\d+s$/, "Ls series", "2028-05-01", "Standard_L8s_v3"),
  size(
    /^(f\d+s?|f\d+s_v2|l\d+s_v2|gs\d+|a\d+m?_v2|b\d+l?m?s)$/,
    "F, Fs, Fsv2, Lsv2, Gs, Av2, Amv2 and B series",
    "2028-11-15",
    "Standard_D4s_v5",
  ),
  size(/^g\d+$/, "G series", "2028-11-15", "Standard_E8s_v5"),
];

function size(pattern: RegExp, what: string, date: string, successor: string): RetiredSize {
  return { pattern, what, date, successor };
}

export interface RetiredImage extends Retirement {
  readonly publisher: RegExp;
  readonly offer: RegExp;
  readonly sku: RegExp;
}

const hpc2404 = "microsoft-dsvm:ubuntu-hpc:2404 with the node agent batch.node.ubuntu 24.04";

/** Batch node images that have ended or will end. Source: Azure/Batch issues 174 and 200. */
export const retiredImages: readonly RetiredImage[] = [
  image(
    /^microsoft-azure-batch$/,
    /^ubuntu-server-container(-rdma)?$/,
    /./,
    "Batch's Ubuntu container images",
    "2025-04-23",
  ),
  image(/^microsoft-azure-batch$/, /^centos-container(-rdma)?$/, /./, "Batch's CentOS container images", "2024-06-30"),
  image(
    /^canonical$/,
    /^(0001-com-)?ubuntu-?(server|server-focal|server-bionic)?/,
    /(18[._]04|20[._]04|1804|2004)/,
    "Ubuntu 18.04 and 20.04",
    "2025-04-23",
  ),
  image(/^microsoft-dsvm$/, /^ubuntu-hpc$/, /^(1804|2004)/, "Ubuntu HPC 18.04 and 20.04", "2025-04-23"),
  image(/^microsoft-dsvm$/, /^ubuntu-hpc$/, /^2204/, "Ubuntu HPC 22.04", "2027-06-30"),
  image(/^canonical$/, /^(0001-com-)?ubuntu/, /22[._]?04/, "Ubuntu 22.04 on Batch", "2027-06-30"),
];

function image(publisher: RegExp, offer: RegExp, sku: RegExp, what: string, date: string): RetiredImage {
  return { publisher, offer, sku, what, date, successor: hpc2404 };
}

/** The day this table was read. What ends later has not ended as far as the table's own checks go. */
export const retirementsRead = "2026-11-23";
