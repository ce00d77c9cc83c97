import { z } from "zod";
import { RefusedError } from "../../src/contract/errors.ts";
import { ApiError, UnbelievableAnswerError } from "../http/api-error.ts";
import type { ReadStep } from "../http/refusal.ts";
import type { ArmClient, ReadRequest } from "./arm-client.ts";
import { toRefusal } from "./azure-refusal.ts";

/** Bounds of one read: what ends it, and how often it is sent at most. */
export type ReadOptions = Pick<ReadRequest, "signal" | "attempts">;

/** How the answer about one thing is read. */
interface One<T> extends ReadOptions {
  /** Reads the answer; a text says why it is not about that thing. */
  readonly parse: (answer: unknown) => T | string;
  /** Whether the code of a 404 says that there is no such thing. One without a code may come from a gateway. */
  readonly isAbsent: (code: string) => boolean;
}

/** One thing by its path; undefined only where Azure says that there is none. Throws like {@link ArmClient.read}. */
export async function readOne<T extends object>(
  client: ArmClient,
  path: string,
  { parse, isAbsent, ...options }: One<T>,
): Promise<T | undefined> {
  try {
    const read = parse(await client.read({ method: "GET", url: client.url(path), ...options }));
    if (typeof read === "string") throw new UnbelievableAnswerError(read);
    return read;
  } catch (error) {
    if (error instanceof ApiError && error.status === 404 && isAbsent(error.code ?? "")) return undefined;
    throw error;
  }
}

/** Where the further pages of a listing are: at the path of the first, or anywhere on its host. */
type PagesAt = "one path" | "one host";

/** The entries of a listing, one by one. Throws a RefusedError where one of its pages cannot be believed. */
export async function* readEntries(
  client: ArmClient,
  url: URL,
  step: ReadStep,
  signal: AbortSignal | undefined,
  pagesAt: PagesAt = "one path",
): AsyncGenerator<unknown, void> {
  try {
    for await (const page of readPages(client, url, signal, { pagesAt })) yield* page;
  } catch (error) {
    throw toRefusal(error, step, signal);
  }
}

/**
 * The `value` arrays of a listing, page by page; none is kept. A listing counts only if it is whole, so this throws an
 * UnbelievableAnswerError for a page without its array, a next link to another scheme, host or (unless its pages are anywhere) path (the SDK would
 * follow it and send the bearer token along), a link seen before, and more pages than the limit. `seen` is filled with the addresses
 * of its pages.
 */
async function* readPages(
  client: ArmClient,
  first: URL,
  signal: AbortSignal | undefined,
  { pagesAt = "one path", seen = new Set() }: { readonly pagesAt?: PagesAt; readonly seen?: Set<string> } = {},
): AsyncGenerator<readonly unknown[]> {
  for (let url: URL | undefined = first; url !== undefined;) {
    if (seen.has(url.href)) throw new UnbelievableAnswerError("a next link repeats, so the listing would never end");
    if (seen.size >= client.settings.maxPages) {
      throw new UnbelievableAnswerError(`there are more than ${client.settings.maxPages} pages (setting maxPages)`);
    }
    seen.add(url.href);
    const { value, nextLink } = await readPage(client, url, signal);
    yield value;
    url = nextOf(nextLink, first, pagesAt);
  }
}

interface Page {
  readonly value: readonly unknown[];
  readonly nextLink: unknown;
}

async function readPage(client: ArmClient, url: URL, signal: AbortSignal | undefined): Promise<Page> {
  const { value, nextLink } = await client.read({ method: "GET", url, signal });
  if (!Array.isArray(value))
    throw new UnbelievableAnswerError("a page holds no list, which does not mean that there is nothing");
  return { value, nextLink };
}

function nextOf(nextLink: unknown, first: URL, pagesAt: PagesAt): URL | undefined {
  if (nextLink === undefined || nextLink === null || nextLink === "") return undefined;
  const next = typeof nextLink === "string" ? URL.parse(nextLink) : null;
  if (next === null) throw new UnbelievableAnswerError("a next link is not a URL");
  const same =
    next.protocol === first.protocol &&
    next.host === first.host &&
    next.username === "" &&
    next.password === "" &&
    // Azure Resource Manager does not tell paths apart by letter case.
    (pagesAt === "one host" || next.pathname.toLowerCase() === first.pathname.toLowerCase());
  if (!same)
    throw new UnbelievableAnswerError(
      `a next link leads elsewhere (${next.origin}${next.pathname}) and was not followed`,
    );
  return next;
}

/** As often as a listing is read at most that loses entries each time. */
const mostReadings = 5;

/** So many pages are asked for at a time where their addresses are known. */
const pagesAtOnce = 4;

/** Where the marker is. Of another type it cannot be read, which does not mean that it is not there. */
const readableMarker = z.object({
  tags: z.record(z.string(), z.string()).nullish(),
  properties: z.object({ displayName: z.string().nullish() }),
});

/** A listing of orders, and who reads it. */
interface OrderListing<T> {
  readonly path: string;
  /** Reads an entry; undefined when it lacks what decides. */
  readonly parse: (entry: unknown) => T | undefined;
  readonly step: ReadStep;
  /** Whether all that is looked for was found, so that nothing that was skipped could matter. */
  readonly isComplete: () => boolean;
  readonly signal: AbortSignal | undefined;
}

