import { expect, test } from "vitest";
import { driveOrganisation } from "./organisation.ts";

test("2,000 recommendations over 50 accounts in 4 regions, 3 tenants and 10 projects: bought once but for two accounts", async () => {
  const regions = ["us-east-1", "eu-west-1", "eu-central-1", "ap-southeast-2"];
  const size = { accounts: 50, regions, tenants: 3, perTenant: 100, projects: 10, perProject: 10 };
  const { recommendations, bought, requests, seconds } = await driveOrganisation(size);
  expect([recommendations, bought]).toEqual([2000, 1936]);
  const memory = Math.round(process.memoryUsage.rss() / 1e6);
  console.log(
    `organisation: ${recommendations} recommendations, ${bought} bought once, 64 refused with their accounts; ` +
      `${requests} requests, ${seconds.toFixed(1)} s, ${memory} MB with the sandbox in the same process`,
  );
});
