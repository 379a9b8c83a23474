import { expect, test } from "vitest";
import { recurrenceStartTime } from "../../../policies/rules/recurrenceStartTime";
import { unknown, violations } from "../support";

const workflow = (triggers: unknown) =>
  violations(recurrenceStartTime, {
    type: "azure-native:logic:Workflow",
    name: "tick",
    props: { definition: { triggers } },
  });
const recurs = (recurrence: unknown) => workflow({ every: { type: "Recurrence", recurrence } });
const message = (found: string) => [
  `logic:Workflow "tick": definition.triggers.every.recurrence.startTime is ${found}, but must be a start time such as 2026-01-05T07:00:00. ` +
    "Set a start time: without one it fires on deployment.",
];

test("recurrence-start-time wants a start time of every recurrence", () => {
  expect(recurs({ frequency: "Day", startTime: "2026-01-05T07:00:00", timeZone: "UTC" })).toEqual([]);
  expect(recurs({ frequency: "Day", startTime: "2026-01-05T07:00:00Z" })).toEqual([]);
  expect(recurs({ frequency: "Day" })).toEqual(message("not set"));
  expect(recurs({ startTime: "07:00" })).toEqual(message('"07:00"'));
  expect(recurs({ startTime: 7 })).toEqual(message("7"));
  expect(recurs("daily")).toEqual(message("not set"));
});

test("recurrence-start-time wants no Z beside a time zone, which Azure would then put aside", () => {
  expect(recurs({ startTime: "2026-01-05T07:00:00Z", timeZone: "W. Europe Standard Time" })).toEqual([
    'logic:Workflow "tick": definition.triggers.every.recurrence.startTime is "2026-01-05T07:00:00Z", but must be without Z, since the recurrence ' +
      "names a time zone. Leave out the Z: it would put W. Europe Standard Time aside.",
  ]);
});

test("recurrence-start-time leaves other triggers and what is not known yet alone", () => {
  expect(recurs({ startTime: unknown.text })).toEqual([]);
  expect(recurs(unknown.map)).toEqual([]);
  expect(workflow({ manual: { type: "Request" } })).toEqual([]);
  for (const triggers of [undefined, unknown.map, "none", []]) expect(workflow(triggers)).toEqual([]);
  expect(violations(recurrenceStartTime, { type: "azure-native:app:Job", props: {} })).toEqual([]);
});
