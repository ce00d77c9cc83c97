import { expect, test } from "vitest";
import { webhookPayload } from "../../src/door/webhook-payload.ts";
import { createMemoryLedger } from "../../src/ledger/memory-ledger.ts";
import { granted } from "../../src/testing/ledger/ledger-world.ts";
import { claimRequest, recordPlaces } from "../../src/testing/ledger-values.ts";

test("what needs a person is not in progress, though somebody holds it when it is first announced", async () => {
  const ledger = createMemoryLedger({ clock: () => 1000 });
  await recordPlaces(ledger, 2);
  const [refused] = await ledger.claim([claimRequest(0)], "driver", 30_000);
  await ledger.refuse(granted(refused).claim, { code: "look-alike", message: "one like it was bought" });
  await ledger.registerWebhook({ name: "finance", url: "https://finance.example/hook" });
  const [held] = await ledger.claim([claimRequest(0)], "person", 30_000, { asIs: true });
  granted(held);
  const maxPrices = { 0: { amount: "9", currency: "GBP" } };
  await ledger.amend("execution-1", { kind: "limits", maxPrices, person: "ann", reason: "because" });
  const { messages } = await ledger.takeMessages("finance", { limit: 10, hold: 1000 });
  expect(messages.map(webhookPayload)).toMatchObject([
    { type: "recommendation.needs-person", data: { recIndex: 0, outcome: { status: "refused" } } },
  ]);
});
