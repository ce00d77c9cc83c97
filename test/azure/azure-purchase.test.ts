import { aged } from "../aged.ts";
import { describe, expect, test } from "vitest";
import { startLoopback, type Loopback, type Reply } from "./support/azure-loopback.ts";
import {
  executorOf,
  failure,
  notFound,
  order,
  orderId,
  recorded,
  signal,
  submit,
  token,
  digestOf,
} from "./support/azure-samples.ts";

const executor = (server: Loopback, change = {}) => executorOf("compute", { endpoint: server.origin, ...change });

async function purchase(
  server: Loopback,
  { sentBefore = false, ...change }: { sentBefore?: boolean; purchaseTimeout?: number } = {},
) {
  return executor(server, change).send(submit(), { sentBefore });
}

/** What the drive asks after an answer that leaves the end open. */
const resolve = (server: Loopback) => executor(server).resolve(submit(), { signal, owned: new Set(), age: aged() });

/** Answers PUTs with one reply and GETs with another. */
const answering = (put: Reply, get: Reply = notFound) => startLoopback(({ method }) => (method === "PUT" ? put : get));

describe("the provisioning state in the body is the verdict, never the HTTP status", () => {
  test.each([
    ["purchase-put-monthly-202", "Creating"],
    ["order-get-pendingbilling-200", "PendingBilling"],
    ["order-get-succeeded-200", "Succeeded"],
  ])("recorded %s: bought, %s", async (name, state) => {
    const { status, body } = recorded(name).response;
    await using server = await answering({ status, body });
    const submission = submit({ handle: { reservationOrderId: body["name"] as string } });
    expect(await executor(server).send(submission, { sentBefore: false })).toMatchObject({
      kind: "bought",
      commitment: {
        id: body["name"],
        state,
        standing: "live",
        settled: state === "Succeeded",
        marked: true,
        price: { amount: "24", currency: "GBP" },
      },
    });
  });

  test.each([
    [200, "BillingFailed"],
    [202, "BillingFailed"],
    [200, "Failed"],
    [202, "Failed"],
  ])("lesson 1930: HTTP %i with %s is taken and come to nothing, not success", async (status, provisioningState) => {
    await using server = await answering({ status, body: order({ provisioningState }) });
    expect(await purchase(server)).toMatchObject({
      kind: "bought",
      commitment: { id: orderId, state: provisioningState, standing: "failed", settled: true },
    });
    expect(server.arrived.map(({ method }) => method)).toEqual(["PUT"]);
  });

  test("a state that nobody knows counts as bought", async () => {
    await using server = await answering({ status: 202, body: order({ provisioningState: "Reticulating" }) });
    expect(await purchase(server)).toMatchObject({
      kind: "bought",
      commitment: { state: "Reticulating", standing: "live", settled: false },
    });
  });

  test("assumption: a second PUT of an id that was bought and cancelled shows the ended order", async () => {
    await using server = await answering({ status: 200, body: order({ provisioningState: "Cancelled" }) });
    expect(await purchase(server, { sentBefore: true })).toMatchObject({
      kind: "bought",
      commitment: { standing: "ended" },
    });
  });
});

