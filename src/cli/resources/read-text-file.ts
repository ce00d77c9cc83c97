import { createReadStream } from "node:fs";
import { BuyonceError, type ErrorCode, messageOf } from "../../contract/errors.ts";
import { findJsonProblem, type JsonProblem } from "../../contract/find-json-problem.ts";
import type { StandardInput } from "../terminal/terminal.ts";

/** What is read, and how much of it at most. */
export interface TextFile {
  /** How a sentence about it begins: `The execution file orders.json`. */
  readonly subject: string;
  /** What is read where the file is `-`. Without it, that is a file like any other. */
  readonly stdin?: StandardInput;
  readonly megabytes: number;
  /** What to do about one that is larger. */
  readonly split: string;
  /** Of the error for one that cannot be used. */
  readonly code: ErrorCode;
}

const reasons: Readonly<Record<string, string>> = {
  ENOENT: "there is no such file",
  EACCES: "this user may not read it",
  EPERM: "this user may not read it",
  EISDIR: "it is a folder",
  ENOTDIR: "a part of its path is not a folder",
};

/**
 * The JSON value in a file, not yet validated. `problemText` says what of a problem is shown. Throws as {@link readTextFile}, and
 * for what is not JSON (with line and column); a name given twice in one object is an error too.
 */
export async function readJsonFile(
  file: string,
  kind: TextFile,
  problemText: (problem: JsonProblem) => string,
): Promise<unknown> {
  const text = await readTextFile(file, kind);
  const problem = findJsonProblem(text);
  if (problem === undefined) return JSON.parse(text) as unknown;
  const { line, column } = problem;
  throw invalid(kind, `is not valid JSON: line ${line}, column ${column}: ${problemText(problem)}.`);
}

/**
 * The text of a file. A byte order mark is skipped. Throws a BuyonceError for a file that cannot be read, is larger than the kind
 * may be, is not UTF-8, or is empty.
 */
export async function readTextFile(file: string, kind: TextFile): Promise<string> {
  const bytes = await readBytes(file, kind);
  let text: string;
  try {
    text = new TextDecoder("utf-8", { fatal: true }).decode(bytes);
  } catch (cause) {
    throw invalid(kind, "is not UTF-8 text. Save it as UTF-8.", cause);
  }
  if (text.trim() === "") throw invalid(kind, "is empty.");
  return text;
}

/** Whether a file that is named on the command line is standard input. A file of that name is `./-`. */
export function isStandardInput(file: string): boolean {
  return file === "-";
}

/** Reads no more than the limit, whatever the file system says of the size: a pipe has none. */
async function readBytes(file: string, kind: TextFile): Promise<Buffer> {
  const maxBytes = kind.megabytes * 1_000_000;
  const stdin = isStandardInput(file) ? kind.stdin : undefined;
  if (stdin?.isTTY === true) {
    throw invalid(kind, "cannot be read: standard input is a terminal. Name a file, or give one by < FILE or a pipe.");
  }
  const source: AsyncIterable<Uint8Array | string> = stdin ?? createReadStream(file, { end: maxBytes });
  const chunks: Buffer[] = [];
  let size = 0;
  try {
    for await (const chunk of source) {
      const bytes = Buffer.from(chunk);
      chunks.push(bytes);
      size += bytes.length;
      if (size > maxBytes) break;
    }
  } catch (error) {
    const code = error instanceof Error && "code" in error ? String(error.code) : "";
    throw invalid(kind, `cannot be read: ${reasons[code] ?? messageOf(error)}.`, error);
  }
  if (size > maxBytes) throw invalid(kind, `is larger than ${kind.megabytes} MB. ${kind.split}`);
  return Buffer.concat(chunks);
}

function invalid({ subject, code }: TextFile, problem: string, cause?: unknown): BuyonceError {
  return new BuyonceError({ code, message: `${subject} ${problem} Nothing was sent.`, cause });
}
