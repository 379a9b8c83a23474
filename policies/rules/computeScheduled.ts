import { at, listAt, UNKNOWN } from "../../pricing/values";
import { computeOf, tagsOf, within, type Compute, type ComputeKind } from "../compute";
import { shown, type Fault } from "../fault";
import { resourceRule, type Subject } from "../rule";
import { scalesToZero } from "../validators";

interface Config {
  readonly maxJobMinutes: number;
}

/** GPU compute goes off by itself: by a schedule, by scaling to zero or by a time limit. */
export const computeScheduled = resourceRule<Config>({
  name: "gpu-compute-scheduled",
  description: "GPU compute is scheduled, scales to zero or has a time limit, so that it never runs on unused.",
  severity: "critical",
  remediationSteps:
    "Machines: name a schedule in tags.schedule; compute instances also get a native Stop or an idle shutdown. Clusters " +
    "and node pools: a minimum of 0 nodes. Batch pools: an autoscale formula that reaches 0. Jobs: a time limit.",
  settings: {
    maxJobMinutes: {
      type: "integer",
      minimum: 1,
      default: 1440,
      description: "Longest time limit of a job's replica, in minutes.",
    },
  },
  check: (subject, config) => [
    ...computeOf(subject)
      .filter(({ gpu }) => gpu)
      .flatMap((compute) => checks[compute.kind](compute, config)),
    ...dedicatedProfiles(subject),
  ],
});

const checks: Readonly<Record<ComputeKind, (compute: Compute, config: Config) => Fault[]>> = {
  instance: (compute) => [...named(compute), ...stops(compute)],
  machine: named,
  scaleSet: named,
  cluster: (compute) => leastZero(compute, "scaleSettings.minNodeCount", 0),
  attachedCluster: (compute) => leastZero(compute, "agentCount", 0),
  pool,
  agentPool,
  app: (compute) => leastZero(compute, "template.scale.minReplicas", 0),
  job,
};

function named(compute: Compute): Fault[] {
  if (compute.tags === UNKNOWN) return [];
  const schedule = tagsOf(compute).schedule;
  if (schedule === UNKNOWN || (typeof schedule === "string" && schedule.trim() !== "")) return [];
  return [
    {
      property: "tags.schedule",
      found: shown(schedule),
      wanted: "the name of a schedule",
      mend: "Tag it with the schedule that it follows",
    },
  ];
}

/** A compute instance also goes off when the scheduler is not there: by Azure's own schedule or when idle. */
function stops({ part, path }: Compute): Fault[] {
  const idle = at(part, "idleTimeBeforeShutdown");
  const triggers = at(part, "schedules.computeStartStop");
  if (idle !== undefined || triggers === UNKNOWN || at(part, "schedules") === UNKNOWN) return [];
  const list = listAt(part, "schedules.computeStartStop");
  const stop = list.some((trigger) => {
    if (trigger === UNKNOWN) return true;
    return at(trigger, "action") === "Stop" && at(trigger, "status") !== "Disabled";
  });
  if (stop) return [];
  return [
    {
      property: within(path, "schedules.computeStartStop"),
      found: list.length === 0 ? shown(triggers) : "without an enabled Stop",
      wanted: "a schedule with a Stop, or idleTimeBeforeShutdown set",
      mend: 'Add a trigger with action "Stop", or an idle shutdown',
    },
  ];
}

function leastZero({ part, path }: Compute, property: string, otherwise: number): Fault[] {
  const value = at(part, property) ?? otherwise;
  if (value === 0 || value === UNKNOWN) return [];
  return [{ property: within(path, property), found: shown(value), wanted: "0", mend: "Set it to 0" }];
}

function pool({ part }: Compute): Fault[] {
  const settings = at(part, "scaleSettings");
  const formula = at(part, "scaleSettings.autoScale.formula");
  if (settings === UNKNOWN || formula === UNKNOWN) return [];
  if (at(part, "scaleSettings.autoScale") !== undefined) {
    const fault = scalesToZero(formula);
    return fault ? [{ ...fault, property: "scaleSettings.autoScale.formula" }] : [];
  }
  return (["targetDedicatedNodes", "targetLowPriorityNodes"] as const).flatMap((property) => {
    const nodes = at(part, `scaleSettings.fixedScale.${property}`) ?? 0;
    if (nodes === 0 || nodes === UNKNOWN) return [];
    return [
      {
        property: `scaleSettings.fixedScale.${property}`,
        found: shown(nodes),
        wanted: "0, or the pool scaled by a formula that reaches 0",
        mend: "Replace fixedScale by autoScale",
      },
    ];
  });
}

function agentPool(compute: Compute): Fault[] {
  const { part, path } = compute;
  const scales = at(part, "enableAutoScaling");
  if (scales === UNKNOWN) return [];
  if (scales === true) return leastZero(compute, "minCount", 1);
  if (at(part, "count") === 0) return [];
  return [
    {
      property: within(path, "enableAutoScaling"),
      found: shown(scales),
      wanted: "true, with minCount 0",
      mend: "Let the node pool scale itself from 0",
    },
  ];
}

function job({ part }: Compute, { maxJobMinutes }: Config): Fault[] {
  const property = "configuration.replicaTimeout";
  const seconds = at(part, property);
  if (seconds === UNKNOWN || (typeof seconds === "number" && seconds > 0 && seconds <= maxJobMinutes * 60)) return [];
  return [
    {
      property,
      found: shown(seconds),
      wanted: `a number of seconds from 1 to ${maxJobMinutes * 60}`,
      mend: "Give the job a time limit",
    },
  ];
}

/** Dedicated GPU profiles of a Container Apps environment are nodes: they are paid for as long as they are kept. */
function dedicatedProfiles({ type, props }: Subject): Fault[] {
  if (type !== "azure-native:app:ManagedEnvironment") return [];
  return listAt(props, "workloadProfiles").flatMap((profile, index) => {
    if (!/^NC\d+-A100$/i.test(String(at(profile, "workloadProfileType")))) return [];
    const count = at(profile, "minimumCount") ?? 0;
    if (count === 0 || count === UNKNOWN) return [];
    const property = `workloadProfiles[${index}].minimumCount`;
    return [{ property, found: shown(count), wanted: "0", mend: "Set it to 0, or take a Consumption-GPU profile" }];
  });
}
