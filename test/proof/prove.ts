import { afterAll, expect } from "vitest";
import type { Budget } from "../../src/testing/search/scheduler.ts";
import { search, type SearchOptions } from "../../src/testing/search/search.ts";
import type { ImitationIdentity } from "../../src/testing/imitation/imitation-cloud.ts";

/** How much may go wrong: see {@link Budget}. */
export const budget = (crashes: number, faults: number, switches: number): Budget => ({ crashes, faults, switches });

/**
 * One crash, one switch, one fault, each by itself: what `npm test` walks; `search.proof.ts` walks them together. A fault meets
 * one driver: a second one would bring nothing but its own.
 */
export const singly: readonly Pick<SearchOptions, "drivers" | "budget">[] = [
  { drivers: 2, budget: budget(1, 0, 0) },
  { drivers: 2, budget: budget(0, 0, 1) },
  { drivers: 1, budget: budget(0, 1, 0) },
];

/** Every kind of provider, by what tells one of its purchases from another. */
export const kinds: readonly [string, ImitationIdentity][] = [
  ["handles that the provider mints", "minted"],
  ["handles that the buyer chooses", "chosen"],
  ["no handles, a marker afterwards", "stamped"],
  ["no handles, a name that goes with the purchase", "named"],
  ["neither handle nor marker", "none"],
];

/** Walks searches and prints what they walked; the sum at the end of the file. */
export function createProof() {
  let walked = 0;
  let violations = 0;
  afterAll(() => console.log(`exhaustive search: ${walked} paths in all, violations ${violations}`));

  /** `least` is how many paths there are at least: with fewer nothing was searched. */
  return async function prove(name: string, options: SearchOptions, least = 90): Promise<void> {
    const { paths, effects, complete, violation } = await search(options);
    walked += paths;
    violations += violation ? 1 : 0;
    const { crashes, faults, switches, orders = 0, failures = 0 } = options.budget;
    console.log(
      `${name}, ${options.drivers} drivers, up to ${crashes} crashes, ${faults} faults, ${switches} switches, ${orders} in another order, ${failures} that came to nothing: ` +
        `${paths} paths${complete ? " (all)" : ""}, ${effects} effects, violations ${violation ? 1 : 0}`,
    );
    const story = `${violation?.message}\n  ${violation?.log.join("\n  ")}\npath ${JSON.stringify(violation?.path)}`;
    expect(violation === undefined, story).toBe(true);
    expect(complete).toBe(true);
    expect(paths).toBeGreaterThan(least);
  };
}

/** A refusal is believed where the handle cannot be read either, which takes two faults: an identity without rights gets both. */
export function believable({ faults }: Budget): (way: string) => boolean {
  return (way) => faults < 2 || way !== "bought, and refused";
}
