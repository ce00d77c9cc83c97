// What is found by its marker alone: when it says enough to be compared, and what is asked for further.
import { describe, expect, test } from "vitest";
import { notStated, statedDifferences } from "../../src/drive/compare-facts.ts";
import type { Inventory } from "../../src/contract/inventory.ts";
import type { Facts } from "../../src/contract/listed.ts";
import { changed, execution, setup, token } from "./setup.ts";

/** The outcome where the listing says these facts of what carries the token, and the further ones are those. */
async function outcomeWith(said: Facts, further?: Facts | "not offered") {
  const parts = setup({ identity: "stamped" });
  const { executor } = parts.cloud;
  parts.cloud.add({ id: "found", token: token(), state: "Succeeded" });
  const asked: (Facts | undefined)[] = [];
  const list: Inventory["list"] = async function* (...parameters) {
    for await (const page of executor.inventory.list(...parameters)) {
      yield page.map((listed) => ({ ...listed, facts: said }));
    }
  };
  const facts: NonNullable<Inventory["facts"]> = async (_scope, _found, { stated }) => {
    asked.push(stated);
    return further === "not offered" ? {} : (further ?? {});
  };
  const inventory = { list, ...(further === "not offered" ? {} : { facts }) };
  const [outcome] = (await changed(parts, { inventory }).drive(execution())).outcomes;
  expect(parts.cloud.counts.sends).toBe(0);
  return { outcome, asked };
}

describe("what carries the token, before it is adopted", () => {
  test("says all that was asked for: nothing further is read", async () => {
    const { outcome, asked } = await outcomeWith({ size: "small", quantity: "1" });
    expect([outcome?.status, asked]).toEqual(["already-purchased", []]);
  });

  test("says a part of it: the rest is read, and what is known is handed over", async () => {
    const { outcome, asked } = await outcomeWith({ size: undefined, quantity: "1" }, { size: "small" });
    expect([outcome?.status, asked]).toEqual(["already-purchased", [{ size: undefined, quantity: "1" }]]);
  });

  test("where both say something, the listing has the word, and what it leaves open is the other's", async () => {
    const both = await outcomeWith({ size: undefined, quantity: "1" }, { size: "large", quantity: "7" });
    expect(both.outcome?.error?.message).toContain("(size: asked small, found large)");
  });

  test.each<[string, Facts | "not offered"]>([
    ["is read and says no more", { size: undefined }],
    ["cannot be read", "not offered"],
  ])("says too little, and the rest %s: not adopted, not bought, and worth another drive", async (_what, further) => {
    const { outcome } = await outcomeWith({ quantity: "1" }, further);
    expect(outcome).toMatchObject({
      status: "refused",
      error: {
        code: "commitment-unverifiable",
        retryable: true,
        message: expect.stringContaining("does not say enough to be compared with what was asked for (size)"),
      },
    });
  });

  test("says too little, but something else than was asked for: that is what is said", async () => {
    const { outcome } = await outcomeWith({ quantity: "2" }, "not offered");
    expect(outcome).toMatchObject({ status: "refused", error: { code: "commitment-mismatch", retryable: false } });
    expect(outcome?.error?.message).toContain("(quantity: asked 1, found 2)");
  });
});

test("what was not asked for can neither differ nor be missing", () => {
  const asked = { decisive: { size: "small", zone: undefined }, ifStated: { colour: undefined } };
  expect(statedDifferences(asked, { size: "small", zone: "a", colour: "red" })).toEqual([]);
  expect(notStated({ ...asked.decisive, ...asked.ifStated }, { size: "small" })).toEqual([]);
});
