import { RefusedError } from "../../src/contract/errors.ts";
import { defaultTagNames, tagNamesProblem, type TagNames } from "../../src/contract/tag-names.ts";
import { plainToken, tokenDigest, type TokenMark } from "../../src/contract/token.ts";
import type { AzureOrder } from "./azure-order.ts";

// The two places of the token, and how it is read from them again.

/** How a purchase is marked. */
export interface PurchaseTagOptions {
  /** Default: `purchase-automation` and `cudly-idempotency-token`. */
  readonly tagNames?: TagNames;
  /** False: no tags, the display name alone. Default true. */
  readonly stampTags?: boolean;
}

/** What a marker is written into: the body of a purchase, as far as it matters here. */
interface MarkedBody {
  readonly tags?: Readonly<Record<string, string>>;
  readonly properties: { readonly displayName?: string; readonly reservedResourceType?: string };
}

/**
 * A copy of the body that carries the marker: source and token as tags, and the token in the display name as well,
 * because Microsoft documents no tags for reservation orders. A display name that the body already has stays readable as
 * its beginning. With an empty token the body is returned as it is.
 * A tag of the body that has one of our names in another letter case is the same tag to Azure, and gives way.
 * Throws a RefusedError `invalid-configuration` for an empty source, a token of blanks, and tag names that are one.
 * The Go engine has a function of this name.
 */
export function applyPurchaseTags<B extends MarkedBody>(
  body: B,
  source: string,
  token: string,
  { tagNames = defaultTagNames, stampTags = true }: PurchaseTagOptions = {},
): B {
  if (token === "") return body;
  requireToken(token);
  requireTagNames(tagNames);
  if (source.trim() === "") {
    const message =
      "A purchase that carries a token must say who decided on it: the source is empty. Nothing was sent.";
    throw new RefusedError({ code: "invalid-configuration", message });
  }
  const prefix = body.properties.displayName || `buyonce-${body.properties.reservedResourceType ?? "reservation"}`;
  const others = Object.fromEntries(
    Object.entries(body.tags ?? {}).filter(([key]) => !isSame(key, tagNames.source) && !isSame(key, tagNames.token)),
  );
  return {
    ...body,
    ...(stampTags ? { tags: { ...others, [tagNames.source]: source, [tagNames.token]: token.trim() } } : {}),
    properties: { ...body.properties, displayName: displayNameOf(prefix, token) },
  };
}

/** Throws a RefusedError `invalid-configuration` for a token of blanks: it would match nothing. */
export function requireToken(token: string): void {
  if (token.trim() !== "") return;
  throw new RefusedError({
    code: "invalid-configuration",
    message:
      "An idempotency token must not be blank: no reservation order could be recognised by it. Nothing was sent.",
  });
}

/** Throws a RefusedError `invalid-configuration` for tag names that are blank, or one tag to Azure. */
export function requireTagNames(tagNames: TagNames): void {
  const problem = tagNamesProblem(tagNames);
  if (problem === undefined) return;
  throw new RefusedError({ code: "invalid-configuration", message: `Azure provider: ${problem}.` });
}

/** What Azure takes for a display name: anything else is answered with 400 `DisplayNameInvalid`. */
const longest = 64;

/**
 * The display name of a purchase: a readable prefix and 128 bits made from the token ({@link tokenDigest}),
 * `^[A-Za-z0-9_-]{1,64}$`. The same prefix and token always give the same name. A prefix that already ends with the
 * token's part does not get it twice.
 */
export function displayNameOf(prefix: string, token: string): string {
  const ending = `-${tokenDigest(token)}`;
  const readable = prefix.replace(/[^A-Za-z0-9_-]+/g, "-");
  const beginning = readable.toLowerCase().endsWith(ending) ? readable.slice(0, -ending.length) : readable;
  return `${beginning.slice(0, longest - ending.length) || "buyonce"}${ending}`;
}

/** The token's part of a display name, if it ends like one: lowercase, 32 hex digits. */
export function digestIn(displayName: string | undefined): string | undefined {
  return /(?<=-)[0-9a-f]{32}$/i.exec(displayName?.trim() ?? "")?.[0].toLowerCase();
}

/** Shorter texts in a token's tag say nothing: cut, or overwritten by somebody's rule for tags. */
const shortestPart = 32;

/** The tokens that an order carries: as tags, then by what its display name ends with, then what stands in a tag besides. */
export function marksOf(
  { tags, displayName }: Pick<AzureOrder, "tags" | "displayName">,
  tagNames: TagNames,
): readonly TokenMark[] {
  const tagged = tagValues(tags, tagNames.token).map((text) => ({ text, whole: /^[0-9a-f]{64}$/.test(text) }));
  const digest = digestIn(displayName);
  return [
    ...tagged.filter(({ text }) => text.length >= shortestPart),
    ...(digest === undefined ? [] : [{ text: digest, whole: false }]),
    ...tagged.filter(({ text }) => text.length < shortestPart),
  ];
}

/**
 * Why an order that carries no token may have been bought for one: for some days the Go engine tagged its source alone. Undefined
 * where it has no source tag.
 */
export function resembles(
  { tags }: Pick<AzureOrder, "tags">,
  { source }: Pick<TagNames, "source">,
): string | undefined {
  const [value] = tagValues(tags, source);
  return value && `is tagged ${source} = ${value}, as what another engine of yours buys`;
}

/**
 * What stands under a tag name, as tokens are compared; blank values are none. Azure does not tell tag names apart by letter
 * case: https://learn.microsoft.com/azure/azure-resource-manager/management/tag-resources
 */
function tagValues(tags: Readonly<Record<string, string>> | undefined, name: string): readonly string[] {
  const values = Object.entries(tags ?? {}).flatMap(([key, value]) => (isSame(key, name) ? [plainToken(value)] : []));
  return values.filter((value) => value !== "");
}

const isSame = (left: string, right: string) => plainToken(left) === plainToken(right);
