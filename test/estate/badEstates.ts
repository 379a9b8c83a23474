import { goodEstate, type Declared } from "./goodEstate";

/** A resource that a rule objects to: one of the good estate's, changed. */
interface Bad {
  name: string;
  /** The good one's name. */
  of: string;
  /** Path -> value; `undefined` takes it out. */
  set?: Readonly<Record<string, unknown>>;
  protect?: boolean;
  /** What the rule says, after the resource's label. */
  says: string;
}

/** What each rule objects to, and nothing else does. */
export interface BadEstate {
  rule: string;
  /** What the rule advises against only. @default false */
  advisory?: boolean;
  /** Beside the good estate. */
  beside?: readonly Bad[];
  /** What the good estate goes without, and what the rule then says of the stack. */
  without?: readonly string[];
  ofStack?: string;
}

const compute = "properties.properties";
const container = "template.containers.0";
const image = "deploymentConfiguration.virtualMachineConfiguration.imageReference";
const ownerRole = "/providers/Microsoft.Authorization/roleDefinitions/8e3af657-a8ff-443c-a75c-2fe8c4bcb635";
const subscription = "/subscriptions/00000000-0000-4000-8000-000000000001";
const greedy = "$TargetLowPriorityNodes = 2;\n$NodeDeallocationOption = taskcompletion;";
const h100 = { [`${compute}.vmSize`]: "Standard_NC40ads_H100_v5", [`${compute}.scaleSettings.maxNodeCount`]: 4 };

export const badEstates: readonly BadEstate[] = [
  {
    rule: "gpu-compute-tags",
    beside: [
      { name: "unowned", of: "alice", set: { "tags.owner": undefined }, says: "" },
      { name: "bare", of: "machine", set: { "tags.cost-centre": "" }, says: "" },
    ],
  },
  {
    rule: "gpu-compute-scheduled",
    beside: [
      { name: "kept", of: "cluster", set: { [`${compute}.scaleSettings.minNodeCount`]: 1 }, says: "" },
      { name: "greedy", of: "pool", set: { "scaleSettings.autoScale.formula": greedy }, says: "" },
      { name: "endless", of: "job", set: { "configuration.replicaTimeout": 604800 }, says: "" },
      { name: "standing", of: "gpunodes", set: { minCount: 1 }, says: "" },
    ],
  },
  {
    rule: "schedule-exists",
    beside: [{ name: "mistyped", of: "alice", set: { "tags.schedule": "ofice" }, says: "" }],
  },
  {
    rule: "idle-shutdown",
    beside: [
      { name: "sleepless", of: "alice", set: { [`${compute}.idleTimeBeforeShutdown`]: "PT3H" }, says: "" },
      {
        name: "lingering",
        of: "cluster",
        set: { [`${compute}.scaleSettings.nodeIdleTimeBeforeScaleDown`]: "PT4H" },
        says: "",
      },
    ],
  },
  {
    rule: "gpu-sizes-allowed",
    beside: [{ name: "large", of: "alice", set: { [`${compute}.vmSize`]: "Standard_NC64as_T4_v3" }, says: "" }],
  },
  {
    rule: "compute-caps",
    beside: [
      { name: "wide", of: "cluster", set: { [`${compute}.scaleSettings.maxNodeCount`]: 11 }, says: "" },
      { name: "many", of: "app", set: { "template.scale.maxReplicas": 11 }, says: "" },
    ],
  },
  {
    rule: "nothing-retired",
    beside: [
      { name: "focal", of: "pool", set: { [`${image}.sku`]: "2004" }, says: "" },
      { name: "classic", of: "pool", set: { targetNodeCommunicationMode: "Classic" }, says: "" },
      {
        name: "oldgpu",
        of: "containers",
        set: { "containers.0.resources.requests.gpu": { count: 1, sku: "V100" } },
        says: "",
      },
      { name: "unlogged", of: "insights", set: { workspaceResourceId: undefined }, says: "" },
    ],
  },
  {
    rule: "retiring-soon",
    advisory: true,
    beside: [{ name: "jammy", of: "pool", set: { [`${image}.sku`]: "2204" }, says: "" }],
  },
  {
    rule: "spot-preferred",
    advisory: true,
    beside: [{ name: "dedicated", of: "cluster", set: { [`${compute}.vmPriority`]: "Dedicated" }, says: "" }],
  },
  {
    rule: "registry-admin-off",
    beside: [{ name: "administered", of: "registry", set: { adminUserEnabled: true }, says: "" }],
  },
  {
    rule: "storage-private",
    beside: [
      { name: "public", of: "storage", set: { allowBlobPublicAccess: true }, says: "" },
      { name: "weak", of: "storage", set: { minimumTlsVersion: "TLS1_0" }, says: "" },
      { name: "open", of: "inputs", set: { publicAccess: "Blob" }, says: "" },
    ],
  },
  {
    rule: "no-keys-in-environment",
    beside: [
      { name: "telling", of: "job", set: { [`${container}.env.0`]: { name: "API_KEY", value: "hush" } }, says: "" },
    ],
  },
  {
    rule: "recurrence-start-time",
    beside: [
      { name: "atonce", of: "tick", set: { "definition.triggers.tick.recurrence.startTime": undefined }, says: "" },
    ],
  },
  {
    rule: "narrow-roles",
    beside: [
      { name: "owner", of: "starter", set: { roleDefinitionId: `${subscription}${ownerRole}` }, says: "" },
      { name: "wide", of: "starter", set: { scope: subscription }, says: "" },
      { name: "anything", of: "role", set: { "permissions.0.actions": ["*"] }, says: "" },
    ],
  },
  {
    rule: "nothing-retained",
    beside: [
      { name: "purgeless", of: "vault", set: { "properties.enablePurgeProtection": true }, says: "" },
      { name: "guarded", of: "registry", protect: true, says: "" },
      { name: "diskful", of: "machine", set: { "storageProfile.osDisk.deleteOption": "Detach" }, says: "" },
    ],
  },
  { rule: "budget-exists", without: ["budget"], ofStack: "" },
  {
    rule: "monthly-cost-limit",
    beside: [
      { name: "dear", of: "cluster", set: h100, says: "" },
      { name: "dearer", of: "cluster", set: h100, says: "" },
    ],
    ofStack: "",
  },
];

/** The whole estate that a rule objects to. */
export function resourcesOf({ beside = [], without = [] }: BadEstate): Declared[] {
  return [...goodEstate.filter(({ name }) => !without.includes(name)), ...beside.map(changed)];
}

function changed({ name, of, set = {}, protect }: Bad): Declared {
  const good = goodEstate.find((one) => one.name === of);
  if (!good) throw new Error(`the good estate has no ${of}`);
  const inputs = structuredClone(good.inputs);
  for (const [path, value] of Object.entries(set)) {
    const steps = path.split(".");
    const last = steps.pop() ?? "";
    let here = inputs;
    for (const step of steps) here = here[step] as Record<string, unknown>;
    if (value === undefined) delete here[last];
    else here[last] = value;
  }
  return { ...good, name, inputs, ...(protect && { protect }) };
}
