import { type ChildProcess, fork } from "node:child_process";
import { once } from "node:events";
import { fileURLToPath } from "node:url";

/** What a process of the load is. */
export type LoadOrder =
  | { readonly role: "cloud" }
  | {
      readonly role: "server";
      /** An SQLite file, or the URL of a PostgreSQL database. */
      readonly ledger: string;
      /** The cloud. */
      readonly endpoint: string;
      /** 0: any that is free. */
      readonly port: number;
      /** False: it accepts, and drives nothing. */
      readonly drives: boolean;
      /** Milliseconds. */
      readonly leaseLength: number;
      readonly sweepInterval: number;
    };

/** What a server used since it started. */
export interface ServerReport {
  /** Milliseconds of the processor. */
  readonly cpu: number;
  /** Bytes of the machine's memory now. */
  readonly resident: number;
  /** Of the ledger, for accepting and answering. */
  readonly transactions: number;
}

/** What was bought: the name of each commitment. */
export interface CloudReport {
  readonly bought: readonly string[];
}

/** A process of the load that runs. */
export interface LoadProcess<Report> {
  readonly url: string;
  /** Undefined where it is killed meanwhile. */
  report(): Promise<Report | undefined>;
  /** Ends it at once, as a failure would. */
  kill(): Promise<void>;
}

/** Starts one. Throws where it ends instead. */
export async function startLoadProcess<Report>(order: LoadOrder): Promise<LoadProcess<Report>> {
  const child = fork(fileURLToPath(new URL("load-process.ts", import.meta.url)), [JSON.stringify(order)], {
    execArgv: [],
    stdio: ["ignore", "ignore", "inherit", "ipc"],
  });
  const started = await answerOf<{ readonly url: string }>(child);
  if (started === undefined) throw new Error(`The ${order.role} of the load did not start.`);
  return {
    url: started.url,
    report: async () => {
      const answer = answerOf<Report>(child);
      child.send("report", () => undefined);
      return answer;
    },
    kill: async () => {
      if (child.exitCode !== null || child.signalCode !== null) return;
      const ended = once(child, "exit");
      child.kill("SIGKILL");
      await ended;
    },
  };
}

async function answerOf<Answer>(child: ChildProcess): Promise<Answer | undefined> {
  if (child.exitCode !== null || child.signalCode !== null) return undefined;
  const heard = new AbortController();
  const { signal } = heard;
  try {
    const said = once(child, "message", { signal }).then(([answer]) => answer as Answer);
    const ended = once(child, "exit", { signal }).then(() => undefined);
    return await Promise.race([said, ended]);
  } finally {
    heard.abort();
  }
}
