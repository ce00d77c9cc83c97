import { describe, expect, test } from "vitest";
import type { Ec2HostRecommendation } from "../../../providers/aws/index.ts";
import { ec2HostSchema } from "../../../providers/aws/ec2-host/host-recommendation.ts";
import type { Submission } from "../../../src/contract/executor.ts";
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
import { error, ok, type Reply, startLoopback } from "../aws-loopback.ts";

const hosts = ["h-0a1b2c3d4e5f60718", "h-0a1b2c3d4e5f60719"];
const recommendation: Ec2HostRecommendation = {
  provider: "aws",
  service: "ec2-host",
  accountId: "123456789012",
  region: "us-east-1",
  instanceFamily: "m5",
  hostIds: hosts.toReversed(),
  payment: "partial-upfront",
  term: "P1Y",
};
const tags = { "purchase-automation": "cudly-web", "cudly-idempotency-token": token, "buyonce-purchase": token };
const request = {
  OfferingId: "hro-1",
  HostIdSet: hosts,
  ClientToken: token,
  LimitPrice: "14655.01",
  CurrencyCode: "USD",
  tags,
};
const submission: Submission = {
  ...marker,
  recommendation,
  scope: {
    key: "aws/123456789012/us-east-1/ec2-host",
    label: "AWS account 123456789012, us-east-1, ec2-host",
    accountId: "123456789012",
    region: "us-east-1",
  },
  price: { amount: "29310.242", currency: "USD" },
  handle: { clientToken: token },
  request,
  attempt: 1,
  requestHash: "0".repeat(64),
  submittedAt,
};

type Elements = Readonly<Record<string, string | readonly string[] | undefined>>;

/** A list of texts is one of `<item>` elements. */
const item = (elements: Elements) =>
  `<item>${Object.entries(elements)
    .map(([name, value]) => {
      if (value === undefined) return "";
      const content = typeof value === "string" ? value : value.map((one) => `<item>${one}</item>`).join("");
      return `<${name}>${content}</${name}>`;
    })
    .join("")}</item>`;
const answer = (action: string, body: string): Reply =>
  ok(`<${action}Response xmlns="http://ec2.amazonaws.com/doc/2016-11-15/">${body}</${action}Response>`);

const terms = { instanceFamily: "m5", paymentOption: "PartialUpfront", duration: "31536000" };
const offerings = (...changes: readonly Elements[]) => {
  const all = changes.map((change) => item({ offeringId: "hro-1", ...terms, ...change }));
  return answer("DescribeHostReservationOfferings", `<offeringSet>${all.join("")}</offeringSet>`);
};
const part = (change: Elements = {}) => item({ ...terms, hostIdSet: hosts, ...change });
const sums = { totalUpfrontPrice: "14655.002", totalHourlyPrice: "1.673" };
const preview = (parts: readonly string[], change: Readonly<Record<string, string>> = {}) => {
  const total = Object.entries({ ...sums, ...change }).map(([name, value]) => `<${name}>${value}</${name}>`);
  return answer("GetHostReservationPurchasePreview", `<purchase>${parts.join("")}</purchase>${total.join("")}`);
};
const sold = (...parts: readonly string[]) =>
  answer("PurchaseHostReservation", `<purchase>${parts.join("")}</purchase>`);

const tagSet = (given: Readonly<Record<string, string>>) =>
  Object.entries(given).map(([key, value]) => `<key>${key}</key><value>${value}</value>`);
const reservation = (hostReservationId: string, change: Elements = {}) =>
  part({
    hostReservationId,
    state: "active",
    start: "2026-07-14T11:00:01.000Z",
    tagSet: tagSet(tags),
    ...change,
  });
const listed = (...all: readonly string[]) =>
  answer("DescribeHostReservations", `<hostReservationSet>${all.join("")}</hostReservationSet>`);

