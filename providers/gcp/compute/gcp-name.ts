import type { Marker, Submission } from "../../../src/contract/executor.ts";
import { hashJson } from "../../../src/contract/fingerprint.ts";
import type { TagNames } from "../../../src/contract/tag-names.ts";
import { carriesToken, type TokenMark } from "../../../src/contract/token.ts";

/**
 * The name under which a token's commitment is bought: 128 bits of the token, and the generation after the first; that of the
 * first is the Go engine's. Google allows one commitment of a name in a project and region, and none can be deleted: that is what
 * stops a second purchase, whichever engine sends it. 1 to 63 characters of `[a-z]([-a-z0-9]*[a-z0-9])?`.
 */
export function nameOf({ token, generation }: Pick<Marker, "token" | "generation">): string {
  return `cud-${token.toLowerCase().slice(0, 32)}${generation === 0 ? "" : `-g${generation}`}`;
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
 * The tokens that a commitment carries: whole in its description, whatever the letter case of key and token; where there is
 * none, the first 32 digits of one in its name. A description that has another token than the name wins.
 */
export function marksOf({ name, description = "" }: Stamped, { token: key }: TagNames): readonly TokenMark[] {
  const described = description
    .toLowerCase()
    .split(/\s+/)
    .filter((word) => word.startsWith(`${key.toLowerCase()}=`))
    .map((word) => word.slice(key.length + 1))
    .filter((token) => /^[0-9a-f]{64}$/.test(token));
  if (described.length > 0) return described.map((text) => ({ text, whole: true }));
  const text = /^cud-([0-9a-f]{32})(?:-g\d+)?$/.exec(name)?.[1];
  return text === undefined ? [] : [{ text, whole: false }];
}

/** Whose a commitment is, for a token: that token's, another one's, or nobody's who says so. */
export function ownerOf(commitment: Stamped, token: string, tagNames: TagNames): "own" | "other" | "nobody" {
  const marks = marksOf(commitment, tagNames);
  if (carriesToken(marks, token)) return "own";
  return marks.length > 0 ? "other" : "nobody";
}

/**
 * The UUID under which Google recognises a repeat of the same request, for a while, and answers with what became of the
 * first: the same for a second send of a submission. It carries when that was written ahead, and its attempt: a refusal that
 * the user has lifted meanwhile must not be answered again, nor what another drive has bought be taken for what this one did;
 * that one is refused for its name. It carries the whole request: a clock may stand still.
 */
export function requestIdOf({
  attempt,
  submittedAt,
  request,
}: Pick<Submission, "attempt" | "submittedAt" | "request">): string {
  const hex = hashJson({ attempt, submittedAt, request });
  return [hex.slice(0, 8), hex.slice(8, 12), `4${hex.slice(13, 16)}`, `8${hex.slice(17, 20)}`, hex.slice(20, 32)].join(
    "-",
  );
}
