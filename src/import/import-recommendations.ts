import { type ExecutionProblem, InvalidExecutionError } from "../contract/errors.ts";
import type { Provider } from "../contract/executor.ts";
import { findJsonProblem } from "../contract/find-json-problem.ts";
import type { JsonObject, JsonValue } from "../contract/json.ts";
import type { RecommendationSource, SourceRecord } from "../contract/recommendation-source.ts";
import type { Skip } from "../contract/recommendation.ts";
import type { Execution } from "../contract/recommendation-types.ts";
import { textProblem } from "../contract/text-problem.ts";
import { validateExecution } from "../drive/validate.ts";
import { nearest } from "../contract/did-you-mean.ts";
import { findAlternatives } from "./find-alternatives.ts";
import { type Given, readSettings, type SettingValues, withSettings } from "./import-settings.ts";

/** What is imported, and what its source does not say. */
export interface RecommendationImportOptions {
  /** Whose recommendations: the name of a source of one of the providers, such as `cost-explorer`. */
  readonly from: string;
  /** Those that know the source, and the services that it recommends. */
  readonly providers: readonly Provider[];
  /** Of the execution that is made: identifies it for ever. */
  readonly executionId: string;
  /** Of the execution: who decided to buy. */
  readonly source: string;
  /** Names the answer, for the execution's note: a file. */
  readonly file?: string | undefined;
  /**
   * By service and field, what the source does not say: `{ ec2: { offeringClass: "convertible", scope: "Region" } }`. Where a field
   * depends on what a record names, that comes after it: `{ compute: { "projectId.123456789012": "my-project-123" } }`.
   */
  readonly set?: SettingValues | undefined;
  /** Only records of which these are true: `{ term: "P1Y", lookBack: "30 days" }`. */
  readonly only?: Readonly<Record<string, string>> | undefined;
  /** Leaves the place of a record that cannot be translated empty, instead of refusing all. */
  readonly skipUntranslatable?: boolean | undefined;
  /** Takes an answer that says that there are further pages. */
  readonly allowIncomplete?: boolean | undefined;
  /** Takes records that are other ways to cover the same usage. */
  readonly allowAlternatives?: boolean | undefined;
}

/** A record of an answer, and what became of it. */
export interface ImportedRecord {
  /** Which of the answer's records, from 1. */
  readonly position: number;
  /** Where it is in the answer: `Recommendations[0].RecommendationDetails[3]`. */
  readonly path: string;
  /** Its place in the execution; undefined where it is left out. */
  readonly recIndex?: number | undefined;
  /** `left-out`: by `only`. `skipped`: it cannot be translated, and its place is empty. */
  readonly result: "translated" | "skipped" | "left-out";
  /** Why it was skipped. */
  readonly problems: readonly ExecutionProblem[];
}

/** An execution that was made of recommendations. */
export interface RecommendationImport {
  /** Valid, and not recorded anywhere. */
  readonly execution: Execution;
  /** Every record of the answer in its order. */
  readonly records: readonly ImportedRecord[];
}

/** Further problems are counted. */
const mostNamed = 100;

/**
 * Translates an answer of Cost Explorer, Azure Consumption, Azure Advisor or Google's Recommender into an execution. It asks nobody,
 * and records nothing. Of each record all is taken that it says; what it does not say has to be given (`set`). Throws an
 * InvalidExecutionError that lists every problem: what has to be given with its allowed values, what contradicts a record, records
 * that cannot be translated, an answer that is not whole, records of which only one may be meant.
 */
export function importRecommendations(text: string, options: RecommendationImportOptions): RecommendationImport {
  const source = findSource(options);
  const answer = source.read(parse(text));
  if (answer.problems.length > 0) throw invalid(answer.problems);
  if (answer.records.length === 0) throw invalid([{ path: "", message: "holds no recommendation" }]);
  const isTaken = chooser(answer.records, source, options.only ?? {});
  const taken = answer.records.filter(isTaken);
  if (taken.length === 0) throw invalid([{ path: "only", message: "leaves no record" }]);
  const given = readSettings(options.set ?? {}, source);
  const positions = new Map(answer.records.map((record, index) => [record, index + 1]));
  const translated = translate(taken, { source, given, options, positions });
  const problems = [
    ...(options.allowIncomplete ? [] : answer.incomplete.map(notWhole)),
    ...translated.problems,
    ...(options.allowAlternatives ? [] : findAlternatives(taken, source.facets, positions)),
  ];
  if (problems.length > 0) throw invalid(problems);
  const places = translated.places;
  const execution = validateExecution(
    {
      executionId: options.executionId,
      source: options.source,
      note: noteOf(source, options),
      recommendations: places,
    },
    options.providers,
  );
  const indexOf = new Map(taken.map((record, recIndex) => [record, recIndex]));
  const records = answer.records.map((record, index): ImportedRecord => {
    const recIndex = indexOf.get(record);
    const which = { position: index + 1, path: record.path };
    if (recIndex === undefined) return { ...which, result: "left-out", problems: [] };
    const skipped = translated.skipped.get(record);
    return { ...which, recIndex, result: skipped ? "skipped" : "translated", problems: skipped ?? [] };
  });
  return { execution, records };
}

