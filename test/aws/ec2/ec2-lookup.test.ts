import { describe, expect, test } from "vitest";
import { match } from "../../../src/drive/adopt.ts";
import { readListing, readWholeListing } from "../../../src/drive/read-listing.ts";
import { ec2At, instance, instances, recommendation, submission, tags } from "./ec2-answers.ts";
import { calmly, differencesOf, find as findIn, otherToken, token } from "../aws-executors.ts";
import { thrownBy } from "../../thrown-by.ts";
import { error, type Loopback, ok, recorded, startLoopback, type Reply } from "../aws-loopback.ts";

const { scope } = submission;
const tokenTag = (value: string) => tags({ "cudly-idempotency-token": value });

async function find(reply: Reply, ids: readonly string[] = [], tokens: readonly string[] = [token]) {
  await using loopback = await startLoopback();
  loopback.on("DescribeReservedInstances", reply);
  return { listing: await findIn(ec2At(loopback), scope, { tokens, ids }), loopback };
}

describe("the listing", () => {
  test("one listing without any filter: states and tags are judged here", async () => {
    const { loopback } = await find(instances());
    expect(loopback.count("DescribeReservedInstances")).toBe(1);
    expect(loopback.last("DescribeReservedInstances").body).toBe("Action=DescribeReservedInstances&Version=2016-11-15");
  });

  test("an empty list is an answer: nothing there", async () => {
    const { listing } = await find(ok(recorded("ec2-DescribeReservedInstances.empty.xml")));
    expect(listing.byToken.size).toBe(0);
  });

  test("the recorded answer with a tag is found by it, and by id", async () => {
    await using loopback = await startLoopback();
    loopback.on("DescribeReservedInstances", ok(recorded("ec2-DescribeReservedInstances.tagged.xml")));
    const ec2 = ec2At(loopback, { tagNames: { source: "purchase-source", token: "purchase-token" } });
    const id = "e5a2ff3b-7d14-494f-90af-0b5d0EXAMPLE";
    const { byToken, byId } = await findIn(ec2, scope, { tokens: ["0123abcd"], ids: [id, "another"] });
    expect(byToken.get("0123abcd")).toEqual([
      {
        id,
        state: "active",
        standing: "live",
        settled: true,
        marked: true,
        // It has a price per hour of use, so the whole price cannot be known.
        purchasedAt: "2026-07-14T11:00:00.000Z",
      },
    ]);
    expect([...byId.keys()]).toEqual([id]);
  });

  test.each([
    ["an empty body", ok("")],
    ["an HTML page", ok("<html><body>Sign in</body></html>")],
    [
      "an answer without the set",
      ok('<DescribeReservedInstancesResponse xmlns="x"><requestId>1</requestId></DescribeReservedInstancesResponse>'),
    ],
    ["an entry without an id", instances("<item><state>active</state></item>")],
  ])("lesson: 200 without the array was 'nothing bought'; %s is refused", async (_what, reply) => {
    expect(await thrownBy(find(reply))).toMatchObject({ code: "lookup-untrusted", retryable: true });
  });

  test.each([
    ["HTML that is not XML", ok("<!doctype html><html><body><br>Sign in</body></html>")],
    ["a cut answer", ok(recorded("ec2-DescribeReservedInstances.tagged.xml").slice(0, 600))],
    [
      "the documentation's sample, whose timestamps are not valid",
      ok(recorded("ec2-DescribeReservedInstances.awsdocs.xml")),
    ],
  ])("%s is refused", async (_what, reply) => {
    expect(await thrownBy(find(reply))).toMatchObject({ code: "lookup-failed" });
  });

  test("lesson: a lookup error was taken for 'nothing there'; refused with the permission that lacks", async () => {
    expect(await thrownBy(find(error(403, "UnauthorizedOperation")))).toMatchObject({
      name: "RefusedError",
      code: "access-denied",
      message: expect.stringContaining("ec2:DescribeReservedInstances"),
    });
    expect(await thrownBy(find(error(400, "InternalFailureOfSomeKind")))).toMatchObject({ code: "lookup-failed" });
  });

  test("a read is tried again, up to three times", async () => {
    await using loopback = await startLoopback();
    loopback.on("DescribeReservedInstances", error(503, "Unavailable"));
    expect(await thrownBy(findIn(ec2At(loopback), scope, { tokens: [token] }))).toMatchObject({
      code: "lookup-failed",
      retryable: true,
    });
    expect(loopback.count("DescribeReservedInstances")).toBe(3);
  });

  test("an abort ends a read that hangs", async () => {
    await using loopback = await startLoopback();
    const controller = new AbortController();
    loopback.on("DescribeReservedInstances", () => controller.abort(new Error("Stop.")));
    const { signal } = controller;
    expect(await thrownBy(findIn(ec2At(loopback), scope, { tokens: [token] }, { signal }))).toMatchObject({
      message: "Stop.",
    });
  });

  test("a body that stalls ends at the read timeout", async () => {
    await using loopback = await startLoopback();
    loopback.on("DescribeReservedInstances", (response) => {
      response.writeHead(200, { "content-type": "text/xml" });
      response.write("<Describe");
    });
    expect(await thrownBy(findIn(ec2At(loopback, { readTimeout: 50 }), scope, { tokens: [token] }))).toMatchObject({
      code: "lookup-failed",
    });
  });
});

