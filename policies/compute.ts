import { at, isMap, listAt, type Plain } from "../pricing/values";
import type { Subject } from "./rule";
import { isGpuSize } from "./vmSizes";

export type ComputeKind =
  "instance" | "cluster" | "pool" | "job" | "app" | "machine" | "scaleSet" | "agentPool" | "attachedCluster";

/** Compute that a resource declares; a Kubernetes cluster declares one for each of its node pools. */
export interface Compute {
  readonly kind: ComputeKind;
  /** The properties that describe it, and their path within the resource: "" or `agentPoolProfiles[1]`. */
  readonly part: unknown;
  readonly path: string;
  /** Where the VM size or the workload profile stands. */
  readonly sizeProperty: string;
  readonly size: unknown;
  /** Whether it has a GPU. False for a size that is not known yet: the rules run again once it is. */
  readonly gpu: boolean;
  /** Its tags: a node pool of a cluster goes by the cluster's where it has none. */
  readonly tags: unknown;
}

/** The compute that a resource declares, empty for all other resources. */
export function computeOf({ type, props }: Subject): readonly Compute[] {
  switch (type) {
    case "azure-native:machinelearningservices:Compute":
      return machineLearning(props);
    case "azure-native:batch:Pool":
      return [byVmSize("pool", props, "vmSize", props)];
    case "azure-native:compute:VirtualMachine":
      return [byVmSize("machine", props, "hardwareProfile.vmSize", props)];
    case "azure-native:compute:VirtualMachineScaleSet":
      return [byVmSize("scaleSet", props, "sku.name", props)];
    case "azure-native:containerservice:AgentPool":
      return [byVmSize("agentPool", props, "vmSize", props)];
    case "azure-native:containerservice:ManagedCluster":
      return listAt(props, "agentPoolProfiles").map((profile, index) => {
        const pool = byVmSize("agentPool", profile, "vmSize", profile, `agentPoolProfiles[${index}]`);
        return pool.tags === undefined ? { ...pool, tags: at(props, "tags") } : pool;
      });
    case "azure-native:app:Job":
      return [containerApp("job", props)];
    case "azure-native:app:ContainerApp":
      return [containerApp("app", props)];
    default:
      return [];
  }
}

function machineLearning(props: Plain): readonly Compute[] {
  const inner = at(props, "properties.properties");
  const kinds: Readonly<Record<string, [ComputeKind, string]>> = {
    ComputeInstance: ["instance", "vmSize"],
    AmlCompute: ["cluster", "vmSize"],
    AKS: ["attachedCluster", "agentVmSize"],
    VirtualMachine: ["machine", "virtualMachineSize"],
  };
  const kind = kinds[String(at(props, "properties.computeType"))];
  return kind ? [byVmSize(kind[0], inner, kind[1], props, "properties.properties")] : [];
}

function byVmSize(kind: ComputeKind, part: unknown, sizeProperty: string, tagged: unknown, path = ""): Compute {
  const size = at(part, sizeProperty);
  const gpu = typeof size === "string" && isGpuSize(size);
  return { kind, part, path, sizeProperty: within(path, sizeProperty), size, gpu, tags: at(tagged, "tags") };
}

/**
 * A container app or job. Whether its workload profile has a GPU stands in the environment, which a rule about one
 * resource can't see, so the profile's name tells: one with gpu, a GPU's name or an NC size in it has one.
 */
function containerApp(kind: "job" | "app", props: Plain): Compute {
  const size = at(props, "workloadProfileName");
  const named = typeof size === "string" && /gpu|t4|a100|h100|\bnc\d/i.test(size);
  const asked = listAt(props, "template.containers").some((container) => {
    const gpus = at(container, "resources.gpu");
    return typeof gpus === "number" && gpus > 0;
  });
  return {
    kind,
    part: props,
    path: "",
    sizeProperty: "workloadProfileName",
    size,
    gpu: named || asked,
    tags: at(props, "tags"),
  };
}

/** A property's full path within the resource. */
export function within(path: string, property: string): string {
  return path === "" ? property : `${path}.${property}`;
}

/** A container of a resource, with its path: container apps, jobs and container groups. */
export function containersOf({ type, props }: Subject): { container: unknown; path: string }[] {
  const lists: Readonly<Record<string, readonly string[]>> = {
    "azure-native:app:Job": ["template.containers", "template.initContainers"],
    "azure-native:app:ContainerApp": ["template.containers", "template.initContainers"],
    "azure-native:containerinstance:ContainerGroup": ["containers", "initContainers"],
  };
  return (lists[type] ?? []).flatMap((list) =>
    listAt(props, list).map((container, index) => ({ container, path: `${list}[${index}]` })),
  );
}

/** Tags as a map, or nothing where they are absent or ill-typed. */
export function tagsOf(compute: Compute): Plain {
  return isMap(compute.tags) ? compute.tags : {};
}
