import { z } from "zod";
import { RefusedError } from "../../src/contract/errors.ts";
import { UnbelievableAnswerError } from "../http/api-error.ts";
import type { ReadStep } from "../http/refusal.ts";
import type { ArmClient } from "./arm-client.ts";
import { readPages } from "./azure-pages.ts";
import { toRefusal } from "./azure-refusal.ts";

/** As often as a listing is read at most that loses entries each time. */
const mostReadings = 5;

/** Where the marker is. Of another type it cannot be read, which does not mean that it is not there. */
const readableMarker = z.object({
  tags: z.record(z.string(), z.string()).nullish(),
  properties: z.object({ displayName: z.string().nullish() }),
});

/** How a listing of orders is read. */
interface EntryListing<T> {
  /** Reads an entry; undefined when it lacks what decides. */
  readonly parse: (entry: unknown) => T | undefined;
  readonly step: ReadStep;
  /** Whether all that is looked for was found, so that nothing that was passed over could matter. */
  readonly isComplete: () => boolean;
  readonly signal: AbortSignal | undefined;
}

/**
 * Reads every page of a listing of orders. Of the entries only ids are kept; each may come several times.
 *
 * Azure's next link is an offset (`$skiptoken=50`, recorded): where an entry drops out of a page that was read, another one
 * slides past the reader. That entry was seen, and is gone afterwards. So while something is not found, a listing of several
 * pages is read again, until all that stood before its last page was seen again; then nothing was passed over. That takes
 * one request less than the first reading. A listing of one page is read once.
 *
 * Throws a RefusedError when it cannot vouch for completeness; an entry that cannot be read is such a case.
 */
export async function* entryPages<T extends { readonly id: string }>(
  client: ArmClient,
  path: string,
  listing: EntryListing<T>,
): AsyncGenerator<readonly T[]> {
  let expected: ReadonlySet<string> = new Set();
  for (let reading = 1; reading <= mostReadings; reading += 1) {
    const { before, isConfirmed } = yield* readOnce(client, path, listing, expected);
    if (isConfirmed || before.size === 0 || listing.isComplete()) return;
    expected = before;
  }
  throw new RefusedError({
    code: listing.step.untrusted,
    message:
      `Could not ${listing.step.purpose}: in each of ${mostReadings} readings orders were gone that the one before had ` +
      "shown, and others may have been passed over. Drive again when less is changing.",
    retryable: true,
  });
}

/** {@link entryPages}, for a reader that is called with each entry. */
export async function visitEntries<T extends { readonly id: string }>(
  client: ArmClient,
  path: string,
  { visit, ...listing }: EntryListing<T> & { readonly visit: (entry: T) => void },
): Promise<void> {
  for await (const page of entryPages(client, path, listing)) page.forEach(visit);
}

/**
 * One reading. It ends early, and confirms the one before, once everything expected was seen. `before`: the ids that stood
 * before the last page.
 */
async function* readOnce<T extends { readonly id: string }>(
  client: ArmClient,
  path: string,
  { parse, step, signal }: EntryListing<T>,
  expected: ReadonlySet<string>,
): AsyncGenerator<readonly T[], { readonly before: ReadonlySet<string>; readonly isConfirmed: boolean }> {
  const missing = new Set(expected);
  const before = new Set<string>();
  let lastPage: string[] = [];
  try {
    for await (const page of readPages(client, client.url(path), signal)) {
      for (const id of lastPage) before.add(id);
      const entries = page.map((entry) => readEntry(entry, parse));
      yield entries;
      lastPage = entries.map(({ id }) => id);
      for (const id of lastPage) missing.delete(id);
      if (expected.size > 0 && missing.size === 0) return { before, isConfirmed: true };
    }
  } catch (error) {
    throw toRefusal(error, step, signal);
  }
  return { before, isConfirmed: false };
}

function readEntry<T>(entry: unknown, parse: (entry: unknown) => T | undefined): T {
  const parsed = parse(entry);
  if (parsed === undefined) throw new UnbelievableAnswerError("an entry lacks its id or provisioningState");
  if (readableMarker.safeParse(entry).success) return parsed;
  throw new UnbelievableAnswerError(
    "the tags or the display name of an entry are not text, and may be what it would be recognised by",
  );
}
