import type { Command } from "commander";
import type { AzureSandboxOptions } from "../../../providers/sandbox/index.ts";
import type { Purchaser, PurchaserOptions } from "../../purchaser.ts";
import type { Provider } from "../../contract/executor.ts";
import type { Ledger } from "../../contract/ledger.ts";
import type { OpenLedgerOptions } from "../resources/open-ledger.ts";
import type { Configuration } from "../resources/configuration.ts";
import type { Configured, Endpoints, ProviderName } from "../resources/providers.ts";
import type { ExitCode } from "../terminal/exit-code.ts";
import type { InterruptHandlers } from "../terminal/interrupt.ts";
import type { Answer, Questions, Terminal } from "../terminal/terminal.ts";

/** What the module of a command holds; its name, arguments and description stand in the program. */
export interface CommandModule<Arguments extends readonly unknown[], Options> {
  /** Adds its options: each is written once, here, and its type follows from that (`OptionsOf`). */
  readonly addOptions: (command: Command) => { opts(): Options };
  /** What its help says below the options. */
  readonly help?: string;
  /** Does it, and returns the exit code. Throws a BuyonceError where there is nothing to report. */
  readonly action: (...given: [...Arguments, Options, CommandParts]) => Promise<ExitCode>;
}

/** A command about one execution, or where none is named about all. */
export type ExecutionsModule<Options> = CommandModule<[executionId: string | undefined], Options>;

/** A running imitation of the clouds. */
export interface RunningSandbox {
  readonly url: string;
  /** How many purchases it was asked for since it started. */
  purchaseRequests(): number;
  close(): Promise<void>;
}

/** Where an imitation of the clouds listens and keeps its state. */
export interface StartSandboxOptions {
  /** 0, and unless it is given: any free port. */
  readonly port?: number;
  /** Unless it is given, the state is in memory only. */
  readonly stateFile?: string;
  /** How the imitated Azure behaves. */
  readonly azure?: Pick<AzureSandboxOptions, "writeLimit">;
  /** The clouds that are imitated; unless they are given, all. */
  readonly clouds?: readonly ProviderName[];
}

/** What the commands are put together from; tests hand in their own. */
export interface CommandParts {
  readonly terminal: Terminal;
  /** Of the command that runs; undefined where there is none. */
  readonly configuration?: Configuration | undefined;
  readonly createProviders: (
    names: readonly ProviderName[],
    endpoints: Endpoints,
    purchaseTimeout: number,
    configured?: Configured,
  ) => Promise<readonly Provider[]>;
  readonly openLedger: (location: string, options?: OpenLedgerOptions) => Promise<Ledger>;
  readonly createPurchaser: (options: PurchaserOptions) => Purchaser<unknown> | Promise<Purchaser<unknown>>;
  readonly startSandbox: (options: StartSandboxOptions) => Promise<RunningSandbox>;
  readonly confirm: (question: string, signal: AbortSignal) => Promise<Answer>;
  readonly questions: Questions;
  /** Milliseconds since 1970. */
  readonly now: () => number;
  /** Listens for Ctrl-C and the other signals that end a command until the returned function is called. */
  readonly onInterrupt: (handlers: InterruptHandlers) => () => void;
  /** Ends the process at once. */
  readonly exit: (code: ExitCode) => void;
}

/** What a command finds around it: the variables, and its configuration. */
export interface Surroundings extends Pick<CommandParts, "configuration"> {
  readonly terminal: Pick<Terminal, "env">;
}
