import { readFormula, targetsFor } from "./autoscaleFormula";
import { hourly, HOURS_PER_MONTH, monthly, unitPrice } from "./priceBook";
import { cronRunsPerMonth, monthlyHours, recurrenceRunsPerMonth, weeklyHoursOn } from "./recurrence";
import { at, isMap, listAt, UNKNOWN, type Plain } from "./values";

/** Amounts a month in the price book's currency. */
export interface Amounts {
  readonly idle: number;
  readonly worstCase: number;
  readonly alwaysOn: number;
  /** How the worst case is reckoned, with its assumptions. */
  readonly basis: string;
}

export interface Context {
  readonly region: string;
  readonly profiles: ReadonlyMap<string, string>;
  readonly manualRunsPerMonth: number;
  readonly hoursPerWeek: Readonly<Record<string, number>>;
  /** Told of every meter that is looked up. */
  readonly asked: (meterId: string) => void;
}

/** A value that the estimate needs is not known yet. */
export class Pending extends Error {
  constructor(readonly property: string) {
    super(`${property} is not known yet`);
  }
}

/** Something keeps the resource from being priced. */
export class Unpriced extends Error {}

type Estimator = (inputs: Plain, context: Context) => Amounts | undefined;

function known(inputs: unknown, path: string): unknown {
  const value = at(inputs, path);
  if (value === UNKNOWN) throw new Pending(path);
  return value;
}

/** A number at a path. What is not a number counts as the default: the policies report ill-typed values. */
function numberAt(inputs: unknown, path: string, otherwise: number): number {
  const value = known(inputs, path);
  const number = typeof value === "string" && value.trim() !== "" ? Number(value) : value;
  return typeof number === "number" && Number.isFinite(number) ? number : otherwise;
}

function textAt(inputs: unknown, path: string): string {
  const value = known(inputs, path);
  return typeof value === "string" ? value : "";
}

/** The hourly price of a meter in the resource's region. */
function rate(context: Context, meterId: string): number {
  context.asked(meterId);
  return hourly(meterId, context.region);
}

function vmRate(context: Context, size: string, spot: boolean): number {
  if (size === "") throw new Unpriced("its size is not given");
  return rate(context, `vm/${size}${spot ? "/spot" : ""}`);
}

const same = (amount: number, basis: string): Amounts => ({ idle: amount, worstCase: amount, alwaysOn: amount, basis });

const isSpot = (value: unknown) => value === "Spot" || value === "LowPriority" || value === "Low";

const hoursText = (hours: number) => `${Math.round(hours)} h`;

/** Hours a month that a tagged schedule allows, if the caller knows the schedule. */
function tagHours(inputs: Plain, context: Context): number | undefined {
  const schedule = at(inputs, "tags.schedule");
  const week = typeof schedule === "string" ? context.hoursPerWeek[schedule] : undefined;
  return week === undefined ? undefined : monthlyHours(week);
}

// Stopped, a compute instance still has its disk, load balancer and address: azure-ai-docs, concept-plan-manage-cost.
const computeInstance: Estimator = (inputs, context) => {
  const size = textAt(inputs, "properties.properties.vmSize");
  const week = weeklyHoursOn(known(inputs, "properties.properties.schedules.computeStartStop"));
  const hours = week === undefined ? (tagHours(inputs, context) ?? HOURS_PER_MONTH) : monthlyHours(week);
  const hour = vmRate(context, size, false);
  const kept =
    HOURS_PER_MONTH * (rate(context, "disk/P10") + rate(context, "loadBalancer") + rate(context, "publicIp"));
  const when = hours < HOURS_PER_MONTH ? "by its schedule" : "with no start and stop of its own";
  return {
    idle: kept,
    worstCase: hour * hours + kept,
    alwaysOn: hour * HOURS_PER_MONTH + kept,
    basis: `${size}, ${hoursText(hours)} ${when}; disk, balancer and address always`,
  };
};

/** Nodes between a least and a most number, which a schedule does not limit. */
function nodes(hour: number, least: number, most: number, basis: string, kept = 0): Amounts {
  const all = hour * most * HOURS_PER_MONTH + kept;
  return { idle: hour * least * HOURS_PER_MONTH + kept, worstCase: all, alwaysOn: all, basis };
}

