import { describe, expect, test } from "vitest";
import type { MediaLiveRecommendation } from "../../../providers/aws/index.ts";
import { mediaLiveSchema } from "../../../providers/aws/medialive/medialive-service.ts";
import type { Submission } from "../../../src/contract/executor.ts";
import { findUnderHandle } from "../../../src/drive/judge-submission.ts";
import { aged } from "../../aged.ts";
import { thrownBy } from "../../thrown-by.ts";
import {
  answeredPurchase,
  calmly,
  differencesOf,
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

const recommendation: MediaLiveRecommendation = {
  provider: "aws",
  service: "medialive",
  accountId: "123456789012",
  region: "us-east-1",
  resourceType: "OUTPUT",
  codec: "AVC",
  resolution: "HD",
  maximumBitrate: "MAX_20_MBPS",
  maximumFramerate: "MAX_30_FPS",
  videoQuality: "STANDARD",
  channelClass: "none",
  specialFeature: "none",
  quantity: 3,
  payment: "no-upfront",
  term: "P1Y",
};
const tags = { "purchase-automation": "cudly-web", "cudly-idempotency-token": token, "buyonce-purchase": token };
const name = `medialive-id-${token.slice(0, 40)}`;
const request = {
  OfferingId: "87654321",
  Count: 3,
  Name: name,
  RequestId: token,
  RenewalSettings: { AutomaticRenewal: "DISABLED" },
  Tags: tags,
};
const submission: Submission = {
  ...marker,
  recommendation,
  scope: {
    key: "aws/123456789012/us-east-1/medialive",
    label: "AWS account 123456789012, us-east-1, medialive",
    accountId: "123456789012",
    region: "us-east-1",
  },
  price: { amount: "5676.48", currency: "USD" },
  handle: { requestId: token, name },
  request,
  attempt: 1,
  requestHash: "0".repeat(64),
  submittedAt,
};

const specification = {
  resourceType: "OUTPUT",
  codec: "AVC",
  resolution: "HD",
  maximumBitrate: "MAX_20_MBPS",
  maximumFramerate: "MAX_30_FPS",
  videoQuality: "STANDARD",
};
const terms = {
  offeringId: "87654321",
  offeringType: "NO_UPFRONT",
  currencyCode: "USD",
  duration: 12,
  durationUnits: "MONTHS",
  fixedPrice: 0,
  usagePrice: 0.216,
  resourceSpecification: specification,
};
const offerings = (...changes: readonly object[]) =>
  ok(JSON.stringify({ offerings: changes.map((change) => ({ ...terms, ...change })) }));
const reservation = (reservationId: string, change: object = {}) => ({
  reservationId,
  name,
  ...terms,
  count: 3,
  // As its documentation writes it: UTC, and it does not say so.
  start: "2026-07-14T11:00:01",
  state: "ACTIVE",
  renewalSettings: { automaticRenewal: "DISABLED" },
  tags,
  ...change,
});
const listed = (...reservations: readonly object[]) => ok(JSON.stringify({ reservations }));
const bought = (one: object) => ({ status: 201, body: JSON.stringify({ reservation: one }) });
const fault = (status: number, code: string, message = "No."): Reply => ({
  status,
  body: JSON.stringify({ message }),
  headers: { "x-amzn-errortype": code },
});

describe("the recommendation", () => {
  test.each([
    ["no codec: what the offering has none of is written out", { codec: undefined }, "codec"],
    ["a word in small letters", { resolution: "hd" }, "resolution"],
    ["no quantity", { quantity: undefined }, "quantity"],
    ["no payment", { payment: undefined }, "payment"],
    ["what would be renewed", { automaticRenewal: "ENABLED" }, ""],
  ])("%s is an error at its field", (_what, change, path) => {
    const { error } = mediaLiveSchema.safeParse({ ...recommendation, ...change });
    expect(error?.issues.map((issue) => issue.path.join("."))).toEqual([path]);
  });

  test("a word that is not known yet is taken", () => {
    expect(mediaLiveSchema.safeParse({ ...recommendation, codec: "VVC" }).success).toBe(true);
  });
});

async function quote(reply: Reply, change: Partial<MediaLiveRecommendation> = {}, generation = 0) {
  await using loopback = await startLoopback();
  loopback.on("GET offerings", reply);
  const quoted = await serviceAt("medialive", loopback).quote(
    { ...recommendation, ...change },
    { ...marker, generation },
    calmly,
  );
  return { ...quoted, asked: new URL(loopback.last("GET offerings").path, loopback.url).searchParams };
}

describe("a quote", () => {
  test("every hour of the term, and exactly what will be sent: never renewed", async () => {
    const quoted = await quote(
      offerings({}, { offeringId: "2", resourceSpecification: { ...specification, codec: "HEVC" } }),
    );
    // 3 × 0.216 × 8760
    expect(quoted).toMatchObject({ price: { amount: "5676.48", currency: "USD" }, handle: submission.handle });
    expect(quoted.request).toEqual(request);
    expect(Object.fromEntries(quoted.asked)).toEqual({ ...specification, maxResults: "100" });
  });

  test("another generation has another request id", async () => {
    const { handle, request: sent } = await quote(offerings({}), {}, 1);
    const RequestId = `${token.slice(0, 40)}-g1`;
    expect(handle).toEqual({ requestId: RequestId, name: `${name}-g1` });
    expect(sent).toMatchObject({ RequestId, Tags: { "buyonce-purchase": RequestId } });
  });

  test.each([
    [
      "more than was asked for",
      { resourceSpecification: { ...specification, channelClass: "STANDARD" } },
      "not-offered",
    ],
    ["less than was asked for", { resourceSpecification: { ...specification, codec: undefined } }, "not-offered"],
    ["nothing of what it is for", { resourceSpecification: undefined }, "not-offered"],
    ["another term", { duration: 36 }, "not-offered"],
    ["a part of a year", { duration: 18 }, "not-offered"],
    ["another unit of time", { durationUnits: "DAYS" }, "not-offered"],
    ["another payment", { offeringType: "ALL_UPFRONT" }, "not-offered"],
    ["no price of its use: it is not taken for nothing", { usagePrice: undefined }, "quote-failed"],
    ["a use for nothing", { usagePrice: 0 }, "quote-failed"],
    ["no currency", { currencyCode: undefined }, "quote-failed"],
    ["no id", { offeringId: undefined }, "quote-failed"],
  ])("%s is refused", async (_what, change, code) => {
    expect(await thrownBy(quote(offerings(change)))).toMatchObject({ code });
  });

  test("two that are alike are refused", async () => {
    expect(await thrownBy(quote(offerings({}, { offeringId: "2" })))).toMatchObject({ code: "several-offerings" });
  });
});

describe("the purchase", () => {
  const buy = (reply: Reply) =>
    answeredPurchase("POST purchase", reply, (loopback) => serviceAt("medialive", loopback).send(submission, first));

  test("sends what was recorded, once, and keeps what the answer says", async () => {
    await using loopback = await startLoopback();
    loopback.on("POST purchase", bought(reservation("1234567")));
    const answer = await serviceAt("medialive", loopback).send(submission, first);
    const commitment = { id: "1234567", state: "ACTIVE", standing: "live", settled: true, marked: true };
    const purchasedAt = "2026-07-14T11:00:01.000Z";
    expect(answer).toMatchObject({
      kind: "bought",
      commitment: { ...commitment, purchasedAt, price: submission.price },
    });
    const { path, body } = loopback.last("POST purchase");
    expect(path).toBe("/prod/offerings/87654321/purchase");
    expect(JSON.parse(body)).toEqual({
      count: 3,
      name,
      requestId: token,
      renewalSettings: { automaticRenewal: "DISABLED" },
      tags,
    });
  });

  test.each([
    ["one that would be renewed", { renewalSettings: { automaticRenewal: "ENABLED" } }, /automaticRenewal/],
    ["another codec", { resourceSpecification: { ...specification, codec: "HEVC" } }, /specification/],
    ["another count", { count: 1 }, /quantity/],
    ["another term", { duration: 36 }, /term/],
    ["another token", { tags: { ...tags, "cudly-idempotency-token": otherToken } }, /token/],
    ["no state", { state: undefined }, /state/],
  ])("%s in the answer is unknown, and its id is kept", async (_what, change, reason) => {
    expect(await buy(bought(reservation("1234567", change)))).toMatchObject({
      ...once,
      answer: { kind: "unknown", reason: expect.stringMatching(reason), evidence: ["1234567"] },
    });
  });

  test("what cannot be renewed is what was asked for; what it does not say is no difference", async () => {
    for (const renewalSettings of [{ automaticRenewal: "UNAVAILABLE" }, undefined]) {
      expect(await buy(bought(reservation("1", { renewalSettings })))).toMatchObject({ answer: { kind: "bought" } });
    }
  });

  test("one that began before was bought before: this send bought nothing", async () => {
    expect(await buy(bought(reservation("1", { start: "2026-07-14T09:00:00" })))).toMatchObject({
      answer: { kind: "exists", found: { commitment: { id: "1" } } },
    });
  });

  test.each([
    ["HTTP 500", fault(500, "InternalServerErrorException")],
    ["HTTP 502", fault(502, "BadGatewayException")],
    ["a conflict, with what it does not say", fault(409, "ConflictException")],
    ["words about the request id", fault(400, "BadRequestException", "The request ID was used before.")],
    ["nothing in the answer", ok("{}")],
  ])("%s: one request, unknown", async (_what, reply) => {
    expect(await buy(reply)).toMatchObject({ ...once, answer: { kind: "unknown" } });
  });

  test.each([
    [400, "BadRequestException"],
    [403, "ForbiddenException"],
    [404, "NotFoundException"],
    [429, "TooManyRequestsException"],
  ])("%i %s: not bought", async (status, code) => {
    expect(await buy(fault(status, code))).toMatchObject({ ...once, answer: { kind: "rejected", left: true } });
  });

  test.each([
    { RenewalSettings: undefined },
    { RenewalSettings: { AutomaticRenewal: "ENABLED" } },
    { RequestId: undefined },
    { Count: 0 },
    { More: 1 },
  ])("a record that is no such purchase is not sent: %o", async (change) => {
    await using loopback = await startLoopback();
    const changed = JSON.parse(JSON.stringify({ ...request, ...change })) as Submission["request"];
    const answer = await serviceAt("medialive", loopback).send({ ...submission, request: changed }, first);
    expect(answer).toMatchObject({ kind: "rejected", left: false });
    expect(loopback.count("POST purchase")).toBe(0);
  });
});

describe("after an unknown outcome", () => {
  const minutes = 60_000;
  async function resolve(items: readonly object[], age = minutes, evidence: readonly string[] = []) {
    await using loopback = await startLoopback();
    loopback.on("GET reservations", listed(...items));
    const executor = serviceAt("medialive", loopback, { environment: fakeEnvironment(submittedAt + age) });
    const options = { ...calmly, owned: new Set<string>(), age: aged(age) };
    return await findUnderHandle(executor, { ...submission, evidence }, options);
  }

  test.each([
    [3, "absent"],
    [5, "unclear"],
    [14, "unclear"],
    [15, "absent"],
  ])("with nothing listed after %i minutes it is %s", async (age, kind) => {
    expect((await resolve([reservation("1", { name: "by hand", tags: {} })], age * minutes)).kind).toBe(kind);
  });

  test("what carries the token is it, at the price that was agreed on, whatever its state", async () => {
    for (const [state, standing] of [
      ["ACTIVE", "live"],
      ["EXPIRED", "ended"],
      ["CANCELED", "ended"],
      ["DELETED", "ended"],
      ["NEW_WORD", "live"],
    ] as const) {
      const found = { commitment: { id: "1", state, standing, price: submission.price, marked: true } };
      expect(await resolve([reservation("1", { state })])).toMatchObject({ kind: "found", found, by: "proof" });
    }
  });

  test("with its tags taken off, its name is the marker; with the name changed, the tags are", async () => {
    for (const change of [{ tags: undefined }, { name: "channel 4" }]) {
      expect(await resolve([reservation("1", change)])).toMatchObject({ kind: "found", by: "proof" });
    }
  });

  test.each([
    ["one of an earlier generation", [reservation("1", { tags: { ...tags, "buyonce-purchase": "x" } })], "absent"],
    [
      "one of another token",
      [reservation("1", { name: "x", tags: { "cudly-idempotency-token": otherToken } })],
      "absent",
    ],
    ["two", [reservation("1"), reservation("2")], "unclear"],
  ])("%s: %s", async (_what, items, kind) => {
    expect((await resolve(items)).kind).toBe(kind);
  });

  test("an id that an answer named and that carries no token is for a person", async () => {
    const unnamed = reservation("7", { name: "", tags: undefined });
    expect(await resolve([unnamed], 20 * minutes, ["7"])).toMatchObject({ kind: "unclear" });
    expect(await resolve([], 20 * minutes, ["7"])).toMatchObject({ kind: "unclear" });
  });

  test("one that renews by itself is not what was asked for", async () => {
    await using loopback = await startLoopback();
    loopback.on("GET reservations", listed(reservation("1", { renewalSettings: { automaticRenewal: "ENABLED" } })));
    const executor = serviceAt("medialive", loopback);
    for await (const [found] of executor.inventory.list(submission.scope, { ...calmly, isComplete: () => true })) {
      expect(await differencesOf(executor, recommendation, found)).toEqual([
        { field: "automaticRenewal", asked: "DISABLED", found: "ENABLED" },
      ]);
    }
  });
});
