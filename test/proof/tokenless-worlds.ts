// Worlds of the search whose service shows no token of what it sells, as Redshift, which may take no tags.
import type { ServiceExecutor } from "../../src/contract/executor.ts";
import { deriveIdempotencyToken } from "../../src/contract/token.ts";
import type { World } from "../../src/testing/search/search-world.ts";
import { buildWorld } from "./search-worlds.ts";

/** A ledger that is lost bought it a moment ago. `tokenless: false`: broken, the executor does not say that a token need not show. */
export function lostAndTokenless(broken: { readonly tokenless?: false } = {}): () => World {
  return () => {
    const { cloud, world } = buildWorld("none", 1);
    cloud.add({ id: "theirs", boughtFor: deriveIdempotencyToken("execution-1", 0) });
    const executor: ServiceExecutor = {
      ...(cloud.executor as ServiceExecutor),
      ...(broken.tokenless === false ? {} : { tokenless: "shows no token" }),
    };
    return { ...world, cloud: { ...world.cloud, executor } };
  };
}
