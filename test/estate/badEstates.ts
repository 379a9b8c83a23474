import { allowedGpuSizes } from "../../policies/validators";
import { goodEstate, type Declared } from "./goodEstate";

/** A resource that a rule objects to: one of the good estate's, changed. */
interface Bad {
  name: string;
  /** The good one's name. */
  of: string;
  /** Path -> value; `undefined` takes it out. */
  set?: Readonly<Record<string, unknown>>;
  protect?: boolean;
  /** What the rule says of it, after its label; nothing where it speaks of the whole stack. */
  says?: string;
}

/** What each rule objects to, and nothing else does. */
export interface BadEstate {
  rule: string;
  /** What the rule advises against only. @default false */
  advisory?: boolean;
  /** Beside the good estate. */
  beside?: readonly Bad[];
  /** What the good estate goes without. */
  without?: readonly string[];
  /** What the rule says of the stack as a whole, or how that begins. */
  ofStack?: string;
  /** Settings of the pack without which another rule would object, too. */
  config?: Readonly<Record<string, unknown>>;
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
      {
        name: "unowned",
        of: "alice",
        set: { "tags.owner": undefined },
        says: 'tags is set for cost-centre, estate, schedule only, but must be set for owner, cost-centre, schedule. Add tags["owner"].',
      },
      {
        name: "bare",
        of: "machine",
        set: { "tags.cost-centre": "" },
        says: 'tags is set for cost-centre, estate, owner, schedule only, but must be set for owner, cost-centre, schedule. Add tags["cost-centre"].',
      },
    ],
  },
  {
    rule: "gpu-compute-scheduled",
    beside: [
      {
        name: "kept",
        of: "cluster",
        set: { [`${compute}.scaleSettings.minNodeCount`]: 1 },
        says: "properties.properties.scaleSettings.minNodeCount is 1, but must be 0. Set it to 0.",
      },
      {
        name: "greedy",
        of: "pool",
        set: { "scaleSettings.autoScale.formula": greedy },
        says: "scaleSettings.autoScale.formula is asking for 2 nodes when no task is pending, but must be 0 nodes when no task is pending. Let $TargetDedicatedNodes and $TargetLowPriorityNodes fall to 0.",
      },
      {
        name: "endless",
        of: "job",
        set: { "configuration.replicaTimeout": 604800 },
        says: "configuration.replicaTimeout is 604800, but must be a number of seconds from 1 to 86400. Give the job a time limit.",
      },
      { name: "standing", of: "gpunodes", set: { minCount: 1 }, says: "minCount is 1, but must be 0. Set it to 0." },
    ],
  },
  {
    rule: "schedule-exists",
    beside: [
      {
        name: "mistyped",
        of: "alice",
        set: { "tags.schedule": "ofice" },
        says: 'tags.schedule is "ofice", but must be one of the schedules that exist (always, office, nights). Correct the name, or declare the schedule.',
      },
    ],
  },
  {
    rule: "idle-shutdown",
    beside: [
      {
        name: "sleepless",
        of: "alice",
        set: { [`${compute}.idleTimeBeforeShutdown`]: "PT3H" },
        says: 'properties.properties.idleTimeBeforeShutdown is "PT3H", but must be an ISO 8601 duration from PT15M to PT2H. Set it to PT1H or another time within the limit.',
      },
      {
        name: "lingering",
        of: "cluster",
        set: { [`${compute}.scaleSettings.nodeIdleTimeBeforeScaleDown`]: "PT4H" },
        says: 'properties.properties.scaleSettings.nodeIdleTimeBeforeScaleDown is "PT4H", but must be an ISO 8601 duration of at most PT2H. Set it to PT2M or another time within the limit.',
      },
    ],
  },
  {
    rule: "gpu-sizes-allowed",
    beside: [
      {
        name: "large",
        of: "alice",
        set: { [`${compute}.vmSize`]: "Standard_NC64as_T4_v3" },
        says: `properties.properties.vmSize is "Standard_NC64as_T4_v3", but must be one of the allowed GPU sizes (${allowedGpuSizes.join(", ")}). Take an allowed size, or have this one added to the allowed sizes.`,
      },
    ],
  },
  {
    rule: "compute-caps",
    beside: [
      {
        name: "wide",
        of: "cluster",
        set: { [`${compute}.scaleSettings.maxNodeCount`]: 11 },
        says: "properties.properties.scaleSettings.maxNodeCount is up to 11 nodes, but must be at most 10. Lower it.",
      },
      {
        name: "many",
        of: "app",
        set: { "template.scale.maxReplicas": 11 },
        says: "template.scale.maxReplicas is up to 11 nodes, but must be at most 10. Lower it.",
      },
    ],
  },
  {
    rule: "nothing-retired",
    // What has ended has no price.
    config: { "monthly-cost-limit": "disabled" },
    beside: [
      {
        name: "focal",
        of: "pool",
        set: { [`${image}.sku`]: "2004" },
        says: 'deploymentConfiguration.virtualMachineConfiguration.imageReference is "microsoft-dsvm:ubuntu-hpc:2004", but must be something that Azure still offers. Ubuntu HPC 18.04 and 20.04 ended on 2025-04-23: use microsoft-dsvm:ubuntu-hpc:2404 with the node agent batch.node.ubuntu 24.04.',
      },
      {
        name: "classic",
        of: "pool",
        set: { targetNodeCommunicationMode: "Classic" },
        says: `targetNodeCommunicationMode is "Classic", but must be something that Azure still offers. Batch's classic node communication ended on 2026-03-31: use Simplified.`,
      },
      {
        name: "oldgpu",
        of: "containers",
        set: { "containers.0.resources.requests.gpu": { count: 1, sku: "V100" } },
        says: 'containers[0].resources.requests.gpu is {"count":1,"sku":"V100"}, but must be something that Azure still offers. GPU on Azure Container Instances ended on 2025-07-14: use a Container Apps job on the workload profile Consumption-GPU-NC8as-T4.',
      },
      {
        name: "unlogged",
        of: "insights",
        set: { workspaceResourceId: undefined },
        says: "workspaceResourceId is not set, but must be something that Azure still offers. Application Insights without a log workspace ended on 2024-02-29: use workspaceResourceId with a log workspace's id.",
      },
    ],
  },
  {
    rule: "retiring-soon",
    advisory: true,
    beside: [
      {
        name: "jammy",
        of: "pool",
        set: { [`${image}.sku`]: "2204" },
        says: 'deploymentConfiguration.virtualMachineConfiguration.imageReference is "microsoft-dsvm:ubuntu-hpc:2204", but must be something that is offered beyond 2027-06-30. Ubuntu HPC 22.04 will end on 2027-06-30: move to microsoft-dsvm:ubuntu-hpc:2404 with the node agent batch.node.ubuntu 24.04.',
      },
    ],
  },
  {
    rule: "spot-preferred",
    advisory: true,
    beside: [
      {
        name: "dedicated",
        of: "cluster",
        set: { [`${compute}.vmPriority`]: "Dedicated" },
        says: `properties.properties.vmPriority is "Dedicated", but must be "LowPriority". Take Spot, unless the work can't be interrupted.`,
      },
    ],
  },
  {
    rule: "registry-admin-off",
    beside: [
      {
        name: "administered",
        of: "registry",
        set: { adminUserEnabled: true },
        says: "adminUserEnabled is true, but must be false. Set it to false and pull by identity.",
      },
    ],
  },
  {
    rule: "storage-private",
    beside: [
      {
        name: "public",
        of: "storage",
        set: { allowBlobPublicAccess: true },
        says: "allowBlobPublicAccess is true, but must be false. Set it to false: it is not the default everywhere.",
      },
      {
        name: "weak",
        of: "storage",
        set: { minimumTlsVersion: "TLS1_0" },
        says: 'minimumTlsVersion is "TLS1_0", but must be "TLS1_2" or "TLS1_3". Set it to "TLS1_2".',
      },
      {
        name: "open",
        of: "inputs",
        set: { publicAccess: "Blob" },
        says: 'publicAccess is "Blob", but must be "None". Set it to "None" or leave it out.',
      },
    ],
  },
  {
    rule: "no-keys-in-environment",
    beside: [
      {
        name: "telling",
        of: "job",
        set: { [`${container}.env.0`]: { name: "API_KEY", value: "hush" } },
        says: "template.containers[0].env[0].value is a plain value for API_KEY, but must be free of secrets. Use a managed identity, or refer to a secret.",
      },
    ],
  },
  {
    rule: "recurrence-start-time",
    beside: [
      {
        name: "atonce",
        of: "tick",
        set: { "definition.triggers.tick.recurrence.startTime": undefined },
        says: "definition.triggers.tick.recurrence.startTime is not set, but must be a start time such as 2026-01-05T07:00:00. Set a start time: without one it fires on deployment.",
      },
    ],
  },
  {
    rule: "narrow-roles",
    beside: [
      {
        name: "owner",
        of: "starter",
        set: { roleDefinitionId: `${subscription}${ownerRole}` },
        says: "roleDefinitionId is Owner, but must be a role with just the actions that are needed. Assign a narrower built-in role or a custom one.",
      },
      {
        name: "broad",
        of: "starter",
        set: { scope: subscription },
        says: 'scope is "/subscriptions/00000000-0000-4000-8000-000000000001", but must be a resource group or a resource. Assign the role where it is needed.',
      },
      {
        name: "anything",
        of: "role",
        set: { "permissions.0.actions": ["*"] },
        says: 'permissions[0].actions is "*", but must be a list of single actions. Name the actions that are needed.',
      },
    ],
  },
  {
    rule: "nothing-retained",
    beside: [
      {
        name: "purgeless",
        of: "vault",
        set: { "properties.enablePurgeProtection": true },
        says: "properties.enablePurgeProtection is true, but must be not set. Leave it out: it can't be undone and keeps the vault's name for months.",
      },
      {
        name: "guarded",
        of: "registry",
        protect: true,
        says: "protect is true, but must be false. Leave out the resource option protect.",
      },
      {
        name: "diskful",
        of: "machine",
        set: { "storageProfile.osDisk.deleteOption": "Detach" },
        says: 'storageProfile.osDisk.deleteOption is "Detach", but must be "Delete". Have the disk deleted with its machine.',
      },
    ],
  },
  {
    rule: "budget-exists",
    without: ["budget"],
    ofStack: "its budget is not there, but must be a consumption.Budget. Add one to the stack, with contacts.",
  },
  {
    rule: "monthly-cost-limit",
    beside: [
      { name: "dear", of: "cluster", set: h100 },
      { name: "dearer", of: "cluster", set: h100 },
    ],
    ofStack: "its worst-case cost is ",
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
