import { expect, test } from "vitest";
import { at, listAt, plain, UNKNOWN, unversioned } from "../../pricing/values";

const wireUnknown = "04da6b54-80e4-46f7-96ec-b56ff0331ba9";
const secret = { "4dabf18193072939515e22adb298388d": "1b47061264138c4ac30d75fd1eb44270", value: { key: "k" } };

test("copies Pulumi's values to plain data", () => {
  expect(
    plain({ a: wireUnknown, b: [1, wireUnknown], c: secret, d: null, e: { __pulumiUnknown: true }, f: true }),
  ).toEqual({
    a: UNKNOWN,
    b: [1, UNKNOWN],
    c: { key: "k" },
    e: UNKNOWN,
    f: true,
  });
  for (const value of [undefined, null, "", 0, false]) expect(plain(value)).toBe(value);
});

test("reads through a proxy that throws where a value is not known, and passes other errors on", () => {
  const throwing = (error: Error) =>
    Object.defineProperty({}, "a", {
      enumerable: true,
      get: () => {
        throw error;
      },
    });
  expect(plain(throwing(Object.assign(new Error("unknown"), { unknownTypeSentinel: wireUnknown })))).toEqual({
    a: UNKNOWN,
  });
  expect(() => plain(throwing(new Error("broken")))).toThrow("broken");
});

test("finds values by path, and nothing where there is none", () => {
  const value = { a: [{ b: 1 }], c: UNKNOWN };
  expect(at(value, "a[0].b")).toBe(1);
  expect(at(value, "c.anything.below")).toBe(UNKNOWN);
  for (const path of ["a[1].b", "a.b", "x.y", "a[0].b.c", "toString", "__proto__"])
    expect(at(value, path)).toBeUndefined();
  expect(listAt(value, "a")).toEqual([{ b: 1 }]);
  expect(listAt(value, "c")).toEqual([]);
});

test("types without their API versions", () => {
  expect(unversioned("azure-native:batch/v20240701:Pool")).toBe("azure-native:batch:Pool");
  expect(unversioned("azure-native:app/v20250202preview:Job")).toBe("azure-native:app:Job");
  expect(unversioned("azure-native:batch:Pool")).toBe("azure-native:batch:Pool");
});
