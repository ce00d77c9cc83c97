import { describe, expect, test } from "vitest";
import { goEngineRequests, lookups, lowerBound, ownEffort } from "../../bench/drives/calculated.ts";
import { bareRequests, goEngine, library, lookupEachTime } from "../../bench/drives/ways.ts";
import { executionOf } from "../../bench/execution.ts";
import { sdkPackages } from "../../bench/start-up/sdk-packages.ts";
import { listModules } from "../../bench/start-up/bench-command-line.ts";
import { startTenant } from "../../bench/tenant.ts";
import { standingForAll } from "../standing-for-all.ts";
import { program } from "../test-programs.ts";

describe("what the benchmark calculates is what is really sent", () => {
  const cells = [
    { recommendations: 3, existingOrders: 0, concurrency: 1, latency: 0 },
    // Two purchases fill the second page: from the fourth look-up on there is one page more.
    { recommendations: 5, existingOrders: 98, concurrency: 1, latency: 0 },
    { recommendations: 4, existingOrders: 120, concurrency: 4, latency: 20 },
  ];
  const ways = [
    { way: library, calculated: ownEffort },
    { way: bareRequests, calculated: lowerBound },
    { way: lookupEachTime, calculated: lookups },
    { way: goEngine, calculated: goEngineRequests },
  ];
  test.each(
    standingForAll(cells, ({ existingOrders }) => existingOrders === 98).flatMap((cell) =>
      ways.map((each) => ({ ...cell, ...each })),
    ),
  )("$way.name, N = $recommendations, T = $existingOrders", async ({ way, calculated, ...cell }) => {
    using tenant = await startTenant(cell);
    await way({ url: tenant.url, executionId: "bench", ...cell });
    const { requests, orders } = await tenant.report();
    expect(orders).toBe(cell.existingOrders + cell.recommendations);
    expect(Object.values(requests).reduce((sum, count) => sum + count, 0)).toBe(calculated(cell).requests);
  });

  test("at N = 100, T = 10,000, a listing for each takes more than 50 times as many requests", () => {
    const cell = { recommendations: 100, existingOrders: 10_000, concurrency: 4, latency: 50 };
    expect(lookups(cell).requests / ownEffort(cell).requests).toBeGreaterThan(50);
  });
});

const commandLine = { name: "bundled", file: program("src/cli/main.ts") };

describe("the command line loads the SDKs of the clouds in use, and no others", () => {
  test("--help loads none", async () => {
    const { modules, packages } = await listModules(commandLine, ["--help"]);
    expect(modules).toBeGreaterThan(10);
    expect(packages).toContain("commander");
    expect(sdkPackages(packages)).toEqual([]);
  });

  test("a drive of an Azure file loads nothing of AWS and Google", async () => {
    const { packages } = await listModules(
      commandLine,
      ["drive", "execution.json", "--sandbox"],
      executionOf("bench", 1),
    );
    expect(packages).toContain("@azure/arm-reservations");
    expect(packages.filter((name) => /aws|smithy|google|grpc/.test(name))).toEqual([]);
    // Credentials are loaded only where a real cloud asks for them.
    expect(packages).not.toContain("@azure/identity");
    // Of the SDK its transport alone: none of its operations.
    expect(packages).not.toContain("@azure/core-lro");
  });
});
