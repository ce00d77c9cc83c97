import { readFileSync } from "node:fs";
import { expect, onTestFinished, test } from "vitest";
import { createAws } from "../../providers/aws/index.ts";
import { createAzure } from "../../providers/azure/index.ts";
import { createGcp } from "../../providers/gcp/index.ts";
import { startCloudSandbox } from "../../providers/sandbox/index.ts";
import type { AnyRecommendation } from "../../src/contract/recommendation.ts";
import { createMemoryLedger } from "../../src/ledger/memory-ledger.ts";
import { createPurchaser } from "../../src/purchaser.ts";

const { recommendations } = JSON.parse(
  readFileSync(new URL("../../fixtures/execution.json", import.meta.url), "utf8"),
) as { recommendations: AnyRecommendation[] };

test("bought an hour ago: the ledger knows a twin of every service, the listings show those of AWS and Google Cloud", async () => {
  const sandbox = await startCloudSandbox();
  onTestFinished(() => sandbox.close());
  const settings = { endpoint: sandbox.url, purchaseTimeout: 60_000, readTimeout: 60_000 };
  const providers = [createAzure(settings), createAws(settings), createGcp(settings)];
  const execution = (executionId: string) => ({ executionId, source: "test", recommendations });
  const ledger = createMemoryLedger();
  const { outcomes } = await createPurchaser({ ledger, providers }).drive(execution("night-1"));
  expect(new Set(outcomes.map(({ status }) => status))).toEqual(new Set(["purchased"]));

  const planWith = async (kept = createMemoryLedger(), forbid = false) => {
    const plan = await createPurchaser({ ledger: kept, providers }).plan(execution("night-2"), { twins: { forbid } });
    return plan.recommendations;
  };
  for (const planned of await planWith(ledger)) {
    const id = outcomes[planned.recIndex]?.commitment?.id;
    const warning = expect.stringMatching(
      `^The same was bought for #${planned.recIndex} of execution night-1 .*: ${id}.$`,
    );
    expect(planned).toMatchObject({ verdict: "buy", warnings: [warning] });
  }
  for (const planned of await planWith()) {
    const id = outcomes[planned.recIndex]?.commitment?.id;
    const shown = [expect.stringMatching(` shows the same, bought for something else at .*: ${id} `)];
    // They show no token: whether it was bought for this one, by a ledger that was lost, only a person can say.
    if (["redshift", "redshift-serverless"].includes(recommendations[planned.recIndex]?.service ?? "")) {
      expect(planned).toMatchObject({ error: { code: "look-alike", message: expect.stringContaining(String(id)) } });
      continue;
    }
    expect(planned.verdict).toBe("buy");
    expect("warnings" in planned ? planned.warnings : undefined).toEqual(
      planned.provider === "azure" ? undefined : shown,
    );
  }
  for (const { error } of await planWith(ledger, true)) expect(error?.code).toBe("twin-forbidden");
});
