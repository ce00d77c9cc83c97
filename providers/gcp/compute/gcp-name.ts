import type { Marker, Submission } from "../../../src/contract/executor.ts";
import { hashJson } from "../../../src/contract/fingerprint.ts";
import type { TagNames } from "../../../src/contract/tag-names.ts";

/**
 * The name under which a token's commitment is bought: 128 bits of the token, and the generation after the first. Google
 * allows one commitment of a name in a project and region, and none can be deleted: that is what stops a second purchase.
 * 1 to 63 characters of `[a-z]([-a-z0-9]*[a-z0-9])?`.
 */
export function nameOf({ token, generation }: Pick<Marker, "token" | "generation">): string {
  return `buyonce-${token.toLowerCase().slice(0, 32)}${generation === 0 ? "" : `-g${generation}`}`;
}

/** What the description holds: commitments have no labels. */
export function descriptionOf({ token, source }: Pick<Marker, "token" | "source">, tagNames: TagNames): string {
  return `${tagNames.token}=${token} ${tagNames.source}=${source}`;
}

/** What tells whose a commitment is. */
export interface Stamped {
  readonly name: string;
  readonly description?: string | undefined;
}

/**
 * The tokens that a commitment carries, lower-cased: whole in its description, whatever the letter case of key and token;
 * where there is none, the first 32 digits of one in its name. A description that has another token than the name wins.
 */
function carried({ name, description }: Stamped, { token: key }: TagNames): readonly string[] {
  const described = (description ?? "")
    .toLowerCase()
    .split(/\s+/)
    .filter((word) => word.startsWith(`${key.toLowerCase()}=`))
    .map((word) => word.slice(key.length + 1))
    .filter((token) => /^[0-9a-f]{64}$/.test(token));
  if (described.length > 0) return described;
  const named = /^buyonce-([0-9a-f]{32})(?:-g\d+)?$/.exec(name)?.[1];
  return named === undefined ? [] : [named];
}

/** A function that tells which of the tokens a commitment carries. */
export function createTokenMatcher(
  tokens: Iterable<string>,
  tagNames: TagNames,
): (commitment: Stamped) => readonly string[] {
  const byStamp = new Map<string, string[]>();
  for (const token of new Set(tokens)) {
    const whole = token.toLowerCase();
    for (const stamp of [whole, whole.slice(0, 32)]) byStamp.set(stamp, [...(byStamp.get(stamp) ?? []), token]);
  }
  return (commitment) => [...new Set(carried(commitment, tagNames).flatMap((stamp) => byStamp.get(stamp) ?? []))];
}

/** Whether a commitment carries any token at all. */
export function isMarked(name: string, description: string | undefined, tagNames: TagNames): boolean {
  return tokenOn(name, description, tagNames) !== undefined;
}

/** The token that a commitment carries: whole in its description, else the part of it in its name. */
export function tokenOn(name: string, description: string | undefined, tagNames: TagNames): string | undefined {
  return carried({ name, description }, tagNames)[0];
}

/** Whose a commitment is, for a token: that token's, another one's, or nobody's who says so. */
export function ownerOf(commitment: Stamped, token: string, tagNames: TagNames): "own" | "other" | "nobody" {
  if (createTokenMatcher([token], tagNames)(commitment).length > 0) return "own";
  return carried(commitment, tagNames).length > 0 ? "other" : "nobody";
}

/**
 * The UUID under which Google recognises a repeat of the same request, for a while, and answers with what became of the
 * first. It carries the attempt, or a refusal that the user has lifted meanwhile would be answered again; and the whole
 * request, or another purchase under the same name (after the ledger was lost) would be answered as if it were the first.
 */
export function requestIdOf({ attempt, request }: Pick<Submission, "attempt" | "request">): string {
  const hex = hashJson({ attempt, request });
  return [hex.slice(0, 8), hex.slice(8, 12), `4${hex.slice(13, 16)}`, `8${hex.slice(17, 20)}`, hex.slice(20, 32)].join(
    "-",
  );
}
