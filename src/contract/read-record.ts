import type { JsonObject, JsonValue } from "./json.ts";
import type { SourceProblem } from "./recommendation-source.ts";

/** Reads an object of a foreign answer field by field, and collects what is wrong with it. It throws nothing. */
export interface RecordReader {
  /** Where it is. */
  readonly path: string;
  /** What was found wrong so far, by this reader and those made of it. */
  readonly problems: readonly SourceProblem[];
  /** Whether a field is there, and says anything: neither null nor an empty text. */
  has(field: string): boolean;
  /** Whether a field holds an object. */
  isObject(field: string): boolean;
  /** A text without the blanks around it; undefined where there is none. */
  text(field: string): string | undefined;
  /** A text, or a number as text; undefined where there is none. */
  plain(field: string): string | undefined;
  /** True or false; undefined where there is neither. */
  flag(field: string): boolean | undefined;
  /** How many: a whole number from 1, also as text (`"3"`). Anything else is a problem, a fraction too. */
  count(field: string): number | undefined;
  /** The object in a field; an empty one where there is none. */
  object(field: string): RecordReader;
  /** The elements of a list; none where there is none. */
  list(field: string): readonly { readonly path: string; readonly value: JsonValue }[];
  /** Readers of the objects in a list; none where there is none. */
  objects(field: string): readonly RecordReader[];
  /** Notes that something is wrong with a field; "" is the object itself. */
  fail(field: string, message: string): void;
}

/** Longer texts of an answer are cut in messages. */
const longestShown = 80;

/** A foreign value for a message: as JSON in ASCII, and no more of it than a line holds. */
export function shownValue(value: JsonValue | undefined): string {
  const text =
    typeof value === "object" && value !== null ? (Array.isArray(value) ? "a list" : "an object") : undefined;
  if (text !== undefined) return text;
  const whole = JSON.stringify(value ?? null).replaceAll(/[^\x20-\x7e]/g, "?");
  return whole.length > longestShown ? `${whole.slice(0, longestShown)}…` : whole;
}

/** Whether a value is an object, and not a list. */
export function isObject(value: JsonValue | undefined): value is JsonObject {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

/** A reader of the object at a path. What is no object is noted as a problem, and read as an empty one. */
export function readRecord(path: string, value: JsonValue, problems: SourceProblem[] = []): RecordReader {
  const record: JsonObject = isObject(value) ? value : {};
  const at = (field: string) => (field === "" ? path : path === "" ? field : `${path}.${field}`);
  const fail = (field: string, message: string) => void problems.push({ path: at(field), message });
  if (!isObject(value)) fail("", `must be an object, not ${shownValue(value)}`);
  const valueOf = (field: string) => (Object.hasOwn(record, field) ? (record[field] ?? undefined) : undefined);
  const has = (field: string) => valueOf(field) !== undefined && valueOf(field) !== "";

  function scalar(field: string, takesNumber: boolean): string | undefined {
    const found = valueOf(field);
    if (found === undefined) return undefined;
    if (typeof found === "string") return found.trim() === "" ? undefined : found.trim();
    if (takesNumber && typeof found === "number") return String(found);
    fail(field, `must be a text, not ${shownValue(found)}`);
    return undefined;
  }

  function list(field: string): readonly { readonly path: string; readonly value: JsonValue }[] {
    const found = valueOf(field) ?? [];
    if (Array.isArray(found)) {
      return (found as readonly JsonValue[]).map((each, index) => ({ path: `${at(field)}[${index}]`, value: each }));
    }
    fail(field, `must be a list, not ${shownValue(found)}`);
    return [];
  }

  return {
    path,
    problems,
    has,
    isObject: (field) => isObject(valueOf(field)),
    text: (field) => scalar(field, false),
    plain: (field) => scalar(field, true),
    flag(field) {
      const found = valueOf(field);
      if (found === undefined || typeof found === "boolean") return found;
      fail(field, `must be true or false, not ${shownValue(found)}`);
      return undefined;
    },
    count(field) {
      if (!has(field)) {
        fail(field, "is missing: how many are recommended");
        return undefined;
      }
      const text = scalar(field, true);
      if (text === undefined) return undefined;
      const number = /^\d{1,15}(\.0+)?$/.test(text) ? Number(text) : Number.NaN;
      if (Number.isSafeInteger(number) && number > 0) return number;
      const isFraction = /^\d+\.\d+$/.test(text) && !/^0+\.0+$/.test(text);
      fail(
        field,
        isFraction
          ? `is ${shownValue(text)}: only whole ones are sold, and a fraction is not rounded`
          : `must be a whole number from 1, not ${shownValue(text)}`,
      );
      return undefined;
    },
    object: (field) => readRecord(at(field), valueOf(field) ?? {}, problems),
    list,
    objects: (field) => list(field).map((each) => readRecord(each.path, each.value, problems)),
    fail,
  };
}

/** What a field says, in a form that is compared: `undefined` is compared with nothing. */
export interface Said {
  readonly from: RecordReader;
  readonly field: string;
  readonly text: string | undefined;
}

/** Each of the fields in each of the readers, with its text or number. */
export function saidIn(readers: readonly RecordReader[], fields: readonly string[]): readonly Said[] {
  return [...new Set(readers)].flatMap((from) =>
    fields.map((field): Said => ({ from, field, text: from.plain(field) })),
  );
}

/**
 * What the first of several fields says that stand for one thing; a problem where they say different things. `plain` makes the same
 * text of what means the same.
 */
export function agreed(said: readonly Said[], plain: (text: string) => string): string | undefined {
  const [first, ...others] = said.flatMap(({ text, ...rest }) => (text === undefined ? [] : [{ ...rest, text }]));
  if (first === undefined) return undefined;
  for (const { from, field, text } of others) {
    if (plain(text) === plain(first.text)) continue;
    const at = from === first.from || first.from.path === "" ? first.field : `${first.from.path}.${first.field}`;
    from.fail(field, `is ${shownValue(text)}, and ${at} is ${shownValue(first.text)}`);
    break;
  }
  return first.text;
}

/** An amount of a foreign estimate with two decimal places, for a note; undefined for what is no amount above zero. */
export function estimatedAmount(text: string | undefined): string | undefined {
  const amount = text !== undefined && /^\d{1,12}(\.\d{1,40})?$/.test(text) ? Number(text) : 0;
  return amount > 0 ? amount.toFixed(2) : undefined;
}

/** What a table has under a foreign word; undefined where it has none of its own. */
export function lookUp<Value>(table: Readonly<Record<string, Value>>, word: string): Value | undefined {
  return Object.hasOwn(table, word) ? table[word] : undefined;
}
