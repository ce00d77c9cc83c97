import type { SandboxResponse } from "../server/imitation.ts";

/** What is thrown to end a request with an error in the shape of Google's APIs. */
export class GoogleFault extends Error {
  override readonly name = "GoogleFault";
  readonly status: number;
  readonly reason: string;

  constructor(status: number, reason: string, message: string) {
    super(message);
    this.status = status;
    this.reason = reason;
  }
}

/** The reason that goes with a status where nothing says otherwise. */
const usualReasons: Readonly<Record<number, string>> = {
  400: "invalid",
  401: "authError",
  403: "forbidden",
  404: "notFound",
  409: "alreadyExists",
  429: "rateLimitExceeded",
  500: "internalError",
  503: "backendError",
};

/** The same in the words of newer APIs: https://cloud.google.com/apis/design/errors */
const usualStatuses: Readonly<Record<number, string>> = {
  400: "INVALID_ARGUMENT",
  401: "UNAUTHENTICATED",
  403: "PERMISSION_DENIED",
  404: "NOT_FOUND",
  409: "ALREADY_EXISTS",
  429: "RESOURCE_EXHAUSTED",
  500: "INTERNAL",
  503: "UNAVAILABLE",
};

export function googleAnswer(status: number, body: unknown): SandboxResponse {
  return { status, headers: { "content-type": "application/json; charset=UTF-8" }, body: JSON.stringify(body) };
}

/** `{ "error": { "code": 409, "message", "status" } }`, as newer APIs say it. */
export function googleStatusAnswer(status: number, given?: string, said?: string): SandboxResponse {
  const word = given ?? usualStatuses[status] ?? "UNAVAILABLE";
  return googleAnswer(status, {
    error: { code: status, message: said ?? `The sandbox answers ${status} ${word}.`, status: word },
  });
}

/** `{ "error": { "code": 409, "message", "errors": [{ "message", "domain", "reason" }] } }` */
export function googleErrorAnswer(status: number, given?: string, said?: string): SandboxResponse {
  const reason = given ?? usualReasons[status] ?? "backendError";
  const message = said ?? `The sandbox answers ${status} ${reason}.`;
  return googleAnswer(status, { error: { code: status, message, errors: [{ message, domain: "global", reason }] } });
}
