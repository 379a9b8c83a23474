import { badRequest } from "./errors";
import { evaluate, pure, type Functions } from "./expressions";
import { at, isObject, listAt, objectAt, textAt, type Json, type JsonObject } from "./json";

/** What a rule is asked about: a resource as it would be. */
export interface Subject {
  readonly id: string;
  readonly name: string;
  readonly type: string;
  readonly location: string;
  readonly body: JsonObject;
}

const same = (a: Json | undefined, b: Json): boolean => String(a ?? "").toLowerCase() === String(b).toLowerCase();
const amongst = (a: Json | undefined, b: Json): boolean => Array.isArray(b) && b.some((item) => same(a, item));
const wildcard = (pattern: Json): RegExp =>
  new RegExp(
    `^${String(pattern)
      .replace(/[.+?^${}()|[\]\\]/g, "\\$&")
      .replace("*", ".*")}$`,
    "i",
  );
const compared = (a: Json | undefined, b: Json): number | undefined =>
  a === undefined || a === null
    ? undefined
    : typeof a === "number"
      ? a - Number(b)
      : String(a).localeCompare(String(b));

/** Conditions of Azure Policy: what a field's value is, against the rule's value. Texts compare without case. */
const conditions: Record<string, (value: Json | undefined, wanted: Json) => boolean> = {
  equals: same,
  notEquals: (a, b) => !same(a, b),
  in: amongst,
  notIn: (a, b) => !amongst(a, b),
  like: (a, b) => wildcard(b).test(String(a ?? "")),
  notLike: (a, b) => !wildcard(b).test(String(a ?? "")),
  contains: (a, b) =>
    Array.isArray(a)
      ? amongst(b, a)
      : String(a ?? "")
          .toLowerCase()
          .includes(String(b).toLowerCase()),
  notContains: (a, b) => !conditions.contains?.(a, b),
  containsKey: (a, b) => isObject(a) && Object.keys(a).some((key) => same(key, b)),
  notContainsKey: (a, b) => !conditions.containsKey?.(a, b),
  exists: (a, b) => (a !== undefined && a !== null) === same(b, "true"),
  greater: (a, b) => (compared(a, b) ?? 0) > 0,
  greaterOrEquals: (a, b) => (compared(a, b) ?? -1) >= 0,
  less: (a, b) => (compared(a, b) ?? 0) < 0,
  lessOrEquals: (a, b) => (compared(a, b) ?? 1) <= 0,
};

const EFFECTS = ["deny", "audit", "disabled"];

/** A policy definition that the embedded Azure can evaluate; what it cannot is refused rather than ignored. */
export function checkRule(body: JsonObject): void {
  const rule = at(body, "properties.policyRule");
  if (!isObject(rule) || !isObject(rule.if) || !isObject(rule.then))
    throw invalid("the rule needs 'if' and 'then.effect'");
  const declared = objectAt(body, "properties.parameters");
  const effect = textAt(rule, "then.effect") ?? "";
  const parameter = /^\[parameters\('([^']+)'\)\]$/i.exec(effect)?.[1];
  const possible = parameter === undefined ? [effect] : effectsOf(declared[parameter]);
  const unknown = possible.find((one) => !EFFECTS.includes(one.toLowerCase()));
  if (unknown !== undefined)
    throw invalid(`the effect '${unknown}' is not modelled by the embedded Azure; it knows ${EFFECTS.join(", ")}`);
  checkCondition(rule.if);
}

const effectsOf = (parameter: Json | undefined): string[] => {
  const values = [
    ...listAt(parameter, "allowedValues"),
    ...(textAt(parameter, "defaultValue") !== undefined ? [textAt(parameter, "defaultValue") ?? null] : []),
  ];
  return values.map(String);
};

