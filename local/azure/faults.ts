/**
 * How a management request goes wrong: an HTTP status; "drop" breaks the connection before the request is acted on,
 * "dropAfter" after it was, before the answer; "timeout" never answers.
 */
export type FaultKind = 429 | 500 | 502 | 503 | 504 | "drop" | "dropAfter" | "timeout";

export interface Fault {
  /** The n-th management request since the start, counting from 1. Absent: every one that `match` fits. */
  readonly at?: number;
  /** Method and part of the URL (text or pattern). */
  readonly match?: { readonly method?: string; readonly url?: string | RegExp };
  readonly kind: FaultKind;
  /** How often it strikes. Default 1. */
  readonly times?: number;
  /** For 429 and 503: simulated seconds that the client is asked to wait. Default 10. */
  readonly retryAfter?: number;
}

export class Faults {
  private list: { fault: Fault; left: number }[] = [];

  add(fault: Fault): void {
    this.list.push({ fault, left: fault.times ?? 1 });
  }

  clear(): void {
    this.list = [];
  }

  /** The fault that strikes the n-th request, used up by it. */
  take(n: number, method: string, url: string): Fault | undefined {
    const found = this.list.find(({ fault, left }) => left > 0 && hits(fault, n, method, url));
    if (!found) return undefined;
    found.left--;
    return found.fault;
  }
}

function hits({ at, match }: Fault, n: number, method: string, url: string): boolean {
  // With `times`, a fault at n strikes n and the requests after it.
  if (at !== undefined && n < at) return false;
  if (match?.method !== undefined && match.method.toUpperCase() !== method) return false;
  if (match?.url === undefined) return true;
  return typeof match.url === "string" ? url.toLowerCase().includes(match.url.toLowerCase()) : match.url.test(url);
}
