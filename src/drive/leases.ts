import type { Environment } from "../contract/environment.ts";
import { LedgerError } from "../contract/errors.ts";
import type { Claim, Ledger } from "../contract/ledger.ts";

/** The claims that a drive holds, kept alive while it works on them. */
export interface Leases {
  /** Takes claims over that were granted at or after `since` (milliseconds since 1970). */
  hold(claims: readonly Claim[], since: number): void;
  /** The claim is no longer needed: its result is written. */
  drop(claim: Claim): void;
  /** Throws a LedgerError `claim-lost` when the lease may have lapsed: another driver may hold the claim. */
  check(claim: Claim): void;
  /** Gives up what is still held and stops renewing. A ledger that fails now is ignored: the leases lapse. */
  end(): Promise<void>;
}

/** Renews three times per lease, so that two renewals may fail before a claim is lost. */
const renewalsPerLease = 3;

/** Keeps the claims of one drive alive. `leaseLength` is in milliseconds. */
export function createLeases(ledger: Ledger, environment: Environment, leaseLength: number): Leases {
  const held = new Map<string, { readonly claim: Claim; validUntil: number }>();
  let renewing = false;

  async function renew(): Promise<void> {
    if (renewing || held.size === 0) return;
    renewing = true;
    const claims = [...held.values()].map(({ claim }) => claim);
    const validUntil = environment.now() + leaseLength;
    try {
      const lost = new Set((await ledger.renew(claims, leaseLength)).map(({ token }) => token));
      for (const { token, epoch } of claims) {
        const entry = held.get(token);
        if (entry?.claim.epoch !== epoch) continue;
        if (lost.has(token)) held.delete(token);
        else entry.validUntil = validUntil;
      }
    } catch {
      // The next renewal, or the next write of the drive, meets the same ledger and says what is wrong with it.
    } finally {
      renewing = false;
    }
  }
  const stopRenewing = environment.every(leaseLength / renewalsPerLease, () => void renew());

  return {
    hold: (claims, since) => {
      const validUntil = since + leaseLength;
      for (const claim of claims) held.set(claim.token, { claim, validUntil });
    },
    drop: (claim) => {
      held.delete(claim.token);
    },
    check: (claim) => {
      const entry = held.get(claim.token);
      if (entry?.claim.epoch === claim.epoch && environment.now() < entry.validUntil) return;
      throw new LedgerError({
        code: "claim-lost",
        message: "The lease on this recommendation ran out, so another driver may have taken it over. Drive again.",
        retryable: true,
      });
    },
    end: async () => {
      stopRenewing();
      const claims = [...held.values()].map(({ claim }) => claim);
      held.clear();
      if (claims.length > 0) await ledger.release(claims).catch(() => undefined);
    },
  };
}
