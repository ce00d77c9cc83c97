import type { Fault, FaultRule } from "../../providers/sandbox/index.ts";
import type { Random } from "./chaos-random.ts";

/** What may befall any request. A service that did it and definitely says that it did not is not among them: it lies. */
const anywhere: readonly Fault[] = [
  { kind: "reset", when: "before" },
  { kind: "reset", when: "after" },
  { kind: "refuse", milliseconds: 150, when: "before" },
  { kind: "refuse", milliseconds: 150, when: "after" },
  { kind: "status", status: 500, when: "before" },
  { kind: "status", status: 503, when: "before", retryAfter: 1 },
  { kind: "status", status: 408, when: "before" },
  { kind: "status", status: 429, when: "before", retryAfter: 1 },
  { kind: "status", status: 400, when: "before" },
  { kind: "status", status: 403, when: "before" },
  { kind: "status", status: 500, when: "after" },
  { kind: "status", status: 502, when: "after" },
  { kind: "status", status: 504, when: "after" },
  { kind: "status", status: 408, when: "after" },
  { kind: "cut" },
  { kind: "html", when: "before" },
  { kind: "html", when: "after" },
  { kind: "hang", when: "before" },
  { kind: "hang", when: "after" },
  { kind: "delay", milliseconds: 400 },
  { kind: "listing", listing: "stale" },
  { kind: "listing", listing: "empty" },
  { kind: "listing", listing: "foreign-next-link", to: "http://127.0.0.1:1" },
  { kind: "listing", listing: "repeated-next-link" },
];
const onPurchases = anywhere.filter(({ kind }) => kind !== "listing");

/** Faults for the next so many requests, about one in `1 / rate`; purchases meet twice as many, of a script of their own. */
export function faultsFor(
  requests: number,
  rate: number,
  random: Random,
  purchaseActions: Iterable<string>,
): readonly FaultRule[] {
  const rules: FaultRule[] = [];
  for (let skip = 0; skip < requests; skip += 1) {
    if (random.chance(rate)) rules.push({ match: {}, skip, fault: random.pick(anywhere) });
  }
  for (const action of purchaseActions) {
    for (let skip = 0; skip < requests / 4; skip += 1) {
      if (random.chance(rate)) rules.push({ match: { action }, skip, fault: random.pick(onPurchases) });
    }
  }
  return rules.slice(0, 400);
}
