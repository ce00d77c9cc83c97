import { pathPart, bodyOf, checkedBase, type Body } from "./check-call.ts";
import { ClientError, notSent } from "./client-error.ts";
import type {
  CallOptions,
  Client,
  ClientOptions,
  DecidedOnTerms,
  ListOptions,
  PatientOptions,
  SeenTerms,
  Standing,
  SubmitOptions,
} from "./client-parts.ts";
import { followEvents } from "./follow-events.ts";
import { platformClock } from "./platform-clock.ts";
import { type Answered, type Asked, foreign, sendAgain, type Sender } from "./send-again.ts";
import type { CancelledReport, Executions, History, Outcome, Quote, Report, Summary, Terms } from "./wire-types.ts";

/** Milliseconds of calls that look at a provider, and of one attempt of them: the server looks for two minutes at most. */
export const looks = { timeout: 300_000, attemptTimeout: 130_000 };

/** The longest that a server waits, in seconds; and how long `wait` lets it, which fewer proxies cut off. */
const [longestWait, usualWait] = [60, 20];

/** Milliseconds after which `wait` asks again where the server says none. */
const askAgainAfter = 2000;

/** A call, with the client's limits filled in. */
type Call = Pick<Asked, "method" | "path" | "headers" | "body"> & {
  readonly options: PatientOptions | undefined;
  /** Milliseconds, where they are not the client's. */
  readonly limits?: { readonly timeout: number; readonly attemptTimeout: number };
};

/** What the calls share. */
interface Caller {
  readonly call: (call: Call) => Promise<Answered>;
  readonly post: (
    path: string,
    body: object | undefined,
    own: Omit<Call, "method" | "path" | "body">,
  ) => Promise<Answered>;
}

/** Makes a client. Nothing is sent until something is called. Throws a ClientError `malformed-request` for an address that is none. */
export function createClient(options: ClientOptions): Client {
  const { baseUrl, token, timeout, attemptTimeout = 30_000, clock = platformClock } = options;
  const sender: Sender = {
    base: checkedBase(baseUrl),
    token: typeof token === "function" ? token : () => token,
    // Called without its object, the fetch of a browser throws.
    fetch: options.fetch ?? ((input, init) => fetch(input, init)),
    clock,
  };
  const caller = callerOf(sender, options);
  const get: Client["get"] = async (executionId, own) =>
    standingOf(await caller.call({ method: "GET", path: executionPath(executionId), options: own }), executionId);
  return {
    ...readingCalls(caller),
    ...changingCalls(caller),
    ...termsCalls(caller),
    get,
    wait: (executionId, own = {}) =>
      waitUntilDecided(get, clock, executionId, { ...own, timeout: own.timeout ?? timeout ?? 600_000 }),
    events: (executionId, own = {}) =>
      followEvents(sender, {
        ...own,
        path: `${executionPath(executionId)}/events`,
        timeout: own.timeout ?? timeout ?? 60_000,
        attemptTimeout,
      }),
  };
}

function callerOf(sender: Sender, { timeout, attemptTimeout }: ClientOptions): Caller {
  const call: Caller["call"] = async ({ options: own, limits, headers, ...request }) => {
    const waits = own?.waitSeconds ?? 0;
    if (!Number.isInteger(waits) || waits < 0 || waits > longestWait) {
      throw notSent(`waitSeconds must be a whole number from 0 to ${longestWait}.`, { parameter: "waitSeconds" });
    }
    return sendAgain(sender, {
      ...request,
      headers: { ...headers, ...(waits > 0 ? { prefer: `wait=${waits}` } : {}) },
      signal: own?.signal,
      timeout: own?.timeout ?? timeout ?? limits?.timeout ?? 60_000,
      attemptTimeout: (attemptTimeout ?? limits?.attemptTimeout ?? 30_000) + waits * 1000,
    });
  };
  return {
    call,
    post: (path, body, own) =>
      call({ ...own, method: "POST", path, ...(body === undefined ? {} : { body: JSON.stringify(body) }) }),
  };
}

