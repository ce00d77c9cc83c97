import { describe, expect, test } from "vitest";
import { services } from "./services.ts";
import { setup } from "./reservation-world.ts";

describe.each(services)(
  "$service: bought by an earlier drive, the ledger is empty and the list stale",
  ({ service, list }) => {
    const listing = list.replace("GET r", "DescribeR");

    async function driveTwice() {
      const { sandbox, newPurchaser, drive } = await setup(service);
      const first = await drive();
      sandbox.addFault({ match: { action: listing }, fault: { kind: "listing", listing: "empty" } });
      return { first, second: await newPurchaser()(), purchases: sandbox.purchases() };
    }

    test("B2: found under its name, not bought again", async () => {
      const { first, second, purchases } = await driveTwice();
      expect(second.commitment?.id).toBe(first.commitment?.id);
      expect(purchases).toBe(1);
    });

    test.fails("B2: a drive that bought nothing says already-purchased (mended by the new contract)", async () => {
      expect((await driveTwice()).second).toMatchObject({ status: "already-purchased" });
    });
  },
);
