import { expect, test } from "vitest";
import { noKeysInEnvironment } from "../../../policies/rules/noKeysInEnvironment";
import { good, having, unknown, violations } from "../support";

const job = (env: unknown, config: object = {}) =>
  violations(
    noKeysInEnvironment,
    { ...good.job, props: having(good.job.props, "template.containers.0.env", env) },
    config,
  );
const message = (found: string, index = 0) =>
  `app:Job "finetune": template.containers[0].env[${index}].value is ${found}, but must be free of secrets. Use a managed identity, or refer to a secret.`;
// Made up of repeated text so that nothing here looks like a leaked key.
const key = `${"A".repeat(86)}==`;

test("no-keys-in-environment lets plain values and references to secrets pass", () => {
  expect(
    job([
      { name: "AZURE_CLIENT_ID", value: "00000000-0000-4000-8000-000000000001" },
      { name: "HF_TOKEN", secretRef: "hugging-face" },
      { name: "KEY_VAULT_NAME", value: "vault" },
      { name: "API_KEY", value: "" },
      { name: "DB_PASSWORD", value: unknown.text },
      { name: "EPOCHS", value: 3 },
      { value: "nameless" },
      unknown.map,
      "PATH=/bin",
    ]),
  ).toEqual([]);
  for (const env of [undefined, unknown.list, "A=b", { A: "b" }]) expect(job(env)).toEqual([]);
});

test("no-keys-in-environment finds secrets by name and by look, and shows none of them", () => {
  const found = job([
    { name: "HF_TOKEN", value: "something" },
    { name: "STORAGE", value: `DefaultEndpointsProtocol=https;AccountName=a;AccountKey=${key}` },
    { name: "URL", value: "https://a.blob.core.windows.net/b?sv=2024&sig=abc%3D" },
    { name: "ACCESS", value: key },
  ]);
  expect(found).toEqual([
    message("a plain value for HF_TOKEN"),
    message("a connection string with a key for STORAGE", 1),
    message("a shared access signature for URL", 2),
    message("a storage account key for ACCESS", 3),
  ]);
  expect(found.join()).not.toContain("AAAA");
});

test("no-keys-in-environment takes names that are no secrets by its settings, and other patterns", () => {
  expect(job([{ name: "PAD_TOKEN", value: "0" }], { allowed: ["PAD_TOKEN"] })).toEqual([]);
  expect(job([{ name: "HUSH", value: "x" }], { names: "^HUSH$" })).toEqual([message("a plain value for HUSH")]);
});

test("no-keys-in-environment looks into container instances and start tasks", () => {
  const variables = [
    { name: "PASSWORD", value: "x" },
    { name: "TOKEN", secureValue: "y" },
  ];
  const group = {
    type: "azure-native:containerinstance:ContainerGroup",
    name: "g",
    props: { containers: [{ environmentVariables: variables }] },
  };
  expect(violations(noKeysInEnvironment, group)).toEqual([
    'containerinstance:ContainerGroup "g": containers[0].environmentVariables[0].value is a plain value for PASSWORD, but must be free of secrets. Use a managed identity, or refer to a secret.',
  ]);
  const pool = having(good.pool.props, "startTask", { environmentSettings: variables });
  expect(violations(noKeysInEnvironment, { ...good.pool, props: pool })).toEqual([
    'batch:Pool "train": startTask.environmentSettings[0].value is a plain value for PASSWORD, but must be free of secrets. Use a managed identity, or refer to a secret.',
  ]);
});
