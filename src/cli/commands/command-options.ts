import { parseEndpoint } from "../../contract/endpoint.ts";
import type { Money } from "../../contract/money.ts";
import { textProblem } from "../../contract/text-problem.ts";
import { isPostgres } from "../resources/open-ledger.ts";
import type { Endpoints, ProviderName } from "../resources/providers.ts";
import { usageError } from "../terminal/exit-code.ts";
import { canAsk, type Terminal } from "../terminal/terminal.ts";

/** Where things lie unless the command line says otherwise, relative to the working directory. */
export const defaultFiles = {
  ledger: ".buyonce/ledger.db",
  /** Records of imitated purchases never mix with those of real ones. */
  sandboxLedger: ".buyonce/sandbox-ledger.db",
  sandboxState: ".buyonce/sandbox.json",
} as const;

/** What SQLite keeps beside a database, by the end of its name. */
const besideLedger = ["", "-wal", "-shm", "-journal"];

/** The files of ledgers and of imitations, whether they are there or not: nothing else may be written to them. */
export function ownFiles({ ledger }: Pick<CloudCommandOptions, "ledger">): readonly string[] {
  const { sandboxState } = defaultFiles;
  const ledgers = [ledger ?? [], defaultFiles.ledger, defaultFiles.sandboxLedger].flat();
  return [
    ...ledgers.flatMap((file) => besideLedger.map((end) => `${file}${end}`)),
    sandboxState,
    `${sandboxState}.lock`,
  ];
}

/** The options of every command that reads a ledger and asks a cloud, parsed. */
export interface CloudCommandOptions {
  /** A file, or the URL of a PostgreSQL database. */
  readonly ledger?: string | undefined;
  readonly sandbox: boolean;
  readonly endpoints: Endpoints;
  readonly json: boolean;
}

/** The options of every command that may buy, parsed. */
export interface BuyCommandOptions extends CloudCommandOptions {
  readonly concurrency: number;
  /** Seconds by which it has reported. */
  readonly timeout: number;
  readonly yes: boolean;
  /** The most that it may spend, per currency. */
  readonly maxTotals?: readonly Money[] | undefined;
  /** The file that an HTML page about it is written to. */
  readonly report?: string | undefined;
}

/** The longest that one purchase request may take by itself, in milliseconds; never more than half of the drive. */
const maxPurchaseTimeout = 60_000;

/** Milliseconds that one purchase request may take, in a drive of so many seconds. */
export function purchaseTimeoutOf(timeout: number): number {
  return Math.min(maxPurchaseTimeout, (timeout * 1000) / 2);
}

/** Milliseconds for a purchase request of a command that makes none. */
export const requestTimeout = 60_000;

/** The ledger of a command that has no file to say which clouds are meant: with an imitation, that of imitations. */
export function ledgerOf({ ledger, sandbox, endpoints }: CloudCommandOptions): string {
  const imitated = sandbox || Object.values(endpoints).some((endpoint) => parseEndpoint(endpoint).insecure);
  return ledger ?? (imitated ? defaultFiles.sandboxLedger : defaultFiles.ledger);
}

/** Throws a usage error for endpoints or a ledger that cannot be used, or not together with the rest. */
export function checkEndpoints({ ledger, sandbox, endpoints }: CloudCommandOptions): void {
  if (ledger !== undefined) isPostgres(ledger);
  const given = Object.values(endpoints);
  if (sandbox && given.length > 0) {
    throw usageError(
      "--sandbox brings its own endpoints: leave out --azure-endpoint, --aws-endpoint and --gcp-endpoint, or --sandbox.",
    );
  }
  for (const endpoint of given) parseEndpoint(endpoint);
}

/**
 * An id, a name or a reason from the command line, without the spaces around it. Throws a usage error for one that is
 * damaged or holds what does not show: `name` is what the command line calls it, `consequence` ends the message, as in
 * "Nothing was sent".
 */
export function textArgument(name: string, text: string, consequence: string): string {
  const trimmed = text.replaceAll(/^ +| +$/g, "");
  const problem = textProblem(trimmed);
  if (problem !== undefined) throw usageError(`${name} ${problem}. ${consequence}.`);
  return trimmed;
}

/** Throws a usage error for an execution id that no execution can have. */
export function checkExecutionId(executionId: string | undefined): void {
  const problem = executionId === undefined ? undefined : textProblem(executionId);
  if (problem !== undefined) throw usageError(`The execution id ${problem}. Nothing was sent.`);
}

/**
 * Throws a usage error where money could move without anybody having agreed to it, or into a ledger of imitated
 * purchases. `needed` are the providers that are needed, `real` those of them whose requests can spend money.
 */
export function checkSpending(
  needed: readonly ProviderName[],
  real: readonly ProviderName[],
  { yes }: Pick<BuyCommandOptions, "yes">,
  terminal: Terminal,
): void {
  if (real.length > 0 && real.length < needed.length) {
    const missing = real.map((name) => `--${name}-endpoint`).join(" and ");
    throw usageError(
      `This would be driven partly against an imitation and partly against the real ${real.join(" and ")}, and one ledger must not hold both. Give ${missing} too, or none. Nothing was sent.`,
    );
  }
  if (real.length > 0 && !yes && !canAsk(terminal)) {
    throw usageError(
      `This would spend real money (${real.join(" and ")}), and there is no terminal to ask at. Give --yes to buy without being asked, or --sandbox to try it out. Nothing was sent.`,
    );
  }
}
