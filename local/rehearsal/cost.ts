import { hourly } from "../../pricing/priceBook";
import type { JsonObject, SpentItem } from "../azure";

interface Spent {
  total: number;
  items: SpentItem[];
}

/**
 * What a stretch of simulated time cost, beside what it would have cost with every compute instance always on, and
 * with none ever on. All three hold the same for everything else.
 *
 * @param hours length of the stretch
 */
export function weekCost(before: Spent, after: Spent, resources: JsonObject[], hours: number) {
  const spentBefore = new Map(before.items.map(({ id, spent }) => [id, spent]));
  const items = after.items
    .map(({ id, spent }) => ({ id, name: id.split("/").pop() ?? id, asRun: spent - (spentBefore.get(id) ?? 0) }))
    .filter(({ asRun }) => asRun > 0)
    .sort((a, b) => b.asRun - a.asRun);
  const asRun = items.reduce((sum, item) => sum + item.asRun, 0);

  let alwaysOn = asRun;
  let leastPossible = asRun;
  for (const instance of resources.filter(isComputeInstance)) {
    const { vmSize } = instance.properties.properties;
    const rate = hourly(`vm/${vmSize}`, String(instance.location));
    const off = hourly("disk/P10") + hourly("loadBalancer") + hourly("publicIp");
    const own = items.find(({ id }) => id.toLowerCase() === String(instance.id).toLowerCase())?.asRun ?? 0;
    alwaysOn += (rate + off) * hours - own;
    leastPossible += off * hours - own;
  }
  return {
    hours,
    alwaysOn,
    asRun,
    leastPossible,
    items: items.map(({ name, asRun: amount }) => ({ name, asRun: amount })),
  };
}

interface ComputeInstance extends JsonObject {
  properties: JsonObject & { properties: JsonObject & { vmSize: string } };
}

function isComputeInstance(resource: JsonObject): resource is ComputeInstance {
  const properties = resource.properties as JsonObject | undefined;
  return properties?.computeType === "ComputeInstance";
}
