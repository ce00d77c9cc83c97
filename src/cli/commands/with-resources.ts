import type { Purchaser } from "../../purchaser.ts";
import { messageOf } from "../../contract/errors.ts";
import type { Provider } from "../../contract/executor.ts";
import type { Ledger } from "../../contract/ledger.ts";
import type { OpenLedgerOptions } from "../resources/open-ledger.ts";
import { type Endpoints, endpointsAt, type ProviderName, realClouds } from "../resources/providers.ts";
import { usageError } from "../terminal/exit-code.ts";
import { canAsk, noteOn, type Terminal } from "../terminal/terminal.ts";
import {
  checkEndpoints,
  checkExecutionId,
  checkLedgerOfReal,
  endpointsOf,
  isRealLedger,
  ledgerOf,
  realLedger,
} from "./option-checks.ts";
import type { CommandParts, RunningSandbox } from "./command-parts.ts";
import { type BuyOptions, type CloudOptions, defaultFiles } from "./option-groups.ts";

/** The longest that one purchase request may take by itself, in milliseconds; never more than half of the drive. */
const maxPurchaseTimeout = 60_000;

/** Milliseconds for a purchase request of a command that makes none. */
export const requestTimeout = 60_000;

/** Milliseconds that one purchase request may take, in a drive of so many seconds. */
export function purchaseTimeoutOf(timeout: number): number {
  return Math.min(maxPurchaseTimeout, (timeout * 1000) / 2);
}

/** Runs a command with a ledger, which is closed afterwards. Throws what opening it throws, and whatever `run` throws. */
export async function withLedger<T>(
  location: string,
  how: OpenLedgerOptions,
  { openLedger, terminal }: Pick<CommandParts, "openLedger" | "terminal">,
  run: (ledger: Ledger) => Promise<T>,
): Promise<T> {
  const ledger = await openLedger(location, how);
  try {
    return await run(ledger);
  } finally {
    await closeNoted("ledger", ledger, noteOn(terminal.stderr));
  }
}

/**
 * Runs a command about a ledger that is there, and about one execution where one is named. Throws a usage error for an id, an
 * endpoint or a ledger that cannot be; and as `withLedger`.
 */
export async function withKnownLedger<T>(
  executionId: string | undefined,
  options: CloudOptions,
  parts: Pick<CommandParts, "openLedger" | "terminal" | "configuration">,
  run: (ledger: Ledger) => Promise<T>,
): Promise<T> {
  checkEndpoints(options);
  checkExecutionId(executionId);
  return withLedger(ledgerOf(options, parts), { mustExist: true }, parts, run);
}

/** The providers of a command, as its options and its configuration say. Nothing is sent. Throws for settings that cannot be used. */
export async function buildProviders(
  needed: readonly ProviderName[],
  {
    endpoints,
    purchaseTimeout,
    parts: { createProviders, configuration, terminal },
  }: { readonly endpoints: Endpoints; readonly purchaseTimeout: number; readonly parts: CommandParts },
): Promise<readonly Provider[]> {
  return createProviders(needed, endpoints, purchaseTimeout, { configuration, variables: terminal.env });
}

/** Which clouds a command asks, and what for. */
interface Needs {
  readonly needed: readonly ProviderName[];
  readonly options: CloudOptions;
  readonly parts: CommandParts;
  /** Of a command that may buy: whether anybody has agreed to that, and how many seconds it has. */
  readonly buying?: Pick<BuyOptions, "yes" | "timeout">;
}

/** The clouds that a command asks. */
export interface Clouds {
  readonly providers: readonly Provider[];
  /** Those whose requests can spend money. */
  readonly real: readonly ProviderName[];
  /** The imitation that stands in for all of them. */
  readonly sandbox: RunningSandbox | undefined;
}

/**
 * Runs a command with the clouds that it needs: the real ones, or those of a sandbox, which is closed afterwards. Throws a
 * usage error where money could move without anybody having agreed to it, and whatever `run` throws.
 */
export async function withClouds<T>(
  { needed, options, parts, buying }: Needs,
  run: (clouds: Clouds) => Promise<T>,
): Promise<T> {
  const { terminal } = parts;
  const note = noteOn(terminal.stderr);
  const given = endpointsOf(options);
  const real = options.sandbox ? [] : realClouds(needed, given);
  checkSpending(needed, real, buying === undefined || buying.yes === true, terminal);
  if (real.length > 0) checkLedgerOfReal(options, parts);
  const stateFile = defaultFiles.sandboxState;
  if (buying && real.length === 0) noteLedgerOfTrial(options, parts);
  const sandbox = options.sandbox ? await parts.startSandbox({ stateFile, clouds: needed }) : undefined;
  try {
    if (sandbox && buying) note(`Sandbox at ${sandbox.url}, its state in ${stateFile}: nothing is spent.`);
    const endpoints = sandbox ? endpointsAt(sandbox.url) : given;
    const purchaseTimeout = buying ? purchaseTimeoutOf(buying.timeout) : requestTimeout;
    const providers = await buildProviders(needed, { endpoints, purchaseTimeout, parts });
    return await run({ providers, real, sandbox });
  } finally {
    await closeNoted("sandbox", sandbox, note);
  }
}

/** Runs what buys nothing, so that nobody is asked, with a purchaser for the clouds that it needs. Throws as `withClouds`. */
export async function withPurchaser<T>(
  ledger: Ledger,
  needs: Omit<Needs, "buying">,
  run: (purchaser: Purchaser<unknown>) => Promise<T>,
): Promise<T> {
  return withClouds(needs, async ({ providers }) => run(await needs.parts.createPurchaser({ ledger, providers })));
}

/** What is set for real purchases is the real ledger: in it, a trial would pass for purchases. */
function noteLedgerOfTrial({ ledger }: CloudOptions, parts: CommandParts): void {
  const real = realLedger(parts);
  if (real === undefined) return;
  const note = noteOn(parts.terminal.stderr);
  if (ledger === undefined) {
    note(`This trial is recorded in ${defaultFiles.sandboxLedger}, not in the ledger that ${real.by} names.`);
  } else if (isRealLedger(ledger, parts)) {
    note(
      `This trial is recorded in the ledger that ${real.by} names. If real purchases are in it, stop, and leave out --ledger.`,
    );
  }
}

/**
 * Throws a usage error where money could move without anybody having agreed to it, or where one ledger would hold both imitated
 * and real purchases. `needed` are the providers that are needed, `real` those of them whose requests can spend money.
 */
function checkSpending(
  needed: readonly ProviderName[],
  real: readonly ProviderName[],
  agreed: boolean,
  terminal: Terminal,
): void {
  if (real.length > 0 && real.length < needed.length) {
    const missing = real.map((name) => `--${name}-endpoint`).join(" and ");
    throw usageError(
      `This would be driven partly against an imitation and partly against the real ${real.join(" and ")}, and one ledger must not hold both. Give ${missing} too, or none. Nothing was sent.`,
    );
  }
  if (real.length > 0 && !agreed && !canAsk(terminal)) {
    throw usageError(
      `This would spend real money (${real.join(" and ")}), and there is no terminal to ask at. Give --yes to buy without being asked, or --sandbox to try it out. Nothing was sent.`,
    );
  }
}

/** Closes what was opened; what goes wrong then is noted, and changes nothing about what was bought. */
export async function closeNoted(
  name: string,
  resource: { close(): Promise<void> } | undefined,
  note: (text: string) => void,
): Promise<void> {
  try {
    await resource?.close();
  } catch (error) {
    note(`The ${name} did not close cleanly: ${messageOf(error)}`);
  }
}
