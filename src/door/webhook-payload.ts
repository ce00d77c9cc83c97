import type { TokenRecord } from "../contract/ledger.ts";
import type { WaitingMessage } from "../contract/webhook-ledger.ts";
import { isoTime } from "./answers.ts";
import { recordedOutcome } from "../drive/recorded-report.ts";

/** The body of a message: the same for every delivery of it. */
export function webhookPayload({ type, at, executionId, number, content }: WaitingMessage) {
  const about = { executionId, number };
  // What was decided, or needs a person, stands so whoever holds it just then.
  const record = (held: TokenRecord) => (type === "recommendation.reopened" ? held : { ...held, holder: undefined });
  const data =
    content.kind === "recommendation"
      ? {
          ...about,
          recIndex: content.record.recIndex,
          source: content.record.source,
          outcome: recordedOutcome(record(content.record), undefined, at),
        }
      : { ...about, ...content.summary };
  return { type, timestamp: isoTime(at), data };
}
