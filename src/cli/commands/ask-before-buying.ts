import type { Agreement } from "../../drive/agreement.ts";
import type { PlannedRecommendation } from "../../drive/plan-recommendation.ts";
import type { Purchaser } from "../../purchaser.ts";
import type { ExecutionPlan } from "../../drive/plan-execution.ts";
import { isPending } from "../../drive/watch-recommendation.ts";
import { cleanText } from "../../contract/clean-text.ts";
import { decisionText } from "../../contract/decision.ts";
import { BuyonceError, RefusedError } from "../../contract/errors.ts";
import type { Ledger, TokenRecord } from "../../contract/ledger.ts";
import { formatMoney } from "../../contract/money.ts";
import { payerOf } from "../../contract/payer.ts";
import type { TwinOptions } from "../../contract/twin.ts";
import { layOut } from "../terminal/table.ts";
import { painter, widthOf } from "../terminal/terminal.ts";
import { quoteText } from "../text/quote-text.ts";
import { whole } from "../text/money-columns.ts";
import { executionHeadings, whatText } from "../text/table-cells.ts";
import type { CommandParts } from "./command-parts.ts";
import type { BuyOptions } from "./option-groups.ts";

/** What a person is asked about before a drive. */
export interface Spending {
  /** The execution that is to be driven, or the plan. */
  readonly asked: unknown;
  readonly purchaser: Purchaser<unknown>;
  /** Where the ledger is, if it would be a new one. */
  readonly newAt: string | undefined;
  readonly descriptions: readonly string[];
  readonly options: BuyOptions;
  readonly twins: TwinOptions;
  readonly parts: CommandParts;
  /** Ends the question. */
  readonly signal: AbortSignal;
}

/**
 * Shows what would be spent, and which recorded limits the file raises, and asks. Returns what the person agreed to: what was
 * shown, at the prices that were shown, and whether limits are raised; throws a BuyonceError `aborted` where the person says no, or stops, and a RefusedError where it comes to more than the
 * totals.
 */
export async function agreeOnSpending(
  spending: Spending,
): Promise<{ readonly agreement: Agreement; readonly raiseLimits: boolean }> {
  const { asked, purchaser, newAt, descriptions, options, twins, parts, signal } = spending;
  const { stderr, env } = parts.terminal;
  const { timeout, concurrency, maxTotal: maxTotals } = options;
  const layout = { descriptions, width: widthOf(stderr), paint: painter(stderr, env), maxTotals };

  stderr.write("Asking for prices; nothing is bought yet.\n");
  const quotation = await unlessStopped(signal, () =>
    purchaser.plan(asked, {
      signal: AbortSignal.any([signal, AbortSignal.timeout(timeout * 1000)]),
      concurrency,
      twins,
      ...(maxTotals ? { maxTotals } : {}),
      // What is raised is said, and agreed to with the rest.
      raiseLimits: true,
    }),
  );
  stderr.write(`\n${quoteText(quotation, layout)}\n`);
  if (quotation.error) throw new RefusedError(quotation.error);
  const { raises = [] } = quotation;
  if (raises.length > mostInQuestion) stderr.write(`${raises.map((raise) => `Raises ${raise}\n`).join("")}\n`);

  const answer = await unlessStopped(signal, () => parts.confirm(spendingQuestion(quotation, newAt), signal));
  if (answer === "stopped") throw aborted("Stopped");
  if (answer === "no") throw aborted("You said no");
  return { agreement: agreementTo(quotation), raiseLimits: raises.length > 0 };
}

/** As many limits are named in a question; more are listed above it. */
const mostInQuestion = 5;

/** The question after the prices. `newLedger`: where the ledger is, if it would be a new one. */
export function spendingQuestion(plan: ExecutionPlan, newLedger?: string): string {
  const question = `${raisedText(plan)}${whatToDo(plan)}`;
  if (newLedger === undefined) return question;
  return `This begins a new, empty ledger at ${cleanText(newLedger)}, which knows nothing of what was bought before. ${question}`;
}

/** What of the recorded limits a yes raises. */
function raisedText({ raises = [] }: ExecutionPlan): string {
  if (raises.length === 0) return "";
  const named = raises.length > mostInQuestion ? `${raises.length} of them, listed above` : raises.join(", ");
  return `The file allows more than the recorded limits; a yes raises ${named}. `;
}

function whatToDo({ recommendations, totals }: ExecutionPlan): string {
  const of = (...verdicts: readonly PlannedRecommendation["verdict"][]) =>
    recommendations.filter(({ verdict }) => verdicts.includes(verdict)).length;
  const [spending, unsure, open] = [of("buy"), of("refuse"), of("reconcile", "held")];
  if (spending + unsure + open === 0) {
    const before = of("written-off") === 0 ? "bought before" : "bought before, or written off";
    return `All of it was ${before}. Drive it again to see how it stands?`;
  }
  const rest = open === 0 ? [] : [`find out about ${open} that may be bought or under way, and buy what is not`];
  if (spending === 0 && open === 0) return "Nothing can be bought as it stands. Report it all the same?";
  const commitments = spending === 1 ? "1 commitment" : `${spending} commitments`;
  const buy = spending === 0 ? [] : [`buy ${commitments} for ${totals.buy.map(formatMoney).join(" and ")}`];
  const question = [...buy, ...rest].join(" and ");
  return `${question.charAt(0).toUpperCase()}${question.slice(1)}? This cannot be undone.`;
}

