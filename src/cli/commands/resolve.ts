import type { Decision } from "../../drive/resolve-by-person.ts";
import type { Outcome } from "../../contract/report.ts";
import { close } from "../resources/close.ts";
import { providersOf, recordsOf } from "../resources/ledger-records.ts";
import { type ExitCode, exitCodeOf, exitCodes, usageError } from "../terminal/exit-code.ts";
import { noteOn } from "../terminal/note.ts";
import { jsonOutcome } from "../text/json-documents.ts";
import { againFromLedger } from "../text/next-steps.ts";
import { resolveText } from "../text/resolve-text.ts";
import {
  checkEndpoints,
  checkExecutionId,
  type CloudCommandOptions,
  ledgerOf,
  textArgument,
} from "./command-options.ts";
import type { CommandParts } from "./command-parts.ts";
import { stoppable } from "./interruptible.ts";
import { withPurchaser } from "./with-purchaser.ts";

/** The options of `buyonce resolve`, parsed. */
export interface ResolveCommandOptions extends CloudCommandOptions {
  /** The id of the commitment that it became. */
  readonly bought?: string | undefined;
  readonly notBought: boolean;
  readonly person: string;
  readonly reason: string;
}

/**
 * `buyonce resolve`: records what a person found out about a purchase whose outcome nobody could tell. Returns the exit
 * code. Throws a BuyonceError: bad usage, a RefusedError of the guard that contradicts, a ledger that cannot be used.
 */
export async function resolveCommand(
  executionId: string,
  recIndex: number,
  options: ResolveCommandOptions,
  parts: CommandParts,
): Promise<ExitCode> {
  const { terminal } = parts;
  const note = noteOn(terminal.stderr);
  checkExecutionId(executionId);
  const decision: Decision = { executionId, recIndex, ...whatIsSaid(options) };
  checkEndpoints(options);

  const ledger = await parts.openLedger(ledgerOf(options), { mustExist: true });
  try {
    const record = (await recordsOf(ledger, executionId)).find((candidate) => candidate.recIndex === recIndex);
    if (record === undefined) {
      throw usageError(`The ledger knows no recommendation #${recIndex} of this execution. Nothing was recorded.`);
    }
    const needed = providersOf([record]);
    return await withPurchaser({ ledger, needed, options, parts }, async (purchaser) => {
      const outcome = await stoppable(parts, "nothing was recorded", (signal) =>
        purchaser.resolve(decision, { signal }),
      );
      const again = againFromLedger(executionId);
      terminal.stdout.write(options.json ? jsonOutcome(outcome) : resolveText(outcome, decision, again));
      return isRecorded(outcome) ? exitCodes.bought : exitCodeOf([outcome]);
    });
  } finally {
    await close("ledger", ledger, note);
  }
}

function whatIsSaid({
  bought,
  notBought,
  person,
  reason,
}: ResolveCommandOptions): Pick<Decision, "finding" | "person" | "reason"> {
  if ((bought !== undefined) === notBought) {
    throw usageError("Say what became of it: exactly one of --bought ID and --not-bought. Nothing was recorded.");
  }
  const said = (option: string, text: string) => textArgument(option, text, "Nothing was recorded");
  return {
    finding: bought === undefined ? "not-bought" : { bought: said("--bought", bought) },
    person: said("--person", person),
    reason: said("--reason", reason),
  };
}

/** Not bought is recorded as a refusal that the next drive lifts. */
function isRecorded({ status, error }: Outcome): boolean {
  return status === "refused" && error?.code === "resolved-as-not-bought";
}
