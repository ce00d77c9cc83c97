import type { Commitment } from "../spec/commitment.ts";
import { RefusedError } from "../spec/errors.ts";
import type { DriveContext, Task } from "./drive-context.ts";
import { inStep } from "./in-step.ts";

/** A commitment found by its marker is compared with what was asked before it is adopted. */
export async function verify(drive: DriveContext, { executor, record }: Task, found: Commitment): Promise<void> {
  const differences = await inStep("commitment-unverifiable", `Comparing ${found.id} failed`, () =>
    executor.verify(record.recommendation, found, drive.stop),
  );
  if (differences.length === 0) return;
  const list = differences.map(({ field, asked, found }) => `${field}: asked ${asked}, found ${found}`).join("; ");
  throw new RefusedError({
    code: "commitment-mismatch",
    message: `${found.id} carries this recommendation's token, but is not what was asked for (${list}). Nothing was sent. Compare the two, and find out who bought it.`,
  });
}
