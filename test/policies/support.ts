import type {
  PolicyResource,
  ResourceValidationArgs,
  ResourceValidationPolicy,
  StackValidationPolicy,
} from "@pulumi/policy";
import { createRequire } from "node:module";

// The SDK marks these internal and leaves them out of its types, but they are what the pack's server uses.
const sdk = createRequire(__filename)("@pulumi/policy/proxy") as {
  unknownCheckingProxy: (props: object) => Record<string, unknown>;
} & Record<`unknown${"Array" | "Boolean" | "Number" | "Object" | "String"}Value`, string>;

/** What stands for a value that a preview does not know yet, as it comes over the wire. */
export const unknown = {
  text: sdk.unknownStringValue,
  number: sdk.unknownNumberValue,
  flag: sdk.unknownBooleanValue,
  list: sdk.unknownArrayValue,
  map: sdk.unknownObjectValue,
};

/** A declared resource. */
export interface Declared {
  readonly type: string;
  readonly name?: string;
  readonly props: object;
  readonly protect?: boolean;
}

const urnOf = ({ type, name = "it" }: Declared) => `urn:pulumi:test::lights-out::${type}::${name}`;

function argsOf(resource: Declared, config: object) {
  const { type, name = "it", props, protect = false } = resource;
  return {
    type,
    name,
    urn: urnOf(resource),
    // As the pack gets it: reading a value that is not known throws.
    props: sdk.unknownCheckingProxy(structuredClone(props)),
    opts: {
      protect,
      ignoreChanges: [],
      aliases: [],
      customTimeouts: { createSeconds: 0, updateSeconds: 0, deleteSeconds: 0 },
      additionalSecretOutputs: [],
    },
    stackTags: new Map<string, string>(),
    isType: () => false,
    asType: () => undefined,
    getConfig: <T extends object>() => config as T,
    notApplicable: (): never => {
      throw new Error("not applicable");
    },
  } satisfies ResourceValidationArgs;
}

/** The messages of a rule about a resource. */
export function violations(rule: ResourceValidationPolicy, resource: Declared, config: object = {}): string[] {
  const messages: string[] = [];
  const validate = rule.validateResource;
  if (typeof validate !== "function") throw new Error(`${rule.name} validates nothing`);
  void validate(argsOf(resource, config), (message) => void messages.push(message));
  return messages;
}

/** The messages of a rule about a stack, each with the resource that it is about, if it is about one. */
export function stackViolations(
  rule: StackValidationPolicy,
  resources: readonly Declared[],
  config: object = {},
): { message: string; of?: string }[] {
  const found: { message: string; of?: string }[] = [];
  const all: PolicyResource[] = resources.map((resource) => ({
    ...argsOf(resource, config),
    isType: () => false,
    asType: () => undefined,
    dependencies: [],
    propertyDependencies: {},
  }));
  void rule.validateStack(
    {
      resources: all,
      stackTags: new Map(),
      getConfig: <T extends object>() => config as T,
      notApplicable: () => argsOf({ type: "", props: {} }, {}).notApplicable(),
    },
    (message, urn) => {
      const of = resources.find((resource) => urnOf(resource) === urn);
      found.push({ message, ...(of ? { of: of.name ?? "it" } : {}) });
    },
  );
  return found;
}

/** A copy of a map in which the value at a dotted path is another one; `undefined` takes it away. */
export function having<T extends object>(map: T, path: string, value: unknown): T {
  const copy = structuredClone(map);
  const steps = path.split(".");
  const last = steps.pop() ?? "";
  let here = copy as Record<string, unknown>;
  for (const step of steps) here = (here[step] ??= {}) as Record<string, unknown>;
  if (value === undefined) delete here[last];
  else here[last] = value;
  return copy;
}

const tags = { owner: "ml@example.com", "cost-centre": "4711", schedule: "office", estate: "dev" };

