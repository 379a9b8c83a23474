/** What is wrong with one value, in words for people. No fault at all is `undefined`. */
export interface Fault {
  /** The property at fault, where the checker knows it. */
  readonly property?: string;
  /** The value found, as it was given. */
  readonly found: string;
  /** What it must be instead; reads on from "must be". */
  readonly wanted: string;
  /** What to do; a full sentence without the full stop. */
  readonly mend: string;
}

/** A value as a person would write it: text in quotes, nothing as "not set". */
export function shown(value: unknown): string {
  if (value === undefined || value === null) return "not set";
  if (typeof value === "string") return JSON.stringify(value);
  const text = JSON.stringify(value) ?? String(value);
  return text.length > 120 ? `${text.slice(0, 117)}...` : text;
}

/** The one line that a violation is reported in: resource, property, what was found, what is wanted, how to mend it. */
export function faultLine(resource: string, fault: Fault): string {
  const property = fault.property ? `${fault.property} ` : "";
  return `${resource}: ${property}is ${fault.found}, but must be ${fault.wanted}. ${fault.mend}.`;
}
