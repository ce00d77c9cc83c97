import { type ExecutionProblem, InvalidExecutionError } from "../contract/errors.ts";
import type { JsonObject, JsonValue } from "../contract/json.ts";
import { lookUp, shownValue } from "../contract/read-record.ts";
import type { RecommendationSource, Setting, SourceRecord } from "../contract/recommendation-source.ts";
import { nearest } from "../contract/did-you-mean.ts";

/** By service and field, what a source does not say. */
export type SettingValues = Readonly<Record<string, Readonly<Record<string, string | number | boolean>>>>;

/** One of them. `of`: only for records that name this. */
interface GivenValue {
  readonly service: string;
  readonly setting: Setting;
  readonly of: string | undefined;
  readonly text: string;
}

/** What was given, understood. */
export type Given = readonly GivenValue[];

/** Throws an InvalidExecutionError for a service or a field that the source knows nothing of. */
export function readSettings(values: SettingValues, { settings }: RecommendationSource): Given {
  const problems: ExecutionProblem[] = [];
  const services = Object.keys(settings);
  const given = Object.entries(values).flatMap(([service, fields]) => {
    const known = lookUp(settings, service);
    if (known === undefined) {
      const message = `is not a service of this source; they are ${services.join(", ")}${nearest(service, services)}`;
      problems.push({ path: `set ${service}`, message });
      return [];
    }
    return Object.entries(fields).flatMap(([name, value]): GivenValue[] => {
      const [field = "", ...rest] = name.split(".");
      const setting = known.find((each) => each.field === field);
      const names = known.map((each) => each.field);
      if (setting !== undefined) {
        return [{ service, setting, of: rest.length === 0 ? undefined : rest.join("."), text: String(value) }];
      }
      const message = `cannot be set; these can: ${names.join(", ")}${nearest(field, names)}`;
      problems.push({ path: `set ${service}.${name}`, message });
      return [];
    });
  });
  if (problems.length > 0) throw new InvalidExecutionError(problems, "import");
  return given;
}

/** The fields of each record with what was given; what is still to be given, and what cannot be. */
export function withSettings(all: readonly SourceRecord[], { settings }: RecommendationSource, given: Given) {
  const problems = new Map<string, ExecutionProblem>();
  const note: Note = (path, message) => void (problems.has(path) || problems.set(path, { path, message }));
  const missing = new Map<string, { readonly setting: Setting; readonly count: number }>();
  const fields = new Map<SourceRecord, JsonObject>();
  const records = all.filter((record) => record.problems.length === 0 && record.fields !== undefined);
  const valueFor = finderOf(records, given, note);
  for (const record of records) {
    let whole: JsonObject | undefined = record.fields;
    const service = record.facets["service"] ?? "";
    for (const setting of lookUp(settings, service) ?? []) {
      const { name, value } = valueFor(record, service, setting);
      const said = record.fields?.[setting.field];
      if (value !== undefined) {
        const meant = readValue(value, record, note);
        whole = meant === undefined ? undefined : whole && { ...whole, [setting.field]: said ?? meant };
      } else if (said === undefined && setting.isNeeded(whole ?? record.fields ?? {})) {
        whole = undefined;
        missing.set(name, { setting, count: (missing.get(name)?.count ?? 0) + 1 });
      }
    }
    if (whole !== undefined) fields.set(record, whole);
  }
  for (const [name, { setting, count }] of missing) {
    const who = count === 1 ? "1 record does" : `${count} records do`;
    note(`set ${name}`, `is missing: ${who} not say it. It must be ${setting.allowed}`);
  }
  return { fields, problems: [...problems.values()] };
}

type Note = (path: string, message: string) => void;

const pathOf = ({ service, setting, of }: GivenValue) =>
  `set ${service}.${setting.field}${of === undefined ? "" : `.${of}`}`;

/** Finds what was given for a field of a record, and under which name it is to be given. */
function finderOf(records: readonly SourceRecord[], given: Given, note: Note) {
  const named = new Map<string, Set<string>>();
  for (const { facets, known } of records) {
    for (const [field, value] of Object.entries(known)) {
      const name = `${facets["service"]}.${field}`;
      named.set(name, (named.get(name) ?? new Set()).add(value));
    }
  }
  for (const value of given) {
    const { service, setting, of } = value;
    if (of === undefined || named.get(`${service}.${setting.field}`)?.has(of)) continue;
    note(pathOf(value), `is for nothing: no record names ${shownValue(of)}`);
  }
  return ({ known }: SourceRecord, service: string, { field, isPerRecord = false }: Setting) => {
    const plain = `${service}.${field}`;
    const own = known[field];
    const isShared = !isPerRecord || own === undefined || (named.get(plain)?.size ?? 0) < 2;
    const ofField = given.filter((each) => each.service === service && each.setting.field === field);
    const value =
      ofField.find(({ of }) => of !== undefined && of === own) ??
      (isShared ? ofField.find(({ of }) => of === undefined) : undefined);
    return { name: isShared ? plain : `${plain}.${own}`, value };
  };
}

/** The value that was given for a field of a record; undefined where it is none, or contradicts the record. */
function readValue(value: GivenValue, { path, fields, known }: SourceRecord, note: Note): JsonValue | undefined {
  const { setting, text } = value;
  const said = fields?.[setting.field];
  const meant = setting.read(text, known);
  if (meant === undefined) {
    note(pathOf(value), `must be ${setting.allowed}, not ${shownValue(text)}${nearest(text, setting.words)}`);
    return undefined;
  }
  if (said === undefined || JSON.stringify(said).toLowerCase() === JSON.stringify(meant).toLowerCase()) return meant;
  const shown = typeof said === "object" ? JSON.stringify(said).slice(0, 120) : shownValue(said);
  note(pathOf(value), `contradicts ${path}, which says ${shown}: leave it out, or choose other records`);
  return undefined;
}
