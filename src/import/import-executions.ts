import { checkTexts } from "../contract/check-texts.ts";
import { type Commitment, idsOf } from "../contract/commitment.ts";
import { BuyonceError, InvalidExecutionError, LedgerError, messageOf, RefusedError } from "../contract/errors.ts";
import type { NewExecution, RecordedAt } from "../contract/execution-record.ts";
import type { Provider } from "../contract/executor.ts";
import type { ExecutionPlace, Ledger, TokenRecord } from "../contract/ledger.ts";
import type { Outcome } from "../contract/report.ts";
import { saidBought } from "../contract/said-bought.ts";
import { whyChanged } from "../contract/compare-execution.ts";
import { checkNamed, readShown } from "../drive/decide-bought.ts";
import { createContext, type DriveContext, type DriveParts, type Looked } from "../drive/drive-context.ts";
import { newExecutionOf } from "../drive/new-execution.ts";
import type { Decision } from "../drive/resolve-by-person.ts";
import { isOpen } from "../drive/outcome-of-record.ts";
import { tokensByScope } from "../drive/tokens-by-scope.ts";
import type { ExecutorOf } from "../drive/validate.ts";
import { goEngineColumns, type GoEngineRow, readGoEngineRows, type SaidPlace } from "./go-engine-row.ts";
import type { ImportedExecution, ImportedPlace, ImportReport } from "./import-report.ts";
import { readExport } from "./read-export.ts";

/** Where an export comes from. */
export interface ImportOptions {
  /** The engine whose tables it was made from. */
  readonly from: "go-engine";
  /** Names the export: with the row, it is the reason that goes into the history of what is recorded as bought. */
  readonly file: string;
  /** Aborted: rows that it did not come to are not taken. */
  readonly signal?: AbortSignal;
}

/** What an import works with. */
interface ImportParts extends DriveParts {
  readonly executorOf: ExecutorOf;
  readonly providers: readonly Provider[];
  readonly resolve: (decision: Decision, options: { readonly signal?: AbortSignal }) => Promise<Outcome>;
}

/** Goes into the history of what is recorded as bought. */
const person = "import from the Go engine";

/**
 * Records the executions of an export. Every row is read before anything is written; then they are taken one after the other: what
 * is said to be bought is looked at first, and a row that contradicts the ledger or the provider changes nothing. Throws an
 * InvalidExecutionError for an export that cannot be read, or a LedgerError.
 */
export async function importExecutions(
  text: string,
  { from, file, signal }: ImportOptions,
  parts: ImportParts,
): Promise<ImportReport> {
  if (from !== "go-engine") {
    throw new InvalidExecutionError([{ path: "from", message: 'must be "go-engine"' }], "request");
  }
  checkTexts({ file, reason: reasonOf(file, "row 100000 (line 100000000)") });
  const rows = readGoEngineRows(readExport(text, goEngineColumns), parts.providers);
  const executions: ImportedExecution[] = [];
  for (const row of rows) {
    const stopped = { path: row.name, message: "was not come to: the import was stopped before; import again" };
    executions.push(signal?.aborted ? notTaken(row, [stopped]) : await takeRow(row, { file, signal }, parts));
  }
  return { executions };
}

function reasonOf(file: string, row: string): string {
  return `${file}, ${row}`;
}

type Problems = ImportedExecution["problems"];

function notTaken({ name, executionId, status }: GoEngineRow, problems: Problems): ImportedExecution {
  return { row: name, executionId, status, result: "not-taken", places: [], problems };
}

