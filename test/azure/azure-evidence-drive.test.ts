import { describe, expect, test } from "vitest";
import { createAzure } from "../../providers/azure/index.ts";
import { createPurchaser } from "../../src/purchaser.ts";
import { createMemoryLedger } from "../../src/ledger/memory-ledger.ts";
import { createVirtualEnvironment } from "../../src/testing/virtual-environment.ts";
import { startLoopback, type Arrived, type Reply } from "./support/azure-loopback.ts";
import {
  failure,
  fakeEnvironment,
  kindOf,
  notFound,
  order,
  orderId,
  priceAnswer,
  recommend,
  reservation,
  startTime,
} from "./support/azure-samples.ts";

const other = "b1155536-c572-4349-b11e-6d62eed38326";
const ours = order({}, { name: other });
const unmarked = { displayName: "VM_RI_01" };
const shows = (body: unknown, status = 200): Reply => ({ status, body });
const idOf = ({ path }: Arrived) => new URL(path, "http://127.0.0.1").pathname.split("/").at(-1) ?? "";

describe("A1, A2: a whole drive, where the listing lags", () => {
  /** Prices, an empty list; PUTs and reads as told. */
  async function drive(put: Reply, orders: Readonly<Record<string, Reply>>) {
    await using server = await startLoopback((one) => {
      const kind = kindOf(one);
      if (kind === "price") return shows(priceAnswer);
      if (kind === "list") return shows({ value: [] });
      if (kind === "reservations") return shows({ value: [reservation()] });
      return kind === "purchase" ? put : (orders[idOf(one)] ?? notFound);
    });
    const environment = createVirtualEnvironment(startTime);
    const purchaser = createPurchaser({
      ledger: createMemoryLedger({ clock: environment.now }),
      providers: [createAzure({ endpoint: server.origin, environment: fakeEnvironment() })],
      environment,
    });
    const execution = { executionId: "6f2c9a52-6a0e-4a0f-9a2b-2f4a1d1f7a11", source: "cudly-web" };
    const { outcomes } = await purchaser.drive({ ...execution, recommendations: [recommend()] });
    return { outcome: outcomes[0], puts: server.count("PUT"), prices: server.count("POST") };
  }

  test("another order in a success: one PUT, that order", async () => {
    const { outcome, puts } = await drive(shows(ours), { [other]: shows(ours) });
    expect(outcome).toMatchObject({ status: "purchased", commitment: { id: other } });
    expect(puts).toBe(1);
  });

  test("it exists, which may be this very send repeated on its way: adopted, and no second price", async () => {
    const put = failure(409, "ReservationOrderIdAlreadyExists");
    const { outcome, puts, prices } = await drive(put, { [orderId]: shows(order()) });
    // B2: what the answer to the send does not show as bought by it is told as bought before.
    expect(outcome).toMatchObject({ status: "already-purchased", commitment: { id: orderId } });
    expect([puts, prices]).toEqual([1, 1]);
  });

  test.each([
    ["exists", failure(409, "ReservationOrderIdAlreadyExists")],
    ["session timed out", failure(400, "BadRequest", "Session timed out - Call CalculatePrice again")],
  ])("%s, and the order cannot be read or is not shown: unresolved in Azure's words, one price", async (_what, put) => {
    const said = (put as { readonly body: { readonly error: { readonly code: string } } }).body.error.code;
    for (const [shown, puts] of [
      [failure(500, "InternalServerError"), 1],
      [notFound, 3],
    ] as const) {
      const driven = await drive(put, { [orderId]: shown });
      expect(driven.outcome).toMatchObject({
        status: "unresolved",
        error: { code: "outcome-unknown", providerCode: said, message: expect.stringContaining(said) },
      });
      // The same id again, where it is not shown; never another one.
      expect([driven.puts, driven.prices]).toEqual([puts, 1]);
    }
  });

  test("it exists and came to nothing, and so does each: a new price, three at most", async () => {
    const put = failure(409, "ReservationOrderIdAlreadyExists");
    const { outcome, puts, prices } = await drive(put, { [orderId]: shows(order({ provisioningState: "Failed" })) });
    expect(outcome).toMatchObject({ status: "refused", error: { code: "quote-failed" } });
    expect([puts, prices]).toEqual([3, 3]);
  });

  test("session timed out, although it was bought: one PUT, one price", async () => {
    const put = failure(400, "BadRequest", "Session timed out - Call CalculatePrice again");
    const { outcome, puts, prices } = await drive(put, { [orderId]: shows(order()) });
    expect(outcome).toMatchObject({ status: "purchased", commitment: { id: orderId } });
    expect([puts, prices]).toEqual([1, 1]);
  });

  test("session timed out, and nothing is shown: unresolved, the same id only, never a new price", async () => {
    const put = failure(400, "BadRequest", "Session timed out - Call CalculatePrice again");
    const { outcome, prices } = await drive(put, {});
    expect(outcome).toMatchObject({
      status: "unresolved",
      error: { code: "outcome-unknown", providerCode: "BadRequest" },
    });
    expect(outcome?.error?.message).toContain("Session timed out");
    expect(prices).toBe(1);
  });

  test.each([
    [409, "MissingSubscriptionRegistration", /az provider register --namespace Microsoft\.Capacity/],
    [400, "SubscriptionNotRegistered", /az provider register/],
    [404, "SubscriptionNotFound", /Check subscriptionId/],
    [409, "ReadOnlyDisabledSubscription", /is disabled: enable it/],
    [400, "MissingAppliedScopesForSingle", /Check appliedScope/],
    [400, "AppliedScopesNotAssociatedWithCommerceAccount", /Check appliedScope/],
    [400, "NonsupportedAccountId", /another account/],
    [400, "MissingTenantId", /Check tenantId/],
    [403, "AuthorizationFailed", /role Reservation Purchaser/],
    [401, "InvalidAuthenticationToken", /sign in again/],
    [403, "RequestDisallowedByPolicy", /policy/],
    [400, "RiskCheckFailed", /Azure support/],
    [409, "FulfillmentOutOfStockError", /another region/],
    [400, "InvalidRequestContent", /Azure's own message/],
  ])(
    "B5: HTTP %i %s on a first send: rejected after one PUT, in Azure's words, with what to do",
    async (status, code, advice) => {
      const { outcome, puts } = await drive(failure(status, code, "These are Azure's words."), {});
      expect(outcome).toMatchObject({ status: "rejected", error: { providerCode: code } });
      expect(outcome?.error?.message).toMatch(advice);
      expect(outcome?.error?.message).toContain("These are Azure's words");
      expect(puts).toBe(1);
    },
  );

  test("B5: InvalidFulfillmentRequestParameters names a later stage: unresolved", async () => {
    const { outcome } = await drive(
      failure(400, "InvalidFulfillmentRequestParameters", "These are Azure's words."),
      {},
    );
    expect(outcome).toMatchObject({
      status: "unresolved",
      error: {
        providerCode: "InvalidFulfillmentRequestParameters",
        message: expect.stringContaining("These are Azure's words"),
      },
    });
  });

  test("another order that carries the token and came to nothing: the same id is sent again, never another one", async () => {
    const failed = shows(order({ provisioningState: "BillingFailed" }, { name: other }));
    const { outcome, puts, prices } = await drive(failed, { [other]: failed });
    expect(outcome).toMatchObject({ status: "unresolved", error: { code: "outcome-unknown" } });
    expect([puts, prices]).toEqual([3, 1]);
  });

  test("a success that says Failed: rejected, and where the order lives all the same, adopted", async () => {
    const failed = shows(order({ provisioningState: "Failed" }));
    const { outcome, puts } = await drive(failed, {});
    expect(outcome).toMatchObject({ status: "rejected", error: { providerCode: "Failed" } });
    const lives = await drive(failed, { [orderId]: shows(order()) });
    expect(lives.outcome).toMatchObject({ status: "purchased", commitment: { id: orderId } });
    expect([puts, lives.puts, lives.prices]).toEqual([1, 1, 1]);
  });

  test("another order that nobody can judge: one PUT, one price, unresolved", async () => {
    const nobodys = shows(order(unmarked, { name: other }));
    const { outcome, puts, prices } = await drive(nobodys, { [other]: nobodys });
    expect(outcome).toMatchObject({ status: "unresolved", error: { message: expect.stringContaining(other) } });
    expect([puts, prices]).toEqual([1, 1]);
  });

  test("B3: bought and over: rejected with those words, one PUT", async () => {
    const over = shows(order({ provisioningState: "Canceled" }));
    for (const put of [over, failure(400, "BadRequest", "Session timed out")]) {
      const { outcome, puts } = await drive(put, { [orderId]: over });
      expect(outcome).toMatchObject({ status: "rejected", error: { message: expect.stringContaining("is over") } });
      expect(puts).toBe(1);
    }
  });
});
