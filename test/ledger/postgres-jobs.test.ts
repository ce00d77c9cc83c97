import { expect, test } from "vitest";
import type { DriveJobs } from "../../src/contract/drive-jobs.ts";
import { newExecution, claimRequest } from "../../src/testing/ledger-values.ts";
import { usePostgres } from "./postgres-fixture.ts";

const postgres = usePostgres();

/** Jobs in a table of their own, and what could not be sent. */
async function jobsIn(table: string, behaviour: Partial<DriveJobs> = {}) {
  await postgres.rows(`CREATE TABLE ${table} (execution_id text)`);
  const lost: string[] = [];
  const jobs: DriveJobs = {
    send: async ({ executionId }, _now, execute) => {
      await execute(`INSERT INTO ${table} VALUES ($1)`, [executionId]);
    },
    notSent: (executionId) => lost.push(executionId),
    ...behaviour,
  };
  const sent = async () => (await postgres.rows(`SELECT execution_id FROM ${table}`)).map((row) => row["execution_id"]);
  return { jobs, lost, sent };
}
const execution = (executionId: string) => ({ ...newExecution([{ ...claimRequest(0), executionId }]), executionId });
const word = { person: "ann", reason: "because" };

test("a job is sent in the transaction that records: with it, or not at all", async () => {
  const { jobs, sent } = await jobsIn("jobs_sent");
  const ledger = await postgres.open({ jobs });
  await ledger.recordExecution(execution("execution-1"));
  await ledger.amend("execution-1", { kind: "cancel", ...word });
  await ledger.amend("execution-1", { kind: "reopen", ...word });
  await ledger.askRedrive("execution-1", "ann");
  expect(await sent()).toEqual(Array.from({ length: 4 }, () => "execution-1"));
  await expect(ledger.amend("execution-1", { kind: "reopen", ...word })).rejects.toMatchObject({
    code: "nothing-to-change",
  });
  await ledger.recordExecution(execution("execution-1"));
  expect(await sent()).toHaveLength(4);
});

test("a job that cannot be sent is no reason not to record: what was recorded without is told", async () => {
  const { jobs, lost } = await jobsIn("jobs_lost");
  const ledger = await postgres.open({ jobs });
  await postgres.rows("DROP TABLE jobs_lost");
  expect(await ledger.recordExecution(execution("execution-1"))).toMatchObject({ isNew: true });
  expect(lost).toEqual(["execution-1"]);
  const broken = await postgres.open({
    jobs: { ...jobs, send: () => Promise.reject(new TypeError("a defect of the queue")) },
  });
  expect(await broken.recordExecution(execution("execution-1"))).toMatchObject({ isNew: true });
  expect(await broken.execution("execution-1")).toMatchObject({ executionId: "execution-1" });
});

test("a connection that is lost while it is sent: the transaction is run again, with the job", async () => {
  const { jobs, lost, sent } = await jobsIn("jobs_cut");
  let cuts = 0;
  const cutting: DriveJobs = {
    ...jobs,
    send: async (one, now, execute) => {
      cuts += 1;
      if (cuts === 1) await execute("SELECT pg_terminate_backend(pg_backend_pid())", []);
      await jobs.send(one, now, execute);
    },
  };
  const ledger = await postgres.open({ jobs: cutting });
  expect(await ledger.recordExecution(execution("execution-1"))).toMatchObject({ isNew: true });
  expect([cuts, lost, await sent()]).toEqual([2, [], ["execution-1"]]);
});
