import type { SandboxRequest } from "./imitation.ts";

/** A request that reached the sandbox, and what became of it. */
export interface LoggedRequest {
  /** From 1, in order of arrival. */
  readonly number: number;
  readonly method: string;
  /** Path and query, as sent. */
  readonly path: string;
  /** What it does, in the imitated service's words: `PUT reservationOrders`, `PurchaseReservedInstancesOffering`. */
  readonly action: string;
  /** The account, tenant or project that it belongs to, where it says one. */
  readonly account?: string;
  readonly body: string;
  /** Names in lower case; credentials are cut down to their scheme. */
  readonly headers: Readonly<Record<string, string>>;
  /** The status answered; absent while none was, and for good when the connection was broken instead. */
  status?: number;
  /** The fault that it was given: `reset before`, `status after`, `listing stale`. */
  fault?: string;
  /** The imitated service has dealt with it: what it asked for is done, or was refused by the service itself. */
  applied: boolean;
}

/** Enough for the longest search, and an end to the memory that a sandbox left running takes. */
const maximumEntries = 100_000;
const credentials = new Set(["authorization", "proxy-authorization", "cookie", "x-amz-security-token"]);

/** The latest requests; the oldest are dropped above 100,000. */
export interface RequestLog {
  readonly entries: readonly LoggedRequest[];
  add(request: SandboxRequest, named: Pick<LoggedRequest, "action" | "account">): LoggedRequest;
}

export function createRequestLog(): RequestLog {
  const entries: LoggedRequest[] = [];
  let count = 0;
  return {
    entries,
    add({ method, target, headers, body }, named) {
      count += 1;
      const entry = { number: count, method, path: target, ...named, body, headers: masked(headers), applied: false };
      entries.push(entry);
      if (entries.length > maximumEntries) {
        entries.shift();
      }
      return entry;
    },
  };
}

function masked(headers: Readonly<Record<string, string>>): Record<string, string> {
  return Object.fromEntries(
    Object.entries(headers).map(([name, value]) => [
      name,
      credentials.has(name) ? `${/^[A-Za-z0-9-]+(?= )/.exec(value)?.[0] ?? ""} (masked)`.trim() : value,
    ]),
  );
}
