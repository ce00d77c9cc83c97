import { checkTexts } from "../contract/check-texts.ts";
import { type Commitment, idsOf } from "../contract/commitment.ts";
import { todoOf } from "../contract/error-advice.ts";
import { InvalidExecutionError, RefusedError } from "../contract/errors.ts";
import type { Resolution, Submission } from "../contract/executor.ts";
import type { TokenRecord } from "../contract/ledger.ts";
import type { Outcome } from "../contract/report.ts";
import { ageOfSubmission } from "./age-of.ts";
import { compareFound, match } from "./adopt.ts";
import type { DriveContext, DriveParts, Task } from "./drive-context.ts";
import type { DriveOptions } from "./drive-execution.ts";
import { ask, findUnderHandle, judge } from "./judge-submission.ts";
import { errorOutcome } from "./outcome.ts";
import { openStates } from "./outcome-of-record.ts";
import { recordDeath, recordEnding } from "./record.ts";
import type { ExecutorOf } from "./validate.ts";
import { withClaim } from "./with-claim.ts";

/** What a person found out about a purchase whose outcome nobody could tell. */
export interface Decision {
  readonly executionId: string;
  readonly recIndex: number;
  /** The id of the commitment that it became, or that nothing was bought. */
  readonly finding: { readonly bought: string } | "not-bought";
  /** Who decides: goes into the history. */
  readonly person: string;
  /** Why, in words: goes into the history. */
  readonly reason: string;
}

/** Applies a person's decision to a recommendation in `submitted` or `unknown`. Throws a RefusedError where the provider contradicts it. */
export async function resolveByPerson(
  { executionId, recIndex, finding, person, reason }: Decision,
  { executorOf, ...parts }: DriveParts & { readonly executorOf: ExecutorOf },
  { signal, deadline }: Pick<DriveOptions, "signal" | "deadline">,
): Promise<Outcome> {
  checkTexts({ executionId, bought: finding === "not-bought" ? undefined : finding.bought, person, reason });
  const record = (await parts.ledger.recordsOf(executionId)).find((candidate) => candidate.recIndex === recIndex);
  if (record === undefined) {
    throw new InvalidExecutionError(
      [{ path: `${executionId} #${recIndex}`, message: "is not in the ledger" }],
      "request",
    );
  }
  const nothingToDo = (state: string) =>
    `It is ${state}: there is no unknown outcome to decide about. Drive the execution instead.`;
  const executor = executorOf(record.recommendation);
  // What was only refused stays so: to claim it would make it work.
  const states = record.former?.length ? decidableStates : openStates;
  const work = { executor, states, nothingToDo, signal, deadline };
  return withClaim(record, parts, work, async (drive, task) => {
    const { submission, state, former = [] } = task.record;
    const by = `${person}: ${reason}`;
    if (submission !== undefined && openStates.includes(state)) {
      const open = { ...task, submission };
      return finding === "not-bought"
        ? decideNotBought(drive, open, by)
        : decideBought(drive, open, finding.bought, by);
    }
    if (finding === "not-bought" && former.length > 0) return decideFormer(drive, task, by);
    throw new RefusedError({ code: "nothing-to-resolve", message: nothingToDo(state) });
  });
}

/** What is open, and what is not bought: an earlier submission of it may be unclear. */
const decidableStates = [...openStates, "claimed", "refused", "rejected"] as const;

type OpenTask = Task & { readonly submission: Submission };

