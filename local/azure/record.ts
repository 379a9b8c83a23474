import { closeSync, mkdirSync, openSync, writeSync } from "node:fs";
import { dirname } from "node:path";
import { isObject, type JsonObject } from "./json";
import { withoutSecrets } from "./secrets";

/** One management request as it was sent, without secrets. */
export interface RequestRecord {
  /** Simulated time, ISO 8601. */
  readonly time: string;
  readonly method: string;
  readonly url: string;
  /** 0 when the connection was broken off. */
  readonly status: number;
  /** Object identifier of the sender; "" when it had no valid token. */
  readonly principal: string;
  readonly body: JsonObject | null;
}

/** Keeps the requests in memory and, with a file, as one JSON object a line. */
export class Recorder {
  readonly requests: RequestRecord[] = [];
  private readonly handle?: number;

  constructor(file?: string) {
    if (!file) return;
    mkdirSync(dirname(file), { recursive: true });
    this.handle = openSync(file, "w");
  }

  add(record: RequestRecord): void {
    const clean = {
      ...record,
      url: cleanUrl(record.url),
      body: isObject(record.body) ? withoutSecrets(record.body, "***") : null,
    };
    this.requests.push(clean);
    if (this.handle !== undefined) writeSync(this.handle, `${JSON.stringify(clean)}\n`);
  }

  close(): void {
    if (this.handle !== undefined) closeSync(this.handle);
  }
}

const cleanUrl = (url: string): string => url.replace(/([?&](?:sig|code|token|sv_sig)=)[^&]*/gi, "$1***");
