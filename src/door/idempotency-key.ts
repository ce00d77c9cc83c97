import { RequestError } from "./problem.ts";

/** The longest key, in characters. */
const longest = 255;

/**
 * The key in a header `Idempotency-Key`: a string of a structured field, `"a-1"` (draft-ietf-httpapi-idempotency-key-header-07), or the
 * same without the quotes, as many clients send it. Throws a RequestError for one that is none.
 */
export function readKey(header: string): string {
  const [, quoted, bare] =
    /^(?:"((?:[\x20-\x21\x23-\x5b\x5d-\x7e]|\\["\\])*)"|([\x21\x23-\x2b\x2d-\x5b\x5d-\x7e]+))$/.exec(header) ?? [];
  const key = bare ?? quoted?.replaceAll(/\\(["\\])/g, "$1");
  if (key === undefined || key.trim() === "")
    throw malformed("has to be a string in double quotes, of characters of ASCII that show");
  if (key.length > longest) throw malformed(`has at most ${longest} characters`);
  return key;
}

/** That a request that is recorded under a key has none. */
export function keyMissing(): RequestError {
  return malformed(
    "is missing: name one for each execution, and send it again with every repetition; or PUT the execution to its id",
  );
}

function malformed(what: string): RequestError {
  return new RequestError("malformed-request", `The header Idempotency-Key ${what}. Nothing was recorded.`, {
    problems: [{ parameter: "Idempotency-Key", detail: what }],
  });
}
