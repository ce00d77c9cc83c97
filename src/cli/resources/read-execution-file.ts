import { createReadStream } from "node:fs";
import { BuyonceError, messageOf } from "../../contract/errors.ts";
import { findJsonProblem } from "./find-json-problem.ts";

/** 10 MB: ten thousand recommendations fit several times over. */
const maxBytes = 10_000_000;

const reasons: Readonly<Record<string, string>> = {
  ENOENT: "there is no such file",
  EACCES: "this user may not read it",
  EPERM: "this user may not read it",
  EISDIR: "it is a folder",
  ENOTDIR: "a part of its path is not a folder",
};

/**
 * The JSON value in an execution file, not yet validated. A byte order mark is skipped.
 * Throws a BuyonceError `invalid-execution` for a file that cannot be read, is larger than 10 MB, is not UTF-8, or is not
 * JSON (with line and column); a name given twice in one object is an error too.
 */
export async function readExecutionFile(file: string): Promise<unknown> {
  const bytes = await readBytes(file);
  let text: string;
  try {
    text = new TextDecoder("utf-8", { fatal: true }).decode(bytes);
  } catch (cause) {
    throw invalid(`The execution file ${file} is not UTF-8 text. Save it as UTF-8.`, cause);
  }
  if (text.trim() === "") throw invalid(`The execution file ${file} is empty.`);
  const problem = findJsonProblem(text);
  if (problem !== undefined) {
    const { line, column, message } = problem;
    throw invalid(`The execution file ${file} is not valid JSON: line ${line}, column ${column}: ${message}.`);
  }
  return JSON.parse(text) as unknown;
}

/** Reads no more than the limit, whatever the file system says of the size: a pipe has none. */
async function readBytes(file: string): Promise<Buffer> {
  const chunks: Buffer[] = [];
  let size = 0;
  try {
    for await (const chunk of createReadStream(file, { end: maxBytes })) {
      chunks.push(chunk as Buffer);
      size += (chunk as Buffer).length;
    }
  } catch (error) {
    const code = error instanceof Error && "code" in error ? String(error.code) : "";
    throw invalid(`The execution file ${file} cannot be read: ${reasons[code] ?? messageOf(error)}.`, error);
  }
  if (size > maxBytes)
    throw invalid(`The execution file ${file} is larger than 10 MB. Split it into several executions.`);
  return Buffer.concat(chunks);
}

function invalid(message: string, cause?: unknown): BuyonceError {
  return new BuyonceError({ code: "invalid-execution", message: `${message} Nothing was sent.`, cause });
}
