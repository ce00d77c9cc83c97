import { UnbelievableAnswerError } from "../http/api-error.ts";
import { repeatRead } from "../http/repeat-read.ts";
import type { ReadStep } from "../http/refusal.ts";
import { isTransient, toRefusal } from "./gcp-refusal.ts";
import type { ResolvedSettings } from "./gcp-settings.ts";

/** What is read, and with which limits. */
export interface Reading {
  readonly step: ReadStep;
  readonly settings: Pick<ResolvedSettings, "environment" | "readAttempts" | "maxPages">;
  readonly signal: AbortSignal;
}

/** Repeats a read after transient errors. Throws a RefusedError, or the signal's reason. */
export async function read<T>({ step, settings, signal }: Reading, attempt: () => Promise<T>): Promise<T> {
  const { environment, readAttempts: attempts } = settings;
  try {
    return await repeatRead(attempt, { attempts, retryAfterCap: 60_000, environment, signal, isTransient });
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
