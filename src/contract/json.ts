/** A value that survives JSON unchanged: what the ledger stores and what providers freeze in a submission. */
export type JsonValue = string | number | boolean | null | readonly JsonValue[] | JsonObject;

/** A JSON object; absent members are left out when it is written. */
export interface JsonObject {
  readonly [name: string]: JsonValue | undefined;
}
