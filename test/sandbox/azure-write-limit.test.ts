import { describe, expect, test } from "vitest";
import { azureClient, sandboxFor, virtualMachine } from "./support.ts";

const begin = Date.parse("2026-03-06T14:10:21.875Z");

async function limited(writes: number, within?: number) {
  const time = { now: begin };
  const sandbox = await sandboxFor({ azure: { writeLimit: { writes, within } }, clock: { now: () => time.now } });
  return { time, azure: azureClient(sandbox), sandbox };
}

const remaining = "x-ms-ratelimit-remaining-tenant-writes";

describe("a limit of writes", () => {
  test("prices and purchases count; what is above it is refused until the hour is over, and does nothing", async () => {
    const { time, azure, sandbox } = await limited(3, 10_000);
    const first = await azure.calculate(virtualMachine());
    expect([first.status, first.headers.get(remaining)]).toEqual([200, "2"]);
    await azure.buy(virtualMachine());
    const refused = await azure.calculate(virtualMachine());
    expect([refused.status, refused.headers.get(remaining), refused.headers.get("retry-after")]).toEqual([
      429,
      "0",
      "10",
    ]);
    expect(refused.body.error.code).toBe("TenantRequestsThrottled");
    expect((await azure.list()).status).toBe(200);
    time.now += 9_001;
    expect((await azure.calculate(virtualMachine())).headers.get("retry-after")).toBe("1");
    time.now += 999;
    expect((await azure.calculate(virtualMachine())).headers.get(remaining)).toBe("2");
    expect(sandbox.orders()).toHaveLength(1);
  });

  test("without one any number is taken", async () => {
    const azure = azureClient(await sandboxFor());
    for (let count = 0; count < 5; count += 1) {
      expect((await azure.calculate(virtualMachine())).headers.get(remaining)).toBe("1199");
    }
  });

  test.each([
    ["azure.writeLimit.writes", { writes: 0 }],
    ["azure.writeLimit.writes", { writes: 1.5 }],
    ["azure.writeLimit.within", { writes: 1, within: 3_600_001 }],
  ])("%s out of its range is refused", async (name, writeLimit) => {
    await expect(sandboxFor({ azure: { writeLimit } })).rejects.toMatchObject({
      code: "invalid-configuration",
      message: expect.stringContaining(`${name} must be a whole number from 1 to`),
    });
  });
});