describe("the recommendation", () => {
  test.each([
    ["no host", { hostIds: [] }, "hostIds"],
    ["a host twice", { hostIds: [hosts[0], hosts[0]] }, "hostIds"],
    ["what is no id of a host", { hostIds: ["i-0a1b2c3d4e5f60718"] }, "hostIds.0"],
    ["no hosts", { hostIds: undefined }, "hostIds"],
    ["no family", { instanceFamily: undefined }, "instanceFamily"],
    ["no payment", { payment: undefined }, "payment"],
    ["no term", { term: undefined }, "term"],
    ["a quantity", { quantity: 2 }, ""],
  ])("%s is an error at its field", (_what, change, path) => {
    const { error } = ec2HostSchema.safeParse({ ...recommendation, ...change });
    expect(error?.issues.map((issue) => issue.path.join("."))).toEqual([path]);
  });

  test("the order of the hosts is no difference", async () => {
    await using loopback = await startLoopback();
    const { canonical } = serviceAt("ec2-host", loopback);
    expect(canonical?.(recommendation)).toEqual({ ...recommendation, hostIds: hosts });
  });
});

describe("a quote", () => {
  async function quote(
    replies: { offerings?: Reply; preview?: Reply } = {},
    change: Partial<Ec2HostRecommendation> = {},
  ) {
    await using loopback = await startLoopback();
    loopback.on("DescribeHostReservationOfferings", replies.offerings ?? offerings({}));
    loopback.on("GetHostReservationPurchasePreview", replies.preview ?? preview([part()]));
    const asked = { ...recommendation, ...change };
    const given = await serviceAt("ec2-host", loopback).quote(asked, marker, calmly);
    expect(loopback.count("PurchaseHostReservation")).toBe(0);
    return given;
  }

  test("what EC2 previews for these hosts, over the term, and exactly what will be sent", async () => {
    const others = [
      { offeringId: "hro-2", instanceFamily: "c5" },
      { offeringId: "hro-3", paymentOption: "NoUpfront" },
      { offeringId: "hro-4", duration: "94608000" },
    ];
    const quoted = await quote({ offerings: offerings(...others, {}) });
    // 14655.002 + 1.673 × 8760
    expect(quoted.price).toEqual({ amount: "29310.482", currency: "USD" });
    expect(quoted.payments?.dueNow).toEqual({ amount: "14655.002", currency: "USD" });
    expect(quoted.request).toEqual(request);
    expect(quoted.handle).toEqual({ clientToken: token });
  });

  test("no limit is sent where nothing is paid at once", async () => {
    const { request: sent } = await quote(
      {
        offerings: offerings({ paymentOption: "NoUpfront" }),
        preview: preview([part({ paymentOption: "NoUpfront" })], { totalUpfrontPrice: "0.000" }),
      },
      { payment: "no-upfront" },
    );
    expect(sent).not.toHaveProperty("LimitPrice");
    expect(sent).not.toHaveProperty("CurrencyCode");
  });

  test("a preview in several parts is one of all hosts", async () => {
    const parts = hosts.map((host) => part({ hostIdSet: [host] }));
    expect((await quote({ preview: preview(parts) })).price).toEqual({ amount: "29310.482", currency: "USD" });
  });

  test.each([
    ["is of another family", preview([part({ instanceFamily: "c5" })])],
    ["is of another payment", preview([part({ paymentOption: "AllUpfront" })])],
    ["is of another term", preview([part({ duration: "94608000" })])],
    ["is of fewer hosts", preview([part({ hostIdSet: hosts.slice(1) })])],
    ["is of nothing", preview([])],
    ["says no sum an hour", preview([part()], { totalHourlyPrice: "" })],
    ["says no sum at once", preview([part()], { totalUpfrontPrice: "" })],
    ["says nothing for what is paid at once", preview([part()], { totalUpfrontPrice: "0.000" })],
    ["says nothing for the hours", preview([part()], { totalHourlyPrice: "0.000" })],
    ["says two currencies", preview([part({ currencyCode: "EUR" })], { currencyCode: "USD" })],
    ["is refused", error(400, "HostAlreadyCoveredByReservation")],
  ])("nothing is quoted where the preview %s", async (_what, reply) => {
    expect(await thrownBy(quote({ preview: reply }))).toMatchObject({ code: "quote-failed" });
  });

  test.each([
    ["none", offerings({ instanceFamily: "c5" }), "not-offered"],
    ["two", offerings({}, { offeringId: "hro-2" }), "several-offerings"],
    ["one without an id", offerings({ offeringId: undefined }), "quote-failed"],
  ])("of the offerings %s fits: refused", async (_what, reply, code) => {
    expect(await thrownBy(quote({ offerings: reply }))).toMatchObject({ code });
  });
});

