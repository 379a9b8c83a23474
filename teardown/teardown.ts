import type { Arm } from "./arm";
import { findLeftovers, forceDelete, principalsOf, purge, type Leftover } from "./leftovers";

export interface TeardownArgs {
  arm: Arm;
  /** Name that everything of the estate is tagged with. */
  estate: string;
  /** Destroys the stack; throws when it could not. */
  destroy: () => Promise<void>;
  /** Told what happens, a line at a time. */
  say: (line: string) => void;
}

/**
 * Takes an estate down for good: deletes for ever what a destroy would only soft-delete, destroys the stack, purges
 * the rest, and looks what the subscription still holds.
 *
 * It may be stopped at any moment and run again: each step finds for itself what there is left to do. Only a role that
 * one of the estate's identities was given outside of the estate is no longer found once the identity is gone.
 * @returns what is left; empty when all is well
 */
export async function teardown({ arm, estate, destroy, say }: TeardownArgs): Promise<Leftover[]> {
  const principals = await principalsOf(arm, estate);
  await forceDelete(arm, estate, say);
  await destroy();
  await purge(arm, estate, say);
  const left = await findLeftovers(arm, estate, principals);
  for (const { kind, id, softDeleted } of left) say(`left: ${kind} ${id}${softDeleted ? " (soft-deleted)" : ""}`);
  say(left.length === 0 ? `nothing is left of ${estate}` : `${left.length} things are left of ${estate}`);
  return left;
}
