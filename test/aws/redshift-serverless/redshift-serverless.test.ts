import { describe, expect, onTestFinished, test } from "vitest";
import { createAws, type RedshiftServerlessRecommendation } from "../../../providers/aws/index.ts";
import { type AwsSandboxOptions, startCloudSandbox } from "../../../providers/sandbox/index.ts";
import type { JsonObject } from "../../../src/contract/json.ts";
import type { Submission } from "../../../src/contract/executor.ts";
import { findUnderHandle } from "../../../src/drive/judge-submission.ts";
import { createMemoryLedger } from "../../../src/ledger/memory-ledger.ts";
import { createPurchaser } from "../../../src/purchaser.ts";
import { aged } from "../../aged.ts";
import { thrownBy } from "../../thrown-by.ts";
import {
  answeredPurchase,
  calmly,
  fakeEnvironment,
  first,
  marker,
  once,
  serviceAt,
  submittedAt,
} from "../aws-executors.ts";
import { ok, type Reply, startLoopback } from "../aws-loopback.ts";

const recommendation: RedshiftServerlessRecommendation = {
  provider: "aws",
  service: "redshift-serverless",
  accountId: "123456789012",
  region: "us-east-1",
  payment: "all-upfront",
  term: "P1Y",
  quantity: 8,
};

const scope = {
  key: "aws/123456789012/us-east-1/redshift-serverless",
  label: "AWS account 123456789012, us-east-1, redshift-serverless",
  accountId: "123456789012",
  region: "us-east-1",
};
const clientToken = "00000000-0000-4000-8000-000000000001";
const submission: Submission = {
  ...marker,
  recommendation,
  scope,
  price: { amount: "16000.8", currency: "USD" },
  handle: { baseline: ["r-old"], offeringId: "o-1" },
  request: { offeringId: "o-1", capacity: 8, clientToken },
  attempt: 1,
  requestHash: "0".repeat(64),
  submittedAt,
};

const terms = {
  offeringId: "o-1",
  duration: 31_536_000,
  upfrontCharge: 2000.1,
  hourlyCharge: 0,
  currencyCode: "USD",
  offeringType: "ALL_UPFRONT",
};
const offerings = (...changes: readonly JsonObject[]) =>
  ok(JSON.stringify({ reservationOfferingsList: changes.map((change) => ({ ...terms, ...change })) }));
const reservation = (reservationId: string, change: JsonObject = {}) => ({
  reservationId,
  capacity: 8,
  status: "active",
  startDate: "2026-07-14T11:00:01.000Z",
  offering: terms,
  ...change,
});
const listed = (...items: readonly object[]) => ok(JSON.stringify({ reservationsList: items }));
const bought = (item: object) => ok(JSON.stringify({ reservation: item }));
const fault = (status: number, code: string): Reply => ({
  status,
  body: JSON.stringify({ __type: code, message: "No." }),
  headers: { "content-type": "application/x-amz-json-1.1", "x-amzn-errortype": code },
});

async function quote(reply: Reply, change: Partial<RedshiftServerlessRecommendation> = {}, generation = 0) {
  await using loopback = await startLoopback();
  loopback.on("ListReservationOfferings", reply);
  loopback.on("ListReservations", listed(reservation("r-b"), reservation("r-a", { status: "retired" })));
  return await serviceAt("redshift-serverless", loopback).quote(
    { ...recommendation, ...change },
    { ...marker, generation },
    calmly,
  );
}

describe("a quote", () => {
  test("the price of all units over the term, all that there is, and exactly what will be sent", async () => {
    const { price, handle, request } = await quote(offerings({}, { offeringId: "o-2", offeringType: "NO_UPFRONT" }));
    expect(price).toEqual({ amount: "16000.8", currency: "USD" });
    expect(handle).toEqual({ baseline: ["r-a", "r-b"], offeringId: "o-1" });
    expect(request).toEqual({ offeringId: "o-1", capacity: 8, clientToken: expect.any(String) });
    const monthly = { offeringId: "o-2", offeringType: "NO_UPFRONT", upfrontCharge: 0, hourlyCharge: 0.25 };
    const other = await quote(offerings({}, monthly), { payment: "no-upfront" });
    // 8 × 0.25 × 8760
    expect(other).toMatchObject({ price: { amount: "17520" }, handle: { offeringId: "o-2" } });
  });

  test("the client token is a UUID of version 4, the same for each quote of a generation", async () => {
    const tokens = [];
    for (const generation of [0, 0, 1])
      tokens.push((await quote(offerings({}), {}, generation)).request["clientToken"]);
    for (const one of tokens)
      expect(one).toMatch(/^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/);
    expect(tokens[0]).toBe(tokens[1]);
    expect(tokens[2]).not.toBe(tokens[0]);
  });

  test.each([
    ["another payment", { offeringType: "NO_UPFRONT" }, "not-offered"],
    ["another term", { duration: 94_608_000 }, "not-offered"],
    ["a payment that nobody knows", { offeringType: "SOME" }, "not-offered"],
    ["no charge an hour: it is not taken for nothing", { hourlyCharge: undefined }, "quote-failed"],
    ["no currency", { currencyCode: undefined }, "quote-failed"],
  ])("%s is refused", async (_what, change, code) => {
    expect(await thrownBy(quote(offerings(change as JsonObject)))).toMatchObject({ code });
  });

  test("two that are alike are refused", async () => {
    expect(await thrownBy(quote(offerings({}, { offeringId: "o-2" })))).toMatchObject({ code: "several-offerings" });
  });
});

