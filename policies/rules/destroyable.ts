import { at, UNKNOWN } from "../../pricing/values";
import { shown, type Fault } from "../fault";
import { resourceRule } from "../rule";

/**
 * Everything goes with `pulumi destroy`. Pulumi tells packs of `protect`, but not of `retainOnDelete`, so that one
 * can't be seen here.
 */
export const destroyable = resourceRule<{ maxRetentionDays: number }>({
  name: "nothing-retained",
  description:
    "Nothing is protected, locked or kept after it is deleted, so that a destroyed stack leaves nothing behind.",
  severity: "medium",
  remediationSteps:
    "Leave out protect, management locks, purge protection and immutability; keep soft-deleted vaults for 7 days; have " +
    "a machine's disk deleted with it.",
  settings: {
    maxRetentionDays: {
      type: "integer",
      minimum: 7,
      default: 7,
      description: "Longest time that a deleted vault may be kept, in days; Azure takes no less than 7.",
    },
  },
  check: ({ type, props, opts }, { maxRetentionDays }): Fault[] => {
    const faults: Fault[] = [];
    const unwanted = (property: string, bad: unknown, wanted: string, mend: string) => {
      const value = at(props, property);
      if (value === bad) faults.push({ property, found: shown(value), wanted, mend });
    };
    if (opts?.protect) {
      faults.push({
        property: "protect",
        found: "true",
        wanted: "false",
        mend: "Leave out the resource option protect",
      });
    }
    if (/^azure-native:authorization:ManagementLock/.test(type)) {
      faults.push({
        found: "a management lock",
        wanted: "left out",
        mend: "Remove the lock: it keeps its scope from being deleted",
      });
    }
    if (type === "azure-native:storage:BlobContainerImmutabilityPolicy") {
      faults.push({
        found: "an immutability policy",
        wanted: "left out",
        mend: "Remove it: it keeps blobs from being deleted",
      });
    }
    if (type === "azure-native:storage:StorageAccount") {
      unwanted(
        "immutableStorageWithVersioning.enabled",
        true,
        "false",
        "Turn it off: it keeps blobs from being deleted",
      );
    }
    if (type === "azure-native:keyvault:Vault") {
      const mend = "Leave it out: it can't be undone and keeps the vault's name for months";
      unwanted("properties.enablePurgeProtection", true, "not set", mend);
      const property = "properties.softDeleteRetentionInDays";
      const days = at(props, property);
      if (days !== UNKNOWN && !(typeof days === "number" && days <= maxRetentionDays)) {
        const found = days === undefined ? "not set, which means 90" : shown(days);
        faults.push({ property, found, wanted: `at most ${maxRetentionDays}`, mend: `Set it to ${maxRetentionDays}` });
      }
    }
    if (type === "azure-native:compute:VirtualMachine") {
      const property = "storageProfile.osDisk.deleteOption";
      const option = at(props, property);
      if (option !== "Delete" && option !== UNKNOWN) {
        faults.push({
          property,
          found: shown(option),
          wanted: '"Delete"',
          mend: "Have the disk deleted with its machine",
        });
      }
    }
    return faults;
  },
});
