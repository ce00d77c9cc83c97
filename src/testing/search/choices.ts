/**
 * Enumerates every sequence of choices: run the same code again and again, let it ask `choose` wherever something may go
 * one way or another, and each run takes the next path, until there is none left. In the manner of TigerBeetle's
 * `exhaustigen.zig`.
 */
export interface Choices {
  /** Begins the next path; false when all have been walked. */
  next(): boolean;
  /** One of 0 up to `count`. */
  choose(count: number): number;
  /** The path so far, so that a failing one can be named and walked again. */
  path(): readonly number[];
}

/** Makes an enumerator; with a path given, it walks that one alone. */
export function createChoices(only?: readonly number[]): Choices {
  let taken: { value: number; readonly count: number }[] = [];
  let position = 0;
  let begun = false;

  return {
    next: () => {
      position = 0;
      if (!begun) {
        begun = true;
        return true;
      }
      if (only !== undefined) return false;
      // The last choice that can still be increased is; what came after it starts from the beginning.
      while (taken.length > 0) {
        const last = taken.at(-1);
        if (last !== undefined && last.value + 1 < last.count) {
          last.value += 1;
          return true;
        }
        taken.pop();
      }
      return false;
    },
    choose: (count) => {
      if (count < 1) throw new RangeError("There is nothing to choose from.");
      const known = taken[position];
      const value = known?.value ?? only?.[position] ?? 0;
      if (known === undefined) taken.push({ value, count });
      else if (known.count !== count) throw new Error("The code under search is not deterministic.");
      position += 1;
      return value;
    },
    path: () => taken.slice(0, position).map(({ value }) => value),
  };
}
