import { at, UNKNOWN } from "../../pricing/values";
import { shown } from "../fault";
import { resourceRule } from "../rule";

/** Registries are reached by identity: no admin user, no anonymous pulls. */
export const registryAdminOff = resourceRule({
  name: "registry-admin-off",
  description: "Container registries have neither an admin user nor anonymous pulls.",
  severity: "high",
  remediationSteps: "Set adminUserEnabled to false and give whoever pulls the role AcrPull.",
  check: ({ type, props }) =>
    type !== "azure-native:containerregistry:Registry"
      ? []
      : ["adminUserEnabled", "anonymousPullEnabled"].flatMap((property) => {
          const value = at(props, property);
          if (value === undefined || value === false || value === UNKNOWN) return [];
          return [{ property, found: shown(value), wanted: "false", mend: "Set it to false and pull by identity" }];
        }),
});
