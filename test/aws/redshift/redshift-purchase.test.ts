import { describe, expect, test } from "vitest";
import { callerIdentity, ok, recorded, startLoopback, type Reply } from "../aws-loopback.ts";
import { answeredPurchase, first, once } from "../aws-executors.ts";
import { fault, redshiftAt, submission } from "./redshift-answers.ts";

const action = "PurchaseReservedNodeOffering";
const sold = recorded("redshift-PurchaseReservedNodeOffering.awsdocs.xml");

function buy(reply: Reply, purchaseTimeout = 10_000) {
  return answeredPurchase(action, reply, (loopback) =>
    redshiftAt(loopback, { purchaseTimeout }).send(submission, first),
  );
}

const unknown = { kind: "unknown" } as const;

describe("the purchase", () => {
  test("sends exactly what was recorded, once, after the account check, and returns a pending commitment", async () => {
    await using loopback = await startLoopback();
    loopback.on(action, ok(sold));
    expect(await redshiftAt(loopback).send(submission, first)).toEqual({
      kind: "bought",
      commitment: {
        id: "12345678-12ab-12a1-1a2a-12ab-12a12aEXAMPLE",
        state: "payment-pending",
        standing: "live",
        settled: false,
        // Until the tags were tried.
        marked: false,
        price: submission.price,
        purchasedAt: "2019-12-27T22:06:20.054Z",
      },
    });
    expect(loopback.arrived.map((one) => one.action)).toEqual(["GetCallerIdentity", action]);
    expect(loopback.last(action).body).toBe(
      "Action=PurchaseReservedNodeOffering&Version=2012-12-01&ReservedNodeOfferingId=offering-1&NodeCount=2",
    );
    expect(loopback.last(action).headers.connection).toBe("close");
  });

  test("A24: an answer that leaves out the state is kept all the same: its id is the only one there will be", async () => {
    await using loopback = await startLoopback();
    loopback.on(action, ok(sold.replace(/<State>.*<\/State>/, "")));
    expect(await redshiftAt(loopback).send(submission, first)).toMatchObject({
      kind: "bought",
      commitment: {
        id: "12345678-12ab-12a1-1a2a-12ab-12a12aEXAMPLE",
        state: "payment-pending",
        standing: "live",
      },
    });
  });

  test.each([{ NodeCount: "2" }, { NodeCount: undefined }, { Marker: "x" }])(
    "a record that is not such a purchase is not sent: %o",
    async (change) => {
      await using loopback = await startLoopback();
      const request = JSON.parse(JSON.stringify({ ...submission.request, ...change })) as typeof submission.request;
      const answer = await redshiftAt(loopback).send({ ...submission, request }, first);
      expect(answer).toMatchObject({ kind: "rejected", left: false });
      expect(loopback.count(action)).toBe(0);
    },
  );
});

describe("lesson: the SDK re-sent the purchase below the guard; exactly one request leaves, outcome unknown", () => {
  test.each([
    ["HTTP 500", fault(500, "InternalFailure")],
    ["HTTP 503", fault(503, "ServiceUnavailable")],
    ["throttling with 503", fault(503, "Throttling")],
    ["RequestTimeout with 400", fault(400, "RequestTimeout")],
    ["HTTP 408", fault(408, "SomethingElse")],
    ["a service behind Redshift failed, with 400", fault(400, "DependentServiceUnavailableFault")],
    ["a service behind Redshift throttled, with 400", fault(400, "DependentServiceRequestThrottlingFault")],
    ["AlreadyExists although no id was chosen", fault(404, "ReservedNodeAlreadyExists")],
    ["HTML with 200", ok("<html><body>Sign in</body></html>")],
    ["HTML with 403", { status: 403, body: "<html><body>Forbidden</body></html>" }],
    ["404 without a body", { status: 404, body: "" }],
    ["an empty body with 200", ok("")],
    ["an answer without an id", ok(sold.replace(/<ReservedNodeId>.*<\/ReservedNodeId>/, ""))],
    ["a 200 whose body was cut", ok(sold.slice(0, 300))],
    ["lesson: a 400 whose body was cut", { status: 400, body: fault(400, "UnsupportedOperation").body.slice(0, 100) }],
    ["the connection is reset after the request was read", (response) => response.socket?.resetAndDestroy()],
    ["the connection is closed after the request was read", (response) => response.socket?.destroy()],
  ] satisfies [string, Reply][])("%s", async (_what, reply) => {
    const { answer, ...counted } = await buy(reply);
    expect(counted).toEqual(once);
    expect(answer).toMatchObject(unknown);
  });

  test("no answer within the timeout", async () => {
    const { answer, ...counted } = await buy(() => {}, 1500);
    expect(counted).toEqual(once);
    expect(answer).toMatchObject(unknown);
  });
});

describe("definitely not bought", () => {
  test.each([
    [fault(404, "ReservedNodeOfferingNotFound"), "ReservedNodeOfferingNotFound", false, /Remove the cause/],
    [fault(400, "ReservedNodeQuotaExceeded"), "ReservedNodeQuotaExceeded", false, /quota/],
    [fault(400, "UnsupportedOperation"), "UnsupportedOperation", false, /Remove the cause/],
    [fault(403, "AccessDenied"), "AccessDenied", false, /redshift:PurchaseReservedNodeOffering/],
    [fault(400, "Throttling"), "Throttling", true, /Redshift asked to slow down/],
  ] satisfies [Reply, string, boolean, RegExp][])("%o", async (reply, providerCode, retryable, message) => {
    const { answer, ...counted } = await buy(reply);
    expect(counted).toEqual(once);
    expect(answer).toMatchObject({ kind: "rejected", left: true, expired: false, providerCode, retryable });
    expect(answer).toMatchObject({ reason: expect.stringMatching(message) });
  });

  test("lesson: credentials of another account: not sent", async () => {
    await using loopback = await startLoopback();
    loopback.on("GetCallerIdentity", callerIdentity("999999999999"));
    expect(await redshiftAt(loopback).send(submission, first)).toMatchObject({
      kind: "rejected",
      left: false,
      providerCode: "wrong-account",
    });
    expect(loopback.count(action)).toBe(0);
  });
});
