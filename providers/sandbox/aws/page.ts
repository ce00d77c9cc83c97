import type { ListingFault } from "../server/imitation.ts";
import { AwsFault } from "./aws-fault.ts";

/** One page of a list; its token is the number of items before it. */
export interface SandboxPage<Item> {
  readonly items: readonly Item[];
  readonly next: string | undefined;
}

/** Cuts the page that the token names. Throws an AwsFault for a token or a size that is none. */
export function pageOf<Item>(
  all: readonly Item[],
  token: string | undefined,
  size: number,
  fault: ListingFault | undefined,
): SandboxPage<Item> {
  if (!/^\d{1,6}$/.test(token ?? "0")) throw new AwsFault(400, "InvalidParameterValue", "The marker is not valid.");
  const skipped = Number(token ?? "0");
  if (fault?.listing === "repeated-next-link") return { items: [], next: String(skipped) };
  const next = skipped + size;
  return { items: all.slice(skipped, next), next: next < all.length ? String(next) : undefined };
}
