import { cleanText } from "../../spec/clean-text.ts";

/** A recommendation's description for a cell of a table: the count is not torn from what is counted. */
export function whatText(description = ""): string {
  return cleanText(description).replaceAll(" × ", "\u00A0×\u00A0");
}
