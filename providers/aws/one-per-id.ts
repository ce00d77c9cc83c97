import { type Standing } from "../../src/spec/commitment.ts";
import { standingOf } from "./standing.ts";

/** How an entry of a list is told from others, and how much it says. */
export interface EntryTraits<Item> {
  idOf(item: Item): string;
  stateOf(item: Item): string;
  /** Whether it carries the marker of any token. */
  isMarked(item: Item): boolean;
}

const ranks: Readonly<Record<Standing, number>> = { failed: 0, ended: 1, unclear: 2, live: 3 };

/**
 * One entry for each id: lists may show one twice, on two pages or on one, and purchases are counted by their ids. The live
 * one of them counts, and of those the one with the marker.
 */
export function onePerId<Item>(items: Iterable<Item>, { idOf, stateOf, isMarked }: EntryTraits<Item>): readonly Item[] {
  const rank = (item: Item) => 2 * ranks[standingOf(stateOf(item))] + (isMarked(item) ? 1 : 0);
  const byId = new Map<string, Item>();
  for (const item of items) {
    const known = byId.get(idOf(item));
    if (known === undefined || rank(item) > rank(known)) byId.set(idOf(item), item);
  }
  return [...byId.values()];
}