// A cluster keeps one load balancer for every 50 nodes it may have: azure-ai-docs, concept-plan-manage-cost.
const cluster: Estimator = (inputs, context) => {
  const size = textAt(inputs, "properties.properties.vmSize");
  const spot = isSpot(known(inputs, "properties.properties.vmPriority"));
  const least = numberAt(inputs, "properties.properties.scaleSettings.minNodeCount", 0);
  const most = Math.max(least, numberAt(inputs, "properties.properties.scaleSettings.maxNodeCount", 0));
  const balancers = Math.max(1, Math.ceil(most / 50));
  const kept = HOURS_PER_MONTH * balancers * (rate(context, "loadBalancer") + rate(context, "publicIp"));
  const basis = `${most} × ${size}${spot ? " Spot" : ""} all month; load balancer and address always`;
  return nodes(vmRate(context, size, spot), least, most, basis, kept);
};

const machineLearningCompute: Estimator = (inputs, context) => {
  const kind = known(inputs, "properties.computeType");
  if (kind === "ComputeInstance") return computeInstance(inputs, context);
  return kind === "AmlCompute" ? cluster(inputs, context) : undefined;
};

const pool: Estimator = (inputs, context) => {
  const size = textAt(inputs, "vmSize");
  const formula = known(inputs, "scaleSettings.autoScale.formula");
  const counts =
    typeof formula === "string"
      ? formulaNodes(formula)
      : {
          dedicated: numberAt(inputs, "scaleSettings.fixedScale.targetDedicatedNodes", 0),
          spot: numberAt(inputs, "scaleSettings.fixedScale.targetLowPriorityNodes", 0),
        };
  const fixed = typeof formula !== "string";
  const month = (count: { dedicated: number; spot: number }) =>
    HOURS_PER_MONTH *
    ((count.dedicated > 0 ? count.dedicated * vmRate(context, size, false) : 0) +
      (count.spot > 0 ? count.spot * vmRate(context, size, true) : 0));
  const idle = fixed ? counts : formulaNodes(formula, "idle");
  const most = month(counts);
  const part = [
    counts.dedicated > 0 ? `${counts.dedicated} × ${size}` : "",
    counts.spot > 0 ? `${counts.spot} × ${size} Spot` : "",
  ];
  return {
    idle: month(idle),
    worstCase: most,
    alwaysOn: most,
    basis: `${part.filter(Boolean).join(" and ") || "no nodes"} all month`,
  };
};

/** The nodes that a formula asks for when there is endless work, or none; an unreadable formula may ask for none. */
function formulaNodes(formula: string, scenario: "full" | "idle" = "full") {
  const read = readFormula(formula);
  const targets = read.ok ? targetsFor(read.formula, scenario) : read;
  if (!targets.ok) throw new Unpriced(`its autoscale formula cannot be evaluated (${targets.fault})`);
  return { dedicated: Math.ceil(targets.dedicated), spot: Math.ceil(targets.spot) };
}

/** GPU of a serverless profile, by its type or, where the environment is another stack's, by its name. */
function gpuOf(inputs: Plain, context: Context): string | undefined {
  const name = textAt(inputs, "workloadProfileName");
  return /T4|A100/i.exec(context.profiles.get(name) ?? name)?.[0].toUpperCase();
}

function replicaRate(inputs: Plain, context: Context, idle = false): number {
  const gpu = gpuOf(inputs, context);
  if (gpu) return rate(context, `containerApps/gpu/${gpu}`);
  const containers = listAt(inputs, "template.containers");
  const sum = (read: (container: unknown) => number) => containers.reduce((total: number, c) => total + read(c), 0);
  const cpu = sum((container) => numberAt(container, "resources.cpu", 0.5));
  const memory = sum((container) => Number.parseFloat(textAt(container, "resources.memory") || "1Gi"));
  const processor = rate(context, idle ? "containerApps/vcpuIdle" : "containerApps/vcpu");
  return cpu * processor + memory * rate(context, "containerApps/memoryGiB");
}

const containerApp: Estimator = (inputs, context) => {
  const least = numberAt(inputs, "template.scale.minReplicas", 0);
  const most = Math.max(least, numberAt(inputs, "template.scale.maxReplicas", 10));
  const all = most * replicaRate(inputs, context) * HOURS_PER_MONTH;
  const idle = least * replicaRate(inputs, context, true) * HOURS_PER_MONTH;
  const kind = gpuOf(inputs, context);
  return { idle, worstCase: all, alwaysOn: all, basis: `${most} × ${kind ? `${kind} profile` : "replica"} all month` };
};

