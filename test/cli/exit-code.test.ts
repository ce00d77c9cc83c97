import { describe, expect, test } from "vitest";
import { exitCodeOf, exitCodeOfError } from "../../src/cli/terminal/exit-code.ts";
import { explainError } from "../../src/cli/text/explain-error.ts";
import { InvalidExecutionError, LedgerError, RefusedError } from "../../src/contract/errors.ts";
import type { OutcomeStatus } from "../../src/contract/report.ts";
import { outcome } from "./stand-ins.ts";

describe("exitCodeOf", () => {
  test.each<[number, OutcomeStatus[]]>([
    [0, ["purchased"]],
    [0, ["already-purchased", "purchased"]],
    [3, ["purchased", "refused"]],
    [3, ["rejected", "already-purchased"]],
    [4, ["unresolved"]],
    [4, ["in-progress", "purchased"]],
    [4, ["refused", "unresolved", "rejected"]],
    [4, ["in-progress", "refused"]],
  ])("%d for %j", (code, statuses) => {
    expect(exitCodeOf(statuses.map((status) => outcome({ status })))).toBe(code);
  });
});

describe("exitCodeOfError", () => {
  test.each([
    [2, new InvalidExecutionError([])],
    [2, new RefusedError({ code: "invalid-configuration", message: "m" })],
    [1, new LedgerError({ code: "ledger-locked", message: "m" })],
    [1, new LedgerError({ code: "claim-lost", message: "m" })],
    [3, new RefusedError({ code: "still-shown", message: "m" })],
    [130, new RefusedError({ code: "aborted", message: "m" })],
    [1, new TypeError("x is not a function")],
    [1, "thrown text"],
  ])("%d for %s", (code, error) => {
    expect(exitCodeOfError(error)).toBe(code);
  });
});

describe("explainError", () => {
  test("an error of this package speaks for itself", () => {
    const error = new LedgerError({ code: "ledger-full", message: "The disk is full.", cause: new Error("errno 13") });
    expect(explainError(error)).toBe("The disk is full.");
  });

  test("of any other, the chain of causes is told, a sentence each, nothing twice", () => {
    const cause = new Error("connect ECONNREFUSED", { cause: new Error("socket closed.") });
    const middle = new Error("fetch failed: connect ECONNREFUSED", { cause });
    expect(explainError(new Error("no way", { cause: middle }))).toBe(
      "no way. Caused by: fetch failed: connect ECONNREFUSED. Caused by: socket closed.",
    );
  });

  test("a chain that bites its tail ends", () => {
    const error = new Error("round");
    error.cause = error;
    expect(explainError(error)).toBe("round.");
  });

  test("an error without a message is named", () => {
    expect(explainError(new RangeError())).toBe("RangeError.");
  });
});
