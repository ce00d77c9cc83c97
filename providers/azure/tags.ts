import { RefusedError } from "../../src/spec/errors.ts";
import { defaultTagNames, type TagNames } from "../../src/spec/tag-names.ts";
import { displayNameOf } from "./display-name.ts";

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
 * Throws a RefusedError `invalid-configuration` for an empty source.
 */
export function applyPurchaseTags<B extends MarkedBody>(
  body: B,
  source: string,
  token: string,
  { tagNames = defaultTagNames, stampTags = true }: PurchaseTagOptions = {},
): B {
  if (token === "") return body;
  if (source.trim() === "") {
    const message =
      "A purchase that carries a token must say who decided on it: the source is empty. Nothing was sent.";
    throw new RefusedError({ code: "invalid-configuration", message });
  }
  const prefix = body.properties.displayName || `buyonce-${body.properties.reservedResourceType ?? "reservation"}`;
  return {
    ...body,
    ...(stampTags ? { tags: { ...body.tags, [tagNames.source]: source, [tagNames.token]: token } } : {}),
    properties: { ...body.properties, displayName: displayNameOf(prefix, token) },
  };
}

/** The value of a tag. Azure does not tell tag names apart by letter case: https://learn.microsoft.com/azure/azure-resource-manager/management/tag-resources */
export function tagValue(tags: Readonly<Record<string, string>> | undefined, name: string): string | undefined {
  const wanted = name.toLowerCase();
  return Object.entries(tags ?? {}).find(([key]) => key.toLowerCase() === wanted)?.[1];
}
