import { describe, expect, test } from "vitest";
import { createPurchaser } from "../../src/purchaser.ts";
import type { ServiceExecutor } from "../../src/contract/executor.ts";
import type { Ledger } from "../../src/contract/ledger.ts";
import type { ImitationIdentity } from "../../src/testing/imitation/imitation-cloud.ts";
import { disk } from "../../src/testing/imitation/order-book.ts";
import { execution, setup, token } from "./setup.ts";

/** Every effect of a drive, on the ledger and on the cloud, as one countable step that a driver can die at. */
type Death = { readonly at: number; readonly when: "before" | "after" };

function mortal<T extends object>(
  target: T,
  die: () => "before" | "after" | undefined,
  parting: () => Promise<never>,
): T {
  return new Proxy(target, {
    get: (object, name, receiver) => {
      const member: unknown = Reflect.get(object, name, receiver);
      if (typeof member !== "function" || ["describe", "scopeOf", "laneOf"].includes(String(name))) return member;
      return async (...values: unknown[]) => {
        const death = die();
        if (death === "before") return parting();
        const result: unknown = await Reflect.apply(member, object, values);
        return death === "after" ? parting() : result;
      };
    },
  });
}

/** Drives two recommendations with a driver that dies at one effect; says how many effects there were. */
async function driveAndDie(identity: ImitationIdentity, death: Death) {
  const parts = setup({ identity });
  const { options, cloud, environment } = parts;
  let effects = 0;
  const died = Promise.withResolvers<false>();
  const die = () => {
    effects += 1;
    if (effects === death.at) return death.when;
    return effects > death.at ? "before" : undefined;
  };
  const parting = () => {
    died.resolve(false);
    return new Promise<never>(() => undefined);
  };
  const ledger: Ledger = mortal(options.ledger, die, parting);
  const executor: ServiceExecutor = mortal(cloud.executor, die, parting);
  const doomed = createPurchaser({
    ...options,
    ledger,
    providers: [{ name: "imitation", services: { disk: executor } }],
    environment: { ...environment, every: () => () => undefined },
  });
  const order = execution(disk(), disk({ size: "large" }));
  const finished = await Promise.race([doomed.drive(order, { concurrency: 1 }).then(() => true), died.promise]);
  environment.advance(30_001);
  return { ...parts, order, finished };
}

describe.each<[ImitationIdentity, number]>([
  ["minted", 9],
  ["chosen", 9],
  ["stamped", 13],
])("a driver that dies at any effect, identity %s", (identity, effects) => {
  test.each(["before", "after"] as const)(
    "%s it happened: one more drive ends with one commitment each",
    async (when) => {
      let deaths = 0;
      for (let at = 1; at < 100; at += 1) {
        const { purchaser, cloud, order, finished, environment } = await driveAndDie(identity, { at, when });
        if (finished) break;
        deaths += 1;
        const first = await purchaser.drive(order);
        for (const { status, error } of first.outcomes) {
          // Without a handle, nothing found soon after the write-ahead is no proof: it may only be left unresolved.
          const allowed =
            identity === "stamped"
              ? ["purchased", "already-purchased", "unresolved"]
              : ["purchased", "already-purchased"];
          expect(allowed, `died ${when} effect ${at}: ${error?.message}`).toContain(status);
        }
        environment.advance(5 * 60_000);
        const last = await purchaser.drive(order);
        const statuses = last.outcomes.map(({ status }) => status);
        expect(statuses.every((status) => status === "purchased" || status === "already-purchased")).toBe(true);
        expect(cloud.orders, `died ${when} effect ${at}`).toHaveLength(2);
        expect(cloud.live(token(0))).toHaveLength(1);
        expect(cloud.live(token(1))).toHaveLength(1);
      }
      expect(deaths).toBeGreaterThanOrEqual(effects);
    },
  );
});
