import type { Age } from "../src/contract/age.ts";

/** An age that every clock agrees on, in milliseconds; default a minute. */
export function aged(milliseconds = 60_000): Age {
  return { atLeast: milliseconds, atMost: milliseconds };
}
