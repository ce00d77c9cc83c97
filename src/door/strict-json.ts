import { findJsonProblem } from "../contract/find-json-problem.ts";
import type { ByteBudget } from "./byte-budget.ts";
import { RequestError } from "./problem.ts";

/** How bodies are read. */
export interface BodyReading {
  /** The longest, in bytes. */
  readonly limit: number;
  /** Those that are read at once, or worked on. */
  readonly bodies: ByteBudget;
}

/**
 * The text of a body that is strict JSON: in UTF-8, without a name that is given twice in one object, and not nested without end.
 * Without a text for one that is empty and may be left out. `release` gives its bytes back. Throws a RequestError for what is none, or is
 * longer than the limit, and where its turn does not come.
 */
export async function readJsonText(
  request: Request,
  { limit, bodies }: BodyReading,
  isOptional: boolean,
): Promise<{ readonly text?: string; readonly release: () => void }> {
  if (!isOptional) checkMediaType(request.headers);
  const length = lengthOf(request, limit);
  if (length > limit) throw tooLarge(limit);
  const release = await bodies.take(length, request.signal);
  try {
    const bytes = await readBytes(request, length);
    if (isOptional && bytes.length === 0) return { release };
    checkMediaType(request.headers);
    const text = decode(bytes);
    const problem = findJsonProblem(text);
    if (problem === undefined) return { text, release };
    const { line, column, message } = problem;
    throw new RequestError("malformed-request", `The body is not JSON: line ${line}, column ${column}: ${message}.`);
  } catch (error) {
    release();
    throw error;
  }
}

/** How long a body may be, in bytes: whoever does not say it may send as much as is taken. */
function lengthOf({ headers, body }: Request, limit: number): number {
  if (body === null) return 0;
  const declared = headers.get("content-length");
  return declared !== null && /^\d+$/.test(declared) ? Number(declared) : limit;
}

function checkMediaType(headers: Headers): void {
  const [type = "", ...parameters] = (headers.get("content-type") ?? "")
    .split(";")
    .map((part) => part.trim().toLowerCase());
  const charset = parameters.find((parameter) => parameter.startsWith("charset="))?.slice("charset=".length);
  if (type !== "application/json" || ![undefined, "utf-8", '"utf-8"', "utf8"].includes(charset)) {
    throw new RequestError("unsupported-media-type", "The body has to be application/json, in UTF-8.", {
      headers: { accept: "application/json" },
    });
  }
  if ((headers.get("content-encoding") ?? "identity") !== "identity") {
    throw new RequestError("unsupported-media-type", "The body may not be compressed.", {
      headers: { "accept-encoding": "identity" },
    });
  }
}

function tooLarge(limit: number): RequestError {
  return new RequestError("request-too-large", `The body is larger than ${limit} bytes.`, {
    headers: { connection: "close" },
  });
}

/** The bytes of a body. Throws a RequestError where there are more than the limit, or where it breaks off. */
export async function readBytes({ body }: Request, limit: number): Promise<Uint8Array> {
  const chunks: Uint8Array[] = [];
  let length = 0;
  try {
    for await (const chunk of body ?? []) {
      length += chunk.length;
      if (length > limit) throw tooLarge(limit);
      chunks.push(chunk);
    }
  } catch (error) {
    if (error instanceof RequestError) throw error;
    // The client is gone, or was cut.
    throw new RequestError("malformed-request", "The body ended before it was whole. Nothing was recorded.", {
      cause: error,
    });
  }
  return Buffer.concat(chunks);
}

/** Their text. Throws a RequestError for what is not UTF-8. */
export function decode(bytes: Uint8Array): string {
  try {
    return new TextDecoder("utf-8", { fatal: true }).decode(bytes);
  } catch (error) {
    if (!(error instanceof TypeError)) throw error;
    throw new RequestError("unsupported-media-type", "The body is not UTF-8.");
  }
}
