import { compareMoney, formatMoney, type Money, totals } from "../../src/contract/money.ts";
import type { History, Violation } from "./history-checker.ts";

/** A place that was sent and may be bought, and what it was sent at. */
export interface SentPlace {
  readonly token: string;
  readonly price?: Money | undefined;
}

/** What a person said about the execution. Acts follow each other: no two of them at the same time. Times are the machine's clock. */
export type Act = {
  readonly began: number;
  readonly returned: number;
  /** What was sent by then and not known to be bought or not: as a cancel answered, else as the ledger said right afterwards. */
  readonly mayBeBought: readonly SentPlace[];
} & (
  | { readonly kind: "submit"; readonly approvalRequired: boolean }
  | { readonly kind: "approve" | "cancel" | "reopen" }
  | {
      readonly kind: "limits";
      /** Null is none; what is left out stays. */
      readonly maxTotals?: readonly Money[] | null;
      /** By recIndex. */
      readonly maxPrices?: Readonly<Record<number, Money | null>>;
    }
  | { readonly kind: "skip"; readonly recIndex: number }
);

/** From the return of an act until a later one begins, nothing may be sent but what had passed before. */
interface Ban {
  readonly rule: Violation["rule"];
  readonly from: number;
  readonly until: number;
  readonly passed: ReadonlySet<string>;
  /** What appeared before it is against it, too. */
  readonly holdsBefore?: boolean;
  forbids(token: string): boolean;
}

/**
 * Compares what was sent and bought with what a person had said by then:
 * - while it is cancelled, or waits for an approval, nothing appears and nothing is sent but what was sent before;
 * - nor above the maxPrice in force, nor ever for a place that was skipped;
 * - what was sent before is not sent again by the same driver meanwhile: that would have passed the guard anew;
 * - the prices of all that is bought, and when a limit is set of all that may be, stay within the maxTotals in force;
 * - a cancel names nothing that a driver had reported as bought, each at its price;
 * - no drive that began after a cancel says that it bought, and each that began after a skip says so.
 */
export function checkActs(history: History): readonly Violation[] {
  const bans = bansOf(history);
  return [
    ...bans.flatMap((ban) => [...boughtUnder(ban, history), ...sentUnder(ban, history)]),
    ...checkTotals(history),
    ...checkCancels(history),
    ...checkReports(history),
  ];
}

/** Whether the last word is a cancel: then nothing more is bought. */
export function staysCancelled(acts: readonly Act[]): boolean {
  return acts.findLast(({ kind }) => kind === "cancel" || kind === "reopen")?.kind === "cancel";
}

/** The places that were skipped, by recIndex. */
export function skippedIn(acts: readonly Act[]): ReadonlySet<number> {
  return new Set(acts.flatMap((act) => (act.kind === "skip" ? [act.recIndex] : [])));
}

/** When the next act begins that lifts what the one at this index forbids. */
function untilNext(acts: readonly Act[], index: number, lifts: (act: Act) => boolean): number {
  return acts.slice(index + 1).find(lifts)?.began ?? Infinity;
}

function bansOf({ acts, tokens, prices }: History): readonly Ban[] {
  const needsApproval = acts.some((act) => act.kind === "submit" && act.approvalRequired);
  return acts.flatMap((act, index): readonly Ban[] => {
    const ban = (rule: Ban["rule"], lifts: (act: Act) => boolean, forbids: Ban["forbids"] = () => true): Ban => ({
      rule,
      from: act.returned,
      until: untilNext(acts, index, lifts),
      passed: new Set(act.mayBeBought.map(({ token }) => token)),
      forbids,
    });
    const unapproved = () => (needsApproval ? [ban("bought without approval", ({ kind }) => kind === "approve")] : []);
    switch (act.kind) {
      case "approve":
        return [];
      case "submit":
        return unapproved();
      case "reopen":
        return unapproved();
      case "cancel":
        return [ban("bought while cancelled", ({ kind }) => kind === "reopen")];
      case "skip": {
        const never = ban(
          "bought though skipped",
          () => false,
          (token) => token === tokens[act.recIndex],
        );
        // It is refused where anything was sent that may be bought.
        return [{ ...never, passed: new Set(), holdsBefore: true }];
      }
      case "limits":
        return [
          ...(isRaise(acts.slice(0, index), act) ? unapproved() : []),
          ...Object.entries(act.maxPrices ?? {}).flatMap(([recIndex, limit]) => {
            const place = Number(recIndex);
            const isAbove = limit !== null && exceeds(prices[place], limit);
            const setsIt = (later: Act) => later.kind === "limits" && later.maxPrices?.[place] !== undefined;
            return isAbove ? [ban("bought above its maxPrice", setsIt, (token) => token === tokens[place])] : [];
          }),
        ];
    }
  });
}

