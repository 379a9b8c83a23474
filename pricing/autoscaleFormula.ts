/**
 * Reads Batch autoscale formulas, so that what a pool may grow to and whether it falls back to nothing is evaluated
 * rather than guessed from the text. Source of the language: azure-docs, batch/batch-automatic-scaling.md.
 */

/** A formula that has been read. */
export interface Formula {
  readonly run: (scope: Scope) => void;
  /** Whether the result depends on the time of the week. */
  readonly usesTime: boolean;
}

export type ReadFormula = { ok: true; formula: Formula } | { ok: false; fault: string };

/**
 * What the pool sees: `idle`, no task for long; `oneTask`, one task queued just now after a quiet time; `full`, more
 * tasks than any pool could run.
 */
export type Scenario = "idle" | "oneTask" | "full";

export type Targets =
  { ok: true; dedicated: number; spot: number; deallocation: string } | { ok: false; fault: string };

class Interval {
  constructor(readonly seconds: number) {}
}
class Moment {
  /** @param seconds since Sunday 00:00, which Batch counts as weekday 0 */
  constructor(readonly seconds: number) {}
}
type Value = number | number[] | string | Interval | Moment;

interface Scope {
  readonly variables: Map<string, Value>;
  readonly sample: (name: string, age: number) => number;
  readonly now: Moment;
}
type Expression = (scope: Scope) => Value;

/** Samples are taken every 30 seconds. */
const samplePeriod = 30;

const intervals: Readonly<Record<string, number>> = {
  Zero: 0,
  "100ns": 1e-7,
  Microsecond: 1e-6,
  Millisecond: 1e-3,
  Second: 1,
  Minute: 60,
  Hour: 3600,
  Day: 86_400,
  Week: 604_800,
  Year: 31_536_000,
};

/** Variables that Batch samples; any other name must have been assigned. */
const sampled =
  /^\$(PendingTasks|ActiveTasks|RunningTasks|SucceededTasks|FailedTasks|TaskSlotsInUse|CPUPercent|CurrentDedicatedNodes|CurrentLowPriorityNodes|CurrentDedicated|CurrentLowPriority|PreemptedNodeCount|UsableNodeCount|SampleNodeCount|WallClockSeconds|MemoryBytes|DiskBytes|DiskReadBytes|DiskWriteBytes|DiskReadOps|DiskWriteOps|NetworkInBytes|NetworkOutBytes)$/;

/** Reads a formula. A text that is not one is reported, not thrown. */
export function readFormula(text: string): ReadFormula {
  try {
    return { ok: true, formula: new Reader(text).formula() };
  } catch (error) {
    if (error instanceof FormulaError) return { ok: false, fault: error.message };
    throw error;
  }
}

/**
 * The nodes that a formula asks for once it has settled: it is run again and again, each time with the nodes that it
 * asked for before, and where it depends on the time, at every hour of the week, of which the largest counts.
 */
export function targetsFor(formula: Formula, scenario: Scenario): Targets {
  try {
    const hours = formula.usesTime ? Array.from({ length: 168 }, (_, hour) => hour) : [0];
    const settled = hours.map((hour) => settle(formula, scenario, hour * 3600));
    const killing = settled.find(({ deallocation }) => deallocation === "requeue" || deallocation === "terminate");
    return {
      ok: true,
      dedicated: Math.max(...settled.map(({ dedicated }) => dedicated)),
      spot: Math.max(...settled.map(({ spot }) => spot)),
      deallocation: (killing ?? settled[0])?.deallocation ?? "requeue",
    };
  } catch (error) {
    if (error instanceof FormulaError) return { ok: false, fault: error.message };
    throw error;
  }
}

class FormulaError extends Error {}

function settle(formula: Formula, scenario: Scenario, time: number) {
  let nodes = { dedicated: scenario === "idle" ? 10 : 0, spot: scenario === "idle" ? 10 : 0, deallocation: "requeue" };
  for (let round = 0; round < 50; round++) {
    const before = nodes;
    const variables = new Map<string, Value>();
    formula.run({ variables, now: new Moment(time), sample: (name, age) => sampleOf(scenario, before, name, age) });
    const target = (name: string) => number(variables.get(name) ?? variables.get(name.replace(/Nodes$/, "")) ?? 0);
    nodes = {
      dedicated: Math.max(0, target("$TargetDedicatedNodes")),
      spot: Math.max(0, target("$TargetLowPriorityNodes")),
      deallocation: String(variables.get("$NodeDeallocationOption") ?? "requeue").toLowerCase(),
    };
    if (nodes.dedicated === before.dedicated && nodes.spot === before.spot) break;
  }
  return nodes;
}

function sampleOf(scenario: Scenario, nodes: { dedicated: number; spot: number }, name: string, age: number): number {
  if (name.startsWith("$CurrentDedicated")) return nodes.dedicated;
  if (name.startsWith("$CurrentLowPriority")) return nodes.spot;
  if (/NodeCount$/.test(name)) return name === "$PreemptedNodeCount" ? 0 : nodes.dedicated + nodes.spot;
  if (/^\$(Pending|Active)Tasks$/.test(name)) {
    return scenario === "full" ? 1_000_000 : scenario === "oneTask" && age === 0 ? 1 : 0;
  }
  if (scenario !== "full") return 0;
  return name === "$CPUPercent" ? 100 : 1_000_000;
}

