import { describe, expect, test } from "vitest";
import { computeTags } from "../../../policies/rules/computeTags";
import { good, having, unknown, violations } from "../support";

describe("gpu-compute-tags", () => {
  test.each(Object.entries(good))("lets a tagged %s pass", (_, resource) => {
    expect(violations(computeTags, resource)).toEqual([]);
  });

  test("names each tag that is missing or empty", () => {
    const props = having(having(good.pool.props, "tags.schedule", undefined), "tags.owner", " ");
    expect(violations(computeTags, { ...good.pool, props })).toEqual([
      'batch:Pool "train": tags is set for owner, cost-centre, estate only, but must be set for owner, cost-centre, schedule. ' +
        'Add tags["owner"] and tags["schedule"].',
    ]);
  });

  test.each([
    ["missing", undefined, "not set"],
    ["text", "owner=me", '"owner=me"'],
    ["a list", ["owner"], '["owner"]'],
  ])("reports tags that are %s", (_, tags, found) => {
    expect(violations(computeTags, { ...good.instance, props: having(good.instance.props, "tags", tags) })).toEqual([
      `machinelearningservices:Compute "alice": tags is ${found}, but must be set for owner, cost-centre, schedule. ` +
        'Add tags["owner"] and tags["cost-centre"] and tags["schedule"].',
    ]);
  });

  test("leaves what is not known yet alone: all tags, one tag, the size", () => {
    for (const [path, value] of [
      ["tags", unknown.map],
      ["tags.owner", unknown.text],
    ] as const) {
      expect(violations(computeTags, { ...good.pool, props: having(good.pool.props, path, value) })).toEqual([]);
    }
    const sizeless = having(having(good.pool.props, "tags", undefined), "vmSize", unknown.text);
    expect(violations(computeTags, { ...good.pool, props: sizeless })).toEqual([]);
  });

  test("asks nothing of compute without a GPU, of a size that is no text, and of other resources", () => {
    for (const vmSize of ["Standard_D2s_v5", 7, undefined]) {
      const props = having(having(good.pool.props, "tags", undefined), "vmSize", vmSize);
      expect(violations(computeTags, { ...good.pool, props })).toEqual([]);
    }
    expect(violations(computeTags, { type: "azure-native:storage:StorageAccount", props: {} })).toEqual([]);
  });

  test("knows a type by its API version too, and takes other tags by its settings", () => {
    const resource = { ...good.pool, type: "azure-native:batch/v20240701:Pool" };
    expect(violations(computeTags, resource, { tags: ["project"] })).toEqual([
      'batch:Pool "train": tags is set for owner, cost-centre, schedule, estate only, but must be set for project. Add tags["project"].',
    ]);
  });

  test("a cluster's node pool goes by its own tags or else by the cluster's", () => {
    const agentPoolProfiles = [
      { vmSize: "Standard_NC4as_T4_v3" },
      { vmSize: "Standard_NC4as_T4_v3", tags: { owner: "a" } },
    ];
    const cluster = {
      type: "azure-native:containerservice:ManagedCluster",
      name: "k",
      props: { tags: good.pool.props.tags, agentPoolProfiles },
    };
    expect(violations(computeTags, cluster)).toEqual([
      'containerservice:ManagedCluster "k": agentPoolProfiles[1].tags is set for owner only, but must be set for owner, cost-centre, schedule. ' +
        'Add tags["cost-centre"] and tags["schedule"].',
    ]);
  });
});
