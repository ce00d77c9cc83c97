import { describe, expect, test } from "vitest";
import { createAzure } from "../../providers/azure/index.ts";
import { createPurchaser } from "../../src/purchaser.ts";
import { createMemoryLedger } from "../../src/ledger/memory-ledger.ts";
import type { AnyRecommendation } from "../../src/contract/recommendation.ts";
import { startLoopback, type Loopback } from "./support/azure-loopback.ts";
import {
  fakeEnvironment,
  kindOf,
  order,
  priceAnswer,
  recommend,
  reservation,
  subscriptionId,
  token,
} from "./support/azure-samples.ts";

const otherSubscription = "50000000-aaaa-bbbb-cccc-200000000009";

/** Azure with whatever was bought in it: lists it, mints ids, buys. */
async function startAzure() {
  const bought: { readonly id: string; readonly text: string }[] = [];
  let minted = 0;
  const server = await startLoopback((request) => {
    const id = new URL(request.path, "http://127.0.0.1").pathname.split("/").at(-1) ?? "";
    const kind = kindOf(request);
    switch (kind) {
      case "list":
        return { status: 200, body: { value: bought.map((one) => order(propertiesOf(one.text), { name: one.id })) } };
      case "price": {
        const reservationOrderId = `0000000${(minted += 1)}-59b7-4951-ad81-2822c078ec8c`;
        return { status: 200, body: { properties: { ...priceAnswer.properties, reservationOrderId } } };
      }
      case "purchase":
        bought.push({ id, text: request.text });
        return { status: 202, body: order(propertiesOf(request.text), { name: id }) };
      case "reservations": {
        const of = bought.find((one) => request.path.includes(one.id));
        const { billingScopeId } = propertiesOf(of?.text ?? "{}");
        return { status: 200, body: { value: [reservation({ billingScopeId })] } };
      }
      case "order":
      case "catalog":
        return { status: 500 };
      default:
        return kind satisfies never;
    }
  });
  return { server, bought };
}

function propertiesOf(text: string): Record<string, unknown> {
  const { properties } = JSON.parse(text) as { properties?: Record<string, unknown> };
  return { displayName: properties?.["displayName"], billingScopeId: properties?.["billingScopeId"] };
}

function purchaserAt(server: Loopback) {
  const environment = fakeEnvironment();
  const ledger = createMemoryLedger({ clock: environment.now });
  return createPurchaser({
    ledger,
    providers: [createAzure({ endpoint: server.origin, environment })],
    environment,
  });
}

const executionOf = (...recommendations: readonly AnyRecommendation[]) => ({
  executionId: "6f2c9a52-6a0e-4a0f-9a2b-2f4a1d1f7a11",
  source: "cudly-web",
  recommendations,
});

describe("lesson 1495: two subscriptions of one tenant ask for the same thing", () => {
  test("each gets an order of its own, billed to itself, and keeps it when the ledger is lost", async () => {
    const { server, bought } = await startAzure();
    await using _server = server;
    const execution = executionOf(recommend(), recommend("compute", { subscriptionId: otherSubscription }));
    const first = await purchaserAt(server).drive(execution, { concurrency: 1 });
    expect(first.outcomes.map(({ status }) => status)).toEqual(["purchased", "purchased"]);
    expect(bought.map(({ text }) => propertiesOf(text)["billingScopeId"])).toEqual([
      `/subscriptions/${subscriptionId}`,
      `/subscriptions/${otherSubscription}`,
    ]);
    const again = await purchaserAt(server).drive(execution);
    expect(again.outcomes.map(({ commitment }) => commitment?.id)).toEqual(bought.map(({ id }) => id));
    expect(again.outcomes.map(({ status }) => status)).toEqual(["already-purchased", "already-purchased"]);
    expect(server.count("PUT")).toBe(2);
  });

  test("in the same place of the same execution it is a conflict that names the subscription", async () => {
    const { server } = await startAzure();
    await using _server = server;
    const purchaser = purchaserAt(server);
    const maxPrice = { amount: "0.01", currency: "GBP" };
    await purchaser.drive(executionOf(recommend("compute", { maxPrice })));
    const { outcomes } = await purchaser.drive(
      executionOf(recommend("compute", { maxPrice, subscriptionId: otherSubscription })),
    );
    expect(outcomes[0]).toMatchObject({ status: "refused", error: { code: "execution-changed" } });
    expect(outcomes[0]?.error?.message).toContain("#0 was changed (subscriptionId)");
    expect(server.count("PUT")).toBe(0);
  });

  test("with the ledger lost, the order that carries the token is compared and refused, not taken for it", async () => {
    const { server } = await startAzure();
    await using _server = server;
    await purchaserAt(server).drive(executionOf(recommend()));
    const { outcomes } = await purchaserAt(server).drive(
      executionOf(recommend("compute", { subscriptionId: otherSubscription })),
    );
    expect(outcomes[0]).toMatchObject({ status: "refused", token, error: { code: "commitment-mismatch" } });
    expect(outcomes[0]?.error?.message).toContain("subscriptionId: asked");
    expect([server.count("POST"), server.count("PUT")]).toEqual([1, 1]);
  });
});

test("over http no real credential is asked for a token, let alone sent", async () => {
  const { server } = await startAzure();
  await using _server = server;
  let asked = 0;
  const credential = {
    getToken: async () => {
      asked += 1;
      return { token: "real-token", expiresOnTimestamp: Date.now() + 3_600_000 };
    },
  };
  const environment = fakeEnvironment();
  for (const given of [credential, () => ((asked += 1), credential)]) {
    const providers = [createAzure({ endpoint: server.origin, credential: given, environment })];
    const purchaser = createPurchaser({ ledger: createMemoryLedger(), providers, environment });
    await purchaser.drive(executionOf(recommend()));
  }
  expect(asked).toBe(0);
  expect(server.count("PUT")).toBe(1);
  expect(new Set(server.arrived.map(({ headers }) => headers.authorization))).toEqual(
    new Set(["Bearer buyonce-loopback"]),
  );
});

test("one listing per tenant and drive, whatever the number of recommendations and services", async () => {
  const { server } = await startAzure();
  await using _server = server;
  const [one, other] = ["10000000-aaaa-bbbb-cccc-100000000001", "20000000-aaaa-bbbb-cccc-200000000002"];
  const { outcomes } = await purchaserAt(server).drive(
    executionOf(
      recommend("compute", { tenantId: one }),
      recommend("cache", { tenantId: one.toUpperCase() }),
      recommend("compute", { tenantId: other }),
      recommend("synapse", { tenantId: other }),
      recommend("database"),
    ),
  );
  expect(outcomes.map(({ status }) => status)).toEqual(Array(5).fill("purchased"));
  expect(server.arrived.filter((request) => kindOf(request) === "list")).toHaveLength(3);
});
