import type { ArmType } from "./armType";
import { accessTypes } from "./rows/access";
import { appTypes } from "./rows/apps";
import { batchTypes } from "./rows/batch";
import { computeTypes } from "./rows/compute";
import { foundationTypes } from "./rows/foundation";
import { logicTypes } from "./rows/logic";
import { machineLearningTypes } from "./rows/machineLearning";
import { monitoringTypes } from "./rows/monitoring";
import { registryTypes } from "./rows/registry";
import { storageTypes } from "./rows/storage";

/** Every ARM resource type that the embedded Azure knows, a row each. */
export const armTypes: readonly ArmType[] = [
  ...foundationTypes,
  ...accessTypes,
  ...registryTypes,
  ...monitoringTypes,
  ...storageTypes,
  ...batchTypes,
  ...machineLearningTypes,
  ...appTypes,
  ...logicTypes,
  ...computeTypes,
];

const byName = new Map(armTypes.map((row) => [row.type.toLowerCase(), row]));

export function findType(type: string): ArmType | undefined {
  return byName.get(type.toLowerCase());
}

export const namespaces: readonly string[] = [...new Set(armTypes.map((row) => row.type.split("/")[0] ?? ""))];
