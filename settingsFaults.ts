import type { z } from "zod";

type Issue = z.core.$ZodIssue;

const secret = new Set(["gitToken"]);

/** One line for each fault of a zod issue: where, what was given, what is allowed, how to mend it. */
export function describeIssue(issue: Issue): string[] {
  if (issue.code === "unrecognized_keys")
    return issue.keys.map((key) =>
      line([...issue.path, key], undefined, "is not a setting", `remove ${shown(key)} or correct its spelling`),
    );
  if (issue.code === "invalid_key" || issue.code === "invalid_element")
    return issue.issues.map((inner) => line(issue.path, issue.path.at(-1), allowed(inner), "rename it"));
  if (issue.code === "invalid_type" && issue.input === undefined)
    return [line(issue.path, undefined, `is missing; it must be ${article(issue.expected)}`, "set it")];
  return [line(issue.path, issue.input, allowed(issue), "correct it")];
}

function line(path: PropertyKey[], value: unknown, what: string, how: string): string {
  const where = path.map(String).join(".");
  const given =
    value === undefined ? "" : secret.has(String(path[0])) ? " (its value is secret)" : ` is ${shown(value)}`;
  const separator = value === undefined ? " " : ", but ";
  return `lights-out:${where}${given}${separator}${what}. Mend: ${how} in Pulumi.<stack>.yaml (README, "Settings").`;
}

function allowed(issue: Issue): string {
  switch (issue.code) {
    case "invalid_type":
      return `must be ${article(issue.expected)}`;
    case "too_small":
      return issue.origin === "string" || issue.origin === "array"
        ? `must have at least ${issue.minimum} ${issue.origin === "array" ? "entries" : "characters"}`
        : `must be ${issue.inclusive === false ? "more than" : "at least"} ${issue.minimum}`;
    case "too_big":
      return issue.origin === "string" || issue.origin === "array"
        ? `must have at most ${issue.maximum} ${issue.origin === "array" ? "entries" : "characters"}`
        : `must be at most ${issue.maximum}`;
    case "invalid_value":
      return `must be one of ${issue.values.map((value) => shown(value)).join(", ")}`;
    default:
      return /^must /.test(issue.message) ? issue.message : oneLine(issue.message);
  }
}

const articles: Record<string, string> = {
  string: "a text",
  number: "a number",
  int: "a whole number",
  boolean: "true or false",
  object: "a group of settings",
  record: "a group of named settings",
  array: "a list",
};

function article(expected: string): string {
  return articles[expected] ?? expected;
}

/** A value on one line, cut where it is long. */
function shown(value: unknown): string {
  let text: string | undefined;
  try {
    text = JSON.stringify(value);
  } catch {
    text = undefined;
  }
  const flat = oneLine(text ?? String(value));
  return flat.length > 60 ? `${flat.slice(0, 57)}...` : flat;
}

function oneLine(text: string): string {
  return text.replace(/\s+/g, " ").trim();
}
