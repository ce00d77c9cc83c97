import { setTimeout as wait } from "node:timers/promises";
import { createEventLog, createPurchaser, type Logger, type Purchaser } from "buyonce";
import { createAzure } from "buyonce/azure";
import { startCloudSandbox } from "buyonce/sandbox";
import { openSqliteLedger } from "buyonce/sqlite";

interface TimerOptions {
  /** Milliseconds between two rounds. */
  readonly interval: number;
  /** Milliseconds for which nobody must have worked on a recommendation. */
  readonly olderThan: number;
  readonly signal: AbortSignal;
  /** Told how many are left behind after each round. */
  readonly onRound: (left: number) => void;
  readonly logger: Logger;
}

/**
 * Drives again whatever dead drivers, lost answers and pending orders left behind, until the signal is aborted. Safe beside
 * live drivers, and on several machines at once.
 */
async function redriveEvery(purchaser: Purchaser, options: TimerOptions): Promise<void> {
  const { interval, olderThan, signal, onRound, logger } = options;
  while (!signal.aborted) {
    try {
      const deadline = Date.now() + 300_000;
      const onEvent = createEventLog(logger);
      const reports = await purchaser.redriveUnfinished({ olderThan, deadline, signal, onEvent });
      const outcomes = reports.flatMap((report) => report.outcomes);
      const isDone = ({ commitment, warnings }: (typeof outcomes)[number]) => commitment?.settled && !warnings;
      onRound(outcomes.filter((outcome) => !isDone(outcome)).length);
    } catch (error) {
      // The ledger is away, or the signal came: the next round takes up what this one left.
      if (!signal.aborted) logger.error({ error: String(error) }, "a round failed");
    }
    await wait(interval, undefined, { signal }).catch(() => undefined);
  }
}

// The sandbox stands in for Azure: what is bought is pending for a while, and settles as it is looked at.
const sandbox = await startCloudSandbox();
const ledger = await openSqliteLedger({ file: ".buyonce/timer.db" });
const purchaser = createPurchaser({ ledger, providers: [createAzure({ endpoint: sandbox.url })] });

const { outcomes } = await purchaser.drive({
  executionId: `night-${Date.now()}`,
  source: "my-engine",
  recommendations: [
    {
      provider: "azure",
      service: "compute",
      subscriptionId: "9b7c2d10-4e5f-4a6b-8c3d-1f2e3a4b5c6d",
      region: "westus",
      sku: "Standard_B1ls",
      quantity: 1,
      term: "P1Y",
      billingPlan: "Upfront",
      appliedScope: { type: "Shared" },
      instanceFlexibility: "On",
      maxPrice: { amount: "30.00", currency: "GBP" },
    },
  ],
});
console.log(`driven: ${outcomes[0]?.status}, ${outcomes[0]?.commitment?.state}`);

const stop = new AbortController();
await redriveEvery(purchaser, {
  // Here in a hurry. Every minute, and what is five minutes old, is a good beginning.
  interval: 50,
  olderThan: 0,
  signal: stop.signal,
  onRound: (left) => {
    console.log(`a round: ${left} left behind`);
    if (left === 0) stop.abort();
  },
  // pino(), or any logger of this shape.
  logger: {
    debug: () => undefined,
    info: () => undefined,
    warn: (fields, message) => console.error(message, fields),
    error: (fields, message) => console.error(message, fields),
  },
});
console.log(`orders: ${sandbox.orders().length}`);
await ledger.close();
await sandbox.close();
