// Worlds of the search whose service sells under ids of both kinds, as Azure sells reservations: under an id that it mints with the price, and
// under a name of the buyer's that is made of the token.
import type { JsonObject } from "../../src/contract/json.ts";
import type { Marker, Scope, ServiceExecutor } from "../../src/contract/executor.ts";
import { deriveIdempotencyToken } from "../../src/contract/token.ts";
import type { BystanderStep, World } from "../../src/testing/search/search-world.ts";
import { buildWorld } from "./search-worlds.ts";

/** Which flow is set, by name as in `reservationFlow`. */
type Flow = "two-steps" | "alias";

const nameOf = ({ token, generation }: Pick<Marker, "token" | "generation">) => `${token.slice(0, 32)}-${generation}`;
const isName = ({ orderId }: JsonObject) => typeof orderId === "string" && !orderId.startsWith("minted-");

/** A world with both flows. A second send under a name **buys again**: only the look before it stops that. */
function sellingBothWays(start: Flow, { looks = true } = {}) {
  const { cloud, world } = buildWorld("minted", 1);
  const set = { flow: start };
  const { executor: minting } = cloud;
  const executor: ServiceExecutor = {
    ...(minting as ServiceExecutor),
    kindOfHandle: (handle) => (isName(handle) ? "derived" : "minted"),
    quote: async (recommendation, marker, options) => {
      const quote = await (minting as ServiceExecutor).quote(recommendation, marker, options);
      const keepsName = options.sentAs !== undefined && isName(options.sentAs);
      return set.flow === "alias" || keepsName ? { ...quote, handle: { orderId: nameOf(marker) } } : quote;
    },
    send: async (submission, context) => {
      const own = nameOf(submission);
      const taken = cloud.orders.find(({ id }) => id === own);
      if (looks && (isName(submission.handle) || set.flow === "alias")) {
        const shown = await lookAt(minting, submission.scope, own);
        if (shown !== undefined) return { kind: "exists", reason: "The name is taken.", found: shown };
      }
      if (taken === undefined || !isName(submission.handle)) return minting.send(submission, context);
      const { id } = cloud.buyElsewhere(submission);
      return { kind: "unknown", reason: `The answer names ${id}.`, evidence: [id] };
    },
  };
  // A name of the buyer's own never expires, and of the two only one could.
  const { expire: _expire, ...searched } = world.cloud;
  return { cloud, set, world: { ...world, cloud: { ...searched, executor } } satisfies World };
}

async function lookAt({ inventory }: Pick<ServiceExecutor, "inventory">, scope: Scope, id: string) {
  return inventory.read(scope, id, { signal: AbortSignal.timeout(60_000) });
}

/** Whoever sets the flow sets the other one, twice, each at any moment. */
export function changingFlow(start: Flow): () => World {
  return () => {
    const { set, world } = sellingBothWays(start);
    const changes: BystanderStep = {
      ways: ["sets the other flow"],
      run: () => {
        set.flow = set.flow === "alias" ? "two-steps" : "alias";
        return undefined;
      },
    };
    return { ...world, bystander: [changes, changes] };
  };
}

/**
 * A ledger that is lost bought it, under the name or under a minted id, and no listing shows it yet. `looks: false`: broken, the
 * name is not looked at before a send.
 */
export function lostLedger(flow: Flow, broken: { readonly looks?: boolean } = {}): () => World {
  return () => {
    const { cloud, world } = sellingBothWays(flow, broken);
    const token = deriveIdempotencyToken("execution-1", 0);
    cloud.add({ id: flow === "alias" ? nameOf({ token, generation: 0 }) : "minted-by-another", token });
    const { executor } = world.cloud;
    const { inventory } = executor;
    const hidden = {
      ...inventory,
      list: async function* () {
        yield [];
      },
    };
    return { ...world, cloud: { ...world.cloud, executor: { ...executor, inventory: hidden } } };
  };
}
