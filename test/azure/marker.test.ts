import * as fc from "fast-check";
import { describe, expect, test } from "vitest";
import { applyPurchaseTags, createAzure, type ReservationPurchaseBody } from "../../providers/azure/index.ts";
import { digestIn, displayNameOf, marksOf } from "../../providers/azure/azure-marker.ts";
import { tokenDigest } from "../../src/contract/token.ts";
import { token, digestOf } from "./support/azure-samples.ts";

const body: ReservationPurchaseBody = { sku: { name: "A" }, properties: { reservedResourceType: "RedisCache" } };

/** Of any code units, halves of pairs too. */
const anyText = fc.array(fc.integer({ min: 0, max: 0xffff })).map((units) => String.fromCharCode(...units));

describe("display name", () => {
  test("lesson 685: any prefix and token give a name that Azure takes and that is recognised again", () => {
    fc.assert(
      fc.property(anyText, fc.string({ minLength: 1 }), (prefix, any) => {
        const name = displayNameOf(prefix, any);
        expect(name).toMatch(/^[A-Za-z0-9_-]{1,64}$/);
        expect(digestIn(name)).toBe(tokenDigest(any));
        expect(displayNameOf(prefix, any)).toBe(name);
        expect(displayNameOf(name, any)).toBe(name);
      }),
      { seed: 20_260_105 },
    );
  });

  test("A18: it ends with 128 bits of the SHA-256 of the token, so two that begin alike have two names", () => {
    // printf 322524eac0b0f5b16410ff6e2e104129f675c711049cd7777fe7050ebd79eb20 | sha256sum
    expect(displayNameOf("vm", token)).toBe("vm-f51e971abc9ede08756cfc3c72490d8d");
    const [one, other] = ["0", "1"].map((end) => displayNameOf("vm", token.slice(0, 63) + end));
    expect(one).not.toBe(other);
    // In any letter case it is the same token, whatever kind of text it is.
    expect(displayNameOf("vm", token.toUpperCase())).toBe(displayNameOf("vm", token));
    expect(displayNameOf("vm", " Order-7\t")).toBe(displayNameOf("vm", "order-7"));
  });

  test("a short text has 128 bits as well", () => {
    expect(displayNameOf("buyonce-compute", token)).toBe(`buyonce-compute-${digestOf(token)}`);
    expect(displayNameOf("buyonce-compute", "42")).toMatch(/^buyonce-compute-[0-9a-f]{32}$/);
    expect(tokenDigest("42")).not.toBe(tokenDigest("43"));
  });

  test("a text that only begins or ends like a token is hashed whole: two of them stay two", () => {
    const hex = digestOf(token);
    const fragments = [hex, `${hex}-1`, `${hex}-2`, `a-${hex}`, `b-${hex}`].map(tokenDigest);
    expect(new Set(fragments).size).toBe(5);
    for (const fragment of fragments) expect(fragment).toMatch(/^[0-9a-f]{32}$/);
  });

  test("of a long prefix the beginning is kept; without one there still is something to read", () => {
    const ending = `-${digestOf(token)}`;
    const long = "ab".repeat(50);
    expect(displayNameOf(long, token)).toBe(long.slice(0, 31) + ending);
    expect(displayNameOf("", token)).toBe(`buyonce${ending}`);
  });

  test("a prefix that ends with the token's part does not get it twice, and is cut where it is too long", () => {
    const ending = `-${digestOf(token)}`;
    const longest = "a".repeat(31) + ending;
    expect(displayNameOf(longest, token)).toBe(longest);
    expect(displayNameOf(`a${longest}`, token)).toBe(longest);
    expect(displayNameOf(`web${ending.toUpperCase()}`, token)).toBe(`web${ending}`);
  });
});

