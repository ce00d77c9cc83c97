import { ApiError, UnbelievableAnswerError } from "../http/api-error.ts";
import { inTurn } from "../http/in-turn.ts";
import { createPace, type LimitSaid, type Pace } from "../http/pace.ts";
import { repeatRead } from "../http/repeat-read.ts";
import type { ReadStep } from "../http/refusal.ts";
import { isRateLimit, isTransient, toRefusal } from "./gcp-refusal.ts";
import type { ResolvedSettings } from "./gcp-settings.ts";

/** What is read, and with which limits. */
export interface Reading {
  readonly step: ReadStep;
  readonly settings: Pick<ResolvedSettings, "environment" | "readAttempts" | "maxPages">;
  readonly signal: AbortSignal;
  /** Whose limit the requests count towards. */
  readonly projectId: string;
}

/** Of each provider, by its settings: the paces of its projects. */
const paces = new WeakMap<Reading["settings"], Map<string, Pace>>();

/** All reads of a project wait while Google refuses one because too many came. */
function paceOf({ settings, projectId }: Reading): Pace {
  const ofProvider = paces.get(settings) ?? new Map<string, Pace>();
  paces.set(settings, ofProvider);
  const pace = ofProvider.get(projectId) ?? createPace(settings);
  ofProvider.set(projectId, pace);
  return pace;
}

function refusalOf(error: unknown): LimitSaid | undefined {
  if (!isRateLimit(error)) return undefined;
  return { refused: true, retryAfter: error instanceof ApiError ? error.retryAfter : undefined };
}

/** Those that were refused because too many came have waited for their turn already. */
const mayRepeat = (error: unknown) => isTransient(error) && !isRateLimit(error);

/** Repeats a read after transient errors. Throws a RefusedError, or the signal's reason. */
export async function read<T>(reading: Reading, send: () => Promise<T>): Promise<T> {
  const { step, settings, signal } = reading;
  const { environment, readAttempts: attempts } = settings;
  const attempt = () => inTurn(paceOf(reading), send, { signal, refusalOf });
  try {
    return await repeatRead(attempt, { attempts, retryAfterCap: 60_000, environment, signal, isTransient: mayRepeat });
  } catch (error) {
    throw toRefusal(error, step, signal);
  }
}

/** Reads a listing to its end, page by page. Throws also where a page's token repeats or there are too many pages. */
export async function* readPages<Page extends { readonly nextPageToken: string | undefined }>(
  reading: Reading,
  readPage: (token: string | undefined) => Promise<Page>,
): AsyncGenerator<Page> {
  const { maxPages } = reading.settings;
  const seen = new Set<string | undefined>();
  let token: string | undefined;
  do {
    seen.add(token);
    const current = token;
    const page = await read(reading, () => readPage(current));
    yield page;
    token = page.nextPageToken;
    if (token !== undefined && (seen.has(token) || seen.size >= maxPages)) {
      const why = seen.has(token) ? "a page token repeats" : `there are more than ${maxPages} pages (setting maxPages)`;
      throw toRefusal(new UnbelievableAnswerError(why), reading.step, reading.signal);
    }
  } while (token !== undefined);
}