describe("states", () => {
  test.each([
    ["payment-pending", "live", false],
    ["active", "live", true],
    ["queued", "live", false],
    ["exchanging", "live", false],
    ["a-state-of-tomorrow", "live", false],
    ["toString", "live", false],
    ["payment-failed", "failed", true],
    ["queued-deleted", "failed", true],
    ["retired", "unclear", true],
  ])("%s is %s", async (state, standing, settled) => {
    const { listing } = await find(instances(instance("ri-1", { state, tags: tokenTag(token) })));
    expect(listing.byToken.get(token)).toMatchObject([{ id: "ri-1", state, standing, settled, marked: true }]);
  });

  test("lesson: `queued` Reserved Instances were not seen; a state that is left out counts as bought too", async () => {
    const { listing } = await find(instances(instance("ri-1", { state: undefined, tags: tokenTag(token) })));
    expect(listing.byToken.get(token)).toMatchObject([{ state: "unknown", standing: "live", settled: false }]);
  });
});

test("over, in a state that EC2 does not document: it was bought, so nothing more is bought by itself", async () => {
  await using loopback = await startLoopback();
  const own = instance("ri-1", { state: "returned", tags: tokenTag(token) });
  loopback.on("DescribeReservedInstances", instances(own));
  const wanted = { tokens: new Set([token]), ids: new Set<string>() };
  const listing = await readListing(ec2At(loopback).inventory, scope, wanted, calmly);
  expect(match(listing, token)).toMatchObject({ commitment: { id: "ri-1", standing: "ended" } });
});

describe("what is left out", () => {
  const known = {
    id: "ri-1",
    state: "active",
    standing: "live",
    settled: true,
    marked: true,
    price: { amount: "1240.4", currency: "USD" },
    payments: {
      dueNow: { amount: "364.4", currency: "USD" },
      monthly: { amount: "73", currency: "USD", months: 12, kind: "average" },
    },
    purchasedAt: "2026-07-14T11:00:01.000Z",
  };

  test.each([
    ["start", ["purchasedAt"]],
    ["instanceCount", ["price", "payments"]],
    ["fixedPrice", ["price", "payments"]],
    ["duration", ["price", "payments"]],
  ] as const)("without %s there is no %j, and the rest stays", async (element, fields) => {
    const { listing } = await find(instances(instance("ri-1", { tags: tokenTag(token), [element]: undefined })));
    const rest = Object.entries(known).filter(([field]) => !fields.some((left) => left === field));
    expect(listing.byToken.get(token)).toEqual([Object.fromEntries(rest)]);
  });
});

