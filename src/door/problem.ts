import { escapeHidden } from "../contract/escape-hidden.ts";
import { adviceOf } from "../contract/error-advice.ts";
import {
  BuyonceError,
  type ErrorCode,
  type ExecutionProblem,
  InvalidExecutionError,
  messageOf,
} from "../contract/errors.ts";

/** A request that is not carried out: nothing was recorded or sent for it. */
export class RequestError extends BuyonceError {
  override readonly name = "RequestError";
  readonly headers: Readonly<Record<string, string>>;
  readonly problems: readonly FieldProblem[];
  readonly more: ProblemMore;

  constructor(
    code: ErrorCode,
    message: string,
    more: {
      readonly headers?: Readonly<Record<string, string>>;
      readonly problems?: readonly FieldProblem[];
      readonly retryAfter?: number;
      readonly cause?: unknown;
      readonly more?: ProblemMore | undefined;
    } = {},
  ) {
    const { headers = {}, problems = [], retryAfter, cause } = more;
    super({ code, message, retryable: retryAfter !== undefined, retryAfter, cause });
    this.headers = headers;
    this.problems = problems;
    this.more = more.more ?? {};
  }
}

/** What a problem says beside what every problem says. */
interface ProblemMore {
  /** The driver that works on the execution, and until when it holds it unless it goes on (ISO 8601). */
  readonly holder?: string | undefined;
  readonly until?: string | undefined;
}

/** One problem of a request: in its body, or in a parameter or header. */
export interface FieldProblem {
  /** A JSON pointer into the body, as a fragment: `#/recommendations/1/quantity`. */
  readonly pointer?: string;
  /** The name of the parameter or header. */
  readonly parameter?: string;
  readonly recIndex?: number;
  readonly detail: string;
}

/** The status of each code that is not 409, a conflict with what is recorded. */
const statuses: Partial<Readonly<Record<ErrorCode, number>>> = {
  "invalid-execution": 400,
  "malformed-request": 400,
  "not-authenticated": 401,
  "not-permitted": 403,
  "second-person-needed": 403,
  "foreign-origin": 403,
  "not-found": 404,
  "method-not-allowed": 405,
  "request-too-large": 413,
  "unsupported-media-type": 415,
  "terms-changed": 412,
  "execution-changed": 422,
  "source-differs": 422,
  "limits-differ": 422,
  "precondition-missing": 428,
  "too-many-requests": 429,
  "too-many-streams": 429,
  internal: 500,
  "invalid-configuration": 500,
  "lookup-failed": 502,
  "lookup-untrusted": 502,
  "credentials-unavailable": 502,
  "access-denied": 502,
  "wrong-account": 502,
  "quote-failed": 502,
  aborted: 503,
  "issuer-unavailable": 503,
  "deadline-too-near": 503,
  "server-busy": 503,
  "shutting-down": 503,
  "ledger-missing": 503,
  "ledger-unavailable": 503,
  "ledger-locked": 503,
  "ledger-read-only": 503,
  "ledger-corrupt": 503,
  "ledger-newer-schema": 503,
  "ledger-full": 503,
};

/** Their messages are for whoever runs the server: they hold paths, addresses and words of its own parts. */
const operatorsOnly: readonly ErrorCode[] = ["internal", "invalid-configuration", "issuer-unavailable"];

/** Whether the message of an error is for whoever runs the server alone. A caller with the scope `all` is taken for one. */
export function isForOperator(error: unknown): boolean {
  if (!BuyonceError.isInstance(error)) return true;
  return error.code.startsWith("ledger-") || operatorsOnly.includes(error.code);
}

/** Milliseconds after which it is worth sending again what met with a server that cannot serve now. */
const serveAgainAfter = 5000;

/** How a problem is told. */
interface Told {
  /** To one who runs the server: with its own words. */
  readonly isOperator?: boolean;
}

/** What went wrong, as problem+json (RFC 9457). Of a defect it says only that it is one. */
export function problemOf(error: unknown, { isOperator = false }: Told = {}): Response {
  const known = BuyonceError.isInstance(error) ? error : undefined;
  const code = known?.code ?? "internal";
  const status = statuses[code] ?? 409;
  const isForLater = status === 503 || code === "internal";
  const problems = problemsOf(error);
  const recIndexes = new Set(problems.map(({ recIndex }) => recIndex));
  const [recIndex] = recIndexes.size === 1 ? recIndexes : [];
  const retryAfter = known?.retryAfter ?? (status === 503 ? serveAgainAfter : undefined);
  const body = {
    type: `/errors/${code}`,
    title: adviceOf(code).plain,
    status,
    code,
    detail: isForOperator(error) && !(isOperator && known !== undefined) ? plainDetail(code) : messageOf(error),
    retryable: isForLater || (known?.retryable ?? false),
    ...(retryAfter === undefined ? {} : { retryAfter }),
    ...(recIndex === undefined ? {} : { recIndex }),
    ...(problems.length === 0 ? {} : { problems }),
    ...(error instanceof RequestError ? error.more : {}),
  };
  const headers = new Headers({ "content-type": "application/problem+json", "cache-control": "no-store" });
  if (retryAfter !== undefined) headers.set("retry-after", String(Math.ceil(retryAfter / 1000)));
  for (const [name, value] of Object.entries(error instanceof RequestError ? error.headers : {})) {
    headers.set(name, value);
  }
  return new Response(escapeHidden(JSON.stringify(body)), { status, headers });
}

/** What everybody may read about an error whose message is the operator's. */
function plainDetail(code: ErrorCode): string {
  const again = "Send the same again, or read the execution.";
  if (code !== "internal") return `${adviceOf(code).plain} The server's log says more. ${again}`;
  return `It is not known whether the request was carried out: the server has a defect, which its log names. ${again}`;
}

function problemsOf(error: unknown): readonly FieldProblem[] {
  if (error instanceof RequestError) return error.problems;
  return InvalidExecutionError.isInstance(error) ? error.problems.map(fieldProblem) : [];
}

/** `recommendations[1].quantity` as `#/recommendations/1/quantity`. */
function fieldProblem({ path, message }: ExecutionProblem): FieldProblem {
  const parts = path === "" ? [] : path.split(/[.[]/).map((part) => part.replace(/\]$/, ""));
  return pointedAt(parts, message);
}

/** A problem at a place in the body. */
export function pointedAt(path: readonly PropertyKey[], detail: string): FieldProblem {
  // A plan holds its execution.
  const [list, place] = path.slice(path[0] === "execution" ? 1 : 0).map(String);
  const pointer = `#${path.map((part) => `/${escapedPart(String(part))}`).join("")}`;
  const isAtPlace = list === "recommendations" && place !== undefined && /^\d+$/.test(place);
  return { pointer, ...(isAtPlace ? { recIndex: Number(place) } : {}), detail };
}

function escapedPart(part: string): string {
  return encodeURIComponent(part.replaceAll("~", "~0").replaceAll("/", "~1"));
}