describe("lesson of the SDK that re-sent below the guard: an answer that proves nothing is an unknown outcome, after exactly one PUT", () => {
  test.each([
    ["lesson 1774: 500", failure(500, "InternalServerError")],
    ["502", { status: 502, body: "<html>bad gateway</html>" }],
    ["503 with Retry-After", { status: 503, body: {}, headers: { "Retry-After": "1" } }],
    ["504", failure(504, "GatewayTimeout")],
    ["408", failure(408, "RequestTimeout")],
    ["429", { status: 429, body: {}, headers: { "Retry-After": "1" } }],
    ["500 with a validation code", failure(500, "InvalidRequestContent")],
    ["500 with a final code", failure(500, "FulfillmentOutOfStockError")],
    ["500 that says that the id exists", failure(500, "ReservationOrderIdAlreadyExists")],
    ["429 with a final code", failure(429, "RiskCheckFailed")],
    ["408 with a final code", failure(408, "RiskCheckFailed")],
    ["400 ServerTimeout", failure(400, "ServerTimeout")],
    ["400 OperationFailed", failure(400, "OperationFailed")],
    ["400 BillingTransientError", failure(400, "BillingTransientError")],
    ["400 FulfillmentTransientError", failure(400, "FulfillmentTransientError")],
    ["400 ActivateQuoteFailed", failure(400, "ActivateQuoteFailed")],
    ["400 ReservationOrderCreationFailed", failure(400, "ReservationOrderCreationFailed")],
    ["400 PurchaseError", failure(400, "PurchaseError")],
    ["400 BillingError", failure(400, "BillingError")],
    ["400 BadRequest for another reason", failure(400, "BadRequest", "Something is off")],
    ["400 with a code that nobody knows", failure(400, "Whatever")],
    ["lesson 1766: 400 whose JSON is truncated", { status: 400, body: '{"error":{"code":"DisplayNameInva' }],
    ["400 with HTML", { status: 400, body: "<html></html>" }],
    ["404", notFound],
    ["409", failure(409, "Conflict")],
    ["200 with HTML", { status: 200, body: "<html>sign in</html>" }],
    ["200 with nothing", { status: 200 }],
    ["202 with nothing", { status: 202 }],
    ["200 without a state", { status: 200, body: { name: orderId, properties: {} } }],
    ["204", { status: 204 }],
    ["300 with an order", { status: 300, body: order() }],
    ["400 whose code holds that of a used id", failure(400, "XReservationOrderIdAlreadyExists")],
    ["400 whose code begins like that of a used id", failure(400, "ReservationOrderIdAlreadyExistsX")],
    ["500 that says that the session timed out", failure(500, "BadRequest", "Session timed out")],
    ["404 that says that the session timed out", failure(404, "BadRequest", "Session timed out")],
    ["400 that says so without a code", { status: 400, body: { error: { message: "Session timed out" } } }],
    ["400 with a code that nobody knows, without a message", { status: 400, body: { error: { code: "Whatever" } } }],
    ["a redirect", { status: 307, body: {}, headers: { Location: "/elsewhere" } }],
    ["308", { status: 308, body: {}, headers: { Location: "/elsewhere" } }],
    ["a reset connection", { fault: "reset" }],
    ["lesson 1767: a cut 400", { fault: "cut", status: 400, body: { error: { code: "DisplayNameInvalid" } } }],
    ["a cut 403", { fault: "cut", status: 403, body: { error: { code: "AuthorizationFailed" } } }],
    ["a cut 202", { fault: "cut", status: 202, body: order() }],
  ] satisfies [string, Reply][])("%s", async (_name, reply) => {
    await using server = await answering(reply);
    const answer = await purchase(server);
    expect(answer).toMatchObject({ kind: "unknown", reason: expect.stringContaining(orderId) });
    expect(server.arrived.map(({ method }) => method)).toEqual(["PUT"]);
    // The SDK does not even try to send it again.
    expect(answer).not.toMatchObject({ reason: expect.stringContaining("tried to send") });
  });

  test.each(["hang", "hang-body"] as const)("%s: given up after the purchase timeout, body included", async (fault) => {
    await using server = await answering(fault === "hang" ? { fault } : { fault, status: 202, body: order() });
    const answer = await purchase(server, { purchaseTimeout: 2000 });
    expect(answer).toMatchObject({ kind: "unknown", reason: expect.stringMatching(/within 2000 ms/) });
    expect(server.arrived).toHaveLength(1);
  });

  test("what broke off is the cause", async () => {
    await using server = await answering({ fault: "reset" });
    expect(await purchase(server)).toMatchObject({
      kind: "unknown",
      cause: { stage: "unanswered", code: "ECONNRESET" },
    });
  });

  test.each([
    ["HTML", "<html>sign in</html>"],
    ["nothing", ""],
    ["an order without a state", { name: orderId, properties: {} }],
    [
      "names that are no ids",
      { id: "/x/another order", name: "no id", properties: { provisioningState: "Succeeded" } },
    ],
    ["names that are no text", { name: 7, properties: { reservationOrderId: 7 } }],
    ["a name that is too long", { name: "x".repeat(65), properties: { reservations: "none" } }],
  ])("a success with %s holds no order, and names none; it says after how long to look", async (_name, body) => {
    await using server = await answering({ status: 202, body, headers: { "Retry-After": "9" } });
    const answer = await purchase(server);
    const reason = expect.stringContaining("is not known: HTTP 202 without an order in its body.");
    expect(answer).toMatchObject({ kind: "unknown", retryAfter: 9_000, reason });
    expect(answer).not.toHaveProperty("evidence");
  });

  test("429 says after how long to look again", async () => {
    await using server = await answering({ status: 429, body: {}, headers: { "Retry-After": "9" } });
    expect(await purchase(server)).toMatchObject({ kind: "unknown", retryAfter: 9_000 });
  });
});

