import type { WaitingMessage } from "../contract/webhook-ledger.ts";
import { isoTime } from "./answers.ts";
import { recordedOutcome } from "./recorded-report.ts";

/** The body of a message: the same for every delivery of it. */
export function webhookPayload({ type, at, executionId, number, content }: WaitingMessage) {
  const about = { executionId, number };
  const data =
    content.kind === "recommendation"
      ? {
          ...about,
          recIndex: content.record.recIndex,
          source: content.record.source,
          outcome: recordedOutcome(content.record, undefined, at),
        }
      : { ...about, ...content.summary };
  return { type, timestamp: isoTime(at), data };
}
