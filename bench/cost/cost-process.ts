import { setImmediate } from "node:timers/promises";
import { createPurchaser } from "../../src/purchaser.ts";
import { createMemoryLedger } from "../../src/ledger/memory-ledger.ts";
import { openSqliteLedger } from "../../src/ledger/sqlite/index.ts";
import type { Provider, ServiceExecutor } from "../../src/contract/executor.ts";
import type { Ledger } from "../../src/contract/ledger.ts";
import { createImitationCloud, type ImitationCloud } from "../../src/testing/imitation/imitation-cloud.ts";
import { disk } from "../../src/testing/imitation/order-book.ts";
import { answer, orderOfChild } from "../child.ts";
import { temporaryFolder } from "../temporary-folder.ts";
import { countCalls } from "./count-calls.ts";
import type { CostOrder, CostResult } from "./request-cost.ts";

/** Drives against a cloud in this process's memory: what is measured is this library alone. */
const { ledger: kind, identity, recommendations, trial } = orderOfChild<CostOrder>();

async function drive(inner: Ledger, executionId: string, size: number): Promise<CostResult> {
  const { ledger, calls } = countCalls(inner);
  const cloud = createImitationCloud({ identity, now: () => Date.now() });
  const purchaser = createPurchaser({ ledger, providers: [asMeasured(cloud)] });
  // Where the marker comes afterwards, what is alike is bought one after the other: sixteen kinds.
  const execution = {
    executionId,
    source: "buyonce-bench",
    recommendations: Array.from({ length: size }, (_, position) =>
      disk({ account: executionId, size: `size ${position % 16}` }),
    ),
  };
  const cpu = process.cpuUsage();
  const begun = performance.now();
  const { outcomes } = await purchaser.drive(execution);
  const time = performance.now() - begun;
  const { user, system } = process.cpuUsage(cpu);
  const other = outcomes.find(({ status }) => status !== "purchased");
  if (other !== undefined) throw new Error(`Not everything was bought: ${other.status}, ${other.error?.message}`);
  return { time, cpu: (user + system) / 1000, resident: process.resourceUsage().maxRSS * 1024, calls };
}

/**
 * The cloud with two changes. Timers may run between two requests, as they do where there is a network: leases are renewed by
 * them. And where the marker comes afterwards, the imitation looks through all of its orders for every handle and marker: not here,
 * where the library alone is measured.
 */
function asMeasured({ executor, provider }: ImitationCloud): Provider {
  const inner = executor as ServiceExecutor;
  const price = { amount: "10", currency: "GBP" };
  const disk: ServiceExecutor = {
    ...inner,
    quote: async (recommendation, marker, options) => {
      await setImmediate();
      return identity === "stamped"
        ? { price, handle: { baseline: [] }, request: { token: marker.token } }
        : inner.quote(recommendation, marker, options);
    },
    ...(identity === "stamped" ? { mark: async (commitment) => ({ ...commitment, marked: true }) } : {}),
  };
  return { ...provider, services: { disk } };
}

using folder = temporaryFolder();
const ledger = kind === "memory" ? createMemoryLedger() : await openSqliteLedger({ file: folder.file("ledger.db") });
if (trial) await drive(ledger, "trial", 200);
const result = await drive(ledger, "bench", recommendations);
await ledger.close();
answer(result);
