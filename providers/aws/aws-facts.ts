import type { Facts } from "../../src/contract/listed.ts";
import { durations } from "./aws-fields.ts";

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

const years = new Map([
  [`${durations.P1Y} s`, "1 year"],
  [`${durations.P3Y} s`, "3 years"],
]);

/** For messages: what is sold, as a person would say it. A yes or no comes with its field, and what is not stated is a question mark. */
export function factsInWords(facts: Facts): string {
  const words = Object.entries(facts).map(([field, value = "?"]) => {
    return value === "true" || value === "false" ? `${field} ${value}` : (years.get(value) ?? value);
  });
  return words.join(", ");
}
