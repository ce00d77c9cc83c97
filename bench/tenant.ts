import { fork } from "node:child_process";
import { once } from "node:events";
import { fileURLToPath } from "node:url";
import type { WriteLimit } from "../providers/sandbox/index.ts";

/** How a tenant is started. */
export interface TenantOrder {
  /** Milliseconds that every request takes. */
  readonly latency: number;
  readonly existingOrders: number;
  /** How many writes it takes; default any number. */
  readonly writeLimit?: WriteLimit;
}

/** What the process of a tenant says. */
export interface TenantReport {
  readonly url: string;
  /** By action, since the last report. */
  readonly requests: Readonly<Record<string, number>>;
  /** Those of them that were refused for their number, by action. */
  readonly refused: Readonly<Record<string, number>>;
  /** All orders of the tenant. */
  readonly orders: number;
}

/** An imitated Azure tenant with orders that exist already, in a process of its own. */
export interface Tenant extends Disposable {
  readonly url: string;
  report(): Promise<TenantReport>;
  /** The next so many purchases are made, and their answers are lost. */
  loseAnswers(times: number): Promise<void>;
}

/** Starts a tenant on loopback. */
export async function startTenant(order: TenantOrder): Promise<Tenant> {
  const child = fork(fileURLToPath(new URL("tenant-process.ts", import.meta.url)), [JSON.stringify(order)]);
  const next = async (): Promise<TenantReport> => {
    const [report] = (await once(child, "message")) as [TenantReport];
    return report;
  };
  const ask = (message: "report" | { loseAnswers: number }) => {
    const answered = next();
    child.send(message);
    return answered;
  };
  const { url } = await next();
  return {
    url,
    report: () => ask("report"),
    loseAnswers: async (times) => void (await ask({ loseAnswers: times })),
    [Symbol.dispose]: () => child.disconnect(),
  };
}
