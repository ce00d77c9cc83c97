import type { DriveJobs } from "../../contract/drive-jobs.ts";
import { LedgerError } from "../../contract/errors.ts";
import type { Ledger } from "../../contract/ledger.ts";
import { createMemoryLedger } from "../../ledger/memory-ledger.ts";
import { ledgerText } from "../../ledger/ledger-location.ts";
import { placeOfLedger } from "../resources/open-ledger.ts";
import { usageError } from "../terminal/exit-code.ts";
import { noteOn } from "../terminal/terminal.ts";
import type { CommandParts } from "./command-parts.ts";
import { closeNoted } from "./with-resources.ts";

/** The ledger of a command that may begin a new one. */
export interface DriveLedger {
  /** To look into before anybody agreed: where a new one would be made, an empty one in memory. */
  readonly before: Ledger;
  /** To record in. A new one is made by this, so call it once it is agreed what is driven. */
  readonly begin: () => Promise<Ledger>;
  /** Where the ledger is, if it is a new one against a real cloud: in a sandbox one is made without a word. */
  readonly newAt: string | undefined;
}

/** Which ledger, and what may be done about one that is missing. */
export interface DriveLedgerOptions {
  readonly location: string;
  /** Nothing is spent. Else money can move, and a new ledger knows nothing of what was bought, so somebody has to want it. */
  readonly imitation: boolean;
  /** A person is asked before anything is bought. */
  readonly asks: boolean;
  /** It was said beforehand that a new one is wanted. */
  readonly newLedger: boolean | undefined;
  /** Told what may be driven. Default: nobody. */
  readonly jobs?: DriveJobs;
}

/**
 * Runs a command with its ledger, which is closed afterwards. One that does not exist is made: in a sandbox without a word,
 * against a real cloud where a person agrees to it, or `--new-ledger` does. Throws a usage error where nobody does, before
 * anything is made; and whatever opening it or `run` throws.
 */
export async function withDriveLedger<T>(
  { location, imitation, asks, newLedger, ...told }: DriveLedgerOptions,
  { openLedger, terminal }: Pick<CommandParts, "openLedger" | "terminal">,
  run: (ledger: DriveLedger) => Promise<T>,
): Promise<T> {
  let opened = await unlessMissing(openLedger(location, { mustExist: true, ...told }));
  const newAt = opened === undefined && !imitation ? ledgerText(placeOfLedger(location)) : undefined;
  if (newAt !== undefined && !asks && newLedger !== true) throw nobodyWantsIt(newAt);
  const before = opened ?? createMemoryLedger();
  const begin = async () => (opened ??= await openLedger(location, told));
  try {
    return await run({ before, begin, newAt });
  } finally {
    await closeNoted("ledger", opened, noteOn(terminal.stderr));
  }
}

async function unlessMissing(opening: Promise<Ledger>): Promise<Ledger | undefined> {
  try {
    return await opening;
  } catch (error) {
    if (LedgerError.isInstance(error) && error.code === "ledger-missing") return undefined;
    throw error;
  }
}

function nobodyWantsIt(place: string) {
  return usageError(
    `There is no ledger at ${place}, and a new, empty ledger knows nothing of what was bought before: name the one that earlier drives used (--ledger or BUYONCE_LEDGER), or give --new-ledger to begin a new one. Nothing was made, nothing was sent.`,
  );
}
