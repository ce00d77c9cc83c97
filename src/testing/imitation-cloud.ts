import { z } from "zod";
import type { Commitment, Standing } from "../contract/commitment.ts";
import { PurchaseOutcomeUnknownError, PurchaseRejectedError, RefusedError } from "../contract/errors.ts";
import type { Marker, Provider, Recovery, Submission } from "../contract/executor.ts";
import type { OldResolution, OldServiceExecutor } from "../contract/old-executor.ts";
import type { JsonObject } from "../contract/json.ts";
import { moneySchema } from "../contract/money.ts";
import { quantitySchema } from "../contract/recommendation.ts";

const diskSchema = z.strictObject({
  provider: z.literal("imitation"),
  service: z.literal("disk"),
  account: z.string().min(1),
  size: z.string().min(1),
  quantity: quantitySchema,
  term: z.enum(["P1Y", "P3Y"]),
  maxPrice: moneySchema.optional(),
});

/** A recommendation of the imitation. */
export type Disk = z.infer<typeof diskSchema>;

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

/** What was bought at the imitation; a test may change its state and its marker. */
export interface Order {
  readonly id: string;
  /** The marker, where it carries one. */
  token: string | undefined;
  /** For whom it was really bought, whatever its marker says. */
  readonly boughtFor: string | undefined;
  state: string;
  readonly size: string;
  readonly quantity: number;
  readonly boughtAt: number;
}

const standings: Readonly<Record<string, Standing>> = {
  Failed: "failed",
  BillingFailed: "failed",
  Cancelled: "ended",
  retired: "unclear",
};

/**
 * By what the imitation tells a purchase from another one:
 * - `minted`: an order id that it makes with the quote; a second purchase under it buys no second one, as at Azure.
 * - `chosen`: an id of the buyer's own, made of token and generation, which it sells under once and never again, also
 *   when the purchase came to nothing, as on RDS. It answers that the id is used; the executor then reads, compares and
 *   adopts what is there.
 * - `stamped`: nothing at the purchase: every send buys, and the marker comes after it, as on EC2.
 * - `none`: nothing at all, neither at the purchase nor after it, as on Redshift: a person decides what stays unknown.
 */
export type ImitationIdentity = "minted" | "chosen" | "stamped" | "none";

/** How the imitation is made. */
export interface ImitationCloudOptions {
  readonly identity: ImitationIdentity;
  /** Its clock, in milliseconds since 1970. */
  readonly now: () => number;
}

/** The cloud that {@link createImitationCloud} makes: its provider, what was bought, how often it was asked, its faults. */
export type ImitationCloud = ReturnType<typeof createImitationCloud>;

const recoveries: Readonly<Record<ImitationIdentity, Recovery>> = {
  minted: { kind: "resend", handle: "minted", minimumAge: 300_000, parkAfter: 86_400_000 },
  chosen: { kind: "resend", handle: "derived", minimumAge: 300_000, parkAfter: 86_400_000 },
  stamped: { kind: "absence", answers: 2, minimumAge: 300_000, parkAfter: 86_400_000 },
  none: { kind: "manual", minimumAge: 300_000, parkAfter: 300_000 },
};

