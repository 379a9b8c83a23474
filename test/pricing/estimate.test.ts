import { describe, expect, test } from "vitest";
import { estimate, type DeclaredResource, type EstimateOptions } from "../../pricing/estimate";
import { hourly, priceBook } from "../../pricing/priceBook";
import { estimateTable } from "../../pricing/table";
import { good, having, poolFormula, unknown } from "../policies/support";

const hours = 730;
const declared = ({ type, name = "it", props }: { type: string; name?: string; props: object }): DeclaredResource => ({
  type,
  name,
  inputs: props,
});
const of = (type: string, inputs: object): DeclaredResource => ({ type: `azure-native:${type}`, name: "it", inputs });
function line(resource: DeclaredResource, options?: EstimateOptions, ...others: DeclaredResource[]) {
  const found = estimate([...others, resource], options).lines.find(({ name }) => name === resource.name);
  if (!found) return undefined;
  const round = (amount: number) => Number(amount.toFixed(4));
  return { ...found, idle: round(found.idle), worstCase: round(found.worstCase), alwaysOn: round(found.alwaysOn) };
}
const amounts = (resource: DeclaredResource, options?: EstimateOptions, ...others: DeclaredResource[]) => {
  const found = line(resource, options, ...others);
  return found && [found.idle, found.worstCase, found.alwaysOn];
};
const round = (...values: number[]) => values.map((value) => Number(value.toFixed(4)));

describe("machine learning", () => {
  // A stopped instance keeps its disk, load balancer and address: about 33 USD a month.
  const kept = 19.71 + (0.33 / 24) * hours + 0.005 * hours;

  test("an instance costs its size for the hours that its schedule has it on", () => {
    const on = (55 * hours) / 168;
    expect(line(declared(good.instance))).toEqual({
      name: "alice",
      type: "azure-native:machinelearningservices:Compute",
      ...Object.fromEntries(
        [
          ["idle", kept],
          ["worstCase", kept + 0.526 * on],
          ["alwaysOn", kept + 0.526 * hours],
        ].map(([key, value]) => [key, Number((value as number).toFixed(4))]),
      ),
      basis: "Standard_NC4as_T4_v3, 239 h by its schedule; disk, balancer and address always",
    });
  });

  test("an instance that nothing starts or stops may be on all month, or as long as the named schedule says", () => {
    const stopOnly = {
      ...good.instance,
      props: having(good.instance.props, "properties.properties.schedules", undefined),
    };
    const always = kept + 0.526 * hours;
    expect(amounts(declared(stopOnly))).toEqual(round(kept, always, always));
    expect(amounts(declared(stopOnly), { hoursPerWeek: { office: 40, nights: 10 } })).toEqual(
      round(kept, kept + (0.526 * 40 * hours) / 168, always),
    );
  });

  test("a cluster costs its most nodes all month, and a load balancer for every 50", () => {
    const balancer = hours * (0.33 / 24 + 0.005);
    const spot = hourly("vm/Standard_NC4as_T4_v3/spot");
    expect(amounts(declared(good.cluster))).toEqual(
      round(balancer, 2 * spot * hours + balancer, 2 * spot * hours + balancer),
    );
    const scale = { minNodeCount: 1, maxNodeCount: 51 };
    const dedicated = having(
      having(good.cluster.props, "properties.properties.scaleSettings", scale),
      "properties.properties.vmPriority",
      "Dedicated",
    );
    expect(amounts(declared({ ...good.cluster, props: dedicated }))).toEqual(
      round(0.526 * hours + 2 * balancer, 51 * 0.526 * hours + 2 * balancer, 51 * 0.526 * hours + 2 * balancer),
    );
  });

  test("an attached cluster costs nothing of its own", () => {
    expect(line(of("machinelearningservices:Compute", { properties: { computeType: "Kubernetes" } }))).toBeUndefined();
  });
});