/** What was shown: each price is the most that may be paid for its token. */
export function agreementTo({ executionId, termsVersion, recommendations }: ExecutionPlan): Agreement {
  const shown = recommendations.flatMap(({ token, price, verdict }) =>
    price === undefined || verdict === "refuse" ? [] : [[token, price] as const],
  );
  return { termsVersions: { [executionId]: termsVersion }, prices: Object.fromEntries(shown) };
}

async function unlessStopped<T>(signal: AbortSignal, run: () => Promise<T>): Promise<T> {
  try {
    const result = await run();
    if (!signal.aborted) return result;
  } catch (error) {
    if (!signal.aborted) throw error;
  }
  throw aborted("Stopped");
}

/** A person said no, or stopped it. */
export function aborted(reason: string, consequence = "nothing was sent, nothing was bought"): BuyonceError {
  return new BuyonceError({ code: "aborted", message: `${reason}: ${consequence}.` });
}

/** What a person is asked about before a redrive. */
export interface Redriving {
  readonly ledger: Pick<Ledger, "execution">;
  readonly records: readonly TokenRecord[];
  /** What each record asks for, in their order. */
  readonly descriptions: readonly string[];
  readonly parts: CommandParts;
  /** Ends the question. */
  readonly signal: AbortSignal;
}

/** What is shown of records: each under the terms of its execution, and at most at its limit or the price that it was sent at. */
async function agreementOnRecords(
  records: readonly TokenRecord[],
  ledger: Pick<Ledger, "execution">,
): Promise<Agreement> {
  const termsVersions: Record<string, number> = {};
  for (const executionId of new Set(records.map((record) => record.executionId))) {
    termsVersions[executionId] = (await ledger.execution(executionId))?.termsVersion ?? 0;
  }
  const limitOf = ({ submission, recommendation: { maxPrice } }: TokenRecord) => maxPrice ?? submission?.price ?? null;
  return { termsVersions, prices: Object.fromEntries(records.map((record) => [record.token, limitOf(record)])) };
}

/** Shows what would be driven again, and asks. Returns what the person agreed to. Throws a BuyonceError `aborted` where the person says no, or stops. */
export async function agreeOnRedriving({
  records,
  descriptions,
  ledger,
  parts,
  signal,
}: Redriving): Promise<Agreement> {
  const { stderr, env } = parts.terminal;
  const agreement = await agreementOnRecords(records, ledger);
  const paint = painter(stderr, env);
  const table = layOut(
    [
      { title: "#", minimum: 5, align: "right", paint: (line) => paint("dim", line) },
      { title: "what", minimum: 20, isWhole: true },
      { title: "stands", minimum: 9 },
      { title: "limit", minimum: 0, isWhole: true, align: "right" },
    ],
    records.map((record, index) => [
      String(record.recIndex),
      whatText(descriptions[index], payerOf(record.recommendation)),
      standText(record),
      limitText(record),
    ]),
    widthOf(stderr),
    paint,
    executionHeadings(records),
  );
  stderr.write(`\n${table}\n`);
  const answer = await parts.confirm(redrivingQuestion(records), signal);
  if (answer === "yes" && !signal.aborted) return agreement;
  throw aborted(answer === "no" ? "You said no" : "Stopped");
}

function limitText({ state, recommendation: { maxPrice } }: TokenRecord): string {
  if (state === "purchased" || state === "written-off") return "";
  return maxPrice ? whole(formatMoney(maxPrice)) : "none";
}

/** How it stands: a person's decision says more than the state that follows from it. */
function standText({ state, parkedAt, decision }: TokenRecord): string {
  if (parkedAt !== undefined) return "parked";
  const isLast = state === "written-off" || (state === "claimed" && decision?.kind === "not-bought");
  return cleanText(isLast && decision ? decisionText(decision) : state);
}

/** The question: how many recommendations of how many executions, and what may come of it. */
export function redrivingQuestion(records: readonly TokenRecord[]): string {
  const executions = new Set(records.map(({ executionId }) => executionId)).size;
  const counted = (count: number, word: string) => `${count} ${word}${count === 1 ? "" : "s"}`;
  const about = `${counted(records.length, "recommendation")} of ${counted(executions, "execution")}`;
  // What is pending may prove to have come to nothing: then it is bought anew.
  const isOpen = (record: TokenRecord) =>
    record.state === "purchased" ? isPending(record) : record.state !== "written-off";
  const open = records.filter(isOpen).length;
  if (open === 0) {
    const before = records.every(({ state }) => state === "purchased")
      ? "bought before"
      : "bought before, or written off";
    return `Look again at ${about}? All of it was ${before}.`;
  }
  return `Drive ${about} again? Up to ${open} may be bought. This cannot be undone.`;
}
