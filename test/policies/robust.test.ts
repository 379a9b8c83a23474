import fc from "fast-check";
import { expect, test } from "vitest";
import { rules } from "../../policies/rules";
import { good, stackViolations, unknown, violations, type Declared } from "./support";

const others: Declared[] = [
  {
    type: "azure-native:app:ManagedEnvironment",
    props: { workloadProfiles: [{ name: "gpu", workloadProfileType: "NC24-A100", minimumCount: 0 }] },
  },
  {
    type: "azure-native:containerservice:ManagedCluster",
    props: { agentPoolProfiles: [{ vmSize: "Standard_D2s_v5", count: 1 }] },
  },
  {
    type: "azure-native:containerinstance:ContainerGroup",
    props: { containers: [{ resources: { requests: { gpu: {} } }, environmentVariables: [{ name: "A" }] }] },
  },
  { type: "azure-native:storage:StorageAccount", props: { kind: "Storage", immutableStorageWithVersioning: {} } },
  { type: "azure-native:keyvault:Vault", props: { properties: { softDeleteRetentionInDays: 7 } } },
  {
    type: "azure-native:logic:Workflow",
    props: {
      definition: {
        triggers: { a: { type: "Recurrence", recurrence: { frequency: "Day" } } },
        actions: { a: { type: "Until" } },
      },
    },
  },
  { type: "azure-native:authorization:RoleAssignment", props: { scope: "/", roleDefinitionId: "x" } },
  { type: "azure-native:authorization:RoleDefinition", props: { permissions: [{ actions: ["*"] }] } },
  {
    type: "azure-native:consumption:Budget",
    props: { amount: 1, notifications: { a: { enabled: true, contactEmails: [] } } },
  },
];

/** A copy in which one value, at any depth, is another one. */
function spoilt(value: unknown, choices: readonly number[], replacement: unknown): unknown {
  const [choice, ...rest] = choices;
  if (choice === undefined || typeof value !== "object" || value === null) return replacement;
  const keys = Object.keys(value);
  const key = keys[choice % keys.length];
  if (key === undefined) return replacement;
  const child = (value as Record<string, unknown>)[key];
  const next = spoilt(child, rest, replacement);
  return Array.isArray(value)
    ? value.map((item, i) => (String(i) === key ? next : (item as unknown)))
    : { ...value, [key]: next };
}

test("no rule fails over an ill-typed or unknown value anywhere, and each says its say in one line", () => {
  const replacement = fc.oneof(
    fc.jsonValue({ maxDepth: 2 }).map((value) => value as unknown),
    fc.constantFrom(undefined, NaN, ...Object.values(unknown)),
  );
  fc.assert(
    fc.property(
      fc.constantFrom(...Object.values(good), ...others),
      fc.array(fc.nat(20), { minLength: 1, maxLength: 7 }),
      replacement,
      (resource, choices, value) => {
        const props = spoilt(resource.props, choices, value) as object;
        for (const rule of rules) {
          const messages =
            "validateStack" in rule
              ? stackViolations(rule, [{ ...resource, props }]).map(({ message }) => message)
              : violations(rule, { ...resource, props });
          for (const message of messages) expect(message).toMatch(/^\S.* is .*, but must be .*\.$/);
        }
      },
    ),
    { numRuns: 600 },
  );
});
