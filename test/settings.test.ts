import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { parseSettings, readSettings } from "../settings";
import { malformedSettings } from "./support/malformed";
import { minimalSettings, stackSettings } from "./support/devSettings";

const faultsOf = (raw: Record<string, unknown>): string[] => {
  const parsed = parseSettings({ ...minimalSettings, ...raw });
  return parsed.ok ? [] : parsed.faults;
};

describe("parseSettings", () => {
  test("fills a minimal stack with useful defaults", () => {
    const parsed = parseSettings(minimalSettings);
    expect(parsed).toMatchObject({
      ok: true,
      settings: {
        timeZone: "Etc/UTC",
        schedules: { office: { windows: [{ start: "08:00", end: "19:00" }] } },
        batchPools: { train: { vmSize: "Standard_NC4as_T4_v3", maxSpotNodes: 2, maxDedicatedNodes: 0 } },
        containerGroups: { tensorboard: { port: 6006, share: true } },
        workspace: { instances: {}, clusters: { gpu: { spot: true, maxNodes: 2 } } },
        stopSchedule: { everyMinutes: 5 },
        budget: { monthlyAmount: 1000, thresholds: [50, 80, 100] },
      },
    });
  });

  test("takes the stack files as they are", () => {
    expect(parseSettings(stackSettings("dev")).ok).toBe(true);
    expect(parseSettings(stackSettings("local")).ok).toBe(true);
  });

  test("decodes what Pulumi hands over as text", () => {
    const parsed = parseSettings({ ...minimalSettings, costCentre: 4711, share: '{"quotaGiB":7}' });
    expect(parsed).toMatchObject({ ok: true, settings: { costCentre: "4711", share: { quotaGiB: 7 } } });
  });

  test("reports every fault at once, each in one line", () => {
    const parsed = parseSettings({ location: "Mars One", share: { quotaGiB: 0 } });
    expect(parsed).toEqual({
      ok: false,
      faults: [
        'lights-out:location is "Mars One", but must be an Azure region by its short name, for example "swedencentral". Mend: correct it in Pulumi.<stack>.yaml (README, "Settings").',
        'lights-out:owner is missing; it must be a text. Mend: set it in Pulumi.<stack>.yaml (README, "Settings").',
        'lights-out:costCentre is missing; it must be a text. Mend: set it in Pulumi.<stack>.yaml (README, "Settings").',
        'lights-out:share.quotaGiB is 0, but must be at least 1. Mend: correct it in Pulumi.<stack>.yaml (README, "Settings").',
      ],
    });
  });

  test.each<[string, Record<string, unknown>, string]>([
    [
      "a misspelt setting",
      { batchPool: {} },
      'lights-out:batchPool is not a setting. Mend: remove "batchPool" or correct its spelling',
    ],
    ["a misspelt part", { share: { quota: 5 } }, "lights-out:share.quota is not a setting"],
    [
      "a retired size",
      { batchPools: { train: { vmSize: "Standard_NC6s_v3" } } },
      'lights-out:batchPools.train.vmSize is "Standard_NC6s_v3", but must be',
    ],
    [
      "an unknown zone",
      { timeZone: "Europe/Atlantis" },
      'lights-out:timeZone is "Europe/Atlantis", but must be an IANA time zone',
    ],
    [
      "a schedule that is not there",
      { defaultSchedule: "nights" },
      `lights-out:defaultSchedule is "nights", but must be one of the stack's schedules: office`,
    ],
    [
      "a web app without a port",
      { containerGroups: { app: { image: "x" } } },
      "lights-out:containerGroups.app.port must be given for a group without a GPU",
    ],
    [
      "a GPU that the region lacks",
      { location: "westeurope", containerGroups: { job: { image: "x", gpu: "A100" } } },
      'lights-out:containerGroups.job.gpu is "A100", but must be a GPU that the region has',
    ],
    [
      "Git without a token",
      { registry: { git: { url: "https://example.com/r.git" } } },
      "lights-out:gitToken must be set when registry.git is",
    ],
    [
      "a bad name",
      { batchPools: { "Bad Name": {} } },
      `lights-out:batchPools.Bad Name is "Bad Name", but a pool's name must be`,
    ],
    ["no schedule", { schedules: {} }, "lights-out:schedules is {}, but must name at least one schedule"],
    ["the reserved schedule", { schedules: { always: { windows: [] } } }, 'must not be named "always"'],
    [
      "a wrong time",
      { schedules: { office: { windows: [{ start: "8", end: "19:00" }] } } },
      'lights-out:schedules.office.windows.0.start is "8", but must be a time of day',
    ],
  ])("says how to mend %s", (_, raw, line) => {
    const faults = faultsOf(raw);
    expect(faults.length).toBe(1);
    expect(faults[0]).toContain(line);
  });

  test("never prints a token", () => {
    const [fault] = faultsOf({ gitToken: { secret: "hunter2" } });
    expect(fault).toContain("lights-out:gitToken (its value is secret)");
    expect(fault).not.toContain("hunter2");
  });

  test("property: 200 malformed settings give lines and never a throw", () => {
    fc.assert(
      fc.property(malformedSettings, (raw) => {
        const parsed = parseSettings(raw);
        expect(parsed.ok).toBe(false);
        if (parsed.ok) return;
        expect(parsed.faults.length).toBeGreaterThan(0);
        for (const fault of parsed.faults) {
          expect(fault).toMatch(/^lights-out:\S.* Mend: .+ in Pulumi\.<stack>\.yaml \(README, "Settings"\)\.$/);
          expect(fault).not.toContain("\n");
          expect(fault.length).toBeLessThan(700);
        }
      }),
      { numRuns: 200 },
    );
  });

  test("readSettings throws one error with all lines", () => {
    expect(() => readSettings({ "lights-out:location": "swedencentral", "azure-native:location": "x" })).toThrow(
      /^lights-out:owner is missing.*\nlights-out:costCentre is missing/,
    );
  });
});
