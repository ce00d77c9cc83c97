import nock from "nock";
import { describe, expect, test } from "vitest";
import { createAzure, type AzureSettings } from "../../providers/azure/index.ts";
import {
  executorOf,
  findWith,
  marker,
  orderId,
  recommend,
  recorded,
  resourceTypes,
  serviceNames,
  signal,
  submit,
  subscriptionId,
  token,
  digestOf,
} from "./support/azure-samples.ts";
import { recommend as recommendPlan, submit as submitPlan } from "./savings-plans/azure-plan-samples.ts";
import { appliedScopes, arm, credentialOf, onlyNock, settings, tenantId } from "./support/azure-wire.ts";

onlyNock();

interface Sent {
  readonly url: string;
  readonly authorization: string | null;
  readonly body: Record<string, unknown> & { properties: Record<string, unknown> };
}

/** Answers price and purchase with the recordings and keeps the requests. */
function record(catalogSku = "Standard_b1ls"): Sent[] {
  const sent: Sent[] = [];
  const keep = async (request: Request) => {
    const body = (await request.json()) as Sent["body"];
    sent.push({ url: request.url, authorization: request.headers.get("authorization"), body });
  };
  nock(arm)
    .post(/calculatePrice/)
    .reply(async (request: Request) => {
      await keep(request);
      return [200, recorded("calculate-upfront-200").response.body];
    });
  nock(arm)
    .put(/reservationOrders/)
    .reply(async (request: Request) => {
      await keep(request);
      const { status, headers, body } = recorded("purchase-put-upfront-202").response;
      return [status, body, { ...headers }];
    });
  nock(arm)
    .get(/catalogs/)
    .reply(200, {
      value: [{ ...(recorded("catalog-item-200").response.body["value"] as object[])[0], name: catalogSku }],
    });
  return sent;
}

async function buy(service: string, changed: AzureSettings = {}, change: Readonly<Record<string, unknown>> = {}) {
  const sent = record();
  const executor = executorOf(service, { ...settings, ...changed });
  const recommendation = executor.schema.parse(recommend(service, change));
  const quote = await executor.quote(recommendation, marker, { signal });
  const submission = submit({ ...quote, recommendation, scope: executor.scopeOf(recommendation) });
  const answer = await executor.send(submission, { sentBefore: false });
  if (answer.kind !== "bought") throw new Error(answer.reason);
  const { commitment } = answer;
  const [price, purchase] = sent;
  if (price === undefined || purchase === undefined) throw new Error("two requests should have left");
  return { price, purchase, quote, commitment, count: sent.length };
}

