// Worlds of the search in which two executions ask for the same.
import { RefusedError } from "../../src/contract/errors.ts";
import { deriveIdempotencyToken } from "../../src/contract/token.ts";
import type { ImitationIdentity } from "../../src/testing/imitation/imitation-cloud.ts";
import { disk } from "../../src/testing/imitation/order-book.ts";
import type { SearchedDrive, World } from "../../src/testing/search/search-world.ts";
import { buildWorld } from "./search-worlds.ts";

const tokens = ["execution-1", "execution-2"].map((executionId) => deriveIdempotencyToken(executionId, 0));
const other = {
  executionId: "execution-2",
  source: "search",
  recommendations: [disk()],
  forbidTwinsWithin: "P7D",
};

/** Two executions that forbid twins ask for the same, one driver each: one of them is bought, and the other one is not. */
export function twinWorld(identity: ImitationIdentity) {
  return (): World => {
    const { world, cloud } = buildWorld(identity, 1);
    const live = () => tokens.map((token) => cloud.live(token).length);
    const driveOther: SearchedDrive = async (purchaser) => [await purchaser.drive(other, { concurrency: 1 })];
    return {
      ...world,
      limits: { forbidTwinsWithin: other.forbidTwinsWithin },
      terms: () => ({ tooLow: cloud.live(tokens[1] ?? "").length > 0 }),
      breach: () => {
        const [first = 0, second = 0] = live();
        return first + second > 1 ? `twins are bought: ${first} and ${second}` : undefined;
      },
      drives: [undefined, driveOther],
      afterwards: async (purchaser) => {
        // Longer than a lease, then longer than anything stays hidden.
        for (const wait of [31_000, 5 * 60_000]) {
          world.environment.advance(wait);
          await purchaser.drive(other, { concurrency: 1 });
        }
      },
    };
  };
}

/** The same with a look at the claim in place of the guard in the write-ahead, as a driver would that reads and then writes. */
export function lookedAtBefore(identity: ImitationIdentity) {
  return (): World => {
    const world = twinWorld(identity)();
    const { ledger } = world;
    const hasTwin = new Set<string>();
    return {
      ...world,
      ledger: {
        ...ledger,
        recordExecution: async ({ forbidTwinsWithin: _notRecorded, ...execution }) => ledger.recordExecution(execution),
        claim: async (...parameters) => {
          const answers = await ledger.claim(...parameters);
          for (const { record } of answers) {
            const { token, fingerprint, executionId } = record;
            const query = { fingerprints: [fingerprint], since: 0, exceptExecution: executionId };
            if ((await ledger.boughtAlike(query)).length > 0) hasTwin.add(token);
            else hasTwin.delete(token);
          }
          return answers;
        },
        submit: async (claim, planned) => {
          if (!hasTwin.has(claim.token)) return ledger.submit(claim, planned);
          throw new RefusedError({ code: "twin-forbidden", message: "The same is bought." });
        },
      },
    };
  };
}