describe("the purchase", () => {
  const buy = (reply: Reply) =>
    answeredPurchase("CreateReservation", reply, (loopback) =>
      serviceAt("redshift-serverless", loopback).send(submission, first),
    );

  test("sends what was recorded, once, and keeps what the answer says", async () => {
    await using loopback = await startLoopback();
    loopback.on("CreateReservation", bought(reservation("r-new", { status: "payment-pending" })));
    const answer = await serviceAt("redshift-serverless", loopback).send(submission, first);
    const commitment = { id: "r-new", state: "payment-pending", standing: "live", settled: false, marked: "waived" };
    expect(answer).toMatchObject({ kind: "bought", commitment: { ...commitment, price: submission.price } });
    expect(JSON.parse(loopback.last("CreateReservation").body)).toEqual(submission.request);
  });

  test.each([
    ["HTTP 500", fault(500, "InternalServerException")],
    ["throttling with 503", fault(503, "ThrottlingException")],
    ["a conflict, with what it does not say", fault(400, "ConflictException")],
    ["nothing in the answer", ok("{}")],
  ])("%s: one request, unknown", async (_what, reply) => {
    expect(await buy(reply)).toMatchObject({ ...once, answer: { kind: "unknown" } });
  });

  test.each([
    "ValidationException",
    "ResourceNotFoundException",
    "ServiceQuotaExceededException",
    "AccessDeniedException",
  ])("%s: not bought", async (code) => {
    expect(await buy(fault(400, code))).toMatchObject({ ...once, answer: { kind: "rejected" } });
  });

  test.each([{ clientToken: undefined }, { clientToken: "x" }, { capacity: 0 }, { more: 1 }])(
    "a record that is no such purchase is not sent: %o",
    async (change) => {
      await using loopback = await startLoopback();
      const request = JSON.parse(JSON.stringify({ ...submission.request, ...change })) as JsonObject;
      const answer = await serviceAt("redshift-serverless", loopback).send({ ...submission, request }, first);
      expect(answer).toMatchObject({ kind: "rejected", left: false });
      expect(loopback.count("CreateReservation")).toBe(0);
    },
  );
});

describe("after an unknown outcome", () => {
  async function resolve(items: readonly object[], age = 60_000) {
    await using loopback = await startLoopback();
    loopback.on("ListReservations", listed(...items));
    const executor = serviceAt("redshift-serverless", loopback, { environment: fakeEnvironment(submittedAt + age) });
    return await findUnderHandle(executor, submission, { ...calmly, owned: new Set(), age: aged(age) });
  }

  test("it is never sent again by itself", async () => {
    await using loopback = await startLoopback();
    const { recovery } = serviceAt("redshift-serverless", loopback);
    expect(recovery).toEqual({ kind: "manual", minimumAge: 300_000, parkAfter: 86_400_000 });
    expect((await resolve([reservation("r-old")], 86_400_001)).kind).toBe("absent");
  });

  test("exactly one new one that fits is adopted, at the price that was agreed on", async () => {
    const found = { commitment: { id: "r-new", price: submission.price, marked: "waived" } };
    expect(await resolve([reservation("r-old"), reservation("r-new")])).toMatchObject({
      kind: "found",
      found,
      by: "guess",
    });
  });

  test.each([
    ["another payment", [reservation("r-new", { offering: { ...terms, offeringType: "NO_UPFRONT" } })], "absent"],
    ["another term", [reservation("r-new", { offering: { ...terms, duration: 1 } })], "absent"],
    ["several", [reservation("r-1"), reservation("r-2")], "unclear"],
    ["one from before", [reservation("r-new", { startDate: "2026-07-13T11:00:00.000Z" })], "unclear"],
  ] as const)("%s: %s", async (_what, items, kind) => {
    expect((await resolve(items)).kind).toBe(kind);
  });
});

describe("what another ledger may have bought", () => {
  async function startWorld(aws: AwsSandboxOptions = {}) {
    const sandbox = await startCloudSandbox({ aws });
    onTestFinished(() => sandbox.close());
    const providers = [createAws({ endpoint: sandbox.url })];
    const withLedger = () => createPurchaser({ ledger: createMemoryLedger(), providers });
    const execution = { executionId: "night-1", source: "cudly-web", recommendations: [recommendation] };
    const sends = () => sandbox.requests.filter(({ action }) => action === "CreateReservation").length;
    return { sandbox, withLedger, execution, sends };
  }

  test("a lost ledger buys nothing again: nothing that is shown carries a token, so what is recent is for a person", async () => {
    // AWS has forgotten the client token as well.
    const { sandbox, withLedger, execution, sends } = await startWorld({ clientTokenMemory: 0 });
    const [bought] = (await withLedger().drive(execution)).outcomes;
    const id = bought?.commitment?.id;
    const purchaser = withLedger();
    const [again] = (await purchaser.drive(execution)).outcomes;
    expect(again).toMatchObject({ status: "refused", error: { code: "look-alike" } });
    expect(again?.error?.message).toContain(String(id));
    expect(sends()).toBe(1);

    const who = { executionId: "night-1", recIndex: 0, person: "ann", reason: "bought by hand" };
    await purchaser.resolveByPerson({ ...who, finding: { notThis: String(id) } });
    expect((await purchaser.drive(execution)).outcomes).toMatchObject([{ status: "purchased" }]);
    expect(sandbox.reservations()).toHaveLength(2);
  });

  test("two that are alike are bought by one ledger", async () => {
    const { withLedger, execution, sends } = await startWorld();
    const two = { ...execution, recommendations: [recommendation, recommendation] };
    const { outcomes } = await withLedger().drive(two);
    expect(outcomes.map(({ status }) => status)).toEqual(["purchased", "purchased"]);
    expect(sends()).toBe(2);
  });
});
