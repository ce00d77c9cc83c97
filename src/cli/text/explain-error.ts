import { BuyonceError, messageOf } from "../../contract/errors.ts";
import { maskPassword } from "./mask-password.ts";

/** How many causes are told: more help nobody, and a chain may bite its tail. */
const maxCauses = 5;

/**
 * An error for a person: its sentence, and one more for every cause that says something new. The messages of this
 * package's own errors are written for people and stand alone. Passwords of ledger URLs are masked.
 */
export function explainError(error: unknown): string {
  return maskPassword(explanation(error));
}

function explanation(error: unknown): string {
  if (BuyonceError.isInstance(error) && error.code !== "internal") return error.message;
  const sentences: string[] = [];
  let current = error;
  for (let depth = 0; current !== undefined && depth <= maxCauses; depth++) {
    const text = messageOf(current).trim() || (current instanceof Error ? current.name : "an error without a message");
    if (!sentences.some((sentence) => sentence.includes(text))) {
      sentences.push(`${depth === 0 ? "" : "Caused by: "}${/[.!?]$/.test(text) ? text : `${text}.`}`);
    }
    current = current instanceof Error ? current.cause : undefined;
  }
  return sentences.join(" ");
}
