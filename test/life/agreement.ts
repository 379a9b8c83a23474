import { expect } from "vitest";

import type { EmbeddedAzure } from "../../local/azure";
import type { Deployment } from "../../local/host";

type State = Deployment["deployment"];

/** That the state names exactly what Azure has, all of it finished. */
export function expectAgreement(azure: EmbeddedAzure, { resources = [], pending_operations }: State): void {
  expect(pending_operations).toBe(undefined);
  expect(resources.filter((one) => one.delete || one.pendingReplacement || one.initErrors)).toEqual([]);
  const owned = resources.filter(({ type }) => type.startsWith("azure-native:"));
  // What a template made is listed by its deployment.
  const made = owned.flatMap(({ outputs }) => {
    const { outputResources = [] } = (outputs?.properties ?? {}) as { outputResources?: { id: string }[] };
    return outputResources;
  });
  const ids = [...owned, ...made].map(({ id }) => String(id));
  const live = azure.resources();
  expect(live.map(({ id }) => String(id)).sort()).toEqual(ids.sort());
  const states = live.flatMap(({ properties }) => {
    const { provisioningState } = (properties ?? {}) as { provisioningState?: string };
    return provisioningState === undefined ? [] : [provisioningState];
  });
  expect([...new Set(states)]).toEqual(["Succeeded"]);
}

/** That neither Azure nor the state has anything left, but for what Azure keeps after deletion. */
export function expectNothingLeft(azure: EmbeddedAzure, { resources, pending_operations }: State): void {
  expect(azure.resources().map(({ id }) => id)).toEqual([]);
  expect(resources).toBe(undefined);
  expect(pending_operations).toBe(undefined);
  const kept = ["Microsoft.KeyVault/vaults", "Microsoft.OperationalInsights/workspaces"];
  expect(kept).toEqual(expect.arrayContaining(azure.softDeleted().map(({ type }) => type)));
}
