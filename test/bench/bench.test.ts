import { execFile } from "node:child_process";
import process from "node:process";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { describe, expect, test } from "vitest";
import { lookups, lowerBound, ownEffort } from "../../bench/drives/calculated.ts";
import { bareRequests, library, lookupEachTime } from "../../bench/drives/ways.ts";
import { executionOf } from "../../bench/execution.ts";
import { sdkPackages } from "../../bench/start-up/sdk-packages.ts";
import { listModules, sourceCommandLine } from "../../bench/start-up/bench-command-line.ts";
import { startTenant } from "../../bench/tenant.ts";

test("the benchmark runs in its smallest size and prints every table", async () => {
  const command = [fileURLToPath(new URL("../../bench/bench.ts", import.meta.url)), "--tiny"];
  const { stdout } = await promisify(execFile)(process.execPath, command);
  expect(stdout).toMatch(/^buyonce bench, tiny: \d+ cores .*, Node \d+\.\d+\.\d+, /);
  const headings = [...stdout.matchAll(/^### (.*)$/gm)].map(([, heading]) => heading);
  expect(headings).toEqual([
    expect.stringMatching(/^N recommendations in a tenant with T orders/),
    expect.stringMatching(/^Requests when 2 of 2 purchases are made and their answers lost/),
    expect.stringMatching(/own cost per recommendation/),
    "Memory",
    expect.stringMatching(/^One step in a ledger/),
    "4 executions from 2 clients over two servers and one PostgreSQL",
    "Accepting an execution of 100 recommendations",
    expect.stringMatching(/^Start-up/),
  ]);
  // Two pages, the first one again, two prices, two purchases; with a listing each, three pages more.
  expect(stdout).toMatch(/^\| +2 \| +60 \| +7 \| .*\| +10 \|/m);
}, 120_000);

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
  ];
  test.each(cells.flatMap((cell) => ways.map((each) => ({ ...cell, ...each }))))(
    "$way.name, N = $recommendations, T = $existingOrders",
    async ({ way, calculated, ...cell }) => {
      using tenant = await startTenant(cell);
      await way({ url: tenant.url, executionId: "bench", ...cell });
      const { requests, orders } = await tenant.report();
      expect(orders).toBe(cell.existingOrders + cell.recommendations);
      expect(Object.values(requests).reduce((sum, count) => sum + count, 0)).toBe(calculated(cell).requests);
    },
  );

  test("at N = 100, T = 10,000, a listing for each takes more than 50 times as many requests", () => {
    const cell = { recommendations: 100, existingOrders: 10_000, concurrency: 4, latency: 50 };
    expect(lookups(cell).requests / ownEffort(cell).requests).toBeGreaterThan(50);
  });
});

describe("the command line loads the SDKs of the clouds in use, and no others", () => {
  test("--help loads none", async () => {
    const { modules, packages } = await listModules(sourceCommandLine, ["--help"]);
    expect(modules).toBeGreaterThan(10);
    expect(packages).toContain("commander");
    expect(sdkPackages(packages)).toEqual([]);
  });

  test("a drive of an Azure file loads nothing of AWS and Google", async () => {
    const { packages } = await listModules(
      sourceCommandLine,
      ["drive", "execution.json", "--sandbox"],
      executionOf("bench", 1),
    );
    expect(packages).toContain("@azure/arm-reservations");
    expect(packages.filter((name) => /aws|smithy|google|grpc/.test(name))).toEqual([]);
    // Credentials are loaded only where a real cloud asks for them.
    expect(packages).not.toContain("@azure/identity");
  });
});
