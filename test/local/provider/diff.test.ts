import { describe, expect, it } from "vitest";
import { differenceOf } from "../../../local/provider/diff";
import { nameInput, resourceOf } from "../../../local/provider/resources";
import { rows } from "../../../local/provider/table";
import { unknown, type Properties } from "../../../local/provider/values";
import { samples } from "./samples";

const diff = (type: string, change: (inputs: Properties) => Properties, olds: Properties = samples[type]) =>
  differenceOf(resourceOf(`azure-native:${type}`), olds, change(structuredClone(olds)));
const paths = ({ changes }: ReturnType<typeof differenceOf>) => changes.map((change) => change.path);

describe("a difference of inputs", () => {
  it.each(Object.keys(rows))("%s: none between the same inputs, a replacement for another name", (type) => {
    expect(diff(type, (inputs) => inputs)).toEqual({ changes: [], replaces: [], deleteBeforeReplace: false });
    const name = nameInput(rows[type]);
    expect(diff(type, (inputs) => ({ ...inputs, [name]: "another" })).replaces).toEqual([name]);
  });

  it("tells each changed path, as Pulumi writes it", () => {
    const change = diff("machinelearningservices:Compute", (inputs) => ({
      ...inputs,
      tags: { owner: "ai", "cost-centre": "4711", "team.name": "speech", added: "x" },
    }));
    expect(change.changes).toEqual([
      { path: "tags.owner", kind: "update", replaces: false },
      { path: 'tags["team.name"]', kind: "update", replaces: false },
      { path: "tags.added", kind: "add", replaces: false },
    ]);
    expect(change.deleteBeforeReplace).toBe(false);
  });

  it("replaces a compute instance for another size, but not for another schedule", () => {
    const inner = (inputs: Properties) => (inputs.properties as Properties).properties as Properties;
    const sized = diff("machinelearningservices:Compute", (inputs) => {
      inner(inputs).vmSize = "STANDARD_NC8AS_T4_V3";
      return inputs;
    });
    expect(sized).toEqual({
      changes: [{ path: "properties.properties.vmSize", kind: "update", replaces: true }],
      replaces: ["properties.properties.vmSize"],
      deleteBeforeReplace: true, // its name is the program's, so the old one has to go first
    });
    const moved = diff("machinelearningservices:Compute", (inputs) => {
      const { computeStartStop } = inner(inputs).schedules as { computeStartStop: { cron: Properties }[] };
      computeStartStop[0].cron.expression = "0 20 * * *";
      return inputs;
    });
    expect(moved.changes).toEqual([
      { path: "properties.properties.schedules.computeStartStop[0].cron.expression", kind: "update", replaces: false },
    ]);
  });

  it("lets old and new stand together when the name has a random part", () => {
    const olds = { ...samples["batch:BatchAccount"], __createBeforeDelete: true };
    const moved = diff("batch:BatchAccount", (inputs) => ({ ...inputs, location: "uksouth" }), olds);
    expect(moved).toMatchObject({ replaces: ["location"], deleteBeforeReplace: false });
  });

  it("takes two spellings of a place for one", () => {
    expect(diff("batch:BatchAccount", (inputs) => ({ ...inputs, location: "West Europe" })).changes).toEqual([]);
  });

  it("takes what is not yet known for a change, and replaces only for what must not change", () => {
    expect(paths(diff("batch:Pool", (inputs) => ({ ...inputs, scaleSettings: unknown })))).toEqual(["scaleSettings"]);
    expect(diff("batch:Pool", (inputs) => ({ ...inputs, scaleSettings: unknown })).replaces).toEqual([]);
    expect(diff("batch:Pool", (inputs) => ({ ...inputs, vmSize: unknown })).replaces).toEqual(["vmSize"]);
  });

  it("follows lists by place", () => {
    const change = diff("containerinstance:ContainerGroup", (inputs) => ({
      ...inputs,
      containers: [...(inputs.containers as Properties[]), { name: "side", image: "side:1" }],
      initContainers: [],
    }));
    expect(change.changes).toEqual([
      { path: "containers[1].name", kind: "add", replaces: false },
      { path: "containers[1].image", kind: "add", replaces: false },
      { path: "initContainers[0].name", kind: "delete", replaces: false },
      { path: "initContainers[0].image", kind: "delete", replaces: false },
    ]);
  });
});
