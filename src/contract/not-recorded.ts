import { InvalidExecutionError } from "./errors.ts";

/** That the ledger does not know what was asked for. `path` names it. */
export function notRecorded(path = "executionId"): InvalidExecutionError {
  return new InvalidExecutionError([{ path, message: "is not in the ledger" }], "request");
}