describe("pools and nodes", () => {
  test("a pool costs what its formula may ask for", () => {
    const most = 2 * hourly("vm/Standard_NC4as_T4_v3/spot") * hours;
    expect(amounts(declared(good.pool))).toEqual(round(0, most, most));
    const mixed = `${poolFormula(2)} $TargetDedicatedNodes = min(1, $PendingTasks.GetSample(1));`;
    const found = line(
      declared({ ...good.pool, props: having(good.pool.props, "scaleSettings.autoScale.formula", mixed) }),
    );
    expect(found?.worstCase).toBeCloseTo(most + 0.526 * hours, 4);
    expect(found?.basis).toBe("1 × Standard_NC4as_T4_v3 and 2 × Standard_NC4as_T4_v3 Spot all month");
    const fixed = {
      ...good.pool,
      props: having(good.pool.props, "scaleSettings", { fixedScale: { targetDedicatedNodes: 3 } }),
    };
    expect(amounts(declared(fixed))).toEqual(round(3 * 0.526 * hours, 3 * 0.526 * hours, 3 * 0.526 * hours));
    const broken = { ...good.pool, props: having(good.pool.props, "scaleSettings.autoScale.formula", "$x") };
    expect(line(declared(broken))?.unpriced).toBe(
      'its autoscale formula cannot be evaluated ("=" is wanted before "the end")',
    );
  });

  test("Kubernetes costs its node pools, its load balancer and its tier", () => {
    const most = 2 * hourly("vm/Standard_NC4as_T4_v3/spot") * hours;
    expect(amounts(declared(good.nodePool))).toEqual(round(0, most, most));
    const cluster = (tier: string) =>
      of("containerservice:ManagedCluster", {
        sku: { tier },
        agentPoolProfiles: [{ vmSize: "Standard_D2as_v5", count: 1 }],
      });
    const base = (0.086 + 0.025 + 0.005) * hours;
    expect(amounts(cluster("Free"))).toEqual(round(base, base, base));
    expect(amounts(cluster("Standard"))).toEqual(round(base + 73, base + 73, base + 73));
  });

  test("a machine costs its disk when off; a scale set its capacity", () => {
    const spot = hourly("vm/Standard_NC4as_T4_v3/spot") * hours;
    expect(amounts(declared(good.machine))).toEqual(round(19.71, 19.71 + spot, 19.71 + spot));
    expect(amounts(declared(good.machine), { hoursPerWeek: { office: 84 } })).toEqual(
      round(19.71, 19.71 + spot / 2, 19.71 + spot),
    );
    const set = of("compute:VirtualMachineScaleSet", { sku: { name: "Standard_D4s_v5", capacity: 2 } });
    expect(amounts(set)).toEqual(round(2 * 0.192 * hours, 2 * 0.192 * hours, 2 * 0.192 * hours));
  });
});

describe("containers", () => {
  const t4 = 1.5588;

  test("a GPU job started by hand costs its runs to their time limits, retries included", () => {
    expect(amounts(declared(good.job))).toEqual(round(0, t4 * 90, t4 * hours));
    expect(amounts(declared(good.job), { manualRunsPerMonth: 1 })).toEqual(round(0, t4 * 3, t4 * hours));
    expect(amounts(declared(good.job), { manualRunsPerMonth: 1000 })).toEqual(round(0, t4 * hours, t4 * hours));
  });

  test("a profile's GPU stands in the environment, whatever its name", () => {
    const environment = of("app:ManagedEnvironment", {
      workloadProfiles: [{ name: "fast", workloadProfileType: "Consumption-GPU-NC24-A100" }],
    });
    const job = { ...good.job, props: having(good.job.props, "workloadProfileName", "fast") };
    expect(amounts(declared(job), { manualRunsPerMonth: 10 }, { ...environment, name: "env" })).toEqual(
      round(0, 6.354 * 30, 6.354 * hours),
    );
  });

  test("a scheduled job costs the runs of its expression, any other job may run all month", () => {
    const job = (configuration: object) =>
      of("app:Job", {
        configuration: { replicaTimeout: 1800, ...configuration },
        template: { containers: [{ resources: { cpu: 0.5, memory: "1Gi" } }] },
      });
    const hour = 0.5 * 0.0864 + 0.0108;
    const nightly = job({
      triggerType: "Schedule",
      scheduleTriggerConfig: { cronExpression: "0 2 * * *", parallelism: 2 },
    });
    expect(amounts(nightly)).toEqual(round(0, (2 * hour * 730) / 48, 2 * hour * hours));
    expect(amounts(job({ triggerType: "Manual" }))).toEqual(round(0, hour * hours, hour * hours));
    const events = job({ triggerType: "Event", eventTriggerConfig: { parallelism: 2, scale: { maxExecutions: 3 } } });
    expect(amounts(events)).toEqual(round(0, 6 * hour * hours, 6 * hour * hours));
  });

  test("an app costs its replicas, idle ones less", () => {
    expect(amounts(declared(good.app))).toEqual(round(0, 0.108 * hours, 0.108 * hours));
    const awake = { ...good.app, props: having(good.app.props, "template.scale.minReplicas", 1) };
    expect(amounts(declared(awake))?.[0]).toBeCloseTo((0.0108 + 0.0216) * hours, 4);
  });

  test("a container group runs all month; one with a GPU has no price any more", () => {
    const group = (requests: object) =>
      of("containerinstance:ContainerGroup", { containers: [{ resources: { requests } }] });
    const month = (2 * 0.0405 + 4 * 0.00445) * hours;
    expect(amounts(group({ cpu: 2, memoryInGB: 4 }))).toEqual(round(month, month, month));
    expect(line(group({ cpu: 2, gpu: { count: 1, sku: "V100" } }))?.unpriced).toBe(
      "no price for containerInstances/gpu",
    );
  });
});

