import { createPurchaser } from "../../src/drive/purchaser.ts";
import { createMemoryLedger } from "../../src/ledger/memory.ts";
import { deriveIdempotencyToken } from "../../src/spec/token.ts";
import { createImitationCloud, disk, type ImitationIdentity } from "../../src/testing/imitation-cloud.ts";
import type { World } from "../../src/testing/search/search.ts";
import { createVirtualEnvironment } from "../../src/testing/virtual-environment.ts";

function build(identity: ImitationIdentity, tokens: number) {
  const environment = createVirtualEnvironment();
  const cloud = createImitationCloud({ identity, now: environment.now });
  const world: World = {
    environment,
    ledger: createMemoryLedger({ clock: environment.now }),
    cloud: {
      executor: cloud.executor,
      live: cloud.live,
      lag: (milliseconds) => {
        cloud.faults.lag = milliseconds;
      },
      fail: cloud.fail,
      // An id of the buyer's own never expires; where there is none, nothing can.
      ...(identity === "minted" ? { expire: cloud.expire } : {}),
      // Longer than anybody is asked to wait: nothing that is seen may be taken for proof.
      ...(identity === "none" ? { hides: 10 * 60_000 } : {}),
    },
    // All of one kind, so that where there is no handle they cannot be told apart.
    recommendations: Array.from({ length: tokens }, () => disk()),
  };
  return { cloud, world };
}

/** A world with the imitation's service, in which nothing was bought yet. */
export function emptyWorld(identity: ImitationIdentity, tokens: number): () => World {
  return () => build(identity, tokens).world;
}

/**
 * A world in which the first recommendation was bought by an engine without a ledger, and the ledger knows of another,
 * older purchase in the scope: only that one can unmask a listing that shows nothing.
 */
export async function begunElsewhere(): Promise<World> {
  const { cloud, world } = build("minted", 1);
  const { ledger, environment } = world;
  const purchaser = createPurchaser({
    ledger,
    environment,
    providers: [{ name: "imitation", services: { disk: cloud.executor } }],
  });
  await purchaser.drive({ executionId: "an older one", source: "search", recommendations: [disk()] });
  cloud.add({ id: "from elsewhere", token: deriveIdempotencyToken("execution-1", 0) });
  environment.advance(20 * 60_000);
  return world;
}
