import { describe, expect, test } from "vitest";
import { againFromLedger, nextSteps, settleAgain } from "../../src/cli/text/next-steps.ts";
import type { ErrorCode } from "../../src/contract/errors.ts";
import { sentences } from "../report/advice-sentences.ts";
import { bought, outcome } from "./stand-ins.ts";

const failure = (code: ErrorCode, more = {}) => ({ code, message: "m", retryable: false, ...more });
const textOf = (...outcomes: Parameters<typeof nextSteps>[0]) => nextSteps(outcomes).map(({ text }) => text);

const file = "drive the same file again";
const line = (...words: readonly string[]) => ["buyonce", ...words].join(" ");
const ledger = againFromLedger("ID", line);
const fromLedger = ledger.words;
const settle = settleAgain("ID", line);

describe("nextSteps", () => {
  test("nothing for what is bought and settled", () => {
    expect(nextSteps([outcome(bought), outcome({ ...bought, status: "already-purchased" })])).toEqual([]);
  });

  test("one step for all that need the same, by their indexes", () => {
    const pending = { commitment: { id: "a", state: "Creating", settled: false } };
    expect(nextSteps([outcome(pending), outcome(bought), outcome({ ...pending, recIndex: 4 })])).toEqual([
      {
        recIndexes: [0, 4],
        text: `Bought; the provider is still completing it. To see it completed, ${file} later: it is not bought twice.`,
      },
    ]);
  });

  test("bought with a warning: it is to be read, and driving again completes it", () => {
    const warned = outcome({ ...bought, warnings: ["The tag is missing."] });
    const text = (phrase: string) =>
      `Bought, but read its warning. If its tag or record is incomplete, ${phrase} to complete it.`;
    expect(textOf(warned)).toEqual([text(file)]);
    expect(nextSteps([warned], ledger, settle)[0]).toMatchObject({
      text: text(settle.words),
      command: "buyonce settle ID",
    });
  });

  test("in progress: later, or --wait, and when at the earliest; without the file there is no --wait", () => {
    const held = (more = {}) => outcome({ status: "in-progress", error: failure("held-by-another-driver", more) });
    const text = (phrase: string) =>
      `Another run is working on it. To see what came of it, ${phrase} later. Until then, buy it nowhere else.`;
    expect(textOf(held())).toEqual([`${text(file)} With --wait, a drive waits for the other run.`]);
    const later = held({ retryAfter: 12_300 });
    expect(textOf(later)).toEqual([`${text(file)} Drive it again in 13 s at the earliest, or now with --wait.`]);
    expect(nextSteps([later], ledger)[0]?.text).toBe(`${text(fromLedger)} Drive it again in 13 s at the earliest.`);
  });

  test("unresolved: it may be bought; never told to buy again elsewhere", () => {
    const error = failure("outcome-unknown", { retryAfter: 300_000 });
    const [one, two] = [0, 1].map((recIndex) => outcome({ recIndex, status: "unresolved", error }));
    const [text] = textOf(one!, two!);
    expect(text).toMatch(
      /^It was sent and may be bought\. .+ Until then, buy it nowhere else\. Drive it again in 300 s/,
    );
    // What to look for stands below, with the commands for it.
    expect(text).not.toMatch(/token/);
  });

  test("parked: a person looks and decides, and no command is said to find out", () => {
    const parked = { since: "2026-11-23T00:00:00.000Z", sentAt: "2026-11-22T00:00:00.000Z", handle: { orderId: "a" } };
    const one = outcome({ status: "unresolved", error: failure("outcome-unknown"), parked });
    expect(textOf(one)).toEqual([
      "It was sent and may be bought. No run could find out whether it was. Look for it at the provider, and say with buyonce resolve what you found. Until then, buy it nowhere else. It is parked: buyonce redrive skips it, unless told --parked.",
    ]);
  });

  test("another program's: no command of this one is said to drive it; what may be bought is said to be", () => {
    const error = failure("executor-missing");
    const one = outcome({ status: "unresolved", error });
    expect(nextSteps([outcome({ status: "refused", error }), one], ledger).map(({ text }) => text)).toEqual([
      "The ledger shows no purchase. Run a worker that has an executor for it. Until then, buy it nowhere else.",
      "It was sent and may be bought. Run a worker that has an executor for it. Until then, buy it nowhere else.",
    ]);
  });

  test("whatever stops what was sent, it may be bought", () => {
    for (const code of Object.keys(sentences) as ErrorCode[]) {
      const [text] = textOf(outcome({ status: "unresolved", error: failure(code) }));
      expect(text, code).toMatch(/^It was sent and may be bought\. .*Until then, buy it nowhere else\./);
      expect(text, code).not.toMatch(/new execution|Nothing was sent/);
    }
  });

  test.each(Object.entries(sentences))("%s", (code, { status, next }) => {
    const one = outcome({ status, error: failure(code as ErrorCode) });
    const wait =
      status === "in-progress" && code !== "identical-purchase-open"
        ? " With --wait, a drive waits for the other run."
        : "";
    const said = (again: string, fileAgain: string) =>
      next.replaceAll("AGAIN", again).replaceAll("FROM_FILE", fileAgain);
    expect(textOf(one)).toEqual([`${said(file, file)}${wait}`]);
    expect(nextSteps([one], ledger)[0]?.text).toBe(said(fromLedger, file));
  });
});
