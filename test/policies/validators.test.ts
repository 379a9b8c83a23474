import { describe, expect, test } from "vitest";
import { hasPrice } from "../../pricing/priceBook";
import {
  allowedGpuSizes,
  checkBatchImage,
  checkGpuSizeAllowed,
  checkIdleShutdown,
  checkSizeEnded,
  checkVmSize,
  coresOf,
  isGpuSize,
  isoDuration,
  isoMinutes,
  missingTags,
  retirementOfSize,
  scalesToZero,
  vmCores,
} from "../../policies/validators";

describe("sizes", () => {
  test("every allowed size has a GPU, is current, tells its cores and has a price", () => {
    for (const size of allowedGpuSizes) {
      expect([
        size,
        isGpuSize(size),
        retirementOfSize(size),
        hasPrice(`vm/${size}`),
        hasPrice(`vm/${size}/spot`),
      ]).toEqual([size, true, undefined, true, true]);
      expect(vmCores(size)).toBe(Number(/\d+/.exec(size)?.[0]));
    }
  });

  test("cores and GPUs by name, in any letter case", () => {
    const cases: [string, number | undefined, boolean][] = [
      ["STANDARD_NC64AS_T4_V3", 64, true],
      ["Standard_ND96isr_H100_v5", 96, true],
      ["Standard_NV36adms_A10_v5", 36, true],
      ["Standard_NP10s", 10, false],
      ["Standard_DS3_v2", 4, false],
      ["Standard_D14_v2", 16, false],
      ["Standard_D4s_v5", 4, false],
      ["Standard_M64-16ms", 64, false],
      ["Standard_B2ms", 2, false],
      ["Basic", undefined, false],
    ];
    for (const [size, cores, gpu] of cases) expect([size, vmCores(size), isGpuSize(size)]).toEqual([size, cores, gpu]);
    expect(coresOf("Standard_NC8as_T4_v3", 3)).toBe(24);
    expect(coresOf("huge", 3)).toBeUndefined();
  });

  test("a size that ended comes before one that is not allowed", () => {
    expect(checkVmSize("Standard_NC4as_T4_v3")).toBeUndefined();
    expect(checkVmSize("Standard_D2as_v5")).toBeUndefined();
    expect(checkVmSize("Standard_NC24rs_v3")).toEqual({
      found: '"Standard_NC24rs_v3"',
      wanted: "a size that Azure still offers",
      mend: "Standard_NC24rs_v3 (V100) ended on 2025-03-31: use Standard_NC24ads_A100_v4",
    });
    expect(checkVmSize("Standard_NV4as_v4", { on: "2026-01-01", allowed: ["Standard_NV4as_v4"] })).toBeUndefined();
    expect(checkGpuSizeAllowed("Standard_NC64as_T4_v3", ["Standard_NC4as_T4_v3"])?.wanted).toBe(
      "one of the allowed GPU sizes (Standard_NC4as_T4_v3)",
    );
    expect(checkSizeEnded(undefined)).toBeUndefined();
    for (const size of [undefined, null, 4, "", "4", {}]) expect(checkVmSize(size)?.wanted).toBe("a VM size");
  });

  test("ended and ending sizes are told apart from their successors", () => {
    const dates = [
      "NC6",
      "NC12s_v2",
      "ND6s",
      "NV24",
      "NV6s_v2",
      "NC24s_v3",
      "NV12s_v3",
      "NV8as_v4",
      "A3",
      "DS3_v2",
      "B2ms",
      "F4s_v2",
    ].map((size) => retirementOfSize(`Standard_${size}`)?.date);
    expect(dates).toEqual([
      "2023-09-06",
      "2023-09-06",
      "2023-09-06",
      "2023-09-06",
      "2023-09-06",
      "2025-09-30",
      "2026-09-30",
      "2026-09-30",
      "2024-08-31",
      "2028-05-01",
      "2028-11-15",
      "2028-11-15",
    ]);
    for (const size of ["NC4as_T4_v3", "NV6ads_A10_v5", "D4s_v5", "D4ds_v5", "B2as_v2", "E8s_v5"])
      expect(retirementOfSize(`Standard_${size}`)).toBeUndefined();
  });
});

describe("other checks", () => {
  test("images by publisher, offer and sku, whatever the letter case", () => {
    const canonical = { publisher: "Canonical", offer: "0001-com-ubuntu-server-focal", sku: "20_04-lts" };
    expect(checkBatchImage(canonical)?.found).toBe('"Canonical:0001-com-ubuntu-server-focal:20_04-lts"');
    expect(checkBatchImage(canonical, "2025-04-22")).toBeUndefined();
    const centos = { publisher: "microsoft-azure-batch", offer: "centos-container", sku: "7-8" };
    expect(checkBatchImage(centos)?.mend).toMatch(/^Batch's CentOS container images ended on 2024-06-30: /);
    for (const image of [undefined, null, "ubuntu", {}, { id: "x" }, { ...canonical, sku: "24_04-lts" }]) {
      expect(checkBatchImage(image)).toBeUndefined();
    }
  });

  test("durations both ways", () => {
    expect(["PT15M", "PT1H30M", "P1D", "P1DT1H", "PT90S"].map(isoMinutes)).toEqual([15, 90, 1440, 1500, 1.5]);
    for (const text of ["", "P", "PT", "1H", "PT1", "P1H", "PT-5M", "P1DT"]) expect(isoMinutes(text)).toBeUndefined();
    expect([0, 15, 60, 90, 4320].map(isoDuration)).toEqual(["PT0M", "PT15M", "PT1H", "PT1H30M", "PT72H"]);
    expect(checkIdleShutdown("PT60M", 60)).toBeUndefined();
    expect(checkIdleShutdown("PT61M", 60)?.found).toBe('"PT61M"');
    expect(checkIdleShutdown("PT20M", 20)).toBeUndefined();
  });

  test("tags for all resources and for compute", () => {
    const tags = { owner: "a", "cost-centre": "b", estate: "c" };
    expect(missingTags(tags, false)).toBeUndefined();
    expect(missingTags(tags, true)?.mend).toBe('Add tags["schedule"]');
    expect(missingTags({ ...tags, schedule: Symbol("not known yet") }, true)).toBeUndefined();
    expect(missingTags({ owner: "" }, ["owner"])?.found).toBe("set for owner only");
  });

  test("formulas that don't scale to zero say why", () => {
    expect(scalesToZero("$TargetDedicatedNodes=0;$NodeDeallocationOption=retaineddata;")?.found).toBe(
      "asking for no node when one task has just been queued",
    );
    expect(
      scalesToZero(
        "n=max(0,$PendingTasks.GetSample(1));$TargetLowPriorityNodes=n;$NodeDeallocationOption=taskcompletion",
      ),
    ).toBeUndefined();
    expect(scalesToZero("$TargetDedicatedNodes=surprise;")?.found).toBe("not evaluable (surprise has no value)");
  });
});
