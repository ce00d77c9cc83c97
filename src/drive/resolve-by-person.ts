import { checkTexts } from "../contract/check-texts.ts";
import { RefusedError } from "../contract/errors.ts";
import type { TokenRecord } from "../contract/ledger.ts";
import { notRecorded } from "../contract/not-recorded.ts";
import type { Outcome } from "../contract/report.ts";
import { termsMovedOn } from "../contract/terms.ts";
import { decideBought } from "./decide-bought.ts";
import { decideNotBought } from "./decide-not-bought.ts";
import { decideNotThis } from "./decide-not-this.ts";
import type { DriveParts } from "./drive-context.ts";
import type { DriveOptions } from "./drive-execution.ts";
import { isOpen } from "./outcome-of-record.ts";
import type { ExecutorOf } from "./validate.ts";
import { withClaim } from "./with-claim.ts";
import { writeOff } from "./write-off.ts";

/** What a person found out about a recommendation that no drive can settle. */
export interface Decision {
  readonly executionId: string;
  readonly recIndex: number;
  readonly finding: PersonFinding;
  /** Who decides: goes into the history. */
  readonly person: string;
  /** Why, in words: goes into the history. */
  readonly reason: string;
  /** The version of the execution's terms that the person saw: where it moved on, nothing is decided. Default: whatever it is. */
  readonly expectedVersion?: number;
}

/**
 * What was found out:
 * - `bought`: the id of the commitment that it became.
 * - `notThis`: the id of one that looks like it, and is another purchase.
 * - `not-bought`: nothing that was sent for it bought anything.
 * - `write-off`: nobody can find out any more. It counts as maybe bought, and is never bought again.
 */
export type PersonFinding = { readonly bought: string } | { readonly notThis: string } | "not-bought" | "write-off";

/** Applies a person's decision to a recommendation that is not bought by the ledger. Throws a RefusedError where the provider contradicts it. */
export async function resolveByPerson(
  { executionId, recIndex, finding, person, reason, expectedVersion }: Decision,
  { executorOf, ...parts }: DriveParts & { readonly executorOf: ExecutorOf },
  { signal, deadline }: Pick<DriveOptions, "signal" | "deadline">,
): Promise<Outcome> {
  const ids = typeof finding === "string" ? {} : finding;
  checkTexts({ executionId, ...ids, person, reason });
  const record = (await parts.ledger.recordsOf(executionId)).find((candidate) => candidate.recIndex === recIndex);
  if (record === undefined) throw notRecorded(`${executionId} #${recIndex}`);
  const executor = executorOf(record.recommendation);
  // Before it is claimed: what there is nothing to decide about is not touched.
  checkDecidable(record, finding);
  // The state stays until the decision is written: what was refused is no work because a decision was refused too.
  const work = { executor, states: decidableStates, asIs: true, nothingToDo, signal, deadline };
  return withClaim(record, parts, work, async (drive, task) => {
    const { termsVersion } = task.claim;
    if (termsVersion !== (expectedVersion ?? termsVersion)) throw termsMovedOn(termsVersion, expectedVersion ?? 0);
    checkDecidable(task.record, finding);
    // While the provider is asked, the terms may move on: they are compared again where the decision is written.
    const by = { person, reason, expectedVersion };
    if (finding === "not-bought") return decideNotBought(drive, task, by);
    if (finding === "write-off") return writeOff(drive, task, by);
    if ("bought" in finding) return decideBought(drive, task, finding.bought, by);
    return decideNotThis(drive, task, finding.notThis, by);
  });
}

/** Whatever is not bought: what was never sent may have been bought by a driver whose ledger is lost. */
const decidableStates = ["planned", "claimed", "submitted", "unknown", "refused", "rejected", "written-off"] as const;

const nothingToDo = (state: string) =>
  `It is ${state}: there is no unknown outcome to decide about. Drive the execution instead.`;

/** Throws a RefusedError `nothing-to-resolve` for a state in which nothing can be decided so. */
function checkDecidable(record: TokenRecord, finding: PersonFinding): void {
  const { state, former = [] } = record;
  const says = typeof finding === "string" ? "not sent" : Object.keys(finding)[0];
  if (state === "purchased") throw nothing(nothingToDo(state));
  if (state === "written-off" && says !== "bought") {
    throw nothing(
      "It is written off, so it is never bought again. If it shows after all, say under which id (`--bought`); to buy it all the same, put it into a new execution with an executionId of its own.",
    );
  }
  if (says === "not sent" && !isOpen(record) && former.length === 0) throw nothing(nothingToDo(state));
}

function nothing(message: string): RefusedError {
  return new RefusedError({ code: "nothing-to-resolve", message });
}
