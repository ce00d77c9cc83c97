import type { Purchaser, PurchaserOptions } from "../../purchaser.ts";
import type { Provider } from "../../contract/executor.ts";
import type { Ledger } from "../../contract/ledger.ts";
import type { OpenLedgerOptions } from "../resources/open-ledger.ts";
import type { Endpoints, ProviderName } from "../resources/providers.ts";
import type { Answer } from "../terminal/confirm.ts";
import type { ExitCode } from "../terminal/exit-code.ts";
import type { InterruptHandlers } from "../terminal/interrupt.ts";
import type { Terminal } from "../terminal/terminal.ts";

/** A running imitation of the clouds. */
export interface RunningSandbox {
  readonly url: string;
  /** How many purchases it was asked for since it started. */
  purchaseRequests(): number;
  close(): Promise<void>;
}

/** What the commands are put together from; tests hand in their own. */
export interface CommandParts {
  readonly terminal: Terminal;
  readonly createProviders: (
    names: readonly ProviderName[],
    endpoints: Endpoints,
    purchaseTimeout: number,
  ) => Promise<readonly Provider[]>;
  readonly openLedger: (location: string, options?: OpenLedgerOptions) => Promise<Ledger>;
  readonly createPurchaser: (options: PurchaserOptions) => Purchaser;
  readonly startSandbox: (stateFile: string) => Promise<RunningSandbox>;
  readonly confirm: (question: string, signal: AbortSignal) => Promise<Answer>;
  /** Milliseconds since 1970. */
  readonly now: () => number;
  /** Listens for Ctrl-C and the other signals that end a command until the returned function is called. */
  readonly onInterrupt: (handlers: InterruptHandlers) => () => void;
  /** Ends the process at once. */
  readonly exit: (code: ExitCode) => void;
}
