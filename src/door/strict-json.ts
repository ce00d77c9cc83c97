import { findJsonProblem } from "../contract/find-json-problem.ts";
import { RequestError } from "./problem.ts";

/**
 * The text of a body that is strict JSON: in UTF-8, without a name that is given twice in one object, and not nested without end.
 * Undefined for one that is empty and may be left out. Throws a RequestError for what is none, or is longer than the limit (in bytes).
 */
export async function readJsonText(request: Request, limit: number, isOptional: boolean): Promise<string | undefined> {
  if (!isOptional) checkMediaType(request.headers);
  const bytes = await readBytes(request, limit);
  if (isOptional && bytes.length === 0) return undefined;
  checkMediaType(request.headers);
  const text = decode(bytes);
  const problem = findJsonProblem(text);
  if (problem === undefined) return text;
  const { line, column, message } = problem;
  throw new RequestError("malformed-request", `The body is not JSON: line ${line}, column ${column}: ${message}.`);
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

/** The bytes of a body. Throws a RequestError where there are more than the limit. */
export async function readBytes({ headers, body }: Request, limit: number): Promise<Uint8Array> {
  const tooLarge = () =>
    new RequestError("request-too-large", `The body is larger than ${limit} bytes.`, {
      headers: { connection: "close" },
    });
  if (Number(headers.get("content-length") ?? 0) > limit) throw tooLarge();
  const chunks: Uint8Array[] = [];
  let length = 0;
  for await (const chunk of body ?? []) {
    length += chunk.length;
    if (length > limit) throw tooLarge();
    chunks.push(chunk);
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
