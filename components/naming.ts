/** What Azure allows as the name of a kind of resource, and how this project fills it. */
interface NameRule {
  /** Longest name in characters. */
  readonly max: number;
  /** Put between the parts; empty where only letters and digits are allowed. */
  readonly separator: "-" | "";
}

/**
 * Lengths and characters per kind.
 * Source: Azure "Naming rules and restrictions for Azure resources" and azure-facts §2, §6 of the design notes.
 */
const rules = {
  storageAccount: { max: 24, separator: "" },
  batchAccount: { max: 24, separator: "" },
  registry: { max: 50, separator: "" },
  computeInstance: { max: 24, separator: "-" },
  computeCluster: { max: 32, separator: "-" },
  attachedCompute: { max: 16, separator: "-" },
  containerApp: { max: 32, separator: "-" },
  cluster: { max: 54, separator: "-" },
  workspace: { max: 33, separator: "-" },
} as const satisfies Record<string, NameRule>;

export type NamedKind = keyof typeof rules;

/** Length of the random part that every physical name ends with: Pulumi's own autonaming uses eight hex digits too. */
export const suffixLength = 8;

/**
 * The physical name of a resource: `base`, cut where it is too long, then the estate's random part.
 *
 * Characters that the kind does not take are dropped; the random part is never cut, so names stay unique.
 * The name starts with a letter, as every kind in the table demands.
 */
export function physicalName(kind: NamedKind, base: string, suffix: string): string {
  const { max, separator } = rules[kind];
  const allowed = separator === "" ? /[^a-z0-9]/g : /[^a-z0-9-]/g;
  const tail = attachesWithoutSuffix(kind) ? "" : `${separator}${suffix.slice(-suffixLength)}`;
  const clean = base
    .toLowerCase()
    .replace(allowed, "")
    .replace(/^[^a-z]+/, "");
  const head = (clean === "" ? "x" : clean)
    .slice(0, max - tail.length)
    .replace(/-+/g, "-")
    .replace(/-$/, "");
  return `${head}${tail}`;
}

/** An attached cluster's compute name has 16 characters and is unique inside its workspace: no room and no need. */
function attachesWithoutSuffix(kind: NamedKind): boolean {
  return kind === "attachedCompute";
}

/**
 * The random part of an autonamed resource's name, to be shared by the names of a whole estate.
 *
 * It never is a number: a compute's name must not end in a hyphen and a number.
 * Source: azure-ai-docs, how-to-create-compute-instance.
 */
export function suffixOf(autoname: string): string {
  const suffix = autoname
    .toLowerCase()
    .replace(/[^a-z0-9]/g, "")
    .slice(-suffixLength);
  return /^\d+$/.test(suffix) ? `x${suffix.slice(1)}` : suffix;
}
