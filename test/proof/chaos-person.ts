import { setTimeout as delay } from "node:timers/promises";
import { systemEnvironment } from "../../src/contract/environment.ts";
import { type ErrorCode, LedgerError, RefusedError } from "../../src/contract/errors.ts";
import type { LimitChanges } from "../../src/contract/execution-record.ts";
import { type Money, totals } from "../../src/contract/money.ts";
import type { AnyExecution } from "../../src/contract/recommendation.ts";
import { createPurchaser, type Purchaser } from "../../src/purchaser.ts";
import type { Act, SentPlace } from "./act-rules.ts";
import { createClouds, openSharedLedger } from "./chaos-parts.ts";
import type { PurchaseWatch } from "./chaos-watch.ts";
import type { MovableClock } from "./movable-clock.ts";

/** Somebody who may say what becomes of an execution, on the ledger of its drivers. One act at a time. */
export interface Person {
  /** What was said so far, as the history checker reads it. */
  readonly acts: readonly Act[];
  /** What the cloud asks for each recommendation, before anything is bought. */
  readonly prices: readonly Money[];
  readonly figures: Readonly<PersonFigures>;
  /** Records the execution, which waits for an approval from then on. */
  submit(): Promise<void>;
  /** Approves the terms as they are, unless they are approved already. */
  approve(): Promise<void>;
  cancel(): Promise<void>;
  reopen(): Promise<void>;
  /** False where the ledger refuses it, because something was sent for it. */
  skip(recIndex: number): Promise<boolean>;
  /** False where the ledger refuses it, because more is or may be bought. */
  setLimits(changes: LimitChanges): Promise<boolean>;
  /** What was sent and is or may be bought, by the ledger. */
  spent(): Promise<readonly Money[]>;
  /** Where nothing was sent so far, by the ledger. */
  unsent(): Promise<readonly number[]>;
  close(): Promise<void>;
}

interface PersonFigures {
  cancels: number;
  reopens: number;
  approvals: number;
  "limits changed": number;
  "limits refused": number;
  skips: number;
  /** Places that a cancel named as sent before. */
  "named by cancels": number;
}

/** What a person needs to know. */
interface PersonOptions {
  /** An SQLite file or a `postgres://` address. */
  readonly ledger: string;
  /** The sandbox. */
  readonly url: string;
  readonly execution: AnyExecution;
  readonly commitments: PurchaseWatch;
  readonly clock: MovableClock | undefined;
}

/** A ledger that is restarted is asked again so often, a tenth of a second apart. */
const mostAttempts = 3000;

const word = { person: "the runner", reason: "chaos" };

