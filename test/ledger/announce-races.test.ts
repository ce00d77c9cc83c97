import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, test } from "vitest";
import type { ExecutionPlace, Ledger } from "../../src/contract/ledger.ts";
import type { WaitingMessage } from "../../src/contract/webhook-ledger.ts";
import { openSqliteLedger } from "../../src/ledger/sqlite/index.ts";
import { granted } from "../../src/testing/ledger/ledger-world.ts";
import { bought, claimRequest, newExecution, planned } from "../../src/testing/ledger-values.ts";
import { isProof } from "../standing-for-all.ts";
import { usePostgres } from "./postgres-fixture.ts";

const { newSchema, open } = usePostgres();
const folder = mkdtempSync(join(tmpdir(), "buyonce-ledger-"));
afterAll(() => rmSync(folder, { recursive: true }));

const [executions, places] = [isProof ? 12 : 6, 6];
const url = "https://finance.example/hook";

function placesOf(execution: number): readonly ExecutionPlace[] {
  return Array.from({ length: places }, (_, recIndex) => ({
    ...claimRequest(recIndex),
    executionId: `execution-${execution}`,
    token: `token-${execution}-${recIndex}`,
  }));
}

/** One driver's work on one place: bought, or refused. */
async function decide(ledger: Ledger, place: ExecutionPlace): Promise<void> {
  const [answer] = await ledger.claim([place], "driver", 30_000);
  const { claim } = granted(answer);
  if (place.recIndex % 3 === 2) {
    return ledger.refuse(claim, { code: "price-above-limit", message: "too dear" });
  }
  await ledger.submit(claim, planned({ token: place.token, handle: { orderId: place.token } }));
  await ledger.purchase(claim, bought({ id: place.token }));
}

/** Takes what comes until the work is over and nothing is left. */
async function takeAll(ledger: Ledger, isOver: () => boolean): Promise<readonly WaitingMessage[]> {
  const all: WaitingMessage[] = [];
  for (;;) {
    const wasOver = isOver();
    const { messages } = await ledger.takeMessages("finance", { limit: 7, hold: 60_000 });
    for (const message of messages) {
      all.push(message);
      await ledger.settleMessage("finance", message.sequence, { kind: "delivered", text: "204" }, 0.5);
    }
    if (wasOver && messages.length === 0) return all;
  }
}

describe.each([
  [
    "PostgreSQL",
    async () => {
      const schema = newSchema();
      return [await open({ schema }), await open({ schema }), await open({ schema })] as const;
    },
  ],
  [
    "SQLite",
    async () => {
      const file = join(folder, "ledger.db");
      return [
        await openSqliteLedger({ file }),
        await openSqliteLedger({ file }),
        await openSqliteLedger({ file }),
      ] as const;
    },
  ],
])("drivers that decide at once, in %s", (_kind, openThree) => {
  test("each decision and each end of an execution is announced once, those of an execution in their order, while others are being taken", async () => {
    const [first, second, third] = await openThree();
    await first.registerWebhook({ name: "finance", url });
    const all = Array.from({ length: executions }, (_, index) => placesOf(index));
    for (const own of all) await first.recordExecution(newExecution(own));
    let isOver = false;
    const [one, other] = [takeAll(second, () => isOver), takeAll(third, () => isOver)];
    // The places of an execution end at the same time, on two connections.
    await Promise.all(all.flat().map((place, index) => decide(index % 2 === 0 ? first : second, place)));
    isOver = true;
    const taken = [...(await one), ...(await other)];
    expect(new Set(taken.map(({ id }) => id)).size).toBe(taken.length);
    const ends = taken.filter(({ type }) => type === "execution.needs-person");
    expect(ends.map(({ executionId }) => executionId).toSorted()).toEqual(
      all.map(([place]) => place?.executionId).toSorted(),
    );
    expect(taken.length).toBe(executions * (places + 1));
    for (const { content } of ends) {
      expect(content).toMatchObject({ summary: { needsPerson: [2, 5], totals: [{ amount: "96", currency: "GBP" }] } });
    }
    for (const ownMessages of Map.groupBy(await one, ({ executionId }) => executionId).values()) {
      const numbers = ownMessages.map(({ number }) => number);
      expect(numbers).toEqual(numbers.toSorted((a, b) => a - b));
    }
    for (const ledger of [first, second, third]) await ledger.close();
  });
});