/** A cloud in memory, with one service, that a test can make misbehave. */
export function createImitationCloud({ identity, now }: ImitationCloudOptions) {
  const handles = identity === "minted" || identity === "chosen";
  const orders: Order[] = [];
  const counts = { listings: 0, reads: 0, verifications: 0, quotes: 0, sends: 0, resolves: 0, marks: 0 };
  const faults = {
    sends: [] as (SendFault | undefined)[],
    /** What listings do, until changed. */
    listing: undefined as "throws" | "empty" | undefined,
    /** For so many milliseconds nobody can see an order that is bought from now on. */
    lag: 0,
    /** Look-ups of a submission see no more than the listing does (without handles only). */
    listingHidesFromResolve: false,
    /** A state that listings show instead of the true one. */
    listedState: undefined as string | undefined,
    /** What look-ups of a handle do, until changed; `resolves` first, one after the other. */
    resolve: undefined as "throws" | undefined,
    resolves: [] as ("throws" | "works")[],
    mark: undefined as "throws" | undefined,
    price: "10",
    /** Runs after a quote was made, before it is returned. */
    afterQuote: undefined as (() => void) | undefined,
    /** Runs when a send arrives. */
    onSend: undefined as (() => void | Promise<void>) | undefined,
  };
  const visibleFrom = new Map<Order, number>();
  const isVisible = (order: Order) => now() >= (visibleFrom.get(order) ?? 0);
  const expiredHandles = new Set<string>();
  const everBoughtFor = new Map<string, string | undefined>();
  let minted = 0;

  function listedCommitment(order: Order): Commitment {
    return commitmentOf({ ...order, state: faults.listedState ?? order.state });
  }
  function commitmentOf(order: Order): Commitment {
    const standing = standings[order.state] ?? "live";
    const settled = order.state !== "Creating" && order.state !== "OnItsWay";
    const tentative = order.state === "OnItsWay";
    // Where no marker can be stamped, none is missing.
    const marked = identity === "none" || order.token !== undefined;
    return { id: order.id, state: order.state, standing, settled, marked, ...(tentative ? { tentative } : {}) };
  }
  function listed(): readonly Order[] {
    return faults.listing === "empty" ? [] : orders.filter(isVisible);
  }
  function add(order: Partial<Order> & { id: string }): Order {
    const added: Order = {
      token: undefined,
      boughtFor: order.token,
      state: "Creating",
      size: "small",
      quantity: 1,
      boughtAt: now(),
      ...order,
    };
    orders.push(added);
    everBoughtFor.set(added.id, added.boughtFor);
    visibleFrom.set(added, now() + faults.lag);
    return added;
  }
  function purchase(submission: Submission): Order {
    const { size, quantity } = diskSchema.parse(submission.recommendation);
    const id = handles ? orderIdOf(submission) : `order-${(minted += 1)}`;
    const existing = handles ? orders.find((order) => order.id === id) : undefined;
    if (existing !== undefined) return identity === "chosen" ? adopt(existing, size, quantity) : existing;
    const token = handles ? submission.token : undefined;
    return add({ id, token, boughtFor: submission.token, size, quantity });
  }
  /** Bought for the token, under an id that was not asked for. */
  function buyElsewhere({ recommendation, token }: Submission): Order {
    const { size, quantity } = diskSchema.parse(recommendation);
    return add({ id: `other-${(minted += 1)}`, token, size, quantity });
  }
  /** The provider says that the id is used. What is there is read and compared; failed, it is for the drive to judge. */
  function adopt(existing: Order, size: string, quantity: number): Order {
    if (!isVisible(existing)) throw new PurchaseOutcomeUnknownError({ message: "The id is used, and shows nothing." });
    if (existing.size === size && existing.quantity === quantity) return existing;
    throw new PurchaseRejectedError({ message: "The id is used for something else.", providerCode: "AlreadyExists" });
  }
  /** What the ids are that an answer named: ours, by its token, or for a person. */
  function judgeEvidence({ evidence = [], token }: Submission): OldResolution {
    for (const id of evidence) {
      const order = orders.find((candidate) => candidate.id === id && isVisible(candidate));
      if (order?.token === token) return { kind: "found", commitment: commitmentOf(order) };
    }
    return evidence.length === 0
      ? { kind: "absent", reason: "there is no such order" }
      : { kind: "unclear", reason: `whose ${evidence.join(", ")} is cannot be told` };
  }
  function newHandle({ token, generation }: Marker): JsonObject {
    if (identity === "minted") return { orderId: `minted-${(minted += 1)}` };
    if (identity === "chosen") return { orderId: `${token.slice(0, 32)}-${generation}` };
    return { baseline: orders.map(({ id }) => id) };
  }

  const executor: OldServiceExecutor<Disk> = {
    provider: "imitation",
    service: "disk",
    recovery: recoveries[identity],
    sendTimeout: 60_000,
    schema: diskSchema,
    describe: ({ quantity, size }) => `${quantity} × ${size}`,
    scopeOf: ({ account }) => ({ key: `imitation/${account}`, label: `account ${account}` }),
    ...(handles ? {} : { laneOf: ({ size }: Disk) => `lane of ${size}` }),

    findByTokens: async (_scope, { tokens, ids }, { signal }) => {
      signal.throwIfAborted();
      counts.listings += 1;
      if (faults.listing === "throws") throw new Error("503 from the listing");
      const byToken = new Map<string, Commitment[]>();
      for (const order of listed()) {
        if (order.token === undefined || !tokens.has(order.token)) continue;
        byToken.set(order.token, [...(byToken.get(order.token) ?? []), listedCommitment(order)]);
      }
      const seen = listed().filter(({ id }) => ids.has(id));
      return { byToken, byId: new Map(seen.map((order) => [order.id, listedCommitment(order)])) };
    },
    read: async (_scope, id, { signal }) => {
      signal.throwIfAborted();
      counts.reads += 1;
      const order = orders.find((candidate) => candidate.id === id);
      return order && commitmentOf(order);
    },
    verify: async (recommendation, { id }, { signal }) => {
      signal.throwIfAborted();
      counts.verifications += 1;
      const order = orders.find((candidate) => candidate.id === id);
      return (["size", "quantity"] as const).flatMap((field) => {
        const [asked, found] = [String(recommendation[field]), String(order?.[field])];
        return asked === found ? [] : [{ field, asked, found }];
      });
    },
    quote: async (recommendation, marker, { signal }) => {
      signal.throwIfAborted();
      counts.quotes += 1;
      const handle = newHandle(marker);
      faults.afterQuote?.();
      const { size, quantity } = recommendation;
      return {
        price: { amount: faults.price, currency: "GBP" },
        handle,
        request: { size, quantity, token: marker.token },
      };
    },
    doPurchase: async (submission) => {
      counts.sends += 1;
      await faults.onSend?.();
      const handle = handles ? orderIdOf(submission) : "";
      const fault = faults.sends.shift();
      if (fault === "rejected") {
        throw new PurchaseRejectedError({ message: "The card was declined.", providerCode: "CardDeclined" });
      }
      if (fault === "throws") throw new TypeError("cannot read properties of undefined");
      if (fault === "lost-before") throw new PurchaseOutcomeUnknownError({ message: "connection reset" });
      if (fault === "expired" || fault === "rejected-as-expired") expiredHandles.add(handle);
      if (identity === "minted" && expiredHandles.has(handle) && !orders.some(({ id }) => id === handle)) {
        if (fault === "rejected-as-expired") purchase(submission);
        throw new PurchaseRejectedError({
          message: "Session timed out.",
          providerCode: "BadRequest",
          handleExpired: true,
        });
      }
      if (fault === "other-order") {
        const evidence = [buyElsewhere(submission).id];
        throw new PurchaseOutcomeUnknownError({ message: `The answer names ${evidence[0]}.`, evidence });
      }
      const order = purchase(submission);
      if (fault === "refused-although-bought") {
        throw new PurchaseRejectedError({ message: "The quantity is invalid.", providerCode: "InvalidQuantity" });
      }
      if (fault === "failed") order.state = "Failed";
      if (fault === "lost-after") throw new PurchaseOutcomeUnknownError({ message: "connection reset" });
      return commitmentOf(order);
    },
    resolve: async (submission, { owned, signal }) => {
      signal.throwIfAborted();
      counts.resolves += 1;
      if ((faults.resolves.shift() ?? faults.resolve) === "throws") throw new Error("503 from the look-up");
      if (handles) {
        const order = orders.find(({ id }) => id === orderIdOf(submission));
        const { size, quantity } = submission.request;
        if (order !== undefined && (order.size !== size || order.quantity !== quantity)) {
          return { kind: "unclear", reason: "the id is used for something else" };
        }
        // A minted id can be read at once; one of the buyer's own is looked for in what the provider shows.
        if (order && (identity === "minted" || isVisible(order))) {
          return { kind: "found", commitment: commitmentOf(order) };
        }
        return judgeEvidence(submission);
      }
      if (faults.listingHidesFromResolve && faults.listing === "empty")
        return { kind: "absent", reason: "nothing is there" };
      const baseline = new Set(z.array(z.string()).parse(submission.handle["baseline"]));
      const fresh = orders.filter((order) => isVisible(order) && !baseline.has(order.id) && !owned.has(order.id));
      const own = fresh.find(({ token }) => token === submission.token);
      if (own !== undefined) return { kind: "found", commitment: commitmentOf(own) };
      const { size } = diskSchema.parse(submission.recommendation);
      const candidates = fresh.filter((order) => order.token === undefined && order.size === size);
      const [only, ...more] = candidates;
      if (only === undefined) return { kind: "absent", reason: "nothing new is there" };
      return more.length === 0
        ? { kind: "found", commitment: commitmentOf(only), by: "guess" }
        : { kind: "unclear", reason: "several new ones are there", candidates: candidates.map(({ id }) => id) };
    },
    list: async (_scope, { signal }) => {
      signal.throwIfAborted();
      if (faults.listing === "throws") throw new Error("503 from the listing");
      return listed().map((order) => ({
        commitment: { ...listedCommitment(order), purchasedAt: new Date(order.boughtAt).toISOString() },
        token: order.token,
        attributes: { size: order.size },
        count: order.quantity,
      }));
    },
    ...(identity !== "stamped"
      ? {}
      : {
          mark: async ({ id }, _submission, { token }) => {
            counts.marks += 1;
            if (faults.mark === "throws") throw new RefusedError({ code: "access-denied", message: "may not tag" });
            const order = orders.find((candidate) => candidate.id === id);
            if (order === undefined || !isVisible(order)) throw new Error("no such order");
            order.token = token;
            return commitmentOf(order);
          },
        }),
  };
  const provider: Provider = { name: "imitation", services: { disk: executor } };
  return {
    provider,
    executor,
    orders,
    counts,
    faults,
    add,
    /** Everything can be seen again. */
    show: () => visibleFrom.clear(),
    /** The handle can no longer be bought under, unless it was. */
    expire: (submission: Submission) => void expiredHandles.add(orderIdOf(submission)),
    /** For whom it was really bought, by its id. */
    boughtFor: (id: string) => everBoughtFor.get(id),
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
    live: (token: string) =>
      orders.filter((order) => order.boughtFor === token && (standings[order.state] ?? "live") === "live"),
  };
}

function orderIdOf({ handle }: Submission): string {
  return z.string().parse(handle["orderId"]);
}

/** A small disk for a year, unless changed. */
export function disk(changes: Partial<Disk> = {}): Disk {
  return { provider: "imitation", service: "disk", account: "a", size: "small", quantity: 1, term: "P1Y", ...changes };
}