/** The calls that change nothing. */
function readingCalls({ call }: Caller): Pick<Client, "terms" | "history" | "quote" | "list"> {
  return {
    terms: async (executionId, own) => {
      const path = `${executionPath(executionId)}/terms`;
      return seenTerms(await call({ method: "GET", path, options: own }), executionId);
    },
    history: async (executionId, recIndex, own) => {
      const path = `${recommendationPath(executionId, recIndex)}/history`;
      return about<History>(await call({ method: "GET", path, options: own }), { executionId, recIndex });
    },
    quote: async (execution, own) => {
      const { text, executionId } = bodyOf(execution);
      const how = { options: own, limits: looks };
      return about<Quote>(await call({ method: "POST", path: "/v1/quotes", body: text, ...how }), { executionId });
    },
    list: (own) => listAll(call, own),
  };
}

/** The calls that have something bought, or found out. Each is the same when it is sent again. */
function changingCalls({ call, post }: Caller): Pick<Client, "submit" | "cancel" | "redrive" | "resolve"> {
  return {
    submit: async (execution, own = {}) => {
      const body = bodyOf(execution);
      const answered = await call({ ...submission(body, own), options: own });
      const isReplay = answered.headers.get("idempotency-replayed") === "true";
      return { ...standingOf(answered, body.executionId), isReplay };
    },
    cancel: async (executionId, { reason, etag }, own) => {
      const headers = etag === undefined ? {} : { "if-match": etag };
      const answered = await post(`${executionPath(executionId)}/cancellation`, { reason }, { headers, options: own });
      return about<CancelledReport>(answered, { executionId });
    },
    redrive: async (executionId, own = {}) => {
      const headers = keyHeaders(own.idempotencyKey ?? newKey());
      return standingOf(
        await post(`${executionPath(executionId)}/redrive`, undefined, { headers, options: own }),
        executionId,
      );
    },
    resolve: async (executionId, recIndex, resolution, own) => {
      const path = `${recommendationPath(executionId, recIndex)}/resolution`;
      return about<Outcome>(await post(path, resolution, { options: own, limits: looks }), { recIndex });
    },
  };
}

/** The calls about terms that somebody has seen. */
function termsCalls({ post }: Caller): Pick<Client, "approve" | "changeLimits" | "changeSource" | "skip" | "reopen"> {
  const amend = async (
    { executionId, path = executionPath(executionId) }: { readonly executionId: string; readonly path?: string },
    [what, { etag, ...body }]: readonly [string, DecidedOnTerms],
    own: PatientOptions | undefined,
  ) => post(`${path}/${what}`, body, { headers: { "if-match": etag }, options: own });
  return {
    approve: async (executionId, decided, own) =>
      standingOf(await amend({ executionId }, ["approval", decided], own), executionId),
    changeLimits: async (executionId, changes, own) =>
      seenTerms(await amend({ executionId }, ["limits", changes], own), executionId),
    changeSource: async (executionId, change, own) =>
      seenTerms(await amend({ executionId }, ["source", change], own), executionId),
    skip: async (executionId, recIndex, decided, own) => {
      const path = recommendationPath(executionId, recIndex);
      return seenTerms(await amend({ executionId, path }, ["skip", decided], own), executionId);
    },
    reopen: async (executionId, decided, own) =>
      seenTerms(await amend({ executionId }, ["reopening", decided], own), executionId),
  };
}

function executionPath(executionId: string): string {
  return `/v1/executions/${pathPart(executionId)}`;
}

function recommendationPath(executionId: string, recIndex: number): string {
  if (Number.isInteger(recIndex) && recIndex >= 0) return `${executionPath(executionId)}/recommendations/${recIndex}`;
  throw notSent("recIndex must be a whole number from 0 on.", { parameter: "recIndex" });
}

/** PUT under its id, or POST under a key. */
function submission(
  { text, executionId }: Body,
  { idempotencyKey, requireApproval = false }: SubmitOptions,
): Pick<Call, "method" | "path" | "headers" | "body"> {
  const query = requireApproval ? "?requireApproval=true" : "";
  const path = executionPath(executionId);
  if (idempotencyKey === undefined) return { method: "PUT", path: `${path}${query}`, body: text };
  return { method: "POST", path: `/v1/executions${query}`, headers: keyHeaders(idempotencyKey), body: text };
}