test("a charge without its amount: there is no price", async () => {
  const item = instance("ri-1", { tags: tokenTag(token) }).replace("<amount>0.05</amount>", "");
  const [found] = (await find(instances(item))).listing.byToken.get(token) ?? [];
  expect(found).toMatchObject({ id: "ri-1" });
  expect(found).not.toHaveProperty("price");
});

test.each([` ${token}`, `${token}\t`, token.toUpperCase()])("A19: a tag's value %j is the token", async (value) => {
  const { listing } = await find(instances(instance("ri-1", { tags: tokenTag(value) })));
  expect(listing.byToken.get(token)).toMatchObject([{ id: "ri-1", marked: true }]);
});

test.each([
  ["blank", tokenTag("  ")],
  ["under a key in other letter case", tags({ "CUDLY-idempotency-token": token })],
])("A19: a tag that is %s is none", async (_what, own) => {
  const { listing } = await find(instances(instance("ri-1", { tags: own })), ["ri-1"]);
  expect(listing.byToken.size).toBe(0);
  expect(listing.byId.get("ri-1")).toMatchObject({ marked: false });
});

describe("what was not asked for is not in the answer", () => {
  test("a token of others, an id of others, and what carries no token at all", async () => {
    const { listing } = await find(
      instances(
        instance("ri-1", { tags: tokenTag(token) }),
        instance("ri-2", { tags: tokenTag(otherToken) }),
        instance("ri-3"),
      ),
      ["ri-3"],
    );
    expect([...listing.byToken.keys()]).toEqual([token]);
    expect([...listing.byId.keys()]).toEqual(["ri-3"]);
  });
});

describe("several with one token", () => {
  test("two without a group tag are two purchases, for the drive to refuse", async () => {
    const { listing } = await find(
      instances(instance("ri-1", { tags: tokenTag(token) }), instance("ri-2", { tags: tokenTag(token) })),
    );
    expect(listing.byToken.get(token)).toMatchObject([{ id: "ri-1" }, { id: "ri-2" }]);
  });

  test("the parts of one purchase across a discount tier are one commitment", async () => {
    const group = tags({ "cudly-idempotency-token": token, "buyonce-purchase": "ri-b" });
    const { listing } = await find(
      instances(
        instance("ri-c", { tags: group, instanceCount: "3", state: "payment-pending" }),
        instance("ri-b", { tags: group, instanceCount: "1", fixedPrice: "100.1" }),
        instance("ri-other", { tags: tags({ "cudly-idempotency-token": otherToken, "buyonce-purchase": "ri-b" }) }),
      ),
      ["ri-c"],
    );
    const whole = {
      id: "ri-b",
      furtherIds: ["ri-c"],
      state: "payment-pending",
      standing: "live",
      settled: false,
      // 3 × (182.2 + 0.05 × 8760) + 1 × (100.1 + 0.05 × 8760)
      price: { amount: "2398.7", currency: "USD" },
      payments: {
        dueNow: { amount: "646.7", currency: "USD" },
        monthly: { amount: "146", currency: "USD", months: 12, kind: "average" },
      },
    };
    expect(listing.byToken.get(token)).toMatchObject([whole]);
    expect(listing.byId.get("ri-c")).toMatchObject(whole);
  });

  test.each([
    ["two currencies", { currencyCode: "USD" }, { currencyCode: "CNY" }],
    ["no price for the first", { usagePrice: "0.034" }, {}],
    ["no price for the second", {}, { usagePrice: "0.034" }],
  ])("%s: the parts have no price together", async (_what, one, two) => {
    const group = tags({ "cudly-idempotency-token": token, "buyonce-purchase": "ri-1" });
    const { listing } = await find(
      instances(instance("ri-1", { tags: group, ...one }), instance("ri-2", { tags: group, ...two })),
    );
    const [whole, ...others] = listing.byToken.get(token) ?? [];
    expect(others).toEqual([]);
    expect(whole).toMatchObject({ id: "ri-1", furtherIds: ["ri-2"] });
    expect(whole).not.toHaveProperty("price");
  });

  test("a group tag without a token was copied: they are two", async () => {
    const group = tags({ "buyonce-purchase": "ri-1" });
    const { listing } = await find(instances(instance("ri-1", { tags: group }), instance("ri-2", { tags: group })), [
      "ri-1",
      "ri-2",
    ]);
    expect([...listing.byId.values()].map(({ id, furtherIds }) => [id, furtherIds])).toEqual([
      ["ri-1", undefined],
      ["ri-2", undefined],
    ]);
  });

  test("a purchase of which one part came to nothing is for a person", async () => {
    const group = tags({ "cudly-idempotency-token": token, "buyonce-purchase": "ri-1" });
    const { listing } = await find(
      instances(instance("ri-1", { tags: group }), instance("ri-2", { tags: group, state: "payment-failed" })),
    );
    expect(listing.byToken.get(token)).toMatchObject([{ standing: "unclear" }]);
  });
});

