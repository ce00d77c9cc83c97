// What the headers of answers say, for the document.

const descriptions = {
  ETag: "Of the report, for If-None-Match; of the terms, for If-Match.",
  "Content-Location": "Where what is answered can be read again.",
  Location: "Where the execution is.",
  "Retry-After": "Seconds after which it is worth asking again; not there where nothing goes on by itself.",
  "Idempotency-Replayed": "true: it was recorded before, and this request changed nothing.",
  "Preference-Applied": "The wait that was taken of Prefer.",
} as const;

/** A header of an answer that the document names. */
export type HeaderName = keyof typeof descriptions;

/** Those of a report that answers a request to have something driven. */
export const reportHeaders: readonly HeaderName[] = [
  "ETag",
  "Content-Location",
  "Location",
  "Retry-After",
  "Preference-Applied",
];

/** Headers as OpenAPI describes them. */
export function headersDocument(names: readonly HeaderName[]) {
  const entries = names.map((name) => [
    name,
    { description: descriptions[name], schema: { type: name === "Retry-After" ? "integer" : "string" } },
  ]);
  return names.length === 0 ? {} : { headers: Object.fromEntries(entries) as Readonly<Record<string, object>> };
}
