import { z } from "zod";
import type { Commitment } from "../../contract/commitment.ts";
import { RefusedError } from "../../contract/errors.ts";
import type { Marker, Recovery, Resolution, ServiceExecutor, Submission } from "../../contract/executor.ts";
import type { Inventory } from "../../contract/inventory.ts";
import type { JsonObject } from "../../contract/json.ts";
import type { Listed } from "../../contract/listed.ts";
import type { PurchaseAnswer } from "../../contract/purchase-answer.ts";
import type { TokenMark } from "../../contract/token.ts";
import type { ImitationFaults, ImitationIdentity } from "./imitation-cloud.ts";
import { type Disk, diskSchema, type Order, type OrderBook, orderIdOf, standingOf } from "./order-book.ts";

/** What the executor works with. */
interface DiskParts {
  readonly identity: ImitationIdentity;
  readonly book: OrderBook;
  readonly faults: ImitationFaults;
  /** How often each member was called. */
  readonly counts: Record<"listings" | "reads" | "facts" | "quotes" | "sends" | "resolves" | "marks", number>;
}

const recoveries: Readonly<Record<ImitationIdentity, Recovery>> = {
  minted: { kind: "resend", handle: "minted", minimumAge: 300_000, parkAfter: 86_400_000 },
  chosen: { kind: "resend", handle: "derived", minimumAge: 300_000, parkAfter: 86_400_000 },
  stamped: { kind: "absence", answers: 2, minimumAge: 300_000, parkAfter: 86_400_000 },
  named: { kind: "absence", answers: 2, minimumAge: 300_000, parkAfter: 86_400_000 },
  none: { kind: "manual", minimumAge: 300_000, parkAfter: 300_000 },
};

const hasHandles = (identity: ImitationIdentity) => identity === "minted" || identity === "chosen";

/** The imitation's one service. */
export function createDiskExecutor(parts: DiskParts): ServiceExecutor<Disk> {
  const { identity, book, faults, counts } = parts;
  const handles = hasHandles(identity);
  return {
    provider: "imitation",
    service: "disk",
    recovery: recoveries[identity],
    sendTimeout: 60_000,
    schema: diskSchema,
    inventory: createInventory(parts),
    describe: ({ quantity, size }) => `${quantity} × ${size}`,
    scopeOf: ({ account }) => ({ key: `imitation/${account}`, label: `account ${account}` }),
    ...(handles ? {} : { laneOf: ({ size }: Disk) => `lane of ${size}` }),
    factsOf: ({ size, quantity }) => ({ decisive: { size, quantity: String(quantity) }, ifStated: {} }),
    quote: async ({ size, quantity }, marker, { signal }) => {
      signal.throwIfAborted();
      counts.quotes += 1;
      const handle = newHandle(marker, parts);
      faults.afterQuote?.();
      const price = { amount: faults.price, currency: "GBP" };
      return { price, handle, request: { size, quantity, token: marker.token } };
    },
    send: async (submission) => {
      counts.sends += 1;
      await faults.onSend?.();
      return answerTo(submission, parts);
    },
    resolve: async (submission, { owned, signal }) => {
      signal.throwIfAborted();
      counts.resolves += 1;
      if ((faults.resolves.shift() ?? faults.resolve) === "throws") throw new Error("503 from the look-up");
      return handles ? resolveHandle(submission, parts) : resolveBaseline(submission, owned, parts);
    },
    ...(identity !== "stamped"
      ? {}
      : {
          mark: async ({ id }, _submission, { token }) => {
            counts.marks += 1;
            if (faults.mark === "throws") throw new RefusedError({ code: "access-denied", message: "may not tag" });
            const order = book.find(id);
            if (order === undefined || !book.isVisible(order)) throw new Error("no such order");
            order.token = token;
            return commitmentOf(order, identity);
          },
        }),
  };
}

function createInventory({ identity, book, faults, counts }: DiskParts): Inventory {
  const listed = (order: Order): Listed => ({
    commitment: commitmentOf(order, identity),
    marks: marksOf(order),
    // A minted order is like Azure's: it does not say in a list what it is of.
    facts: identity === "minted" ? { quantity: String(order.quantity) } : factsOf(order),
  });
  return {
    list: async function* (_scope, { signal }) {
      signal.throwIfAborted();
      counts.listings += 1;
      if (faults.listing === "throws") throw new Error("503 from the listing");
      const shown = faults.listing === "empty" ? [] : book.orders.filter(book.isVisible);
      yield shown.map((order) => listed({ ...order, state: faults.listedState ?? order.state }));
    },
    read: async (_scope, id, { signal }) => {
      signal.throwIfAborted();
      counts.reads += 1;
      const order = book.find(id);
      return order && listed(order);
    },
    ...(identity !== "minted"
      ? {}
      : {
          facts: async (_scope, { id }, { signal }) => {
            signal.throwIfAborted();
            counts.facts += 1;
            const order = book.find(id);
            return order === undefined ? {} : factsOf(order);
          },
        }),
  };
}

