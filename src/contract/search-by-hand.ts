import type { Scope } from "./executor.ts";
import type { JsonObject } from "./json.ts";
import type { AnyRecommendation } from "./recommendation.ts";
import { shellWord } from "./shell-word.ts";

/** What a person looks for at a provider, without this program. */
export interface Sought {
  readonly recommendation: AnyRecommendation;
  readonly scope: Scope;
  /** What it was sent under; undefined where nothing is known to have been sent. */
  readonly handle?: JsonObject | undefined;
  /** What was bought appeared from then on: `2026-11-22T09:00:00Z`. Undefined as `handle` is. */
  readonly from?: string | undefined;
}

/** How a person looks for something at a provider. */
export interface SearchByHand {
  /** What it would show as, in words: `A reservation named "ri-3f1d"`. */
  readonly shows: string;
  /** Who has to be signed in, in words: `AWS account 123456789012`. */
  readonly signedIn: string;
  /** A command of the provider's own tool that reads and changes nothing, quoted for a POSIX shell. */
  readonly command: string;
}

/** A command as a POSIX shell takes it. */
export function shellCommand(words: readonly string[]): string {
  return words.map(shellWord).join(" ");
}

/** A text of a handle, where it has one of this name. */
export function textIn(handle: JsonObject | undefined, name: string): string | undefined {
  const value = handle?.[name];
  return typeof value === "string" && value !== "" ? value : undefined;
}
