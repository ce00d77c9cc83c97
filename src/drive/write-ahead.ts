import type { Marker, Quote, Submission } from "../contract/executor.ts";
import { hashJson } from "../contract/fingerprint.ts";
import { maskToken } from "../contract/token.ts";
import type { DriveContext, Task } from "./drive-context.ts";

/** Records durably, under the claim's epoch, what is about to be sent. Money can move only after this returned. */
export async function writeAhead(drive: DriveContext, task: Task, marker: Marker, quote: Quote): Promise<Submission> {
  const { executor, record } = task;
  const { recIndex } = record;
  const token = maskToken(record.token);
  drive.emit({ type: "writing-ahead", recIndex, token });
  const lane = executor.laneOf?.(record.recommendation);
  const submission = await drive.ledger.submit(task.claim, {
    ...marker,
    ...quote,
    recommendation: record.recommendation,
    scope: record.scope,
    requestHash: hashJson(quote.request),
    ...(lane === undefined ? {} : { lane }),
  });
  drive.emit({ type: "submitted", recIndex, token, attempt: submission.attempt });
  return submission;
}
