import { newExecution, nowhereElse } from "./advice-words.ts";
import type { ErrorAdvice } from "./error-advice.ts";

/** What is said about a ledger that fails. */
export const ledgerAdvice = {
  "ledger-missing": {
    plain: "There is no such ledger, and a new, empty one was not asked for.",
    detail: "It would know nothing of what was bought before. On PostgreSQL: the schema is missing or empty.",
    todo: "Name the ledger that earlier drives used, then {again}. To begin with a new one, say so (`--new-ledger`, or leave out `create: false`).",
  },
  "ledger-unavailable": {
    plain: "The ledger, which records what is bought, cannot be opened, read or written.",
    detail: "Or its SQLite file was moved, replaced or deleted while it was open.",
    todo: "Check the ledger's path and disk, or its server, then {again}.",
  },
  "ledger-locked": {
    plain: "Another process kept the ledger locked for longer than the lock timeout.",
    todo: "Wait until the process that locks the ledger is done, then {again}.",
  },
  "ledger-read-only": {
    plain: "The ledger is read-only for this user.",
    detail: "On PostgreSQL after a failover (then `retryable`): only a former primary was reached.",
    todo: "Give this user the right to write the ledger's file and its folder, or name the primary server; then {again}.",
  },
  "ledger-corrupt": {
    plain: "The ledger is damaged, or what was named is no ledger.",
    detail: "Or a part of it is missing (its `-wal`), or it is a backup that was not restored.",
    todo: "Restore the ledger from a backup (`buyonce ledger restore`); never start an empty one in its place. Then {again}.",
  },
  "ledger-newer-schema": {
    plain: "A newer version of buyonce wrote the ledger.",
    todo: "Install the version of buyonce that wrote the ledger, or a later one, then {again}.",
  },
  "ledger-full": {
    plain: "The disk that holds the ledger is full.",
    todo: "Free some space on the disk of the ledger, then {again}.",
  },
  "claim-lost": {
    plain: "Another run took it over.",
    detail: "The lease of this one ran out.",
    todo: `To see what came of it, {again}. ${nowhereElse}`,
  },
  "commitment-taken": {
    plain: "What was found for it at the provider belongs to another order, or carries another order's mark.",
    todo: `A person has to compare the two at the provider, and decide. ${nowhereElse} If a tag is wrong, take it off and {again}: the right one is put on.`,
    mayBeBought: true,
  },
  "too-many-attempts": {
    plain: "Twenty orders for it came to nothing.",
    todo: `Find the cause in its history (\`buyonce history\`), then put what is still to be bought ${newExecution}.`,
  },
} as const satisfies Readonly<Record<string, ErrorAdvice>>;
