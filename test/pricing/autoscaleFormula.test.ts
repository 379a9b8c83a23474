import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { readFormula, targetsFor, type Scenario } from "../../pricing/autoscaleFormula";

function targets(text: string, scenario: Scenario) {
  const read = readFormula(text);
  if (!read.ok) return read.fault;
  const found = targetsFor(read.formula, scenario);
  return found.ok ? [found.dedicated, found.spot, found.deallocation] : found.fault;
}

const formula = `
  // The sample of the Batch documentation, with Spot nodes and a cap
  startingNumberOfVMs = 0; maxNumberofVMs = 25; /* cap */
  pct = $PendingTasks.GetSamplePercent(180 * TimeInterval_Second);
  samples = pct < 70 ? startingNumberOfVMs : avg($PendingTasks.GetSample(180 * TimeInterval_Second));
  $TargetLowPriorityNodes = min(maxNumberofVMs, samples);
  $NodeDeallocationOption = taskcompletion;`;

describe("autoscale formulas", () => {
  test("are evaluated for no work, one task and endless work", () => {
    expect(targets(formula, "idle")).toEqual([0, 0, "taskcompletion"]);
    expect(targets(formula, "full")).toEqual([0, 25, "taskcompletion"]);
    const [, spot] = targets(formula, "oneTask") as [number, number];
    expect(spot).toBeCloseTo(1 / 6, 10);
  });

  test("settle when they build on the nodes of before", () => {
    const step = "$TargetDedicatedNodes = max(0, $CurrentDedicatedNodes.GetSample(1) - 1);";
    expect(targets(step, "idle")).toEqual([0, 0, "requeue"]);
    expect(targets("$TargetDedicatedNodes = min(7, $CurrentDedicatedNodes.GetSample(1) + 1);", "full")).toEqual([
      7,
      0,
      "requeue",
    ]);
  });

  test("count at their most demanding hour when they look at the clock", () => {
    const clock =
      "$now = time(); $work = $now.hour >= 8 && $now.hour < 18 && $now.weekday >= 1 && $now.weekday <= 5; $TargetDedicatedNodes = $work ? 2 : 0;";
    expect(targets(clock, "idle")).toEqual([2, 0, "requeue"]);
    expect(
      targets("t = time() - 2 * TimeInterval_Hour; $TargetDedicatedNodes = t.hour == 22 ? 3 : 0;", "idle"),
    ).toEqual([3, 0, "requeue"]);
  });

  test("know the language's operators and functions", () => {
    const value = (expression: string) => targets(`$TargetDedicatedNodes = ${expression};`, "idle");
    const cases: [string, number][] = [
      ["1 + 2 * 3 - 4 / 2", 5],
      ["(1 + 2) * 3", 9],
      ["-2 + 3", 1],
      ["!0 + !5", 1],
      ["1 < 2 && 2 <= 2 || 0", 1],
      ["1 == 2 ? 5 : 1 != 2 ? 6 : 7", 6],
      ["max(1, 2, $PendingTasks.GetSample(3))", 2],
      ["round(2.4999) + floor(1.9) + ceil(0.1)", 4],
      ["len($PendingTasks.GetSample(90 * TimeInterval_Second))", 3],
      ["sum($PendingTasks.GetSample(2) + 1)", 2],
      ["TimeInterval_Hour / TimeInterval_Minute", 60],
      ["val($PendingTasks.GetSample(2) + 4, 1)", 4],
      ["percentile($PendingTasks.GetSample(2) + 4, 50)", 4],
      ["1.5e1", 15],
    ];
    for (const [expression, expected] of cases)
      expect([expression, value(expression)]).toEqual([expression, [expected, 0, "requeue"]]);
  });

  test("that can't be read or evaluated say where", () => {
    expect(targets("$TargetDedicatedNodes = 1 1;", "idle")).toBe('";" is wanted before "1"');
    expect(targets("$TargetDedicatedNodes = #;", "idle")).toBe('nothing known at "#;"');
    expect(targets("5 = 1;", "idle")).toBe('a variable is wanted at "5"');
    expect(targets("a = (1;", "idle")).toBe('")" is wanted before ";"');
    expect(targets("a = nope(1);", "idle")).toBe("no function is called nope");
    expect(targets("a = b;", "idle")).toBe("b has no value");
    expect(targets('a = "x" + 1;', "idle")).toBe('a number is wanted where "x" stands');
    expect(targets("a = 1; b = a.hour;", "idle")).toBe(".hour is wanted of something that is no time");
    expect(targets("a = time(); b = a * a;", "idle")).toBe("times cannot be joined by *");
  });

  test("never ask for more than the cap they name, and never throw, whatever the text", () => {
    fc.assert(
      fc.property(fc.nat(500), fc.integer({ min: 1, max: 256 }), (cap, slots) => {
        const text = `$TargetLowPriorityNodes = min(${cap}, round($PendingTasks.GetSample(1) / ${slots} + 0.4999));`;
        expect(targets(text, "full")).toEqual([0, Math.min(cap, Math.round(1_000_000 / slots + 0.4999)), "requeue"]);
        expect(targets(text, "idle")).toEqual([0, 0, "requeue"]);
      }),
      { numRuns: 200 },
    );
    const words = fc.constantFrom(
      "$TargetDedicatedNodes",
      "=",
      "1",
      "(",
      ")",
      "max",
      ",",
      ";",
      "?",
      ":",
      "$PendingTasks",
      ".",
      "GetSample",
      "time",
      "+",
    );
    fc.assert(
      fc.property(fc.array(words, { maxLength: 12 }), (parts) => {
        const result = targets(parts.join(" "), "full");
        expect(typeof result === "string" || result.length === 3).toBe(true);
      }),
      { numRuns: 500 },
    );
  });
});