async function takeRow(
  row: GoEngineRow,
  { file, signal }: Pick<ImportOptions, "file"> & { readonly signal: AbortSignal | undefined },
  parts: ImportParts,
): Promise<ImportedExecution> {
  if ("problems" in row) return notTaken(row, row.problems);
  const { name, execution, said, status, executionId = "" } = row;
  if (execution === undefined) return { ...notTaken(row, []), result: "nothing" };
  const asked = askedFor(newExecutionOf(execution, parts.executorOf), said);
  const before = await parts.ledger.recorded(executionId);
  const differs = before && whyChanged(asked, before);
  if (differs !== undefined) return notTaken(row, [{ path: name, message: differs.message }]);
  const looks = await lookAll(asked, before, parts, signal);
  const { problems, shown, notes } = looks;
  if (problems.length > 0) {
    return notTaken(
      row,
      problems.map(({ path, message }) => ({ path: `${name}, ${path}`, message })),
    );
  }
  const { isNew, ...recorded } = await parts.ledger.recordExecution(asked);
  const since = isNew ? undefined : whyChanged(asked, recorded);
  if (since !== undefined) return notTaken(row, [{ path: name, message: since.message }]);
  const reason = reasonOf(file, name);
  let isChanged = await noteElsewhere(asked, before, looks, reason, parts.ledger);
  for (const [recIndex, bought] of shown) {
    const decision = { executionId, recIndex, finding: { bought }, person, reason };
    try {
      const { warnings = [] } = await parts.resolve(decision, signal ? { signal } : {});
      if (warnings.length > 0) notes.set(recIndex, warnings.join(" "));
      isChanged = true;
    } catch (error) {
      if (!RefusedError.isInstance(error)) throw error;
      notes.set(recIndex, error.message);
    }
  }
  const result = isNew ? "recorded" : isChanged ? "updated" : "known";
  const places = await placesNow(executionId, said, notes, parts.ledger);
  return { row: name, executionId, status, result, places, problems: [] };
}

/**
 * Of an execution that is recorded already: nothing is sent for what the other engine bought since, before that is recorded as bought,
 * or while it does not show. Returns whether that is new to the ledger.
 */
async function noteElsewhere(
  { executionId, places }: NewExecution,
  before: RecordedAt | undefined,
  { shown, hidden, notes }: Looks,
  reason: string,
  ledger: Ledger,
): Promise<boolean> {
  let isNew = false;
  for (const { recIndex, boughtElsewhere: id } of places) {
    const record = before?.records.find((each) => each.recIndex === recIndex);
    const isMeant = shown.has(recIndex) || hidden.has(recIndex);
    if (id === undefined || record === undefined || !isMeant || saidBought(record) === id) continue;
    try {
      await ledger.amend(executionId, { kind: "elsewhere", recIndex, id, person, reason });
      isNew = true;
    } catch (error) {
      if (!RefusedError.isInstance(error)) throw error;
      // What was sent from here is looked after anyhow.
      if (hidden.has(recIndex)) notes.set(recIndex, error.message);
    }
  }
  return isNew;
}

/** Nothing of it is bought before a person approved it: whether the other engine still meant to is not known. */
function askedFor(execution: NewExecution, said: readonly SaidPlace[]): NewExecution {
  const places = execution.places.map((place) => {
    const { bought } = said[place.recIndex] ?? {};
    return bought === undefined ? place : { ...place, boughtElsewhere: bought };
  });
  return { ...execution, places, approvalRequired: true };
}

/** What a look at all that is said to be bought came to. */
interface Looks {
  readonly problems: Problems;
  /** The ids to record, by recIndex. */
  readonly shown: ReadonlyMap<number, string>;
  /** By recIndex: those that do not show. */
  readonly hidden: ReadonlySet<number>;
  /** By recIndex, for a person. */
  readonly notes: Map<number, string>;
}

async function lookAll(
  { places }: NewExecution,
  before: RecordedAt | undefined,
  parts: ImportParts,
  signal: AbortSignal | undefined,
): Promise<Looks> {
  const { context, end } = createContext(parts, { signal, tokens: tokensByScope(places) });
  const problems: { path: string; message: string }[] = [];
  const [shown, hidden, notes] = [new Map<number, string>(), new Set<number>(), new Map<number, string>()];
  try {
    for (const place of places) {
      const { recIndex, boughtElsewhere: id } = place;
      if (id === undefined) continue;
      const record = before?.records.find((each) => each.recIndex === recIndex);
      const look = await lookAt(context, { place, id, record }, parts);
      if (look.kind === "problem") {
        problems.push({ path: `recommendations[${recIndex}].PurchaseID`, message: `${id}: ${look.message}` });
      } else if (look.kind === "shown") {
        shown.set(recIndex, look.found.id);
        const isNamed = idsOf(look.found).some((each) => each.toLowerCase() === id.toLowerCase());
        if (!isNamed) notes.set(recIndex, `the Go engine's id is ${id}; the provider shows it by its token`);
      } else if (look.kind === "hidden") {
        hidden.add(recIndex);
        notes.set(recIndex, look.message);
      }
    }
  } finally {
    await end();
  }
  return { problems, shown, hidden, notes };
}

