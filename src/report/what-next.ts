import { nowhereElse } from "../contract/advice-words.ts";
import { adviceOf, todoOf } from "../contract/error-advice.ts";
import type { ErrorCode } from "../contract/errors.ts";
import type { Outcome, OutcomeError } from "../contract/report.ts";

/** How the reader drives again: "drive the same file again", "run the same order again". */
export interface AgainPhrases {
  readonly again: string;
  /** Where the file itself has to change. Default: as ever. */
  readonly fileAgain?: string | undefined;
  /** To see completed what is bought and still pending. Default: as ever. */
  readonly pendingAgain?: string | undefined;
}

/** What a person does next about an outcome, for the terminal and the page; undefined where nothing is left to do. */
export function whatNext(
  { status, error, commitment, parked, warnings = [] }: Outcome,
  { again, fileAgain = again, pendingAgain = again }: AgainPhrases,
): string | undefined {
  const advise = (lead: string, code: ErrorCode) => `${lead} ${withoutCode(todoOf(code, again, fileAgain))}`;
  switch (status) {
    case "purchased":
    case "already-purchased":
      if (warnings.length > 0) {
        return `Bought, but read its warning. If its tag or record is incomplete, ${pendingAgain} to complete it.`;
      }
      return !commitment.settled
        ? `Bought; the provider is still completing it. To see it completed, ${pendingAgain} later: it is not bought twice.`
        : undefined;
    case "skipped":
      return undefined;
    case "in-progress":
      return adviseFully(error?.code ?? "held-by-another-driver");
    case "rejected":
      return adviseFully(error?.code ?? "purchase-rejected");
    case "unresolved":
      if (error?.code === "executor-missing") return advise(sent, error.code);
      if (parked !== undefined) {
        return `${sent} No run could find out whether it was. Look for it at the provider, and say with buyonce resolve what you found. ${nowhereElse}`;
      }
      return advise(sent, "outcome-unknown");
    case "written-off":
      return adviseFully("written-off");
    case "refused":
      return advise(refusedLead(error), error?.code ?? "internal");
    default:
      return status satisfies never;
  }

  function adviseFully(code: ErrorCode): string {
    return advise(adviceOf(code).plain, code);
  }
}

/** Why it is not bought, or not known to be, in a sentence for anybody; undefined for what is bought. */
export function plainCause({ error }: Pick<Outcome, "error">): string | undefined {
  return error === undefined ? undefined : adviceOf(error.code).plain;
}

/** A guard stopped it, and yet it may be bought: a person has to look before anybody calls it not bought. */
export function refusedThoughMaybeBought({ status, error }: Pick<Outcome, "status" | "error">): boolean {
  return status === "refused" && error !== undefined && adviceOf(error.code).mayBeBought === true;
}

const sent = "It was sent and may be bought.";

function refusedLead(error: OutcomeError | undefined): string {
  if (error === undefined) return "Nothing was sent.";
  const { plain, mayBeBought } = adviceOf(error.code);
  if (mayBeBought) return "It may be bought already.";
  if (error.code === "executor-missing") return "The ledger shows no purchase.";
  // Of an earlier send, which is decided.
  return decisions.includes(error.code) ? plain : "Nothing was sent.";
}

/** What a person decided, or could not decide: about an earlier send. */
const decisions: readonly ErrorCode[] = [
  "resolved-as-not-bought",
  "resolved-as-not-this",
  "nothing-to-resolve",
  "too-early",
  "answer-unclear",
  "there-before",
];

function withoutCode(text: string): string {
  return text.replaceAll("`", "");
}
