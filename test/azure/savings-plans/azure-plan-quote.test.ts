import { describe, expect, test } from "vitest";
import { startLoopback, type Reply } from "../support/azure-loopback.ts";
import {
  failure,
  fakeEnvironment,
  marker,
  otherToken,
  recorded,
  signal,
  token,
  digestOf,
} from "../support/azure-samples.ts";
import { aliasName, answering, executorAt, recommend } from "./azure-plan-samples.ts";

const valid: Reply = { status: 200, body: recorded("savings-plan-validate-200").response.body };

async function quote(reply: Reply | ((nth: number) => Reply), change = {}, generation = 0) {
  const environment = fakeEnvironment();
  await using server = await startLoopback(answering({ validate: reply }));
  const executor = executorAt(server, { environment });
  const recommendation = executor.schema.parse(recommend(change));
  const quoted = await executor
    .quote(recommendation, { ...marker, generation }, { signal })
    .catch((error: unknown) => ({ error }));
  return { quoted, sent: server.arrived, slept: environment.slept };
}

describe("the price is the commitment of every hour of the term", () => {
  test.each([
    ["0.001", "P3Y", "26.28"],
    ["10", "P1Y", "87600"],
    ["0.12345", "P1Y", "1081.422"],
    ["0.00001", "P5Y", "0.438"],
    ["0.001", "P1M", "0.73"],
    ["999999.99999", "P3Y", "26279999999.7372"],
  ])("%s an hour for %s is %s", async (amount, term, expected) => {
    const { quoted } = await quote(valid, { commitment: { amount, currency: "USD" }, term });
    expect(quoted).toMatchObject({ price: { amount: expected, currency: "USD" } });
  });

  test("the recorded order: 0.001 an hour for three years was billed at 26.28, whatever the billing plan", async () => {
    const { properties } = recorded("savings-plan-order-get-200").response.body as {
      properties: { planInformation: { pricingCurrencyTotal: { amount: number; currencyCode: string } } };
    };
    const { amount, currencyCode } = properties.planInformation.pricingCurrencyTotal;
    for (const billingPlan of ["Upfront", "Monthly"]) {
      const { quoted } = await quote(valid, { commitment: { amount: "0.001", currency: "USD" }, billingPlan });
      expect(quoted).toMatchObject({ price: { amount: String(amount), currency: currencyCode } });
    }
  });
});

describe("the alias", () => {
  test("lesson 1079 (the alias held the time of day): it is derived from the token alone", async () => {
    const first = await quote(valid);
    const second = await quote(valid, { commitment: { amount: "5", currency: "EUR" } });
    for (const { quoted } of [first, second]) expect(quoted).toMatchObject({ handle: { aliasName } });
    expect(aliasName).toMatch(/^[a-zA-Z0-9_.-]{1,64}$/);
    const other = await startLoopback(answering({ validate: valid }));
    const executor = executorAt(other);
    const { handle } = await executor.quote(recommend(), { ...marker, token: otherToken }, { signal });
    await other[Symbol.asyncDispose]();
    expect(handle).not.toEqual({ aliasName });
  });

  test("A13: it is the Go engine's: the first 32 digits of the token as a GUID, and nothing else of it", () => {
    expect(aliasName).toMatch(/^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/);
    expect(token.startsWith(aliasName.replaceAll("-", ""))).toBe(true);
  });

  test("a ledger of an earlier version: what was sent under another name keeps it, in this generation", async () => {
    await using loopback = await startLoopback(answering({ validate: valid }));
    const sentAs = { aliasName: "buyonce-1f3a9c5de07b4286a1c4d5e6f708192a" };
    expect(await executorAt(loopback).quote(recommend(), marker, { signal, sentAs })).toMatchObject({ handle: sentAs });
  });

  test("a generation, which only proof of failure opens, gives another name", async () => {
    expect((await quote(valid, {}, 2)).quoted).toMatchObject({ handle: { aliasName: `${aliasName}-g2` } });
  });
});

test("what is validated is what will be sent, tags and all: a service that refuses it, refuses it here", async () => {
  const { quoted, sent } = await quote(valid);
  expect(sent.map(({ method }) => method)).toEqual(["POST"]);
  expect(JSON.parse(sent[0]?.text ?? "")).toEqual({ benefits: ["request" in quoted ? quoted.request : undefined] });
});

