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
  /** Gives up what is still held. A ledger that fails now is ignored: the leases lapse. */
  giveUp(): Promise<void>;
  /** The same, and stops renewing. */
  end(): Promise<void>;
}

const lapsed: Until = { wall: -Infinity, monotonic: -Infinity };

/** Renews three times per lease, so that two renewals may fail before a claim is lost. */
const renewalsPerLease = 3;

/** Until when a lease lasts for the driver, on its wall clock and on its monotonic one. */
interface Until {
  readonly wall: number;
  readonly monotonic: number;
}

/**
 * Keeps the claims of one drive alive. `leaseLength` is in milliseconds.
 *
 * Ages need more than a step of the clock leaves them (`age.ts`), leases do not. In the ledger a step makes them lapse early, never
 * late (`isHeld`), and the epoch of whoever takes over refuses the late driver's every write. Here they have lapsed as soon as one of
 * two clocks says so: a driver that stood still while its clock was set back sends nothing.
 */
export function createLeases(ledger: Ledger, environment: Environment, leaseLength: number): Leases {
  const held = new Map<string, { readonly claim: Claim; until: Until }>();
  let renewing = false;

  function untilFrom(since: number): Until {
    const passed = Math.max(0, environment.now() - since);
    return { wall: since + leaseLength, monotonic: environment.readClock().monotonic - passed + leaseLength };
  }

  async function renew(): Promise<void> {
    if (renewing || held.size === 0) return;
    renewing = true;
    const claims = [...held.values()].map(({ claim }) => claim);
    const until = untilFrom(environment.now());
    try {
      const lost = new Set((await ledger.renew(claims, leaseLength)).map(({ token }) => token));
      for (const { token, epoch } of claims) {
        const entry = held.get(token);
        if (entry?.claim.epoch !== epoch) continue;
        if (lost.has(token)) held.delete(token);
        else entry.until = until;
      }
    } catch {
      // The next renewal, or the next write of the drive, meets the same ledger and says what is wrong with it.
    } finally {
      renewing = false;
    }
  }
  const stopRenewing = environment.every(leaseLength / renewalsPerLease, () => void renew());

  async function giveUp(): Promise<void> {
    const claims = [...held.values()].map(({ claim }) => claim);
    held.clear();
    if (claims.length > 0) await ledger.release(claims).catch(() => undefined);
  }

  return {
    hold: (claims, since) => {
      const until = untilFrom(since);
      for (const claim of claims) held.set(claim.token, { claim, until });
    },
    drop: (claim) => {
      held.delete(claim.token);
    },
    check: (claim) => {
      const entry = held.get(claim.token);
      const { wall, monotonic } = entry?.claim.epoch === claim.epoch ? entry.until : lapsed;
      if (environment.now() < wall && environment.readClock().monotonic < monotonic) return;
      throw new LedgerError({
        code: "claim-lost",
        message: "The lease on this recommendation ran out, so another driver may have taken it over. Drive again.",
        retryable: true,
      });
    },
    giveUp,
    end: () => {
      stopRenewing();
      return giveUp();
    },
  };
}
