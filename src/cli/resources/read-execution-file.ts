import type { StandardInput } from "../terminal/terminal.ts";
import { isStandardInput, readJsonFile, readTextFile } from "./read-text-file.ts";

/** What people call a file of the command line: `-` is standard input. */
export function nameOfFile(file: string): string {
  return isStandardInput(file) ? "standard input" : file;
}

/** How a sentence about a file begins: `The execution file e.json`, `The execution on standard input`. */
function subjectOf(what: string, noun: string, file: string): string {
  return isStandardInput(file) ? `The ${what} on standard input` : `The ${noun} ${file}`;
}

/**
 * The JSON value in an execution file, or on standard input for `-`, not yet validated. A byte order mark is skipped.
 * Throws a BuyonceError `invalid-execution` for a file that cannot be read, is larger than 10 MB, is not UTF-8, or is not
 * JSON (with line and column); a name given twice in one object is an error too.
 */
export async function readExecutionFile(file: string, stdin: StandardInput): Promise<unknown> {
  const kind = {
    subject: subjectOf("execution", "execution file", file),
    stdin,
    // Ten thousand recommendations fit several times over.
    megabytes: 10,
    split: "Split it into several executions.",
    code: "invalid-execution",
  } as const;
  return readJsonFile(file, kind, ({ message }) => message);
}

/**
 * The text of an export of another engine's tables, of standard input for `-`. A byte order mark is skipped. Throws a BuyonceError `invalid-execution` for a
 * file that cannot be read, is larger than 100 MB, is not UTF-8, or is empty.
 */
export async function readExportFile(file: string, stdin: StandardInput): Promise<string> {
  return readTextFile(file, {
    subject: subjectOf("export", "export", file),
    stdin,
    megabytes: 100,
    split: "Export it in parts.",
    code: "invalid-execution",
  });
}

/**
 * The text of an answer that holds recommendations, of standard input for `-`. A byte order mark is skipped. Throws a BuyonceError `invalid-execution` for a
 * file that cannot be read, is larger than 50 MB, is not UTF-8, or is empty.
 */
export async function readAnswerFile(file: string, stdin: StandardInput): Promise<string> {
  return readTextFile(file, {
    subject: subjectOf("answer", "answer", file),
    stdin,
    megabytes: 50,
    split: "Ask for less at once.",
    code: "invalid-execution",
  });
}
