import { describe, expect, test } from "vitest";
import { differingFields, fingerprint } from "../../src/contract/fingerprint.ts";
import type { Labels } from "../../src/contract/labels.ts";
import { submittedHash } from "../../src/contract/submitted.ts";
import { termsHash } from "../../src/contract/terms.ts";
import { newExecutionOf } from "../../src/drive/new-execution.ts";
import { executorsOf } from "../../src/drive/validate.ts";
import { htmlReport } from "../../src/report/html-report.ts";
import { disk } from "../../src/testing/imitation/order-book.ts";
import { executionId, recordOf, setup } from "../drive/setup.ts";

const labelled = (labels: Labels | undefined) => ({
  executionId,
  source: "test",
  ...(labels === undefined ? {} : { labels: { ...labels, night: "7" } }),
  recommendations: [{ ...disk(), ...(labels === undefined ? {} : { labels }) }],
});
const labels = { ticket: "CHG-1", owner: "data platform" };

describe("labels", () => {
  test("are no part of what is bought: with others, or none, nothing is bought twice, and the first stay", async () => {
    const parts = setup({ identity: "chosen" });
    const [first] = (await parts.purchaser.drive(labelled(labels))).outcomes;
    expect(first).toMatchObject({ status: "purchased", labels });
    for (const others of [{ ticket: "CHG-2" }, undefined]) {
      const [again] = (await parts.purchaser.drive(labelled(others))).outcomes;
      expect(again).toMatchObject({ status: "already-purchased", labels });
      expect(again?.labels).toEqual(labels);
    }
    expect(parts.cloud.counts.sends).toBe(1);
    expect((await parts.ledger.execution(executionId))?.labels).toEqual({ ...labels, night: "7" });
  });

  test("reach no executor, and no hash", async () => {
    const parts = setup({ identity: "chosen" });
    await parts.purchaser.drive(labelled(labels));
    const record = await recordOf(parts);
    expect(record).toMatchObject({ labels, recommendation: disk() });
    expect(record?.recommendation).not.toHaveProperty("labels");
    const executorOf = executorsOf([parts.cloud.provider]);
    const hashes = [labels, { ticket: "CHG-2" }, undefined].map((each) => {
      const planned = newExecutionOf(parts.purchaser.validate(labelled(each)), executorOf);
      const terms = termsHash({ ...planned, size: planned.places.length }, planned.places);
      return [planned.places[0]?.fingerprint, terms, submittedHash(planned)].join();
    });
    expect(new Set(hashes).size).toBe(1);
    expect(fingerprint({ ...disk(), labels })).toBe(fingerprint(disk()));
    expect(differingFields({ ...disk(), labels }, disk())).toEqual([]);
  });

  test("are shown by a plan, a refusal, what is dropped and the page, beside a note", async () => {
    const parts = setup({ identity: "chosen" });
    const both = { ...labelled(labels), recommendations: [{ ...disk(), note: "saves 5", labels }] };
    const [planned] = (await parts.purchaser.plan(both)).recommendations;
    expect(planned).toMatchObject({ verdict: "buy", note: "saves 5", labels });
    const { document } = await parts.purchaser.planDocument(both);
    expect(document?.seen).toMatchObject([{ note: "saves 5", labels }]);
    expect(document?.execution).toMatchObject({ recommendations: [{ note: "saves 5", labels }] });
    parts.cloud.faults.sends = ["rejected"];
    const report = await parts.purchaser.drive(both);
    expect(report.outcomes).toMatchObject([{ status: "rejected", note: "saves 5", labels }]);
    const page = htmlReport([{ report, descriptions: [] }], { at: 0 });
    expect(page).toContain("Note: saves 5");
    expect(page).toContain("Labels: ticket CHG-1, owner data platform");
    await parts.purchaser.skip(executionId, 0, { person: "ann", reason: "not needed" });
    const [skipped] = (await parts.purchaser.drive(both)).outcomes;
    expect(skipped).toMatchObject({ status: "skipped", labels });
  });

  test.each([
    [{ ticket: "" }, "labels.ticket", "must not be empty"],
    [{ ticket: 5 }, "labels.ticket", "string"],
    [{ ticket: "a\u200Bb" }, "labels.ticket", "must not hold U+200B"],
    [{ ticket: "x".repeat(101) }, "labels.ticket", "must have at most 100 characters"],
    [{ Ticket: "CHG-1" }, "labels.Ticket", "must be a name of up to 40 small letters"],
    [{ __proto__x: "CHG-1" }, "labels.__proto__x", "must be a name of up to 40 small letters"],
    [Object.fromEntries(Array.from({ length: 11 }, (_, index) => [`a${index}`, "b"])), "labels", "at most 10 labels"],
    ["CHG-1", "labels", "must be an object of short texts"],
  ])("%j is refused with its path", (wrong, path, problem) => {
    const { purchaser } = setup();
    const input = { ...labelled(undefined), labels: wrong, recommendations: [{ ...disk(), labels: wrong }] };
    const found = { message: expect.stringContaining(problem) as unknown };
    expect(() => purchaser.validate(input)).toThrow(
      expect.objectContaining({
        problems: [
          expect.objectContaining({ path, ...found }),
          expect.objectContaining({ path: `recommendations[0].${path}`, ...found }),
        ],
      }),
    );
  });
});
