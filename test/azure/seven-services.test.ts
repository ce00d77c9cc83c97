import { describe, expect, test } from "vitest";
import { createAzure } from "../../providers/azure/index.ts";
import { createPurchaser } from "../../src/purchaser.ts";
import { createMemoryLedger } from "../../src/ledger/memory-ledger.ts";
import { deriveIdempotencyToken } from "../../src/contract/token.ts";
import { startLoopback, type Arrived, type Reply } from "./support/azure-loopback.ts";
import {
  failure,
  kindOf,
  notFound,
  order,
  priceAnswer,
  recommend,
  reservation,
  resourceTypes,
  serviceNames,
  startTime,
  token,
  otherToken,
  digestOf,
} from "./support/azure-samples.ts";
import { createSteppedEnvironment } from "../stepped-environment.ts";
import { standingForAll } from "../standing-for-all.ts";

/** Both tokens of the samples are of this execution. */
const executionId = "6f2c9a52-6a0e-4a0f-9a2b-2f4a1d1f7a11";
const found = "b1155536-c572-4349-b11e-6d62eed38326";
const path = "/providers/Microsoft.Capacity/reservationOrders?api-version=2022-11-01";
const tags = { "purchase-automation": "cudly-web", "cudly-idempotency-token": token };
const unnamed = { displayName: "VM_RI_11-24-2021_22-30" };

/** The nth id that calculatePrice mints. */
const minted = (nth: number) => `${String(nth).padStart(8, "0")}-59b7-4951-ad81-2822c078ec8c`;

type Script = Partial<Record<ReturnType<typeof kindOf>, (request: Arrived, nth: number) => Reply>>;

/** Drives so many recommendations alike of one service, against a server that answers as scripted, else as Azure does. */
async function drive(service: string, script: Script = {}, count = 1) {
  const seen = new Map<string, number>();
  const usual: Required<Script> = {
    list: () => ({ status: 200, body: { value: [] } }),
    price: (_request, nth) => ({
      status: 200,
      body: { properties: { ...priceAnswer.properties, reservationOrderId: minted(nth) } },
    }),
    purchase: ({ path: at }) => ({ status: 202, body: order({ provisioningState: "Creating" }, { name: idIn(at) }) }),
    order: () => notFound,
    reservations: () => ({
      status: 200,
      body: { value: [reservation({ reservedResourceType: resourceTypes[service] })] },
    }),
    catalog: () => ({ status: 200, body: { value: [{ name: "Standard_b1ls", terms: ["P1Y"] }] } }),
  };
  await using server = await startLoopback((request) => {
    const kind = kindOf(request);
    const nth = (seen.get(kind) ?? 0) + 1;
    seen.set(kind, nth);
    return (script[kind] ?? usual[kind])(request, nth);
  });
  const environment = createSteppedEnvironment(startTime);
  const purchaser = createPurchaser({
    ledger: createMemoryLedger({ clock: environment.now }),
    providers: [createAzure({ endpoint: server.origin, environment })],
    environment,
  });
  const recommendations = Array.from({ length: count }, () => recommend(service));
  const { outcomes } = await purchaser.drive({ executionId, source: "cudly-web", recommendations });
  const sent = (kind: string) => server.arrived.filter((request) => kindOf(request) === kind);
  return { outcomes, sent, posts: server.count("POST"), puts: server.count("PUT") };
}

const idIn = (at: string) => new URL(at, "http://127.0.0.1").pathname.split("/").at(-1) ?? "";
const listing = (value: readonly unknown[]) => () => ({ status: 200, body: { value } });
const nothingSent = { posts: 0, puts: 0 };
const boughtOnce = { posts: 1, puts: 1 };