function number(value: Value): number {
  if (typeof value === "number") return value;
  if (Array.isArray(value) && value.length > 0) return mean(value);
  if (value instanceof Interval) return value.seconds;
  throw new FormulaError(`a number is wanted where ${typeof value === "string" ? `"${value}"` : "a time"} stands`);
}

function flat(values: Value[]): number[] {
  return values.flatMap((value) => (Array.isArray(value) ? value : [number(value)]));
}

const mean = (values: number[]) => values.reduce((sum, value) => sum + value, 0) / values.length;
const spread = (values: number[]) => Math.sqrt(mean(values.map((value) => (value - mean(values)) ** 2)));

const functions: Readonly<Record<string, (...args: Value[]) => Value>> = {
  avg: (...args) => mean(flat(args)),
  ceil: (value) => Math.ceil(number(value ?? 0)),
  floor: (value) => Math.floor(number(value ?? 0)),
  len: (...args) => flat(args).length,
  lg: (value) => Math.log2(number(value ?? 0)),
  ln: (value) => Math.log(number(value ?? 0)),
  log: (value) => Math.log10(number(value ?? 0)),
  max: (...args) => Math.max(...flat(args)),
  min: (...args) => Math.min(...flat(args)),
  norm: (...args) => Math.hypot(...flat(args)),
  percentile: (values, share) => {
    const sorted = flat([values ?? []]).sort((a, b) => a - b);
    return sorted[Math.min(sorted.length - 1, Math.floor((number(share ?? 0) / 100) * sorted.length))] ?? 0;
  },
  rand: () => 0.5,
  range: (...args) => Math.max(...flat(args)) - Math.min(...flat(args)),
  round: (value) => Math.round(number(value ?? 0)),
  std: (...args) => spread(flat(args)),
  sum: (...args) => flat(args).reduce((sum, value) => sum + value, 0),
  val: (values, index) => flat([values ?? []])[number(index ?? 0)] ?? 0,
};

function arithmetic(operator: string, left: Value, right: Value): Value {
  if (left instanceof Moment || right instanceof Moment) return timeArithmetic(operator, left, right);
  if (Array.isArray(left)) return left.map((item, i) => number(arithmetic(operator, item, elementOf(right, i))));
  if (Array.isArray(right)) return right.map((item) => number(arithmetic(operator, left, item)));
  const [a, b] = [number(left), number(right)];
  const isTime = left instanceof Interval || right instanceof Interval;
  const ratio = operator === "/" && right instanceof Interval;
  const compared = comparison(operator, a, b);
  if (compared !== undefined) return compared;
  const result = operator === "+" ? a + b : operator === "-" ? a - b : operator === "*" ? a * b : a / b;
  return isTime && !ratio ? new Interval(result) : result;
}

const elementOf = (value: Value, index: number): Value => (Array.isArray(value) ? (value[index] ?? 0) : value);

function timeArithmetic(operator: string, left: Value, right: Value): Value {
  const seconds = (value: Value) => (value instanceof Moment ? value.seconds : number(value));
  const compared = comparison(operator, seconds(left), seconds(right));
  if (compared !== undefined) return compared;
  if (operator === "-" && left instanceof Moment && right instanceof Moment)
    return new Interval(left.seconds - right.seconds);
  if (operator === "+") return new Moment(seconds(left) + seconds(right));
  if (operator === "-") return new Moment(seconds(left) - seconds(right));
  throw new FormulaError(`times cannot be joined by ${operator}`);
}

function comparison(operator: string, a: number, b: number): number | undefined {
  const truths: Readonly<Record<string, boolean>> = {
    "<": a < b,
    "<=": a <= b,
    ">": a > b,
    ">=": a >= b,
    "==": a === b,
    "!=": a !== b,
    "&&": a !== 0 && b !== 0,
    "||": a !== 0 || b !== 0,
  };
  const truth = truths[operator];
  return truth === undefined ? undefined : Number(truth);
}

const levels = [["||"], ["&&"], ["==", "!="], ["<", "<=", ">", ">="], ["+", "-"], ["*", "/"]];

/** Recursive descent over the formula's words; every expression becomes a function of the scope. */
class Reader {
  private readonly words: string[];
  private at = 0;
  private usesTime = false;

