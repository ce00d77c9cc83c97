import { aged } from "../../aged.ts";
import "@azure/arm-billingbenefits"; // loaded here, so that the short timeouts below do not pay for it
import { describe, expect, test } from "vitest";
import type { ServiceExecutor, Submission } from "../../../src/contract/executor.ts";
import type { PurchaseAnswer } from "../../../src/contract/purchase-answer.ts";
import { judge } from "../../../src/drive/judge-submission.ts";
import { loopTime } from "../../loop-time.ts";
import { startLoopback, type Reply } from "../support/azure-loopback.ts";
import { failure, fakeEnvironment, recorded, signal } from "../support/azure-samples.ts";
import {
  alias,
  aliasName,
  answering,
  executorAt,
  kindOf,
  noAlias,
  noOrder,
  order,
  orderId,
  submit,
} from "./azure-plan-samples.ts";

interface Course {
  readonly look?: Reply | ((nth: number) => Reply);
  readonly put?: Reply;
  readonly order?: Reply;
  readonly sentBefore?: boolean;
  readonly purchaseTimeout?: number;
  readonly submission?: Submission;
}

/** What the drive makes of an alias that existed before the send, where that was read. */
function judgeExists(answer: PurchaseAnswer, executor: ServiceExecutor) {
  if (answer.kind !== "exists" || answer.found === undefined) return undefined;
  return judge({ resolution: { kind: "found", found: answer.found, by: "proof" }, age: aged(0) }, submit(), executor);
}

/** One `send`: its answer, and which requests arrived. */
async function purchase({ look = noAlias, put, order: shown = noOrder, ...course }: Course) {
  const environment = fakeEnvironment();
  await using server = await startLoopback(
    answering({ alias: look, order: shown, ...(put === undefined ? {} : { purchase: put }) }),
  );
  const timeout = course.purchaseTimeout === undefined ? {} : { purchaseTimeout: course.purchaseTimeout };
  const executor = executorAt(server, { environment, ...timeout });
  const answer = await executor.send(course.submission ?? submit(), { sentBefore: course.sentBefore ?? false });
  const { arrived } = server;
  return {
    answer,
    judged: judgeExists(answer, executor),
    kinds: arrived.map(kindOf),
    arrived,
    slept: environment.slept,
  };
}

const answered = (status: number, body: unknown): Reply => ({ status, body });