function exceeds(price: Money | undefined, limit: Money): boolean {
  return price !== undefined && (price.currency !== limit.currency || compareMoney(price, limit) > 0);
}

/** Whether a change of limits allows more than those before it did, in any way. */
function isRaise(before: readonly Act[], { maxTotals, maxPrices = {} }: Act & { readonly kind: "limits" }): boolean {
  const limits = before.filter((act) => act.kind === "limits");
  const totalsBefore = limits.findLast((act) => act.maxTotals !== undefined)?.maxTotals ?? null;
  const raisesTotals =
    maxTotals !== undefined &&
    totalsBefore !== null &&
    (maxTotals === null || maxTotals.some((total) => totalsBefore.every((one) => exceeds(total, one))));
  const raisesPrice = Object.entries(maxPrices).some(([recIndex, price]) => {
    const place = Number(recIndex);
    const priceBefore = limits.findLast((act) => act.maxPrices?.[place] !== undefined)?.maxPrices?.[place] ?? null;
    return priceBefore !== null && (price === null || exceeds(price, priceBefore));
  });
  return raisesTotals || raisesPrice;
}

/** What appeared in the cloud under a ban, and had not passed the guard before it. */
function boughtUnder(
  { rule, from, until, passed, holdsBefore = false, forbids }: Ban,
  { commitments, tokens }: History,
): Violation[] {
  return commitments.flatMap(({ id, token, at }) => {
    const isMeant = token !== undefined && !passed.has(token) && forbids(token);
    if (!isMeant || at >= until || (at <= from && !holdsBefore)) return [];
    return [{ rule, text: `#${tokens.indexOf(token)}: ${id}, ${at - from} ms after that was said` }];
  });
}

/** What drivers sent under a ban: what had passed the guard before it once at most, everything else never. */
function sentUnder(
  { rule, from, until, passed, forbids }: Ban,
  { drivers, tokens, commitments }: History,
): Violation[] {
  const boughtBefore = new Set(commitments.filter(({ at }) => at <= from).map(({ token }) => token));
  return drivers.flatMap(({ name: driver, lines }) => {
    const sent = new Set<string>();
    return lines.flatMap((line) => {
      if (line.kind !== "sending" || line.at <= from || line.at >= until) return [];
      const token = tokens[line.recIndex];
      if (token === undefined || !forbids(token)) return [];
      const isAgain = sent.has(token);
      sent.add(token);
      if (!isAgain && (passed.has(token) || boughtBefore.has(token))) return [];
      const what = `#${line.recIndex} sent${isAgain ? " again" : ""} ${line.at - from} ms after that was said`;
      return [{ rule, driver, text: what }];
    });
  });
}

/** What may be in force at a time: while limits are being changed, the former ones or the new ones. */
function totalsInForce(acts: readonly Act[], at: number): readonly (readonly Money[] | null)[] {
  const changes = acts.filter((act) => act.kind === "limits" && act.maxTotals !== undefined && act.began <= at);
  const settled = changes.findLast(({ returned }) => returned <= at);
  const open = changes.filter(({ returned }) => returned > at);
  return [settled, ...open].map((act) => (act?.kind === "limits" ? (act.maxTotals ?? null) : null));
}

