import type { Commitment } from "../contract/commitment.ts";
import { RefusedError } from "../contract/errors.ts";
import type { TokenRecord } from "../contract/ledger.ts";
import type { DriveContext, Task } from "./drive-context.ts";
import { inStep } from "./as-refusal.ts";

/** A commitment found by its marker is compared with what was asked before it is adopted. */
export async function verify(
  { stop }: Pick<DriveContext, "stop">,
  { executor, record }: Pick<Task, "executor"> & { readonly record: Pick<TokenRecord, "recommendation"> },
  found: Commitment,
): Promise<void> {
  const differences = await inStep("commitment-unverifiable", `Comparing ${found.id} failed`, () =>
    executor.verify(record.recommendation, found, stop),
  );
  if (differences.length === 0) return;
  const list = differences.map(({ field, asked, found }) => `${field}: asked ${asked}, found ${found}`).join("; ");
  throw new RefusedError({
    code: "commitment-mismatch",
    message: `${found.id} carries this recommendation's token, but is not what was asked for (${list}). Nothing was sent. Compare the two, and find out who bought it.`,
  });
}
