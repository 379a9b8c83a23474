import { isUnimplemented } from "./providers";
import type { Registry } from "./registry";
import type { Report } from "./report";
import type { Operation, State } from "./state";
import { nameOf } from "./urn";
import type { Properties } from "./values";

/**
 * Finds out what became of the operations that a kill cut short, so that nothing exists which the state does not know.
 *
 * A creation is looked up by its inputs: what it made is adopted, to be finished by an update. An update is marked to
 * be sent again. A deletion is done again.
 *
 * @returns by URN, the inputs of creations that made nothing: their random names may be used again
 * @throws when a provider cannot tell
 */
export async function recover(
  registry: Registry,
  state: State,
  report: Report,
  now: () => Date,
): Promise<Map<string, Properties>> {
  const abandoned = new Map<string, Properties>();
  const one = async ([urn, operation]: [string, Operation]): Promise<void> => {
    try {
      if (operation.type === "creating") {
        const inputs = await adopt(urn, operation, registry, state, report, now);
        if (inputs) abandoned.set(urn, inputs);
      } else if (operation.type === "updating") resend(urn, operation, state);
      else await deleteAgain(urn, operation, registry, state);
    } catch (error) {
      const reason = error instanceof Error ? error.message : String(error);
      throw new Error(
        `an earlier run was interrupted while ${operation.type} ${nameOf(urn)}; what became of it: ${reason}`,
      );
    }
  };
  const results = await Promise.allSettled(state.pending().map(one));
  for (const result of results) if (result.status === "rejected") throw result.reason;
  return abandoned;
}

async function adopt(
  urn: string,
  { resource }: Operation,
  registry: Registry,
  state: State,
  report: Report,
  now: () => Date,
): Promise<Properties | undefined> {
  const provider = await registry.get(resource.provider ?? "");
  const inputs = resource.inputs ?? {};
  const found = await provider.read(urn, "", inputs, inputs).catch((error: Error) => {
    if (!isUnimplemented(error.cause)) throw error;
    report.diagnostic(
      "warning",
      `${nameOf(urn)}: its provider cannot look it up; if it was created, it must be removed by hand`,
      urn,
    );
    return undefined;
  });
  const entry = state.get(urn);
  const old = entry?.live;
  // A kill between the two lines of a finished creation leaves the resource and the operation that made it; but an old
  // resource that was deleted to make room may have had the same id.
  if (!found || (found.id === old?.id && !old.pendingReplacement)) {
    state.change(urn, { pending: undefined });
    return found ? undefined : inputs;
  }
  const time = now().toISOString();
  const live = {
    ...resource,
    id: found.id,
    outputs: found.outputs,
    initErrors: ["interrupted while being created"],
    created: time,
    modified: time,
  };
  const condemned = old?.custom && !old.pendingReplacement ? [{ ...old, delete: true }] : [];
  state.set(urn, { live, condemned: [...(entry?.condemned ?? []), ...condemned] });
  return undefined;
}

function resend(urn: string, { resource }: Operation, state: State): void {
  state.change(urn, { pending: undefined });
  // A renamed resource still stands under its old URN.
  for (const name of [urn, ...(resource.aliases ?? [])]) {
    const live = state.live(name);
    if (live) state.change(name, { live: { ...live, initErrors: ["interrupted while being updated"] } });
  }
}

async function deleteAgain(urn: string, operation: Operation, registry: Registry, state: State): Promise<void> {
  const { resource, replacing } = operation;
  const provider = await registry.get(resource.provider ?? "");
  const old = { inputs: resource.inputs ?? {}, outputs: resource.outputs ?? {} };
  await provider.delete(urn, resource.id ?? "", old, resource.customTimeouts?.delete);
  const entry = state.get(urn);
  if (resource.delete) {
    state.change(urn, { condemned: entry?.condemned?.filter(({ id }) => id !== resource.id), pending: undefined });
  } else {
    state.change(urn, { live: replacing ? { ...resource, pendingReplacement: true } : undefined, pending: undefined });
  }
}
