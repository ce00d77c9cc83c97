import { describe, expect, test } from "vitest";
import { errorAdvice, todoOf } from "../../src/contract/error-advice.ts";
import { deriveIdempotencyToken } from "../../src/contract/token.ts";
import type { ErrorCode } from "../../src/contract/errors.ts";
import type { Outcome } from "../../src/contract/report.ts";
import { toDo, verdictOf } from "../../src/report/report-words.ts";
import { plainCause, refusedThoughMaybeBought } from "../../src/report/what-next.ts";
import { type FailedStatus, sentences } from "./advice-sentences.ts";

const outcomeOf = (status: FailedStatus, code: string): Outcome => ({
  recIndex: 0,
  token: deriveIdempotencyToken("an execution", 0),
  status,
  error: { code: code as ErrorCode, message: "m", retryable: false },
});

describe("the page about each code", () => {
  test.each(Object.entries(sentences))("%s", (code, { status, cause, next }) => {
    const outcome = outcomeOf(status, code);
    expect(plainCause(outcome)).toBe(cause);
    expect(toDo(outcome)).toBe(next.replaceAll(/AGAIN|FROM_FILE/g, "run the same order again"));
  });

  test("in whole sentences, and without a word for engineers but where the ledger itself fails", () => {
    for (const [code, { cause, next }] of Object.entries(sentences)) {
      for (const text of [cause, next]) expect(text, code).toMatch(/^[A-Z][^`{}]+[.]$/);
      expect(cause, code).not.toMatch(/idempoten|epoch|lease|commitment|token|driver|submission/i);
      if (!code.startsWith("ledger-")) expect(cause, code).not.toMatch(/ledger/i);
    }
  });
});

describe("what may be bought is not called not bought", () => {
  const mayBe = (Object.keys(errorAdvice) as ErrorCode[]).filter((code) => errorAdvice[code].mayBeBought);

  test("what was found at the provider has to be looked at", () => {
    expect(mayBe).toEqual([
      "commitment-taken",
      "commitment-mismatch",
      "commitment-unverifiable",
      "commitment-unclear",
      "look-alike",
      "bought-elsewhere",
      "several-commitments",
      "still-shown",
    ]);
    for (const code of mayBe) {
      const outcome = outcomeOf("refused", code);
      expect(refusedThoughMaybeBought(outcome)).toBe(true);
      expect(verdictOf(outcome)).toMatchObject({ label: "To be checked", tone: "alarm" });
      expect(toDo(outcome)).toMatch(/^It may be bought already\. /);
    }
  });

  test("what a guard stopped before anything was found is not bought; what was sent is unconfirmed whatever the code", () => {
    expect(verdictOf(outcomeOf("refused", "price-above-limit")).label).toBe("Not bought");
    for (const code of mayBe) expect(verdictOf(outcomeOf("unresolved", code)).label).toBe("Unconfirmed");
  });
});

test("a code of another version: its message says the rest", () => {
  for (const code of ["of-tomorrow", "constructor"]) {
    expect(plainCause(outcomeOf("refused", code))).toBe("What happened is in the message.");
    expect(toDo(outcomeOf("refused", code))).toBe(
      "Nothing was sent. Clear up what the message names, then run the same order again.",
    );
    expect(todoOf(code)).toBe("Clear up what the message names, then drive again.");
  }
});

test("a phrase is put in as it is, whatever signs it holds", () => {
  expect(todoOf("aborted", "run buyonce redrive '$&'")).toBe("To go on, run buyonce redrive '$&'.");
});
