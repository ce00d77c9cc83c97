import { z } from "zod";
import type { Standing } from "../../contract/commitment.ts";
import type { Submission } from "../../contract/executor.ts";
import { moneySchema } from "../../contract/money.ts";
import { quantitySchema } from "../../contract/recommendation.ts";
import type { ImitationFaults, ImitationIdentity } from "./imitation-cloud.ts";

/** What a recommendation of the imitation looks like. */
export const diskSchema = z.strictObject({
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

/** A small disk for a year, unless changed. */
export function disk(changes: Partial<Disk> = {}): Disk {
  return { provider: "imitation", service: "disk", account: "a", size: "small", quantity: 1, term: "P1Y", ...changes };
}

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

/** What the state of an order means for buying. */
export function standingOf({ state }: Pick<Order, "state">): Standing {
  return standings[state] ?? "live";
}

/** The order id that a submission was sent under. */
export function orderIdOf({ handle }: Submission): string {
  return z.string().parse(handle["orderId"]);
}

/** The orders of the imitation, and what of them can be seen. */
export type OrderBook = ReturnType<typeof createOrderBook>;

/** What the imitation sold. */
export function createOrderBook(identity: ImitationIdentity, now: () => number, faults: ImitationFaults) {
  const handles = identity === "minted" || identity === "chosen";
  const orders: Order[] = [];
  const visibleFrom = new Map<Order, number>();
  const expiredHandles = new Set<string>();
  const everBoughtFor = new Map<string, string | undefined>();
  let minted = 0;
  const newNumber = () => (minted += 1);
  const find = (id: string) => orders.find((order) => order.id === id);

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

  /** Undefined where its id is used, and no further purchase is made under it. */
  function purchase(submission: Submission): Order | undefined {
    const { size, quantity } = diskSchema.parse(submission.recommendation);
    const id = handles ? orderIdOf(submission) : `order-${newNumber()}`;
    const existing = handles ? find(id) : undefined;
    if (existing !== undefined) return identity === "chosen" ? undefined : existing;
    const token = handles || identity === "named" ? submission.token : undefined;
    return add({ id, token, boughtFor: submission.token, size, quantity });
  }

  /** Bought for the token, under an id that was not asked for. */
  function buyElsewhere({ recommendation, token }: Submission): Order {
    const { size, quantity } = diskSchema.parse(recommendation);
    return add({ id: `other-${newNumber()}`, token, size, quantity });
  }

  return {
    orders,
    add,
    find,
    newNumber,
    purchase,
    buyElsewhere,
    isVisible: (order: Order) => now() >= (visibleFrom.get(order) ?? 0),
    show: () => visibleFrom.clear(),
    expire: (handle: string) => void expiredHandles.add(handle),
    /** A handle that was bought under answers with its order, however old. */
    isExpired: (handle: string) => identity === "minted" && expiredHandles.has(handle) && find(handle) === undefined,
    boughtFor: (id: string) => everBoughtFor.get(id),
  };
}
