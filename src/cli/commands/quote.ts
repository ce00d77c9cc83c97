import type { Quotation } from "../../drive/plan-execution.ts";
import { validateExecution } from "../../drive/validate.ts";
import { BuyonceError } from "../../contract/errors.ts";
import type { Money } from "../../contract/money.ts";
import { close } from "../resources/close.ts";
import { endpointsAt, providersNamedIn, realClouds } from "../resources/providers.ts";
import { readExecutionFile } from "../resources/read-execution-file.ts";
import { type ExitCode, exitCodes } from "../terminal/exit-code.ts";
import { noteOn } from "../terminal/note.ts";
import { painter, widthOf } from "../terminal/terminal.ts";
import { jsonQuotation } from "../text/json-documents.ts";
import { quoteText } from "../text/quote-text.ts";
import {
  checkEndpoints,
  checkSpending,
  type CloudCommandOptions,
  defaultFiles,
  requestTimeout,
} from "./command-options.ts";
import type { CommandParts } from "./command-parts.ts";
import { stoppable } from "./interruptible.ts";

/** The options of `buyonce quote`, parsed. */
export interface QuoteCommandOptions extends CloudCommandOptions {
  readonly concurrency: number;
  /** Seconds after which it gives up. */
  readonly timeout: number;
  readonly maxTotals?: readonly Money[] | undefined;
}

/**
 * `buyonce quote`: says what a drive of a file would do and cost. Buys nothing and writes nothing. Returns the exit code.
 * Throws a BuyonceError where there is no quotation: bad usage or a bad file, a ledger that cannot be used, an interruption.
 */
export async function quoteCommand(file: string, options: QuoteCommandOptions, parts: CommandParts): Promise<ExitCode> {
  const { terminal } = parts;
  const note = noteOn(terminal.stderr);
  checkEndpoints(options);
  const input = await readExecutionFile(file);
  const needed = providersNamedIn(input);
  validateExecution(input, await parts.createProviders(needed, options.endpoints, requestTimeout));
  const real = options.sandbox ? [] : realClouds(needed, options.endpoints);
  // It buys nothing, so nobody is asked.
  checkSpending(needed, real, { yes: true }, terminal);

  const sandbox = options.sandbox ? await parts.startSandbox(defaultFiles.sandboxState) : undefined;
  try {
    const endpoints = sandbox ? endpointsAt(sandbox.url) : options.endpoints;
    const providers = await parts.createProviders(needed, endpoints, requestTimeout);
    const location = options.ledger ?? (real.length > 0 ? defaultFiles.ledger : defaultFiles.sandboxLedger);
    const ledger = await parts.openLedger(location, { emptyIfMissing: true });
    try {
      const purchaser = parts.createPurchaser({ ledger, providers });
      const { recommendations } = purchaser.validate(input);
      const { concurrency, timeout, maxTotals } = options;
      const quotation = await stoppable(parts, "nothing was sent, nothing was bought", async (stopped) => {
        const late = AbortSignal.timeout(timeout * 1000);
        const signal = AbortSignal.any([stopped, late]);
        const found = await purchaser.quote(input, { signal, concurrency, ...(maxTotals ? { maxTotals } : {}) });
        if (stopped.aborted) throw new DOMException("stopped", "AbortError");
        if (late.aborted) throw tooSlow(timeout);
        return found;
      });
      const layout = { width: widthOf(terminal.stdout), paint: painter(terminal.stdout, terminal.env), maxTotals };
      const descriptions = recommendations.map((recommendation) => purchaser.describe(recommendation));
      terminal.stdout.write(
        options.json
          ? jsonQuotation(quotation)
          : `${quoteText(quotation, { ...layout, descriptions })}\nNothing was bought.\n`,
      );
      return exitCodeOfQuotation(quotation);
    } finally {
      await close("ledger", ledger, note);
    }
  } finally {
    await close("sandbox", sandbox, note);
  }
}

/** As that of the drive would be: what has to be found out first weighs more than what would be refused. */
function exitCodeOfQuotation({ recommendations, error }: Quotation): ExitCode {
  const verdicts = new Set(recommendations.map(({ verdict }) => verdict));
  if (verdicts.has("reconcile") || verdicts.has("held")) return exitCodes.unclear;
  return error !== undefined || verdicts.has("refuse") ? exitCodes.notBought : exitCodes.bought;
}

function tooSlow(timeout: number): BuyonceError {
  return new BuyonceError({
    code: "quote-failed",
    message: `Not everything could be quoted within ${timeout} s. Nothing was bought. Try again, with a longer --timeout if this goes on.`,
    retryable: true,
  });
}
