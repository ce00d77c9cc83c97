import { cleanText } from "../contract/clean-text.ts";
import { type ExecutionProblem, InvalidExecutionError } from "../contract/errors.ts";
import type { Provider } from "../contract/executor.ts";
import { findJsonProblem } from "../contract/find-json-problem.ts";
import type { AnyExecution } from "../contract/recommendation.ts";
import { textProblem } from "../contract/text-problem.ts";
import { validateExecution } from "../drive/validate.ts";
import type { ExportedRow } from "./read-export.ts";

/** The columns of an export of the Go engine: those that there have to be, and all that may be there. */
export const goEngineColumns = {
  needed: ["execution_id", "idempotency_key", "status", "source", "recommendations"],
  known: ["execution_id", "idempotency_key", "cloud_account_id", "status", "source", "recommendations"],
} as const;

/** What the Go engine says about a place of an execution. */
export interface SaidPlace {
  /** The id that it bought it as. */
  readonly bought?: string | undefined;
  /** Its last error there, for a person. */
  readonly error?: string | undefined;
}

/** A row of the Go engine's table, read: an execution in our form, or what is wrong with the row. */
export type GoEngineRow = {
  /** As {@link ExportedRow.name}. */
  readonly name: string;
  /** What its tokens are derived from; undefined where the row does not say. */
  readonly executionId?: string | undefined;
  /** The Go engine's own word, which decides nothing here. */
  readonly status?: string | undefined;
} & (
  | {
      /** Undefined where nothing of it was selected. */
      readonly execution: AnyExecution | undefined;
      /** By recIndex. */
      readonly said: readonly SaidPlace[];
    }
  | { readonly problems: readonly ExecutionProblem[] }
);

/** Reads the rows of an export, each by itself; of rows that are one execution, none is taken. Throws nothing. */
export function readGoEngineRows(rows: readonly ExportedRow[], providers: readonly Provider[]): readonly GoEngineRow[] {
  const read = rows.map((row) => readRow(row, providers));
  const byId = Map.groupBy(read, ({ executionId }) => executionId);
  return read.map((row) => {
    const { name, executionId, status } = row;
    const others = executionId === undefined ? [] : (byId.get(executionId) ?? []).filter((other) => other !== row);
    if (others.length === 0) return row;
    const named = others.map((other) => other.name).join(" and ");
    const twice = { path: `${name}, idempotency_key`, message: `is the execution of ${named} too: give each once` };
    return { name, executionId, status, problems: [...("problems" in row ? row.problems : []), twice] };
  });
}

function readRow({ name, fields }: ExportedRow, providers: readonly Provider[]): GoEngineRow {
  const problems: ExecutionProblem[] = [];
  const note = (path: string, message: string) => void problems.push({ path: `${name}, ${path}`, message });
  const text = (column: string) => {
    const value = fields[column] ?? "";
    if (typeof value === "string") return value;
    note(column, "must be a text");
    return "";
  };
  const [id, key, account, status] = ["execution_id", "idempotency_key", "cloud_account_id", "status"].map(text);
  const executionId = executionIdOf(key || id || "", account ?? "");
  const keyColumn = key ? "idempotency_key" : "execution_id";
  if (executionId === "") note("execution_id", "is missing, and so is idempotency_key");
  const source = text("source");
  if (source === "") note("source", "is missing (who decided to buy, as the Go engine's tag says it)");
  const places = placesIn(fields["recommendations"], note);
  const known = { name, executionId: executionId || undefined, status: status ? cleanText(status) : undefined };
  if (problems.length > 0 || places === undefined) return { ...known, problems };
  const [recommendations, said] = [places.map(({ wanted }) => wanted), places.map((place) => place.said)];
  const isEmpty = recommendations.every((one) => Object.hasOwn(one, "skip"));
  if (isEmpty && recommendations.length > 0) return { ...known, execution: undefined, said };
  try {
    return { ...known, execution: validateExecution({ executionId, source, recommendations }, providers), said };
  } catch (error) {
    if (!InvalidExecutionError.isInstance(error)) throw error;
    for (const { path, message } of error.problems) note(path === "executionId" ? keyColumn : path, message);
    return { ...known, problems };
  }
}

/** The Go engine derives its tokens from the key, in an execution that was fanned out from the key and the account. */
function executionIdOf(key: string, account: string): string {
  return account === "" || key === "" || key.endsWith(`:${account}`) ? key : `${key}:${account}`;
}

/** What a row has as recommendations in our form, not yet validated: enough to say which providers it needs. */
export function recommendationsIn({ fields }: ExportedRow): readonly unknown[] {
  const places = placesIn(fields["recommendations"], () => undefined) ?? [];
  return places.flatMap(({ wanted }) => (Object.hasOwn(wanted, "provider") ? [wanted] : []));
}

interface ReadPlace {
  /** A recommendation, or a skip, not yet validated. */
  readonly wanted: object;
  readonly said: SaidPlace;
}

type Note = (path: string, message: string) => void;

