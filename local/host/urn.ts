/** The type of the resource that stands for a stack. */
export const stackType = "pulumi:pulumi:Stack";
const providerPrefix = "pulumi:providers:";

export const isProviderType = (type: string): boolean => type.startsWith(providerPrefix);

/** The package of a type or function token; of a provider's type, the package it provides. */
export const packageOf = (token: string): string =>
  isProviderType(token) ? token.slice(providerPrefix.length) : token.split(":")[0];

export const nameOf = (urn: string): string => urn.split("::").slice(3).join("::");

/** A URN's type with those of its parents, `$` between them. */
export const qualifiedType = (urn: string): string => urn.split("::")[2];
export const typeOf = (urn: string): string => qualifiedType(urn).split("$").pop() ?? "";

export function makeUrn(
  stack: string,
  project: string,
  parent: string | undefined,
  type: string,
  name: string,
): string {
  const above = parent ? qualifiedType(parent) : stackType;
  return `urn:pulumi:${stack}::${project}::${above === stackType ? type : `${above}$${type}`}::${name}`;
}