/**
 * Reads a listing of orders, page by page; an order may come several times. Only ids are kept.
 *
 * Azure's next link is an offset (`$skiptoken=50`, recorded): where an entry drops out of a page that was read, another one
 * slides past the reader. That entry was seen, and is gone afterwards. So while something is not found, a listing of several
 * pages is read again, until all that stood before its last page was seen again; then nothing was skipped. That takes
 * one request less than the first reading, and the addresses of the pages are known by then, so several are asked for at a time. A
 * listing of one page is read once.
 *
 * Throws a RefusedError when it cannot vouch for completeness; an entry that cannot be read is such a case.
 */
export async function* readOrderPages<T extends { readonly id: string }>(
  client: ArmClient,
  listing: OrderListing<T>,
): AsyncGenerator<readonly T[], void> {
  const { step, isComplete } = listing;
  let expected: ReadonlySet<string> = new Set();
  // One more is the one that is read side by side.
  for (let reading = 1; reading < mostReadings; reading += 1) {
    const { before, isConfirmed, pages } = yield* readOnce(client, listing, expected);
    if (isConfirmed || before.size === 0 || isComplete()) return;
    expected = before;
    if (reading === 1 && ((yield* confirm(client, listing, expected, pages)) || isComplete())) return;
  }
  throw new RefusedError({
    code: step.untrusted,
    message:
      `Could not ${step.purpose}: in each of ${mostReadings} readings orders were gone that the one before had ` +
      "shown, and others may have been missed. Drive again when less is changing.",
    retryable: true,
  });
}

/** What one reading showed. */
interface Reading {
  readonly before: ReadonlySet<string>;
  readonly isConfirmed: boolean;
  readonly pages: ReadonlySet<string>;
}

/**
 * One reading. It ends early, and confirms the one before, once everything expected was seen. `before`: the ids that stood
 * before the last page; `pages`: the addresses of its pages.
 */
async function* readOnce<T extends { readonly id: string }>(
  client: ArmClient,
  { path, parse, step, signal }: OrderListing<T>,
  expected: ReadonlySet<string>,
): AsyncGenerator<readonly T[], Reading> {
  const pages = new Set<string>();
  const missing = new Set(expected);
  const before = new Set<string>();
  let lastPage: string[] = [];
  try {
    for await (const page of readPages(client, client.url(path), signal, { seen: pages })) {
      for (const id of lastPage) before.add(id);
      const entries = page.map((entry) => readEntry(entry, parse));
      yield entries;
      lastPage = entries.map(({ id }) => id);
      for (const id of lastPage) missing.delete(id);
      if (expected.size > 0 && missing.size === 0) return { before, isConfirmed: true, pages };
    }
  } catch (error) {
    throw toRefusal(error, step, signal);
  }
  return { before, isConfirmed: false, pages };
}

/**
 * Reads the pages of a first reading again, several at a time: whether all that is expected was seen again. It has to begin after that
 * reading ended, and nothing else: whatever is seen again was not gone before. Where something is missing, it proves nothing, also no
 * later reading: pages that are read side by side may miss what none of them lost.
 */
async function* confirm<T extends { readonly id: string }>(
  client: ArmClient,
  { parse, step, signal }: OrderListing<T>,
  expected: ReadonlySet<string>,
  pages: ReadonlySet<string>,
): AsyncGenerator<readonly T[], boolean> {
  const missing = new Set(expected);
  const ended = new AbortController();
  const reading = signal === undefined ? ended.signal : AbortSignal.any([signal, ended.signal]);
  const urls = [...pages].map((href) => new URL(href));
  const last = urls.pop();
  const begun: Promise<Page>[] = [];
  const begin = (url: URL | undefined) => {
    if (url === undefined) return;
    const page = readPage(client, url, reading);
    // Whoever waits for it is told; nobody does after another one failed.
    page.catch(() => undefined);
    begun.push(page);
  };
  try {
    for (let count = 0; count < pagesAtOnce; count += 1) begin(urls.shift());
    for (let page = await begun.shift(); page !== undefined; page = await begun.shift()) {
      begin(urls.shift());
      const entries = page.value.map((entry) => readEntry(entry, parse));
      yield entries;
      for (const { id } of entries) missing.delete(id);
    }
    if (missing.size === 0 || last === undefined) return missing.size === 0;
    // What was bought meanwhile moves others back.
    for await (const page of readPages(client, last, reading)) {
      const entries = page.map((entry) => readEntry(entry, parse));
      yield entries;
      for (const { id } of entries) missing.delete(id);
      if (missing.size === 0) return true;
    }
    return false;
  } catch (error) {
    throw toRefusal(error, step, signal);
  } finally {
    ended.abort();
  }
}

function readEntry<T>(entry: unknown, parse: (entry: unknown) => T | undefined): T {
  const parsed = parse(entry);
  if (parsed === undefined) throw new UnbelievableAnswerError("an entry lacks its id or provisioningState");
  if (readableMarker.safeParse(entry).success) return parsed;
  throw new UnbelievableAnswerError(
    "the tags or the display name of an entry are not text, and may be what it would be recognised by",
  );
}
