import { at, listAt, UNKNOWN } from "../../pricing/values";
import { computeOf } from "../compute";
import { shown, type Fault } from "../fault";
import { resourceRule, type Subject } from "../rule";
import { allowedGpuSizes as defaultSizes, checkGpuSizeAllowed } from "../validators";

interface Config {
  readonly sizes: string[];
  readonly profiles: string[];
}

/** GPU machines come from a list of sizes, and GPU containers from a list of workload profiles. */
export const allowedGpuSizes = resourceRule<Config>({
  name: "gpu-sizes-allowed",
  description: "GPU compute uses one of the allowed VM sizes or workload profiles.",
  severity: "high",
  remediationSteps: "Take one of the allowed sizes, or have the size added to this rule's settings.",
  settings: {
    sizes: {
      type: "array",
      items: { type: "string" },
      default: [...defaultSizes],
      description: "VM sizes with a GPU that may be used; letter case does not matter.",
    },
    profiles: {
      type: "array",
      items: { type: "string" },
      default: ["Consumption-GPU-NC8as-T4", "Consumption-GPU-NC24-A100"],
      description: "Types of Container Apps workload profiles with a GPU that may be used.",
    },
  },
  check: (subject, { sizes, profiles }) => [
    ...computeOf(subject)
      // A profile's type stands in the environment; that a single machine has a size is Azure's to check.
      .filter(({ kind, size }) => kind !== "app" && kind !== "job" && size !== undefined && size !== UNKNOWN)
      .flatMap(({ size, sizeProperty }) => {
        const fault = checkGpuSizeAllowed(size, sizes);
        return fault ? [{ ...fault, property: sizeProperty }] : [];
      }),
    ...environmentProfiles(subject, profiles),
  ],
});

function environmentProfiles({ type, props }: Subject, allowed: readonly string[]): Fault[] {
  if (type !== "azure-native:app:ManagedEnvironment") return [];
  return listAt(props, "workloadProfiles").flatMap((profile, index) => {
    const kind = at(profile, "workloadProfileType");
    const gpu = typeof kind === "string" && /gpu|^NC\d/i.test(kind);
    if (!gpu || allowed.some((name) => name.toLowerCase() === kind.toLowerCase())) return [];
    return [
      {
        property: `workloadProfiles[${index}].workloadProfileType`,
        found: shown(kind),
        wanted: `one of the allowed GPU profiles (${allowed.join(", ")})`,
        mend: "Take an allowed profile, or have this one added to the allowed profiles",
      },
    ];
  });
}
