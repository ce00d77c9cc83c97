import type { SandboxResponse } from "../server/imitation.ts";

/** What is thrown to end a request with an error in Azure Resource Manager's shape. */
export class ArmError extends Error {
  override readonly name = "ArmError";
  readonly status: number;
  readonly code: string;

  constructor(status: number, code: string, message: string) {
    super(message);
    this.status = status;
    this.code = code;
  }
}

/** The code that goes with a status where nothing says otherwise. */
const usualCodes: Readonly<Record<number, string>> = {
  400: "BadRequest",
  401: "InvalidAccessToken",
  403: "AuthorizationFailed",
  404: "NotFound",
  408: "RequestTimeout",
  429: "TooManyRequests",
  500: "InternalServerError",
  502: "BadGateway",
  503: "ServiceUnavailable",
  504: "ServerTimeout",
};

export function armAnswer(
  status: number,
  body: unknown,
  headers: Readonly<Record<string, string>> = {},
): SandboxResponse {
  return {
    status,
    headers: { "content-type": "application/json; charset=utf-8", ...headers },
    body: JSON.stringify(body),
  };
}

/** `{ "error": { "code", "message" } }` */
export function armErrorAnswer(status: number, code?: string, message?: string): SandboxResponse {
  const name = code ?? usualCodes[status] ?? "OperationFailed";
  return armAnswer(status, { error: { code: name, message: message ?? `The sandbox answers ${status} ${name}.` } });
}
