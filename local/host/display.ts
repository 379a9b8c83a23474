import { isDefaultProvider, type Changes, type Diagnostic, type HostEvent, type HostResult, type Step } from "./report";
import { unknown, type Difference, type Value } from "./values";
import { nameOf, typeOf } from "./urn";

const signs: Record<Step["operation"], string> = {
  create: "+",
  update: "~",
  replace: "+-",
  delete: "-",
  same: " ",
  read: ">",
};
const doing = { create: "creating", update: "updating", replace: "replacing", delete: "deleting" } as const;
const done = { create: "created", update: "updated", replace: "replaced", delete: "deleted" } as const;
const titles = {
  recovery: "Finishing what an interrupted run began",
  preview: "Previewing update",
  update: "Updating",
  destroy: "Destroying",
} as const;

/**
 * Tells a run as it goes, line by line, in the Pulumi CLI's words.
 * @param write takes one line
 * @param now milliseconds
 */
export function progress(stack: string, write: (line: string) => void, now: () => number): (event: HostEvent) => void {
  const begun = new Map<string, number>();
  let phase: keyof typeof titles | undefined;
  let foretold: Step[] = [];
  const tellForetold = (): void => {
    if (phase === "preview") for (const line of tree(foretold)) write(line);
    foretold = [];
  };
  return (event) => {
    if (event.kind === "phase") {
      tellForetold();
      phase = event.phase;
      write(`${titles[event.phase]} (${stack}):`);
    } else if (event.kind === "output") write(`    ${event.line}`);
    else if (event.kind === "diagnostic" && phase !== "preview" && event.diagnostic.severity === "info") {
      write(`    ${event.diagnostic.message}`);
    } else if (event.kind === "step") {
      const { step, status } = event;
      const { operation, urn } = step;
      if (phase === "preview") {
        if (status === "done") foretold.push(step);
      } else if (operation !== "same" && operation !== "read" && !isDefaultProvider(urn)) {
        const since = begun.get(urn);
        if (status === "started") begun.set(urn, now());
        const took = status === "started" || since === undefined ? "" : ` (${seconds(now() - since)})`;
        const words = { started: doing[operation], done: done[operation], failed: `${doing[operation]} failed` };
        write(` ${signs[operation].padEnd(2)}  ${step.type} ${step.name} ${words[status]}${took}`);
      }
    }
  };
}

/** What stands at the end of a run: what would change, policies, diagnostics, outputs, counts. */
export function summary(result: HostResult, milliseconds: number): string[] {
  const foretold = result.phase === "preview";
  const sections = [
    foretold ? tree(result.steps) : [],
    policies(result),
    section("Diagnostics:", diagnostics(result.diagnostics)),
    section(
      "Outputs:",
      Object.entries(result.outputs).map(([key, value]) => `    ${key}: ${shown(value)}`),
    ),
    section("Resources:", counts(result.changes, foretold)),
    [`Duration: ${Math.max(1, Math.round(milliseconds / 1000))}s`],
  ];
  return sections.flatMap((lines) => (lines.length > 0 ? ["", ...lines] : []));
}

const section = (title: string, lines: string[]): string[] => (lines.length > 0 ? [title, ...lines] : []);

