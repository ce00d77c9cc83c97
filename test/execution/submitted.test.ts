import { describe, expect, test } from "vitest";
import { disk } from "../../src/testing/imitation/order-book.ts";
import { BuyonceError } from "../../src/contract/errors.ts";
import { execution, executionId, setup } from "../drive/setup.ts";

const [a, b] = [disk(), disk({ size: "large" })];
const ann = { caller: "ann", key: "key-1" };
const who = { person: "carol", reason: "because" };
const gbp = (amount: string) => ({ amount, currency: "GBP" });

describe("an execution that is submitted for a caller", () => {
  test("is a replay the second time, with the answer as it is by then; byte for byte the same once all is decided", async () => {
    const { purchaser, ledger, cloud, environment } = setup();
    expect(await purchaser.submit(execution(a, b), { submitter: ann })).toMatchObject({
      isReplay: false,
      state: "working",
      execution: { owner: { caller: "ann" } },
    });
    await purchaser.redrive(executionId);
    for (const bought of cloud.orders) bought.state = "Succeeded";
    await purchaser.redrive(executionId);
    const decided = await purchaser.submit(execution(a, b), { submitter: ann });
    expect(decided).toMatchObject({ isReplay: true, state: "complete", places: { bought: 2 } });
    environment.advance(3_600_000);
    const again = await purchaser.submit(execution(a, b), { submitter: { caller: "ann" } });
    // When it was asked is what `recorded.at` says, and nothing else says.
    const then = { ...again, recorded: { ...again.recorded, at: decided.recorded.at } };
    expect(JSON.stringify(then)).toBe(JSON.stringify(decided));
    expect(cloud.counts.sends).toBe(2);
    expect(await ledger.executionOfKey("ann", "key-1")).toBe(executionId);
  });

  test("without a submitter it says whether it was recorded before, too, and is nobody's", async () => {
    const { purchaser, ledger } = setup();
    expect(await purchaser.submit(execution())).toMatchObject({ isReplay: false });
    const again = await purchaser.submit(execution());
    expect(again).toMatchObject({ isReplay: true });
    expect(again.execution).not.toHaveProperty("owner");
    expect(await ledger.submitterOf(executionId)).toBeUndefined();
  });

  test("a lower limit that a person recorded stays, and what was submitted before is still a replay", async () => {
    const { purchaser } = setup();
    const limited = { ...execution(a), maxTotals: [gbp("30")] };
    await purchaser.submit(limited, { submitter: ann });
    await purchaser.setLimits(executionId, { maxTotals: [gbp("9.99")], ...who });
    const again = await purchaser.submit(limited, { submitter: ann });
    expect(again).toMatchObject({ isReplay: true, execution: { maxTotals: [gbp("9.99")] } });
    expect((await purchaser.redrive(executionId)).outcomes).toMatchObject([{ error: { code: "total-above-limit" } }]);
  });

  test("the totals that its first drive brings are recorded, and what was submitted without is still a replay", async () => {
    const { purchaser } = setup();
    await purchaser.submit(execution(a), { submitter: ann });
    await purchaser.drive(execution(a), { maxTotals: [gbp("30")] });
    const again = await purchaser.submit(execution(a), { submitter: ann });
    expect(again).toMatchObject({ isReplay: true, execution: { maxTotals: [gbp("30")], owner: { caller: "ann" } } });
  });

  test.each([
    ["another recommendation", execution(a, disk({ quantity: 2 })), "#1 was changed"],
    ["one more", execution(a, b, a), "#2 was added"],
    ["another source", { ...execution(a, b), source: "x" }, "source from test to x"],
    ["a limit", { ...execution(a, b), maxTotals: [gbp("9")] }, "maxTotals from none to 9.00 GBP"],
    ["another id under its key", { ...execution(a, b), executionId: "execution-2" }, "(executionId)"],
  ])("with %s it is refused, named, and neither driven nor recorded", async (_what, other, named) => {
    const { purchaser, ledger } = setup();
    await purchaser.submit(execution(a, b), { submitter: ann });
    const before = await ledger.recorded(executionId);
    await expect(purchaser.submit(other, { submitter: ann })).rejects.toMatchObject({
      code: "execution-changed",
      retryable: false,
      message: expect.stringContaining(named),
    });
    expect(await ledger.recorded(executionId)).toEqual(before);
    expect(await ledger.executions({ limit: 9 })).toHaveLength(1);
  });

  test("is taken for another caller, and what nobody owns for every caller, and nothing of it is told", async () => {
    const { purchaser } = setup();
    await purchaser.submit(execution(a), { submitter: ann });
    await purchaser.drive({ ...execution(a), executionId: "driven" });
    for (const id of [executionId, "driven"]) {
      const attempt = purchaser.submit(
        { ...execution(a), executionId: id },
        { submitter: { caller: "bob", key: "k" } },
      );
      const refusal = await attempt.catch((error: unknown) => error);
      expect(refusal).toMatchObject({ code: "execution-id-taken", retryable: false });
      expect(String(refusal)).not.toMatch(/ann|test|disk/);
    }
    // An operator has the whole ledger.
    expect((await purchaser.drive(execution(a))).outcomes).toMatchObject([{ status: "purchased" }]);
    expect((await purchaser.executions({ caller: "ann" })).map((one) => one.execution.executionId)).toEqual([
      executionId,
    ]);
    expect(await purchaser.executions({ caller: "bob" })).toEqual([]);
    expect(await purchaser.executions()).toHaveLength(2);
  });

  test("an approval that is asked for now and was not then is refused, under a known key too; nothing is stored", async () => {
    const { purchaser, ledger } = setup();
    await purchaser.submit(execution(), { submitter: ann });
    for (const key of ["key-1", "key-2"]) {
      const asked = purchaser.submit(execution(), { requireApproval: true, submitter: { caller: "ann", key } });
      await expect(asked).rejects.toMatchObject({ code: "limits-differ" });
    }
    expect(await ledger.executionOfKey("ann", "key-2")).toBeUndefined();
  });
});

