import {
  createReservationsClient,
  purchaseTwoStepIdempotent,
  type IdempotentTwoStepOptions,
  type ReservationPurchaseBody,
} from "../../../providers/azure/index.ts";
import { startLoopback, type Arrived, type Reply } from "./azure-loopback.ts";
import {
  fakeEnvironment,
  kindOf,
  notFound,
  order,
  orderId,
  priceAnswer,
  recorded,
  reservation,
  subscriptionId,
  token,
} from "./azure-samples.ts";

export const second = "b1155536-c572-4349-b11e-6d62eed38326";
export const body: ReservationPurchaseBody = {
  sku: { name: "Standard_b1ls" },
  location: "westus",
  properties: {
    reservedResourceType: "VirtualMachines",
    billingScopeId: `/subscriptions/${subscriptionId}`,
    term: "P1Y",
    billingPlan: "Upfront",
    quantity: 1,
    appliedScopeType: "Shared",
    renew: false,
  },
};

export const list = (...value: readonly unknown[]): Reply => ({ status: 200, body: { value } });
export const created: Reply = { status: 202, body: order({ provisioningState: "Creating" }) };
export const priced = (id = orderId): Reply => ({
  status: 200,
  body: { properties: { ...priceAnswer.properties, reservationOrderId: id } },
});
export const timedOut: Reply = { status: 400, body: recorded("error-session-timed-out-400").response.body };

export const orderShown: Reply = { status: 200, body: order() };

export type Kind = ReturnType<typeof kindOf>;
export type Script = Partial<Record<Kind, readonly Reply[]>>;

/** Plays replies per kind of request, the last one for ever; without any: an empty list, a price, a created order, 404. */
export async function play(
  script: Script,
  options: Partial<IdempotentTwoStepOptions> = {},
  onRequest: (kind: Kind, nth: number) => void = () => {},
  environment = fakeEnvironment(),
) {
  const standard = {
    list: list(),
    price: priced(),
    purchase: created,
    order: notFound,
    reservations: list(reservation()),
    catalog: list(),
  };
  const played = new Map<Kind, number>();
  await using server = await startLoopback((request: Arrived) => {
    const kind = kindOf(request);
    const nth = played.get(kind) ?? 0;
    played.set(kind, nth + 1);
    onRequest(kind, nth);
    const replies = script[kind] ?? [standard[kind]];
    return replies[Math.min(nth, replies.length - 1)] ?? standard[kind];
  });
  const client = createReservationsClient({
    endpoint: server.origin,
    environment,
    readAttempts: 1,
    readTimeout: 2_000,
  });
  const outcome = await purchaseTwoStepIdempotent({ client, body, source: "cudly-web", token, ...options }).then(
    (bought) => ({ bought, error: undefined }),
    (error: unknown) => ({ bought: undefined, error }),
  );
  const puts = server.arrived.filter((request) => kindOf(request) === "purchase");
  return { ...outcome, steps: server.arrived.map(kindOf), puts, slept: environment.slept, arrived: server.arrived };
}
