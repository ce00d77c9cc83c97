import { describe, expect, test } from "vitest";
import { differingFields, fingerprint } from "../../src/contract/fingerprint.ts";
import { termsHash } from "../../src/contract/terms.ts";
import { submittedHash } from "../../src/contract/submitted.ts";
import { newExecutionOf } from "../../src/drive/new-execution.ts";
import { executorsOf } from "../../src/drive/validate.ts";
import { htmlReport } from "../../src/report/html-report.ts";
import { disk } from "../../src/testing/imitation/order-book.ts";
import { executionId, recordOf, setup } from "../drive/setup.ts";

const noted = (note: string | undefined) => ({
  executionId,
  source: "test",
  ...(note === undefined ? {} : { note: `all: ${note}` }),
  recommendations: [{ ...disk(), ...(note === undefined ? {} : { note }) }],
});

describe("a note", () => {
  test("is no part of what is bought: with another one, or none, nothing is bought twice, and the first stays", async () => {
    const parts = setup({ identity: "chosen" });
    const [first] = (await parts.purchaser.drive(noted("saves 5"))).outcomes;
    expect(first).toMatchObject({ status: "purchased", note: "saves 5" });
    for (const note of ["saves 6", undefined]) {
      const [again] = (await parts.purchaser.drive(noted(note))).outcomes;
      expect(again).toMatchObject({ status: "already-purchased", note: "saves 5" });
    }
    expect(parts.cloud.counts.sends).toBe(1);
    expect((await parts.ledger.execution(executionId))?.note).toBe("all: saves 5");
  });

  test("reaches no executor, and neither hash", async () => {
    const parts = setup({ identity: "chosen" });
    await parts.purchaser.drive(noted("saves 5"));
    const record = await recordOf(parts);
    expect(record).toMatchObject({ note: "saves 5", recommendation: disk() });
    expect(record?.recommendation).not.toHaveProperty("note");
    const executorOf = executorsOf([parts.cloud.provider]);
    const hashes = ["saves 5", "saves 6", undefined].map((note) => {
      const planned = newExecutionOf(parts.purchaser.validate(noted(note)), executorOf);
      const terms = termsHash({ ...planned, size: planned.places.length }, planned.places);
      return [planned.places[0]?.fingerprint, terms, submittedHash(planned)].join();
    });
    expect(new Set(hashes).size).toBe(1);
    expect(fingerprint({ ...disk(), note: "saves 5" })).toBe(fingerprint(disk()));
    expect(differingFields({ ...disk(), note: "saves 5" }, disk())).toEqual([]);
  });

  test("is shown by a plan and on the page", async () => {
    const parts = setup({ identity: "chosen" });
    const [planned] = (await parts.purchaser.plan(noted("saves 5"))).recommendations;
    expect(planned).toMatchObject({ verdict: "buy", note: "saves 5" });
    const report = await parts.purchaser.drive(noted("saves <5>"));
    expect(htmlReport([{ report, descriptions: [] }], { at: 0 })).toContain("Note: saves &lt;5&gt;");
  });

  test.each([
    ["", "must not be empty, nor begin or end with white space"],
    [5, "must be string, not number"],
    ["a\u200Bb", "must not hold U+200B"],
    ["x".repeat(256), "must have at most 255 characters"],
  ])("%j is refused with its path", (note, problem) => {
    const { purchaser } = setup();
    const input = { ...noted(undefined), note, recommendations: [{ ...disk(), note }] };
    const found = { message: expect.stringContaining(problem) as unknown };
    expect(() => purchaser.validate(input)).toThrow(
      expect.objectContaining({
        problems: [
          expect.objectContaining({ path: "note", ...found }),
          expect.objectContaining({ path: "recommendations[0].note", ...found }),
        ],
      }),
    );
  });
});
