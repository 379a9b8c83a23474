import { at, UNKNOWN } from "../../pricing/values";
import { shown, type Fault } from "../fault";
import { resourceRule } from "../rule";

/** Storage is not public and speaks TLS 1.2 or later only. */
export const storagePrivate = resourceRule({
  name: "storage-private",
  description: "Storage accounts allow no public blobs and nothing but HTTPS with TLS 1.2 or later.",
  severity: "critical",
  remediationSteps:
    "Set allowBlobPublicAccess to false, minimumTlsVersion to TLS1_2, enableHttpsTrafficOnly to true (its default) and " +
    "publicAccess of containers to None.",
  check: ({ type, props }) => {
    const value = (property: string) => at(props, property);
    const allowed = (property: string, good: readonly unknown[], mend: string): Fault[] =>
      good.includes(value(property)) || value(property) === UNKNOWN
        ? []
        : [
            {
              property,
              found: shown(value(property)),
              wanted: good
                .filter((g) => g !== undefined)
                .map(shown)
                .join(" or "),
              mend,
            },
          ];
    switch (type) {
      case "azure-native:storage:StorageAccount":
        return [
          ...allowed("allowBlobPublicAccess", [false], "Set it to false: it is not the default everywhere"),
          ...allowed("minimumTlsVersion", ["TLS1_2", "TLS1_3"], 'Set it to "TLS1_2"'),
          ...allowed("enableHttpsTrafficOnly", [true, undefined], "Set it to true or leave it out"),
        ];
      case "azure-native:storage:BlobContainer":
        return allowed("publicAccess", ["None", undefined], 'Set it to "None" or leave it out');
      default:
        return [];
    }
  },
});
