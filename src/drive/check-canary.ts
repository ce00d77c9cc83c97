import { RefusedError } from "../contract/errors.ts";
import type { Scope, ServiceExecutor } from "../contract/executor.ts";
import type { Ledger, TokenRecord } from "../contract/ledger.ts";
import { shellWord } from "../contract/shell-word.ts";
import { asRefusal } from "./as-refusal.ts";
import type { DriveContext } from "./drive-context.ts";
import { isRecent, listedUntil, recordedIds } from "./must-be-listed.ts";
import type { Listing } from "./read-listing.ts";
import { readPurchased } from "./read-records.ts";

/** What a listing is checked by: the ids of one purchase, and until when the first must be in it. */
interface Canary {
  readonly ids: readonly string[];
  readonly listedUntil: number;
  readonly purchasedAt: number | undefined;
}

/** What a listing is checked by. */
export interface Canaries {
  readonly known: readonly Canary[];
  /** When they were read, by the ledger's clock: no page of the listing is older. */
  readonly readAt: number;
}

/** Reads them before the listing is made: what is bought meanwhile need not be in it. Throws a LedgerError, or what `check` throws. */
export async function readCanaries(ledger: Ledger, scope: Scope, check: () => void): Promise<Canaries> {
  return { known: await readPurchased(ledger, scope.key, check, canaryOf), readAt: await ledger.now() };
}

function canaryOf(record: TokenRecord): Canary {
  return { ids: recordedIds(record), listedUntil: listedUntil(record), purchasedAt: record.purchasedAt };
}

/**
 * A listing counts only if it shows what must be there: an identity that lost its reading role gets an empty one, with
 * status 200. Every live commitment that the ledger knows is a canary.
 */
export async function checkCanary(
  { environment, stop }: Pick<DriveContext, "environment" | "stop">,
  executor: ServiceExecutor,
  scope: Scope,
  { known, readAt }: Canaries,
  listing: Listing,
): Promise<void> {
  for (const {
    ids: [id],
    listedUntil,
    purchasedAt,
  } of known) {
    if (id === undefined || listing.byId.has(id) || environment.now() >= listedUntil) continue;
    const visible =
      isRecent({ purchasedAt }, readAt) &&
      (await asRefusal("lookup-failed", `Reading ${id} failed`, () => executor.inventory.read(scope, id, stop))) !==
        undefined;
    if (!visible) {
      throw new RefusedError({
        code: "lookup-untrusted",
        message:
          `The listing of ${scope.label} does not show ${id}, which the ledger knows as bought. Either this identity ` +
          "lost the right to see it, or the listing is incomplete: nothing was bought in this scope. Check the identity's " +
          `reading role, then drive again. If it is gone for good (exchanged, sold, moved), record that: \`buyonce audit --accept-loss ${shellWord(id)} --person NAME --reason WHY\`.`,
        retryable: true,
      });
    }
  }
}