describe("definitely not bought, after exactly one PUT", () => {
  const invalidName = recorded("error-displayname-invalid-400").response;
  test.each([
    ["DisplayNameInvalid", { status: 400, body: invalidName.body }],
    ["InvalidRequestContent", failure(400, "InvalidRequestContent")],
    ["InvalidLocationId", failure(400, "InvalidLocationId")],
    ["UnsupportedReservationTerm", failure(400, "UnsupportedReservationTerm")],
    ["NotSupportedCountry", failure(400, "NotSupportedCountry")],
    ["RiskCheckFailed", failure(400, "RiskCheckFailed")],
    ["FulfillmentOutOfStockError", failure(409, "FulfillmentOutOfStockError")],
    ["InvalidAccessToken", failure(401, "InvalidAccessToken")],
    ["HTTP 401", { status: 401 }],
    ["AuthorizationFailed", failure(403, "AuthorizationFailed")],
  ] satisfies [string, Reply][])("%s", async (providerCode, reply) => {
    await using server = await answering(reply);
    const rejected = { kind: "rejected", providerCode, left: true, expired: false, retryable: false };
    expect(await purchase(server)).toMatchObject(rejected);
    expect(server.arrived).toHaveLength(1);
  });

  test.each([
    [403, "AuthorizationFailed", /Microsoft\.Capacity\/reservationorders\/write/],
    [401, "InvalidAccessToken", /sign in again/],
    [400, "InvalidLocationId", /Azure's own message/],
  ])("%i %s says what to do", async (status, code, advice) => {
    await using server = await answering(failure(status, code));
    expect(await purchase(server)).toMatchObject({ kind: "rejected", reason: expect.stringMatching(advice) });
  });

  test("a refused connection: nothing was sent", async () => {
    const server = await answering({ status: 200 });
    await server[Symbol.asyncDispose]();
    expect(await purchase(server)).toMatchObject({
      kind: "rejected",
      left: false,
      expired: false,
      providerCode: "ECONNREFUSED",
      retryable: true,
      reason: expect.stringMatching(/was not sent, because Azure could not be reached/),
    });
  });

  test.each([
    {},
    { reservationOrderId: 7 },
    { reservationOrderId: "../calculatePrice" },
    { reservationOrderId: `${orderId}/x` },
    { reservationOrderId: `x${orderId}` },
  ])("a handle that Azure did not mint (%o) is not sent", async (handle) => {
    await using server = await answering({ status: 200, body: order() });
    expect(await executor(server).send(submit({ handle }), { sentBefore: false })).toMatchObject({
      kind: "rejected",
      left: false,
      expired: false,
      providerCode: "InvalidReservationOrderId",
      retryable: false,
    });
    const resolution = await executor(server).resolve(submit({ handle }), { signal, owned: new Set(), age: aged() });
    expect(resolution).toMatchObject({ kind: "unclear" });
    expect(server.arrived).toHaveLength(0);
  });
});

describe("an order id that is used up", () => {
  const { body } = recorded("error-session-timed-out-400").response;
  const expired = { kind: "rejected", left: true, expired: true, retryable: true, providerCode: "BadRequest" };

  test.each([false, true])(
    "A1: session timed out: expired, which proves nothing of what was sent. Sent before: %s",
    async (sentBefore) => {
      await using server = await answering({ status: 400, body });
      const answer = await purchase(server, { sentBefore });
      expect(answer).toMatchObject(expired);
      expect(answer).toMatchObject({ reason: expect.stringMatching(/Session timed out.*proven dead/) });
      expect(server.arrived.map(({ method }) => method)).toEqual(["PUT"]);
      expect(await resolve(server)).toMatchObject({ kind: "absent" });
    },
  );

  test("A1: session timed out although it was bought: its id shows it", async () => {
    await using server = await answering(failure(400, "BadRequest", "SESSION TIMED OUT"), {
      status: 200,
      body: order({ provisioningState: "Creating" }),
    });
    expect(await purchase(server)).toMatchObject(expired);
    expect(await resolve(server)).toMatchObject({
      kind: "found",
      by: "proof",
      found: { commitment: { id: orderId, state: "Creating", standing: "live" } },
    });
    expect(server.count("PUT")).toBe(1);
  });

  test("lesson 1560, assumption: ReservationOrderIdAlreadyExists is read and adopted, not recorded as a failure", async () => {
    const answer = failure(400, "ReservationOrderIdAlreadyExists");
    await using server = await answering(answer, { status: 200, body: order({ provisioningState: "PendingBilling" }) });
    expect(await purchase(server, { sentBefore: true })).toMatchObject({
      kind: "exists",
      providerCode: "ReservationOrderIdAlreadyExists",
      reason: expect.stringContaining(orderId),
    });
    expect(server.arrived.map(({ method }) => method)).toEqual(["PUT"]);
    expect(await resolve(server)).toMatchObject({
      kind: "found",
      found: { commitment: { id: orderId, state: "PendingBilling", price: { amount: "24" } } },
    });
  });

  test("... also where the same answer says that the session timed out: the id is used up by what was bought", async () => {
    const answer = failure(400, "ReservationOrderIdAlreadyExists", "Session timed out");
    await using server = await answering(answer, { status: 200, body: order() });
    expect(await purchase(server, { sentBefore: true })).toMatchObject({ kind: "exists" });
  });
});

test("the frozen request is sent byte for byte, on a connection of its own", async () => {
  await using server = await answering({ status: 202, body: order() });
  const request = { sku: { name: "A" }, tags: { "cudly-idempotency-token": token }, properties: { quantity: 2 } };
  await executor(server).send(submit({ request }), { sentBefore: false });
  const [sent] = server.arrived;
  expect(sent?.text).toBe(JSON.stringify(request));
  expect(sent?.headers.connection).toBe("close");
  expect(sent?.headers["content-type"]).toBe("application/json");
  // A compressed body that is cut off would neither end nor fail.
  expect(sent?.headers["accept-encoding"]).toBeUndefined();
});

test("lesson 1076: a token that Azure's message repeats is masked", async () => {
  await using server = await answering(
    failure(400, "InvalidRequestContent", `buyonce-compute-${digestOf(token)} is bad, and so is ${token}`),
  );
  const said = JSON.stringify(await purchase(server));
  expect(said).toContain(`${token.slice(0, 8)}…`);
  expect(said).not.toContain(digestOf(token));
});

describe("resolve", () => {
  test("found: the order and the price that it was bought at", async () => {
    await using server = await answering({ status: 500 }, { status: 200, body: order() });
    expect(await resolve(server)).toMatchObject({
      kind: "found",
      by: "proof",
      found: { commitment: { id: orderId, standing: "live", marked: true, price: { amount: "24", currency: "GBP" } } },
    });
  });

  test("found in a failed state: that is the proof that it came to nothing", async () => {
    await using server = await answering(
      { status: 500 },
      { status: 200, body: order({ provisioningState: "Failed" }) },
    );
    expect(await resolve(server)).toMatchObject({ kind: "found", found: { commitment: { standing: "failed" } } });
  });

  test("assumption: 404 with ReservationOrderNotFound is absent", async () => {
    await using server = await answering({ status: 500 }, notFound);
    expect(await resolve(server)).toMatchObject({ kind: "absent" });
  });

  test.each([
    [failure(404, "NotFound")],
    [failure(403, "AuthorizationFailed")],
    [failure(500, "InternalServerError")],
    [{ status: 200, body: "<html></html>" }],
    [{ fault: "reset" }],
  ] satisfies [Reply][])("anything else is unclear: %o", async (get) => {
    await using server = await answering({ status: 500 }, get);
    expect(await resolve(server)).toMatchObject({ kind: "unclear", reason: expect.any(String) });
  });
});