/** The resources that change, below their parents, with what changes in them. */
export function tree(steps: Step[]): string[] {
  const shownSteps = steps.filter(({ urn }) => !isDefaultProvider(urn));
  const byUrn = new Map(shownSteps.map((step) => [step.urn, step]));
  const kept = new Set<Step>();
  for (const step of shownSteps) {
    if (step.operation === "same") continue;
    for (let one: Step | undefined = step; one && !kept.has(one); one = byUrn.get(one.parent ?? "")) kept.add(one);
  }
  const children = (parent: Step | undefined): Step[] =>
    shownSteps.filter((step) => kept.has(step) && byUrn.get(step.parent ?? "") === parent);
  const rows: { sign: string; type: string; step: Step }[] = [];
  const add = (step: Step, lead: string, branch: string, below: string): void => {
    rows.push({ sign: signs[step.operation], type: `${lead}${branch}${step.type}`, step });
    const list = children(step);
    list.forEach((child, index) => {
      const last = index === list.length - 1;
      add(child, lead + below, last ? "└─ " : "├─ ", last ? "   " : "│  ");
    });
  };
  for (const root of children(undefined)) add(root, "", "", "");
  if (rows.length === 0) return [];
  const width = Math.max(4, ...rows.map(({ type }) => type.length));
  const nameWidth = Math.max(4, ...rows.map(({ step }) => step.name.length));
  return [
    `     ${"Type".padEnd(width)}  ${"Name".padEnd(nameWidth)}  Plan`,
    ...rows.flatMap(({ sign, type, step }) => {
      const plan = step.operation === "same" ? "" : step.operation;
      const keys = step.replaceKeys.length > 0 ? ` (${step.replaceKeys.join(", ")})` : "";
      const row = ` ${sign.padEnd(2)}  ${type.padEnd(width)}  ${step.name.padEnd(nameWidth)}  ${plan}${keys}`.trimEnd();
      return [row, ...(step.custom ? step.differences.map((one) => `       ${" ".repeat(3)}${difference(one)}`) : [])];
    }),
  ];
}

function difference({ path, old, new: news }: Difference): string {
  const where = path.join(".");
  if (old === undefined) return `+ ${where}: ${shown(news ?? null)}`;
  if (news === undefined) return `- ${where}: ${shown(old)}`;
  return `~ ${where}: ${shown(old)} => ${shown(news)}`;
}

const shown = (value: Value): string =>
  value === "[secret]" ? value : JSON.stringify(value).replaceAll(`"${unknown}"`, "[unknown]");

function counts(changes: Changes, foretold: boolean): string[] {
  const operations = ["create", "update", "replace", "delete"] as const;
  const lines = operations
    .filter((operation) => changes[operation] > 0)
    .map((one) => `    ${signs[one].padEnd(2)} ${changes[one]} ${foretold ? `to ${one}` : done[one]}`);
  return [...lines, ...(changes.same > 0 ? [`    ${changes.same} unchanged`] : [])];
}

function policies({ policies: reports }: HostResult): string[] {
  const packs = [...new Set(reports.map(({ pack, version }) => `${pack}@v${version}`))];
  return section(
    "Policies:",
    packs.flatMap((pack) => {
      const own = reports.filter((report) => `${report.pack}@v${report.version}` === pack);
      const violations = own.flatMap((report) => report.violations.map((violation) => ({ report, violation })));
      const failed = violations.some(({ violation }) => violation.level === "mandatory");
      return [
        `    ${failed ? "❌" : violations.length > 0 ? "⚠️" : "✅"} ${pack} (${own.length} policies)`,
        ...violations.flatMap(({ report, violation }) => [
          `        - [${violation.level}]  ${report.policy}  (${typeOf(violation.urn)}: ${nameOf(violation.urn)})`,
          ...violation.message.split("\n").map((line) => `          ${line}`),
        ]),
        ...own.flatMap((report) =>
          report.remediated.map((urn) => `        - [remediate]  ${report.policy}  (${typeOf(urn)}: ${nameOf(urn)})`),
        ),
      ];
    }),
  );
}

function diagnostics(list: Diagnostic[]): string[] {
  const told = list.filter(({ severity }) => severity !== "info");
  return told.flatMap(({ severity, message, urn }) => {
    const where = urn && !message.includes(nameOf(urn)) ? `${typeOf(urn)} (${nameOf(urn)}): ` : "";
    const [first, ...rest] = message.split("\n");
    return [`    ${severity}: ${where}${first}`, ...rest.map((line) => `      ${line}`)];
  });
}

const seconds = (milliseconds: number): string => `${(milliseconds / 1000).toFixed(1)}s`;
