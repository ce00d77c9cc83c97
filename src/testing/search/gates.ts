import { LedgerError } from "../../contract/errors.ts";
import type { ServiceExecutor, Submission } from "../../contract/executor.ts";
import type { Inventory } from "../../contract/inventory.ts";
import type { Ledger } from "../../contract/ledger.ts";
import type { PurchaseAnswer } from "../../contract/purchase-answer.ts";
import type { Scheduler, Way } from "./scheduler.ts";

const works: Way = { name: "works", costs: "nothing" };
const diesBefore: Way = { name: "crash before", costs: "crash" };
const diesAfter: Way = { name: "applied, then crash", costs: "crash" };
const pause: Way = { name: "pause", costs: "fault" };
const fails: Way = { name: "fails", costs: "fault" };
const answerLost: Way = { name: "applied, answer lost", costs: "fault" };

/** What a dead driver waits for. A new one each time: what waits on a shared promise would be kept for ever. */
const never = () => new Promise<never>(() => undefined);

/** Runs an effect the way that the scheduler says. */
async function perform<T>(way: Way, run: () => Promise<T>, error: () => Error): Promise<T> {
  if (way === diesBefore) return never();
  if (way === fails) throw error();
  const result = await run();
  if (way === diesAfter) return never();
  if (way === answerLost) throw error();
  return result;
}

/** A ledger each of whose calls is an effect of one driver. */
export function gateLedger(ledger: Ledger, driver: string, scheduler: Scheduler): Ledger {
  const error = () => new LedgerError({ code: "ledger-unavailable", message: "The ledger is gone." });
  const gate =
    <Parameters extends unknown[], T>(
      name: string,
      run: (...parameters: Parameters) => Promise<T>,
      ways: readonly Way[],
    ) =>
    async (...parameters: Parameters): Promise<T> => {
      const way = await scheduler.reach(driver, `ledger.${name}`, ways);
      return perform(way, () => run(...parameters), error);
    };
  const writes = [works, diesBefore, diesAfter, pause, fails, answerLost];
  return {
    recordExecution: gate("recordExecution", ledger.recordExecution, [works, diesBefore, diesAfter, fails, answerLost]),
    recordSubmitted: gate("recordSubmitted", ledger.recordSubmitted, writes),
    askRedrive: gate("askRedrive", ledger.askRedrive, writes),
    amend: gate("amend", ledger.amend, [works, diesBefore, diesAfter, fails, answerLost]),
    claim: gate("claim", ledger.claim, writes),
    submit: gate("submit", ledger.submit, writes),
    purchase: gate("purchase", ledger.purchase, writes),
    observe: gate("observe", ledger.observe, writes),
    reject: gate("reject", ledger.reject, writes),
    refuse: gate("refuse", ledger.refuse, writes),
    unknown: gate("unknown", ledger.unknown, writes),
    evidence: gate("evidence", ledger.evidence, writes),
    resend: gate("resend", ledger.resend, writes),
    park: gate("park", ledger.park, writes),
    proven: gate("proven", ledger.proven, writes),
    dead: gate("dead", ledger.dead, writes),
    reopen: gate("reopen", ledger.reopen, writes),
    release: gate("release", ledger.release, [works, diesBefore]),
    // Reads that change nothing need no order of their own; they run with the effect before them.
    now: ledger.now,
    recorded: ledger.recorded,
    checkPlace: ledger.checkPlace,
    purchasedIn: ledger.purchasedIn,
    boughtAlike: ledger.boughtAlike,
    ownedByOthers: ledger.ownedByOthers,
    execution: ledger.execution,
    executions: ledger.executions,
    executionHistory: ledger.executionHistory,
    historySince: ledger.historySince,
    submitterOf: ledger.submitterOf,
    executionOfKey: ledger.executionOfKey,
    recordsOf: ledger.recordsOf,
    countFrom: ledger.countFrom,
    decide: ledger.decide,
    unfinished: ledger.unfinished,
    records: ledger.records,
    history: ledger.history,
    restoredAt: ledger.restoredAt,
    markRestored: ledger.markRestored,
    renew: ledger.renew,
    // A drive sends no messages.
    registerWebhook: ledger.registerWebhook,
    removeWebhook: ledger.removeWebhook,
    enableWebhook: ledger.enableWebhook,
    webhooks: ledger.webhooks,
    takeMessages: ledger.takeMessages,
    settleMessage: ledger.settleMessage,
    expireMessages: ledger.expireMessages,
    close: ledger.close,
  };
}

