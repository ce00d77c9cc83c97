import type { JsonObject, JsonValue } from "./json.ts";

/** A problem with what is imported: where in the answer (`[3].location`), and the end of a sentence that begins with it. */
export interface SourceProblem {
  readonly path: string;
  readonly message: string;
}

/**
 * A field of a recommendation that the source may leave unsaid, or always does. Whoever imports says it: nothing that decides
 * money is guessed.
 */
export interface Setting {
  /** The field of the recommendation: `offeringClass`. */
  readonly field: string;
  /** What it may be, for people: `"standard" or "convertible"`. */
  readonly allowed: string;
  /** The words among which a misspelt one is looked for. */
  readonly words: readonly string[];
  /** One value is not meant for records of which `known` differs in this field: each has its own. */
  readonly isPerRecord?: boolean;
  /** False: the recommendation is whole without it. */
  readonly isNeeded: (fields: JsonObject) => boolean;
  /** The value that a text means, for a record of which `known` are further facts; undefined where it means none. */
  read(text: string, known: Readonly<Record<string, string>>): JsonValue | undefined;
}

/** What became of a record. */
export interface SourceRecord {
  /** Where it is in the answer: `Recommendations[0].RecommendationDetails[3]`. */
  readonly path: string;
  /** By which records can be chosen; a translated one names its service: `{ service: "ec2", term: "P1Y", lookBack: "30 days" }`. */
  readonly facets: Readonly<Record<string, string>>;
  /** What it says, in the fields of a recommendation, with `provider` and `service`; undefined where there are problems. */
  readonly fields: JsonObject | undefined;
  /** Why it cannot be translated. Empty where it can. */
  readonly problems: readonly SourceProblem[];
  /** Facts that settings may need, and by which the values of one setting are told apart: `{ projectId: "123456789012" }`. */
  readonly known: Readonly<Record<string, string>>;
  /**
   * The usage that it is about. Of two records with the same usage, one is another way to cover what the other covers: another
   * term, another look-back. `scope` is the part of the customer that it looks at, `part` the part of the usage that it covers;
   * undefined: all of it.
   */
  readonly usage: { readonly key: string; readonly scope: string | undefined; readonly part?: string | undefined };
  /** The source's estimate of savings, for people. */
  readonly note: string | undefined;
}

/** What was found in an answer. */
export interface SourceAnswer {
  readonly records: readonly SourceRecord[];
  /** Why the answer as a whole cannot be used. */
  readonly problems: readonly SourceProblem[];
  /** Where it says that there is more than it holds: `NextPageToken`. Empty where it is whole. */
  readonly incomplete: readonly string[];
}

/** Somebody's recommendations, whose form a provider knows: `cost-explorer`, `azure-advisor`. */
export interface RecommendationSource {
  /** For people: `Cost Explorer`. */
  readonly title: string;
  /** What has to be in the file, for people: `what aws ce get-… printed`. */
  readonly wants: string;
  /** The services that it recommends, each with what has to be said besides. */
  readonly settings: Readonly<Record<string, readonly Setting[]>>;
  /** By what records can be chosen: the names of their facets. */
  readonly facets: readonly string[];
  /** Reads a parsed answer. Throws nothing. */
  read(answer: JsonValue): SourceAnswer;
}

const always = () => true;

/** A setting with one of these words. */
export function wordSetting(field: string, words: readonly string[], isNeeded: Setting["isNeeded"] = always): Setting {
  const allowed = words.map((word) => `"${word}"`).join(" or ");
  return { field, allowed, words, isNeeded, read: (text) => (words.includes(text) ? text : undefined) };
}

/** A setting that is true or false. */
export function flagSetting(field: string): Setting {
  const values: Readonly<Record<string, boolean>> = { true: true, false: false };
  const words = Object.keys(values);
  const read = (text: string) => (Object.hasOwn(values, text) ? values[text] : undefined);
  return { field, allowed: "true or false", words, isNeeded: always, read };
}

/** A setting with a text of this form. */
export function textSetting(
  field: string,
  pattern: RegExp,
  allowed: string,
  isNeeded: Setting["isNeeded"] = always,
): Setting {
  return { field, allowed, words: [], isNeeded, read: (text) => (pattern.test(text) ? text : undefined) };
}
