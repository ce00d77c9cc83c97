// A server in a process of its own, with times that are given, which says how much memory it takes.
import process from "node:process";
import { createAws } from "../../providers/aws/index.ts";
import { createHandler } from "../../src/door/create-handler.ts";
import { type Caller, doorScopes } from "../../src/door/door-parts.ts";
import { startServer } from "../../src/door/start-server.ts";
import { openSqliteLedger } from "../../src/ledger/sqlite/index.ts";
import { createPurchaser } from "../../src/purchaser.ts";

/** What the server says of its memory. */
export interface ServerState {
  /** Bytes that it holds, and bytes that are resident, after a collection. */
  readonly held: number;
  readonly resident: number;
  /** The most bytes that were resident since it was asked last. */
  readonly peak: number;
}

const [, , file = "", endpoint = "", times = "{}"] = process.argv;
const scopes = doorScopes.filter((scope) => scope !== "all");
const ledger = await openSqliteLedger({ file });
const purchaser = createPurchaser({ ledger, providers: [createAws({ endpoint })] });
const handler = await createHandler({
  purchaser,
  ledger,
  // Two callers that may have the same ids.
  authenticate: ({ headers }): Caller | undefined => {
    const [, name] = /^Bearer secret-of-(engine|other)$/.exec(headers.get("authorization") ?? "") ?? [];
    return name === undefined ? undefined : { name, scopes };
  },
  hostNames: ["127.0.0.1"],
  sweepInterval: 3_600_000,
});
/** An answer that no kernel takes whole where nobody reads it. */
const large = "x".repeat(20_000_000);
const answering = Object.assign(async (...given: Parameters<typeof handler>) => {
  const answer = await handler(...given);
  return given[0].url.endsWith("/livez?large") ? new Response(large) : answer;
}, handler);
const server = await startServer(answering, 0, JSON.parse(times));

let peak = 0;
setInterval(() => (peak = Math.max(peak, process.memoryUsage.rss())), 20).unref();
/** A collection takes its time: whoever asks again and again asks for the connections alone. */
function connections(): number {
  return process.getActiveResourcesInfo().filter((kind) => kind === "TCPSocketWrap").length;
}

function state(): ServerState {
  const most = Math.max(peak, process.memoryUsage.rss());
  globalThis.gc?.();
  peak = 0;
  const { heapUsed, external, rss } = process.memoryUsage();
  return { held: heapUsed + external, resident: rss, peak: most };
}

process.on("message", (asked: "state" | "connections") => {
  process.send?.(asked === "state" ? state() : connections());
});
process.once("disconnect", () => void server.close().then(() => ledger.close()));
process.send?.(server.url);
