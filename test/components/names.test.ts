import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { physicalName, suffixOf, type NamedKind } from "../../components/naming";

/** What Azure takes, as a regular expression per kind. */
const taken: Record<NamedKind, RegExp> = {
  storageAccount: /^[a-z0-9]{3,24}$/,
  batchAccount: /^[a-z0-9]{3,24}$/,
  registry: /^[a-zA-Z0-9]{5,50}$/,
  computeInstance: /^[a-zA-Z][a-zA-Z0-9-]{1,22}[a-zA-Z0-9]$/,
  computeCluster: /^[a-zA-Z][a-zA-Z0-9-]{1,30}[a-zA-Z0-9]$/,
  attachedCompute: /^[a-zA-Z](?:[a-zA-Z0-9-]{0,14}[a-zA-Z0-9])?$/,
  containerApp: /^[a-z](?!.*--)[a-z0-9-]{0,30}[a-z0-9]$/,
  cluster: /^[a-zA-Z0-9](?:[a-zA-Z0-9-]{0,61}[a-zA-Z0-9])?$/,
  workspace: /^[a-zA-Z0-9][a-zA-Z0-9_-]{2,32}$/,
};

describe("physical names", () => {
  test("end with the estate's random part", () => {
    expect(physicalName("storageAccount", "lights-out", "1a2b3c4d")).toBe("lightsout1a2b3c4d");
    expect(physicalName("computeInstance", "a-very-long-person", "1a2b3c4d")).toBe("a-very-long-per-1a2b3c4d");
    expect(physicalName("attachedCompute", "kubernetes", "1a2b3c4d")).toBe("kubernetes");
    expect(suffixOf("lights-out-dev-group1A2B3C4D")).toBe("1a2b3c4d");
    expect(suffixOf("lights-out-dev-group12345678")).toBe("x2345678");
  });

  test("property: every kind takes every name, and the random part is whole", () => {
    const kinds = Object.keys(taken) as NamedKind[];
    const suffix = fc.stringMatching(/^[a-z0-9]{8}$/);
    fc.assert(
      fc.property(fc.constantFrom(...kinds), fc.string(), suffix, (kind, base, random) => {
        const name = physicalName(kind, base, random);
        expect(name).toMatch(taken[kind]);
        if (kind !== "attachedCompute") expect(name.endsWith(random)).toBe(true);
      }),
      { numRuns: 1000 },
    );
  });
});