describe("the alias is read before it is written", () => {
  test("a look, then the one PUT", async () => {
    const { answer, kinds } = await purchase({ put: answered(201, alias()) });
    expect(kinds).toEqual(["alias", "purchase"]);
    expect(answer).toEqual({
      kind: "bought",
      commitment: {
        id: orderId,
        state: "Created",
        standing: "live",
        settled: false,
        marked: true,
        price: { amount: "32.3244", currency: "USD" },
      },
    });
  });

  test("it exists and is what was asked for: adopted in the state of its order, nothing is sent", async () => {
    const { answer, judged, kinds } = await purchase({ look: answered(200, alias()), order: answered(200, order()) });
    expect(kinds).toEqual(["alias", "order"]);
    expect(answer.kind).toBe("exists");
    const commitment = { id: orderId, state: "Succeeded", settled: true, standing: "live", price: submit().price };
    expect(judged).toMatchObject({ kind: "bought", commitment });
  });

  test("it exists and its order is not shown yet: adopted as the alias says", async () => {
    const { judged } = await purchase({ look: answered(200, alias()) });
    expect(judged).toMatchObject({ kind: "bought", commitment: { id: orderId, state: "Created", standing: "live" } });
  });

  test("it exists and its order came to nothing: said so, so that a new generation is opened", async () => {
    const failed = answered(200, order({ provisioningState: "Failed" }));
    const { answer, judged, kinds } = await purchase({ look: answered(200, alias()), order: failed });
    expect(kinds).toEqual(["alias", "order"]);
    const commitment = { id: orderId, state: "Failed", standing: "failed" };
    expect(answer).toMatchObject({ kind: "exists", found: { commitment } });
    expect(judged).toMatchObject({ kind: "dead", failed: true, failedAs: [orderId] });
  });

  test("it exists and its order is over: said so, and never bought again", async () => {
    const over = answered(200, order({ provisioningState: "Cancelled" }));
    const { judged } = await purchase({ look: answered(200, alias()), order: over });
    expect(judged).toMatchObject({ kind: "over", commitment: { id: orderId, standing: "ended" } });
  });

  test.each([
    ["amount", { commitment: { grain: "Hourly", currencyCode: "USD", amount: 0.00124 } }],
    ["currency", { commitment: { grain: "Hourly", currencyCode: "EUR", amount: 0.00123 } }],
    ["grain", { commitment: { grain: "Daily", currencyCode: "USD", amount: 0.00123 } }],
    ["term", { term: "P1Y" }],
    ["billing plan", { billingPlan: undefined }],
    ["subscription", { billingScopeId: "/subscriptions/50000000-aaaa-bbbb-cccc-200000000009" }],
    ["applied scope", { appliedScopeType: "Single" }],
  ])("it exists with another %s: not taken for it, and nothing is sent", async (_name, change) => {
    const { answer, judged, kinds } = await purchase({ look: answered(200, alias(change)) });
    expect(kinds).toEqual(["alias", "order"]);
    expect(answer).toMatchObject({ kind: "exists", providerCode: "SavingsPlanOrderAliasTaken" });
    expect(answer).toMatchObject({ reason: expect.stringContaining(orderId) });
    // A first send is rejected then; a drive that finds it: azure-plan-drive.test.ts.
    expect(judged).toMatchObject({ kind: "other", reason: expect.stringContaining(orderId) });
  });

  test.each([
    ["500", failure(500, "InternalServerError")],
    ["403", failure(403, "AuthorizationFailed")],
    ["404 without a code, as a gateway sends it", answered(404, "<html></html>")],
    ["404 of something above it", failure(404, "SubscriptionNotFound")],
    ["404 that is no such answer", failure(404, "InvalidResourceType")],
    ["200 with HTML", answered(200, "<html></html>")],
    ["200 with nothing", answered(200, {})],
    ["200 with another alias", answered(200, alias({}, "buyonce-somebody-else"))],
    ["200 without an order id", answered(200, alias({ savingsPlanOrderId: null }))],
    ["a reset connection", { fault: "reset" }],
  ] satisfies [string, Reply][])("it cannot be read (%s): nothing is sent, and that is said", async (_name, look) => {
    const { answer, kinds } = await purchase({ look });
    expect(kinds).toEqual(["alias"]);
    expect(answer).toMatchObject({
      kind: "rejected",
      retryable: true,
      reason: expect.stringContaining("was not sent"),
    });
  });

  test("it exists, and its order cannot be read: bought for all we know, so asked again, never rejected", async () => {
    const { answer, kinds } = await purchase({ look: answered(200, alias()), order: failure(500, "ServerError") });
    expect(kinds).toEqual(["alias", "order"]);
    expect(answer).toMatchObject({ kind: "exists", reason: expect.stringContaining("ServerError") });
    expect(answer).not.toHaveProperty("found");
  });

  test("it exists without its amount: not known what it is, never taken for what was asked", async () => {
    const { answer } = await purchase({ look: answered(200, alias({ commitment: null })) });
    expect(answer).toMatchObject({ kind: "exists", reason: expect.stringContaining("no amount, term or SKU") });
    expect(answer).not.toHaveProperty("found");
  });
});

