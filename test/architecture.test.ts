import { mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { dirname, resolve } from "node:path";
import { pathToFileURL } from "node:url";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { Provider } from "../src/contract/executor.ts";
import { createMemoryLedger } from "../src/ledger/memory-ledger.ts";
import { createPurchaser } from "../src/purchaser.ts";
import { search } from "../src/testing/search/search.ts";
import { testExecutor } from "../src/testing/test-executor.ts";
import { createVirtualEnvironment } from "../src/testing/virtual-environment.ts";
import { isProof } from "./standing-for-all.ts";

const root = resolve(import.meta.dirname, "..");
const page = readFileSync(resolve(root, "docs/architecture.md"), "utf8");
const blocks = [...page.matchAll(/```ts\n\/\/ (providers\/nimbus\/[a-z-]+\.ts)\n([^]*?)```/g)];
/** Inside the repository, so that its packages are found, and where nothing else looks. */
const folder = resolve(root, `node_modules/.cache/architecture-${process.pid}`);

interface Order {
  readonly id: string;
  readonly kind: string;
  readonly edge: number;
  readonly count: number;
  readonly state: string;
  readonly label: string;
}

/** The imaginary cloud itself, in memory. */
function createCloud(now: () => number) {
  const orders: (Order & { readonly visibleFrom: number })[] = [];
  const cloud = { lag: 0, losesNextAnswer: false, orders };
  const visible = () => orders.filter(({ visibleFrom }) => visibleFrom <= now());
  const api = (NimbusError: new (status: number, code: string) => Error) => ({
    list: async (_project: string, signal: AbortSignal) => {
      signal.throwIfAborted();
      return visible();
    },
    get: async (_project: string, id: string, signal: AbortSignal) => {
      signal.throwIfAborted();
      return visible().find((order) => order.id === id);
    },
    priceOf: async (_kind: string, edge: number, count: number) => String(edge * count * 10),
    put: async (_project: string, order: Omit<Order, "state">) => {
      if (orders.some(({ id }) => id === order.id)) throw new NimbusError(409, "IdTaken");
      const sold = { ...order, state: "active", visibleFrom: now() + cloud.lag };
      orders.push(sold);
      if (!cloud.losesNextAnswer) return sold;
      cloud.losesNextAnswer = false;
      throw new Error("connection reset");
    },
  });
  return { cloud, api };
}

const recommendation = {
  provider: "nimbus",
  service: "cube",
  project: "p",
  edge: 3,
  quantity: 2,
  term: "P1Y",
} as const;

type CreateNimbus = (api: object) => Provider;

/** Writes the page's files and loads the provider; `change` edits a file as the page tells a reader to. */
async function load(name: string, change: (file: string, text: string) => string) {
  for (const [, file = "", text = ""] of blocks) {
    const path = resolve(folder, name, file);
    mkdirSync(dirname(path), { recursive: true });
    const source = change(file, text).replaceAll('"../../src/', `"${pathToFileURL(root).href}/src/`);
    writeFileSync(path, source.replaceAll("file://", ""));
  }
  const at = (file: string) => pathToFileURL(resolve(folder, name, "providers/nimbus", file)).href;
  const { createNimbus } = (await import(at("create-nimbus.ts"))) as { createNimbus: CreateNimbus };
  const { NimbusError } = (await import(at("nimbus-api.ts"))) as { NimbusError: new (s: number, c: string) => Error };
  const world = (now: () => number) => {
    const { cloud, api } = createCloud(now);
    return { cloud, provider: createNimbus(api(NimbusError)) };
  };
  return { world };
}

describe("docs/architecture.md", () => {
  let nimbus: Awaited<ReturnType<typeof load>>;
  beforeAll(async () => {
    nimbus = await load("as-it-is", (_file, text) => text);
  });
  afterAll(() => rmSync(folder, { recursive: true, force: true }));

  test("names files that are there", () => {
    const named = [...page.matchAll(/`((?:src|providers|test|fixtures|docs)\/[\w./-]+\.(?:ts|json|md))`/g)];
    const paths = named.map(([, path = ""]) => path).filter((path) => !path.includes("nimbus"));
    expect(paths.length).toBeGreaterThan(15);
    for (const path of paths) expect(() => readFileSync(resolve(root, path)), path).not.toThrow();
    expect(blocks.map(([, file]) => file)).toHaveLength(3);
  });

  test("its cloud buys once, and a second drive adopts nothing twice", async () => {
    const { cloud, provider } = nimbus.world(Date.now);
    const execution = { executionId: "e", source: "test", recommendations: [recommendation] };
    for (const status of ["purchased", "already-purchased"]) {
      const purchaser = createPurchaser({ ledger: createMemoryLedger(), providers: [provider] });
      expect((await purchaser.drive(execution)).outcomes).toMatchObject([{ status }]);
    }
    expect(cloud.orders).toHaveLength(1);
  });

  describe("its executor keeps the contract", () => {
    testExecutor({
      name: "nimbus",
      make: async () => {
        const { cloud, provider } = nimbus.world(Date.now);
        const executor = provider.services["cube"];
        if (executor === undefined) throw new Error("Nimbus sells cubes.");
        return {
          executor,
          recommendation,
          purchases: () => cloud.orders.length,
          loseNextAnswer: () => (cloud.losesNextAnswer = true),
        };
      },
      test,
    });
  });

  test("every path of its executor buys once", async () => {
    const world = () => {
      const environment = createVirtualEnvironment();
      const { cloud, provider } = nimbus.world(environment.now);
      const executor = provider.services["cube"];
      if (executor === undefined) throw new Error("Nimbus sells cubes.");
      return {
        environment,
        ledger: createMemoryLedger({ clock: environment.now }),
        cloud: {
          executor,
          live: (token: string) => cloud.orders.filter(({ label }) => label === token),
          lag: (milliseconds: number) => void (cloud.lag = milliseconds),
        },
        recommendations: [recommendation],
      };
    };
    const budget = { crashes: 1, faults: isProof ? 1 : 0, switches: 0 };
    const { violation, complete } = await search({ world, drivers: 2, budget });
    expect(violation).toBeUndefined();
    expect(complete).toBe(true);
  });

  test("a further service is a further line, as the page says", async () => {
    const line = '[{ name: "cube", kind: "Cube" }]';
    const further = await load("further", (_file, text) =>
      text.replace(line, '[{ name: "cube", kind: "Cube" }, { name: "sphere", kind: "Sphere" }]'),
    );
    const { cloud, provider } = further.world(Date.now);
    const purchaser = createPurchaser({ ledger: createMemoryLedger(), providers: [provider] });
    const recommendations = [recommendation, { ...recommendation, service: "sphere" }];
    const { outcomes } = await purchaser.drive({ executionId: "e", source: "test", recommendations });
    expect(outcomes.map(({ status }) => status)).toEqual(["purchased", "purchased"]);
    expect(cloud.orders.map(({ kind }) => kind)).toEqual(["Cube", "Sphere"]);
  });
});
