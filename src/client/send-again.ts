import { messageOf, type ErrorCode } from "../contract/errors.ts";
import { ClientError, notSent, type ClientProblem } from "./client-error.ts";
import type { ClientClock } from "./client-parts.ts";

/** How a client reaches its server. */
export interface Sender {
  /** Without a slash at its end. */
  readonly base: string;
  readonly token: () => string | undefined | Promise<string | undefined>;
  readonly fetch: typeof fetch;
  readonly clock: ClientClock;
}

/** A request. It is the same, byte for byte, in every attempt. */
export interface Asked {
  readonly method: "GET" | "PUT" | "POST";
  /** `/v1/…`, escaped. */
  readonly path: string;
  readonly headers?: Readonly<Record<string, string>> | undefined;
  /** JSON. */
  readonly body?: string | undefined;
  readonly signal?: AbortSignal | undefined;
  /** Milliseconds for all attempts. */
  readonly timeout: number;
  /** Milliseconds for one. */
  readonly attemptTimeout: number;
}

/** A text of an answer, without the token. */
export type Mask = (text: string) => string;

/** An answer that was read whole. */
export interface Answered {
  readonly json: unknown;
  readonly headers: Headers;
  /** Milliseconds of `Retry-After`. */
  readonly retryAfter: number | undefined;
  readonly mask: Mask;
  readonly attempts: number;
}

/** The first pause, and the longest, in milliseconds; each is twice as long as the one before. */
const [firstPause, longestPause] = [250, 10_000];

/** A pause before the next attempt: never earlier than the server said, and not at the same moment as all others. */
export function pauseBefore(attempt: number, random: number, retryAfter = 0): number {
  const pause = Math.min(firstPause * 2 ** Math.min(attempt - 1, 20), longestPause);
  return retryAfter + pause * (0.5 + random / 2);
}

/**
 * Sends a request until it is answered, or may not be sent again, or its time is over. Throws a ClientError, or the reason of the signal.
 */
export async function sendAgain(sender: Sender, asked: Asked): Promise<Answered> {
  const { clock } = sender;
  const end = clock.now() + asked.timeout;
  for (let attempt = 1; ; attempt += 1) {
    const left = Math.max(end - clock.now(), 0);
    const said = await openAnswer(sender, { ...asked, attemptTimeout: Math.min(asked.attemptTimeout, left) }, readJson);
    if (!(said instanceof ClientError)) return { ...said, attempts: attempt };
    const pause = pauseBefore(attempt, clock.random(), said.retryAfter);
    if (!mayBeSentAgain(said) || clock.now() + pause >= end) throw counted(said, attempt);
    await clock.sleep(pause, asked.signal);
  }
}

/** Whether the same request may be sent again: nobody refused it. */
export function mayBeSentAgain({ code, status = 0, retryable }: ClientError): boolean {
  return code === "no-answer" || (retryable && [429, 502, 503, 504].includes(status));
}

/** The same error, with the number of attempts. */
export function counted(error: ClientError, attempts: number): ClientError {
  return Object.assign(error, { attempts });
}

/**
 * Sends a request once, and reads its answer as `read` says. What went wrong is returned as a ClientError: `attemptTimeout` is until
 * `read` has resolved. Throws the reason of the signal where that is aborted, and what cannot be sent.
 */
export async function openAnswer<Read>(
  { base, token, fetch: send, clock }: Sender,
  { method, path, headers, body, signal, attemptTimeout }: Omit<Asked, "timeout">,
  read: (response: Response, mask: Mask) => Promise<Read>,
): Promise<Read | ClientError> {
  signal?.throwIfAborted();
  const bearer = checkedToken(await token());
  const authorization = bearer === undefined ? {} : { authorization: `Bearer ${bearer}` };
  const given = new Headers({
    ...headers,
    ...authorization,
    ...(body === undefined ? {} : { "content-type": "application/json" }),
  });
  // What is between may answer with the request that it got.
  const mask = maskOf(bearer);
  const answered = new AbortController();
  const over = new AbortController();
  clock.sleep(attemptTimeout, answered.signal).then(
    () => over.abort(new Error(`There was no answer within ${Math.round(attemptTimeout)} milliseconds.`)),
    () => undefined,
  );
  try {
    const response = await send(`${base}${path}`, {
      method,
      headers: given,
      ...(body === undefined ? {} : { body }),
      // Where a redirect leads, nobody has said that the token and the order may go.
      redirect: "manual",
      signal: signal === undefined ? over.signal : AbortSignal.any([signal, over.signal]),
    });
    return response.ok ? await read(response, mask) : refusalOf(response, await response.text(), mask);
  } catch (error) {
    signal?.throwIfAborted();
    if (error instanceof ClientError) return error;
    return noAnswer(`${method} ${base}${path}`, over.signal.aborted ? (over.signal.reason as unknown) : error, mask);
  } finally {
    answered.abort();
  }
}

