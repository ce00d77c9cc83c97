import { UnbelievableAnswerError } from "../http/api-error.ts";
import type { ArmClient } from "./arm-client.ts";

/**
 * The `value` arrays of a listing, page by page; none is kept. A listing counts only if it is whole, so this throws an
 * UnbelievableAnswerError for a page without its array, a next link to another scheme, host or path (the SDK would
 * follow it and send the bearer token along), a link seen before, and more pages than the limit.
 */
export async function* readPages(
  client: ArmClient,
  first: URL,
  signal: AbortSignal | undefined,
): AsyncGenerator<readonly unknown[]> {
  const seen = new Set<string>();
  for (let url: URL | undefined = first; url !== undefined;) {
    if (seen.has(url.href)) throw new UnbelievableAnswerError("a next link repeats, so the listing would never end");
    if (seen.size >= client.settings.maxPages) {
      throw new UnbelievableAnswerError(`there are more than ${client.settings.maxPages} pages (setting maxPages)`);
    }
    seen.add(url.href);
    const { value, nextLink } = await client.read({ method: "GET", url, signal });
    if (!Array.isArray(value))
      throw new UnbelievableAnswerError("a page holds no list, which does not mean that there is nothing");
    yield value as readonly unknown[];
    url = nextOf(nextLink, first);
  }
}

function nextOf(nextLink: unknown, first: URL): URL | undefined {
  if (nextLink === undefined || nextLink === null || nextLink === "") return undefined;
  const next = typeof nextLink === "string" ? URL.parse(nextLink) : null;
  if (next === null) throw new UnbelievableAnswerError("a next link is not a URL");
  const same =
    next.protocol === first.protocol &&
    next.host === first.host &&
    next.username === "" &&
    next.password === "" &&
    // Azure Resource Manager does not tell paths apart by letter case.
    next.pathname.toLowerCase() === first.pathname.toLowerCase();
  if (!same)
    throw new UnbelievableAnswerError(
      `a next link leads elsewhere (${next.origin}${next.pathname}) and was not followed`,
    );
  return next;
}