const containerAppsJob: Estimator = (inputs, context) => {
  const trigger = textAt(inputs, "configuration.triggerType").toLowerCase() || "manual";
  const settings = `configuration.${trigger}TriggerConfig`;
  const executions = trigger === "event" ? numberAt(inputs, `${settings}.scale.maxExecutions`, 100) : 1;
  const replicas = executions * numberAt(inputs, `${settings}.parallelism`, 1);
  const retries = numberAt(inputs, "configuration.replicaRetryLimit", 0);
  const runHours = (numberAt(inputs, "configuration.replicaTimeout", 1800) / 3600) * (1 + retries);
  const hour = replicas * replicaRate(inputs, context);
  const gpu = gpuOf(inputs, context);
  const cron = trigger === "schedule" ? cronRunsPerMonth(textAt(inputs, `${settings}.cronExpression`)) : undefined;
  const runs = cron ?? (trigger === "manual" && gpu ? context.manualRunsPerMonth : undefined);
  const hours = runs === undefined ? HOURS_PER_MONTH : Math.min(HOURS_PER_MONTH, runs * runHours);
  const what = `${replicas} × ${gpu ? `${gpu} profile` : "replica"}`;
  const each = retries > 0 ? `${hoursText(runHours)} with all retries` : `up to ${Number(runHours.toFixed(2))} h`;
  return {
    idle: 0,
    worstCase: hour * hours,
    alwaysOn: hour * HOURS_PER_MONTH,
    basis: runs === undefined ? `${what} all month` : `${what}, ${Math.round(runs)} runs of ${each}`,
  };
};

// A deallocated machine still pays its disk; the disk is taken as 128 GiB of premium storage.
const machine: Estimator = (inputs, context) => {
  const size = textAt(inputs, "hardwareProfile.vmSize");
  const hour = vmRate(context, size, isSpot(known(inputs, "priority")));
  const hours = tagHours(inputs, context) ?? HOURS_PER_MONTH;
  const disk = monthly("disk/P10", context.region);
  context.asked("disk/P10");
  return {
    idle: disk,
    worstCase: hour * hours + disk,
    alwaysOn: hour * HOURS_PER_MONTH + disk,
    basis: `${size}, ${hoursText(hours)}; disk always`,
  };
};

const scaleSet: Estimator = (inputs, context) => {
  const size = textAt(inputs, "sku.name");
  const count = numberAt(inputs, "sku.capacity", 0);
  const hour = vmRate(context, size, isSpot(known(inputs, "virtualMachineProfile.priority")));
  return nodes(hour, count, count, `${count} × ${size} all month`);
};

function agentPool(profile: unknown, context: Context): Amounts {
  const size = textAt(profile, "vmSize");
  const scales = known(profile, "enableAutoScaling") === true;
  const count = numberAt(profile, "count", 1);
  const spot = isSpot(known(profile, "scaleSetPriority"));
  const least = scales ? numberAt(profile, "minCount", 0) : count;
  const most = scales ? Math.max(least, numberAt(profile, "maxCount", count)) : count;
  return nodes(vmRate(context, size, spot), least, most, `${most} × ${size}${spot ? " Spot" : ""} all month`);
}

const kubernetesCluster: Estimator = (inputs, context) => {
  const pools = listAt(inputs, "agentPoolProfiles").map((profile) => agentPool(profile, context));
  const paid = textAt(inputs, "sku.tier") === "Standard" ? rate(context, "kubernetes/Standard") : 0;
  const balancer = rate(context, "loadBalancer/Standard") + rate(context, "publicIp");
  const kept = same((paid + balancer) * HOURS_PER_MONTH, "load balancer and address always");
  const sum = (amount: "idle" | "worstCase" | "alwaysOn") =>
    [...pools, kept].reduce((total, p) => total + p[amount], 0);
  const basis = [...pools, kept].map((part) => part.basis).join("; ");
  return { idle: sum("idle"), worstCase: sum("worstCase"), alwaysOn: sum("alwaysOn"), basis };
};

