import { expect, test } from "vitest";

import { tree } from "../../../local/host/display";
import type { Step } from "../../../local/host/report";
import { Crypter } from "../../../local/host/secrets";
import {
  covers,
  differences,
  keepSecrets,
  mask,
  parsePath,
  resetPath,
  reveal,
  secret,
  unknown,
} from "../../../local/host/values";

test("property paths are split as Pulumi writes them", () => {
  expect(parsePath("a.b[0].c")).toEqual(["a", "b", "0", "c"]);
  expect(parsePath('a["b.c"][*].d')).toEqual(["a", "b.c", "*", "d"]);
  expect(covers(["a", "*", "c"], ["a", "7", "c", "d"])).toBe(true);
  expect(covers(["a", "b", "c"], ["a", "b"])).toBe(false);
});

test("a path is reset to the old value, or to none", () => {
  const old = { a: [{ b: 1, c: 1 }], d: 1 };
  const news = { a: [{ b: 2, c: 2 }], e: 2 };
  expect(resetPath(old, news, parsePath("a[0].b"))).toEqual({ a: [{ b: 1, c: 2 }], e: 2 });
  expect(resetPath(old, news, parsePath("a[*].c"))).toEqual({ a: [{ b: 2, c: 1 }], e: 2 });
  expect(resetPath(old, news, parsePath("d"))).toEqual({ ...news, d: 1 });
  expect(resetPath(old, news, parsePath("e"))).toEqual({ a: news.a });
});

test("secrets are revealed, hidden and kept", () => {
  const value = { a: secret({ b: 1 }), c: [secret("x")] };
  expect(reveal(value)).toEqual({ a: { b: 1 }, c: ["x"] });
  expect(mask(value)).toEqual({ a: "[secret]", c: ["[secret]"] });
  expect(keepSecrets({ a: 1, b: { c: 2 }, d: 3 }, { a: secret(0), b: { c: secret(0) } })).toEqual({
    a: secret(1),
    b: { c: secret(2) },
    d: 3,
  });
});

test("differences are told leaf by leaf", () => {
  expect(differences({ a: 1, b: { c: [1, 2] }, d: 1 }, { a: 1, b: { c: [1, 3] }, e: unknown })).toEqual([
    { path: ["b", "c", "1"], old: 2, new: 3 },
    { path: ["d"], old: 1, new: undefined },
    { path: ["e"], old: undefined, new: unknown },
  ]);
});

test("secrets are encrypted as Pulumi does: what its CLI wrote is read", () => {
  // Written by the Pulumi CLI 3.270 with an empty passphrase.
  const crypter = new Crypter("", "v1:5DMKzfBvrhc=:v1:+5fE4AukcY4ucsGK:umfu8Ejrd9jk35UmgTpSPLIAkxvXsA==");
  expect(crypter.decrypt("v1:PwvR0cU+yC87qOHa:53BDIOYnzBsyOUbdzShgXhbbTM8VwQ==")).toBe('"hush"');
  expect(crypter.decrypt(crypter.encrypt("again"))).toBe("again");
});

test("a preview reads like Pulumi's", () => {
  const step = (operation: Step["operation"], name: string, parent?: string, more: Partial<Step> = {}): Step => ({
    operation,
    urn: `urn:pulumi:dev::p::t:index:${name}::${name}`,
    type: `t:index:${name}`,
    name,
    custom: true,
    ...(parent && { parent: `urn:pulumi:dev::p::t:index:${parent}::${parent}` }),
    inputs: {},
    differences: [],
    replaceKeys: [],
    ...more,
  });
  expect(
    tree([
      step("same", "Stack"),
      step("create", "New", "Stack"),
      step("same", "Group", "Stack"),
      step("same", "Quiet", "Group"),
      step("replace", "Old", "Group", {
        replaceKeys: ["size"],
        differences: [
          { path: ["size"], old: 1, new: 2 },
          { path: ["of", "b"], new: unknown },
          { path: ["token"], old: "[secret]", new: "[secret]" },
          { path: ["gone"], old: "x" },
        ],
      }),
    ]),
  ).toEqual([
    "     Type               Name   Plan",
    "     t:index:Stack      Stack",
    " +   ├─ t:index:New     New    create",
    "     └─ t:index:Group   Group",
    " +-     └─ t:index:Old  Old    replace (size)",
    "          ~ size: 1 => 2",
    "          + of.b: [unknown]",
    "          ~ token: [secret] => [secret]",
    '          - gone: "x"',
  ]);
});
