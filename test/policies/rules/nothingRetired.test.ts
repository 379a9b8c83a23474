import { describe, expect, test } from "vitest";
import { nothingRetired } from "../../../policies/rules/nothingRetired";
import { good, having, unknown, violations, type Declared } from "../support";

const on = { on: "2026-11-23" };
const retired = (resource: Declared, config: object = on) => violations(nothingRetired, resource, config);
const size = (vmSize: unknown, config: object = on) =>
  retired({ ...good.pool, props: having(good.pool.props, "vmSize", vmSize) }, config);
const still = "but must be something that Azure still offers.";
const image = "deploymentConfiguration.virtualMachineConfiguration.imageReference";

describe("nothing-retired", () => {
  test.each(Object.entries(good))("lets a current %s pass", (_, resource) => {
    expect(retired(resource)).toEqual([]);
  });

  test("refuses VM sizes from the day that they end on", () => {
    expect(size("Standard_NC6s_v3")).toEqual([
      `batch:Pool "train": vmSize is "Standard_NC6s_v3", ${still} NCv3 series (V100) ended on 2025-09-30: use Standard_NC4as_T4_v3 or Standard_NC24ads_A100_v4.`,
    ]);
    expect(size("standard_nv12s_v3", { on: "2026-09-29" })).toEqual([]);
    expect(size("standard_nv12s_v3", { on: "2026-09-30" })).toHaveLength(1);
    for (const value of [unknown.text, 6, undefined]) expect(size(value)).toEqual([]);
  });

  test("judges by today where no day is set", () => {
    expect(size("Standard_NC6", {})).toHaveLength(1);
    expect(size("Standard_NC6", { on: "" })).toHaveLength(1);
  });

  test("refuses GPUs on Container Instances", () => {
    const group = (gpu: unknown) =>
      retired({
        type: "azure-native:containerinstance:ContainerGroup",
        name: "g",
        props: { containers: [{ resources: { requests: { cpu: 1, gpu } } }] },
      });
    expect(group({ count: 1, sku: "V100" })).toEqual([
      `containerinstance:ContainerGroup "g": containers[0].resources.requests.gpu is {"count":1,"sku":"V100"}, ${still} ` +
        "GPU on Azure Container Instances ended on 2025-07-14: use a Container Apps job on the workload profile Consumption-GPU-NC8as-T4.",
    ]);
    for (const value of [undefined, unknown.map, 1]) expect(group(value)).toEqual([]);
  });

  test("refuses Batch images and node communication that ended", () => {
    const reference = { publisher: "microsoft-azure-batch", offer: "ubuntu-server-container", sku: "20-04-lts" };
    expect(retired({ ...good.pool, props: having(good.pool.props, image, reference) })).toEqual([
      `batch:Pool "train": ${image} is "microsoft-azure-batch:ubuntu-server-container:20-04-lts", ${still} ` +
        "Batch's Ubuntu container images ended on 2025-04-23: use microsoft-dsvm:ubuntu-hpc:2404 with the node agent batch.node.ubuntu 24.04.",
    ]);
    for (const value of [
      undefined,
      unknown.map,
      "ubuntu",
      { id: "/subscriptions/x" },
      { ...reference, sku: unknown.text },
    ]) {
      expect(retired({ ...good.pool, props: having(good.pool.props, image, value) })).toEqual([]);
    }
    const mode = (value: unknown) =>
      retired({ ...good.pool, props: having(good.pool.props, "targetNodeCommunicationMode", value) });
    expect(mode("Classic")).toEqual([
      `batch:Pool "train": targetNodeCommunicationMode is "Classic", ${still} Batch's classic node communication ended on 2026-03-31: use Simplified.`,
    ]);
    for (const value of [undefined, unknown.text, 1]) expect(mode(value)).toEqual([]);
  });

  test("refuses old kinds of insights, storage, addresses and Flux", () => {
    const one = (type: string, props: object) => retired({ type: `azure-native:${type}`, props });
    expect(one("applicationinsights:Component", {})).toEqual([
      `applicationinsights:Component "it": workspaceResourceId is not set, ${still} Application Insights without a log workspace ended on 2024-02-29: use workspaceResourceId with a log workspace's id.`,
    ]);
    expect(one("applicationinsights:Component", { workspaceResourceId: unknown.text })).toEqual([]);
    expect(one("storage:StorageAccount", { kind: "Storage" })).toEqual([
      `storage:StorageAccount "it": kind is "Storage", ${still} Storage accounts of kinds Storage and BlobStorage ended on 2026-09-01: use StorageV2.`,
    ]);
    expect(one("storage:StorageAccount", { kind: "StorageV2" })).toEqual([]);
    expect(one("network:PublicIPAddress", { sku: { name: "Basic" } })).toEqual([
      `network:PublicIPAddress "it": sku.name is "Basic", ${still} Basic public addresses ended on 2025-09-30: use Standard.`,
    ]);
    expect(one("kubernetesconfiguration:SourceControlConfiguration", {})).toEqual([
      `kubernetesconfiguration:SourceControlConfiguration "it": is a Flux v1 configuration, ${still} Flux v1 ended on 2025-05-24: use kubernetesconfiguration.FluxConfiguration.`,
    ]);
  });
});
