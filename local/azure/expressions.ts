import { createHash } from "node:crypto";
import { badRequest } from "./errors";
import { isObject, type Json } from "./json";

/** Functions that an expression may call; names compare without case. */
export type Functions = Record<string, (...values: Json[]) => Json | undefined>;

/**
 * Evaluates every "[…]" string within a JSON value, as ARM templates and policy rules write them: calls, member and index
 * access, strings in single quotes, numbers. "[[" is a literal "[".
 */
export function evaluate(value: Json, functions: Functions): Json {
  if (typeof value === "string") {
    if (!value.startsWith("[") || !value.endsWith("]")) return value;
    if (value.startsWith("[[")) return value.slice(1);
    return new Parser(value.slice(1, -1), functions).whole();
  }
  if (Array.isArray(value)) return value.map((item) => evaluate(item, functions));
  if (!isObject(value)) return value;
  return Object.fromEntries(Object.entries(value).map(([name, item]) => [name, evaluate(item ?? null, functions)]));
}

const text = (value: Json | undefined): string => (typeof value === "string" ? value : JSON.stringify(value ?? null));

/** The functions that need nothing but their arguments. */
export const pure: Functions = {
  concat: (...values) => (values.every(Array.isArray) ? values.flat() : values.map(text).join("")),
  format: (pattern, ...values) => text(pattern).replace(/\{(\d+)\}/g, (_, i) => text(values[Number(i)])),
  tolower: (value) => text(value).toLowerCase(),
  toupper: (value) => text(value).toUpperCase(),
  replace: (value, from, to) => text(value).replaceAll(text(from), text(to)),
  uniquestring: (...values) => createHash("sha256").update(values.map(text).join("-")).digest("hex").slice(0, 13),
  guid: (...values) => {
    const hex = createHash("sha1").update(values.map(text).join("-")).digest("hex");
    return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-5${hex.slice(13, 16)}-8${hex.slice(17, 20)}-${hex.slice(20, 32)}`;
  },
  empty: (value) =>
    value === null ||
    value === undefined ||
    (typeof value === "object" ? Object.keys(value).length === 0 : value === ""),
  length: (value) =>
    typeof value === "string" || Array.isArray(value) ? value.length : Object.keys(value as object).length,
  equals: (a, b) => JSON.stringify(a) === JSON.stringify(b),
  not: (value) => value !== true,
  and: (...values) => values.every((value) => value === true),
  or: (...values) => values.some((value) => value === true),
  if: (condition, yes, no) => (condition === true ? yes : no),
  createarray: (...values) => values,
  true: () => true,
  false: () => false,
};

class Parser {
  private position = 0;

  constructor(
    private readonly source: string,
    private readonly functions: Functions,
  ) {}

  whole(): Json {
    const value = this.expression();
    this.blank();
    if (this.position < this.source.length) this.fail();
    return value;
  }

  private expression(): Json {
    this.blank();
    let value: Json;
    const rest = this.source.slice(this.position);
    const quoted = /^'((?:[^']|'')*)'/.exec(rest);
    const number = /^-?\d+/.exec(rest);
    const name = /^[A-Za-z]\w*/.exec(rest);
    if (quoted) {
      value = (quoted[1] ?? "").replaceAll("''", "'");
      this.position += quoted[0].length;
    } else if (number) {
      value = Number(number[0]);
      this.position += number[0].length;
    } else if (name) {
      this.position += name[0].length;
      value = this.call(name[0]);
    } else {
      this.fail();
    }
    return this.members(value);
  }

  private call(name: string): Json {
    const found = this.functions[name.toLowerCase()];
    if (!found)
      throw badRequest(
        "InvalidTemplate",
        `The template function '${name}' is not known to the embedded Azure, in '[${this.source}]'.`,
      );
    const values: Json[] = [];
    this.take("(");
    while (!this.next(")")) {
      values.push(this.expression());
      if (!this.next(",")) {
        this.take(")");
        break;
      }
    }
    return found(...values) ?? null;
  }

  private members(start: Json): Json {
    let value = start;
    for (;;) {
      if (this.next(".")) {
        const name = /^\w+/.exec(this.source.slice(this.position))?.[0] ?? this.fail();
        this.position += name.length;
        value = this.member(value, name);
      } else if (this.next("[")) {
        const key = this.expression();
        this.take("]");
        value = this.member(value, key);
      } else {
        return value;
      }
    }
  }

  private member(value: Json, key: Json): Json {
    const found = Array.isArray(value) ? value[Number(key)] : isObject(value) ? value[String(key)] : undefined;
    if (found === undefined)
      throw badRequest(
        "InvalidTemplate",
        `The expression '[${this.source}]' asks for '${text(key)}', which is not there.`,
      );
    return found;
  }

  private next(token: string): boolean {
    this.blank();
    if (this.source[this.position] !== token) return false;
    this.position++;
    return true;
  }

  private take(token: string): void {
    if (!this.next(token)) this.fail();
  }

  private blank(): void {
    while (this.source[this.position] === " ") this.position++;
  }

  private fail(): never {
    throw badRequest(
      "InvalidTemplate",
      `The expression '[${this.source}]' is not valid at character ${this.position + 1}.`,
    );
  }
}