describe("the purchase", () => {
  const buy = (reply: Reply, shown: Reply = listed()) =>
    answeredPurchase("PurchaseHostReservation", reply, (loopback) => {
      loopback.on("DescribeHostReservations", shown);
      return serviceAt("ec2-host", loopback).send(submission, first);
    });

  test("sends what was recorded, once, with the tags", async () => {
    await using loopback = await startLoopback();
    loopback.on("PurchaseHostReservation", sold(part({ hostReservationId: "hr-1" })));
    loopback.on("DescribeHostReservations", listed());
    const given = await serviceAt("ec2-host", loopback).send(submission, first);
    expect(given).toMatchObject({
      kind: "bought",
      commitment: { id: "hr-1", standing: "live", marked: true, settled: false, price: submission.price },
    });
    const {
      Action: _action,
      Version: _version,
      ...sent
    } = Object.fromEntries(loopback.last("PurchaseHostReservation").parameters);
    expect(sent).toEqual({
      OfferingId: "hro-1",
      "HostIdSet.1": hosts[0],
      "HostIdSet.2": hosts[1],
      ClientToken: token,
      LimitPrice: "14655.01",
      CurrencyCode: "USD",
      "TagSpecification.1.ResourceType": "host-reservation",
      ...Object.fromEntries(
        Object.entries(tags).flatMap(([key, value], index) => [
          [`TagSpecification.1.Tag.${index + 1}.Key`, key],
          [`TagSpecification.1.Tag.${index + 1}.Value`, value],
        ]),
      ),
    });
  });

  test("several ids are one purchase", async () => {
    const parts = ["hr-2", "hr-1"].map((hostReservationId, index) =>
      part({ hostReservationId, hostIdSet: [hosts[index] ?? ""] }),
    );
    expect(await buy(sold(...parts))).toMatchObject({
      ...once,
      answer: { kind: "bought", commitment: { id: "hr-1", furtherIds: ["hr-2"] } },
    });
  });

  test("its state is the one that EC2 shows", async () => {
    const failed = listed(reservation("hr-1", { state: "payment-failed" }));
    expect(await buy(sold(part({ hostReservationId: "hr-1" })), failed)).toMatchObject({
      answer: { kind: "bought", commitment: { id: "hr-1", state: "payment-failed", standing: "failed" } },
    });
  });

  test("what was bought before under the same client token is not bought by this send", async () => {
    const before = listed(reservation("hr-1", { start: "2026-07-13T11:00:00.000Z" }));
    expect(await buy(sold(part({ hostReservationId: "hr-1" })), before)).toMatchObject({
      answer: { kind: "exists", found: { commitment: { id: "hr-1", price: submission.price } } },
    });
  });

  test.each([
    ["an id is missing", sold(part({ hostReservationId: "hr-1" }), part()), ["hr-1"]],
    ["there is no id", sold(part()), []],
    ["there is nothing", ok("<html></html>"), []],
    ["it is of another term", sold(part({ hostReservationId: "hr-1", duration: "94608000" })), ["hr-1"]],
    ["it is of fewer hosts", sold(part({ hostReservationId: "hr-1", hostIdSet: hosts.slice(1) })), ["hr-1"]],
  ])("where in the answer %s, it is unknown, with the ids as evidence", async (_what, reply, evidence) => {
    expect((await buy(reply)).answer).toMatchObject({ kind: "unknown", evidence });
  });

  test("it is unknown where it cannot be read, or carries another token", async () => {
    const reply = sold(part({ hostReservationId: "hr-1" }));
    const theirs = listed(reservation("hr-1", { tagSet: tagSet({ ...tags, "cudly-idempotency-token": otherToken }) }));
    const untagged = listed(reservation("hr-1", { tagSet: undefined }));
    for (const shown of [error(403, "UnauthorizedOperation"), theirs, untagged]) {
      expect((await buy(reply, shown)).answer).toMatchObject({ kind: "unknown", evidence: ["hr-1"] });
    }
  });

  test.each([
    ["EC2 covers a host already: it may be by this very purchase", 400, "HostAlreadyCoveredByReservation"],
    ["the client token was used", 400, "IdempotentParameterMismatch"],
    ["EC2 is not there", 503, "Unavailable"],
    ["EC2 throttles", 503, "RequestLimitExceeded"],
  ])("%s: one request, unknown", async (_what, status, code) => {
    expect(await buy(error(status, code))).toMatchObject({ ...once, answer: { kind: "unknown" } });
  });

  const theirs = { tagSet: tagSet({ ...tags, "cudly-idempotency-token": otherToken }) };
  const before = { start: "2026-07-14T10:00:00.000Z" };
  test.each([
    ["another purchase", reservation("hr-1", theirs), "rejected"],
    ["one without a token from before", reservation("hr-1", { ...before, tagSet: undefined }), "rejected"],
    ["one without a token of the same time", reservation("hr-1", { tagSet: undefined }), "unknown"],
    [
      "one without a token that does not say when",
      reservation("hr-1", { start: undefined, tagSet: undefined }),
      "unknown",
    ],
    ["this very purchase", reservation("hr-1", before), "unknown"],
    [
      "nothing: another purchase covers another host",
      reservation("hr-1", { ...theirs, hostIdSet: ["h-00000001"] }),
      "unknown",
    ],
    ["nothing: another purchase that is over", reservation("hr-1", { ...theirs, state: "retired" }), "unknown"],
  ])("a host is covered by %s", async (_what, shown, kind) => {
    const { answer: given } = await buy(error(400, "HostAlreadyCoveredByReservation"), listed(shown));
    expect(given).toMatchObject({ kind, providerCode: "HostAlreadyCoveredByReservation" });
    if (kind === "rejected")
      expect(given).toMatchObject({ reason: expect.stringContaining(`hr-1 (active) covers ${hosts[0]}`) });
  });

  test("a host is covered, and by what cannot be read: unknown", async () => {
    const given = await buy(error(400, "HostAlreadyCoveredByReservation"), error(403, "UnauthorizedOperation"));
    expect(given.answer).toMatchObject({ kind: "unknown" });
  });

  test.each(["LimitPriceExceeded", "InvalidHostID.NotFound", "UnauthorizedOperation"])(
    "%s: not bought",
    async (code) => {
      expect(await buy(error(400, code))).toMatchObject({ ...once, answer: { kind: "rejected" } });
    },
  );

  test.each([{ ClientToken: undefined }, { HostIdSet: [] }, { tags: undefined }, { more: 1 }])(
    "a record that is no such purchase is not sent: %o",
    async (change) => {
      await using loopback = await startLoopback();
      const recorded = JSON.parse(JSON.stringify({ ...request, ...change })) as Submission["request"];
      const given = await serviceAt("ec2-host", loopback).send({ ...submission, request: recorded }, first);
      expect(given).toMatchObject({ kind: "rejected", left: false });
      expect(loopback.count("PurchaseHostReservation")).toBe(0);
    },
  );
});

