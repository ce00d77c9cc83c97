import { todoOf } from "../../contract/error-advice.ts";
import { BuyonceError, type ErrorCode, LedgerError, messageOf } from "../../contract/errors.ts";

interface Meaning {
  readonly code: ErrorCode;
  readonly advice: string;
  readonly retryable?: boolean;
}

/** SQLite's primary result codes (https://www.sqlite.org/rescode.html), as what they mean for a ledger. */
const meanings: Readonly<Record<number, Meaning>> = {
  5: {
    code: "ledger-locked",
    advice: "Another process holds it locked. Wait until that one is done, then drive again.",
    retryable: true,
  },
  6: { code: "ledger-locked", advice: "It is locked. Wait, then drive again.", retryable: true },
  8: {
    code: "ledger-read-only",
    advice: "It is read-only. Give this user the right to write the file and its folder.",
  },
  11: { code: "ledger-corrupt", advice: `The file is damaged. ${todoOf("ledger-corrupt")}` },
  13: { code: "ledger-full", advice: `The disk is full. ${todoOf("ledger-full")}` },
  14: { code: "ledger-unavailable", advice: "It cannot be opened. Check that the path is a file this user may write." },
  26: {
    code: "ledger-corrupt",
    advice: "The file is no SQLite database. Check the path, or restore it from a backup.",
  },
};

const moved: Meaning = {
  code: "ledger-unavailable",
  advice:
    "It was moved, replaced or deleted while it was open: what is recorded now would be lost. Put the file that knows the " +
    "last purchases back at its path, start the program again and drive again.",
};

/** SQLite's extended code for that. It finds out by itself only without the write-ahead log. */
export const movedAway = 1032;

/** Any error of `node:sqlite` as a LedgerError that says what to do; an error of this package is returned as it is. */
export function sqliteError(error: unknown, file: string): BuyonceError {
  if (BuyonceError.isInstance(error)) return error;
  const extended = error instanceof Error && "errcode" in error ? Number(error.errcode) : 0;
  const meaning = extended === movedAway ? moved : meanings[extended & 0xff];
  return new LedgerError({
    code: meaning?.code ?? "ledger-unavailable",
    message: `The ledger ${file} failed (${messageOf(error)}). ${meaning?.advice ?? "Nothing may be bought without it."}`,
    retryable: meaning?.retryable ?? false,
    cause: error,
  });
}