/** What a cloud offers to the search beyond its executor. */
export interface SearchedCloud {
  readonly executor: ServiceExecutor;
  /** Live commitments that were really bought for a token, whatever their marker says. */
  live(token: string): readonly { readonly id: string }[];
  /** The token that a commitment was really bought for; undefined for what others bought. Left out where nobody else buys. */
  boughtFor?(id: string): string | undefined;
  /** Buys for a submission under an id that was not asked for, and returns that id. Left out where the provider chooses the id. */
  buyElsewhere?(submission: Submission): { readonly id: string };
  /** What is bought from now on can be seen only after so many milliseconds. */
  lag(milliseconds: number): void;
  /** The submission's handle can no longer be bought under, unless it was. Left out where handles do not expire. */
  expire?(submission: Submission): void;
  /** What was bought under an id comes to nothing, in the provider's final state. Left out where that cannot be. */
  fail?(id: string): void;
  /**
   * The longest time (milliseconds) for which the provider hides what it sold. Default four minutes, which is less than
   * the five after which an absence is believed; more where nothing that the provider shows can be relied upon.
   */
  readonly hides?: number;
  /** So long (milliseconds) may it hide one whose death was proven meanwhile. Default: never longer than `hides`. */
  readonly hidesLonger?: number;
  /** Ids are not kept where purchases are merged: a person decides which one holds what was bought. Default: ids are kept. */
  readonly merges?: boolean;
}

const usuallyHides = 4 * 60_000;

/** What is told about the sends of a driver, and about everything that they bought, whether or not the driver hears of it. */
export interface Purchases {
  /** The driver sends it. */
  sent(submission: Submission): void;
  bought(token: string): void;
  /** It was bought, and came to nothing. */
  failed(token: string): void;
}

/** An executor each of whose calls is an effect of one driver. */
export function gateExecutor(
  cloud: SearchedCloud,
  driver: string,
  scheduler: Scheduler,
  purchases: Purchases,
  sendWays: (name: string) => boolean = () => true,
): ServiceExecutor {
  const { executor } = cloud;
  const read = async <T>(name: string, run: () => Promise<T>, ways: readonly Way[] = reads): Promise<T> =>
    perform(await scheduler.reach(driver, name, ways), run, unavailable);
  const sends = waysToSend(cloud).filter(({ name }) => name === works.name || sendWays(name));
  const { mark } = executor;
  return {
    ...executor,
    inventory: gateInventory(executor.inventory, driver, scheduler),
    quote: (...parameters) => read("quote", () => executor.quote(...parameters)),
    resolve: (...parameters) => read("resolve", () => executor.resolve(...parameters)),
    send: async (submission, context) => {
      const way = await scheduler.reach(driver, `send ${submission.attempt}`, sends);
      if (way !== diesBefore) purchases.sent(submission);
      return send(cloud, way, submission, context, purchases);
    },
    ...(mark === undefined
      ? {}
      : {
          mark: (...parameters: Parameters<typeof mark>) =>
            read("mark", () => mark(...parameters), [...reads, diesAfter, answerLost]),
        }),
  };
}

const reads = [works, diesBefore, fails, pause];
const unavailable = () => new Error("503");
const stale: Way = { name: "stale", costs: "fault" };

function gateInventory(inventory: Inventory, driver: string, scheduler: Scheduler): Inventory {
  const read = async <T>(name: string, run: () => Promise<T>): Promise<T> =>
    perform(await scheduler.reach(driver, name, reads), run, unavailable);
  const { facts } = inventory;
  return {
    ...inventory,
    list: async function* (...parameters) {
      const way = await scheduler.reach(driver, "list", [...reads, stale]);
      // The worst that a stale or unseen listing can be: nothing at all.
      if (way === stale) return;
      const pages = async () => Array.fromAsync(inventory.list(...parameters));
      for (const [index, page] of (await perform(way, pages, unavailable)).entries()) {
        // What is asked for meanwhile comes before or after each further page.
        yield index === 0 ? page : await read("next page", async () => page);
      }
    },
    read: (...parameters) => read("read", () => inventory.read(...parameters)),
    ...(facts === undefined
      ? {}
      : { facts: (...parameters: Parameters<typeof facts>) => read("facts", () => facts(...parameters)) }),
  };
}

