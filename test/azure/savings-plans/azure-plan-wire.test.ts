import nock from "nock";
import { describe, expect, test } from "vitest";
import type { AzureSettings } from "../../../providers/azure/index.ts";
import { executorOf, marker, recorded, signal, subscriptionId, token, digestOf } from "../support/azure-samples.ts";
import { appliedScopes, arm, onlyNock, settings } from "../support/azure-wire.ts";
import { alias, aliasName, recommend, submit } from "./azure-plan-samples.ts";

const root = "/providers/Microsoft.BillingBenefits";
const notFound = { error: { code: "SavingsPlanOrderAliasNotFound", message: "no" } };

onlyNock();

interface Sent {
  readonly method: string;
  readonly url: string;
  readonly authorization: string | null;
  readonly text: string;
}

/** Quotes and buys; keeps every request that left. */
async function buy(change: Readonly<Record<string, unknown>> = {}, changed: AzureSettings = {}, generation = 0) {
  const sent: Sent[] = [];
  const keep = async (request: Request) => {
    const { method, url, headers } = request;
    sent.push({ method, url, authorization: headers.get("authorization"), text: await request.text() });
  };
  nock(arm)
    .post(/validate/)
    .reply(async (request: Request) => {
      await keep(request);
      return [200, recorded("savings-plan-validate-200").response.body];
    });
  nock(arm)
    .get(/savingsPlanOrderAliases/)
    .reply(async (request: Request) => {
      await keep(request);
      return [404, notFound];
    });
  nock(arm)
    .put(/savingsPlanOrderAliases/)
    .reply(async (request: Request) => {
      await keep(request);
      const name = new URL(request.url).pathname.split("/").at(-1);
      const { properties } = JSON.parse(sent.at(-1)?.text ?? "{}") as { properties: Record<string, unknown> };
      return [201, alias({ billingPlan: undefined, ...properties }, name)];
    });
  const executor = executorOf("savings-plans", { ...settings, ...changed });
  const recommendation = executor.schema.parse(recommend(change));
  const quote = await executor.quote(recommendation, { ...marker, generation }, { signal });
  const submission = submit({ ...quote, recommendation, scope: executor.scopeOf(recommendation) });
  const answer = await executor.send(submission, { sentBefore: false });
  expect(answer.kind).toBe("bought");
  const purchase = sent.at(-1);
  if (purchase === undefined) throw new Error("nothing left");
  const body = JSON.parse(purchase.text) as Record<string, unknown> & { properties: Record<string, unknown> };
  return { sent, purchase, body, quote };
}

test("three requests leave: validate, the look at the alias, the one PUT; each with the token of the credential", async () => {
  const { sent } = await buy();
  const address = `${arm}${root}/savingsPlanOrderAliases/${aliasName}?api-version=2026-06-01`;
  expect(sent.map(({ method, url }) => [method, url])).toEqual([
    ["POST", `${arm}${root}/validate?api-version=2026-06-01`],
    ["GET", address],
    ["PUT", address],
  ]);
  expect(new Set(sent.map(({ authorization }) => authorization))).toEqual(new Set(["Bearer opaque-test-token"]));
});

test("a renewal leaves as it was asked for", async () => {
  expect((await buy({ renew: true })).body.properties["renew"]).toBe(true);
});

describe("lessons 680, 721: the marker is in the bytes of validate and of the PUT", () => {
  test("tags and display name", async () => {
    const { sent, body } = await buy();
    expect(body["tags"]).toEqual({ "purchase-automation": "cudly-web", "cudly-idempotency-token": token });
    expect(body.properties["displayName"]).toBe(`buyonce-savings-plan-${digestOf(token)}`);
    expect(body.properties["displayName"]).toMatch(/^[A-Za-z0-9_-]{1,64}$/);
    expect(JSON.parse(sent[0]?.text ?? "")).toEqual({ benefits: [body] });
  });

  test("other tag names, and none at all: the display name stays", async () => {
    const named = await buy({}, { tagNames: { source: "bought-by", token: "bought-for" } });
    expect(named.body["tags"]).toEqual({ "bought-by": "cudly-web", "bought-for": token });
    const bare = await buy({}, { stampTags: false });
    expect(bare.body).not.toHaveProperty("tags");
    expect(bare.body.properties["displayName"]).toBe(`buyonce-savings-plan-${digestOf(token)}`);
  });
});

test("lessons 1495, 1502, 1055: every field that decides money is sent as it was asked for", async () => {
  const { body, quote } = await buy();
  expect(body).toEqual({
    sku: { name: "Compute_Savings_Plan" },
    tags: expect.any(Object),
    properties: {
      displayName: expect.any(String),
      billingScopeId: `/subscriptions/${subscriptionId}`,
      term: "P3Y",
      billingPlan: "P1M",
      appliedScopeType: "Shared",
      commitment: { grain: "Hourly", currencyCode: "USD", amount: 0.00123 },
      renew: false,
    },
  });
  expect(quote.request).toEqual(body);
});

describe("lesson 1585 (the commitment was printed with two decimals): every digit is in the bytes", () => {
  test.each(["0.00001", "0.12345", "10", "10.5", "999999.99999"])("%s", async (amount) => {
    const { purchase } = await buy({ commitment: { amount, currency: "USD" } });
    expect(/"amount":([^,}]+)/.exec(purchase.text)?.[1]).toBe(amount);
  });

  test("trailing zeros are no other amount", async () => {
    const { purchase } = await buy({ commitment: { amount: "0.50000", currency: "USD" } });
    expect(/"amount":([^,}]+)/.exec(purchase.text)?.[1]).toBe("0.5");
  });
});

describe("lesson 1502: the billing plan is always said by the recommendation", () => {
  test("upfront is said by leaving the plan out: the specification has no word for it", async () => {
    const { body } = await buy({ billingPlan: "Upfront" });
    expect(body.properties).not.toHaveProperty("billingPlan");
  });

  test("monthly is P1M", async () => {
    expect((await buy({ billingPlan: "Monthly" })).body.properties["billingPlan"]).toBe("P1M");
  });
});

test("a generation goes into the alias, and nowhere else", async () => {
  const first = await buy();
  const { purchase } = await buy({}, {}, 1);
  expect(new URL(purchase.url).pathname).toBe(`${root}/savingsPlanOrderAliases/${aliasName}-g1`);
  expect(purchase.text).toBe(first.purchase.text);
});

test.each(appliedScopes)("applied scope, as recorded: %o", async (appliedScope, expected) => {
  expect((await buy({ appliedScope })).body.properties).toMatchObject(expected);
});