describe("a driver that is stopped between its look and the send", () => {
  /** The clocks jump by so many milliseconds while the nth look is under way, the wall clock by more or less. */
  async function stoppedFor(milliseconds: number, sentBefore: boolean, set = 0) {
    let [jumped, stepped] = [0, 0];
    const environment = fakeEnvironment();
    const readClock = () => {
      const { boot, monotonic, wall } = environment.readClock();
      return { boot, monotonic: monotonic + jumped, wall: wall + jumped + stepped };
    };
    const look = (nth: number) => {
      if (nth === (sentBefore ? 2 : 1)) [jumped, stepped] = [milliseconds, set];
      return noAlias;
    };
    await using server = await startLoopback(answering({ alias: look, purchase: answered(201, alias()) }));
    const executor = executorAt(server, { environment: { ...environment, readClock } });
    const answer = await executor.send(submit(), { sentBefore });
    return { answer, puts: server.count("PUT") };
  }

  test.each([true, false])(
    "sends nothing after 21 seconds, for another one may have bought: sent before %s",
    async (sentBefore) => {
      const { answer, puts } = await stoppedFor(21_000, sentBefore);
      const reason = expect.stringContaining("held up");
      expect(answer).toMatchObject({ kind: "rejected", left: false, retryable: true, reason });
      expect(puts).toBe(0);
    },
  );

  test.each([true, false])("A22: nor where the clock was set back meanwhile: sent before %s", async (sentBefore) => {
    const { answer, puts } = await stoppedFor(21_000, sentBefore, -3_600_000);
    expect(answer).toMatchObject({ kind: "rejected", left: false });
    expect(puts).toBe(0);
  });

  test.each([true, false])("sends after 19: sent before %s", async (sentBefore) => {
    const { answer, puts } = await stoppedFor(19_000, sentBefore);
    expect(answer).toMatchObject({ kind: "bought", commitment: { id: orderId } });
    expect(puts).toBe(1);
  });
});

describe("a second send (that Azure answers a second PUT with the first order is an assumption)", () => {
  test("absent twice, a while apart: only then is the same sent again", async () => {
    const { kinds, slept, arrived } = await purchase({ sentBefore: true, put: answered(201, alias()) });
    expect(kinds).toEqual(["alias", "alias", "purchase"]);
    expect(slept).toEqual([15_000]);
    expect(JSON.parse(arrived[2]?.text ?? "")).toEqual(submit().request);
  });

  test("the first send arrives in between: adopted, nothing is sent", async () => {
    const look = (nth: number) => (nth === 1 ? noAlias : answered(200, alias()));
    const { judged, kinds } = await purchase({ sentBefore: true, look });
    expect(kinds).toEqual(["alias", "alias", "order"]);
    expect(judged).toMatchObject({ kind: "bought", commitment: { id: orderId, standing: "live" } });
  });

  test("the first send of a further quote is another one under the same alias: as careful", async () => {
    const submission = submit({ attempt: 2 });
    const { kinds, slept } = await purchase({ submission, put: answered(201, alias()) });
    expect([kinds, slept]).toEqual([["alias", "alias", "purchase"], [15_000]]);
  });
});

describe("the state in the body is the verdict, never the HTTP status", () => {
  test.each([200, 201, 202])("HTTP %i: bought, on its way", async (status) => {
    const { answer } = await purchase({ put: answered(status, alias({ provisioningState: "PendingBilling" })) });
    const commitment = { state: "PendingBilling", standing: "live", settled: false };
    expect(answer).toMatchObject({ kind: "bought", commitment });
  });

  test.each([200, 201, 202])("lesson 1930: HTTP %i with Failed is nothing bought", async (status) => {
    const { answer } = await purchase({ put: answered(status, alias({ provisioningState: "Failed" })) });
    expect(answer).toMatchObject({ kind: "bought", commitment: { id: orderId, state: "Failed", standing: "failed" } });
  });

  test("Failed before there was an order: nothing bought", async () => {
    const failed = alias({ provisioningState: "Failed", savingsPlanOrderId: null });
    const { answer } = await purchase({ put: answered(200, failed) });
    expect(answer).toMatchObject({ kind: "bought", commitment: { id: aliasName, standing: "failed" } });
  });

  test("a state that nobody knows counts as bought", async () => {
    const { answer } = await purchase({ put: answered(201, alias({ provisioningState: "PendingPurchases" })) });
    const commitment = { state: "PendingPurchases", standing: "live", settled: false };
    expect(answer).toMatchObject({ kind: "bought", commitment });
  });

  test("the recorded answer", async () => {
    const { request, response } = recorded("savings-plan-alias-put-201");
    const name = "TestNameSO2";
    const submission = submit({ handle: { aliasName: name }, request: request.body as Submission["request"] });
    const { answer, arrived } = await purchase({ put: answered(response.status, response.body), submission });
    const commitment = { id: "a1b4d5dd-9434-482a-9807-718ad814c636", state: "Created", standing: "live" };
    expect(answer).toMatchObject({ kind: "bought", commitment });
    // The recording is of the version before.
    expect(`https://management.azure.com${arrived[1]?.path}`).toBe(request.url.replace("2022-11-01", "2026-06-01"));
  });
});

