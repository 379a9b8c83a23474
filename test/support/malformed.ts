import fc from "fast-check";
import { minimalSettings, stackSettings } from "./devSettings";

const dev = stackSettings("dev");

/** A value that no setting takes: settings are texts, numbers, booleans, lists and maps of known shape. */
const nonsense: fc.Arbitrary<unknown> = fc.oneof(
  fc.constant(null),
  fc.constant(""),
  fc.constant("  "),
  fc.constant("line\nbreak"),
  fc.constant(Number.MAX_SAFE_INTEGER),
  fc.constant(-1),
  fc.constant([[]]),
  fc.constant({ "no such field": { deep: true } }),
  fc.constant("x".repeat(5000)),
);

/** Every place in the dev stack's settings that holds a value of its own. */
function leaves(value: unknown, path: (string | number)[] = []): (string | number)[][] {
  if (typeof value !== "object" || value === null) return [path];
  return Object.entries(value).flatMap(([key, part]) =>
    leaves(part, [...path, Array.isArray(value) ? Number(key) : key]),
  );
}

// Free texts: every text is good there, and a list of commands may hold an empty one.
const free = /^(costCentre|containerGroups\..*\.(image|command)|batchPools\..*\.(images|startTask)|budget\.)/;
const places = leaves(dev).filter((path) => !free.test(path.join(".")));

function withValue(root: unknown, [key, ...rest]: (string | number)[], value: unknown): unknown {
  if (key === undefined) return value;
  const copy: Record<string | number, unknown> = Array.isArray(root)
    ? ([...(root as unknown[])] as unknown as Record<number, unknown>)
    : { ...(root as Record<string, unknown>) };
  copy[key] = withValue(copy[key], rest, value);
  return copy;
}

/** Settings with at least one fault: one nonsense value in a good stack, a required one missing, or noise. */
export const malformedSettings: fc.Arbitrary<Record<string, unknown>> = fc.oneof(
  fc
    .tuple(fc.constantFrom(...places), nonsense)
    .map(([path, value]) => withValue(dev, path, value) as Record<string, unknown>),
  fc.constantFrom(...Object.keys(minimalSettings)).map((key) => ({ ...dev, [key]: undefined })),
  fc
    .dictionary(fc.string({ minLength: 1 }), fc.jsonValue(), { minKeys: 1, maxKeys: 4 })
    .map((noise) =>
      Object.fromEntries(Object.entries(noise).map(([key, value]) => [`no-${key.replace(/\s/g, "_")}`, value])),
    ),
);
