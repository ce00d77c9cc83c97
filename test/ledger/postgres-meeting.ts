import type { usePostgres } from "./postgres-fixture.ts";
import { type Statement, watchedPool } from "./postgres-watched-pool.ts";

/** Opens pairs of ledgers that do something at the same time. */
export function createMeeting({ admin, newSchema, open }: ReturnType<typeof usePostgres>) {
  /** Two ledgers on one schema whose first matching statements are sent only when both have come to theirs. */
  return async (matches: (text: string) => boolean, fromTheStart = true) => {
    const schema = newSchema();
    await open({ schema });
    const failures: string[] = [];
    let arrived = fromTheStart ? 0 : 2;
    let go: () => void = () => undefined;
    const both = new Promise<void>((resolve) => {
      go = resolve;
    });
    const around = async ({ text, send }: Statement) => {
      if (matches(text) && arrived < 2) {
        arrived += 1;
        if (arrived === 2) go();
        await both;
      }
      return send().catch((error: { code: string }) => {
        failures.push(error.code);
        throw error;
      });
    };
    const openWatched = () => open({ schema, pool: watchedPool(admin(), around) });
    const pair = [await openWatched(), await openWatched()] as const;
    return {
      ledgers: pair,
      failures,
      meet: () => {
        arrived = 0;
      },
    };
  };
}