/** One place that is said to be bought. */
interface SaidBought {
  readonly place: ExecutionPlace;
  readonly id: string;
  /** As the ledger has it. */
  readonly record: TokenRecord | undefined;
}

/**
 * - `shown`: the provider shows it, and it can be recorded.
 * - `known`: the ledger has it as bought already.
 * - `hidden`: nothing that could be compared shows.
 * - `problem`: the ledger or the provider contradicts, or could not be asked.
 */
type Look =
  | { readonly kind: "shown"; readonly found: Commitment }
  | { readonly kind: "known" }
  | { readonly kind: "hidden" | "problem"; readonly message: string };

async function lookAt(
  context: DriveContext,
  { place, id, record }: SaidBought,
  { executorOf }: ImportParts,
): Promise<Look> {
  if (record?.state === "skipped") return { kind: "problem", message: "a person skipped this place in the ledger" };
  if (record?.notThis?.some((each) => each.toLowerCase() === id.toLowerCase())) {
    return { kind: "problem", message: "a person said in the ledger that this is another purchase" };
  }
  const looked = { executor: executorOf(place.recommendation), record: record ?? place };
  const own = record?.state === "purchased" ? record.commitment : undefined;
  try {
    if (own === undefined) return { kind: "shown", found: await checkNamed(context, looked, id) };
    const isKnown = record?.boughtElsewhere === id || (await isSame(context, looked, own, id));
    return isKnown ? { kind: "known" } : otherThan(own);
  } catch (error) {
    if (LedgerError.isInstance(error)) throw error;
    const isHidden = BuyonceError.isInstance(error) && error.code === "commitment-unverifiable";
    if (!isHidden) return { kind: "problem", message: messageOf(error) };
    if (own !== undefined) return otherThan(own);
    if (record === undefined || !wasSentHere(record)) return { kind: "hidden", message: error.message };
    return {
      kind: "problem",
      message: `it was sent from here too, and what became of that is not known. ${error.message}`,
    };
  }
}

/** Sent, or bought and come to nothing: what may show for it need not be the other engine's. */
function wasSentHere(record: TokenRecord): boolean {
  return isOpen(record) || record.state === "written-off" || record.generation > 0 || (record.former ?? []).length > 0;
}

/** Whether an id is that of a recorded purchase. Some services go by a name as well as by an id. */
async function isSame(context: DriveContext, looked: Looked, own: Commitment, id: string): Promise<boolean> {
  const ids = new Set(idsOf(own).map((each) => each.toLowerCase()));
  if (ids.has(id.toLowerCase())) return true;
  const found = await readShown(context, looked, id);
  return idsOf(found.commitment).some((each) => ids.has(each.toLowerCase()));
}

function otherThan({ id }: Commitment): Look {
  return { kind: "problem", message: `the ledger holds this place as bought as ${id}; compare the two` };
}

/** How every place stands in the ledger now. */
async function placesNow(
  executionId: string,
  said: readonly SaidPlace[],
  notes: ReadonlyMap<number, string>,
  ledger: Ledger,
): Promise<readonly ImportedPlace[]> {
  const { execution, records } = (await ledger.recorded(executionId)) ?? {};
  const whys = new Map(execution?.emptyPlaces.map(({ recIndex, why }) => [recIndex, why]));
  return said.map(({ error }, recIndex) => {
    const record = records?.find((each) => each.recIndex === recIndex);
    const why = whys.get(recIndex);
    if (record === undefined) return { recIndex, result: "skipped", ...(why === undefined ? {} : { note: why }) };
    const note = notes.get(recIndex) ?? (error === undefined ? undefined : `the Go engine's error: ${error}`);
    const noted = note === undefined ? {} : { note };
    if (record.state === "skipped") return { recIndex, result: "skipped", ...noted };
    const { commitment } = record;
    if (record.state === "purchased" && commitment)
      return { recIndex, result: "bought", commitment: commitment.id, ...noted };
    const id = saidBought(record);
    return id === undefined
      ? { recIndex, result: "open", ...noted }
      : { recIndex, result: "waits", commitment: id, ...noted };
  });
}
