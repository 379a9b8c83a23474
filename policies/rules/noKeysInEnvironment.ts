import { at, listAt, UNKNOWN } from "../../pricing/values";
import { containersOf } from "../compute";
import type { Fault } from "../fault";
import { resourceRule, type Subject } from "../rule";

const secretNames =
  "(^|_)(KEY|KEYS|ACCESS_?KEY|ACCOUNT_?KEY|API_?KEY|SECRET|PASSWORD|PASSWD|PWD|TOKEN|CONNECTION_?STRING|SAS)$";

const secretValues: readonly (readonly [RegExp, string])[] = [
  [/AccountKey=|SharedAccessKey=/i, "a connection string with a key"],
  [/[?&]sig=[A-Za-z0-9%]/i, "a shared access signature"],
  [/^[A-Za-z0-9+/]{86}==$/, "a storage account key"],
  [/-----BEGIN [A-Z ]*PRIVATE KEY-----/, "a private key"],
  [/^(gh[pousr]_|github_pat_|glpat-|glrt-)[A-Za-z0-9_-]{16,}/, "an access token"],
];

/** Keys stay out of environment variables, which anyone who may read the resource can read. */
export const noKeysInEnvironment = resourceRule<{ names: string; allowed: string[] }>({
  name: "no-keys-in-environment",
  description: "Environment variables hold no keys, passwords, tokens or connection strings.",
  severity: "critical",
  remediationSteps:
    "Reach the service by managed identity. Where only a secret will do, keep it in Key Vault or the app's secrets and " +
    "refer to it by secretRef.",
  settings: {
    names: { type: "string", default: secretNames, description: "Pattern of variable names that secrets go by." },
    allowed: {
      type: "array",
      items: { type: "string" },
      default: [],
      description: "Variables that look like secrets by their names but are none.",
    },
  },
  check: (subject, { names, allowed }) => {
    const pattern = new RegExp(names, "i");
    return variablesOf(subject).flatMap(({ property, name, value }): Fault[] => {
      if (typeof value !== "string" || value === "") return [];
      const label = typeof name === "string" ? name : "";
      const kind = secretValues.find(([looks]) => looks.test(value))?.[1];
      const byName = pattern.test(label) && !allowed.includes(label);
      if (kind === undefined && !byName) return [];
      // The value itself is never shown: messages end up in logs.
      const found = kind === undefined ? `a plain value for ${label}` : `${kind} for ${label}`;
      return [{ property, found, wanted: "free of secrets", mend: "Use a managed identity, or refer to a secret" }];
    });
  },
});

function variablesOf(subject: Subject): { property: string; name: unknown; value: unknown }[] {
  const lists = [
    ...containersOf(subject).flatMap(({ container, path }) =>
      ["env", "environmentVariables"].map((list) => ({ list: listAt(container, list), path: `${path}.${list}` })),
    ),
    ...(subject.type === "azure-native:batch:Pool"
      ? [{ list: listAt(subject.props, "startTask.environmentSettings"), path: "startTask.environmentSettings" }]
      : []),
  ];
  return lists.flatMap(({ list, path }) =>
    list
      .map((variable, index) => ({ variable, property: `${path}[${index}].value` }))
      .filter(({ variable }) => variable !== UNKNOWN)
      .map(({ variable, property }) => ({ property, name: at(variable, "name"), value: at(variable, "value") })),
  );
}