describe("an answer that proves nothing is an unknown outcome, after exactly one PUT", () => {
  test.each([
    ["500", failure(500, "InternalServerError")],
    ["502", answered(502, "<html>bad gateway</html>")],
    ["503 with Retry-After", { status: 503, body: {}, headers: { "Retry-After": "1" } }],
    ["504", failure(504, "GatewayTimeout")],
    ["408", failure(408, "RequestTimeout")],
    ["429", { status: 429, body: {}, headers: { "Retry-After": "1" } }],
    ["500 with a validation code", failure(500, "InvalidRequestContent")],
    ["400 with a code that nobody knows", failure(400, "Whatever")],
    ["400 BadRequest", failure(400, "BadRequest")],
    ["400 PurchaseError", failure(400, "PurchaseError")],
    ["B5: 400 InvalidFulfillmentRequestParameters", failure(400, "InvalidFulfillmentRequestParameters")],
    ["A1: 400 session timed out", failure(400, "BadRequest", "Session timed out")],
    ["A1: a code of validation that says so", failure(400, "InvalidRequestContent", "session timed out")],
    ["lesson 1766: 400 whose JSON is truncated", answered(400, '{"error":{"code":"InvalidReq')],
    ["lesson 1767: a cut 400", { fault: "cut", status: 400, body: { error: { code: "InvalidRequestContent" } } }],
    ["a cut 201", { fault: "cut", status: 201, body: alias() }],
    ["404", failure(404, "ResourceNotFound")],
    ["409 for another reason", failure(409, "Conflict")],
    ["200 with HTML", answered(200, "<html>sign in</html>")],
    ["204", { status: 204 }],
    ["201 with nothing", { status: 201 }],
    ["201 without an order id", answered(201, alias({ savingsPlanOrderId: undefined }))],
    ["a redirect", { status: 307, body: {}, headers: { Location: "/elsewhere" } }],
    ["a reset connection", { fault: "reset" }],
  ] satisfies [string, Reply][])("%s", async (_name, put) => {
    const { answer, kinds } = await purchase({ put });
    expect(answer).toMatchObject({ kind: "unknown", reason: expect.stringContaining(aliasName) });
    expect(kinds).toEqual(["alias", "purchase"]);
  });

  test.each(["hang", "hang-body"] as const)(
    "%s: given up within the purchase timeout, look included",
    async (fault) => {
      const put: Reply = fault === "hang" ? { fault } : { fault, status: 201, body: alias() };
      const { result, taken } = await loopTime(() => purchase({ put, purchaseTimeout: 2_000 }));
      expect(taken).toBeLessThan(3_500);
      const { answer, kinds } = result;
      expect(answer.kind).toBe("unknown");
      expect(kinds).toEqual(["alias", "purchase"]);
    },
  );

  test("a look that hangs takes a quarter of the purchase timeout, and nothing is sent", async () => {
    const { answer, kinds } = await purchase({ look: { fault: "hang" }, purchaseTimeout: 2_000 });
    expect(answer).toMatchObject({ kind: "rejected", left: false });
    expect(kinds).toEqual(["alias"]);
  });

  test("429 says after how long to look again", async () => {
    const { answer } = await purchase({ put: { status: 429, body: {}, headers: { "Retry-After": "9" } } });
    expect(answer).toMatchObject({ retryAfter: 9_000 });
  });
});