  constructor(text: string) {
    const bare = text.replace(/\/\*[\s\S]*?\*\//g, " ").replace(/\/\/.*$/gm, " ");
    const pattern =
      /\s*(\$?[A-Za-z_]\w*|\d+\.?\d*(?:[eE][+-]?\d+)?|"[^"]*"|'[^']*'|&&|\|\||[<>=!]=|[-+*/<>=!?:;(),.])/y;
    this.words = [];
    const length = bare.trimEnd().length;
    while (pattern.lastIndex < length) {
      const start = pattern.lastIndex;
      const found = pattern.exec(bare);
      if (!found) throw new FormulaError(`nothing known at "${bare.slice(start).trim().slice(0, 12)}"`);
      this.words.push(found[1] ?? "");
    }
  }

  formula(): Formula {
    const statements: ((scope: Scope) => void)[] = [];
    while (this.at < this.words.length) {
      if (this.take(";")) continue;
      const name = this.words[this.at++] ?? "";
      if (!/^\$?[A-Za-z_]/.test(name)) throw new FormulaError(`a variable is wanted at "${name}"`);
      this.need("=");
      const value = this.ternary();
      if (this.at < this.words.length) this.need(";");
      statements.push((scope) => void scope.variables.set(name, value(scope)));
    }
    return { run: (scope) => statements.forEach((statement) => statement(scope)), usesTime: this.usesTime };
  }

  private take(word: string): boolean {
    if (this.words[this.at] !== word) return false;
    this.at++;
    return true;
  }

  private need(word: string): void {
    if (!this.take(word)) throw new FormulaError(`"${word}" is wanted before "${this.words[this.at] ?? "the end"}"`);
  }

  private ternary(): Expression {
    const test = this.binary(0);
    if (!this.take("?")) return test;
    const yes = this.ternary();
    this.need(":");
    const no = this.ternary();
    return (scope) => (number(test(scope)) !== 0 ? yes(scope) : no(scope));
  }

  private binary(level: number): Expression {
    const operators = levels[level];
    if (!operators) return this.unary();
    let left = this.binary(level + 1);
    for (let word = this.words[this.at]; word !== undefined && operators.includes(word); word = this.words[this.at]) {
      this.at++;
      const [first, operator, second] = [left, word, this.binary(level + 1)];
      left = (scope) => arithmetic(operator, first(scope), second(scope));
    }
    return left;
  }

  private unary(): Expression {
    if (this.take("-")) {
      const value = this.unary();
      return (scope) => arithmetic("*", -1, value(scope));
    }
    if (this.take("!")) {
      const value = this.unary();
      return (scope) => Number(number(value(scope)) === 0);
    }
    return this.primary();
  }

  private primary(): Expression {
    if (this.take("(")) {
      const value = this.ternary();
      this.need(")");
      return value;
    }
    const word = this.words[this.at++];
    if (word === undefined) throw new FormulaError("the formula ends too early");
    if (/^\d/.test(word)) return () => Number(word);
    if (/^["']/.test(word)) return () => word.slice(1, -1);
    if (!/^\$?[A-Za-z_]/.test(word)) throw new FormulaError(`a value is wanted at "${word}"`);
    if (this.take("(")) return this.call(word, this.args());
    if (this.take(".")) return this.member(word, this.words[this.at++] ?? "");
    return this.variable(word);
  }

  private args(): Expression[] {
    const args: Expression[] = [];
    if (this.take(")")) return args;
    do args.push(this.ternary());
    while (this.take(","));
    this.need(")");
    return args;
  }

  private variable(name: string): Expression {
    const seconds = name.startsWith("TimeInterval_") ? intervals[name.slice(13)] : undefined;
    if (seconds !== undefined) return () => new Interval(seconds);
    return (scope) => {
      const value = scope.variables.get(name);
      if (value !== undefined) return value;
      if (sampled.test(name)) return scope.sample(name, 0);
      // A bare word is one of the deallocation options.
      if (/^(requeue|terminate|taskcompletion|retaineddata)$/i.test(name)) return name;
      throw new FormulaError(`${name} has no value`);
    };
  }

  private call(name: string, args: Expression[]): Expression {
    if (name === "time") {
      this.usesTime = true;
      return (scope) => scope.now;
    }
    const callee = functions[name];
    if (!callee) throw new FormulaError(`no function is called ${name}`);
    return (scope) => callee(...args.map((arg) => arg(scope)));
  }

  private member(name: string, member: string): Expression {
    if (!this.take("(")) return (scope) => momentPart(scope.variables.get(name) ?? name, member);
    const args = this.args();
    switch (member) {
      case "GetSample":
        return (scope) => {
          const first = args[0]?.(scope) ?? 1;
          const count = first instanceof Interval ? Math.floor(first.seconds / samplePeriod) : number(first);
          return Array.from({ length: Math.max(1, count) }, (_, age) => scope.sample(name, age));
        };
      case "GetSamplePercent":
        return () => 100;
      case "GetSamplePeriod":
        return () => new Interval(samplePeriod);
      case "Count":
        return () => 1000;
      case "HistoryBeginTime":
        return (scope) => new Moment(scope.now.seconds - 86_400);
      default:
        throw new FormulaError(`no method is called ${member}`);
    }
  }
}

function momentPart(value: Value, part: string): number {
  if (!(value instanceof Moment)) throw new FormulaError(`.${part} is wanted of something that is no time`);
  const parts: Readonly<Record<string, number>> = {
    weekday: Math.floor(value.seconds / 86_400) % 7,
    hour: Math.floor(value.seconds / 3600) % 24,
    minute: Math.floor(value.seconds / 60) % 60,
    second: value.seconds % 60,
  };
  const found = parts[part];
  if (found === undefined) throw new FormulaError(`.${part} of a time is not read here`);
  return found;
}
