/** Hex characters of the token that fit into a name beside the rest: 128 bits. */
const tokenLength = 32;

/**
 * The id of the caller's choice under which a recommendation is bought: a part of its token, and the generation from the
 * first proof on that a purchase under it came to nothing, because an id that was used stays used. At most 46 characters
 * of `[a-z0-9-]`, which every service takes (OpenSearch at most 64).
 */
export function reservationName(token: string, generation: number): string {
  return `buyonce-${token.slice(0, tokenLength)}${generation === 0 ? "" : `-g${generation}`}`;
}

/** The part of a token that a name is made of, in lower case; undefined for a name that was made otherwise. */
export function tokenPartOf(name: string | undefined): string | undefined {
  return /^buyonce-([0-9a-f]{32})(?:-g[1-9]\d*)?$/.exec(name?.toLowerCase() ?? "")?.[1];
}
