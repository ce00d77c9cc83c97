import { CreateSavingsPlanCommand, SavingsplansClient } from "@aws-sdk/client-savingsplans";
import { describe, expect, test } from "vitest";
import { calmly, first, once, otherToken, token } from "../aws-executors.ts";
import { ok, startLoopback, type Reply } from "../aws-loopback.ts";
import { answeredSend, json, jsonError, plan, plans, request, savingsPlansAt, submission } from "./aws-plan-answers.ts";
import { withShortTimeout } from "../../short-timeout.ts";

const action = "CreateSavingsPlan";
const list = "DescribeSavingsPlans";
const answer = JSON.stringify({ savingsPlanId: "plan-1" });

const buy = (reply: Reply, purchaseTimeout = 10_000) => answeredSend(reply, { purchaseTimeout });

/** The answer names `plan-1`, and this is what is shown of it. */
async function bought(shown: Reply) {
  await using loopback = await startLoopback();
  loopback.on(action, ok(answer));
  loopback.on(list, shown);
  return await savingsPlansAt(loopback).send(submission, first);
}

const unknown = { kind: "unknown" };
const rejected = { kind: "rejected", expired: false };

describe("the purchase of a savings plan", () => {
  test("lessons 680, 721: sends exactly what was recorded, tags and client token included, once, after the account check", async () => {
    await using loopback = await startLoopback();
    loopback.on(action, ok(answer));
    // Not shown yet: the answer is the proof.
    loopback.on(list, plans([]));
    expect(await savingsPlansAt(loopback).send(submission, first)).toEqual({
      kind: "bought",
      commitment: {
        id: "plan-1",
        state: "payment-pending",
        standing: "live",
        settled: false,
        marked: true,
        price: { amount: "10950", currency: "USD" },
      },
    });
    expect(loopback.arrived.map((one) => one.action)).toEqual(["GetCallerIdentity", action, list, list]);
    const { body, headers } = loopback.last(action);
    expect(JSON.parse(body)).toEqual({
      savingsPlanOfferingId: "offering-1",
      commitment: "1.25",
      clientToken: token,
      tags: {
        "purchase-automation": "cudly-web",
        "cudly-idempotency-token": token,
        "buyonce-purchase": token,
        Tool: "CUDly",
      },
    });
    expect(headers.connection).toBe("close");
    expect(headers.authorization).toContain("/us-east-1/savingsplans/aws4_request");
  });

  test("lesson 1503: the part that is paid upfront goes as it was recorded", async () => {
    await using loopback = await startLoopback();
    loopback.on(action, ok(answer));
    loopback.on(list, plans([]));
    const partly = { ...submission, request: { ...request, upfrontPaymentAmount: "5475" } };
    await savingsPlansAt(loopback).send(partly, first);
    expect(JSON.parse(loopback.last(action).body)).toMatchObject({ upfrontPaymentAmount: "5475" });
  });

  test("a second send has the same bytes, from another process and minutes later too", async () => {
    await using loopback = await startLoopback();
    loopback.on(action, ok(answer));
    loopback.on(list, plans([]));
    await savingsPlansAt(loopback).send(submission, first);
    const recorded = JSON.parse(JSON.stringify(submission)) as typeof submission;
    await new Promise((resolve) => setTimeout(resolve, 1100));
    await savingsPlansAt(loopback).send(recorded, { sentBefore: true });
    const [one, two] = loopback.arrived.filter((arrived) => arrived.action === action).map(({ body }) => body);
    expect(one).toBeDefined();
    expect(two).toBe(one);
  });

  test("without a client token of ours the SDK makes up another one for every send: a record without one is not sent", async () => {
    await using loopback = await startLoopback();
    loopback.on(action, ok(answer));
    const client = new SavingsplansClient({
      region: "us-east-1",
      endpoint: loopback.url,
      credentials: { accessKeyId: "dummy", secretAccessKey: "dummy" },
    });
    const command = new CreateSavingsPlanCommand({ savingsPlanOfferingId: "offering-1", commitment: "1.25" });
    await client.send(command);
    await client.send(command);
    const made = loopback.arrived.map(({ body }) => (JSON.parse(body) as { clientToken: string }).clientToken);
    expect(new Set(made).size).toBe(2);

    const { clientToken: _left, ...rest } = request;
    const without = { ...submission, request: rest };
    expect(await savingsPlansAt(loopback).send(without, first)).toMatchObject({ ...rejected, left: false });
    expect(loopback.count(action)).toBe(2);
  });

  test.each([
    ["a purchase time", { purchaseTime: 1_784_026_800 }],
    ["a number for the commitment", { commitment: 1.25 }],
    ["a parameter that is not known", { dryRun: true }],
  ])("a record with %s is not sent", async (_what, changes) => {
    await using loopback = await startLoopback();
    loopback.on(action, ok(answer));
    const changed = { ...submission, request: { ...request, ...changes } };
    expect(await savingsPlansAt(loopback).send(changed, first)).toMatchObject({ ...rejected, left: false });
    expect(loopback.count(action)).toBe(0);
  });
});

