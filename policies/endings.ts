import { at, isMap, UNKNOWN } from "../pricing/values";
import { computeOf, containersOf, within } from "./compute";
import { shown } from "./fault";
import type { Retirement } from "./retired";
import type { Subject } from "./rule";
import { retirementOfImage, retirementOfSize } from "./validators";

/** A part of a resource that has ended or will end. */
export interface Ending {
  readonly property?: string;
  readonly found: string;
  readonly retirement: Retirement;
}

/** Every part of a resource that Azure has ended or has announced the end of, whatever the day. */
export function endingsOf(subject: Subject): readonly Ending[] {
  return [...sizes(subject), ...(byType[subject.type]?.(subject) ?? [])];
}

function sizes(subject: Subject): Ending[] {
  return computeOf(subject).flatMap(({ size, sizeProperty }) => {
    const retirement = typeof size === "string" ? retirementOfSize(size) : undefined;
    return retirement ? [{ property: sizeProperty, found: shown(size), retirement }] : [];
  });
}

type Finder = (subject: Subject) => Ending[];

/** Reports a property that has one of some values; letter case does not matter. */
function property(name: string, values: readonly string[], retirement: Retirement): Finder {
  return ({ props }) => {
    const value = at(props, name);
    if (typeof value !== "string" || !values.includes(value.toLowerCase())) return [];
    return [{ property: name, found: shown(value), retirement }];
  };
}

const gpuOnContainerInstances: Finder = (subject) =>
  containersOf(subject).flatMap(({ container, path }) =>
    (["requests", "limits"] as const).flatMap((which) => {
      const gpu = at(container, `resources.${which}.gpu`);
      if (!isMap(gpu)) return [];
      return [
        {
          property: within(path, `resources.${which}.gpu`),
          found: shown(gpu),
          retirement: {
            what: "GPU on Azure Container Instances",
            date: "2025-07-14",
            successor: "a Container Apps job on the workload profile Consumption-GPU-NC8as-T4",
          },
        },
      ];
    }),
  );

const batchPool: Finder = (subject) => {
  const reference = at(subject.props, "deploymentConfiguration.virtualMachineConfiguration.imageReference");
  const retirement = retirementOfImage(reference);
  const { publisher, offer, sku } = isMap(reference) ? reference : {};
  const classic = property("targetNodeCommunicationMode", ["classic"], {
    what: "Batch's classic node communication",
    date: "2026-03-31",
    successor: "Simplified",
  });
  const image = {
    property: "deploymentConfiguration.virtualMachineConfiguration.imageReference",
    found: shown(`${String(publisher)}:${String(offer)}:${String(sku)}`),
  };
  return [...(retirement ? [{ ...image, retirement }] : []), ...classic(subject)];
};

const classicInsights: Finder = ({ props }) => {
  const workspace = at(props, "workspaceResourceId");
  if (workspace === UNKNOWN || (typeof workspace === "string" && workspace !== "")) return [];
  const retirement = {
    what: "Application Insights without a log workspace",
    date: "2024-02-29",
    successor: "workspaceResourceId with a log workspace's id",
  };
  return [{ property: "workspaceResourceId", found: shown(workspace), retirement }];
};

const generalPurposeV1: Retirement = {
  what: "Storage accounts of kinds Storage and BlobStorage",
  date: "2026-09-01",
  successor: "StorageV2",
};

const byType: Readonly<Record<string, Finder | undefined>> = {
  "azure-native:containerinstance:ContainerGroup": gpuOnContainerInstances,
  "azure-native:batch:Pool": batchPool,
  "azure-native:applicationinsights:Component": classicInsights,
  "azure-native:storage:StorageAccount": property("kind", ["storage", "blobstorage"], generalPurposeV1),
  "azure-native:network:PublicIPAddress": property("sku.name", ["basic"], {
    what: "Basic public addresses",
    date: "2025-09-30",
    successor: "Standard",
  }),
  "azure-native:containerservice:ManagedCluster": property("networkProfile.networkPlugin", ["kubenet"], {
    what: "Kubenet",
    date: "2028-03-31",
    successor: "azure with networkPluginMode overlay",
  }),
  "azure-native:kubernetesconfiguration:SourceControlConfiguration": () => [
    {
      found: "a Flux v1 configuration",
      retirement: { what: "Flux v1", date: "2025-05-24", successor: "kubernetesconfiguration.FluxConfiguration" },
    },
  ],
};