describe("after an unknown outcome", () => {
  async function resolve(all: readonly string[], change: Partial<Submission> = {}, owned: readonly string[] = []) {
    await using loopback = await startLoopback();
    loopback.on("DescribeHostReservations", listed(...all));
    const environment = fakeEnvironment(submittedAt + 600_000);
    const executor = serviceAt("ec2-host", loopback, { environment });
    const options = { ...calmly, owned: new Set(owned), age: aged(600_000) };
    return await findUnderHandle(executor, { ...submission, ...change }, options);
  }
  const untagged = { tagSet: undefined };

  test("what carries its tags is proof, at the price that was agreed on; several ids are one", async () => {
    const parts = hosts.map((host, index) => reservation(`hr-${index}`, { hostIdSet: [host] }));
    expect(await resolve(parts)).toMatchObject({
      kind: "found",
      by: "proof",
      found: {
        commitment: { id: "hr-0", furtherIds: ["hr-1"], price: submission.price, marked: true },
        facts: { hostIds: hosts.join(", ") },
      },
    });
  });

  test("a listing says the price of one host, and of several none", async () => {
    const prices = { upfrontPrice: "100.000", hourlyPrice: "0.100", currencyCode: "USD" };
    const given = [
      reservation("hr-1", { ...prices, hostIdSet: hosts.slice(1) }),
      reservation("hr-2", { ...prices, tagSet: undefined }),
    ];
    await using loopback = await startLoopback();
    loopback.on("DescribeHostReservations", listed(...given));
    const { inventory } = serviceAt("ec2-host", loopback);
    const read = async (id: string) => (await inventory.read(submission.scope, id, calmly))?.commitment.price;
    expect(await read("hr-1")).toEqual({ amount: "976", currency: "USD" });
    expect(await read("hr-2")).toBeUndefined();
  });

  test("of an earlier generation it is not", async () => {
    const before = reservation("hr-0", { state: "payment-failed" });
    const request2 = { ...request, ClientToken: `${token.slice(0, 40)}-g1` };
    expect(await resolve([before], { request: request2, generation: 1 })).toMatchObject({ kind: "absent" });
  });

  test.each([
    ["nothing", [], [], "absent"],
    [
      "another token's",
      [reservation("hr-0", { tagSet: tagSet({ "cudly-idempotency-token": otherToken }) })],
      [],
      "absent",
    ],
    ["one without a token that covers a host", [reservation("hr-0", untagged)], [], "unclear"],
    ["one that the ledger knows for another", [reservation("hr-0", untagged)], ["hr-0"], "absent"],
    ["one without a token of other hosts", [reservation("hr-0", { ...untagged, hostIdSet: ["h-1"] })], [], "absent"],
    ["one without a token that is over", [reservation("hr-0", { ...untagged, state: "retired" })], [], "absent"],
    [
      "two purchases with its token",
      ["a", "b"].map((id) => reservation(id, { tagSet: tagSet({ ...tags, "buyonce-purchase": "" }) })),
      [],
      "unclear",
    ],
  ] as const)("%s: %s", async (_what, all, owned, kind) => {
    expect((await resolve(all, {}, owned)).kind).toBe(kind);
  });

  test("what an answer named and is not shown is waited for", async () => {
    expect(await resolve([], { evidence: ["hr-1"] })).toMatchObject({ kind: "unclear" });
  });

  test.each([
    ["active", "live", true],
    ["payment-pending", "live", false],
    ["payment-failed", "failed", true],
    ["retired", "ended", true],
    ["strange", "live", false],
  ])("%s is %s", async (state, standing, settled) => {
    expect(await resolve([reservation("hr-1", { state })])).toMatchObject({
      found: { commitment: { state, standing, settled } },
    });
  });

  test("parts that became different things are for a person", async () => {
    const parts = [reservation("hr-0"), reservation("hr-1", { state: "payment-failed" })];
    expect(await resolve(parts)).toMatchObject({ found: { commitment: { standing: "unclear" } } });
  });
});
