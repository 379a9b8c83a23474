import type { Policies } from "@pulumi/policy";
import { allowedGpuSizes } from "./rules/allowedGpuSizes";
import { budgetExists } from "./rules/budgetExists";
import { computeCaps } from "./rules/computeCaps";
import { computeScheduled } from "./rules/computeScheduled";
import { computeTags } from "./rules/computeTags";
import { destroyable } from "./rules/destroyable";
import { idleShutdown } from "./rules/idleShutdown";
import { monthlyCostLimit } from "./rules/monthlyCostLimit";
import { narrowRoles } from "./rules/narrowRoles";
import { noKeysInEnvironment } from "./rules/noKeysInEnvironment";
import { nothingRetired } from "./rules/nothingRetired";
import { recurrenceStartTime } from "./rules/recurrenceStartTime";
import { registryAdminOff } from "./rules/registryAdminOff";
import { retiringSoon } from "./rules/retiringSoon";
import { scheduleExists } from "./rules/scheduleExists";
import { spotPreferred } from "./rules/spotPreferred";
import { storagePrivate } from "./rules/storagePrivate";

/** Every rule of the pack, in the order that they are reported in. */
export const rules: Policies = [
  computeTags,
  computeScheduled,
  scheduleExists,
  idleShutdown,
  allowedGpuSizes,
  computeCaps,
  nothingRetired,
  retiringSoon,
  spotPreferred,
  registryAdminOff,
  storagePrivate,
  noKeysInEnvironment,
  recurrenceStartTime,
  narrowRoles,
  destroyable,
  budgetExists,
  monthlyCostLimit,
];
