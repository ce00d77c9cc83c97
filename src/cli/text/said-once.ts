import { cleanText } from "../../contract/clean-text.ts";
import type { OutcomeError } from "../../contract/report.ts";
import { wrap } from "../terminal/table.ts";

/** What is said of an error. */
type Said = Pick<OutcomeError, "message"> & { readonly code: string };

/** What the rows of a table say of their errors, and what stands below it. */
export interface SaidOnce {
  /** For a row: the message and its code; of a message that several rows share, the code alone. */
  readonly inRow: (error: Said) => string;
  /** What the rows left out until now, each message once, with an empty line before it. Empty for nothing. */
  readonly below: () => string;
}

/** The message of an error and its code. */
export function errorText({ message, code }: Said): string {
  return `${message} (${code})`;
}

/** Shorter ones may stand in every row: they are read faster there. */
const longMessage = 80;

/** Says a long message that several rows share once below the table, of so many columns. */
export function saidOnce(errors: readonly (Said | undefined)[], width: number): SaidOnce {
  const long = errors.filter((error) => error !== undefined).filter(({ message }) => message.length > longMessage);
  const shared = [...Map.groupBy(long, errorText).values()].flatMap(([first, ...more]) =>
    first === undefined || more.length === 0 ? [] : [first],
  );
  const names = new Map<string, string>();
  for (const { message, code } of shared) {
    // Two messages of one code are told apart.
    const alike = shared.filter((error) => error.code === code);
    const number = alike.findIndex((error) => error.message === message) + 1;
    names.set(errorText({ message, code }), alike.length === 1 ? code : `${code} [${number}]`);
  }
  const left = new Map<string, string>();
  return {
    inRow: (error) => {
      const name = names.get(errorText(error));
      if (name !== undefined) left.set(name, error.message);
      return name ?? errorText(error);
    },
    below: () =>
      [...left].map(([name, message]) => `\n${wrap(cleanText(`${name}: ${message}`), width).join("\n")}\n`).join(""),
  };
}
