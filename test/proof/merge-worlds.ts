// Worlds of the search whose ids are not kept: what was bought is merged into something of another id, as BigQuery merges and splits.
import { z } from "zod";
import type { Resolution, ServiceExecutor } from "../../src/contract/executor.ts";
import type { Listed } from "../../src/contract/listed.ts";
import { deriveIdempotencyToken } from "../../src/contract/token.ts";
import type { Order } from "../../src/testing/imitation/order-book.ts";
import type { BystanderStep, World } from "../../src/testing/search/search-world.ts";
import { buildWorld } from "./search-worlds.ts";

const firstToken = deriveIdempotencyToken("execution-1", 0);

/** What of the guards is left out, so that a search is seen to fail. */
interface Broken {
  /** Without: what was there before a purchase is not written down beside its id. */
  readonly baseline?: false;
  /** Without: a listing does not say that something without a token may hold it. */
  readonly resembles?: false;
}

const handleSchema = z.object({ orderId: z.string(), before: z.array(z.string()) });

/** A world whose ids are the buyer's own, and free again once what was bought under them is merged. */
function sellingAndMerging({ baseline, resembles }: Broken) {
  const { cloud, world } = buildWorld("chosen", 1);
  const { executor: choosing } = cloud;
  const service = choosing as ServiceExecutor;
  let merges = 0;

  /** Into one of another id, twice its size, that carries no token. */
  function merge(): void {
    const own = cloud.orders.find(({ boughtFor, token }) => boughtFor === firstToken && token !== undefined);
    if (own === undefined) return;
    cloud.vanish(own.id);
    merges += 1;
    cloud.add({ id: `merged-${merges}`, boughtFor: firstToken, state: own.state, quantity: own.quantity * 2 });
  }

  const mayHold = ({ id, token }: Order, before: readonly string[]) => token === undefined && !before.includes(id);
  const executor: ServiceExecutor = {
    ...service,
    quoteSeesPurchases: true,
    quote: async (recommendation, marker, options) => {
      const quote = await service.quote(recommendation, marker, options);
      const before = baseline === false ? [] : cloud.orders.map(({ id }) => id);
      return { ...quote, handle: { ...quote.handle, before } };
    },
    resolve: async (submission, options): Promise<Resolution> => {
      const resolution = await service.resolve(submission, options);
      if (resolution.kind !== "absent" || baseline === false) return resolution;
      const { before } = handleSchema.parse(submission.handle);
      const candidates = cloud.orders.filter((order) => mayHold(order, before)).map(({ id }) => id);
      return candidates.length === 0
        ? resolution
        : { kind: "unclear", reason: `it may be in ${candidates.join(", ")}`, candidates, isShown: true };
    },
    inventory: {
      ...service.inventory,
      list: async function* (...parameters) {
        for await (const page of service.inventory.list(...parameters)) yield page.map(doubted);
      },
      read: async (...parameters) => {
        const found = await service.inventory.read(...parameters);
        return found && doubted(found);
      },
    },
  };
  const doubted = (listed: Listed): Listed =>
    listed.marks.length > 0 || resembles === false
      ? listed
      : { ...listed, resembles: "may hold what was merged", mayDiffer: ["quantity"] };
  return { merge, cloud, world: { ...world, cloud: { ...world.cloud, executor, merges: true } } satisfies World };
}

/** Somebody merges what was bought, at any moment. */
export function mergedAtAnyMoment(broken: Broken = {}): () => World {
  return () => {
    const { merge, world } = sellingAndMerging(broken);
    const merges: BystanderStep = {
      ways: ["what was bought is merged"],
      run: () => {
        merge();
        return undefined;
      },
    };
    return { ...world, bystander: [merges] };
  };
}

/** A ledger that is lost bought it, and it was merged before anybody drove again. */
export function lostAndMerged(broken: Broken = {}): () => World {
  return () => {
    const { merge, cloud, world } = sellingAndMerging(broken);
    cloud.add({ id: `${firstToken.slice(0, 32)}-0`, token: firstToken });
    merge();
    return world;
  };
}
