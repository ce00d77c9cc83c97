import type { ExecutionLedger } from "../contract/execution-ledger.ts";
import { todoOf } from "../contract/error-advice.ts";
import { RefusedError } from "../contract/errors.ts";
import { canAskAgain, mayBeDriven, redriveDetail, workLeft } from "../contract/execution-state.ts";
import type { TokenRecord } from "../contract/ledger.ts";
import type { NewExecution, RecordedAt, SubmittedKey, Submitter } from "../contract/execution-record.ts";
import { notRecorded } from "../contract/not-recorded.ts";
import {
  idTaken,
  isSubmitted,
  keyOfAnother,
  submittedHash,
  submittedOther,
  withoutApproval,
  withoutSecondPerson,
} from "../contract/submitted.ts";
import { type Forbidden, whyForbidden } from "../contract/terms.ts";
import { amended, newExecution } from "./execution-rules.ts";
import { historyEntry, tokensOf } from "./ledger-rules.ts";
import type { LedgerStore, LedgerTransaction } from "./ledger-store.ts";

/** The execution's own record. */
export function executionsOf(store: LedgerStore): ExecutionLedger {
  return {
    recordExecution: (planned) =>
      store.transaction(keysOf(planned), async (transaction) => {
        const execution = await transaction.execution(planned.executionId);
        if (execution === undefined) return recordNew(transaction, planned);
        const records = await transaction.recordsOf(planned.executionId);
        return { isNew: false, execution, records, at: transaction.now };
      }),

    recordSubmitted: (planned, submitter) =>
      store.transaction(keysOf(planned), (transaction) => submitted(transaction, planned, submitter)),

    submitterOf: async (executionId) => (await store.execution(executionId))?.owner?.caller,

    executionOfKey: (caller, key) => store.executionOfKey(caller, key),

    amend: (executionId, amendment) =>
      store.transaction({ tokens: [], executions: [executionId] }, async (transaction) => {
        const execution = await transaction.execution(executionId);
        if (execution === undefined) throw notRecorded();
        const records = await transaction.recordsOf(executionId);
        const next = amended({ execution, records }, amendment, transaction.now);
        await transaction.putExecution(next.execution, next.entry);
        const changed = new Map(next.changed.map((record) => [record.token, record]));
        for (const record of records) {
          const after = changed.get(record.token);
          if (after === undefined) continue;
          const detail = `${amendment.kind}, says ${amendment.person}: ${amendment.reason}`;
          const entry = historyEntry(amendment.kind, record, after, transaction.now, detail, amendment.person);
          await transaction.put(after, entry);
        }
        const after = records.map((record) => changed.get(record.token) ?? record);
        await transaction.drivable?.(next.execution);
        return { execution: next.execution, records: after, at: transaction.now };
      }),

    askRedrive: (executionId, person, key) =>
      store.transaction({ tokens: [], executions: [executionId] }, async (transaction) => {
        const { now } = transaction;
        const execution = await transaction.execution(executionId);
        if (execution === undefined) throw notRecorded();
        const records = await transaction.recordsOf(executionId);
        const asked = { caller: person, executionId, at: now };
        if (key !== undefined && (await isKeyTaken(transaction, key, asked))) {
          return { execution, records, at: now, isReplay: true };
        }
        const forbidden = whyForbidden(execution, now);
        expectNoWait(records, forbidden);
        const after = records.map((record) =>
          canAskAgain(record) && mayBeDriven(record, forbidden)
            ? { ...record, redriveAskedAt: now, updatedAt: now }
            : record,
        );
        for (const [position, record] of records.entries()) {
          const next = after[position] ?? record;
          if (next === record) continue;
          await transaction.put(next, historyEntry("redrive", record, next, now, redriveDetail(person), person));
        }
        await transaction.drivable?.(execution);
        return { execution, records: after, at: now, isReplay: false };
      }),

    execution: (executionId) => store.execution(executionId),

    recorded: (executionId) => store.recorded(executionId),

    executions: (query) => store.executions(query),

    executionHistory: (executionId) => store.executionHistory(executionId),

    historySince: (executionId, after, limit) => store.historySince(executionId, after, limit),
  };
}

function keysOf({ executionId, places }: NewExecution) {
  return { tokens: tokensOf(places), executions: [executionId] };
}

async function recordNew(transaction: LedgerTransaction, planned: NewExecution, owner?: Owner): Promise<Recorded> {
  const { execution, records, entry } = newExecution(planned, transaction.now, owner);
  await transaction.putExecution(execution, entry);
  for (const record of records) await transaction.touch(record);
  await transaction.drivable?.(execution);
  return { isNew: true, execution, records, at: transaction.now };
}

/** Throws a RefusedError with the reason where an execution waits and something is left of it: it goes on by itself once it may. */
function expectNoWait(records: readonly TokenRecord[], forbidden: Forbidden | undefined): void {
  const isLeft = records.some((record) => workLeft(record) !== undefined || canAskAgain(record));
  if (forbidden?.kind !== "waiting" || !isLeft) return;
  const { code, reason } = forbidden;
  throw new RefusedError({ code, message: `${reason} No other try was recorded. ${todoOf(code)}` });
}

/** No header holds a tab: the key of a redrive is never one of a submission. */
const redriveKey = "redrive\t";

/** Whether a redrive was asked for under a key before; otherwise it is from now on, unless what asks throws. */
async function isKeyTaken(
  transaction: LedgerTransaction,
  key: string,
  asked: Omit<SubmittedKey, "key" | "termsHash">,
): Promise<boolean> {
  const earlier = await transaction.takeKey({ ...asked, key: `${redriveKey}${key}`, termsHash: "" });
  if (earlier === undefined) return false;
  if (earlier.executionId !== asked.executionId) throw keyOfAnother(asked, { key, executionId: earlier.executionId });
  return true;
}

type Owner = Parameters<typeof newExecution>[2];
type Recorded = RecordedAt & { readonly isNew: boolean };

/** Records an execution for its first submitter, or compares it with what is recorded. What throws takes the key back. */
async function submitted(
  transaction: LedgerTransaction,
  planned: NewExecution,
  { caller, key }: Submitter,
): Promise<Recorded> {
  const { executionId } = planned;
  const { now } = transaction;
  const hash = submittedHash(planned);
  const execution = await transaction.execution(executionId);
  if (execution !== undefined && execution.owner?.caller !== caller) throw idTaken();
  const asked = key === undefined ? undefined : { caller, key, executionId, termsHash: hash, at: now };
  const earlier = asked && (await transaction.takeKey(asked));
  if (earlier !== undefined && earlier.executionId !== executionId) throw keyOfAnother(planned, earlier);
  if (execution === undefined) return recordNew(transaction, planned, { caller, termsHash: hash });
  const records = await transaction.recordsOf(executionId);
  const recorded = { execution, records, at: now };
  const isSame = earlier === undefined ? isSubmitted(hash, recorded) : earlier.termsHash === hash;
  if (!isSame) throw submittedOther(planned, recorded);
  if (planned.approvalRequired && !execution.approvalRequired) throw withoutApproval();
  if (planned.twoPersons === true && execution.mayNotApprove === undefined) throw withoutSecondPerson();
  return { isNew: false, ...recorded };
}
