import { createPurchaser, type PurchaserOptions } from "../../src/purchaser.ts";
import { createMemoryLedger } from "../../src/ledger/memory-ledger.ts";
import type { Commitment } from "../../src/contract/commitment.ts";
import type { ServiceExecutor } from "../../src/contract/executor.ts";
import type { Inventory } from "../../src/contract/inventory.ts";
import type { PurchaseAnswer } from "../../src/contract/purchase-answer.ts";
import type { Ledger } from "../../src/contract/ledger.ts";
import type { AnyRecommendation } from "../../src/contract/recommendation.ts";
import { deriveIdempotencyToken } from "../../src/contract/token.ts";
import { createImitationCloud, type ImitationIdentity } from "../../src/testing/imitation/imitation-cloud.ts";
import { disk } from "../../src/testing/imitation/order-book.ts";
import { createVirtualEnvironment } from "../../src/testing/virtual-environment.ts";

export const executionId = "execution-1";

/** A cloud, a ledger and purchasers on one virtual clock. */
export function setup({
  identity = "minted",
  ...changes
}: { identity?: ImitationIdentity } & Partial<PurchaserOptions> = {}) {
  const environment = createVirtualEnvironment();
  const cloud = createImitationCloud({ identity, now: environment.trueTime });
  const ledger = createMemoryLedger({ clock: environment.now });
  const options: PurchaserOptions = { ledger, providers: [cloud.provider], environment, ...changes };
  return { environment, cloud, ledger: options.ledger, purchaser: createPurchaser(options), options };
}

export function execution(...recommendations: AnyRecommendation[]) {
  return { executionId, source: "test", recommendations: recommendations.length > 0 ? recommendations : [disk()] };
}

/** Who pays for what the imitation sells. */
export const payer = { provider: "imitation", service: "disk", account: "a" };

export const token = (recIndex = 0) => deriveIdempotencyToken(executionId, recIndex);

/** As the first is sent, all becomes dearer, and so much time passes that prices are asked for anew: no lease may end meanwhile. */
export function dearerFromFirstSend({ cloud, environment }: ReturnType<typeof setup>, price: string): void {
  let sends = 0;
  cloud.faults.onSend = () => {
    if ((sends += 1) > 1) return;
    cloud.faults.price = price;
    environment.advance(120_001);
  };
}

/** Longer than {@link dearerFromFirstSend} takes. */
export const patientLease = 300_000;

/** The call at which a driver dies: it is never answered. `reached` resolves when it was made. */
export function dyingCall() {
  const { promise: reached, resolve } = Promise.withResolvers<void>();
  const die = () => {
    resolve();
    return new Promise<never>(() => undefined);
  };
  return { die, reached };
}

/** Members of an executor, and of its inventory. */
type Changes = Partial<Omit<ServiceExecutor, "inventory">> & { readonly inventory?: Partial<Inventory> };

/** A purchaser with members of the executor, or of the ledger, replaced. */
export function changed(
  parts: { readonly options: PurchaserOptions; readonly cloud: ReturnType<typeof setup>["cloud"] },
  { inventory, ...members }: Changes,
  ledger: Partial<Ledger> = {},
) {
  const { executor } = parts.cloud;
  const disk = { ...executor, ...members, inventory: { ...executor.inventory, ...inventory } };
  return createPurchaser({
    ...parts.options,
    ledger: { ...parts.options.ledger, ...ledger },
    providers: [{ name: "imitation", services: { disk } }],
  });
}

/** The answer, with what was bought shown otherwise. */
export function shownAs(answer: PurchaseAnswer, changes: Partial<Commitment>): PurchaseAnswer {
  if (answer.kind !== "bought") throw new Error(`It was to be bought, not ${answer.kind}.`);
  return { ...answer, commitment: { ...answer.commitment, ...changes } };
}

/** What the ledger holds of one recommendation. */
export async function recordOf({ ledger }: { readonly ledger: Ledger }, recIndex = 0) {
  return (await ledger.records({ tokens: [token(recIndex)], limit: 1 }))[0];
}