describe.each(standingForAll(serviceNames, (name) => name === "compute"))("%s, through the drive", (service) => {
  test("no match: bought; tags and display name are in the bytes of the POST and of the PUT", async () => {
    const others = listing([order(unnamed), order({ displayName: `x-${digestOf(otherToken)}` }, { name: found })]);
    const { outcomes, sent, posts, puts } = await drive(service, { list: others });
    expect(outcomes).toMatchObject([{ status: "purchased", token, commitment: { id: minted(1), state: "Creating" } }]);
    expect({ posts, puts }).toEqual(boughtOnce);
    for (const { text } of [...sent("price"), ...sent("purchase")]) {
      expect(text).toContain(`"tags":{"purchase-automation":"cudly-web","cudly-idempotency-token":"${token}"}`);
      expect(text).toContain(`"displayName":"buyonce-${service}-${digestOf(token)}"`);
    }
    expect(sent("purchase")[0]?.text).toBe(sent("price")[0]?.text);
  });

  test.each([
    ["its tag", order(unnamed, { name: found, tags })],
    ["its display name", order({}, { name: found })],
  ])("match by %s: short-circuit with zero POST and PUT", async (_name, entry) => {
    const { outcomes, posts, puts } = await drive(service, { list: listing([order(unnamed), entry]) });
    expect(outcomes).toMatchObject([{ status: "already-purchased", commitment: { id: found } }]);
    expect({ posts, puts }).toEqual(nothingSent);
  });

  test.each([
    ["Creating", false],
    ["PendingResourceHold", false],
    ["ConfirmedResourceHold", false],
    ["PendingCapacity", false],
    ["PendingBilling", false],
    ["ConfirmedBilling", false],
    ["Created", false],
    ["Unheard-of", false],
    ["Succeeded", true],
    ["Split", true],
    ["Merged", true],
  ])("%s counts as bought, settled %s", async (provisioningState, settled) => {
    const { outcomes, posts, puts } = await drive(service, {
      list: listing([order({ provisioningState }, { name: found })]),
    });
    expect(outcomes).toMatchObject([
      { status: "already-purchased", commitment: { id: found, state: provisioningState, settled } },
    ]);
    expect({ posts, puts }).toEqual(nothingSent);
  });

  test.each(["Failed", "BillingFailed", "Cancelled", "Expired"])("%s does not suppress", async (provisioningState) => {
    const { outcomes, posts, puts } = await drive(service, {
      list: listing([order({ provisioningState }, { name: found, tags })]),
    });
    expect(outcomes).toMatchObject([{ status: "purchased", commitment: { id: minted(1) } }]);
    expect({ posts, puts }).toEqual(boughtOnce);
  });

  test.each([
    ["a match on the second page is adopted", [order({}, { name: found })], "already-purchased", nothingSent, 2],
    // The first page is read again: what it showed is still there, so nothing slid past the reader.
    ["no match on any page: bought", [], "purchased", boughtOnce, 3],
  ])("pages: %s", async (_name, second, status, expected, requests) => {
    const { outcomes, sent, posts, puts } = await drive(service, {
      list: ({ headers, path: asked }) => {
        if (asked.includes("skiptoken")) return { status: 200, body: { value: second } };
        return {
          status: 200,
          body: { value: [order(unnamed)], nextLink: `http://${headers.host}${path}&%24skiptoken=50` },
        };
      },
    });
    expect(outcomes[0]?.status).toBe(status);
    expect(sent("list")).toHaveLength(requests);
    expect({ posts, puts }).toEqual(expected);
  });

  test.each([
    [400, "lookup-failed"],
    [401, "access-denied"],
    [403, "access-denied"],
    [404, "lookup-failed"],
    [408, "lookup-failed"],
    [409, "lookup-failed"],
    [429, "lookup-failed"],
    [500, "lookup-failed"],
    [502, "lookup-failed"],
    [503, "lookup-failed"],
    [504, "lookup-failed"],
  ])("HTTP %i from the listing: refused (%s), nothing sent", async (status, code) => {
    const { outcomes, posts, puts } = await drive(service, { list: () => failure(status, "Whatever") });
    expect(outcomes).toMatchObject([{ status: "refused", error: { code } }]);
    expect({ posts, puts }).toEqual(nothingSent);
  });

  test("403 names the role that is missing", async () => {
    const { outcomes } = await drive(service, { list: () => failure(403, "AuthorizationFailed") });
    expect(outcomes[0]?.error).toMatchObject({
      message: expect.stringContaining("role Reservations Reader"),
      retryable: false,
    });
  });

  test.each([
    ["whose body is cut", { fault: "cut", status: 200, body: { value: [] } }],
    ["whose JSON is truncated", { status: 200, body: '{"value":[' }],
    ["without the array", { status: 200, body: {} }],
    ["with nothing", { status: 200 }],
    ["with HTML", { status: 200, body: "<html></html>" }],
    ["that never comes", { fault: "reset" }],
  ] satisfies [string, Reply][])("a listing %s: refused, nothing sent", async (_name, reply) => {
    const { outcomes, posts, puts } = await drive(service, { list: () => reply });
    expect(outcomes).toMatchObject([{ status: "refused", error: { retryable: true } }]);
    expect({ posts, puts }).toEqual(nothingSent);
  });

  test.each([
    ["cut 202", { fault: "cut", status: 202, body: order() }],
    ["cut 400", { fault: "cut", status: 400, body: { error: { code: "DisplayNameInvalid" } } }],
    ["500", failure(500, "InternalServerError")],
    ["reset", { fault: "reset" }],
  ] satisfies [string, Reply][])(
    "a purchase answered with %s: looked for under its id, found, never sent twice",
    async (_name, reply) => {
      const { outcomes, posts, puts } = await drive(service, {
        purchase: () => reply,
        order: ({ path: at }) => ({
          status: 200,
          body: order({ provisioningState: "PendingBilling" }, { name: idIn(at) }),
        }),
      });
      expect(outcomes).toMatchObject([
        {
          status: "purchased",
          commitment: { id: minted(1), state: "PendingBilling" },
          price: { amount: "24", currency: "GBP" },
        },
      ]);
      expect({ posts, puts }).toEqual(boughtOnce);
    },
  );

  test("a purchase whose answer is lost and that is not there: the same bytes under the same id, no new price", async () => {
    const { outcomes, sent, posts } = await drive(service, {
      purchase: ({ path: at }, nth) =>
        nth === 1 ? { fault: "reset" } : { status: 202, body: order({}, { name: idIn(at) }) },
    });
    expect(outcomes).toMatchObject([{ status: "purchased", commitment: { id: minted(1) } }]);
    const purchases = sent("purchase");
    expect(purchases).toHaveLength(2);
    expect(new Set(purchases.map(({ path: at, text }) => at + text)).size).toBe(1);
    expect(posts).toBe(1);
  });

  test("403 to the purchase: rejected after one PUT", async () => {
    const { outcomes, posts, puts } = await drive(service, { purchase: () => failure(403, "AuthorizationFailed") });
    expect(outcomes).toMatchObject([
      { status: "rejected", error: { code: "purchase-rejected", providerCode: "AuthorizationFailed" } },
    ]);
    expect({ posts, puts }).toEqual(boughtOnce);
  });

  test("two alike: different tokens, distinct orders", async () => {
    const { outcomes, sent, posts, puts } = await drive(service, {}, 2);
    expect(outcomes.map(({ status }) => status)).toEqual(["purchased", "purchased"]);
    expect(outcomes.map((outcome) => outcome.token)).toEqual([0, 1].map((n) => deriveIdempotencyToken(executionId, n)));
    expect(new Set(outcomes.map(({ commitment }) => commitment?.id)).size).toBe(2);
    expect({ posts, puts }).toEqual({ posts: 2, puts: 2 });
    const stamped = sent("purchase").map(
      ({ text }) => (JSON.parse(text) as { tags: Record<string, string> }).tags["cudly-idempotency-token"],
    );
    expect(stamped.toSorted()).toEqual([token, otherToken].toSorted());
  });
});
