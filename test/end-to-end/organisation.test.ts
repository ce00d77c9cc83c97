import { expect, test } from "vitest";
import { driveOrganisation } from "./organisation.ts";

/** `npm run proof` drives 2,000 recommendations. */
test("one execution over accounts, tenants and projects: each failure is its account's own, the rest is bought once, every request counted", async () => {
  const size = {
    accounts: 5,
    regions: ["us-east-1", "eu-west-1"],
    tenants: 2,
    perTenant: 5,
    projects: 3,
    perProject: 3,
  };
  const { recommendations, bought } = await driveOrganisation(size);
  expect([recommendations, bought]).toEqual([99, 67]);
});
