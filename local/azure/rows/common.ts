import { randomUUID } from "node:crypto";
import type { Draft, World } from "../armType";
import { badRequest } from "../errors";
import { textAt } from "../json";
import { findSize, type Size } from "../sizes";

/** Done when answered. */
export const instant = { by: "answer", seconds: 0 } as const;

export const now = (world: World): string => world.clock.now().toISOString();

/** An identifier that Azure draws at creation and keeps. */
export function kept(draft: Draft, path: string): string {
  return textAt(draft.previous?.outputs, `properties.${path}`) ?? randomUUID();
}

/** The time of creation, kept on updates. */
export function keptTime(draft: Draft, path: string, world: World): string {
  return textAt(draft.previous?.outputs, `properties.${path}`) ?? now(world);
}

/** A size of virtual machine that the region offers and that is not retired at the clock's time. */
export function availableSize(name: string, world: World): Size & { name: string } {
  const size = findSize(name);
  if (!size) throw badRequest("InvalidVmSize", `The VM size '${name}' is not known or not available in this region.`);
  if (size.retired !== undefined && world.clock.now().toISOString().slice(0, 10) > size.retired) {
    throw badRequest(
      "VMSizeNotSupported",
      `The VM size '${size.name}' was retired on ${size.retired} and can no longer be allocated.`,
    );
  }
  return size;
}
