import { expect, test } from "vitest";
import { scheduleExists } from "../../../policies/rules/scheduleExists";
import { good, having, stackViolations, unknown } from "../support";

const group = (schedules: unknown) => ({
  type: "azure-native:resources:ResourceGroup",
  name: "group",
  props: { tags: { schedules } },
});
const instance = (schedule: unknown) => ({
  ...good.instance,
  props: having(good.instance.props, "tags.schedule", schedule),
});

test("schedule-exists lets declared schedules pass: by tag, by settings, and the reserved one", () => {
  expect(stackViolations(scheduleExists, [group("office, nights"), instance("nights"), good.pool])).toEqual([]);
  expect(stackViolations(scheduleExists, [instance("office")], { schedules: ["office"] })).toEqual([]);
  expect(stackViolations(scheduleExists, [instance("always")])).toEqual([]);
});

test("schedule-exists names the schedule that nothing declares", () => {
  expect(stackViolations(scheduleExists, [group("office"), instance("ofice")])).toEqual([
    {
      of: "alice",
      message:
        'machinelearningservices:Compute "alice": tags.schedule is "ofice", but must be one of the schedules that exist (always, office). Correct the name, or declare the schedule.',
    },
  ]);
  expect(stackViolations(scheduleExists, [group(5), good.pool]).map(({ of }) => of)).toEqual(["train"]);
});

test("schedule-exists leaves missing, ill-typed and not yet known tags to other rules", () => {
  for (const schedule of [undefined, 5, unknown.text])
    expect(stackViolations(scheduleExists, [group("office"), instance(schedule)])).toEqual([]);
  expect(stackViolations(scheduleExists, [group(unknown.text), good.pool])).toEqual([]);
  expect(
    stackViolations(scheduleExists, [{ ...good.pool, props: having(good.pool.props, "tags", unknown.map) }]),
  ).toEqual([]);
  expect(stackViolations(scheduleExists, [{ ...good.pool, props: having(good.pool.props, "tags", "office") }])).toEqual(
    [],
  );
});