describe("the rest", () => {
  test("registries, shares, logs and workflows", () => {
    expect(amounts(of("containerregistry:Registry", { sku: { name: "Basic" } }))?.[0]).toBeCloseTo(
      (0.1666 / 24) * hours,
      4,
    );
    expect(amounts(of("storage:FileShare", { shareQuota: 100 }))).toEqual([0, 6, 6]);
    expect(amounts(of("operationalinsights:Workspace", { workspaceCapping: { dailyQuotaGb: 1 } }))).toEqual(
      round(0, (730 / 24) * 2.3, (730 / 24) * 2.3),
    );
    expect(line(of("operationalinsights:Workspace", {}))?.basis).toBe("by what is logged: it has no daily cap");
    const workflow = of("logic:Workflow", {
      definition: {
        triggers: { every: { type: "Recurrence", recurrence: { frequency: "Minute", interval: 5 } } },
        actions: {
          start: {},
          until: { type: "Until", limit: { count: 15 }, actions: { wait: {}, look: {} } },
          if: { actions: { fail: {} }, else: { actions: {} } },
        },
      },
    });
    // 8,760 runs of the trigger and 6 actions, or of 34 when the loop turns 15 times
    expect(amounts(workflow)).toEqual(round(8760 * 7 * 0.000025, 8760 * 35 * 0.000025, 8760 * 35 * 0.000025));
    expect(line(of("logic:Workflow", { definition: { triggers: { manual: { type: "Request" } } } }))).toBeUndefined();
    expect(line(of("storage:StorageAccount", {}))).toBeUndefined();
  });

  test("prices are those of the resource's region, and regions that the book does not know are named", () => {
    const there = (location: unknown) =>
      declared({
        ...good.pool,
        props: { ...good.pool.props, location, scaleSettings: { fixedScale: { targetDedicatedNodes: 1 } } },
      });
    expect(amounts(there("South Central US"))?.[1]).toBeCloseTo(0.631 * hours, 4);
    expect(estimate([there("southcentralus")]).standIns).toEqual([]);
    expect(estimate([there("swedencentral"), there(unknown.text)], { region: "norwayeast" }).standIns).toEqual([
      "norwayeast",
      "swedencentral",
    ]);
  });

  test("what is not known yet is pending, and totals add up without it", () => {
    const pending = declared({ ...good.pool, name: "later", props: having(good.pool.props, "vmSize", unknown.text) });
    const result = estimate([declared(good.pool), declared(good.job), pending]);
    expect(result.lines.map(({ name, pending }) => [name, pending])).toEqual([
      ["train", undefined],
      ["finetune", undefined],
      ["later", "vmSize"],
    ]);
    expect(result.worstCase).toBeCloseTo(2 * 0.1578 * hours + 1.5588 * 90, 6);
    expect([result.idle, result.currency]).toEqual([0, "USD"]);
  });

  test("ill-typed inputs never throw", () => {
    for (const type of [
      "batch:Pool",
      "app:Job",
      "app:ContainerApp",
      "machinelearningservices:Compute",
      "containerservice:ManagedCluster",
      "logic:Workflow",
      "storage:FileShare",
    ]) {
      for (const inputs of [
        undefined,
        null,
        "x",
        [],
        { properties: 5, template: "t", scaleSettings: [], agentPoolProfiles: {}, definition: 1, shareQuota: "many" },
      ]) {
        expect(() => estimate([{ type: `azure-native:${type}`, name: "it", inputs }])).not.toThrow();
      }
    }
  });
});

test("the table lists the dearest first, totals, what has no price, and what the prices are", () => {
  const pending = declared({
    ...good.machine,
    props: having(good.machine.props, "hardwareProfile.vmSize", unknown.text),
  });
  const share = of("storage:FileShare", { shareQuota: 100, location: "swedencentral" });
  expect(estimateTable(estimate([share, declared(good.pool), pending]))).toBe(
    [
      "┌──────────┬────────────────┬──────┬─────────┬───────────┬────────────────────────────────────────────────────┐",
      "│ Resource │ Kind           │ idle │ at most │ always on │ at most means                                      │",
      "├──────────┼────────────────┼──────┼─────────┼───────────┼────────────────────────────────────────────────────┤",
      "│ train    │ Pool           │ 0.00 │  230.39 │    230.39 │ 2 × Standard_NC4as_T4_v3 Spot all month            │",
      "│ it       │ FileShare      │ 0.00 │    6.00 │      6.00 │ 100 GiB, filled to its quota; idle: what is stored │",
      "│ bench    │ VirtualMachine │    ? │       ? │         ? │ not known before up: hardwareProfile.vmSize        │",
      "│ Total    │                │ 0.00 │  236.39 │    236.39 │                                                    │",
      "└──────────┴────────────────┴──────┴─────────┴───────────┴────────────────────────────────────────────────────┘",
      `USD a month of 730 hours, list prices of ${priceBook().date} (npm run prices reads them anew).`,
      "Some prices in swedencentral are not in the price book; its own region's stand in (npm run prices -- --region swedencentral).",
    ].join("\n"),
  );
});
