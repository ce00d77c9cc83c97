import { expect, test } from "vitest";
import { search } from "../../src/testing/search/search.ts";
import { budget, createProof } from "./prove.ts";
import { lookedAtBefore, twinWorld } from "./twin-worlds.ts";

const prove = createProof();

/** The other kinds, and what goes wrong together, are walked by `search.proof.ts`. */
test("two executions that forbid twins ask for the same: one is bought", { timeout: 600_000 }, async () => {
  for (const limits of [budget(1, 0, 0), budget(0, 0, 2), budget(0, 1, 0)]) {
    await prove("minted, twins", { world: twinWorld("minted"), drivers: 2, budget: limits }, 10);
  }
});

test("a look at twins before the write-ahead is caught", async () => {
  const { violation } = await search({ world: lookedAtBefore("minted"), drivers: 2, budget: budget(0, 0, 2) });
  expect(violation?.message).toBe("twins are bought: 1 and 1");
});
