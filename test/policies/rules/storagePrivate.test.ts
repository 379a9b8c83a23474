import { expect, test } from "vitest";
import { storagePrivate } from "../../../policies/rules/storagePrivate";
import { having, unknown, violations } from "../support";

const fine = { allowBlobPublicAccess: false, minimumTlsVersion: "TLS1_2", enableHttpsTrafficOnly: true };
const account = (props: object) =>
  violations(storagePrivate, { type: "azure-native:storage:StorageAccount", name: "files", props });
const container = (publicAccess: unknown) =>
  violations(storagePrivate, { type: "azure-native:storage:BlobContainer", name: "inputs", props: { publicAccess } });

test("storage-private lets a private account pass, and what is not known yet", () => {
  expect(account(fine)).toEqual([]);
  expect(account(having(having(fine, "enableHttpsTrafficOnly", undefined), "minimumTlsVersion", "TLS1_3"))).toEqual([]);
  expect(
    account({
      allowBlobPublicAccess: unknown.flag,
      minimumTlsVersion: unknown.text,
      enableHttpsTrafficOnly: unknown.flag,
    }),
  ).toEqual([]);
});

test("storage-private names every property at fault", () => {
  const label = 'storage:StorageAccount "files":';
  const blobs = (found: string) =>
    `${label} allowBlobPublicAccess is ${found}, but must be false. Set it to false: it is not the default everywhere.`;
  const tls = (found: string) =>
    `${label} minimumTlsVersion is ${found}, but must be "TLS1_2" or "TLS1_3". Set it to "TLS1_2".`;
  expect(account({})).toEqual([blobs("not set"), tls("not set")]);
  expect(account({ allowBlobPublicAccess: true, minimumTlsVersion: "TLS1_0", enableHttpsTrafficOnly: false })).toEqual([
    blobs("true"),
    tls('"TLS1_0"'),
    `${label} enableHttpsTrafficOnly is false, but must be true. Set it to true or leave it out.`,
  ]);
  expect(account({ ...fine, allowBlobPublicAccess: "no", minimumTlsVersion: 1.2 })).toEqual([
    blobs('"no"'),
    tls("1.2"),
  ]);
});

test("storage-private keeps containers private", () => {
  for (const value of ["None", undefined, unknown.text]) expect(container(value)).toEqual([]);
  for (const [value, found] of [
    ["Blob", '"Blob"'],
    [true, "true"],
  ] as const) {
    expect(container(value)).toEqual([
      `storage:BlobContainer "inputs": publicAccess is ${found}, but must be "None". Set it to "None" or leave it out.`,
    ]);
  }
  expect(violations(storagePrivate, { type: "azure-native:storage:Table", props: {} })).toEqual([]);
});
