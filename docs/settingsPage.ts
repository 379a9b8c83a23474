import { z } from "zod";
import { settingsSchema } from "../settings";

/** The parts of a JSON schema that the page shows. */
interface Schema {
  type?: string;
  format?: string;
  pattern?: string;
  description?: string;
  default?: unknown;
  enum?: unknown[];
  minimum?: number;
  maximum?: number;
  exclusiveMinimum?: number;
  properties?: Record<string, Schema>;
  required?: string[];
  additionalProperties?: Schema | boolean;
  items?: Schema;
}

/** One setting, with words for people. */
export interface SettingRow {
  /** Path below `lights-out:`; `NAME` stands for a name of one's own, `[]` for each entry of a list. */
  readonly path: string;
  readonly type: string;
  readonly default: string;
  /** Empty where the schema does not describe it. */
  readonly meaning: string;
}

/** Every setting of a stack, in the schema's order, groups before what is in them. */
export function settingRows(): SettingRow[] {
  return childrenOf("", z.toJSONSchema(settingsSchema, { io: "input", unrepresentable: "any" }) as Schema);
}

/** The page docs/settings.md, before it is formatted. */
export function settingsPage(): string {
  const rows = settingRows();
  const top = rows.filter(({ path }) => !/[.[]/.test(path));
  const below = (group: string) =>
    rows.filter(({ path }) => path.startsWith(`${group}.`) || path.startsWith(`${group}[`));
  const groups = top.filter(({ path }) => below(path).length > 0);
  return [
    "# Settings",
    "",
    "<!-- Made from settings.ts by `npm run docs`: change it there. -->",
    "",
    "What a stack's `Pulumi.STACK.yaml` may say, each under the prefix `lights-out:`. `location`, `owner` and",
    "`costCentre` must be set; everything else has a default. Every fault in the settings is reported at once, one line",
    "each, before anything is deployed.",
    "",
    "```yaml",
    "config:",
    "  lights-out:location: swedencentral",
    "  lights-out:owner: ml-platform@example.com",
    '  lights-out:costCentre: "4711"',
    "  lights-out:batchPools:",
    "    train: { maxSpotNodes: 4 }",
    "```",
    "",
    "In the tables `NAME` stands for a name that you choose, and `[]` for each entry of a list.",
    "",
    ...table(top),
    ...groups.flatMap(({ path, meaning }) => ["", `## ${path}`, "", sentence(meaning), "", ...table(below(path))]),
    "",
  ].join("\n");
}

function childrenOf(path: string, schema: Schema): SettingRow[] {
  if (schema.properties)
    return Object.entries(schema.properties).flatMap(([key, child]) => {
      const at = path === "" ? key : `${path}.${key}`;
      return [rowOf(at, child, schema.required?.includes(key) ?? false), ...childrenOf(at, child)];
    });
  if (typeof schema.additionalProperties === "object" && schema.additionalProperties.properties)
    return childrenOf(`${path}.NAME`, schema.additionalProperties);
  return schema.items?.properties ? childrenOf(`${path}[]`, schema.items) : [];
}

function rowOf(path: string, schema: Schema, required: boolean): SettingRow {
  // A default that depends on something else is told in the description.
  const [, meaning, told] = /^(.*?)(?:; default:? (.*))?$/s.exec(schema.description ?? "") ?? [];
  const given = required ? "must be set" : schema.default === undefined ? "none" : defaultText(schema.default, schema);
  return { path, type: typeText(schema), default: told ?? given, meaning: meaning ?? "" };
}

function defaultText(value: unknown, schema: Schema): string {
  if (typeof value === "string") return `\`${value}\``;
  const empty = typeof value === "object" && value !== null && Object.keys(value).length === 0;
  // An empty group stands for the defaults of what is in it.
  if (empty) return schema.properties ? "its defaults" : "none";
  return `\`${JSON.stringify(value)}\``;
}

const formats: Record<string, string> = {
  email: "e-mail address",
  uri: "https:// address",
  guid: "GUID",
  uuid: "GUID",
};

/** Settings' patterns that have a word for people. */
const patterns: Record<string, string> = {
  "^[a-z][a-z0-9-]{0,14}$": "name",
  "^([01]\\d|2[0-3]):[0-5]\\d$": "time of day",
};

function typeText(schema: Schema): string {
  if (schema.enum) return schema.enum.map((value) => `\`${String(value)}\``).join(", ");
  switch (schema.type) {
    case "string":
      return formats[schema.format ?? ""] ?? patterns[schema.pattern ?? ""] ?? "text";
    case "integer":
    case "number":
      return `${schema.type === "integer" ? "whole number" : "number"}${range(schema)}`;
    case "boolean":
      return "`true` or `false`";
    case "array":
      return `list of ${schema.items?.properties ? "groups" : typeText(schema.items ?? {})}`;
    default:
      if (schema.properties) return "group";
      return typeof schema.additionalProperties === "object" && schema.additionalProperties.properties
        ? "groups by name"
        : "texts by name";
  }
}

function range({ minimum, maximum, exclusiveMinimum }: Schema): string {
  const least = minimum ?? exclusiveMinimum;
  if (least === undefined || maximum === undefined) return "";
  return minimum === undefined ? `, more than ${least}, at most ${maximum}` : `, ${least} to ${maximum}`;
}

function table(rows: SettingRow[]): string[] {
  const cells = rows.map((row) => [`\`${row.path}\``, row.type, row.default, row.meaning]);
  return [["Setting", "Type", "Default", "Meaning"], ["---", "---", "---", "---"], ...cells].map(
    (row) => `| ${row.map((cell) => cell.replace(/\|/g, "\\|").replace(/\s+/g, " ")).join(" | ")} |`,
  );
}

/** A description as a sentence of its own. */
function sentence(text: string): string {
  return text === "" ? "" : `${text.charAt(0).toUpperCase()}${text.slice(1)}.`;
}