describe("A29: the plan that an answer names is read before it is called bought", () => {
  test("live: as it is, at the price that was agreed on", async () => {
    expect(await bought(plans([plan("plan-1")]))).toEqual({
      kind: "bought",
      commitment: {
        id: "plan-1",
        state: "active",
        standing: "live",
        settled: true,
        marked: true,
        price: { amount: "10950", currency: "USD" },
        purchasedAt: "2026-07-14T11:00:01.000Z",
      },
    });
  });

  test.each([
    ["returned", "ended"],
    ["retired", "ended"],
    ["payment-failed", "failed"],
    ["queued-deleted", "failed"],
    ["pending-return", "live"],
  ])("%s: %s, which is for the drive to judge", async (state, standing) => {
    expect(await bought(plans([plan("plan-1", { state })]))).toMatchObject({
      kind: "bought",
      commitment: { id: "plan-1", state, standing },
    });
  });

  test.each([
    ["it is something else", plans([plan("plan-1", { commitment: "12.5" })]), /hourlyCommitment/],
    ["it carries another token", plans([plan("plan-1", { tags: { "cudly-idempotency-token": otherToken } })]), /token/],
    ["it cannot be read", jsonError(400, "ValidationException"), /could not be read/],
    ["the list cannot be believed", ok("{}"), /could not be read/],
  ] satisfies [string, Reply, RegExp][])("%s: unknown, with its id as evidence", async (_what, shown, words) => {
    expect(await bought(shown)).toMatchObject({
      ...unknown,
      evidence: ["plan-1"],
      reason: expect.stringMatching(words),
    });
  });
});

describe("B2: the plan that an answer names was there before", () => {
  test.each([
    ["active", "live"],
    ["returned", "ended"],
    ["payment-failed", "failed"],
  ])("%s, and it began before the send: it exists, and this send bought nothing", async (state, standing) => {
    const start = "2026-07-14T10:54:59.000Z";
    expect(await bought(plans([plan("plan-0", { savingsPlanId: "plan-1", start, state })]))).toMatchObject({
      kind: "exists",
      reason: expect.stringContaining("plan-1, which was bought before"),
      found: {
        commitment: { id: "plan-1", state, standing, marked: true, price: { amount: "10950", currency: "USD" } },
        marks: [{ text: token, whole: true }, {}],
        facts: { hourlyCommitment: "1.25" },
      },
    });
  });

  test.each([["2026-07-14T10:55:00.000Z"], [undefined], ["no time"]])(
    "it began at %s, which may be this send: bought",
    async (start) => {
      expect(await bought(plans([plan("plan-1", { start })]))).toMatchObject({ kind: "bought" });
    },
  );

  test("A14: it carries tags, and no token: the Go engine bought it under the same client token, and no marker is waited for", async () => {
    const tags = { "purchase-automation": "cudly-web", Tool: "CUDly" };
    expect(await bought(plans([plan("plan-1", { tags })]))).toMatchObject({
      kind: "exists",
      found: { commitment: { id: "plan-1", marked: "waived" }, marks: [] },
    });
  });

  test.each([{}, undefined])("its tags are not shown: bought", async (tags) => {
    expect(await bought(plans([plan("plan-1", { tags })]))).toMatchObject({ kind: "bought" });
  });

  test("it began before and is something else: nobody knows what AWS has bought", async () => {
    const other = plan("plan-1", { start: "2026-07-14T10:00:00.000Z", commitment: "12.5" });
    expect(await bought(plans([other]))).toMatchObject({ ...unknown, evidence: ["plan-1"] });
  });
});

