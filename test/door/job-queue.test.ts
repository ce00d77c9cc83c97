import { describe, expect, test } from "vitest";
import { openJobQueue } from "../../src/door/job-queue.ts";
import { openPostgresLedger } from "../../src/ledger/postgres/index.ts";
import { claimRequest, newExecution } from "../../src/testing/ledger-values.ts";
import { usePostgres } from "../ledger/postgres-fixture.ts";

const postgres = usePostgres();

/** The same database, as another user. */
function as(user: string): string {
  const url = new URL(postgres.connectionString());
  url.username = user;
  url.password = "secret";
  return url.href;
}
const execution = (executionId: string) => ({ ...newExecution([{ ...claimRequest(0), executionId }]), executionId });

describe("the rights that a queue needs", () => {
  test("the first start makes its schema; later starts, and all work, need to read and write its tables", async () => {
    const first = await openJobQueue({ connectionString: postgres.connectionString(), schema: "queue_rights" });
    await first.close();
    await postgres.rows("CREATE ROLE worker LOGIN PASSWORD 'secret'");
    await expect(openJobQueue({ connectionString: as("worker"), schema: "queue_rights" })).rejects.toMatchObject({
      code: "ledger-unavailable",
      message: expect.stringMatching(/schema queue_rights\) cannot be opened .*docs\/operate\.md/),
    });
    await postgres.rows("GRANT USAGE ON SCHEMA queue_rights TO worker");
    await postgres.rows("GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA queue_rights TO worker");
    const queue = await openJobQueue({ connectionString: as("worker"), schema: "queue_rights" });
    const failures: unknown[] = [];
    queue.listen({ notSent: () => undefined, failed: (error) => failures.push(error) });
    await queue.put(["execution-1", "execution-2", "execution-1"]);
    const taken = await queue.take(10);
    expect(taken.map(({ executionId }) => executionId).toSorted()).toEqual(["execution-1", "execution-2"]);
    for (const job of taken) await queue.end(job, true);
    expect(await queue.take(10)).toEqual([]);
    await queue.close();
    expect(failures).toEqual([]);
  });

  test.each(["Buyonce", "pg_queue", "a".repeat(51), 'a"; DROP SCHEMA public'])("%j is no schema", async (schema) => {
    await expect(openJobQueue({ connectionString: "postgres://127.0.0.1:9/none", schema })).rejects.toMatchObject({
      code: "invalid-configuration",
    });
  });

  test("a database that nobody answers at: one error that says so", async () => {
    await expect(openJobQueue({ connectionString: "postgres://127.0.0.1:9/none" })).rejects.toMatchObject({
      code: "ledger-unavailable",
      retryable: true,
    });
  });
});

test("one job of an execution waits at a time; what failed comes again; what is not due comes later", async () => {
  const queue = await openJobQueue({ connectionString: postgres.connectionString(), schema: "queue_jobs" });
  const ledger = await openPostgresLedger({
    connectionString: postgres.connectionString(),
    schema: "ledger_jobs",
    jobs: queue,
  });
  await ledger.recordExecution(execution("execution-1"));
  await ledger.recordExecution({ ...execution("later"), notBefore: "2999-01-01T00:00:00Z" });
  await ledger.recordExecution({ ...execution("unapproved"), approvalRequired: true });
  await ledger.askRedrive("execution-1", "ann");
  const [job, ...others] = await queue.take(10);
  expect(others).toEqual([]);
  if (job === undefined) throw new Error("There is a job.");
  // While it is worked on, a further one may wait.
  await ledger.askRedrive("execution-1", "ann");
  const [second] = await queue.take(10);
  expect(second).toMatchObject({ executionId: "execution-1" });
  await queue.end(job, false);
  await expect.poll(() => queue.take(10)).toMatchObject([{ executionId: "execution-1" }]);
  await queue.close();
  await ledger.close();
});