/** Asks the cloud for all prices. The caller closes it. */
export async function createPerson(options: PersonOptions): Promise<Person> {
  const { execution, commitments, clock } = options;
  const { executionId } = execution;
  const ledger = await openSharedLedger(options.ledger, clock?.now);
  const environment = { ...systemEnvironment, ...(clock ? { now: clock.now } : {}) };
  const purchaser = createPurchaser({ ledger, environment, providers: createClouds(options.url, environment, 30_000) });
  const prices = await whileAway(() => pricesOf(purchaser, execution));
  const acts: Act[] = [];
  const figures: PersonFigures = {
    cancels: 0,
    reopens: 0,
    approvals: 0,
    "limits changed": 0,
    "limits refused": 0,
    skips: 0,
    "named by cancels": 0,
  };
  const open = async (): Promise<readonly SentPlace[]> => {
    const sent = (await ledger.recordsOf(executionId)).filter(
      ({ state }) => state === "submitted" || state === "unknown",
    );
    return sent.map(({ token, submission }) => ({ token, price: submission?.price }));
  };
  const status = () => whileAway(() => purchaser.execution(executionId));

  /** Notes an act with the time at which it returned, and what is in the cloud by then. */
  async function say(what: What, run: () => Promise<Answer | undefined>): Promise<void> {
    const began = Date.now();
    const answer = await whileAway(async (attempt) => {
      try {
        return await run();
      } catch (error) {
        // An attempt before did it, and its answer was lost.
        if (attempt > 1 && isRefusal(error, "nothing-to-change")) return undefined;
        throw error;
      }
    });
    const mayBeBought = answer?.mayBeBought ?? (await whileAway(open));
    // What is there by now is not taken for something that came afterwards.
    commitments.look();
    acts.push({ ...what, began, returned: Date.now(), mayBeBought });
  }
  const silently = (run: () => Promise<unknown>) => async () => void (await run());

  return {
    acts,
    prices,
    figures,
    submit: () =>
      say(
        { kind: "submit", approvalRequired: true },
        silently(() => purchaser.submit(execution, { requireApproval: true })),
      ),
    approve: async () => {
      const { termsHash, execution: recorded } = await status();
      // What allows no more than before keeps its approval.
      if (recorded.approval !== undefined) return;
      await say(
        { kind: "approve" },
        silently(() => purchaser.approve(executionId, { ...word, termsHash })),
      );
      figures.approvals += 1;
    },
    cancel: async () => {
      await say({ kind: "cancel" }, () => purchaser.cancel(executionId, word));
      figures.cancels += 1;
      figures["named by cancels"] += acts.at(-1)?.mayBeBought.length ?? 0;
    },
    reopen: async () => {
      await say(
        { kind: "reopen" },
        silently(() => purchaser.reopen(executionId, word)),
      );
      figures.reopens += 1;
    },
    skip: async (recIndex) => {
      const run = silently(() => purchaser.skip(executionId, recIndex, word));
      if (await isRefused("already-sent", () => say({ kind: "skip", recIndex }, run))) return false;
      figures.skips += 1;
      return true;
    },
    setLimits: async (changes) => {
      const { maxTotals, maxPrices } = changes;
      const what = { ...(maxTotals === undefined ? {} : { maxTotals }), ...(maxPrices ? { maxPrices } : {}) };
      const run = silently(() => purchaser.setLimits(executionId, { ...word, ...what }));
      const refused = await isRefused("limit-below-spent", () => say({ kind: "limits", ...what }, run));
      figures[refused ? "limits refused" : "limits changed"] += 1;
      return !refused;
    },
    spent: async () => {
      const { money } = await status();
      return totals([...money.bought, ...money.atRisk]);
    },
    unsent: async () => {
      const records = await whileAway(() => ledger.recordsOf(executionId));
      const begun = records.filter(({ state }) => state === "planned" || state === "claimed" || state === "refused");
      return begun.map(({ recIndex }) => recIndex);
    },
    close: () => ledger.close(),
  };
}

/** What an act says, without its times. */
type What = Act extends infer A ? (A extends unknown ? Omit<A, "began" | "returned" | "mayBeBought"> : never) : never;

/** What is taken from the answer to an act. */
type Answer = Partial<Pick<Act, "mayBeBought">>;

async function pricesOf(purchaser: Purchaser<unknown>, execution: AnyExecution): Promise<readonly Money[]> {
  const { recommendations } = await purchaser.plan(execution, { concurrency: 8 });
  return recommendations.map(({ recIndex, price, error }) => {
    if (price === undefined) throw new Error(`#${recIndex} has no price: ${error?.message}`);
    return price;
  });
}

/** Asks again while the ledger cannot be reached. */
async function whileAway<T>(run: (attempt: number) => Promise<T>): Promise<T> {
  for (let attempt = 1; ; attempt += 1) {
    try {
      return await run(attempt);
    } catch (error) {
      const isAway = LedgerError.isInstance(error) && error.code.startsWith("ledger-");
      if (!isAway || attempt === mostAttempts) throw error;
      await delay(100);
    }
  }
}

function isRefusal(error: unknown, code: ErrorCode): boolean {
  return RefusedError.isInstance(error) && error.code === code;
}

async function isRefused(code: ErrorCode, run: () => Promise<void>): Promise<boolean> {
  try {
    await run();
    return false;
  } catch (error) {
    if (isRefusal(error, code)) return true;
    throw error;
  }
}
