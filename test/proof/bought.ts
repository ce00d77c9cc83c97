import type { CloudSandbox } from "../../providers/sandbox/index.ts";
import type { AnyRecommendation } from "../../src/contract/recommendation.ts";

/** A commitment in the sandbox, and for whom it was bought. */
export interface Bought {
  /** As the executors name it. */
  readonly id: string;
  readonly token: string | undefined;
}

/** The part of a token that is stamped on everything: in a tag, a name, or a display name. */
const partLength = 32;

/**
 * Everything that was ever bought in a sandbox, of all clouds and services. A token is recognised wherever it is stamped;
 * what cannot carry one (Redshift) is taken for the recommendation that asks for this kind in this count, which therefore
 * has to be the only one.
 */
export function boughtIn(
  sandbox: CloudSandbox,
  recommendations: readonly AnyRecommendation[],
  tokens: readonly string[],
): readonly Bought[] {
  const byPart = new Map(tokens.map((token) => [token.slice(0, partLength), token]));
  const tokenIn = (view: object): string | undefined => {
    const parts = JSON.stringify(view).match(/(?<![0-9a-f])[0-9a-f]{32}/g) ?? [];
    return parts.map((part) => byPart.get(part)).find((token) => token !== undefined);
  };
  const tokenOfCount = (service: string, nodeType: string | undefined, count: number): string | undefined => {
    const index = recommendations.findIndex(
      (one) => one.service === service && one["nodeType"] === nodeType && one.quantity === count,
    );
    return tokens[index];
  };
  return [
    ...sandbox.orders().map((order) => ({ id: order.id, token: tokenIn(order) })),
    ...sandbox.savingsPlanOrders().map((order) => ({ id: order.id, token: tokenIn(order) })),
    ...sandbox.reservedInstances().map((instance) => ({ id: instance.id, token: tokenIn(instance) })),
    ...sandbox.reservations().map((reservation) => ({
      id: reservation.id,
      token: reservation.service.startsWith("redshift")
        ? tokenOfCount(reservation.service, reservation.attributes["NodeType"], reservation.count)
        : tokenIn(reservation),
    })),
    ...sandbox.savingsPlans().map((plan) => ({ id: plan.id, token: tokenIn(plan) })),
    ...sandbox.capacityCommitments().map((slots) => ({ id: slots.id, token: tokenIn(slots) })),
    ...sandbox.commitments().map((commitment) => ({ id: commitment.name, token: tokenIn(commitment) })),
  ];
}
