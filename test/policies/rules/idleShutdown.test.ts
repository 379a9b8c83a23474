import { describe, expect, test } from "vitest";
import { idleShutdown } from "../../../policies/rules/idleShutdown";
import { good, having, unknown, violations } from "../support";

const instance = (value: unknown, config: object = {}) =>
  violations(
    idleShutdown,
    { ...good.instance, props: having(good.instance.props, "properties.properties.idleTimeBeforeShutdown", value) },
    config,
  );
const cluster = (value: unknown) =>
  violations(idleShutdown, {
    ...good.cluster,
    props: having(good.cluster.props, "properties.properties.scaleSettings.nodeIdleTimeBeforeScaleDown", value),
  });
const message = (found: string, limit = "PT2H") => [
  `machinelearningservices:Compute "alice": properties.properties.idleTimeBeforeShutdown is ${found}, but must be an ISO 8601 duration ` +
    `from PT15M to ${limit}. Set it to PT1H or another time within the limit.`,
];

describe("idle-shutdown", () => {
  test("lets an instance within the limit pass, to the minute", () => {
    for (const time of ["PT15M", "PT2H", "PT1H59M60S"]) expect(instance(time)).toEqual([]);
  });

  test("reports an instance without one, beyond the limit, below Azure's least, or with something else", () => {
    expect(instance(undefined)).toEqual(message("not set"));
    expect(instance("PT121M")).toEqual(message('"PT121M"'));
    expect(instance("PT14M")).toEqual(message('"PT14M"'));
    expect(instance(60)).toEqual(message("60"));
    expect(instance("P4D", { maxMinutes: 10_000 })).toEqual(message('"P4D"', "PT72H"));
  });

  test("leaves what is not known yet alone", () => {
    expect(instance(unknown.text)).toEqual([]);
    expect(cluster(unknown.text)).toEqual([]);
  });

  test("limits how long a cluster's nodes idle; Azure's own two minutes need no setting", () => {
    expect(cluster(undefined)).toEqual([]);
    for (const [value, found] of [
      ["PT3H", '"PT3H"'],
      [120, "120"],
    ] as const) {
      expect(cluster(value)).toEqual([
        `machinelearningservices:Compute "gpu": properties.properties.scaleSettings.nodeIdleTimeBeforeScaleDown is ${found}, ` +
          "but must be an ISO 8601 duration of at most PT2H. Set it to PT2M or another time within the limit.",
      ]);
    }
  });
});
