import { describe, expect, test } from "vitest";
import type { MediaConnectRecommendation } from "../../../providers/aws/index.ts";
import { mediaConnectSchema } from "../../../providers/aws/mediaconnect/mediaconnect-service.ts";
import type { Submission } from "../../../src/contract/executor.ts";
import type { JsonObject } from "../../../src/contract/json.ts";
import { findUnderHandle } from "../../../src/drive/judge-submission.ts";
import { aged } from "../../aged.ts";
import { thrownBy } from "../../thrown-by.ts";
import {
  answeredPurchase,
  calmly,
  fakeEnvironment,
  first,
  marker,
  once,
  otherToken,
  serviceAt,
  submittedAt,
  token,
} from "../aws-executors.ts";
import { ok, type Reply, startLoopback } from "../aws-loopback.ts";

const recommendation: MediaConnectRecommendation = {
  provider: "aws",
  service: "mediaconnect",
  accountId: "123456789012",
  region: "us-east-1",
  quantity: 50,
  payment: "no-upfront",
  term: "P1Y",
};
const name = `mediaconnect-id-${token.slice(0, 40)}`;
const arn = (kind: string, id: string) => `arn:aws:mediaconnect:us-east-1:123456789012:${kind}:${id}`;
const request = { OfferingArn: arn("offering", "1"), ReservationName: name, Start: "2026-07-14T11:00:00Z" };
const submission: Submission = {
  ...marker,
  recommendation,
  scope: {
    key: "aws/123456789012/us-east-1/mediaconnect",
    label: "AWS account 123456789012, us-east-1, mediaconnect",
    accountId: "123456789012",
    region: "us-east-1",
  },
  price: { amount: "5475", currency: "USD" },
  handle: { baseline: ["old"], name },
  request,
  attempt: 1,
  requestHash: "0".repeat(64),
  submittedAt,
};

const terms = {
  offeringArn: arn("offering", "1"),
  offeringDescription: "50 Mbps",
  currencyCode: "USD",
  duration: 12,
  durationUnits: "MONTHS",
  pricePerUnit: "0.0125",
  priceUnits: "HOURLY",
  resourceSpecification: { reservedBitrate: 50, resourceType: "Mbps_Outbound_Bandwidth" },
};
const offerings = (...changes: readonly object[]) =>
  ok(JSON.stringify({ offerings: changes.map((change) => ({ ...terms, ...change })) }));
const reservation = (id: string, change: object = {}) => ({
  reservationArn: arn("reservation", id),
  reservationName: name,
  ...terms,
  start: request.Start,
  end: "2027-07-14T11:00:00Z",
  reservationState: "ACTIVE",
  ...change,
});
const listed = (...reservations: readonly object[]) => ok(JSON.stringify({ reservations }));
const bought = (one: object) => ({ status: 201, body: JSON.stringify({ reservation: one }) });
const fault = (status: number, code: string, message = "No."): Reply => ({
  status,
  body: JSON.stringify({ message }),
  headers: { "x-amzn-errortype": code },
});
/** The loopback server knows a purchase by the last part of its path. */
const purchase = `POST ${encodeURIComponent(request.OfferingArn)}`;

test.each([
  ["no quantity", { quantity: undefined }, "quantity"],
  ["no payment", { payment: undefined }, "payment"],
  ["a start: it begins when it is bought", { start: "2026-07-01T00:00:00Z" }, ""],
])("%s is an error at its field", (_what, change, path) => {
  const { error } = mediaConnectSchema.safeParse({ ...recommendation, ...change });
  expect(error?.issues.map((issue) => issue.path.join("."))).toEqual([path]);
});

async function quote(
  reply: Reply,
  {
    now = submittedAt + 60_000,
    generation = 0,
    sentAs,
  }: { now?: number; generation?: number; sentAs?: JsonObject } = {},
) {
  await using loopback = await startLoopback();
  loopback.on("GET offerings", reply);
  loopback.on("GET reservations", listed(reservation("old-2", { reservationName: "b" }), reservation("old-1")));
  const executor = serviceAt("mediaconnect", loopback, { environment: fakeEnvironment(now) });
  return await executor.quote(recommendation, { ...marker, generation }, { ...calmly, sentAs });
}