describe.each(serviceNames)("%s on the wire", (service) => {
  test("lessons 680, 721: tags and display name are in the bytes of calculatePrice and of the PUT", async () => {
    const { price, purchase, count } = await buy(service);
    expect(count).toBe(2);
    for (const { body } of [price, purchase]) {
      expect(body["tags"]).toEqual({ "purchase-automation": "cudly-web", "cudly-idempotency-token": token });
      expect(body.properties["displayName"]).toBe(`buyonce-${service}-${digestOf(token)}`);
      expect(body.properties["displayName"]).toMatch(/^[A-Za-z0-9_-]{1,64}$/);
    }
  });

  test("lesson 640: nothing but a price and a reservation order is asked for, never a resource", async () => {
    const { price, purchase } = await buy(service);
    for (const { url } of [price, purchase])
      expect(new URL(url).pathname).toMatch(/^\/providers\/Microsoft\.Capacity\//);
  });

  test("other tag names are used, and no others", async () => {
    const { purchase } = await buy(service, { tagNames: { source: "bought-by", token: "bought-for" } });
    expect(purchase.body["tags"]).toEqual({ "bought-by": "cudly-web", "bought-for": token });
  });

  test("stampTags off: no tags leave, the display name stays", async () => {
    const { price, purchase } = await buy(service, { stampTags: false });
    for (const { body } of [price, purchase]) {
      expect(body).not.toHaveProperty("tags");
      expect(body.properties["displayName"]).toBe(`buyonce-${service}-${digestOf(token)}`);
    }
  });

  test("lessons 1495, 1502, 1503, 1055: every field that decides money is sent as it was asked for", async () => {
    const { price, purchase, quote } = await buy(service);
    expect(purchase.body).toEqual({
      sku: { name: "Standard_b1ls" },
      location: "westus",
      tags: expect.any(Object),
      properties: {
        reservedResourceType: resourceTypes[service],
        billingScopeId: `/subscriptions/${subscriptionId}`,
        term: "P1Y",
        billingPlan: "Upfront",
        quantity: 1,
        displayName: expect.any(String),
        appliedScopeType: "Shared",
        renew: false,
        ...(service === "compute" ? { reservedResourceProperties: { instanceFlexibility: "On" } } : {}),
      },
    });
    expect(price.body).toEqual(purchase.body);
    expect(quote.request).toEqual(purchase.body);
  });
});

test("lesson 677: the order is bought under the id that calculatePrice minted, with the documented address and token", async () => {
  const { price, purchase, quote, commitment } = await buy("compute");
  expect(price.url).toBe(`${arm}/providers/Microsoft.Capacity/calculatePrice?api-version=2022-11-01`);
  expect(purchase.url).toBe(`${arm}/providers/Microsoft.Capacity/reservationOrders/${orderId}?api-version=2022-11-01`);
  expect([price.authorization, purchase.authorization]).toEqual([
    "Bearer opaque-test-token",
    "Bearer opaque-test-token",
  ]);
  expect(quote).toMatchObject({ handle: { reservationOrderId: orderId }, price: { amount: "24", currency: "GBP" } });
  expect(commitment).toEqual({
    id: orderId,
    state: "Creating",
    standing: "live",
    settled: false,
    marked: true,
    price: { amount: "24", currency: "GBP" },
    purchasedAt: "2023-03-06T14:10:21.8757428Z",
  });
});

test("the recorded monthly price is the whole term, not one instalment", async () => {
  nock(arm)
    .post(/calculatePrice/)
    .reply(200, recorded("calculate-monthly-200").response.body);
  const executor = executorOf("compute", settings);
  const recommendation = executor.schema.parse(recommend("compute", { billingPlan: "Monthly", quantity: 2 }));
  expect((await executor.quote(recommendation, marker, { signal })).price).toEqual({ amount: "48", currency: "GBP" });
});

describe("applied scope (assumption: the names are the specification's; no recording shows them)", () => {
  test.each(appliedScopes)("%o", async (appliedScope, expected) => {
    const { purchase } = await buy("compute", {}, { appliedScope });
    expect(purchase.body.properties).toMatchObject(expected);
  });

  test("a management group without a tenant of its own is the recommendation's tenant's", async () => {
    const appliedScope = { type: "ManagementGroup", managementGroupId: "finance" };
    const { purchase } = await buy("compute", {}, { appliedScope, tenantId });
    expect(purchase.body.properties["appliedScopeProperties"]).toMatchObject({ tenantId });
  });
});

describe("credentials", () => {
  test("a credential factory and the credential are given the tenant, and each tenant gets its own scope", async () => {
    record();
    const asked: unknown[] = [];
    const executor = executorOf("compute", {
      ...settings,
      credential: (tenantId) => ({
        getToken: async (scopes, options) => {
          asked.push([tenantId, scopes, options?.tenantId]);
          return { token: "opaque-test-token", expiresOnTimestamp: Date.now() + 3_600_000 };
        },
      }),
    });
    const tenantId = "ABCDEF00-aaaa-bbbb-cccc-100000000001";
    const recommendation = executor.schema.parse(recommend("compute", { tenantId }));
    const key = "azure/abcdef00-aaaa-bbbb-cccc-100000000001";
    expect(executor.scopeOf(recommendation)).toEqual({ key, label: `Azure tenant ${tenantId}`, tenantId });
    expect(executor.scopeOf(executor.schema.parse(recommend())).key).toBe("azure/default");
    await executor.quote(recommendation, marker, { signal });
    expect(asked).toEqual([[tenantId, ["https://management.azure.com/.default"], tenantId]]);
  });

  test("no token: refused before the first request, and rejected at the purchase, because nothing was sent", async () => {
    const failing = { getToken: async () => Promise.reject(new Error("Please run az login")) };
    const sent = record();
    const executor = executorOf("compute", { ...settings, credential: failing });
    const recommendation = executor.schema.parse(recommend());
    const refused = executor.quote(recommendation, marker, { signal });
    await expect(refused).rejects.toMatchObject({ code: "credentials-unavailable" });
    await expect(refused).rejects.toThrow(/az login/);
    const answer = await executor.send(submit(), { sentBefore: false });
    expect(answer).toMatchObject({ kind: "rejected", left: false, retryable: true });
    expect(sent).toEqual([]);
  });

  test("continuous access evaluation: a 401 challenge is answered once with a fresh token; a 401 never is a purchase", async () => {
    const claims = Buffer.from('{"access_token":{}}').toString("base64");
    let sends = 0;
    nock(arm)
      .put(/reservationOrders/)
      .times(3)
      .reply(async () => {
        sends += 1;
        return [401, {}, { "WWW-Authenticate": `Bearer error="insufficient_claims", claims="${claims}"` }];
      });
    const answer = await executorOf("compute", settings).send(submit(), { sentBefore: false });
    expect(answer).toMatchObject({ kind: "rejected", left: true, providerCode: "HTTP 401" });
    expect(sends).toBe(2);
  });
});

const kinds = [
  {
    service: "compute",
    recommendation: (change = {}) => recommend("compute", change),
    submission: submit(),
    price: /calculatePrice/,
    priced: "calculate-upfront-200",
    listing: "/providers/Microsoft.Capacity/reservationOrders",
  },
  {
    service: "savings-plans",
    recommendation: recommendPlan,
    submission: submitPlan(),
    price: /validate/,
    priced: "savings-plan-validate-200",
    listing: "/providers/Microsoft.BillingBenefits/savingsPlanOrders",
  },
] as const;

describe.each(kinds)("$service: nothing leaves for elsewhere", (kind) => {
  const answerPrice = (origin: string) => nock(origin).post(kind.price).reply(200, recorded(kind.priced).response.body);

  test("a redirect of the purchase is not followed: no body and no token go to another host", async () => {
    const elsewhere = nock("https://elsewhere.example").put(/.*/).reply(200, {});
    nock(arm)
      .get(/savingsPlanOrderAliases/)
      .reply(404, { error: { code: "SavingsPlanOrderAliasNotFound", message: "no" } });
    const redirect = nock(arm)
      .put(/.*/)
      .reply(307, {}, { Location: `https://elsewhere.example${kind.listing}/${orderId}` });
    const answer = await executorOf(kind.service, settings).send(kind.submission, { sentBefore: false });
    expect(answer).toMatchObject({ kind: "unknown", reason: expect.stringContaining("HTTP 307") });
    expect([redirect.isDone(), elsewhere.isDone()]).toEqual([true, false]);
  });

  test("a next link to another host is not followed: the bearer token stays", async () => {
    const elsewhere = nock("https://elsewhere.example").get(/.*/).reply(200, { value: [] });
    const nextLink = `https://elsewhere.example${kind.listing}?api-version=2022-11-01`;
    nock(arm).get(new RegExp(kind.listing)).reply(200, { value: [], nextLink });
    const found = findWith(executorOf(kind.service, settings));
    await expect(found).rejects.toMatchObject({ code: "lookup-untrusted" });
    expect(elsewhere.isDone()).toBe(false);
  });

  test("lesson 9531681a: a token of another tenant than the one asked for sends nothing", async () => {
    const claims = Buffer.from(JSON.stringify({ tid: "20000000-aaaa-bbbb-cccc-200000000002" })).toString("base64url");
    const price = answerPrice(arm);
    const executor = executorOf(kind.service, { ...settings, credential: credentialOf(`x.${claims}.y`) });
    const recommendation = executor.schema.parse(kind.recommendation({ tenantId }));
    await expect(executor.quote(recommendation, marker, { signal })).rejects.toMatchObject({ code: "wrong-account" });
    expect(price.isDone()).toBe(false);
  });

  test("a sovereign cloud has its own address and token scope", async () => {
    const credential = credentialOf();
    const price = answerPrice("https://management.usgovcloudapi.net");
    const executor = executorOf(kind.service, { ...settings, cloud: "us-government", credential });
    await executor.quote(executor.schema.parse(kind.recommendation()), marker, { signal });
    expect(price.isDone()).toBe(true);
    expect(credential.asked.flat()).toEqual(["https://management.usgovcloudapi.net/.default"]);
  });
});

test("an http endpoint elsewhere than on loopback is refused, and making a provider sends nothing", () => {
  expect(() => createAzure({ endpoint: "http://management.azure.com" })).toThrow(/https/);
  expect(() => createAzure({ maxPages: 0 })).toThrow(
    expect.objectContaining({ code: "invalid-configuration", message: expect.stringContaining("maxPages") }),
  );
  expect(Object.keys(createAzure().services)).toEqual(expect.arrayContaining([...serviceNames, "savings-plans"]));
});
