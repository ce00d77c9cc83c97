import process from "node:process";
import { createAzure } from "../../providers/azure/index.ts";
import { readListing } from "../../src/drive/read-listing.ts";
import { describePlaces } from "../../src/cli/resources/ledger-records.ts";
import { jsonReport } from "../../src/cli/text/json-documents.ts";
import type { DriveEvent } from "../../src/contract/events.ts";
import { htmlReport } from "../../src/report/html-report.ts";
import { createPurchaser } from "../../src/purchaser.ts";
import { openSqliteLedger } from "../../src/ledger/sqlite/index.ts";
import { answer, orderOfChild } from "../child.ts";
import { executionOf } from "../execution.ts";
import { temporaryFolder } from "../temporary-folder.ts";
import type { MemoryOrder, MemoryResult } from "./memory.ts";

/** Milliseconds between two looks at the heap: each of them stops the process for a full collection. */
const betweenLooks = 250;

function heapNow(): number {
  // Where it may: `--expose-gc`.
  globalThis.gc?.();
  return process.memoryUsage().heapUsed;
}

async function measure(run: () => Promise<unknown>): Promise<MemoryResult> {
  const before = heapNow();
  let heap = before;
  const look = () => (heap = Math.max(heap, heapNow()));
  const timer = setInterval(look, betweenLooks);
  const begun = performance.now();
  const kept = await run();
  const time = performance.now() - begun;
  clearInterval(timer);
  look();
  if (kept === undefined) throw new Error("What was made is held until the last look.");
  return { time, heap, added: heap - before, resident: process.resourceUsage().maxRSS * 1024 };
}

/** Every page of a tenant is read, for a token that no order carries. */
async function list(url: string): Promise<MemoryResult> {
  const executor = createAzure({ endpoint: url }).services["compute"];
  if (executor === undefined) throw new Error("Azure sells virtual machines.");
  const { inventory } = executor;
  const wanted = { tokens: new Set(["0".repeat(64)]), ids: new Set<string>() };
  const { signal } = new AbortController();
  return measure(() => readListing(inventory, { key: "azure/default", label: "the tenant" }, wanted, { signal }));
}

async function drive(url: string, recommendations: number): Promise<MemoryResult> {
  using folder = temporaryFolder();
  const ledger = await openSqliteLedger({ file: folder.file("ledger.db") });
  const purchaser = createPurchaser({ ledger, providers: [createAzure({ endpoint: url })] });
  const execution = executionOf("bench", recommendations);
  const result = await measure(async () => {
    const events: DriveEvent[] = [];
    const report = await purchaser.drive(execution, { onEvent: (event) => events.push(event) });
    console.error("drive", process.resourceUsage().maxRSS / 1024, process.memoryUsage());
    const json = jsonReport(report);
    console.error("json", process.resourceUsage().maxRSS / 1024, json.length);
    const descriptions = describePlaces(execution, purchaser);
    const page = htmlReport([{ report, descriptions }], { at: Date.now(), events });
    console.error("page", process.resourceUsage().maxRSS / 1024, page.length);
    return { report, events, json, page };
  });
  await ledger.close();
  return result;
}

const order = orderOfChild<MemoryOrder>();
answer(await (order.kind === "listing" ? list(order.url) : drive(order.url, order.recommendations)));
