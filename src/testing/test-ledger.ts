import type { Ledger } from "../contract/ledger.ts";
import type { TestFunction } from "./assertions.ts";
import { claimTests } from "./ledger/ledger-claims.ts";
import { decisionTests } from "./ledger/ledger-decisions.ts";
import { atRiskTests } from "./ledger/ledger-at-risk.ts";
import { executionTests } from "./ledger/ledger-executions.ts";
import { proofTests } from "./ledger/ledger-proofs.ts";
import { readingTests } from "./ledger/ledger-reading.ts";
import { placeTests } from "./ledger/ledger-place.ts";
import { redriveTests } from "./ledger/ledger-redrives.ts";
import { sendTests } from "./ledger/ledger-sends.ts";
import { submitterTests } from "./ledger/ledger-submitters.ts";
import { twinTests } from "./ledger/ledger-twins.ts";
import { webhookTests } from "./ledger/ledger-webhooks.ts";
import type { LedgerWorld } from "./ledger/ledger-world.ts";

/** Which ledger is tested, and with what. */
export interface TestLedgerOptions {
  /** Begins the name of every test. */
  readonly name: string;
  /** Opens a new, empty ledger whose clock is `now()`, in milliseconds since 1970. Every test opens one and closes it. */
  readonly open: (now: () => number) => Promise<Ledger>;
  /** The runner's own: `test` of node:test or vitest. */
  readonly test: TestFunction;
}

/** The contract suite that every ledger passes. Hands the tests to the runner; they need nothing from each other. */
export function testLedger({ name, open, test }: TestLedgerOptions): void {
  const first = [...claimTests, ...executionTests, ...atRiskTests, ...proofTests, ...sendTests];
  const later = [...decisionTests, ...readingTests, ...placeTests, ...submitterTests, ...webhookTests, ...redriveTests];
  const all = [...first, ...later, ...twinTests];
  for (const { title, run } of all) {
    test(`${name}: ${title}`, () => withLedger(open, run));
  }
}

async function withLedger(
  open: TestLedgerOptions["open"],
  check: (world: LedgerWorld) => Promise<void>,
): Promise<void> {
  let now = 1000;
  const ledger = await open(() => now);
  const at = (time: number) => {
    now = time;
  };
  try {
    await check({ ledger, at });
  } finally {
    await ledger.close();
  }
}