describe("lesson: the SDK re-sent the purchase below the guard; one request for a savings plan leaves, outcome unknown", () => {
  test.each([500, 502, 503, 504])("HTTP %i", async (status) => {
    const { answer, ...counted } = await buy(jsonError(status, "InternalServerException"));
    expect(counted).toEqual(once);
    expect(answer).toMatchObject(unknown);
  });

  test.each([
    ["throttled with 503", jsonError(503, "ThrottlingException")],
    ["RequestTimeout with 400", jsonError(400, "RequestTimeout")],
    ["HTTP 408", jsonError(408, "SomethingElse")],
    ["HTTP 307", { status: 307, body: "" }],
    ["HTML with 200", ok("<html><body>Sign in</body></html>")],
    ["HTML with 403", { status: 403, body: "<html><body>Forbidden</body></html>" }],
    ["404 without a body", { status: 404, body: "" }],
    ["400 without a code", json({ message: "?" }, 400)],
    ["an empty body with 200", ok("")],
    ["an empty object with 200", ok("{}")],
    ["an answer with an empty id", ok('{"savingsPlanId":""}')],
    ["lessons 1766, 1767: a 400 whose body was cut", { status: 400, body: '{"__type":"Valida' }],
  ] satisfies [string, Reply][])("%s", async (_what, reply) => {
    const { answer, ...counted } = await buy(reply);
    expect(counted).toEqual(once);
    expect(answer).toMatchObject(unknown);
  });

  test.each([
    ["the connection is reset", (response) => response.socket?.resetAndDestroy()],
    ["the connection is closed", (response) => response.socket?.destroy()],
    [
      "a 200 whose body was cut",
      (response) => {
        response.writeHead(200, { "content-type": "application/json", "content-length": answer.length });
        response.write(answer.slice(0, 10), () => response.destroy());
      },
    ],
    ["a 200 whose body was cut and whose length was not given", ok(answer.slice(0, -5))],
  ] satisfies [string, Reply][])("after the request was read: %s", async (_what, reply) => {
    const { answer, ...counted } = await buy(reply);
    expect(counted).toEqual(once);
    expect(answer).toMatchObject(unknown);
  });

  test.each([
    ["no answer", () => {}],
    [
      "a body that stalls",
      (response) => {
        response.writeHead(200, { "content-type": "application/json" });
        response.write(answer.slice(0, 10));
      },
    ],
  ] satisfies [string, Reply][])("within the timeout: %s", async (_what, reply) => {
    const { answer, ...counted } = await withShortTimeout((timeout) => buy(reply, timeout));
    expect(counted).toEqual(once);
    expect(answer).toMatchObject(unknown);
  });
});

describe("assumption: an answer that speaks of an earlier send is no proof that nothing was bought", () => {
  test.each([
    ["IdempotentParameterMismatch", "An error."],
    ["IdempotencyException", "An error."],
    ["ResourceAlreadyExistsException", "An error."],
    ["ConflictException", "An error."],
    ["ValidationException", "The client token was already used with different parameters."],
    ["ValidationException", "Idempotency check failed."],
  ])("%s: %s", async (code, message) => {
    const { answer, ...counted } = await buy(jsonError(400, code, message));
    expect(counted).toEqual(once);
    expect(answer).toMatchObject({ ...unknown, providerCode: code, reason: expect.stringContaining(code) });
  });
});

describe("definitely not bought", () => {
  test.each([
    [400, "ValidationException", false, /Remove the cause/],
    [404, "ResourceNotFoundException", false, /Remove the cause/],
    [402, "ServiceQuotaExceededException", false, /quota/],
    [403, "AccessDeniedException", false, /savingsplans:CreateSavingsPlan/],
    [400, "ThrottlingException", true, /Savings Plans asked to slow down/],
    [429, "TooManyRequestsException", true, /slow down/],
  ] as const)("%i %s", async (status, providerCode, retryable, message) => {
    const { answer, ...counted } = await buy(jsonError(status, providerCode));
    expect(counted).toEqual(once);
    expect(answer).toMatchObject({
      ...rejected,
      left: true,
      providerCode,
      retryable,
      reason: expect.stringMatching(message),
    });
  });

  test("a client token that AWS finds too long was not used before", async () => {
    const message = "Value at 'clientToken' failed to satisfy constraint: Member must have length at most 64";
    const { answer } = await buy(jsonError(400, "ValidationException", message));
    expect(answer).toMatchObject({ ...rejected, left: true });
  });

  test("the connection is refused", async () => {
    await using loopback = await startLoopback();
    const executor = savingsPlansAt(loopback);
    loopback.on("DescribeSavingsPlans", json({ savingsPlans: [] }));
    await executor.inventory.read(submission.scope, "plan-1", calmly);
    await loopback[Symbol.asyncDispose]();
    expect(await executor.send(submission, first)).toMatchObject({
      ...rejected,
      left: false,
      providerCode: "ECONNREFUSED",
      reason: expect.stringContaining("did not reach Savings Plans"),
    });
  });

  test("credentials of another account: nothing is sent", async () => {
    await using loopback = await startLoopback();
    loopback.on(action, ok(answer));
    const scope = { ...submission.scope, accountId: "210987654321" };
    expect(await savingsPlansAt(loopback).send({ ...submission, scope }, first)).toMatchObject({
      ...rejected,
      left: false,
      providerCode: "wrong-account",
    });
    expect(loopback.count(action)).toBe(0);
  });
});
