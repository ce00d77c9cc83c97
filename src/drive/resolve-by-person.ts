import { checkTexts } from "../contract/check-texts.ts";
import type { Environment } from "../contract/environment.ts";
import { InvalidExecutionError, RefusedError } from "../contract/errors.ts";
import { idsOf } from "../contract/commitment.ts";
import type { Resolution, ServiceExecutor, Submission } from "../contract/executor.ts";
import type { Ledger, TokenRecord } from "../contract/ledger.ts";
import type { Outcome } from "../contract/report.ts";
import { createBudget } from "./budget.ts";
import { compareFound } from "./compare.ts";
import type { DriveOptions } from "./drive-execution.ts";
import type { DriveContext, Task } from "./drive-context.ts";
import { createLeases } from "./leases.ts";
import { createLookup } from "./lookup.ts";
import { ask, judge } from "./judge-submission.ts";
import { match } from "./match.ts";
import { errorOutcome } from "./outcome.ts";
import { recordPurchase } from "./record-purchase.ts";
import { createStop } from "./stop.ts";
import { openStates } from "./outcome-of-record.ts";
import type { ExecutorOf } from "./validate.ts";

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

interface DecideParts {
  readonly ledger: Ledger;
  readonly environment: Environment;
  readonly executorOf: ExecutorOf;
  readonly leaseLength: number;
  readonly holder: string;
}

/** Applies a person's decision to a recommendation in `submitted` or `unknown`. Throws a RefusedError where the provider contradicts it. */
export async function resolveByPerson(
  { executionId, recIndex, finding, person, reason }: Decision,
  { ledger, environment, executorOf, leaseLength, holder }: DecideParts,
  options: Pick<DriveOptions, "signal" | "deadline">,
): Promise<Outcome> {
  checkTexts({ executionId, bought: finding === "not-bought" ? undefined : finding.bought, person, reason });
  const record = (await ledger.execution(executionId)).find((candidate) => candidate.recIndex === recIndex);
  if (record === undefined) {
    throw new InvalidExecutionError([{ path: `${executionId} #${recIndex}`, message: "is not in the ledger" }]);
  }
  const executor = executorOf(record.recommendation);
  const stop = createStop(environment, options);
  const leases = createLeases(ledger, environment, leaseLength);
  try {
    const task = await claimOpen(ledger, leases, { record, executor, holder, leaseLength }, environment);
    const emit = () => undefined;
    const drive: DriveContext = {
      ledger,
      environment,
      leases,
      stop,
      emit,
      lookup: createLookup({ ledger, environment, stop, emit, tokens: new Map() }),
      // Nothing is bought here.
      budget: createBudget(undefined),
      noteSent: () => undefined,
      noteLedgerError: () => undefined,
    };
    const by = `${person}: ${reason}`;
    return finding === "not-bought"
      ? await decideNotBought(drive, task, by)
      : await decideBought(drive, task, finding.bought, by);
  } finally {
    await leases.end();
    stop.end();
  }
}

type OpenTask = Task & { readonly submission: Submission };

async function claimOpen(
  ledger: Ledger,
  leases: ReturnType<typeof createLeases>,
  asked: { record: TokenRecord; executor: ServiceExecutor; holder: string; leaseLength: number },
  environment: Environment,
): Promise<OpenTask> {
  const since = environment.now();
  const [answer] = await ledger.claim([asked.record], asked.holder, asked.leaseLength, {
    states: openStates,
  });
  if (answer === undefined) throw new TypeError("The ledger answers every claim.");
  if (answer.kind === "in-flight") {
    throw new RefusedError({
      code: "held-by-another-driver",
      message: `Another driver (${answer.holder}) works on it. Wait until that one is done.`,
      retryable: true,
    });
  }
  if (answer.kind === "granted") leases.hold([answer.claim], since);
  const { record } = answer;
  const { submission } = record;
  if (answer.kind !== "granted" || submission === undefined) {
    throw new RefusedError({
      code: "nothing-to-resolve",
      message: `It is ${record.state}: there is no unknown outcome to decide about. Drive the execution instead.`,
    });
  }
  return { executor: asked.executor, claim: answer.claim, record, submission };
}

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
  const own = await ask(drive, task, submission);
  const passedBy = own.kind !== "found" || own.by === "guess" || own.found.commitment.id !== found.id;
  await drive.ledger.decide(claim, `bought as ${id}, says ${by}`);
  // Of what does not show whether it is marked, nobody has tried it yet.
  const untried = found.marked === "waived" && executor.mark !== undefined;
  const commitment = untried ? { ...found, marked: false } : found;
  return recordPurchase(drive, task, { commitment, submission, status: "already-purchased", passedBy });
}

async function decideNotBought(drive: DriveContext, task: OpenTask, by: string): Promise<Outcome> {
  const { executor, record, claim, submission } = task;
  const owned = await drive.ledger.ownedByOthers(record.scope.key, record.token);
  const resolution = await executor.resolve(submission, { signal: drive.stop.signal, owned });
  const listing = await drive.lookup.fresh(executor, record.scope, record.token);
  const listed = match(listing, record.token)?.commitment;
  const isOther = judge(resolution, submission, 0, executor).kind === "other";
  const resolved = resolution.kind === "found" && !isOther ? resolution.found.commitment : undefined;
  const shown = resolved !== undefined && resolved.standing !== "failed" ? resolved : listed;
  if (shown !== undefined) {
    throw new RefusedError({
      code: "still-shown",
      message: `The provider shows ${shown.id} (${shown.state}) for it, so it cannot be called not bought. Drive the execution again: it is adopted.`,
    });
  }
  await drive.ledger.decide(claim, `not bought, says ${by}`);
  // The name may be used up, although nothing shows under it. What fitted at this moment is not it.
  const notThis = fitting(resolution);
  const knownUnclear = isOther || (resolution.kind === "unclear" && notThis.length === 0);
  await drive.ledger.dead(claim, { failed: true, notThis, knownUnclear, detail: `decided by ${by}` });
  return errorOutcome(
    record,
    "refused",
    new RefusedError({
      code: "resolved-as-not-bought",
      message: "It is recorded as not bought. Drive the execution again: it is bought anew.",
      retryable: true,
    }),
  );
}

/** What the provider shows that is not certain to be it. */
function fitting(resolution: Resolution): readonly string[] {
  if (resolution.kind === "found") return resolution.by === "guess" ? idsOf(resolution.found.commitment) : [];
  return resolution.kind === "unclear" ? (resolution.candidates ?? []) : [];
}
