import { copyFileSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, onTestFinished, test } from "vitest";
import { startCloudSandbox } from "../../providers/sandbox/index.ts";
import { openSqliteLedger } from "../../src/ledger/sqlite/index.ts";
import { createVirtualEnvironment } from "../../src/testing/virtual-environment.ts";
import { countBought, ourEngine } from "./take-over-run.ts";

/** An hour after the fixture was written. */
const later = Date.UTC(2026, 10, 27, 0, 33, 0);

const kinds = ["bought", "lost-after", "lost-before"] as const;
const services = [
  "azure-savings-plans",
  "aws-rds",
  "aws-elasticache",
  "aws-memorydb",
  "aws-opensearch",
  "gcp-compute",
] as const;

/** The ledger of an earlier version, and the cloud that it bought from. */
async function open() {
  const folder = mkdtempSync(join(tmpdir(), "buyonce-earlier-"));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  const take = (name: string) => {
    const file = join(folder, name);
    copyFileSync(new URL(`../../fixtures/ledgers/${name}`, import.meta.url), file);
    return file;
  };
  const environment = createVirtualEnvironment(later);
  const sandbox = await startCloudSandbox({ stateFile: take("earlier-names.cloud"), clock: environment });
  onTestFinished(() => sandbox.close());
  const ledger = await openSqliteLedger({ file: take("earlier-names.db"), clock: environment.now });
  onTestFinished(() => ledger.close());
  const engine = ourEngine(sandbox, { ledger, environment });
  const record = async (executionId: string) => (await ledger.recordsOf(executionId))[0];
  const drive = async (executionId: string) => {
    const { recommendation, source } = (await record(executionId)) ?? {};
    if (recommendation === undefined || source === undefined) throw new Error(`no ${executionId}`);
    return (await engine.drive({ executionId, source, recommendations: [recommendation] })).outcomes[0];
  };
  return { sandbox, environment, ledger, record, drive };
}

test("a ledger of an earlier version: what was sent under its names is found, or sent again, under them", async () => {
  const { sandbox, record, drive } = await open();
  expect(countBought(sandbox)).toBe(12);
  for (const service of services) {
    for (const kind of kinds) {
      const executionId = `${kind}-${service}`;
      const before = (await record(executionId))?.submission?.handle;
      expect(JSON.stringify(before), executionId).toContain("buyonce-");
      const outcome = await drive(executionId);
      expect(outcome?.status, `${executionId}: ${outcome?.error?.message}`).toBe(
        kind === "lost-before" ? "purchased" : "already-purchased",
      );
      expect((await record(executionId))?.submission?.handle, executionId).toEqual(before);
    }
  }
  expect(countBought(sandbox)).toBe(18);
  const names = sandbox.reservations().map(({ name }) => name);
  expect(names.every((name) => name.startsWith("buyonce-"))).toBe(true);
});

test("refused when it is sent again, and proven dead: the new quote keeps the name of the generation", async () => {
  const { sandbox, environment, record, drive } = await open();
  const match = { action: "PurchaseReservedDBInstancesOffering" };
  const refusal = { kind: "status", status: 400, code: "InvalidParameterValue", when: "before" } as const;
  sandbox.addFault({ match, fault: refusal });
  await drive("lost-before-aws-rds");
  environment.advance(600_000);
  let outcome = await drive("lost-before-aws-rds");
  for (let drives = 0; drives < 3 && outcome?.status !== "purchased"; drives += 1) {
    environment.advance(600_000);
    outcome = await drive("lost-before-aws-rds");
  }
  const after = await record("lost-before-aws-rds");
  const [first] = after?.former ?? [];
  expect(after).toMatchObject({ state: "purchased", attempt: 2 });
  expect(after?.submission?.handle).toEqual(first?.handle);
  expect(after?.commitment?.id).toMatch(/^buyonce-/);
});