/** Nothing came, or not all of it: it is not known whether the server carried it out. */
function noAnswer(request: string, cause: unknown, mask: Mask): ClientError {
  const said = [cause, (cause as { readonly cause?: unknown } | undefined)?.cause].filter((one) => one !== undefined);
  const why = said
    .map((one) => messageOf(one))
    .filter((text) => text !== "")
    .join(": ");
  const shown = mask(why);
  return new ClientError({
    code: "no-answer",
    detail: `${request} got no answer (${shown}). It is not known whether the server carried it out: send the same again, under the same executionId and key.`,
    retryable: true,
    cause: shown === why ? cause : new Error(shown),
  });
}

/** Throws a ClientError that does not hold the token: a platform names the value of a header that cannot be one. */
function checkedToken(token: string | undefined): string | undefined {
  if (token === undefined || /^[\x21-\x7e]+$/.test(token)) return token;
  throw notSent("The token is empty or has characters that no header may have, such as the end of a line.");
}

const unmasked: Mask = (text) => text;

/** Masks a token, also as it stands in a text of JSON. */
function maskOf(token: string | undefined): Mask {
  if (token === undefined) return unmasked;
  const inJson = JSON.stringify(token).slice(1, -1);
  const forms = [inJson.replaceAll("/", String.raw`\/`), inJson, token];
  return (text) => forms.reduce((masked, form) => masked.replaceAll(form, "***"), text);
}

/** Throws an Error that holds nothing of the text: a platform's own would quote it. */
function parsed(text: string, mask: Mask): unknown {
  try {
    return JSON.parse(text, (_, value: unknown) => masked(value, mask)) as unknown;
  } catch {
    throw new SyntaxError("it is cut off, or no JSON");
  }
}

function masked(value: unknown, mask: Mask): unknown {
  if (typeof value === "string") return mask(value);
  if (typeof value !== "object" || value === null || Object.keys(value).every((name) => mask(name) === name))
    return value;
  return Object.fromEntries(Object.entries(value).map(([name, own]) => [mask(name), own as unknown]));
}

async function readJson(response: Response, mask: Mask): Promise<Omit<Answered, "attempts">> {
  const text = await response.text();
  if (!/^application\/json\b/i.test(response.headers.get("content-type") ?? "")) throw foreign(response, text, mask);
  // Text that is cut off throws: then the answer was lost on its way. What it says is the caller's own, and not altered.
  return { json: parsed(text, unmasked), mask, headers: response.headers, retryAfter: retryAfterOf(response.headers) };
}

/** That what answered is not the server. */
export function foreign(
  { status, headers }: Pick<Response, "status" | "headers">,
  text: string,
  mask: Mask,
): ClientError {
  const what = mask(headers.get("content-type") ?? "no content type");
  return new ClientError({
    code: "foreign-answer",
    detail: `The answer is none of buyonce's: HTTP ${status}, ${what}. Check the address, and what is between. It is not known whether the request was carried out.`,
    retryable: [429, 502, 503, 504].includes(status),
    retryAfter: retryAfterOf(headers),
    status,
    body: mask(text),
  });
}

/** An answer that is no success, in the server's own words. */
function refusalOf(response: Response, text: string, mask: Mask): ClientError {
  const { status, headers } = response;
  const problem = problemIn(headers, text, mask);
  if (problem === undefined) return foreign(response, text, mask);
  const { code, detail, retryable, retryAfter, recIndex, problems } = problem;
  return new ClientError({
    code: code as ErrorCode,
    detail: String(detail),
    retryable: retryable === true,
    retryAfter: typeof retryAfter === "number" ? retryAfter : retryAfterOf(headers),
    status,
    problems: Array.isArray(problems) ? (problems as readonly ClientProblem[]) : [],
    recIndex: typeof recIndex === "number" ? recIndex : undefined,
    body: mask(text),
  });
}

function problemIn(headers: Headers, text: string, mask: Mask): Readonly<Record<string, unknown>> | undefined {
  if (!/^application\/problem\+json\b/i.test(headers.get("content-type") ?? "")) return undefined;
  const problem = Object(parsed(text, mask)) as Readonly<Record<string, unknown>>;
  return typeof problem["code"] === "string" ? problem : undefined;
}

/** The milliseconds of `Retry-After`: seconds, or a time that is compared with the server's own `Date`. */
export function retryAfterOf(headers: Headers): number | undefined {
  const text = headers.get("retry-after")?.trim() ?? "";
  if (/^\d{1,9}$/.test(text)) return Number(text) * 1000;
  const milliseconds = Date.parse(text) - Date.parse(headers.get("date") ?? "");
  return Number.isNaN(milliseconds) ? undefined : Math.max(milliseconds, 0);
}
