import type { Facts } from "../../src/contract/listed.ts";

/** What is asked for, by field, in AWS' own words. */
export type Asked = Readonly<Record<string, string>>;

/** The fields that something found states, and otherwise than they were asked for: what AWS left out may still fit. */
export function differingFields(asked: Asked, found: Facts): readonly string[] {
  return Object.keys(asked).filter((field) => found[field] !== undefined && found[field] !== asked[field]);
}

/** Whether something found states all that was asked for. */
export function statesAll(asked: Asked, found: Facts): boolean {
  return Object.entries(asked).every(([field, value]) => found[field] === value);
}