function checkCondition(condition: Json): void {
  if (!isObject(condition)) throw invalid(`'${JSON.stringify(condition)}' is not a condition`);
  for (const word of ["allOf", "anyOf"]) {
    const inner = condition[word];
    if (Array.isArray(inner)) return inner.forEach(checkCondition);
  }
  if (condition.not !== undefined) return checkCondition(condition.not);
  if (typeof condition.field !== "string" && condition.value === undefined)
    throw invalid(`'${JSON.stringify(condition)}' has neither 'field' nor 'value' ('count' is not modelled)`);
  const names = Object.keys(condition).filter((name) => name !== "field" && name !== "value");
  const unknown = names.find((name) => !(name in conditions));
  if (names.length !== 1 || unknown !== undefined)
    throw invalid(`'${JSON.stringify(condition)}' needs exactly one of ${Object.keys(conditions).join(", ")}`);
}

const invalid = (why: string) => badRequest("InvalidPolicyRule", `Failed to parse policy rule: ${why}.`);

/** The effect of a rule on a resource ("deny", "audit"), or undefined when the resource complies. */
export function effectOn(subject: Subject, definition: JsonObject, given: JsonObject): string | undefined {
  const declared = objectAt(definition, "properties.parameters");
  const functions: Functions = {
    ...pure,
    parameters: (name) => at(given[String(name)], "value") ?? at(declared[String(name)], "defaultValue"),
    field: (name) => fieldOf(subject, String(name))[0],
    resourcegroup: () => ({ name: subject.id.split("/")[4] ?? "" }),
  };
  const rule = objectAt(definition, "properties.policyRule");
  if (!holds(rule.if ?? {}, subject, functions)) return undefined;
  const effect = String(evaluate(textAt(rule, "then.effect") ?? "deny", functions)).toLowerCase();
  return effect === "disabled" ? undefined : effect;
}

function holds(condition: Json, subject: Subject, functions: Functions): boolean {
  if (!isObject(condition)) return false;
  if (Array.isArray(condition.allOf)) return condition.allOf.every((one) => holds(one, subject, functions));
  if (Array.isArray(condition.anyOf)) return condition.anyOf.some((one) => holds(one, subject, functions));
  if (condition.not !== undefined) return !holds(condition.not, subject, functions);
  const values =
    typeof condition.field === "string"
      ? fieldOf(subject, String(evaluate(condition.field, functions)))
      : [evaluate(condition.value ?? null, functions)];
  const [name, wanted] = Object.entries(condition).find(([key]) => key !== "field" && key !== "value") ?? ["", null];
  const test = conditions[name];
  const against = evaluate(wanted ?? null, functions);
  // Of a field with [*] every value must satisfy the condition.
  return test !== undefined && values.every((value) => test(value, against));
}

/** The values of a field: one, or as many as its `[*]` yields. An alias of another type has no value. */
function fieldOf({ body, ...subject }: Subject, field: string): (Json | undefined)[] {
  const tag = /^tags(?:\.(.+)|\['(.+)'\]|\[(.+)\])$/i.exec(field);
  if (tag) {
    const wanted = tag[1] ?? tag[2] ?? tag[3] ?? "";
    return [Object.entries(objectAt(body, "tags")).find(([name]) => same(name, wanted))?.[1]];
  }
  const plain: Record<string, Json | undefined> = {
    id: subject.id,
    name: subject.name,
    fullname: subject.name,
    type: subject.type,
    location: subject.location,
    kind: body.kind,
    tags: body.tags,
    "identity.type": at(body, "identity.type"),
  };
  if (field.toLowerCase() in plain) return [plain[field.toLowerCase()]];
  if (!field.toLowerCase().startsWith(`${subject.type.toLowerCase()}/`)) return [undefined];
  const path = field.slice(subject.type.length + 1).split(".");
  // An alias names a property below `properties`, or one beside it (sku.name).
  const inner = valuesAt(objectAt(body, "properties"), path);
  return inner.some((value) => value !== undefined) ? inner : valuesAt(body, path);
}

function valuesAt(value: Json | undefined, path: string[]): (Json | undefined)[] {
  const [step, ...rest] = path;
  if (step === undefined) return [value];
  const name = step.replace("[*]", "");
  const found = isObject(value) ? Object.entries(value).find(([key]) => same(key, name))?.[1] : undefined;
  if (!step.endsWith("[*]")) return valuesAt(found, rest);
  return Array.isArray(found) ? found.flatMap((item) => valuesAt(item, rest)) : [];
}
