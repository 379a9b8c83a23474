import * as pulumi from "@pulumi/pulumi";
import { physicalName, type NamedKind } from "./naming";

/** Tags as Azure takes them. */
export type Tags = Record<string, string>;

/** Where a component's resources go and what they carry; the same for every component of an estate. */
export interface PlacementArgs {
  /** Resource group that holds the resources. */
  resourceGroupName: pulumi.Input<string>;
  /** Azure region, for example `swedencentral`. */
  location: string;
  /** Random part that ends every physical name; see `suffixOf`. */
  suffix: pulumi.Input<string>;
  /** Tags on everything that takes tags: `owner`, `cost-centre` and `estate`. */
  tags: Tags;
}

/** The schedule named `always` belongs to what is never switched off because it costs next to nothing while idle. */
export const alwaysSchedule = "always";

/** The tags of a compute resource: the estate's and the name of the schedule that decides when it may be on. */
export function computeTags(tags: Tags, schedule: string): Tags {
  return { ...tags, schedule };
}

/** The physical name of a child, once the estate's random part is known. */
export function nameIn(placement: PlacementArgs, kind: NamedKind, base: string): pulumi.Output<string> {
  return pulumi.output(placement.suffix).apply((suffix) => physicalName(kind, base, suffix));
}