describe("read", () => {
  const read = async (loopback: Loopback) => (await ec2At(loopback).inventory.read(scope, "ri-1", calmly))?.commitment;

  test("asks for the id alone", async () => {
    await using loopback = await startLoopback();
    loopback.on("DescribeReservedInstances", instances(instance("ri-1")));
    expect(await read(loopback)).toMatchObject({ id: "ri-1", marked: false });
    expect(loopback.last("DescribeReservedInstances").parameters.get("ReservedInstancesId.1")).toBe("ri-1");
  });

  test.each(["InvalidReservedInstancesId", "InvalidReservedInstancesId.NotFound", "InvalidReservationID.NotFound"])(
    "%s: there is none",
    async (code) => {
      await using loopback = await startLoopback();
      loopback.on("DescribeReservedInstances", error(400, code));
      expect(await read(loopback)).toBeUndefined();
    },
  );

  test("another error is not 'there is none'", async () => {
    await using loopback = await startLoopback();
    loopback.on("DescribeReservedInstances", error(400, "AuthFailure"));
    expect(await thrownBy(read(loopback))).toMatchObject({
      code: "credentials-unavailable",
    });
    loopback.on("DescribeReservedInstances", ok(""));
    expect(await thrownBy(read(loopback))).toMatchObject({ code: "lookup-untrusted" });
  });

  test("a member of a group brings the others", async () => {
    await using loopback = await startLoopback();
    const group = tags({ "cudly-idempotency-token": token, "buyonce-purchase": "ri-1" });
    const [one, two] = [instance("ri-1", { tags: group }), instance("ri-2", { tags: group })];
    const other = instance("ri-0", { tags: tokenTag(otherToken) });
    loopback.on("DescribeReservedInstances", instances(one), instances(other, one, two));
    expect(await read(loopback)).toMatchObject({ id: "ri-1", furtherIds: ["ri-2"] });
  });

  test.each([
    ["marked, without a group", tokenTag(token), true],
    ["a group without a token", tags({ "buyonce-purchase": "ri-2" }), false],
  ])("%s: one question is enough", async (_what, own, marked) => {
    await using loopback = await startLoopback();
    loopback.on("DescribeReservedInstances", instances(instance("ri-1", { tags: own })));
    expect(await read(loopback)).toMatchObject({ id: "ri-1", marked });
    expect(loopback.count("DescribeReservedInstances")).toBe(1);
  });

  test("an answer with other ids is not the one asked for", async () => {
    await using loopback = await startLoopback();
    loopback.on("DescribeReservedInstances", instances(instance("ri-2")));
    expect(await read(loopback)).toBeUndefined();
    loopback.on("DescribeReservedInstances", instances(instance("ri-2"), instance("ri-1")));
    expect(await read(loopback)).toMatchObject({ id: "ri-1" });
  });
});

