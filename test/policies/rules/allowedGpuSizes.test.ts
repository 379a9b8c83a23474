import { describe, expect, test } from "vitest";
import { allowedGpuSizes } from "../../../policies/rules/allowedGpuSizes";
import { good, having, unknown, violations } from "../support";

const size = (vmSize: unknown, config: object = {}) =>
  violations(allowedGpuSizes, { ...good.pool, props: having(good.pool.props, "vmSize", vmSize) }, config);
const environment = (workloadProfiles: unknown) =>
  violations(allowedGpuSizes, { type: "azure-native:app:ManagedEnvironment", props: { workloadProfiles } });

describe("gpu-sizes-allowed", () => {
  test("lets allowed sizes in any letter case pass, and sizes without a GPU", () => {
    for (const name of ["Standard_NC4as_T4_v3", "STANDARD_NC4AS_T4_V3", "Standard_D64s_v5", undefined, unknown.text]) {
      expect(size(name)).toEqual([]);
    }
  });

  test("names the size found and the sizes allowed", () => {
    const only = { sizes: ["Standard_NC4as_T4_v3"] };
    expect(size("Standard_NC96ads_A100_v4", only)).toEqual([
      'batch:Pool "train": vmSize is "Standard_NC96ads_A100_v4", but must be one of the allowed GPU sizes (Standard_NC4as_T4_v3). ' +
        "Take an allowed size, or have this one added to the allowed sizes.",
    ]);
    expect(size(4)).toEqual([
      'batch:Pool "train": vmSize is 4, but must be a VM size. Name a size, for example Standard_NC4as_T4_v3.',
    ]);
  });

  test("allows GPU workload profiles from a list", () => {
    const profiles = ["Consumption", "Consumption-GPU-NC8as-T4", "D4", 7, unknown.text].map((workloadProfileType) => ({
      workloadProfileType,
    }));
    expect(environment(profiles)).toEqual([]);
    expect(environment(unknown.list)).toEqual([]);
    expect(environment("all")).toEqual([]);
    expect(environment([{ workloadProfileType: "NC96-A100" }])).toEqual([
      'app:ManagedEnvironment "it": workloadProfiles[0].workloadProfileType is "NC96-A100", but must be one of the allowed GPU profiles ' +
        "(Consumption-GPU-NC8as-T4, Consumption-GPU-NC24-A100). Take an allowed profile, or have this one added to the allowed profiles.",
    ]);
  });
});
