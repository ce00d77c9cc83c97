import pLimit from "p-limit";
import type { Environment } from "../../src/contract/environment.ts";
import type { OnWait } from "../../src/contract/executor.ts";
import { withSignal } from "./with-signal.ts";

/** What the answer to one request says about the limit that it counts towards. */
export interface LimitSaid {
  /** How many more the service takes now, where it says so. */
  readonly left?: number | undefined;
  /** It was refused because too many came. */
  readonly refused?: boolean;
  /** It was carried out. */
  readonly accepted?: boolean;
  /** Milliseconds that the service asks to wait. */
  readonly retryAfter?: number | undefined;
}

/** Called once, with the answer's word about the limit; without one where there was no answer. */
export type EndTurn = (said?: LimitSaid) => void;

/** Whose request it is that waits for its turn. */
export interface TurnOptions {
  readonly signal?: AbortSignal | undefined;
  /** Told when it begins to wait for more than the answer to a request that is under way. */
  readonly onWait?: OnWait | undefined;
}

/** The pace of the requests that count towards one limit of a service: of a tenant, or an account in a region. */
export interface Pace {
  /** How many more the service takes now, less what is under way or kept back; undefined while it has not said. */
  left(): number | undefined;
  /** Waits for its turn, and counts a request as begun. Rejects with the signal's reason, and counts nothing then. */
  begin(options: TurnOptions): Promise<EndTurn>;
  /** Counts one as begun that does not wait: a purchase, once it is written ahead. What was kept back for one is used. */
  beginNow(): EndTurn;
}

/** What is paced, and how. */
export interface PaceOptions {
  readonly environment: Pick<Environment, "sleep" | "readClock">;
  /** Each that waits for its turn is a price, for whose purchase one more is kept back. Default false. */
  readonly withPurchase?: boolean;
}

/**
 * Milliseconds between two requests while too few are left, by which the service is asked how many there are now: nothing
 * says when a limit is filled up. 1,200 an hour are one in three seconds, and a price and its purchase are two.
 */
const askEvery = 6_000;

/** Milliseconds for which one is kept back for the purchase of a price: as long as a price is bought at. */
const keptBackFor = 120_000;

/** The first wait after a refusal that names none, in milliseconds; it doubles with each further one in a row. */
const firstHold = 1_000;
const longestHold = 60_000;

/** The longest that a `Retry-After` is waited for, in milliseconds: limits are counted by the hour at most. */
const longestRetryAfter = 3_600_000;

/** How often one request waits anew, because something else was said meanwhile. */
const mostWaits = 1_000;

/** A refusal: nothing is begun before its end. */
interface Hold {
  readonly until: number;
}

/**
 * Makes the pace of one limit. It goes by what the service says, so it needs no setting, and whoever else uses up the limit is
 * allowed for: while too few are left for a price and its purchase no new price is asked for, but for one now and then; after
 * a refusal nothing is, for as long as the service asks. Times are on the monotonic clock.
 */
export function createPace({ environment, withPurchase = false }: PaceOptions): Pace {
  return new LimitPace(environment, withPurchase);
}

class LimitPace implements Pace {
  readonly #environment: PaceOptions["environment"];
  readonly #withPurchase: boolean;
  readonly #queue = pLimit(1);
  /** Until when each is kept back that follows a price. */
  #keptBack: number[] = [];
  #said: number | undefined;
  /** How many were begun when that was said: the answer to an earlier one is older news. */
  #begunThen = 0;
  #begun = 0;
  #underWay = 0;
  /** Those of them that are prices: each may be followed by its purchase. */
  #pricing = 0;
  #lastBegun = Number.NEGATIVE_INFINITY;
  #hold: Hold | undefined;
  #refusals = 0;
  /** Aborted when an answer came. */
  #news = new AbortController();

  constructor(environment: PaceOptions["environment"], withPurchase: boolean) {
    this.#environment = environment;
    this.#withPurchase = withPurchase;
  }