/** The sums that are in none of the limits that may be in force. */
function isAbove(sums: readonly Money[], inForce: readonly (readonly Money[] | null)[]): boolean {
  return inForce.every((limits) => {
    const fits = (sum: Money) => limits?.some((limit) => !exceeds(sum, limit));
    return limits !== null && !sums.every(fits);
  });
}

function checkTotals({ acts, commitments, tokens, prices }: History): Violation[] {
  const priceOf = (token: string | undefined) => (token === undefined ? undefined : prices[tokens.indexOf(token)]);
  const sumOf = (all: readonly (Money | undefined)[]) => totals(all.filter((price) => price !== undefined));
  const boughtBy = (time: number) => commitments.filter(({ at }) => at <= time);
  const tell = (sums: readonly Money[]) => sums.map(formatMoney).join(", ");
  const appeared = commitments.flatMap(({ id, at }): Violation[] => {
    const sums = sumOf(boughtBy(at).map(({ token }) => priceOf(token)));
    if (!isAbove(sums, totalsInForce(acts, at))) return [];
    return [{ rule: "bought above the totals", text: `with ${id} it was ${tell(sums)}` }];
  });
  const whenSet = acts.flatMap((act): Violation[] => {
    if (act.kind !== "limits" || !act.maxTotals) return [];
    const bought = boughtBy(act.returned);
    const open = act.mayBeBought.filter(({ token }) => bought.every((one) => one.token !== token));
    const sums = sumOf([
      ...bought.map(({ token }) => priceOf(token)),
      ...open.map(({ token, price }) => price ?? priceOf(token)),
    ]);
    if (!isAbove(sums, [act.maxTotals])) return [];
    const text = `${tell(act.maxTotals)} was accepted, and ${tell(sums)} is or may be bought`;
    return [{ rule: "bought above the totals", text }];
  });
  return [...appeared, ...whenSet];
}

/** What a cancel answered. */
function checkCancels({ acts, drivers, tokens, prices }: History): Violation[] {
  return acts.flatMap((act) => {
    if (act.kind !== "cancel") return [];
    const known = new Set(
      drivers.flatMap(({ lines }) =>
        lines.flatMap((line) => {
          if (line.kind !== "outcome" || line.at >= act.began) return [];
          // A warning may say that it could not be recorded.
          const { commitment, warnings, token } = line.outcome;
          return commitment === undefined || warnings !== undefined ? [] : [token];
        }),
      ),
    );
    return act.mayBeBought.flatMap(({ token, price }): Violation[] => {
      const recIndex = tokens.indexOf(token);
      const asked = prices[recIndex];
      const isPriced = price !== undefined && asked !== undefined && !exceeds(price, asked) && !exceeds(asked, price);
      if (isPriced && !known.has(token)) return [];
      const why = known.has(token)
        ? "was known to be bought"
        : `is named at ${price ? formatMoney(price) : "no price"}`;
      return [{ rule: "wrong answer to a cancel", text: `#${recIndex} ${why}` }];
    });
  });
}

/** What drives reported that began after a person had spoken. */
function checkReports({ acts, drivers }: History): Violation[] {
  const cancels = acts.flatMap((act, index) => {
    if (act.kind !== "cancel") return [];
    return [{ from: act.returned, until: untilNext(acts, index, ({ kind }) => kind === "reopen") }];
  });
  const skips = acts.filter((act) => act.kind === "skip");
  return drivers.flatMap(({ name: driver, lines }) => {
    const began = lines[0]?.at ?? 0;
    return lines.flatMap((line): Violation[] => {
      if (line.kind !== "outcome") return [];
      const { recIndex, status } = line.outcome;
      const what = `#${recIndex} ${status}`;
      const isCancelled = cancels.some(({ from, until }) => began > from && line.at < until);
      if (isCancelled && status === "purchased") {
        return [{ rule: "bought while cancelled", driver, text: `${what}, by a drive that began after that` }];
      }
      const skipped = skips.some((act) => act.recIndex === recIndex && act.returned < began);
      if (!skipped || status === "skipped") return [];
      return [{ rule: "wrong report", driver, text: `${what}, skipped before the drive began` }];
    });
  });
}