function findSource({ from, providers }: RecommendationImportOptions): RecommendationSource {
  const sources = new Map(providers.flatMap(({ sources: known = {} }) => Object.entries(known)));
  const found = sources.get(from);
  if (found !== undefined) return found;
  const names = [...sources.keys()];
  const must = names.length === 0 ? "is known by none of the providers" : `must be one of ${names.join(", ")}`;
  throw invalid([{ path: "from", message: `${must}${nearest(from, names)}` }]);
}

/** A number beyond what JavaScript counts with would no longer be what was written. */
function parse(text: string): JsonValue {
  const plain = text.replace(/^\uFEFF/, "");
  const problem = findJsonProblem(plain);
  if (problem === undefined) return JSON.parse(plain) as JsonValue;
  const { line, column, message } = problem;
  throw invalid([{ path: `line ${line}, column ${column}`, message: `is not JSON: ${message}` }]);
}

function notWhole(path: string): ExecutionProblem {
  return {
    path,
    message:
      "says that there are further pages, and the answer does not hold them: fetch them too and give all pages as one JSON array in their order, or take it as it is (allowIncomplete, --allow-incomplete)",
  };
}

/** Which records are meant. Throws for a facet that there is not, or that has this value in no record. */
function chooser(
  records: readonly SourceRecord[],
  { facets }: RecommendationSource,
  only: Readonly<Record<string, string>>,
): (record: SourceRecord) => boolean {
  const problems = Object.entries(only).flatMap(([name, value]): ExecutionProblem[] => {
    const path = `only.${name}`;
    if (!facets.includes(name)) {
      return [{ path, message: `is not known; known are ${facets.join(", ")}${nearest(name, facets)}` }];
    }
    const values = [...new Set(records.flatMap((record) => record.facets[name] ?? []))];
    if (values.includes(value)) return [];
    const there = values.length === 0 ? "no record says it" : `there is ${values.slice(0, 20).join(", ")}`;
    return [{ path, message: `no record has "${value}": ${there}${nearest(value, values)}` }];
  });
  if (problems.length > 0) throw invalid(problems);
  const wanted = Object.entries(only);
  return (record) => wanted.every(([name, value]) => (record.facets[name] ?? value) === value);
}

interface Translating {
  readonly source: RecommendationSource;
  readonly given: Given;
  readonly options: RecommendationImportOptions;
  /** Of each record in the answer, from 1. */
  readonly positions: ReadonlyMap<SourceRecord, number>;
}

/** Every record with what was given, each valid by itself; or the problems. */
function translate(records: readonly SourceRecord[], { source, given, options, positions }: Translating) {
  const set = withSettings(records, source, given);
  const skipped = new Map<SourceRecord, readonly ExecutionProblem[]>();
  const places = records.map((record): JsonObject | Skip => {
    const fields = set.fields.get(record);
    // What is still to be given is said by itself.
    const found =
      record.problems.length > 0 || fields === undefined ? record.problems : invalidFields(fields, record, options);
    const [first] = found;
    if (first === undefined) return { ...fields, ...(record.note === undefined ? {} : { note: record.note }) };
    const position = positions.get(record) ?? 0;
    skipped.set(
      record,
      found.map(({ path, message }) => ({ path: `record ${position}, ${path}`, message })),
    );
    return { skip: noted(`cannot be imported (record ${position}): ${within(first.path, record)} ${first.message}`) };
  });
  const untranslatable = options.skipUntranslatable ? [] : [...skipped.values()].flat();
  return { places, skipped, problems: [...untranslatable, ...set.problems] };
}

/** A path from the record on. */
function within(path: string, record: SourceRecord): string {
  return path === record.path ? "it" : path.slice(record.path.length).replace(/^\./, "");
}

/** By the same validation as a drive's. */
function invalidFields(
  fields: JsonObject,
  { path: at }: SourceRecord,
  { providers }: RecommendationImportOptions,
): readonly ExecutionProblem[] {
  try {
    validateExecution({ executionId: "import", source: "import", recommendations: [fields] }, providers);
    return [];
  } catch (error) {
    if (!InvalidExecutionError.isInstance(error)) throw error;
    return error.problems.map(({ path, message }) => {
      const field = path.replace("recommendations[0].", "");
      return { path: at, message: `makes no recommendation: ${field} ${message}` };
    });
  }
}

function noteOf({ title }: RecommendationSource, { file }: RecommendationImportOptions): string {
  return noted(`Imported from ${title}${file === undefined ? "" : `, ${file}`}`);
}

function noted(text: string): string {
  const plain = text
    .replaceAll(/[^\x20-\x7e]/g, "?")
    .replaceAll(/ +/g, " ")
    .slice(0, 250)
    .trim();
  const problem = textProblem(plain);
  return problem === undefined ? plain : "imported";
}

function invalid(problems: readonly ExecutionProblem[]): InvalidExecutionError {
  const more = problems.length - mostNamed;
  const rest = more > 0 ? [{ path: "and", message: `${more} more` }] : [];
  const named = problems.slice(0, mostNamed).map(({ path, message }) => ({ path: path || "answer", message }));
  return new InvalidExecutionError([...named, ...rest], "import");
}
