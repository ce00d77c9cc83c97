import { describe, expect, test } from "vitest";
import { nextSteps } from "../../src/cli/text/next-steps.ts";
import type { ErrorCode } from "../../src/contract/errors.ts";
import { maskToken } from "../../src/contract/token.ts";
import { bought, outcome } from "./stand-ins.ts";

const refusal = (code: ErrorCode, more = {}) => ({ code, message: "m", retryable: false, ...more });
const textOf = (...outcomes: Parameters<typeof nextSteps>[0]) => nextSteps(outcomes).map(({ text }) => text);

describe("nextSteps", () => {
  test("nothing for what is bought and settled", () => {
    expect(nextSteps([outcome(bought), outcome({ ...bought, status: "already-purchased" })])).toEqual([]);
  });

  test("one step for all that need the same, by their indexes", () => {
    const pending = { commitment: { id: "a", state: "Creating", settled: false } };
    expect(nextSteps([outcome(pending), outcome(bought), outcome({ ...pending, recIndex: 4 })])).toEqual([
      { recIndexes: [0, 4], text: "Bought, not yet settled: drive the same file again later to see it settled." },
    ]);
  });

  test("bought with a warning: it is made up for by driving again", () => {
    expect(textOf(outcome({ ...bought, warnings: ["The tag is missing."] }))).toEqual([
      "Bought. What is still missing is made up for when you drive the same file again.",
    ]);
  });

  test("in progress: later, or --wait, and how long", () => {
    const error = refusal("held-by-another-driver", { retryAfter: 12_300 });
    expect(textOf(outcome({ status: "in-progress", error }))).toEqual([
      "Another driver is at it: drive the same file again later, or now with --wait. Wait 13 s before that.",
    ]);
  });

  test("unresolved: it may be bought; never told to buy again elsewhere; all tokens masked", () => {
    const error = refusal("outcome-unknown");
    const [one, two] = [0, 1].map((recIndex) => outcome({ recIndex, status: "unresolved", error }));
    expect(textOf(one!, two!)).toEqual([
      `It was sent and may be bought. In a few minutes, drive the same file again: it is looked for first, and never bought again blindly. Until then, buy it nowhere else. If it stays so, look at the provider yourself and decide with buyonce resolve. To look for it at the provider: token ${maskToken(one!.token)}, ${maskToken(two!.token)}`,
    ]);
  });

  test("parked: a person looks and decides, and no command is said to find out", () => {
    const parked = { since: "2026-11-23T00:00:00.000Z", sentAt: "2026-11-22T00:00:00.000Z", handle: { orderId: "a" } };
    const one = outcome({ status: "unresolved", error: refusal("outcome-unknown"), parked });
    expect(textOf(one)).toEqual([
      `Parked: sent at 2026-11-22T00:00:00.000Z, and it cannot be found out by itself whether it was bought. Look at the provider yourself, for what is named above, and decide with buyonce resolve. Until then, buy it nowhere else. buyonce redrive passes it over, unless told --parked. To look for it at the provider: token ${maskToken(one.token)}`,
    ]);
  });

  test("another program's: no command of this one is said to drive it; what may be bought is said to be", () => {
    const error = refusal("executor-missing");
    const steps = textOf(outcome({ status: "refused", error }), outcome({ recIndex: 1, status: "unresolved", error }));
    expect(steps[0]).toBe(
      "It is not for this program: drive it again with the one that has its provider and service. By the ledger, it is not bought.",
    );
    expect(steps[1]).toMatch(
      /^It was sent and may be bought\. It is not for this program: .+ buy it nowhere else\. To look for it/,
    );
  });

  test("rejected: lift the cause, drive again", () => {
    expect(textOf(outcome({ status: "rejected", error: refusal("purchase-rejected") }))).toEqual([
      "The provider said no. Lift what it names (payment, quota, rights), then drive the same file again: it is tried from the start.",
    ]);
  });

  test("what waits for an equal purchase is left to a timer or the next drive; what is over is not driven again", () => {
    const waits = outcome({
      status: "in-progress",
      error: { code: "identical-purchase-open", message: "m", retryable: true },
    });
    expect(nextSteps([waits])[0]?.text).toMatch(/^Nothing was sent for it yet.*or leave it to buyonce redrive\.$/);
    const over = outcome({ status: "rejected", error: { code: "purchase-over", message: "m", retryable: false } });
    expect(nextSteps([over])[0]?.text).toMatch(/not bought again.*an executionId of its own\.$/);
  });

  test.each<[ErrorCode, RegExp]>([
    ["aborted", /^To go on, drive the same file again\.$/],
    ["fingerprint-conflict", /new execution with an executionId of its own/],
    ["lookup-failed", /^What is already bought could not be read, so nothing was sent/],
    ["lookup-untrusted", /Reservations Reader/],
    ["credentials-unavailable", /az login; aws sso login; gcloud auth application-default login/],
    ["access-denied", /Have the right .* granted/],
    ["wrong-account", /Sign in to the account that the file names/],
    ["commitment-mismatch", /a person has to decide/],
    ["several-commitments", /a person has to decide/],
    ["commitment-unclear", /a person has to decide/],
    ["quote-failed", /No price could be had/],
    ["not-offered", /new execution/],
    ["several-offerings", /new execution/],
    ["price-above-limit", /raise maxPrice/],
    ["price-currency-mismatch", /in the currency of the price/],
    ["total-above-limit", /with a higher --max-total/],
    ["total-currency-missing", /Give a --max-total in that currency too/],
    ["deadline-too-near", /longer --timeout/],
    ["internal", /^Nothing was sent. Lift the cause named above/],
  ])("refused with %s", (code, text) => {
    expect(textOf(outcome({ status: "refused", error: refusal(code) }))).toEqual([expect.stringMatching(text)]);
  });
});
