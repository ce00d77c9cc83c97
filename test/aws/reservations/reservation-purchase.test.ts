import { describe, expect, test } from "vitest";
import { answeredPurchase, calmly, first, once, serviceAt } from "../aws-executors.ts";
import { error, ok, recorded, startLoopback, type Reply } from "../aws-loopback.ts";
import { standingForAll } from "../../standing-for-all.ts";
import { isOneOfEach, services, submissionFor, type TestedService } from "./reservation-services.ts";
import { price } from "./reservation-wire.ts";
import { withShortTimeout } from "../../short-timeout.ts";

function buy(one: TestedService, reply: Reply, purchaseTimeout = 10_000) {
  return answeredPurchase(one.purchase, reply, (loopback) =>
    serviceAt(one.service, loopback, { purchaseTimeout }).send(submissionFor(one), first),
  );
}

const unknown = { kind: "unknown" } as const;

const bodyOf = (reply: Reply) => ("body" in reply ? reply.body : "");

describe.each(standingForAll(services, isOneOfEach))("a purchase of $service", (one) => {
  const submission = submissionFor(one);

  test("lesson: a refactoring dropped the token; id and tags are in the bytes that leave, once, after the account check", async () => {
    await using loopback = await startLoopback();
    loopback.on(one.purchase, one.bought());
    expect(await serviceAt(one.service, loopback).send(submission, first)).toEqual({
      kind: "bought",
      commitment: {
        id: one.id,
        state: "payment-pending",
        standing: "live",
        settled: false,
        marked: true,
        price,
        ...(one.bareAnswer ? {} : { purchasedAt: "2026-07-14T11:00:01.000Z" }),
      },
    });
    expect(loopback.arrived.map(({ action }) => action)).toEqual(["GetCallerIdentity", one.purchase]);
    expect(loopback.last(one.purchase).body).toBe(one.purchaseBody);
    expect(loopback.last(one.purchase).headers.connection).toBe("close");
  });

  test("the price is the one that was quoted and compared with the limit", async () => {
    await using loopback = await startLoopback();
    loopback.on(one.purchase, one.bought({ FixedPrice: 1 }));
    expect(await serviceAt(one.service, loopback).send(submission, first)).toMatchObject({ commitment: { price } });
  });

  test.each([{ count: "2" }, { name: "" }, { offeringId: undefined }, { tags: undefined }, { LimitPrice: 1 }])(
    "a record that is no purchase of a reservation is not sent: %o",
    async (changes) => {
      await using loopback = await startLoopback();
      const request = { ...submission.request, ...changes };
      const answer = await serviceAt(one.service, loopback).send({ ...submission, request }, first);
      expect(answer).toMatchObject({ kind: "rejected", left: false });
      expect(loopback.count(one.purchase)).toBe(0);
    },
  );

  describe("lesson: the SDK re-sent the purchase below the guard; exactly one request leaves, outcome unknown", () => {
    test.each([500, 502, 503, 504])("HTTP %i", async (status) => {
      const { answer, ...counted } = await buy(one, one.error(status, "InternalFailure"));
      expect(counted).toEqual(once);
      expect(answer).toMatchObject(unknown);
    });

    test.each([
      ["throttled with 503", one.error(503, one.codes.throttled)],
      ["RequestTimeout with 400", one.error(400, "RequestTimeout")],
      ["RequestTimeoutException with 400", one.error(400, "RequestTimeoutException")],
      ["HTTP 408", one.error(408, "SomethingElse")],
      ["a service behind it failed, with 424", one.error(424, "DependencyFailureException")],
      ["it conflicts with another request, with 409", one.error(409, "ConflictException")],
      ["HTTP 307", { status: 307, body: "" }],
      ["HTML with 200", ok("<html><body>Sign in</body></html>")],
      ["HTML with 403", { status: 403, body: "<html><body>Forbidden</body></html>" }],
      ["broken HTML with 403", { status: 403, body: "<html><body><br>Forbidden</body></html>" }],
      ["404 without a body", { status: 404, body: "" }],
      ["404 with an empty object", { status: 404, body: "{}" }],
      ["400 with an empty code", error(400, "")],
      ["an empty body with 200", ok("")],
      ["an empty object with 200", ok("{}")],
      ["an answer without an id", one.bought({ id: undefined, name: undefined })],
      ["lesson: a 400 whose body was cut", { status: 400, body: bodyOf(one.error(400, "Something")).slice(0, 20) }],
      [
        "a 409 whose body was cut, with the code in the header",
        { status: 409, body: '{"mess', headers: { "x-amzn-errortype": one.codes.alreadyExists } },
      ],
      ["a 200 whose body was cut and whose length was not given", ok(bodyOf(one.bought()).slice(0, 40))],
    ] satisfies [string, Reply][])("%s", async (_what, reply) => {
      const { answer, ...counted } = await buy(one, reply);
      expect(counted).toEqual(once);
      expect(answer).toMatchObject(unknown);
    });

    test.each([
      ["the connection is reset after the request was read", (response) => response.socket?.resetAndDestroy()],
      ["the connection is closed after the request was read", (response) => response.socket?.destroy()],
      [
        "a 200 whose body was cut",
        (response) => {
          const body = bodyOf(one.bought());
          response.writeHead(200, { "content-length": body.length });
          response.write(body.slice(0, 30), () => response.destroy());
        },
      ],
    ] satisfies [string, Reply][])("%s", async (_what, reply) => {
      const { answer, ...counted } = await buy(one, reply);
      expect(counted).toEqual(once);
      expect(answer).toMatchObject(unknown);
    });

    test.each([
      ["no answer within the timeout", () => {}],
      [
        "an answer whose body stalls",
        (response) => {
          response.writeHead(200);
          response.write(bodyOf(one.bought()).slice(0, 30));
        },
      ],
      [
        "an answer that comes in drops, for ever",
        (response) => {
          response.writeHead(200);
          const timer = setInterval(() => response.write(" "), 20);
          response.on("close", () => clearInterval(timer));
        },
      ],
    ] satisfies [string, Reply][])("%s", async (_what, reply) => {
      const { answer, ...counted } = await withShortTimeout((timeout) => buy(one, reply, timeout));
      expect(counted).toEqual(once);
      expect(answer).toMatchObject(unknown);
    });
  });

  describe("definitely not bought", () => {
    const { quota, denied, throttled } = one.codes;
    test.each([
      [one.error(400, "InvalidParameterValue"), "InvalidParameterValue", false, /Remove the cause/],
      [one.error(404, "ReservedThingsOfferingNotFound"), "ReservedThingsOfferingNotFound", false, /Remove the cause/],
      [one.error(400, quota), quota, false, /quota is used up/],
      [one.error(409, quota), quota, false, /quota is used up/],
      [one.error(403, denied), denied, false, new RegExp(`Grant the permission ${one.permissions.purchase} `)],
      [one.error(400, denied), denied, false, new RegExp(`Grant the permission ${one.permissions.purchase} `)],
      [one.error(400, throttled), throttled, true, new RegExp(`${one.title} asked to slow down`)],
      [one.error(429, "TooManyRequestsException"), "TooManyRequestsException", true, /slow down/],
    ] satisfies [Reply, string, boolean, RegExp][])("%o", async (reply, providerCode, retryable, message) => {
      const { answer, ...counted } = await buy(one, reply);
      expect(counted).toEqual(once);
      expect(answer).toMatchObject({ kind: "rejected", left: true, expired: false, providerCode, retryable });
      expect(answer).toMatchObject({ reason: expect.stringMatching(message) });
      expect(answer).toMatchObject({ reason: expect.stringContaining(`${one.title} refused the purchase`) });
    });

    test("the connection is refused", async () => {
      await using loopback = await startLoopback();
      loopback.on(one.list, one.reservations([]));
      const executor = serviceAt(one.service, loopback);
      await executor.inventory.read(submission.scope, one.id, calmly);
      await loopback[Symbol.asyncDispose]();
      expect(await executor.send(submission, first)).toMatchObject({
        kind: "rejected",
        left: false,
        providerCode: "ECONNREFUSED",
        retryable: true,
        reason: expect.stringContaining(`did not reach ${one.title}`),
      });
    });

    test("lesson: fell back to credentials of another account; the purchase is not sent", async () => {
      await using loopback = await startLoopback();
      loopback.on(one.purchase, one.bought());
      const scope = { ...submission.scope, accountId: "210987654321" };
      const answer = await serviceAt(one.service, loopback).send({ ...submission, scope }, first);
      expect(answer).toMatchObject({ kind: "rejected", left: false, providerCode: "wrong-account" });
      expect(loopback.count(one.purchase)).toBe(0);
    });
  });
});

describe("the answers that the documentation prints", () => {
  test.each([
    ["rds", "rds-PurchaseReservedDBInstancesOffering.awsdocs.xml", "MyReservation", "2011-12-18T23:24:56.577Z"],
    [
      "elasticache",
      "elasticache-PurchaseReservedCacheNodesOffering.awsdocs.xml",
      "myreservationID",
      "2015-02-02T23:24:56.577Z",
    ],
  ])("%s: taken for what they are", async (service, file, id, purchasedAt) => {
    const one = services.find((candidate) => candidate.service === service);
    if (!one) throw new Error(`No ${service}.`);
    await using loopback = await startLoopback();
    loopback.on(one.purchase, ok(recorded(file)));
    const submission = submissionFor(one);
    const asked = { ...submission, request: { ...submission.request, name: id.toLowerCase() } };
    const commitment = { id, state: "payment-pending", standing: "live", settled: false, purchasedAt };
    const answer = await serviceAt(service, loopback).send(asked, first);
    expect(answer).toMatchObject({ kind: "bought", commitment });
  });
});