describe("a submitter that cannot be one", () => {
  const long = "x".repeat(256);
  test.each<[unknown, string]>([
    [{ caller: "" }, "submitter.caller: must not be empty"],
    [{ caller: " ann" }, "submitter.caller: must not be empty, nor begin or end with white space"],
    [{ caller: long }, "submitter.caller: must have at most 255 characters"],
    [{ caller: 5 }, "submitter.caller: must be a text of 1 to 255 visible characters"],
    [{}, "submitter.caller: must be a text of 1 to 255 visible characters"],
    [{ caller: "ann", key: "" }, "submitter.key: must not be empty"],
    [{ caller: "ann", key: "a\u0000b" }, "submitter.key: must not hold U+0000"],
    [{ caller: "ann", key: "a\u200bb" }, "submitter.key: must not hold U+200B"],
    [{ caller: "ann", key: "a\nb" }, "submitter.key: must not hold U+000A"],
    [{ caller: "ann", key: long }, "submitter.key: must have at most 255 characters"],
    [{ caller: "ann", key: null }, "submitter.key: must be a text of 1 to 255 visible characters"],
    [{ caller: "ann", idempotencyKey: "k" }, "submitter.idempotencyKey: is not a known field"],
    [null, "submitter: must name a caller"],
    ["ann", "submitter: must name a caller"],
  ])("%j: one sentence with the field, and nothing is recorded", async (submitter, sentence) => {
    const { purchaser, ledger } = setup();
    const attempt = purchaser.submit(execution(), { submitter: submitter as { caller: string } });
    const error = await attempt.catch((caught: unknown) => caught);
    if (!BuyonceError.isInstance(error)) throw error;
    expect(error.code).toBe("invalid-execution");
    expect(error.message).toContain(sentence);
    expect(error.message.split("\n")).toHaveLength(2);
    expect(await ledger.executions({ limit: 9 })).toEqual([]);
  });

  test("nothing is stored under the key of an execution that is not valid: the key is free for the corrected one", async () => {
    const { purchaser, ledger } = setup();
    const invalid = purchaser.submit(execution(disk({ quantity: 0 })), { submitter: ann });
    await expect(invalid).rejects.toMatchObject({ code: "invalid-execution" });
    expect(await ledger.executionOfKey("ann", "key-1")).toBeUndefined();
    expect(await purchaser.submit(execution(), { submitter: ann })).toMatchObject({ isReplay: false });
  });

  test("a caller or a key of 255 characters, of several bytes and of two units each, comes back as it is", async () => {
    const { purchaser, ledger } = setup();
    const submitter = { caller: "\u20ac".repeat(255), key: "\u{1f600}".repeat(127) };
    await purchaser.submit(execution(), { submitter });
    expect(await ledger.submitterOf(executionId)).toBe(submitter.caller);
    expect(await ledger.executionOfKey(submitter.caller, submitter.key)).toBe(executionId);
  });
});
