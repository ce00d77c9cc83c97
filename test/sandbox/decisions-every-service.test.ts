import { clockAhead } from "../clock-ahead.ts";
import { readFileSync } from "node:fs";
import { describe, expect, onTestFinished, test } from "vitest";
import { createAws } from "../../providers/aws/index.ts";
import { createAzure } from "../../providers/azure/index.ts";
import { createGcp } from "../../providers/gcp/index.ts";
import { startCloudSandbox } from "../../providers/sandbox/index.ts";
import { systemEnvironment } from "../../src/contract/environment.ts";
import type { AnyRecommendation } from "../../src/contract/recommendation.ts";
import { createMemoryLedger } from "../../src/ledger/memory-ledger.ts";
import { createPurchaser } from "../../src/purchaser.ts";
import { standingForAll } from "../standing-for-all.ts";

const { recommendations } = JSON.parse(
  readFileSync(new URL("../../fixtures/execution.json", import.meta.url), "utf8"),
) as { recommendations: AnyRecommendation[] };
/** One of each kind of handle and of marker. */
const kinds = [
  "azure compute",
  "azure savings-plans",
  "aws ec2",
  "aws rds",
  "aws redshift",
  "aws savings-plans",
  "gcp compute",
];
const services = standingForAll(
  recommendations.map((one) => [`${one.provider} ${one.service}`, one] as const),
  ([name]) => kinds.includes(name),
);
const who = { executionId: "night-1", recIndex: 0, person: "Ada", reason: "not on the bill" };

/** Real SDKs over HTTP against the sandbox; the clock of both moves when a test says so, and no wait takes time. */
async function world(recommendation: AnyRecommendation) {
  let skipped = 0;
  const clock = { now: () => Date.now() + skipped };
  const sandbox = await startCloudSandbox({ clock });
  onTestFinished(() => sandbox.close());
  const readClock = () => clockAhead(skipped);
  const environment = { ...systemEnvironment, ...clock, readClock, sleep: async () => undefined };
  const settings = { endpoint: sandbox.url, environment, purchaseTimeout: 5000, readTimeout: 5000 };
  const providers = [createAzure(settings), createAws(settings), createGcp(settings)];
  const purchaserWith = (ledger = createMemoryLedger({ clock: clock.now })) =>
    createPurchaser({ ledger, environment, providers, leaseLength: 86_400_000 });
  const purchaser = purchaserWith();
  const drive = async (by = purchaser, executionId = who.executionId) => {
    const { outcomes } = await by.drive({ executionId, source: "test", recommendations: [recommendation] });
    return outcomes[0];
  };
  const purchaseFault = (when: "before" | "after") =>
    sandbox.addFault(
      [...sandbox.purchaseActions].map((action) => ({
        match: { action },
        times: 9,
        fault: { kind: "reset", when } as const,
      })),
    );
  return {
    sandbox,
    drive,
    purchaserWith,
    purchaseFault,
    decide: (finding: Parameters<typeof purchaser.resolveByPerson>[0]["finding"]) =>
      purchaser.resolveByPerson({ ...who, finding }),
    later: (milliseconds: number) => void (skipped += milliseconds),
  };
}

describe("a person decides, on every service that is sold", () => {
  test.each(services)(
    "A5, A27: %s: called not bought while it is young, or while reading answers 500",
    async (_name, one) => {
      const { sandbox, drive, decide, later, purchaseFault } = await world(one);
      purchaseFault("before");
      expect((await drive())?.status).toBe("unresolved");
      sandbox.clearFaults();
      const early: unknown = await decide("not-bought").catch((error: unknown) => error);
      expect(early).toMatchObject({ code: "too-early", retryable: true, retryAfter: expect.any(Number) });
      later((early as { retryAfter: number }).retryAfter);
      sandbox.addFault({ match: {}, times: 10_000, fault: { kind: "status", status: 500, when: "before" } });
      await expect(decide("not-bought")).rejects.toMatchObject({ code: "answer-unclear", retryable: true });
      sandbox.clearFaults();
      expect((await decide("not-bought")).error?.code).toBe("resolved-as-not-bought");
      expect(sandbox.purchases()).toBe(0);
      expect((await drive())?.status).toBe("purchased");
      expect(sandbox.purchases()).toBe(1);
    },
  );

  test.each(services)("A30: %s: called bought under an id that was there before the send", async (_name, one) => {
    const { sandbox, drive, decide, later, purchaseFault, purchaserWith } = await world(one);
    const before = await drive(purchaserWith(), "another night");
    const id = before?.commitment?.id ?? "";
    later(15 * 60_000);
    purchaseFault("before");
    let sent = await drive();
    if (sent?.error?.code === "look-alike") {
      // Where it shows no token, a person has to say first that it is another purchase.
      await decide({ notThis: id });
      sent = await drive();
    }
    expect(sent?.status).toBe("unresolved");
    sandbox.clearFaults();
    const wrong: unknown = await decide({ bought: id }).catch((error: unknown) => error);
    expect(["there-before", "commitment-taken"]).toContain((wrong as { code?: unknown }).code);
    expect((wrong as { message?: unknown }).message).toEqual(expect.stringContaining(id));
    expect((await drive())?.status).not.toBe("already-purchased");
  });
});