describe("a quote", () => {
  test("every hour of the term for each Mbps, all that there is, and exactly what will be sent", async () => {
    const other = { offeringArn: "2", resourceSpecification: { ...terms.resourceSpecification, reservedBitrate: 100 } };
    // 50 × 0.0125 × 8760
    expect(await quote(offerings({}, other))).toEqual({
      price: { amount: "5475", currency: "USD" },
      payments: expect.any(Object),
      handle: { baseline: ["old-1", "old-2"], name },
      request,
    });
  });

  test("it begins a little before now, and never in the month before", async () => {
    const { request: sent } = await quote(offerings({}), { now: Date.parse("2026-08-01T00:00:30Z") });
    expect(sent).toMatchObject({ Start: "2026-08-01T00:00:00Z" });
  });

  test("the name stays with what was sent; another generation has another one", async () => {
    expect(await quote(offerings({}), { generation: 1 })).toMatchObject({ handle: { name: `${name}-g1` } });
    expect(await quote(offerings({}), { sentAs: { baseline: [], name: "as before" } })).toMatchObject({
      handle: { name: "as before" },
      request: { ReservationName: "as before" },
    });
  });

  test.each([
    [
      "another bandwidth",
      { resourceSpecification: { ...terms.resourceSpecification, reservedBitrate: 51 } },
      "not-offered",
    ],
    ["another unit", { resourceSpecification: { reservedBitrate: 50, resourceType: "Gbps" } }, "not-offered"],
    ["no bandwidth", { resourceSpecification: { resourceType: "Mbps_Outbound_Bandwidth" } }, "not-offered"],
    ["another term", { duration: 36 }, "not-offered"],
    ["a price that is not for an hour", { priceUnits: "MONTHLY" }, "not-offered"],
    ["no price", { pricePerUnit: undefined }, "quote-failed"],
    ["a price that is no number", { pricePerUnit: "free" }, "quote-failed"],
    ["a price of nothing", { pricePerUnit: "0" }, "quote-failed"],
    ["no currency", { currencyCode: undefined }, "quote-failed"],
  ])("%s is refused", async (_what, change, code) => {
    expect(await thrownBy(quote(offerings(change)))).toMatchObject({ code });
  });
});

describe("the purchase", () => {
  const buy = (reply: Reply, there: Reply = listed()) =>
    answeredPurchase(purchase, reply, (loopback) => {
      loopback.on("GET reservations", there);
      return serviceAt("mediaconnect", loopback).send(submission, first);
    });

  test("sends what was recorded, once, and keeps what the answer says", async () => {
    await using loopback = await startLoopback();
    loopback.on(purchase, bought(reservation("new", { reservationState: "PROCESSING" })));
    const answer = await serviceAt("mediaconnect", loopback).send(submission, first);
    const commitment = { id: "new", state: "PROCESSING", standing: "live", settled: false, marked: true };
    expect(answer).toMatchObject({ kind: "bought", commitment: { ...commitment, price: submission.price } });
    const { path, body } = loopback.last(purchase);
    expect(decodeURIComponent(path)).toBe(`/v1/offerings/${request.OfferingArn}`);
    expect(JSON.parse(body)).toEqual({ reservationName: name, start: request.Start });
  });

  test.each([
    ["another name", { reservationName: "another" }, /another/],
    [
      "another bandwidth",
      { resourceSpecification: { ...terms.resourceSpecification, reservedBitrate: 5 } },
      /bandwidth/,
    ],
    ["another term", { duration: 36 }, /term/],
    ["no state", { reservationState: undefined }, /state/],
  ])("%s in the answer is unknown, and its id is kept", async (_what, change, reason) => {
    expect(await buy(bought(reservation("new", change)))).toMatchObject({
      ...once,
      answer: { kind: "unknown", reason: expect.stringMatching(reason), evidence: ["new"] },
    });
  });

  const active = fault(400, "BadRequestException", "You already have an active reservation.");

  test("refused, and there is one of its name: it exists", async () => {
    expect(await buy(active, listed(reservation("new")))).toMatchObject({
      ...once,
      answer: { kind: "exists", found: { commitment: { id: "new" } } },
    });
  });

  test("refused because of one that was there before: not bought, and it says which one is in the way", async () => {
    const old = reservation("old", { reservationName: "by hand" });
    expect(await buy(active, listed(old))).toMatchObject({
      ...once,
      answer: { kind: "rejected", reason: expect.stringContaining("one reservation at a time") },
    });
    // What is over is in nobody's way.
    const over = reservation("old", { reservationName: "by hand", reservationState: "EXPIRED" });
    expect(await buy(active, listed(over))).toMatchObject({ answer: { kind: "unknown" } });
  });

  test("refused because of one that is not shown, or came meanwhile: unknown", async () => {
    const others = [
      listed(),
      listed(reservation("new", { reservationName: "by hand" })),
      fault(403, "ForbiddenException"),
    ];
    for (const there of others) {
      expect(await buy(active, there)).toMatchObject({ ...once, answer: { kind: "unknown" } });
    }
  });

  test.each([
    [400, "BadRequestException"],
    [403, "ForbiddenException"],
    [404, "NotFoundException"],
    [429, "TooManyRequestsException"],
  ])("%i %s that speaks of no reservation: not bought", async (status, code) => {
    expect(await buy(fault(status, code))).toMatchObject({ ...once, answer: { kind: "rejected", left: true } });
  });

  test.each([
    ["HTTP 500", fault(500, "InternalServerErrorException")],
    ["HTTP 503", fault(503, "ServiceUnavailableException")],
    ["nothing in the answer", ok("{}")],
  ])("%s: one request, unknown", async (_what, reply) => {
    expect(await buy(reply)).toMatchObject({ ...once, answer: { kind: "unknown" } });
  });

  test.each([{ Start: undefined }, { Start: "today" }, { ReservationName: "" }, { More: 1 }])(
    "a record that is no such purchase is not sent: %o",
    async (change) => {
      await using loopback = await startLoopback();
      const changed = JSON.parse(JSON.stringify({ ...request, ...change })) as Submission["request"];
      const answer = await serviceAt("mediaconnect", loopback).send({ ...submission, request: changed }, first);
      expect(answer).toMatchObject({ kind: "rejected", left: false });
      expect(loopback.count(purchase)).toBe(0);
    },
  );
});