describe("definitely not bought, after exactly one PUT", () => {
  test.each([
    ["InvalidRequestContent", failure(400, "InvalidRequestContent"), "InvalidRequestContent"],
    ["UnsupportedTerm", failure(400, "UnsupportedTerm"), "UnsupportedTerm"],
    ["RiskCheckFailed", failure(400, "RiskCheckFailed"), "RiskCheckFailed"],
    ["401 without a body", { status: 401 }, "HTTP 401"],
    ["403", failure(403, "AuthorizationFailed"), "AuthorizationFailed"],
    ["B5: 404 SubscriptionNotFound", failure(404, "SubscriptionNotFound"), "SubscriptionNotFound"],
    [
      "B5: 409 ReadOnlyDisabledSubscription",
      failure(409, "ReadOnlyDisabledSubscription"),
      "ReadOnlyDisabledSubscription",
    ],
    ["B5: 400 MissingTenantId", failure(400, "MissingTenantId"), "MissingTenantId"],
  ] satisfies [string, Reply, string][])("%s", async (_name, put, providerCode) => {
    const { answer, kinds } = await purchase({ put });
    expect(answer).toMatchObject({ kind: "rejected", left: true, providerCode, expired: false, retryable: false });
    expect(kinds).toEqual(["alias", "purchase"]);
  });

  test("403 names the right that is needed", async () => {
    const { answer } = await purchase({ put: failure(403, "AuthorizationFailed") });
    expect(answer).toMatchObject({ reason: expect.stringContaining("savingsPlanOrderAliases/write") });
  });

  test("B5: a resource provider that is not registered says how to register it", async () => {
    const { answer, kinds } = await purchase({ put: failure(409, "MissingSubscriptionRegistration") });
    expect(answer).toMatchObject({
      kind: "rejected",
      providerCode: "MissingSubscriptionRegistration",
      left: true,
      reason: expect.stringContaining("az provider register --namespace Microsoft.BillingBenefits"),
    });
    expect(kinds).toEqual(["alias", "purchase"]);
  });

  test("B4: what was not sent says that it did not leave this machine", async () => {
    for (const course of [{ look: failure(500, "Busy") }, { submission: submit({ handle: {} }) }]) {
      expect((await purchase(course)).answer).toMatchObject({ kind: "rejected", left: false });
    }
    // What is taken by something else is seen before anything is sent, and the answer says so.
    const { answer } = await purchase({ look: answered(200, alias({ term: "P1Y" })) });
    expect(answer).toMatchObject({ kind: "exists", reason: expect.stringContaining("nothing was sent") });
  });

  test("a submission without an alias: nothing is sent", async () => {
    for (const handle of [{}, { aliasName: "a/b" }, { aliasName: 1 }]) {
      const { answer, kinds } = await purchase({ submission: submit({ handle }) });
      expect(answer).toMatchObject({ kind: "rejected", left: false, retryable: false });
      expect(kinds).toEqual([]);
    }
  });

  test("nobody listens: nothing was sent", async () => {
    const server = await startLoopback(() => ({ status: 500 }));
    const executor = executorAt(server, { environment: fakeEnvironment() });
    await server[Symbol.asyncDispose]();
    expect(await executor.send(submit(), { sentBefore: false })).toMatchObject({ kind: "rejected", left: false });
  });
});

describe("lesson 1560: that the alias exists already is no failure", () => {
  const exists = failure(409, "SavingsPlanOrderAliasAlreadyExists");
  const late = (reply: Reply) => (nth: number) => (nth === 1 ? noAlias : reply);

  test("said as it is: the drive reads it, compares and adopts it", async () => {
    const { answer, kinds } = await purchase({ put: exists, look: late(answered(200, alias())) });
    expect(kinds).toEqual(["alias", "purchase"]);
    expect(answer).toMatchObject({ kind: "exists", providerCode: "SavingsPlanOrderAliasAlreadyExists" });
    expect(answer).not.toHaveProperty("found");
  });

  test.each([
    ["what was asked for", answered(200, alias()), "bought"],
    ["something else", answered(200, alias({ term: "P1Y" })), "other"],
    ["not shown", noAlias, "absent"],
    ["unreadable", failure(500, "InternalServerError"), "unclear"],
  ] satisfies [string, Reply, string][])("%s under it", async (_name, reply, expected) => {
    await using server = await startLoopback(answering({ alias: late(reply), order: noOrder, purchase: exists }));
    const executor = executorAt(server, { environment: fakeEnvironment(), readAttempts: 1 });
    expect((await executor.send(submit(), { sentBefore: false })).kind).toBe("exists");
    const resolution = await executor.resolve(submit(), { signal, owned: new Set(), age: aged() });
    expect(judge({ resolution, age: aged(0) }, submit(), executor).kind).toBe(expected);
    expect(server.count("PUT")).toBe(1);
  });
});
