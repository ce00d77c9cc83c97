import type { Provider, Submission } from "../../contract/executor.ts";
import { createDiskExecutor } from "./disk-executor.ts";
import { createOrderBook, type Order, orderIdOf, standingOf } from "./order-book.ts";

/** What the next send meets. */
export type SendFault =
  | "rejected"
  /** The quote is stale: nothing was bought, and nothing can be under this handle. Only a minted one expires. */
  | "expired"
  /** The handle was used up by an earlier send, whose order shows only after this answer. */
  | "rejected-as-expired"
  /** Bought, and refused: the answer to a request that something on the way repeated. */
  | "refused-although-bought"
  /** Bought under another id than the one that was sent, which the answer names. */
  | "other-order"
  /** Bought, and the answer was lost. */
  | "lost-after"
  /** Not bought, and the answer was lost. */
  | "lost-before"
  /** Taken, and ended as failed at once. */
  | "failed"
  /** The executor has a defect. */
  | "throws";

/** What the imitation does wrong, until changed. */
export interface ImitationFaults {
  /** What the next sends meet, one after the other. */
  sends: (SendFault | undefined)[];
  listing: "throws" | "empty" | undefined;
  /** For so many milliseconds nobody can see an order that is bought from now on. */
  lag: number;
  /** Look-ups of a submission see no more than the listing does (without handles only). */
  listingHidesFromResolve: boolean;
  /** A state that listings show instead of the true one. */
  listedState: string | undefined;
  /** What look-ups of a handle do; `resolves` first, one after the other. */
  resolve: "throws" | undefined;
  resolves: ("throws" | "works")[];
  mark: "throws" | undefined;
  price: string;
  /** Runs after a quote was made, before it is returned. */
  afterQuote: (() => void) | undefined;
  /** Runs when a send arrives. */
  onSend: (() => void | Promise<void>) | undefined;
}

/**
 * By what the imitation tells a purchase from another one:
 * - `minted`: an order id that it makes with the quote; a second purchase under it buys no second one, as at Azure.
 * - `chosen`: an id of the buyer's own, made of token and generation, which it sells under once and never again, also
 *   when the purchase came to nothing, as on RDS: it answers that something exists under the id.
 * - `stamped`: nothing at the purchase: every send buys, and the marker comes after it, as on EC2.
 * - `named`: a name made of the token, which goes with the purchase and keeps nobody from buying another one under it: every send
 *   buys, as MediaConnect is taken to.
 * - `none`: nothing at all, neither at the purchase nor after it, as on Redshift: a person decides what stays unknown.
 */
export type ImitationIdentity = "minted" | "chosen" | "stamped" | "named" | "none";

/** How the imitation is made. */
export interface ImitationCloudOptions {
  readonly identity: ImitationIdentity;
  /** Its clock, in milliseconds since 1970. */
  readonly now: () => number;
}

/** The cloud that {@link createImitationCloud} makes: its provider, what was bought, how often it was asked, its faults. */
export type ImitationCloud = ReturnType<typeof createImitationCloud>;

/** A cloud in memory, with one service, that a test can make misbehave. */
export function createImitationCloud({ identity, now }: ImitationCloudOptions) {
  const faults: ImitationFaults = {
    sends: [],
    listing: undefined,
    lag: 0,
    listingHidesFromResolve: false,
    listedState: undefined,
    resolve: undefined,
    resolves: [],
    mark: undefined,
    price: "10",
    afterQuote: undefined,
    onSend: undefined,
  };
  const counts = { listings: 0, reads: 0, facts: 0, quotes: 0, sends: 0, resolves: 0, marks: 0 };
  const book = createOrderBook(identity, now, faults);
  const executor = createDiskExecutor({ identity, book, faults, counts });
  const provider: Provider = { name: "imitation", services: { disk: executor } };
  const { orders, add, show, boughtFor, buyElsewhere } = book;
  return {
    provider,
    executor,
    orders,
    counts,
    faults,
    add,
    /** Everything can be seen again. */
    show,
    /** The handle can no longer be bought under, unless it was. */
    expire: (submission: Submission) => book.expire(orderIdOf(submission)),
    /** For whom it was really bought, by its id. */
    boughtFor,
    /** Bought for a token under an id that was not asked for, as the answer to a send may name. */
    buyElsewhere,
    /** It is gone without a trace, as if it had never been. */
    vanish: (id: string) => void orders.splice(orders.findIndex((order) => order.id === id) >>> 0, 1),
    /** What was bought comes to nothing: the provider's final state. */
    fail: (id: string) => {
      const order = orders.find((candidate) => candidate.id === id);
      if (order !== undefined) order.state = "BillingFailed";
    },
    /** What is live and was bought for a token, whatever its marker says. */
    live: (token: string): readonly Order[] =>
      orders.filter((order) => order.boughtFor === token && standingOf(order) === "live"),
  };
}
