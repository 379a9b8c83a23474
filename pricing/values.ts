/** A value that a preview cannot know yet. */
export const UNKNOWN: unique symbol = Symbol("unknown until up");

// What Pulumi sends over the wire for a value that is not known yet, one text for each type, and for a secret.
const unknownTexts = new Set([
  "1c4a061d-8072-4f0a-a4cb-0ff528b18fe7",
  "3eeb2bf0-c639-47a8-9e75-3b44932eb421",
  "04da6b54-80e4-46f7-96ec-b56ff0331ba9",
  "6a19a0b0-7e62-4c92-b797-7f8e31da9cc2",
  "030794c1-ac77-496b-92df-f27374a8bd58",
  "e48ece36-62e2-4504-bad9-02848725956a",
  "dd056dcd-154b-4c76-9bd3-c8f88648b5ff",
]);
const signature = "4dabf18193072939515e22adb298388d";
const secretSignature = "1b47061264138c4ac30d75fd1eb44270";

/** A resource's inputs as plain data in which `UNKNOWN` stands for what is not known yet. */
export type Plain = Readonly<Record<string, unknown>>;

/**
 * Copies a value to plain data: what is not known yet becomes `UNKNOWN`, a secret its value, `null` is left out of maps.
 * It reads through a policy's proxy, which throws where a value is not known, through Pulumi's wire format and mocks.
 */
export function plain(value: unknown): unknown {
  if (typeof value === "string") return unknownTexts.has(value) ? UNKNOWN : value;
  if (typeof value !== "object" || value === null) return value;
  if (Array.isArray(value)) return Array.from({ length: value.length }, (_, index) => read(value, index));
  const map = value as Readonly<Record<string, unknown>>;
  const keys = Object.keys(map);
  if (keys.includes("__pulumiUnknown")) return UNKNOWN;
  if (keys.includes(signature) && map[signature] === secretSignature) return read(map, "value");
  return Object.fromEntries(
    keys.map((key) => [key, read(map, key)]).filter(([, child]) => child !== undefined && child !== null),
  );
}

function read(container: object, key: string | number): unknown {
  try {
    return plain((container as Readonly<Record<string | number, unknown>>)[key]);
  } catch (error) {
    // UnknownValueError of @pulumi/policy, told by its field: pure code imports no Pulumi.
    if (error instanceof Error && "unknownTypeSentinel" in error) return UNKNOWN;
    throw error;
  }
}

/** Whether this is a map of plain data. */
export function isMap(value: unknown): value is Plain {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

/** The value at a dotted path with `[n]` for list items: `undefined` where there is none, `UNKNOWN` beneath one. */
export function at(value: unknown, path: string): unknown {
  let here = value;
  for (const step of path.split(/[.[\]]+/).filter((part) => part !== "")) {
    if (here === UNKNOWN) return UNKNOWN;
    if (Array.isArray(here)) here = here[Number(step)];
    else if (isMap(here)) here = Object.hasOwn(here, step) ? here[step] : undefined;
    else return undefined;
  }
  return here;
}

/** The list at a path: empty where there is none or something else stands there. */
export function listAt(value: unknown, path: string): readonly unknown[] {
  const found = at(value, path);
  return Array.isArray(found) ? found : [];
}

/** A Pulumi type without its API version: `azure-native:batch/v20240701:Pool` is `azure-native:batch:Pool`. */
export function unversioned(type: string): string {
  return type.replace(/\/v\d{8}(preview|privatepreview)?:/, ":");
}
