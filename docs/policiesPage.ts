import type { PolicyConfigSchema } from "@pulumi/policy";
import { rules } from "../policies/rules";

type Rule = (typeof rules)[number];
type Setting = NonNullable<PolicyConfigSchema["properties"]>[string];

/** The page docs/policies.md, before it is formatted. */
export function policiesPage(): string {
  return [
    "# Policies",
    "",
    "<!-- Made from policies/rules by `npm run docs`: change them there. -->",
    "",
    "The rules of the CrossGuard pack in `policies/`. A mandatory rule stops `up` before anything is created; an advisory",
    "one only says something. The pack needs nothing of this project's program, so it works on any other team's, too:",
    "",
    "```sh",
    "npm run build:policies",
    "pulumi preview --policy-pack path/to/lights-out/policies",
    "```",
    "",
    "Limits are set in a file that is given with `--policy-pack-config`, by rule; a rule's level is set there as well:",
    "",
    "```json",
    JSON.stringify(
      { "monthly-cost-limit": { monthlyLimit: 25000 }, "spot-preferred": { enforcementLevel: "disabled" } },
      undefined,
      2,
    ),
    "```",
    "",
    "| Rule | Level | Severity | About |",
    "| --- | --- | --- | --- |",
    ...rules.map((rule) => `| ${link(rule)} | ${level(rule)} | ${rule.severity ?? ""} | ${scope(rule)} |`),
    ...rules.flatMap(section),
    "",
  ].join("\n");
}

function section(rule: Rule): string[] {
  const settings = Object.entries(rule.configSchema?.properties ?? {});
  return [
    "",
    `## ${rule.name}`,
    "",
    rule.description,
    ...(rule.remediationSteps ? ["", `To mend: ${rule.remediationSteps}`] : []),
    ...(settings.length > 0 ? ["", ...settings.map(([name, schema]) => settingLine(name, schema))] : []),
  ];
}

function settingLine(name: string, schema: Setting): string {
  const described = schema as { description?: string; default?: unknown };
  return `- \`${name}\`: ${described.description ?? ""} Default: \`${JSON.stringify(described.default)}\`.`;
}

const link = (rule: Rule) => `[${rule.name}](#${rule.name})`;
const level = (rule: Rule) => rule.enforcementLevel ?? "mandatory";
const scope = (rule: Rule) => ("validateStack" in rule ? "the whole stack" : "each resource");
