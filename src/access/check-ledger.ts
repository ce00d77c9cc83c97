import { LedgerError, messageOf } from "../contract/errors.ts";
import type { Ledger } from "../contract/ledger.ts";
import { MissingPackageError } from "../contract/optional-package.ts";
import { eventError } from "../drive/emit.ts";
import type { AccessFinding } from "./access-report.ts";

/** The ledger that drives would use. */
export interface LedgerAtHand {
  /** Opens it, and makes none. Throws a LedgerError, `ledger-missing` where there is none. */
  readonly openLedger: () => Promise<Ledger>;
  /** Where it is, for messages. */
  readonly ledgerPlace?: string;
}

/** Whether the ledger can be read, and holds anything. Changes nothing. */
export async function checkLedger(
  { openLedger, ledgerPlace = "" }: LedgerAtHand,
  noteMissing: (install: string) => void,
): Promise<AccessFinding> {
  const base = { subject: "ledger", where: ledgerPlace, by: "a look into it" } as const;
  const isNew = (detail: string): AccessFinding => ({
    ...base,
    result: "warning",
    detail,
    todo: "Right before the first drive of all. Else name the ledger that earlier drives used: a new one knows nothing of what was bought.",
  });
  try {
    const ledger = await openLedger();
    await ledger.now();
    const [any] = await ledger.executions({ limit: 1 });
    return any === undefined ? isNew("It is empty.") : { ...base, result: "ok", detail: "It can be used." };
  } catch (error) {
    if (LedgerError.isInstance(error) && error.code === "ledger-missing") {
      return isNew("There is none yet: a drive begins a new, empty one.");
    }
    const { cause } = (error ?? {}) as { readonly cause?: unknown };
    if (MissingPackageError.isInstance(cause)) noteMissing(cause.install);
    return { ...base, result: "failed", detail: messageOf(error), error: eventError(error) };
  }
}
