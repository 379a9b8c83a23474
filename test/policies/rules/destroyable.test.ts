import { expect, test } from "vitest";
import { destroyable } from "../../../policies/rules/destroyable";
import { good, having, unknown, violations } from "../support";

const vault = (properties: unknown, config: object = {}) =>
  violations(destroyable, { type: "azure-native:keyvault:Vault", name: "keys", props: { properties } }, config);

test.each(Object.entries(good))("nothing-retained lets a %s pass", (_, resource) => {
  expect(violations(destroyable, resource)).toEqual([]);
});

test("nothing-retained refuses protect, locks and immutability, of any provider's resource", () => {
  expect(violations(destroyable, { type: "docker:index/image:Image", name: "i", props: {}, protect: true })).toEqual([
    'docker:index/image:Image "i": protect is true, but must be false. Leave out the resource option protect.',
  ]);
  expect(
    violations(destroyable, { type: "azure-native:authorization:ManagementLockByScope", name: "l", props: {} }),
  ).toEqual([
    'authorization:ManagementLockByScope "l": is a management lock, but must be left out. Remove the lock: it keeps its scope from being deleted.',
  ]);
  expect(
    violations(destroyable, { type: "azure-native:storage:BlobContainerImmutabilityPolicy", name: "p", props: {} }),
  ).toEqual([
    'storage:BlobContainerImmutabilityPolicy "p": is an immutability policy, but must be left out. Remove it: it keeps blobs from being deleted.',
  ]);
  const account = (enabled: unknown) =>
    violations(destroyable, {
      type: "azure-native:storage:StorageAccount",
      name: "a",
      props: { immutableStorageWithVersioning: { enabled } },
    });
  expect(account(true)).toEqual([
    'storage:StorageAccount "a": immutableStorageWithVersioning.enabled is true, but must be false. Turn it off: it keeps blobs from being deleted.',
  ]);
  for (const value of [false, undefined, unknown.flag, "true"]) expect(account(value)).toEqual([]);
});

test("nothing-retained keeps deleted vaults for no longer than needed", () => {
  const days = (found: string, most = 7) =>
    `keyvault:Vault "keys": properties.softDeleteRetentionInDays is ${found}, but must be at most ${most}. Set it to ${most}.`;
  expect(vault({ softDeleteRetentionInDays: 7 })).toEqual([]);
  expect(vault({ softDeleteRetentionInDays: 30 }, { maxRetentionDays: 30 })).toEqual([]);
  expect(vault({ softDeleteRetentionInDays: unknown.number })).toEqual([]);
  expect(vault(unknown.map)).toEqual([]);
  expect(vault({ softDeleteRetentionInDays: 7, enablePurgeProtection: true })).toEqual([
    "keyvault:Vault \"keys\": properties.enablePurgeProtection is true, but must be not set. Leave it out: it can't be undone and keeps the vault's name for months.",
  ]);
  expect(vault({ softDeleteRetentionInDays: 90 })).toEqual([days("90")]);
  expect(vault({ softDeleteRetentionInDays: "7" })).toEqual([days('"7"')]);
  expect(vault(undefined)).toEqual([days("not set, which means 90")]);
});

test("nothing-retained has a machine's disk deleted with it", () => {
  const disk = (value: unknown) =>
    violations(destroyable, {
      ...good.machine,
      props: having(good.machine.props, "storageProfile.osDisk.deleteOption", value),
    });
  for (const [value, found] of [
    ["Detach", '"Detach"'],
    [undefined, "not set"],
    [true, "true"],
  ] as const) {
    expect(disk(value)).toEqual([
      `compute:VirtualMachine "bench": storageProfile.osDisk.deleteOption is ${found}, but must be "Delete". Have the disk deleted with its machine.`,
    ]);
  }
  expect(disk(unknown.text)).toEqual([]);
});
