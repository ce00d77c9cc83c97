import type { Marker, Submission } from "../../../src/spec/executor.ts";
import { hashJson } from "../../../src/spec/fingerprint.ts";
import type { TagNames } from "../../../src/spec/tag-names.ts";

/**
 * The name under which a token's commitment is bought: 128 bits of the token, and the generation after the first. Google
 * allows one commitment of a name in a project and region, and none can be deleted: that is what stops a second purchase.
 * 1 to 63 characters of `[a-z]([-a-z0-9]*[a-z0-9])?`.
 */
export function nameOf({ token, generation }: Pick<Marker, "token" | "generation">): string {
  return `buyonce-${token.slice(0, 32)}${generation === 0 ? "" : `-g${generation}`}`;
}

/** What the description holds: commitments have no labels. */
export function descriptionOf({ token, source }: Pick<Marker, "token" | "source">, tagNames: TagNames): string {
  return `${tagNames.token}=${token} ${tagNames.source}=${source}`;
}

/** A function that tells which of the tokens a commitment carries: in its name, or whole in its description. */
export function createTokenMatcher(
  tokens: Iterable<string>,
  tagNames: TagNames,
): (commitment: { readonly name: string; readonly description: string | undefined }) => readonly string[] {
  const wanted = new Set(tokens);
  const byName = new Map([...wanted].map((token) => [token.slice(0, 32), token]));
  return ({ name, description = "" }) => {
    const named = byName.get(/^buyonce-([0-9a-f]{32})(?:-g\d+)?$/.exec(name)?.[1] ?? "");
    const described = description
      .split(/\s+/)
      .filter((word) => word.startsWith(`${tagNames.token}=`))
      .map((word) => word.slice(tagNames.token.length + 1))
      .filter((token) => wanted.has(token));
    return [...new Set(named === undefined ? described : [named, ...described])];
  };
}

/** Whether a commitment carries any token at all. */
export function isMarked(name: string, description: string | undefined, tagNames: TagNames): boolean {
  return tokenOn(name, description, tagNames) !== undefined;
}

/** The token that a commitment carries: whole in its description, else the part of it in its name. */
export function tokenOn(name: string, description: string | undefined, tagNames: TagNames): string | undefined {
  const word = (description ?? "").split(/\s+/).find((candidate) => candidate.startsWith(`${tagNames.token}=`));
  return word?.slice(tagNames.token.length + 1) || /^buyonce-([0-9a-f]{32})(?:-g\d+)?$/.exec(name)?.[1];
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
