import { setTimeout as delay } from "node:timers/promises";
import { type CloudReport, type LoadProcess, type ServerReport, startLoadProcess } from "./load-processes.ts";

/** What two servers on one PostgreSQL are given to do. */
export interface Load {
  /** The URL of an empty PostgreSQL database. */
  readonly ledger: string;
  readonly executions: number;
  /** Each submits an execution, waits until it is bought, and submits the next one. */
  readonly clients: number;
  /** When a server is killed and started again, the two in turn: every so many milliseconds, or once so many are accepted. */
  readonly kills: { readonly every: number } | { readonly accepted: readonly number[] } | "none";
  /** Milliseconds. */
  readonly leaseLength: number;
  readonly sweepInterval: number;
}

/** Milliseconds and bytes. */
export interface LoadResult {
  readonly time: number;
  readonly kills: number;
  /** From the first try of a request to its answer, one for each execution. */
  readonly accepts: readonly number[];
  /** The same, until it was told as bought. */
  readonly decided: readonly number[];
  /** Commitments at the cloud, and how many of them have a name of their own. */
  readonly bought: number;
  readonly distinct: number;
  /** The resident memory of the servers: of each quarter of the run, the largest. */
  readonly resident: readonly number[];
}

/** Milliseconds between two questions of a client, before it tries again, and between two looks at the memory. */
const [askInterval, tryAgainAfter, lookInterval] = [1000, 100, 500];

const regions = [
  "us-east-1",
  "us-east-2",
  "us-west-1",
  "us-west-2",
  "eu-west-1",
  "eu-central-1",
  "ap-south-1",
  "sa-east-1",
];

/** What one execution buys: in a region of so many, so that no listing is long. */
export function smallOrder(index: number, recommendations = 1) {
  const one = {
    provider: "aws",
    service: "rds",
    accountId: "123456789012",
    region: regions[index % regions.length],
    instanceClass: "db.r6g.large",
    productDescription: "postgresql",
    multiAz: false,
    payment: "no-upfront",
    term: "P1Y",
    quantity: 1,
  };
  return { source: "bench", recommendations: Array.from({ length: recommendations }, () => one) };
}

/** Puts the load on two servers, and compares what was bought with what was submitted. */
export async function runLoad(load: Load): Promise<LoadResult> {
  const cloud = await startLoadProcess<CloudReport>({ role: "cloud" });
  const servers = await createPair(load, cloud.url);
  try {
    const begun = performance.now();
    const memory = watchMemory(servers);
    const killing = createKiller(load.kills, servers);
    const [accepts, decided]: [number[], number[]] = [[], []];
    let next = 0;
    const client = async () => {
      for (let index = next++; index < load.executions; index = next++) {
        const from = performance.now();
        await accept(servers, index);
        accepts.push(performance.now() - from);
        killing.accepted(accepts.length);
        await untilBought(servers, index);
        decided.push(performance.now() - from);
      }
    };
    await Promise.all(Array.from({ length: load.clients }, client));
    await killing.end();
    const time = performance.now() - begun;
    const { bought } = (await cloud.report()) ?? { bought: [] };
    const counts = { bought: bought.length, distinct: new Set(bought).size };
    return { time, kills: killing.count(), accepts, decided, ...counts, resident: memory.end() };
  } finally {
    await servers.end();
    await cloud.kill();
  }
}

/** Two servers. */
interface Pair {
  /** The address of one of them. */
  url(index: number): string;
  /** Kills one, and starts it again at its address. */
  restart(index: number): Promise<void>;
  resident(): Promise<readonly number[]>;
  end(): Promise<void>;
}

async function createPair({ ledger, leaseLength, sweepInterval }: Load, endpoint: string): Promise<Pair> {
  const start = (port: number) =>
    startLoadProcess<ServerReport>({
      role: "server",
      ledger,
      endpoint,
      port,
      drives: true,
      leaseLength,
      sweepInterval,
    });
  const servers: LoadProcess<ServerReport>[] = [await start(0), await start(0)];
  const urls = servers.map(({ url }) => url);
  return {
    url: (index) => urls[index % 2] ?? "",
    restart: async (index) => {
      const at = index % 2;
      await servers[at]?.kill();
      servers[at] = await start(Number(new URL(urls[at] ?? "").port));
    },
    resident: async () => {
      const reports = await Promise.all(servers.map((server) => server.report()));
      return reports.flatMap((report) => (report === undefined ? [] : [report.resident]));
    },
    end: async () => {
      await Promise.all(servers.map((server) => server.kill()));
    },
  };
}

async function accept(servers: Pair, index: number): Promise<void> {
  const body = JSON.stringify(smallOrder(index));
  const path = `/v1/executions/load-${index}`;
  const headers = { "content-type": "application/json" };
  await answered(servers, index, (url) => fetch(`${url}${path}`, { method: "PUT", headers, body }));
}

async function untilBought(servers: Pair, index: number): Promise<void> {
  for (;;) {
    const text = await answered(servers, index, (url) => fetch(`${url}/v1/executions/load-${index}`));
    const { outcomes } = JSON.parse(text) as { readonly outcomes: readonly { readonly status: string }[] };
    if (outcomes.every(({ status }) => status === "purchased")) return;
    await delay(askInterval);
  }
}

/** Asks the one server, then the other, until one of them answers; a refusal is a defect. */
async function answered(servers: Pair, index: number, ask: (url: string) => Promise<Response>): Promise<string> {
  for (let attempt = index; ; attempt += 1) {
    try {
      const response = await ask(servers.url(attempt));
      const text = await response.text();
      if (response.ok) return text;
      if (response.status !== 503) throw new TypeError(`The answer was ${response.status}: ${text}`);
    } catch (error) {
      if (error instanceof TypeError && error.message.startsWith("The answer was")) throw error;
    }
    await delay(tryAgainAfter);
  }
}

function createKiller(kills: Load["kills"], servers: Pair) {
  let count = 0;
  let restarting: Promise<void> = Promise.resolve();
  const kill = () => {
    const index = count;
    count += 1;
    restarting = restarting.then(() => servers.restart(index));
    return restarting;
  };
  const over = new AbortController();
  const timed = async (every: number) => {
    while (!over.signal.aborted) {
      await delay(every, undefined, { signal: over.signal }).catch(() => undefined);
      if (!over.signal.aborted) await kill();
    }
  };
  const running = typeof kills === "object" && "every" in kills ? timed(kills.every) : Promise.resolve();
  return {
    accepted: (accepted: number) => {
      if (typeof kills === "object" && "accepted" in kills && kills.accepted.includes(accepted)) void kill();
    },
    count: () => count,
    end: async () => {
      over.abort();
      await running;
      await restarting;
    },
  };
}

function watchMemory(servers: Pair) {
  const seen: number[] = [];
  const timer = setInterval(() => {
    void servers.resident().then((resident) => seen.push(Math.max(0, ...resident)));
  }, lookInterval);
  return {
    end: () => {
      clearInterval(timer);
      const quarter = Math.ceil(seen.length / 4);
      return [0, 1, 2, 3].map((index) => Math.max(0, ...seen.slice(index * quarter, (index + 1) * quarter)));
    },
  };
}