  left(): number | undefined {
    if (this.#hold !== undefined && this.#hold.until > this.#now()) return 0;
    if (this.#said === undefined) return undefined;
    return Math.max(0, this.#said - this.#underWay - this.#pricing - this.#kept().length);
  }

  async begin(options: TurnOptions): Promise<EndTurn> {
    const { signal } = options;
    const turn = this.#queue(() => this.#waitForTurn(options));
    if (signal === undefined) return turn;
    try {
      return await withSignal(turn, signal);
    } catch (error) {
      // Its turn may have come in the same moment: nobody takes it.
      turn.then(
        (end) => end(),
        () => undefined,
      );
      throw error;
    }
  }

  beginNow(): EndTurn {
    this.#keptBack.shift();
    return this.#count(false);
  }

  #now(): number {
    return this.#environment.readClock().monotonic;
  }

  #kept(): readonly number[] {
    const now = this.#now();
    return (this.#keptBack = this.#keptBack.filter((until) => until > now));
  }

  async #waitForTurn({ signal, onWait }: TurnOptions): Promise<EndTurn> {
    let tell = onWait;
    for (let waits = 0; waits < mostWaits; waits += 1) {
      signal?.throwIfAborted();
      const wait = this.#toWait();
      if (wait <= 0) break;
      if (wait !== Number.POSITIVE_INFINITY) {
        tell?.(wait);
        tell = undefined;
      }
      const before = this.#hold;
      if (await this.#newsWithin(wait, signal)) continue;
      // Slept through, also where the clock stood still: this one finds out.
      if (this.#hold === before) break;
    }
    this.#hold = undefined;
    return this.#count(this.#withPurchase);
  }

  /** Milliseconds to wait for; `Infinity`: for the answer to what is under way. */
  #toWait(): number {
    const now = this.#now();
    if (this.#hold !== undefined) return this.#hold.until - now;
    const needed = this.#withPurchase ? 2 : 1;
    if ((this.left() ?? needed) >= needed) return 0;
    if (this.#underWay > 0) return Number.POSITIVE_INFINITY;
    // The last one may be kept back for a purchase.
    const [used = now] = this.#said === 0 ? [] : this.#kept();
    return Math.max(used, this.#lastBegun + askEvery) - now;
  }

  /** Whether an answer came before the wait was over. */
  async #newsWithin(wait: number, signal: AbortSignal | undefined): Promise<boolean> {
    const { signal: news } = this.#news;
    if (wait === Number.POSITIVE_INFINITY) {
      const heard = new Promise<void>((resolve) => news.addEventListener("abort", () => resolve(), { once: true }));
      await (signal ? withSignal(heard, signal) : heard);
      return true;
    }
    try {
      await this.#environment.sleep(wait, signal ? AbortSignal.any([signal, news]) : news);
      return false;
    } catch (error) {
      signal?.throwIfAborted();
      if (news.aborted) return true;
      throw error;
    }
  }

  #count(isPrice: boolean): EndTurn {
    this.#begun += 1;
    this.#underWay += 1;
    if (isPrice) this.#pricing += 1;
    this.#lastBegun = this.#now();
    const number = this.#begun;
    return (said) => {
      this.#underWay -= 1;
      if (isPrice) this.#pricing -= 1;
      if (said !== undefined) this.#hear(said, number);
      if (isPrice && said?.accepted === true) this.#keptBack.push(this.#now() + keptBackFor);
      this.#news.abort();
      this.#news = new AbortController();
    };
  }

  #hear({ left, refused = false, retryAfter }: LimitSaid, number: number): void {
    const isNews = number > this.#begunThen;
    if (refused) {
      // Those that were sent together are refused together.
      if (isNews) this.#refusals += 1;
      const pause = Math.min(firstHold * 2 ** (this.#refusals - 1), longestHold);
      const until = this.#now() + Math.max(pause, Math.min(retryAfter ?? 0, longestRetryAfter));
      if (this.#hold === undefined || until > this.#hold.until) this.#hold = { until };
    } else if (isNews) this.#refusals = 0;
    const count = refused ? 0 : left;
    if (!isNews && (count === undefined || count >= (this.#said ?? Number.POSITIVE_INFINITY))) return;
    this.#said = count;
    this.#begunThen = this.#begun;
  }
}