const lostBefore: Way = { name: "not sent, answer lost", costs: "fault" };
const rejects: Way = { name: "rejected", costs: "fault" };
const late: Way = { name: "bought, visible late", costs: "fault" };
const lateAndLost: Way = { name: "bought, answer lost, visible late", costs: "fault" };
const expires: Way = { name: "handle expired", costs: "fault" };
const failed: Way = { name: "came to nothing", costs: "failure" };
const failsLater: Way = { name: "bought, then came to nothing", costs: "failure" };
const failedAndLost: Way = { name: "came to nothing, answer lost", costs: "failure" };
// What a hop that repeats a request makes of a purchase that was carried out: the answers that lie.
const expiredThough: Way = { name: "bought, and called expired", costs: "fault" };
const refusedThough: Way = { name: "bought, and refused", costs: "fault" };
const twice: Way = { name: "repeated on the way", costs: "fault" };
const otherId: Way = { name: "bought under another id", costs: "fault" };
const otherIdLate: Way = { name: "bought under another id, visible late", costs: "fault" };
const tooLate: Way = { name: "bought, answer lost, visible after it may be called dead", costs: "fault" };

function waysToSend({ executor, expire, buyElsewhere, hidesLonger, fail }: SearchedCloud): readonly Way[] {
  const handles = executor.recovery.kind === "resend";
  return [
    works,
    diesBefore,
    diesAfter,
    pause,
    answerLost,
    lostBefore,
    rejects,
    ...(expire === undefined ? [] : [expires]),
    late,
    lateAndLost,
    expiredThough,
    ...(handles ? [refusedThough, twice] : []),
    ...(buyElsewhere === undefined ? [] : [otherId, otherIdLate]),
    ...(hidesLonger === undefined ? [] : [tooLate]),
    ...(fail === undefined ? [] : [failed, failsLater, failedAndLost]),
  ];
}

const unheard: PurchaseAnswer = { kind: "unknown", reason: "connection reset" };

function refusal(reason: string, providerCode: string, expired = false): PurchaseAnswer {
  return { kind: "rejected", reason, providerCode, left: true, expired, retryable: false };
}

/** One send in the way that the scheduler chose. */
async function send(
  cloud: SearchedCloud,
  way: Way,
  submission: Submission,
  context: { readonly sentBefore: boolean },
  purchases: Purchases,
): Promise<PurchaseAnswer> {
  const { executor, buyElsewhere, expire, hides = usuallyHides, hidesLonger = hides } = cloud;
  const isLate = way === late || way === lateAndLost || way === otherIdLate;
  if (way === lostBefore) return unheard;
  if (way === rejects) return refusal("declined", "CardDeclined");
  if (way === expires) expire?.(submission);
  cloud.lag(way === tooLate ? hidesLonger : isLate ? hides : 0);
  if (way === otherId || way === otherIdLate) {
    const evidence = [buyElsewhere?.(submission).id ?? ""];
    purchases.bought(submission.token);
    cloud.lag(0);
    return { kind: "unknown", reason: "the answer names another one", evidence };
  }
  const carryOut = async () => {
    if (way === twice) await executor.send(submission, context);
    const answer = await executor.send(submission, context);
    if (answer.kind === "bought" || answer.kind === "exists") purchases.bought(submission.token);
    return answer;
  };
  const lost = () => new Error("connection reset");
  const answer = await perform(way, carryOut, lost);
  cloud.lag(0);
  if (way === lateAndLost || way === tooLate) return unheard;
  if (way === expiredThough) return refusal("timed out", "BadRequest", true);
  if (way === refusedThough) return refusal("declined", "CardDeclined");
  return way.costs === "failure" ? failing(cloud, way, submission, answer, purchases) : answer;
}

/** What was bought comes to nothing, at once or later. */
async function failing(
  { executor, fail }: SearchedCloud,
  way: Way,
  submission: Submission,
  answer: PurchaseAnswer,
  purchases: Purchases,
): Promise<PurchaseAnswer> {
  if (answer.kind !== "bought") return answer;
  const { commitment } = answer;
  fail?.(commitment.id);
  purchases.failed(submission.token);
  if (way === failedAndLost) return unheard;
  if (way === failsLater) return answer;
  const options = { signal: new AbortController().signal };
  const seen = await executor.inventory.read(submission.scope, commitment.id, options);
  return { kind: "bought", commitment: { ...commitment, ...seen?.commitment } };
}
