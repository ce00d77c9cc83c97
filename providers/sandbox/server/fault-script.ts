import { z } from "zod";
import { RefusedError } from "../../../src/contract/errors.ts";
import { type Fault, type FaultRule, faultRuleSchema } from "./fault.ts";
import type { Imitation, SandboxRequest } from "./imitation.ts";
import type { LoggedRequest } from "./request-log.ts";

/** More rules than any test needs; protects against a loop that adds them. */
const maximumRules = 1000;

/** A fault that a request was given, with what the sandbox remembers of the moment at which its rule was added. */
export interface TakenFault {
  readonly fault: Fault;
  /** How many commitments of an imitation existed when the rule was added. */
  readonly purchasesBefore: ReadonlyMap<string, number>;
}

/** What the imitation says of a request. */
type Named = Pick<LoggedRequest, "action" | "account">;

interface ActiveRule extends TakenFault {
  readonly rule: FaultRule;
  skip: number;
  times: number;
}

/** The rules still to be used. The first one that matches decides; the ones after it do not see the request. */
export interface FaultScript {
  /** Throws a RefusedError `invalid-configuration` for a rule that cannot be read; then none is added. */
  add(rules: unknown): number;
  clear(): void;
  take(request: SandboxRequest, named: Named, imitation: Imitation | undefined): TakenFault | undefined;
}

/** `countPurchases`: the commitments of every imitation by its name, now. */
export function createFaultScript(countPurchases: () => ReadonlyMap<string, number>): FaultScript {
  let active: ActiveRule[] = [];
  return {
    add(rules) {
      const parsed = z.array(faultRuleSchema).safeParse(Array.isArray(rules) ? rules : [rules]);
      if (!parsed.success) {
        throw invalid(`The fault rules cannot be read:\n${z.prettifyError(parsed.error)}`, parsed.error);
      }
      if (active.length + parsed.data.length > maximumRules) {
        throw invalid(`There are more than ${maximumRules} fault rules: clear them first.`);
      }
      const purchasesBefore = countPurchases();
      for (const rule of parsed.data) {
        active.push({ rule, fault: rule.fault, purchasesBefore, skip: rule.skip ?? 0, times: rule.times ?? 1 });
      }
      return parsed.data.length;
    },

    clear() {
      active = [];
    },

    take(request, named, imitation) {
      const chosen = active.find((candidate) => {
        if (!matches(candidate.rule, request, named) || !applies(candidate.fault, request, imitation)) {
          return false;
        }
        if (candidate.skip > 0) {
          candidate.skip -= 1;
          return false;
        }
        return true;
      });
      if (chosen !== undefined) {
        chosen.times -= 1;
        active = active.filter(({ times }) => times > 0);
      }
      return chosen;
    },
  };
}

function matches({ match }: FaultRule, request: SandboxRequest, { action, account }: Named): boolean {
  return (
    (match.method === undefined || match.method.toUpperCase() === request.method) &&
    (match.path === undefined || request.target.includes(match.path)) &&
    (match.action === undefined || match.action === action) &&
    (match.account === undefined || match.account === account)
  );
}

function applies(fault: Fault, request: SandboxRequest, imitation: Imitation | undefined): boolean {
  return fault.kind !== "listing" || (imitation?.listingFaults(request).includes(fault.listing) ?? false);
}

function invalid(message: string, cause?: unknown): RefusedError {
  return new RefusedError({ code: "invalid-configuration", message, cause });
}
