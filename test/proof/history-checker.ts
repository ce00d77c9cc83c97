import type { Decision } from "../../src/drive/resolve-by-person.ts";
import type { Money } from "../../src/contract/money.ts";
import type { Outcome, Report } from "../../src/contract/report.ts";
import { type Act, checkActs, skippedIn, staysCancelled } from "./act-rules.ts";

/** What a driver process is told to do. Times are in milliseconds. */
export interface DriverOrder {
  /** An SQLite file or a `postgres://` address. */
  readonly ledger: string;
  /** The sandbox. */
  readonly url: string;
  readonly executionFile: string;
  readonly leaseLength: number;
  readonly concurrency: number;
  /** How long until the deadline of the drive. */
  readonly patience: number;
  /** How long one request may take, to read and to buy. */
  readonly requestTimeout: number;
  /** Every wait is so many times shorter. */
  readonly haste: number;
  readonly clockFile?: string;
  /** The wall clock of ledger and driver is set wrong by so much. */
  readonly set?: number;
  /** The machine was started again, under this id. */
  readonly boot?: string;
  /** How reservations of Azure are bought. */
  readonly reservationFlow?: "two-steps" | "alias";
  readonly stopBeforeSend?: boolean;
  /** It drives what is recorded instead of the file. */
  readonly fromLedger?: boolean;
  /** The id of another execution, which may be bought: the guard looks at that one instead. */
  readonly guardedAs?: string;
  /** What a person found out, to be recorded before the drive. */
  readonly findings?: readonly Pick<Decision, "recIndex" | "finding">[];
}

/** One line that a driver process printed; `at` is the machine's clock. */
export type DriverLine = { readonly at: number } & (
  | { readonly kind: "started" }
  | { readonly kind: "claimed"; readonly granted: number }
  | { readonly kind: "sending"; readonly recIndex: number }
  | { readonly kind: "stopping" }
  | { readonly kind: "outcome"; readonly outcome: Outcome }
  | { readonly kind: "report"; readonly report: Report }
  | { readonly kind: "failed"; readonly code: string; readonly message: string }
);

/** All that happened, in the end. */
export interface History {
  /** The tokens of the execution, by recIndex. */
  readonly tokens: readonly string[];
  /** All that exists in the cloud, with the token that is stamped on it and the time at which it appeared. */
  readonly commitments: readonly { readonly id: string; readonly token: string | undefined; readonly at: number }[];
  /** What every driver process ever printed, those that were killed included. */
  readonly drivers: readonly { readonly name: string; readonly lines: readonly DriverLine[] }[];
  /** What a person said, in its order; empty where nobody did. */
  readonly acts: readonly Act[];
  /** What the cloud asks for each, by recIndex; not known where nobody says anything. */
  readonly prices: readonly Money[];
}

/** A sentence of the promise that the history breaks. */
export interface Violation {
  readonly rule:
    | "bought twice"
    | "not bought in the end"
    | "nobody's commitment"
    | "false purchase"
    | "changed story"
    | "false denial"
    | "wrong report"
    | "bought while cancelled"
    | "bought without approval"
    | "bought above its maxPrice"
    | "bought above the totals"
    | "bought though skipped"
    | "wrong answer to a cancel";
  readonly driver?: string;
  readonly text: string;
}

/**
 * Compares all that drivers ever reported with what the cloud has, in Jepsen's manner: it knows nothing about how it
 * came about.
 *
 * - one commitment for each token, none besides (after the calm drive that ends every history); none has to be there for
 *   what was skipped, nor for what had not passed before the execution was cancelled for good;
 * - every `purchased` and `already-purchased` names the token's commitment, with the same ids and price each time;
 * - no `refused` or `rejected` from a drive that began when the token's commitment was there already;
 * - a report has one outcome for each recommendation, those that were announced before;
 * - what a person said holds: see `checkActs`.
 */
export function checkHistory(history: History): readonly Violation[] {
  const { tokens, commitments, drivers, acts } = history;
  const violations: Violation[] = [...checkActs(history)];
  const [skipped, cancelled] = [skippedIn(acts), staysCancelled(acts)];
  const byToken = Map.groupBy(commitments, ({ token }) => token);
  for (const [recIndex, token] of tokens.entries()) {
    const ids = (byToken.get(token) ?? []).map(({ id }) => id);
    const isDue = !cancelled && !skipped.has(recIndex);
    if (ids.length === 0 && isDue) violations.push({ rule: "not bought in the end", text: `#${recIndex}` });
    if (ids.length > 1) violations.push({ rule: "bought twice", text: `#${recIndex}: ${ids.join(", ")}` });
  }
  for (const { id, token } of commitments) {
    if (token !== undefined && tokens.includes(token)) continue;
    violations.push({ rule: "nobody's commitment", text: `${id} with token ${token ?? "missing"}` });
  }

  const stories = new Map<string, string>();
  for (const { name: driver, lines } of drivers) {
    const began = lines[0]?.at ?? 0;
    const announced = new Map<string, string>();
    const check = (outcome: Outcome) => {
      const { recIndex, token, status, commitment, price } = outcome;
      const what = `#${recIndex} ${status}`;
      if (tokens[recIndex] !== token) violations.push({ rule: "wrong report", driver, text: `${what}: another token` });
      const real = byToken.get(token) ?? [];
      if (status === "purchased" || status === "already-purchased") {
        const named = [commitment?.id ?? "nothing", ...(commitment?.furtherIds ?? [])];
        for (const id of named) {
          if (real.some((one) => one.id === id)) continue;
          violations.push({ rule: "false purchase", driver, text: `${what}: ${id} is not a commitment of it` });
        }
        const story = JSON.stringify({ named, price });
        const first = stories.get(token) ?? story;
        stories.set(token, first);
        if (story !== first)
          violations.push({ rule: "changed story", driver, text: `${what}: ${story}, before ${first}` });
      } else if (commitment !== undefined) {
        violations.push({ rule: "wrong report", driver, text: `${what}: names a commitment` });
      }
      if ((status === "refused" || status === "rejected") && real.some(({ at }) => at < began)) {
        const why = `${outcome.error?.code}: ${outcome.error?.message}`;
        violations.push({ rule: "false denial", driver, text: `${what}, bought before the drive began (${why})` });
      }
    };
    for (const line of lines) {
      if (line.kind === "outcome") {
        check(line.outcome);
        announced.set(line.outcome.token, JSON.stringify(line.outcome));
      }
      if (line.kind !== "report") continue;
      const { outcomes } = line.report;
      if (outcomes.map(({ token }) => token).join() !== tokens.join()) {
        violations.push({ rule: "wrong report", driver, text: "not one outcome for each recommendation" });
      }
      for (const outcome of outcomes) {
        check(outcome);
        if ((announced.get(outcome.token) ?? JSON.stringify(outcome)) === JSON.stringify(outcome)) continue;
        violations.push({ rule: "wrong report", driver, text: `#${outcome.recIndex} differs from what was announced` });
      }
    }
  }
  return violations;
}
