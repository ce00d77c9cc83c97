import type { ListedCommitment } from "../../src/contract/listed-commitment.ts";
import { liveOf } from "./azure-listing.ts";

/** Collects all that a listing shows: an order can come several times, and counts once. */
export function collectListed(): {
  note(listed: ListedCommitment): void;
  done(): readonly ListedCommitment[];
} {
  const byId = new Map<string, ListedCommitment>();
  return {
    note(listed) {
      const { id } = listed.commitment;
      const earlier = byId.get(id)?.commitment;
      byId.set(id, { ...listed, commitment: liveOf(earlier, listed.commitment) });
    },
    done: () => [...byId.values()],
  };
}
