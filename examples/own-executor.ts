import {
  createMemoryLedger,
  createPurchaser,
  type Listed,
  moneySchema,
  quantitySchema,
  type ServiceExecutor,
} from "buyonce";
import { createVirtualEnvironment, search, testExecutor } from "buyonce/testing";
import { z } from "zod";

type Order = { readonly id: string; readonly label: string; readonly plan: string; readonly count: number };

/** The provider: a shop that takes the buyer's own order id, and sells once under each. */
function createShop(now: () => number) {
  const orders: (Order & { readonly visibleFrom: number })[] = [];
  const shop = { lag: 0, losesNextAnswer: false };
  return Object.assign(shop, {
    orders,
    list: () => orders.filter(({ visibleFrom }) => visibleFrom <= now()),
    get: (id: string): Order | undefined => orders.find((order) => order.id === id),
    put: (order: Order): Order => {
      const known = orders.find(({ id }) => id === order.id);
      if (known === undefined) orders.push({ ...order, visibleFrom: now() + shop.lag });
      if (!shop.losesNextAnswer) return known ?? order;
      shop.losesNextAnswer = false;
      throw new Error("connection reset");
    },
  });
}

const serverSchema = z.strictObject({
  provider: z.literal("shop"),
  service: z.literal("server"),
  customer: z.string().min(1),
  plan: z.enum(["small", "large"]),
  quantity: quantitySchema,
  term: z.literal("P1Y"),
  maxPrice: moneySchema.optional(),
});
type Server = z.input<typeof serverSchema>;

// So that the compiler knows it: a `plna` in an execution does not compile.
declare module "buyonce" {
  interface RecommendationTypes {
    readonly "shop/server": Server;
  }
}

const orderSchema = z.object({ id: z.string(), label: z.string(), plan: z.string(), count: z.number() });

/** The executor of its one service. The order's label carries the token: it is the marker. */
function createServer(shop: ReturnType<typeof createShop>): ServiceExecutor<Server> {
  const listed = ({ id, label, plan, count }: Order): Listed => ({
    commitment: { id, state: "sold", standing: "live", settled: true, marked: true },
    marks: [{ text: label, whole: true }],
    facts: { plan, quantity: String(count) },
  });
  return {
    provider: "shop",
    service: "server",
    schema: serverSchema,
    recovery: { kind: "resend", handle: "derived", minimumAge: 300_000, parkAfter: 86_400_000 },
    sendTimeout: 10_000,
    describe: ({ quantity, plan, term }) => `${quantity} × ${plan}, ${term}`,
    scopeOf: ({ customer }) => ({ key: `shop/${customer}`, label: `customer ${customer} of the shop` }),
    factsOf: ({ plan, quantity }) => ({ decisive: { plan, quantity: String(quantity) }, ifStated: {} }),

    inventory: {
      list: async function* (_scope, { signal }) {
        signal.throwIfAborted();
        yield shop.list().map(listed);
      },
      read: async (_scope, id, { signal }) => {
        signal.throwIfAborted();
        const order = shop.get(id);
        return order && listed(order);
      },
    },

    quote: async ({ plan, quantity }, { token, generation }, { signal }) => {
      signal.throwIfAborted();
      const id = `${token.slice(0, 32)}-${generation}`;
      const price = { amount: String((plan === "small" ? 120 : 480) * quantity), currency: "EUR" };
      return { price, handle: { id }, request: { id, label: token, plan, count: quantity } };
    },
    send: async ({ request }) => {
      const order = orderSchema.safeParse(request);
      if (!order.success) {
        return { kind: "rejected", reason: "Nothing was sent.", left: false, expired: false, retryable: false };
      }
      try {
        return { kind: "bought", commitment: listed(shop.put(order.data)).commitment };
      } catch (cause) {
        return { kind: "unknown", reason: "The shop's answer is lost.", cause };
      }
    },
    resolve: async ({ handle }, { signal }) => {
      signal.throwIfAborted();
      const order = shop.get(z.string().parse(handle["id"]));
      return order ? { kind: "found", found: listed(order), by: "proof" } : { kind: "absent", reason: "no such order" };
    },
  };
}

const recommendation: Server = {
  provider: "shop",
  service: "server",
  customer: "42",
  plan: "small",
  quantity: 2,
  term: "P1Y",
};

// Bought twice over: the second drive finds what the first one bought.
const shop = createShop(Date.now);
const purchaser = createPurchaser({
  ledger: createMemoryLedger(),
  providers: [{ name: "shop", services: { server: createServer(shop) } }],
});
for (const drive of ["first", "second"]) {
  const { outcomes } = await purchaser.drive({
    executionId: "night-2026-11-22",
    source: "my-engine",
    recommendations: [recommendation],
  });
  console.log(`${drive} drive: ${outcomes[0]?.status}; orders in the shop: ${shop.orders.length}`);
}

// The contract. With a test runner: `import { test } from "node:test"`, and hand that in.
const tests: (() => Promise<void>)[] = [];
testExecutor({
  name: "the shop's servers",
  make: async () => {
    const { now, advance } = createVirtualEnvironment();
    const shop = createShop(now);
    return {
      executor: createServer(shop),
      recommendation,
      purchases: () => shop.orders.length,
      loseNextAnswer: () => (shop.losesNextAnswer = true),
      now,
      advance,
    };
  },
  test: (_name, run) => tests.push(run),
});
for (const run of tests) await run();
console.log(`contract: ${tests.length} tests passed`);

// Every path of two drivers of one execution, with one crash and one fault anywhere, and one switch between them.
const { paths, complete, violation } = await search({
  world: () => {
    const environment = createVirtualEnvironment();
    const shop = createShop(environment.now);
    return {
      environment,
      ledger: createMemoryLedger({ clock: environment.now }),
      cloud: {
        executor: createServer(shop),
        live: (token) => shop.orders.filter(({ label }) => label === token),
        lag: (milliseconds) => (shop.lag = milliseconds),
      },
      recommendations: [recommendation],
    };
  },
  drivers: 2,
  budget: { crashes: 1, faults: 1, switches: 1 },
});
if (violation) throw new Error(`${violation.message}\n  ${violation.log.join("\n  ")}`);
console.log(`search: ${complete ? "all " : ""}${paths} paths, violations 0`);
