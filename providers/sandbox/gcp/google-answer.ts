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

export function googleAnswer(status: number, body: unknown): SandboxResponse {
  return { status, headers: { "content-type": "application/json; charset=UTF-8" }, body: JSON.stringify(body) };
}

/** `{ "error": { "code": 409, "message", "errors": [{ "message", "domain", "reason" }] } }` */
export function googleErrorAnswer(status: number, given?: string, said?: string): SandboxResponse {
  const reason = given ?? usualReasons[status] ?? "backendError";
  const message = said ?? `The sandbox answers ${status} ${reason}.`;
  return googleAnswer(status, { error: { code: status, message, errors: [{ message, domain: "global", reason }] } });
}
