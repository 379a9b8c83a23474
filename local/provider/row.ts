import type { Properties } from "./values";

/**
 * How the last input of a path gets its value when the program gives none, as azure-native does it:
 * `random` the resource's name in the program and 8 hexadecimal digits, `uuid` a random UUID, `copy` the resource's
 * name in the program as it stands (child resources), `none` the program must give it.
 */
export type Autoname = "random" | "uuid" | "copy" | "none";

/** One row of the table: how the inputs of one azure-native resource become an Azure Resource Manager request. */
export interface Row {
  /** Microsoft's resource type, e.g. `Microsoft.Batch/batchAccounts/pools`. */
  readonly type: string;
  /** The API version that azure-native 3.28 uses for it, unless the token names another. */
  readonly apiVersion: string;
  /** URL path; what stands in braces is an input's name (`subscriptionId` is the provider's own). */
  readonly path: string;
  readonly autoname: Autoname;
  /** Inputs beside `properties` in the body. All others, except those of the path, go inside `properties`. */
  readonly beside: readonly string[];
  /** The resource has `properties` as an output of its own, so nothing is flattened (and, if an input, it is beside). */
  readonly whole: boolean;
  /** Inputs of the path that the body must carry too. */
  readonly pathInBody: readonly string[];
  /** Input path (`a.b[].c`) -> the name that the body has in that place. */
  readonly rename: Readonly<Record<string, string>>;
  /** Input path of an object -> its keys that stay outside when the rest is put into `properties`. */
  readonly wrap: Readonly<Record<string, readonly string[]>>;
  /** Input paths whose change needs a new resource; every input of the path does so, too. */
  readonly replaceOn: readonly string[];
  /**
   * A setting of its parent rather than a thing of its own: Azure refuses to delete it, so it is written back to this
   * body instead, Azure's defaults, as azure-native does.
   */
  readonly resetTo?: Properties;
  /** Exceptions to `replaceOn`: input paths, below one of those, that can be changed in place. */
  readonly keepOn: readonly string[];
}
