/** How something looks to who reads it: somebody has to look at it at once, it went wrong, it waits, or it is well. */
export type Tone = "alarm" | "bad" | "wait" | "good";

const order: readonly Tone[] = ["alarm", "bad", "wait", "good"];

/** What somebody has to look at comes first; what looks alike stays in its order. */
export function failuresFirst<Item>(items: readonly Item[], toneOf: (item: Item) => Tone): readonly Item[] {
  const rank = (item: Item) => order.indexOf(toneOf(item));
  return items.toSorted((one, other) => rank(one) - rank(other));
}
