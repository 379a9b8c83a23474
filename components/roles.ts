/**
 * Built-in roles by name.
 * Source: Microsoft Learn, "Azure built-in roles".
 */
export const builtInRoles = {
  acrPull: "7f951dda-4ed3-4680-a7ca-43fe172d538d",
  blobDataContributor: "ba92f5b4-2d11-453d-a403-e96b0029c9fe",
  tableDataContributor: "0a9a7e1f-b9d0-4cc4-a60d-0319b160aaa3",
  fileDataPrivilegedContributor: "69566ab7-960f-475b-8e7c-b3118f30c6bd",
  keyVaultSecretsOfficer: "b86a8fe4-44ce-4948-aee5-eccb2c155cd7",
  keyVaultSecretsUser: "4633458b-17de-408a-b874-0445c86b69e6",
  batchJobSubmitter: "48e5e92e-a480-4e71-aa9c-2778f4c13781",
} as const;

/** A role to assign: a built-in one by its name, or the resource id of a role definition. */
export type RoleReference = { builtIn: keyof typeof builtInRoles } | { definitionId: string };

/**
 * The resource id of a role as an assignment at `scope` names it.
 * @throws RangeError where the scope lies in no subscription
 */
export function roleDefinitionId(role: keyof typeof builtInRoles, scope: string): string {
  const subscription = /^\/subscriptions\/[^/]+/i.exec(scope)?.[0];
  if (!subscription) throw new RangeError(`scope "${scope}" lies in no subscription`);
  return `${subscription}/providers/Microsoft.Authorization/roleDefinitions/${builtInRoles[role]}`;
}
