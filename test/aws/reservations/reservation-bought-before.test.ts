import { describe, expect, test } from "vitest";
import type { AnyRecommendation } from "../../../src/contract/recommendation.ts";
import { standingForAll } from "../../standing-for-all.ts";
import { isRds, services } from "./reservation-services.ts";
import { setup } from "./reservation-world.ts";

describe.each(standingForAll(services, isRds))(
  "$service: bought by an earlier drive, the ledger is empty and the list stale",
  ({ service, list, codes }) => {
    const listing = list.replace("GET r", "DescribeR");

    async function driveTwice(changes: Partial<AnyRecommendation> = {}) {
      const { sandbox, newPurchaser, drive } = await setup(service);
      const first = await drive();
      sandbox.addFault({ match: { action: listing }, fault: { kind: "listing", listing: "empty" } });
      return { first, second: await newPurchaser()(changes), purchases: sandbox.purchases() };
    }

    test("B2: found under its name, not bought again", async () => {
      const { first, second, purchases } = await driveTwice();
      expect(second.commitment?.id).toBe(first.commitment?.id);
      expect(purchases).toBe(1);
    });

    test("B2: a drive that bought nothing says already-purchased", async () => {
      expect((await driveTwice()).second).toMatchObject({ status: "already-purchased" });
    });

    test("something else is asked for: rejected, naming what differs; nothing is bought", async () => {
      const { second, purchases } = await driveTwice({ quantity: 7, maxPrice: undefined });
      expect(second).toMatchObject({
        status: "rejected",
        error: {
          code: "purchase-rejected",
          providerCode: codes.alreadyExists,
          message: expect.stringMatching(/quantity: asked 7, found .*Nothing was bought by this send/),
        },
      });
      expect(purchases).toBe(1);
    });
  },
);
