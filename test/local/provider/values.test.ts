import { describe, expect, it } from "vitest";
import { plain, secret, withSecretsOf } from "../../../local/provider/values";

describe("values", () => {
  it("come plain out of their envelopes, without what is null", () => {
    expect(plain({ a: secret({ b: secret([1, null]), c: null }), d: null })).toEqual({ a: { b: [1, null] } });
  });

  it("are secret in the outputs where they were in the inputs", () => {
    const inputs = { key: secret("k"), open: 1, nested: { key: secret("k"), open: 2 }, list: [secret("k")] };
    const outputs = { key: "k", open: 1, nested: { key: "k", open: 2, more: 3 }, list: ["k"], added: 4 };
    expect(withSecretsOf(inputs, outputs)).toEqual({
      key: secret("k"),
      open: 1,
      nested: { key: secret("k"), open: 2, more: 3 },
      list: secret(["k"]),
      added: 4,
    });
  });
});
