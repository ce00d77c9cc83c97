import { describe, expect, test } from "vitest";
import { differingFields, fingerprint } from "../../src/contract/fingerprint.ts";

const small = { provider: "imitation", service: "disk", account: "a", quantity: 1, term: "P1Y" };

describe("the fingerprint", () => {
  test("does not depend on the order of the fields", () => {
    expect(fingerprint(small)).toBe(
      fingerprint({ term: "P1Y", quantity: 1, account: "a", service: "disk", provider: "imitation" }),
    );
  });

  test("holds the account: the same purchase for two accounts is not the same (1495)", () => {
    expect(fingerprint({ ...small, account: "b" })).not.toBe(fingerprint(small));
  });

  test("leaves the price limit out", () => {
    expect(fingerprint({ ...small, maxPrice: { amount: "1", currency: "GBP" } })).toBe(fingerprint(small));
  });

  test("differing fields are named, nested ones by their top", () => {
    const scoped = { ...small, appliedScope: { type: "Shared" } };
    expect(differingFields(scoped, { ...scoped, quantity: 2, appliedScope: { type: "Single" } })).toEqual([
      "appliedScope",
      "quantity",
    ]);
    expect(differingFields(small, scoped)).toEqual(["appliedScope"]);
  });
});