const containerGroup: Estimator = (inputs, context) => {
  const containers = listAt(inputs, "containers");
  const gpu = containers.some((container) => isMap(at(container, "resources.requests.gpu")));
  if (gpu) rate(context, "containerInstances/gpu");
  const hour = containers.reduce(
    (total: number, container) =>
      total +
      numberAt(container, "resources.requests.cpu", 1) * rate(context, "containerInstances/vcpu") +
      numberAt(container, "resources.requests.memoryInGB", 1.5) * rate(context, "containerInstances/memoryGiB"),
    0,
  );
  return same(hour * HOURS_PER_MONTH, "runs all month");
};

const registry: Estimator = (inputs, context) => {
  const tier = textAt(inputs, "sku.name");
  return same(rate(context, `registry/${tier}`) * HOURS_PER_MONTH, `${tier} tier, 10 GiB of images included`);
};

const fileShare: Estimator = (inputs, context) => {
  const quota = numberAt(inputs, "shareQuota", 5120);
  const full = quota * rate(context, "storage/files/GiB") * HOURS_PER_MONTH;
  return { idle: 0, worstCase: full, alwaysOn: full, basis: `${quota} GiB, filled to its quota; idle: what is stored` };
};

const logWorkspace: Estimator = (inputs, context) => {
  const cap = numberAt(inputs, "workspaceCapping.dailyQuotaGb", -1);
  if (cap < 0) return same(0, "by what is logged: it has no daily cap");
  const full = cap * (HOURS_PER_MONTH / 24) * unitPrice("logAnalytics/GiB", context.region);
  return { idle: 0, worstCase: full, alwaysOn: full, basis: `${cap} GiB a day, its cap` };
};

/** Actions that one run of a workflow may take; an Until loop counts as often as its limit lets it turn. */
function actionsOf(actions: unknown, turns: (action: unknown) => number): number {
  if (!isMap(actions)) return 0;
  return Object.values(actions).reduce((total: number, action) => {
    const branches = [at(action, "actions"), at(action, "else.actions"), at(action, "default.actions")];
    const cases = at(action, "cases");
    const inCases = isMap(cases) ? Object.values(cases).map((branch) => at(branch, "actions")) : [];
    const inside = [...branches, ...inCases].reduce((sum: number, branch) => sum + actionsOf(branch, turns), 0);
    return total + 1 + inside * (at(action, "type") === "Until" ? turns(action) : 1);
  }, 0);
}

const workflow: Estimator = (inputs) => {
  const triggers = known(inputs, "definition.triggers");
  if (!isMap(triggers)) return undefined;
  const recurrences = Object.values(triggers).map((trigger) => at(trigger, "recurrence"));
  const runs = recurrences.reduce((total: number, recurrence) => total + (recurrenceRunsPerMonth(recurrence) ?? 0), 0);
  if (runs === 0) return undefined;
  const actions = known(inputs, "definition.actions");
  const month = (turns: (action: unknown) => number) =>
    runs * (1 + actionsOf(actions, turns)) * unitPrice("logic/action");
  const most = month((action) => numberAt(action, "limit.count", 60));
  return {
    idle: month(() => 1),
    worstCase: most,
    alwaysOn: most,
    basis: `${Math.round(runs)} runs, every loop to its limit`,
  };
};

/** How each type is reckoned. What is not listed is charged by use or not at all. */
export const estimators: Readonly<Record<string, Estimator | undefined>> = {
  "azure-native:machinelearningservices:Compute": machineLearningCompute,
  "azure-native:batch:Pool": pool,
  "azure-native:app:ContainerApp": containerApp,
  "azure-native:app:Job": containerAppsJob,
  "azure-native:compute:VirtualMachine": machine,
  "azure-native:compute:VirtualMachineScaleSet": scaleSet,
  "azure-native:containerservice:ManagedCluster": kubernetesCluster,
  "azure-native:containerservice:AgentPool": agentPool,
  "azure-native:containerinstance:ContainerGroup": containerGroup,
  "azure-native:containerregistry:Registry": registry,
  "azure-native:storage:FileShare": fileShare,
  "azure-native:operationalinsights:Workspace": logWorkspace,
  "azure-native:logic:Workflow": workflow,
  "azure-native:network:PublicIPAddress": (_inputs, context) =>
    same(rate(context, "publicIp") * HOURS_PER_MONTH, "always"),
};
