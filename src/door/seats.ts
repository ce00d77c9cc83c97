/** Seats for what goes on at once: so many in all, and not all of them for one name. */
export interface Seats {
  /** Takes one, and returns what gives it back, once; undefined where none is free. */
  take(name: string): (() => void) | undefined;
}

/** Seats for so many, and for so many of one name. */
export function createSeats(most: number, mostOfOne: number): Seats {
  const taken = new Map<string, number>();
  let all = 0;
  return {
    take: (name) => {
      const own = taken.get(name) ?? 0;
      if (all >= most || own >= mostOfOne) return undefined;
      all += 1;
      taken.set(name, own + 1);
      return once(() => {
        all -= 1;
        const left = (taken.get(name) ?? 1) - 1;
        if (left === 0) taken.delete(name);
        else taken.set(name, left);
      });
    },
  };
}

/** Runs the first time that it is called. */
export function once(run: () => void): () => void {
  let isDone = false;
  return () => {
    if (isDone) return;
    isDone = true;
    run();
  };
}
