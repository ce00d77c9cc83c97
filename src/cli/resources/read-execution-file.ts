import { readJsonFile, readTextFile } from "./read-text-file.ts";

/**
 * The JSON value in an execution file, not yet validated. A byte order mark is skipped.
 * Throws a BuyonceError `invalid-execution` for a file that cannot be read, is larger than 10 MB, is not UTF-8, or is not
 * JSON (with line and column); a name given twice in one object is an error too.
 */
export async function readExecutionFile(file: string): Promise<unknown> {
  const kind = {
    subject: `The execution file ${file}`,
    // Ten thousand recommendations fit several times over.
    megabytes: 10,
    split: "Split it into several executions.",
    code: "invalid-execution",
  } as const;
  return readJsonFile(file, kind, ({ message }) => message);
}

/**
 * The text of an export of another engine's tables. A byte order mark is skipped. Throws a BuyonceError `invalid-execution` for a
 * file that cannot be read, is larger than 100 MB, is not UTF-8, or is empty.
 */
export async function readExportFile(file: string): Promise<string> {
  return readTextFile(file, {
    subject: `The export ${file}`,
    megabytes: 100,
    split: "Export it in parts.",
    code: "invalid-execution",
  });
}

/**
 * The text of an answer that holds recommendations. A byte order mark is skipped. Throws a BuyonceError `invalid-execution` for a
 * file that cannot be read, is larger than 50 MB, is not UTF-8, or is empty.
 */
export async function readAnswerFile(file: string): Promise<string> {
  return readTextFile(file, {
    subject: `The answer ${file}`,
    megabytes: 50,
    split: "Ask for less at once.",
    code: "invalid-execution",
  });
}