describe("not valid is a refusal with Azure's reason", () => {
  test("documented answer", async () => {
    const benefits = [
      {
        valid: false,
        reasonCode: "CustomerCannotPurchaseSavingsPlan",
        reason: "Your provider has not enabled Savings Plan purchase on this subscription.",
      },
    ];
    const { quoted, sent } = await quote({ status: 200, body: { benefits } });
    expect(quoted).toMatchObject({ error: { name: "RefusedError", code: "not-offered", retryable: false } });
    expect(quoted).toMatchObject({
      error: { message: expect.stringMatching(/CustomerCannotPurchaseSavingsPlan: Your provider has not enabled/) },
    });
    expect(sent).toHaveLength(1);
  });

  test("lesson 652: a reason that repeats the token shows only its beginning", async () => {
    const token = "ab12".repeat(16);
    const benefits = [{ valid: false, reason: `The tag ${token} and the name buyonce-${digestOf(token)} are taken.` }];
    const { quoted } = await quote({ status: 200, body: { benefits } });
    const expected = expect.stringContaining("The tag ab12ab12… and the name buyonce-8e9f80ca… are taken");
    expect(quoted).toMatchObject({ error: { message: expected } });
  });

  test("without a reason", async () => {
    const { quoted } = await quote({ status: 200, body: { benefits: [{ valid: false }] } });
    expect(quoted).toMatchObject({ error: { code: "not-offered", message: expect.stringContaining("no reason") } });
  });
});

test.each([
  ["no benefits", {}],
  ["an empty list", { benefits: [] }],
  ["two verdicts on one benefit", { benefits: [{ valid: true }, { valid: true }] }],
  ["no verdict", { benefits: [{}] }],
  ["a verdict in words", { benefits: [{ valid: "true" }] }],
  ["the specification's nested example", { benefits: [{ benefits: [{ valid: true }] }] }],
  ["HTML", "<html></html>"],
])("%s is not taken for valid", async (_name, body) => {
  const { quoted } = await quote({ status: 200, body });
  expect(quoted).toMatchObject({ error: { name: "RefusedError", code: "quote-failed" } });
});

test("it is retried where that may help, and not where it cannot", async () => {
  const busy = await quote((nth) => (nth < 3 ? failure(503, "ServiceUnavailable") : valid));
  expect(busy.quoted).toMatchObject({ handle: { aliasName } });
  expect(busy.sent).toHaveLength(3);
  const bad = await quote(failure(400, "InvalidRequestContent", "Unknown member tags"));
  expect(bad.quoted).toMatchObject({ error: { code: "quote-failed", message: expect.stringContaining("tags") } });
  expect(bad.sent).toHaveLength(1);
  const denied = await quote(failure(403, "AuthorizationFailed"));
  expect(denied.quoted).toMatchObject({
    error: { code: "access-denied", message: expect.stringContaining("Microsoft.BillingBenefits") },
  });
});

describe("A4: an answer that is about something else, or a price that nobody could pay, is no quote", () => {
  const said = (change: Readonly<Record<string, unknown>>): Reply => ({
    status: 200,
    body: { benefits: [{ valid: true, ...change }] },
  });
  const properties = { term: "P3Y", commitment: { amount: 0.00123, currencyCode: "USD", grain: "Hourly" } };
  test.each([
    [{ term: "P1Y" }, "term P1Y, not P3Y"],
    [{ properties: { ...properties, term: "P1Y" } }, "term P1Y, not P3Y"],
    [{ properties: { ...properties, commitment: { amount: 1.23, currencyCode: "USD" } } }, "amount 1.23, not 0.00123"],
    [{ commitment: { amount: 0.00123, currencyCode: "EUR" } }, "currencyCode EUR, not USD"],
    [{ commitment: { ...properties.commitment, grain: "Daily" } }, "grain Daily, not Hourly"],
    [{ billingPlan: "P1Y" }, "billingPlan P1Y, not P1M"],
    [{ pricingCurrencyTotal: { currencyCode: "USD", amount: 32_324.4 } }, "pricingCurrencyTotal 32324.40 USD"],
  ])("%o", async (change, contradiction) => {
    const { quoted } = await quote(said(change));
    expect(quoted).toMatchObject({
      error: { name: "RefusedError", code: "quote-failed", message: expect.stringContaining(contradiction) },
    });
  });

  test("what repeats the request is a quote", async () => {
    for (const change of [{}, { properties }, { properties: null }, properties]) {
      expect((await quote(said(change))).quoted).toMatchObject({ price: { amount: "32.3244" } });
    }
  });

  test("0.00001 yen an hour rounds to nothing in a year", async () => {
    const { quoted } = await quote(valid, { commitment: { amount: "0.00001", currency: "JPY" }, term: "P1Y" });
    expect(quoted).toMatchObject({ error: { code: "quote-failed", message: expect.stringContaining("no price") } });
  });
});