/** The places of an execution in their order; undefined where there is a problem with any. */
function placesIn(value: unknown, note: Note): readonly ReadPlace[] | undefined {
  let list = value;
  if (typeof value === "string") {
    const problem = findJsonProblem(value);
    if (problem !== undefined) {
      const { line, column, message } = problem;
      note("recommendations", `is not JSON: line ${line}, column ${column} in it: ${message}`);
      return undefined;
    }
    list = JSON.parse(value) as unknown;
  }
  if (!Array.isArray(list) || list.length === 0) {
    note("recommendations", "must be a JSON array of at least one recommendation");
    return undefined;
  }
  const places = list.map((item: unknown, recIndex) =>
    placeIn(item, (field, message) => note(`recommendations[${recIndex}]${field === "" ? "" : `.${field}`}`, message)),
  );
  checkIds(places, note);
  return places.every((place) => place !== undefined) ? places : undefined;
}

/** Names each id that is given for two places: one purchase cannot be for both. */
function checkIds(places: readonly (ReadPlace | undefined)[], note: Note): void {
  const ids = places.map((place) => place?.said.bought?.toLowerCase());
  for (const [recIndex, id] of ids.entries()) {
    const first = id === undefined ? recIndex : ids.indexOf(id);
    if (first < recIndex) note(`recommendations[${recIndex}].PurchaseID`, `is that of recommendations[${first}] too`);
  }
}

/** What the Go engine adds to a recommendation, by its name in small letters without underscores. */
const stateFields = { selected: "Selected", purchased: "Purchased", purchaseid: "PurchaseID", error: "Error" } as const;
type StateField = keyof typeof stateFields;

const isStateField = (name: string): name is StateField => Object.hasOwn(stateFields, name);

/** Undefined where there is a problem. */
function placeIn(item: unknown, note: Note): ReadPlace | undefined {
  if (typeof item !== "object" || item === null || Array.isArray(item)) {
    note("", "must be an object");
    return undefined;
  }
  const state: Partial<Record<StateField, unknown>> = {};
  const wanted: Record<string, unknown> = {};
  let isGood = true;
  const fail = (field: string, message: string) => {
    isGood = false;
    note(field, message);
  };
  for (const [name, value] of Object.entries(item)) {
    const plain = name.toLowerCase().replaceAll("_", "");
    if (!isStateField(plain)) wanted[name] = value;
    else if (Object.hasOwn(state, plain)) fail(name, `says ${stateFields[plain]} a second time`);
    else state[plain] = value;
  }
  const isOurSkip = Object.hasOwn(wanted, "skip");
  const selected = flag(state, "selected", isOurSkip ? false : undefined, fail);
  const purchased = flag(state, "purchased", isOurSkip ? false : undefined, fail);
  const bought = words(state, "purchaseid", fail);
  const error = words(state, "error", fail);
  if (!isGood) return undefined;
  checkState({ selected, purchased, bought }, fail);
  if (selected === true && !isOurSkip) checkForm(wanted, fail);
  if (!isGood) return undefined;
  const said = { bought, error: error && cleanText(error).slice(0, longestError) };
  if (selected === true) return { wanted, said };
  return { wanted: isOurSkip ? wanted : { skip: "not selected in the Go engine" }, said };
}

/** Of an error of the Go engine, so many characters are shown. */
const longestError = 500;

function flag(
  state: Partial<Record<StateField, unknown>>,
  field: StateField,
  otherwise: boolean | undefined,
  fail: Note,
): boolean | undefined {
  const value = Object.hasOwn(state, field) ? state[field] : otherwise;
  if (typeof value === "boolean") return value;
  fail(stateFields[field], value === undefined ? "is missing (true or false)" : "must be true or false");
  return undefined;
}

/** A text; empty, null and missing are all none. */
function words(state: Partial<Record<StateField, unknown>>, field: StateField, fail: Note): string | undefined {
  const value = state[field] ?? "";
  if (typeof value !== "string") fail(stateFields[field], "must be a text");
  return typeof value === "string" && value !== "" ? value : undefined;
}

/** Names what cannot be true together. Which of the two is wrong nobody can tell from here. */
function checkState(
  {
    selected,
    purchased,
    bought,
  }: { selected: boolean | undefined; purchased: boolean | undefined; bought?: string | undefined },
  fail: Note,
): void {
  const problem = bought === undefined ? undefined : textProblem(bought);
  if (problem !== undefined) fail("PurchaseID", problem);
  if (purchased === true && bought === undefined) {
    fail("PurchaseID", "is missing, though Purchased is true: look up at the provider what was bought");
  }
  if (purchased === false && bought !== undefined) {
    fail("Purchased", "is false, though PurchaseID names a purchase: look at the provider which of them is right");
  }
  if (selected === false && (purchased === true || bought !== undefined)) {
    fail("Selected", "is false, though the place is said to be bought: look at the provider which of them is right");
  }
}

/** How the Go engine names what it buys is not known here, and money is not guessed. */
function checkForm(wanted: Readonly<Record<string, unknown>>, fail: Note): void {
  for (const field of ["provider", "service"]) {
    if (Object.hasOwn(wanted, field)) continue;
    fail(field, "is missing: a recommendation has to be in the form of an execution file (docs/take-over.md)");
  }
}