function marksOf({ token }: Order): readonly TokenMark[] {
  return token === undefined ? [] : [{ text: token, whole: true }];
}

function factsOf({ size, quantity }: Order) {
  return { size, quantity: String(quantity) };
}

function commitmentOf(order: Order, identity: ImitationIdentity): Commitment {
  const { id, state, token, boughtAt } = order;
  const settled = state !== "Creating" && state !== "OnItsWay";
  return {
    id,
    state,
    standing: standingOf(order),
    settled,
    // Where no marker can be stamped, none is waited for.
    marked: identity === "none" ? "waived" : token !== undefined,
    ...(state === "OnItsWay" ? { tentative: true } : {}),
    purchasedAt: new Date(boughtAt).toISOString(),
  };
}

function newHandle({ token, generation }: Marker, { identity, book }: DiskParts): JsonObject {
  if (identity === "minted") return { orderId: `minted-${book.newNumber()}` };
  if (identity === "chosen") return { orderId: `${token.slice(0, 32)}-${generation}` };
  return { baseline: book.orders.map(({ id }) => id) };
}

const lost: PurchaseAnswer = { kind: "unknown", reason: "connection reset" };

function refusal(reason: string, providerCode: string, expired = false): PurchaseAnswer {
  return { kind: "rejected", reason, providerCode, left: true, expired, retryable: false };
}

function answerTo(submission: Submission, { identity, book, faults }: DiskParts): PurchaseAnswer {
  const handle = hasHandles(identity) ? orderIdOf(submission) : "";
  const fault = faults.sends.shift();
  if (fault === "rejected") return refusal("The card was declined.", "CardDeclined");
  if (fault === "throws") throw new TypeError("cannot read properties of undefined");
  if (fault === "lost-before") return lost;
  if (fault === "expired" || fault === "rejected-as-expired") book.expire(handle);
  if (book.isExpired(handle)) {
    if (fault === "rejected-as-expired") book.purchase(submission);
    return refusal("Session timed out.", "BadRequest", true);
  }
  if (fault === "other-order") {
    const { id } = book.buyElsewhere(submission);
    return { kind: "unknown", reason: `The answer names ${id}.`, evidence: [id] };
  }
  const order = book.purchase(submission);
  if (fault === "refused-although-bought") return refusal("The quantity is invalid.", "InvalidQuantity");
  if (fault === "lost-after") return lost;
  if (order === undefined) return { kind: "exists", reason: "The id is used.", providerCode: "AlreadyExists" };
  if (fault === "failed") order.state = "Failed";
  return { kind: "bought", commitment: commitmentOf(order, identity) };
}

function resolveHandle(submission: Submission, { identity, book }: DiskParts): Resolution {
  const { evidence = [], token } = submission;
  const shown = (order: Order): Resolution => ({
    kind: "found",
    found: { commitment: commitmentOf(order, identity), marks: marksOf(order), facts: factsOf(order) },
    by: "proof",
  });
  const order = book.find(orderIdOf(submission));
  // A minted id can be read at once; one of the buyer's own is looked for in what the provider shows.
  if (order && (identity === "minted" || book.isVisible(order))) return shown(order);
  // What the ids are that an answer named: ours, by its token, or for a person.
  for (const id of evidence) {
    const named = book.find(id);
    if (named?.token === token && book.isVisible(named)) return shown(named);
  }
  return evidence.length === 0
    ? { kind: "absent", reason: "there is no such order" }
    : { kind: "unclear", reason: `whose ${evidence.join(", ")} is cannot be told` };
}

function resolveBaseline(
  submission: Submission,
  owned: ReadonlySet<string>,
  { identity, book, faults }: DiskParts,
): Resolution {
  if (faults.listingHidesFromResolve && faults.listing === "empty")
    return { kind: "absent", reason: "nothing is there" };
  const shown = (order: Order, by: "proof" | "guess"): Resolution => ({
    kind: "found",
    found: { commitment: commitmentOf(order, identity), marks: marksOf(order), facts: factsOf(order) },
    by,
  });
  const baseline = new Set(z.array(z.string()).parse(submission.handle["baseline"]));
  const fresh = book.orders.filter((order) => book.isVisible(order) && !baseline.has(order.id) && !owned.has(order.id));
  const own = fresh.find(({ token }) => token === submission.token);
  if (own !== undefined) return shown(own, "proof");
  if (identity === "named") return { kind: "absent", reason: "nothing has its name" };
  const { size } = diskSchema.parse(submission.recommendation);
  const candidates = fresh.filter((order) => order.token === undefined && order.size === size);
  const [only, ...more] = candidates;
  if (only === undefined) return { kind: "absent", reason: "nothing new is there" };
  return more.length === 0
    ? shown(only, "guess")
    : { kind: "unclear", reason: "several new ones are there", candidates: candidates.map(({ id }) => id) };
}
