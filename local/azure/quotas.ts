/**
 * Limits of the simulated subscription. Defaults are those of a subscription that has asked for a few GPUs; Azure's own
 * default for GPU families is 0 (facts: MicrosoftDocs how-to-manage-quotas, batch-quota-limit).
 */
export interface Quotas {
  /** Cores of each Batch account. */
  readonly batch: {
    readonly dedicatedCores: number;
    readonly spotCores: number;
    readonly familyCores: Readonly<Record<string, number>>;
    readonly otherFamilies: number;
    readonly pools: number;
    readonly accounts: number;
  };
  /** Cores of Azure Machine Learning in each region. */
  readonly machineLearning: {
    readonly spotCores: number;
    readonly familyCores: Readonly<Record<string, number>>;
    readonly otherFamilies: number;
  };
  /** Cores of virtual machines and Kubernetes node pools in each region. */
  readonly compute: {
    readonly cores: number;
    readonly familyCores: Readonly<Record<string, number>>;
    readonly otherFamilies: number;
  };
  /** Container Apps in each region: environments, and GPUs of the serverless profiles. */
  readonly containerApps: { readonly environments: number; readonly gpus: Readonly<Record<"T4" | "A100", number>> };
  readonly resourceGroups: number;
  /** Storage accounts in each region. */
  readonly storageAccounts: number;
  readonly customRoles: number;
  readonly roleAssignments: number;
}

/** What may be given of the quotas: the rest keeps its default. */
export type QuotaOptions = { readonly [K in keyof Quotas]?: Quotas[K] extends number ? number : Partial<Quotas[K]> };

const gpuFamilies = { standardNCASv3_T4Family: 64, StandardNCADSA100v4Family: 48, standardNCadsH100v5Family: 40 };

export const defaultQuotas: Quotas = {
  batch: { dedicatedCores: 100, spotCores: 200, familyCores: gpuFamilies, otherFamilies: 100, pools: 100, accounts: 3 },
  machineLearning: { spotCores: 200, familyCores: gpuFamilies, otherFamilies: 100 },
  compute: { cores: 200, familyCores: gpuFamilies, otherFamilies: 100 },
  containerApps: { environments: 15, gpus: { T4: 4, A100: 2 } },
  resourceGroups: 980,
  storageAccounts: 250,
  customRoles: 5000,
  roleAssignments: 4000,
};

export function withQuotas(options: QuotaOptions = {}): Quotas {
  const result: Record<string, unknown> = { ...defaultQuotas };
  for (const [name, value] of Object.entries(options)) {
    const below = result[name];
    result[name] = typeof value === "object" && typeof below === "object" ? { ...below, ...value } : value;
  }
  return result as unknown as Quotas;
}

/** The cores a family may use; family names compare without case. */
export function familyQuota(
  quota: { familyCores: Readonly<Record<string, number>>; otherFamilies: number },
  family: string,
): number {
  const found = Object.entries(quota.familyCores).find(([name]) => name.toLowerCase() === family.toLowerCase());
  return found ? found[1] : quota.otherFamilies;
}