describe("applyPurchaseTags", () => {
  test("adds the tags and the display name to a copy; the body's own tags stay", () => {
    const own = { ...body, tags: { team: "web" } };
    const frozen = structuredClone(own);
    const marked = applyPurchaseTags(own, "cudly-web", token);
    expect(marked.tags).toEqual({ team: "web", "purchase-automation": "cudly-web", "cudly-idempotency-token": token });
    expect(marked.properties.displayName).toBe(`buyonce-RedisCache-${digestOf(token)}`);
    expect(own).toEqual(frozen);
    expect(applyPurchaseTags(marked, "cudly-web", token)).toEqual(marked);
  });

  test("a display name of the caller's stays readable", () => {
    const named = { ...body, properties: { displayName: "Web shop, 2 vCPU" } };
    expect(applyPurchaseTags(named, "s", token).properties.displayName).toBe(`Web-shop-2-vCPU-${digestOf(token)}`);
  });

  test("without a display name or a type it is a reservation", () => {
    const bare = { sku: { name: "A" }, properties: {} };
    expect(applyPurchaseTags(bare, "s", token).properties).toEqual({
      displayName: `buyonce-reservation-${digestOf(token)}`,
    });
  });

  test("blanks around a token are no part of it, in the tag either", () => {
    expect(applyPurchaseTags(body, "s", ` ${token}\n`)).toEqual(applyPurchaseTags(body, "s", token));
  });

  test("an empty token marks nothing", () => {
    expect(applyPurchaseTags(body, "cudly-web", "")).toEqual(body);
  });

  test("lesson 680: an empty source is refused here, not sent as an empty tag", () => {
    expect(() => applyPurchaseTags(body, " ", token)).toThrow(/source is empty/);
  });

  test("A19: a tag key of the body's own in another letter case is the same tag, and gives way", () => {
    const own = { ...body, tags: { "CUDLY-Idempotency-Token": "old", " Purchase-Automation": "old", team: "web" } };
    const { tags } = applyPurchaseTags(own, "cudly-web", token);
    expect(tags).toEqual({ team: "web", "purchase-automation": "cudly-web", "cudly-idempotency-token": token });
    const named = { tagNames: { source: "A", token: "B" } };
    expect(applyPurchaseTags({ ...body, tags: { a: "1", b: "2", c: "3" } }, "s", token, named).tags).toEqual({
      A: "s",
      B: token,
      c: "3",
    });
    // Where nothing is stamped, nothing gives way.
    expect(applyPurchaseTags(own, "s", token, { stampTags: false }).tags).toEqual(own.tags);
  });

  test.each([" ", "\t\n"])("A19: a blank token %j marks nothing by which anything is recognised: refused", (blank) => {
    expect(() => applyPurchaseTags(body, "s", blank)).toThrow(/token must not be blank/);
  });

  test.each([
    { source: "Owner", token: "owner" },
    { source: "", token: "t" },
    { source: "s", token: " " },
  ])("A19: tag names %j are one tag to Azure, or none: refused here and by createAzure", (tagNames) => {
    const refused = { code: "invalid-configuration", message: expect.stringContaining("tag name") };
    expect(() => applyPurchaseTags(body, "s", token, { tagNames })).toThrow(expect.objectContaining(refused));
    expect(() => createAzure({ tagNames })).toThrow(expect.objectContaining(refused));
  });

  test("tags switched off, and other names", () => {
    expect(applyPurchaseTags(body, "s", token, { stampTags: false })).not.toHaveProperty("tags");
    expect(applyPurchaseTags(body, "s", token, { tagNames: { source: "a", token: "b" } }).tags).toEqual({
      a: "s",
      b: token,
    });
  });
});

describe("the tokens that an order carries", () => {
  const tagNames = { source: "s", token: "t" };
  const marks = (tag: string, displayName?: string) => marksOf({ tags: { t: tag, other: "x" }, displayName }, tagNames);

  test("the whole token in the tag; a text that only holds one is no whole token", () => {
    expect(marks(` ${token.toUpperCase()} `)).toEqual([{ text: token, whole: true }]);
    for (const text of [`x${token}`, `${token}0`]) expect(marks(text)).toEqual([{ text, whole: false }]);
  });

  test("32 characters in the tag go before the display name, fewer after it", () => {
    const digest = digestOf(token);
    const [long, short] = [32, 31].map((length) => token.slice(0, length)) as [string, string];
    const named = { text: digest, whole: false };
    expect(marks(long, `vm-${digest}`)).toEqual([{ text: long, whole: false }, named]);
    expect(marks(short, `vm-${digest}`)).toEqual([named, { text: short, whole: false }]);
  });

  test("none: no tag of that name, a blank one, a display name of somebody's", () => {
    expect(marks(" ", "Web shop")).toEqual([]);
    expect(marksOf({ tags: undefined, displayName: undefined }, tagNames)).toEqual([]);
  });
});