describe("what was found is compared with what was asked for", () => {
  /** In what all that a listing shows, as one purchase, differs; throws where that cannot be told. */
  async function compare(items: readonly string[], asked = recommendation) {
    await using loopback = await startLoopback();
    loopback.on("DescribeReservedInstances", instances(...items));
    const ec2 = ec2At(loopback);
    const [found, ...others] = await readWholeListing(ec2.inventory, scope, calmly);
    if (!found || others.length > 0) throw new Error("It does not show one purchase.");
    const differences = await differencesOf(ec2, asked, found);
    expect(loopback.count("DescribeReservedInstances")).toBe(1);
    return differences;
  }
  const group = tags({ "cudly-idempotency-token": token, "buyonce-purchase": "ri-1" });

  test("the same: no difference", async () => {
    expect(await compare([instance("ri-1")])).toEqual([]);
    expect(await compare([instance("ri-1", { productDescription: "Linux/UNIX (Amazon VPC)" })])).toEqual([]);
    const vpc = { ...recommendation, platform: "Linux/UNIX (Amazon VPC)" } as const;
    expect(await compare([instance("ri-1")], vpc)).toEqual([]);
    const zonal = { ...recommendation, scope: "Availability Zone", availabilityZone: "us-east-1b" } as const;
    const found = { availabilityZone: "us-east-1b" };
    expect(await compare([instance("ri-1", { ...found, scope: "Availability Zone" })], zonal)).toEqual([]);
    expect(await compare([instance("ri-1", { ...found, scope: "AvailabilityZone" })], zonal)).toEqual([]);
  });

  test.each([
    [{ instanceType: "m5.xlarge" }, "instanceType"],
    [{ productDescription: "Windows" }, "platform"],
    [{ instanceTenancy: "dedicated" }, "tenancy"],
    [{ offeringClass: "convertible" }, "offeringClass"],
    [{ offeringType: "All Upfront" }, "payment"],
    [{ duration: "94608000" }, "term"],
    [{ instanceCount: "3" }, "quantity"],
  ])("lesson: a found commitment is compared before it is adopted; %o differs in %s", async (changes, field) => {
    expect(await compare([instance("ri-1", changes)])).toMatchObject([{ field }]);
    // Of one part as well.
    const other = { tags: group, instanceCount: "0" };
    const parts = [instance("ri-1", { ...other, ...changes }), instance("ri-2", { ...other, instanceCount: "2" })];
    expect(await compare(parts)).toMatchObject([{ field }]);
  });

  test("a zone where a region was asked for differs", async () => {
    const zonal = instance("ri-1", { scope: "Availability Zone", availabilityZone: "us-east-1b" });
    expect((await compare([zonal])).map(({ field }) => field)).toEqual(["scope", "availabilityZone"]);
  });

  test.each([
    { offeringClass: undefined },
    { instanceCount: undefined },
    { productDescription: undefined },
    { duration: undefined },
    { scope: "Availability Zone" },
  ])("what EC2 leaves out cannot be compared: %o", async (changes) => {
    const place = { scope: "Availability Zone", availabilityZone: "us-east-1b" } as const;
    const [asked, stated] = changes.scope ? [{ ...recommendation, ...place }, place] : [recommendation, {}];
    const unverifiable = { code: "commitment-unverifiable", retryable: true };
    expect(await thrownBy(compare([instance("ri-1", changes)], asked))).toMatchObject(unverifiable);
    const whole = instance("ri-2", { tags: group, instanceCount: "0", ...stated });
    expect(await thrownBy(compare([instance("ri-1", { tags: group, ...changes }), whole], asked))).toMatchObject(
      unverifiable,
    );
  });

  test("counts of all parts are added up", async () => {
    const parts = [
      instance("ri-1", { tags: group, instanceCount: "3" }),
      instance("ri-2", { tags: group, instanceCount: "4" }),
    ];
    expect(await compare(parts, { ...recommendation, quantity: 7 })).toEqual([]);
    expect(await compare(parts)).toMatchObject([{ field: "quantity", asked: "2", found: "7" }]);
  });
});
