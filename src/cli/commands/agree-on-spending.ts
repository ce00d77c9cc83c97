import type { Purchaser } from "../../drive/purchaser.ts";
import { BuyonceError, RefusedError } from "../../spec/errors.ts";
import type { Execution } from "../../spec/recommendation.ts";
import type { DriveCommandOptions } from "./command-options.ts";
import type { DriveParts } from "./command-parts.ts";
import { quoteText } from "../text/quote-text.ts";
import { spendingQuestion, withShownPrices } from "./spending-text.ts";
import { painter, widthOf } from "../terminal/terminal.ts";

/** What a person is asked about. */
export interface Spending {
  readonly execution: Execution;
  readonly purchaser: Purchaser;
  readonly descriptions: readonly string[];
  readonly options: DriveCommandOptions;
  readonly parts: DriveParts;
  /** Ends the question. */
  readonly signal: AbortSignal;
}

/**
 * Shows what would be spent, and asks. Returns the execution as the person agreed to it, the shown prices as its limits;
 * throws a BuyonceError `aborted` where the person says no, or stops, and a RefusedError where it comes to more than the
 * totals.
 */
export async function agreeOnSpending(spending: Spending): Promise<Execution> {
  const { execution, purchaser, descriptions, options, parts, signal } = spending;
  const { stderr, env } = parts.terminal;
  const { timeout, concurrency, maxTotals } = options;
  const layout = { descriptions, width: widthOf(stderr), paint: painter(stderr, env), maxTotals };

  stderr.write("Asking for prices; nothing is bought yet.\n");
  const quotation = await stoppable(signal, () =>
    purchaser.quote(execution, {
      signal: AbortSignal.any([signal, AbortSignal.timeout(timeout * 1000)]),
      concurrency,
      ...(maxTotals ? { maxTotals } : {}),
    }),
  );
  stderr.write(`\n${quoteText(quotation, layout)}\n`);
  if (quotation.error) throw new RefusedError(quotation.error);

  const answer = await stoppable(signal, () => parts.confirm(spendingQuestion(quotation), signal));
  if (answer === "stopped") throw aborted("Stopped");
  if (answer === "no") throw aborted("You said no");
  return withShownPrices(execution, quotation);
}

async function stoppable<T>(signal: AbortSignal, run: () => Promise<T>): Promise<T> {
  try {
    const result = await run();
    if (!signal.aborted) return result;
  } catch (error) {
    if (!signal.aborted) throw error;
  }
  throw aborted("Stopped");
}

function aborted(reason: string): BuyonceError {
  return new BuyonceError({ code: "aborted", message: `${reason}: nothing was sent, nothing was bought.` });
}
