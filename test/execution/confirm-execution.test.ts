import { join } from "node:path";
import { describe, expect, onTestFinished, test } from "vitest";
import { backupSqlite } from "../../src/ledger/sqlite/backup-sqlite.ts";
import { openSqliteLedger } from "../../src/ledger/sqlite/index.ts";
import { restoreSqlite } from "../../src/ledger/sqlite/restore-sqlite.ts";
import { createPurchaser } from "../../src/purchaser.ts";
import { disk } from "../../src/testing/imitation/order-book.ts";
import type { AuditReport } from "../../src/contract/audit-report.ts";
import type { Report } from "../../src/contract/report.ts";
import { changed, execution, executionId, setup } from "../drive/setup.ts";
import { workingFolder } from "../ledger/working-folder.ts";

const ann = { person: "ann", reason: "compared" };
const said = ({ outcomes }: Report) => outcomes.map(({ status, error }) => error?.code ?? status);
const two = execution(disk(), disk({ size: "large" }));

/** Two were recorded, backed up, then the first was bought; the backup is restored. */
async function restored({ before = two, drive = true } = {}) {
  const folder = workingFolder();
  const [from, backup, to] = [join(folder, "ledger.db"), join(folder, "backup.db"), join(folder, "restored.db")];
  const lost = await openSqliteLedger({ file: from });
  const first = setup({ ledger: lost });
  await first.purchaser.submit(before);
  await backupSqlite({ from, to: backup, at: Date.now() });
  if (drive) await first.purchaser.drive(before);
  await lost.close();
  await restoreSqlite({ from: backup, to, at: Date.now() });
  const ledger = await openSqliteLedger({ file: to, create: false });
  onTestFinished(() => ledger.close());
  const options = { ...first.options, ledger };
  return { ...first, ledger, options, purchaser: createPurchaser(options) };
}

describe("an execution of a restored ledger is confirmed after an audit", () => {
  test("what the ledger forgot is named before anything is written, and adopted by the next drive, not bought again", async () => {
    const { purchaser, cloud, ledger } = await restored();
    expect(said(await purchaser.drive(two))).toEqual(Array(2).fill("restored-unconfirmed"));
    const { sends } = cloud.counts;
    const told: AuditReport[] = [];
    const { status, audit } = await purchaser.confirm(executionId, ann, {
      onAudit: async (report) => {
        told.push(report);
        expect(await ledger.execution(executionId)).toMatchObject({ restored: true });
      },
    });
    expect(status.state).toBe("working");
    expect(told).toEqual([audit]);
    expect(audit?.findings.map(({ kind, recIndex, executionId: of }) => [kind, recIndex, of])).toEqual([
      ["unrecorded", 0, executionId],
      ["unrecorded", 1, executionId],
    ]);
    expect(audit?.findings[0]?.message).toContain("says that it is planned");
    expect((await ledger.executionHistory(executionId)).at(-1)).toMatchObject({
      event: "confirm",
      person: "ann",
      detail: "audited 1 scope: 2 unrecorded",
    });
    expect(said(await purchaser.drive(two))).toEqual(Array(2).fill("already-purchased"));
    expect(cloud.counts.sends).toBe(sends);
    expect(cloud.orders).toHaveLength(2);
  });

  test("a listing that fails refuses it with its own code, and nothing is written; so does a deadline that has come", async () => {
    const parts = await restored();
    const list = async function* () {
      yield [];
      throw new Error("down");
    };
    const failing = changed(parts, { inventory: { list } }, parts.ledger);
    await expect(failing.confirm(executionId, ann)).rejects.toMatchObject({
      name: "RefusedError",
      code: "lookup-failed",
      message: expect.stringContaining("account a could not be looked at, so nothing was confirmed: down"),
    });
    const slow = changed(
      parts,
      {
        inventory: {
          list: async function* (_scope, { signal }) {
            parts.environment.advance(60_000);
            signal.throwIfAborted();
            yield [];
          },
        },
      },
      parts.ledger,
    );
    const deadline = parts.environment.now() + 10_000;
    await expect(slow.confirm(executionId, ann, { deadline })).rejects.toMatchObject({ code: "deadline-too-near" });
    expect(await parts.ledger.executionHistory(executionId)).toHaveLength(1);
    expect(said(await parts.purchaser.drive(two))).toEqual(Array(2).fill("restored-unconfirmed"));
  });

  test("what is thrown by who is told of the audit, a stop, and a missing executor end it", async () => {
    const { purchaser, ledger, options } = await restored();
    const onAudit = () => {
      throw new Error("no");
    };
    await expect(purchaser.confirm(executionId, ann, { onAudit })).rejects.toThrow("no");
    const stopped = { signal: AbortSignal.abort() };
    await expect(purchaser.confirm(executionId, ann, stopped)).rejects.toMatchObject({ code: "aborted" });
    const without = createPurchaser({ ...options, providers: [] });
    await expect(without.confirm(executionId, ann)).rejects.toMatchObject({ code: "invalid-execution" });
    expect(await ledger.executionHistory(executionId)).toHaveLength(1);
  });

  test("it holds for the terms that were audited, and for what was restored before the audit", async () => {
    const { purchaser, ledger } = await restored({ drive: false });
    const maxTotals = [{ amount: "99", currency: "GBP" }];
    const onAudit = async () => void (await purchaser.setLimits(executionId, { ...ann, maxTotals }));
    await expect(purchaser.confirm(executionId, ann, { onAudit })).rejects.toMatchObject({ code: "terms-changed" });

    const again = async () => {
      // The audit may have begun in this millisecond: what is restored in the same one counts as seen by it.
      const begun = await ledger.now();
      while ((await ledger.now()) <= begun) await new Promise((done) => setTimeout(done, 1));
      await ledger.markRestored();
    };
    const { status } = await purchaser.confirm(executionId, ann, { onAudit: again });
    expect(status).toMatchObject({ state: "waiting", forbidden: { code: "restored-unconfirmed" } });
    expect((await purchaser.confirm(executionId, ann)).status.state).toBe("working");
    await expect(purchaser.confirm(executionId, ann)).rejects.toMatchObject({ code: "nothing-to-change" });
  });

  test("the ledger itself confirms nothing that was restored without an audit", async () => {
    const { ledger } = await restored({ drive: false });
    await expect(ledger.amend(executionId, { kind: "confirm", ...ann })).rejects.toMatchObject({
      code: "restored-unconfirmed",
    });
  });
});
