import * as fc from "fast-check";
import { describe, expect, test } from "vitest";
import { applyPurchaseTags, type ReservationPurchaseBody } from "../../providers/azure/index.ts";
import { displayNameOf, fragmentOf, tokenFragment } from "../../providers/azure/display-name.ts";
import { token } from "./support/samples.ts";

const body: ReservationPurchaseBody = { sku: { name: "A" }, properties: { reservedResourceType: "RedisCache" } };

describe("display name", () => {
  test("lesson 685: any prefix and token give a name that Azure takes and that is recognised again", () => {
    fc.assert(
      fc.property(fc.string({ unit: "binary" }), fc.string({ minLength: 1 }), (prefix, any) => {
        const name = displayNameOf(prefix, any);
        expect(name).toMatch(/^[A-Za-z0-9_-]{1,64}$/);
        expect(fragmentOf(name)).toBe(tokenFragment(any));
        expect(displayNameOf(prefix, any)).toBe(name);
        expect(displayNameOf(name, any)).toBe(name);
      }),
      { seed: 20_260_105 },
    );
  });

  test("a token gives its first 128 bits; a short text is hashed, not padded", () => {
    expect(displayNameOf("buyonce-compute", token)).toBe(`buyonce-compute-${token.slice(0, 32)}`);
    expect(displayNameOf("buyonce-compute", "42")).toMatch(/^buyonce-compute-[0-9a-f]{32}$/);
    expect(tokenFragment("42")).not.toBe(tokenFragment("43"));
  });

  test("a text that only begins or ends like a token is hashed whole: two of them stay two", () => {
    const hex = token.slice(0, 32);
    const fragments = [hex, `${hex}-1`, `${hex}-2`, `a-${hex}`, `b-${hex}`].map(tokenFragment);
    expect(new Set(fragments).size).toBe(5);
    for (const fragment of fragments) expect(fragment).toMatch(/^[0-9a-f]{32}$/);
  });

  test("of a long prefix the beginning is kept; without one there still is something to read", () => {
    const ending = `-${token.slice(0, 32)}`;
    const long = "ab".repeat(50);
    expect(displayNameOf(long, token)).toBe(long.slice(0, 31) + ending);
    expect(displayNameOf("", token)).toBe(`buyonce${ending}`);
  });

  test("a prefix that ends with the token's part does not get it twice, and is cut where it is too long", () => {
    const ending = `-${token.slice(0, 32)}`;
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
    expect(marked.properties.displayName).toBe(`buyonce-RedisCache-${token.slice(0, 32)}`);
    expect(own).toEqual(frozen);
    expect(applyPurchaseTags(marked, "cudly-web", token)).toEqual(marked);
  });

  test("a display name of the caller's stays readable", () => {
    const named = { ...body, properties: { displayName: "Web shop, 2 vCPU" } };
    expect(applyPurchaseTags(named, "s", token).properties.displayName).toBe(`Web-shop-2-vCPU-${token.slice(0, 32)}`);
  });

  test("without a display name or a type it is a reservation", () => {
    const bare = { sku: { name: "A" }, properties: {} };
    expect(applyPurchaseTags(bare, "s", token).properties).toEqual({
      displayName: `buyonce-reservation-${token.slice(0, 32)}`,
    });
  });

  test("an empty token marks nothing", () => {
    expect(applyPurchaseTags(body, "cudly-web", "")).toEqual(body);
  });

  test("lesson 680: an empty source is refused here, not sent as an empty tag", () => {
    expect(() => applyPurchaseTags(body, " ", token)).toThrow(/source is empty/);
  });

  test("tags switched off, and other names", () => {
    expect(applyPurchaseTags(body, "s", token, { stampTags: false })).not.toHaveProperty("tags");
    expect(applyPurchaseTags(body, "s", token, { tagNames: { source: "a", token: "b" } }).tags).toEqual({
      a: "s",
      b: token,
    });
  });
});