/** One resource of each kind that every rule about resources lets pass, as a component would declare it. */
export const good = {
  instance: {
    type: "azure-native:machinelearningservices:Compute",
    name: "alice",
    props: {
      tags,
      properties: {
        computeType: "ComputeInstance",
        properties: {
          vmSize: "Standard_NC4as_T4_v3",
          idleTimeBeforeShutdown: "PT60M",
          schedules: { computeStartStop: [trigger("Start", 8), trigger("Stop", 19)] },
        },
      },
    },
  },
  cluster: {
    type: "azure-native:machinelearningservices:Compute",
    name: "gpu",
    props: {
      tags,
      properties: {
        computeType: "AmlCompute",
        properties: {
          vmSize: "Standard_NC4as_T4_v3",
          vmPriority: "LowPriority",
          scaleSettings: { minNodeCount: 0, maxNodeCount: 2, nodeIdleTimeBeforeScaleDown: "PT2M" },
        },
      },
    },
  },
  pool: {
    type: "azure-native:batch:Pool",
    name: "train",
    props: {
      tags,
      vmSize: "Standard_NC4as_T4_v3",
      targetNodeCommunicationMode: "Simplified",
      deploymentConfiguration: {
        virtualMachineConfiguration: {
          imageReference: { publisher: "microsoft-dsvm", offer: "ubuntu-hpc", sku: "2404", version: "latest" },
        },
      },
      scaleSettings: { autoScale: { formula: poolFormula(2), evaluationInterval: "PT5M" } },
    },
  },
  job: {
    type: "azure-native:app:Job",
    name: "finetune",
    props: {
      tags,
      workloadProfileName: "Consumption-GPU-NC8as-T4",
      configuration: {
        triggerType: "Manual",
        manualTriggerConfig: { parallelism: 1 },
        replicaTimeout: 3600,
        replicaRetryLimit: 2,
      },
      template: {
        containers: [{ name: "train", env: [{ name: "EPOCHS", value: "3" }], resources: { cpu: 8, memory: "56Gi" } }],
      },
    },
  },
  app: {
    type: "azure-native:app:ContainerApp",
    name: "tensorboard",
    props: {
      tags,
      workloadProfileName: "Consumption",
      template: {
        containers: [{ name: "tensorboard", resources: { cpu: 1, memory: "2Gi" } }],
        scale: { minReplicas: 0, maxReplicas: 1 },
      },
    },
  },
  machine: {
    type: "azure-native:compute:VirtualMachine",
    name: "bench",
    props: {
      tags,
      hardwareProfile: { vmSize: "Standard_NC4as_T4_v3" },
      priority: "Spot",
      storageProfile: { osDisk: { createOption: "FromImage", deleteOption: "Delete" } },
    },
  },
  nodePool: {
    type: "azure-native:containerservice:AgentPool",
    name: "gpunodes",
    props: {
      tags,
      vmSize: "Standard_NC4as_T4_v3",
      enableAutoScaling: true,
      minCount: 0,
      maxCount: 2,
      scaleSetPriority: "Spot",
    },
  },
} satisfies Record<string, Declared>;

function trigger(action: "Start" | "Stop", hour: number) {
  const weekDays = ["Monday", "Tuesday", "Wednesday", "Thursday", "Friday"];
  return {
    action,
    status: "Enabled",
    triggerType: "Recurrence",
    recurrence: {
      frequency: "Week",
      interval: 1,
      timeZone: "W. Europe Standard Time",
      schedule: { hours: [hour], minutes: [0], weekDays },
    },
  };
}

/** An autoscale formula that falls to zero. */
export function poolFormula(maxNodes: number): string {
  return [
    "pct = $PendingTasks.GetSamplePercent(180 * TimeInterval_Second);",
    "last = max(0, $PendingTasks.GetSample(1));",
    "n = pct < 70 ? last : max(last, avg($PendingTasks.GetSample(180 * TimeInterval_Second)));",
    `$TargetLowPriorityNodes = min(${maxNodes}, n);`,
    "$TargetDedicatedNodes = 0;",
    "$NodeDeallocationOption = taskcompletion;",
  ].join("\n");
}