function keyHeaders(idempotencyKey: string): Readonly<Record<string, string>> {
  if (!/^[\x20-\x7e]{1,255}$/.test(idempotencyKey)) {
    throw notSent("idempotencyKey must be 1 to 255 characters of ASCII that show.", { parameter: "Idempotency-Key" });
  }
  return { "idempotency-key": `"${idempotencyKey.replaceAll(/["\\]/g, String.raw`\$&`)}"` };
}

/** A key of one call: its repetitions are one redrive. A page that came without TLS has no `randomUUID`. */
function newKey(): string {
  return crypto.getRandomValues(new Uint32Array(4)).join("-");
}

/** An answer that is about what was asked for. Throws a ClientError for one that is about something else: a cache, another server. */
function about<Document extends object>(answered: Answered, asked: Partial<Document>): Document {
  const document = Object(answered.json) as Document;
  const isMeant = Object.entries(asked).every(([name, value]) => document[name as keyof Document] === value);
  if (isMeant) return document;
  throw notMeant(answered, `It is not about ${JSON.stringify(asked)}.`);
}

/** That an answer is JSON, and not what was asked for. `why`: a sentence. */
function notMeant({ json, headers, mask, attempts }: Answered, why: string): ClientError {
  const { detail, ...error } = foreign({ status: 200, headers }, JSON.stringify(json), mask);
  return new ClientError({ ...error, detail: `${detail} ${why}`, attempts });
}

function standingOf(answered: Answered, executionId: string): Standing {
  const { retryAfter } = answered;
  const report = about<Report>(answered, { executionId });
  // Without them nobody could say that nothing is worked on any more.
  if (typeof report.state !== "string" || !Array.isArray(report.outcomes)) {
    throw notMeant(answered, "It does not say how the execution stands.");
  }
  // The header is lost where a page may not read it, or a proxy drops it.
  const isWorking = retryAfter !== undefined || report.state === "working";
  return { report, isWorking, ...(retryAfter === undefined ? {} : { retryAfter }) };
}

function seenTerms(answered: Answered, executionId: string): SeenTerms {
  const terms = about<Terms>(answered, { executionId });
  // Terms without their tag cannot be decided on.
  const etag = answered.headers.get("etag") ?? "";
  if (etag === "") throw notMeant(answered, "It has no ETag.");
  return { terms, etag };
}

/** Asks until nothing is worked on any more. */
async function waitUntilDecided(
  get: Client["get"],
  clock: NonNullable<ClientOptions["clock"]>,
  executionId: string,
  { signal, timeout }: CallOptions & { readonly timeout: number },
): Promise<Report> {
  const end = clock.now() + timeout;
  for (;;) {
    const asked = clock.now();
    const waitSeconds = Math.min(Math.floor((end - asked) / 1000), usualWait);
    const standing = await get(executionId, { signal, waitSeconds, timeout: end - asked });
    if (!standing.isWorking) return standing.report;
    // A server that waited itself is asked again at once; one that ends, or is behind a proxy that drops Prefer, is not.
    const pause = Math.max((standing.retryAfter ?? askAgainAfter) - (clock.now() - asked), 0);
    if (clock.now() + pause >= end) throw notDecided(executionId, timeout);
    await clock.sleep(pause, signal);
  }
}

function notDecided(executionId: string, timeout: number): ClientError {
  return new ClientError({
    code: "not-decided",
    detail: `Execution ${JSON.stringify(executionId)} is still being worked on after ${timeout} milliseconds. Nothing was cancelled: wait again.`,
    retryable: true,
  });
}

async function* listAll(
  call: (call: Call) => Promise<Answered>,
  { state, pageSize, ...options }: ListOptions = {},
): AsyncGenerator<Summary, void, undefined> {
  const query = new URLSearchParams();
  if (state !== undefined) query.set("state", state);
  if (pageSize !== undefined) query.set("limit", String(pageSize));
  for (;;) {
    const path = `/v1/executions${query.size > 0 ? `?${query.toString()}` : ""}`;
    const answered = await call({ method: "GET", path, options });
    const { executions, next } = about<Partial<Executions>>(answered, {});
    if (!Array.isArray(executions) || !["string", "undefined"].includes(typeof next)) {
      throw notMeant(answered, "It is no page of executions.");
    }
    yield* executions;
    // A cursor that does not move would be read for ever.
    if (next === undefined || next === query.get("cursor")) return;
    query.set("cursor", next);
  }
}