describe("after an unknown outcome", () => {
  async function resolve(items: readonly object[], evidence: readonly string[] = []) {
    await using loopback = await startLoopback();
    loopback.on("GET reservations", listed(...items));
    const executor = serviceAt("mediaconnect", loopback);
    const options = { ...calmly, owned: new Set<string>(), age: aged(60_000) };
    return await findUnderHandle(executor, { ...submission, evidence }, options);
  }

  test("the same request is never sent again: it is bought again only after two empty answers, 15 minutes after it", async () => {
    await using loopback = await startLoopback();
    const { recovery, laneOf } = serviceAt("mediaconnect", loopback);
    expect(recovery).toEqual({ kind: "absence", answers: 2, minimumAge: 900_000, parkAfter: 86_400_000 });
    // One at a time in an account and region, whatever its size.
    expect(laneOf?.({ ...recommendation, quantity: 100 })).toBe(laneOf?.(recommendation));
  });

  test("what has its name is it, whatever its state", async () => {
    for (const [reservationState, standing] of [
      ["PROCESSING", "live"],
      ["ACTIVE", "live"],
      ["EXPIRED", "ended"],
      ["CANCELED", "ended"],
      ["NEW_WORD", "live"],
    ] as const) {
      const found = { commitment: { id: "new", state: reservationState, standing, price: submission.price } };
      const seen = await resolve([reservation("new", { reservationState })]);
      expect(seen).toMatchObject({ kind: "found", found, by: "proof" });
    }
  });

  test.each([
    [
      "one of another token",
      [reservation("x", { reservationName: `mediaconnect-id-${otherToken.slice(0, 40)}` })],
      "absent",
    ],
    ["one by hand that fits", [reservation("x", { reservationName: "by hand" })], "absent"],
    ["a name of another service", [reservation("x", { reservationName: name.replace("connect", "live") })], "absent"],
    ["two of its name", [reservation("1"), reservation("2")], "unclear"],
  ])("%s: %s", async (_what, items, kind) => {
    expect((await resolve(items)).kind).toBe(kind);
  });

  test("an id that an answer named and that has another name is for a person, whenever it begins", async () => {
    const other = reservation("7", { reservationName: "by hand", start: "2026-07-01T00:00:00Z" });
    expect(await resolve([other], ["7"])).toMatchObject({ kind: "unclear" });
  });
});
