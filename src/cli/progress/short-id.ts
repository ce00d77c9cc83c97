import { cleanText } from "../../spec/clean-text.ts";

/** An execution's id, short enough to stand before every line. */
export function shortId(executionId: string): string {
  const text = cleanText(executionId);
  return text.length > 20 ? `${text.slice(0, 12)}…` : text;
}