async function decideBought(drive: DriveContext, task: OpenTask, id: string, by: string): Promise<Outcome> {
  const { executor, record, claim, submission } = task;
  const shown = await executor.inventory.read(record.scope, id, drive.stop);
  const found = shown?.commitment;
  if (shown === undefined || found === undefined || found.standing === "failed") {
    throw new RefusedError({
      code: "commitment-unverifiable",
      message: `${record.scope.label} shows ${found === undefined ? "nothing" : found.state} under ${id}: that is not what was bought. Check the id.`,
    });
  }
  await compareFound(executor, record, shown, drive.stop);
  const owned = await drive.ledger.ownedByOthers(record.scope.key, record.token);
  const taken = idsOf(found).find((each) => owned.has(each));
  if (taken !== undefined) {
    throw new RefusedError({
      code: "commitment-taken",
      message: `The ledger holds ${taken} as bought for another recommendation: one commitment cannot count for two. Nothing was recorded. Check the id.`,
    });
  }
  const { resolution: own } = await ask(drive, task, submission);
  const passedBy = own.kind !== "found" || own.by === "guess" || own.found.commitment.id !== found.id;
  await drive.ledger.decide(claim, `bought as ${id}, says ${by}`);
  // Of what does not show whether it is marked, nobody has tried it yet.
  const untried = found.marked === "waived" && executor.mark !== undefined;
  const commitment = untried ? { ...found, marked: false } : found;
  return recordEnding(drive, task, { kind: "bought", commitment, submission, status: "already-purchased", passedBy });
}

async function decideNotBought(drive: DriveContext, task: OpenTask, by: string): Promise<Outcome> {
  const { executor, record, claim, submission } = task;
  const owned = await drive.ledger.ownedByOthers(record.scope.key, record.token);
  const age = await ageOfSubmission(drive, task, submission);
  const resolution = await findUnderHandle(executor, submission, { signal: drive.stop.signal, owned, age });
  const listing = await drive.lookup.fresh(executor, record.scope, record.token);
  const listed = match(listing, record.token)?.commitment;
  const isOther = judge({ resolution, age }, submission, executor).kind === "other";
  const resolved = resolution.kind === "found" && !isOther ? resolution.found.commitment : undefined;
  const shown = resolved !== undefined && resolved.standing !== "failed" ? resolved : listed;
  if (shown !== undefined) throw stillShown(shown);
  await drive.ledger.decide(claim, `not bought, says ${by}`);
  // The name may be used up, although nothing shows under it. What fitted at this moment is not it.
  const notThis = fitting(resolution);
  const knownUnclear = isOther || (resolution.kind === "unclear" && notThis.length === 0);
  await recordDeath(drive, task, { failed: true, notThis, knownUnclear, detail: `decided by ${by}` });
  return notBoughtOutcome(record);
}

function stillShown({ id, state }: Commitment): RefusedError {
  return new RefusedError({
    code: "still-shown",
    message: `The provider shows ${id} (${state}) for it, so it cannot be called not bought. ${todoOf("still-shown")}`,
  });
}

function notBoughtOutcome(record: TokenRecord): Outcome {
  const error = new RefusedError({
    code: "resolved-as-not-bought",
    message: `It is recorded as not bought. ${todoOf("resolved-as-not-bought")}`,
    retryable: true,
  });
  return errorOutcome(record, "refused", error);
}

/** None of the earlier submissions bought anything: what fits them now is not theirs. */
async function decideFormer(drive: DriveContext, task: Task, by: string): Promise<Outcome> {
  const { claim, record, executor } = task;
  const notThis: string[] = [];
  for (const former of record.former ?? []) {
    const answer = await ask(drive, task, former);
    const { resolution } = answer;
    const shown = resolution.kind === "found" && resolution.by === "proof" ? resolution.found.commitment : undefined;
    const isOther = judge(answer, former, executor).kind === "other";
    if (shown !== undefined && !isOther && shown.standing !== "failed") throw stillShown(shown);
    notThis.push(...fitting(resolution));
  }
  await drive.ledger.decide(claim, `not bought, says ${by}`);
  await drive.ledger.exclude(claim, notThis);
  return notBoughtOutcome(record);
}

/** What the provider shows that is not certain to be it. */
function fitting(resolution: Resolution): readonly string[] {
  if (resolution.kind === "found") return resolution.by === "guess" ? idsOf(resolution.found.commitment) : [];
  return resolution.kind === "unclear" ? (resolution.candidates ?? []) : [];
}
