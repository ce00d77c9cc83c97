import { execFile } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { promisify } from "node:util";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { startCloudSandbox } from "../providers/sandbox/index.ts";
import { compute, executionOf } from "./end-to-end/recommendations.ts";
import { type PostgresServer, startPostgresServer } from "./ledger/postgres-server.ts";

// The others: examples/engine.ts is run by docs.test.ts, which knows that each is run; examples/own-executor.ts by
// testing/example.test.ts, those of examples/http by client/lost-answers.test.ts.
const file = (name: string) => resolve(import.meta.dirname, "../examples", name);

let folder: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), "buyonce-examples-"));
});
afterAll(() => rmSync(folder, { recursive: true }));

/** Runs a program as its reader would: in a folder of its own, importing buyonce by name. */
async function run(args: readonly string[], env: Readonly<Record<string, string>> = {}): Promise<string> {
  const command = ["--conditions=buyonce-source", ...args];
  const options = { cwd: folder, env: { ...process.env, ...env }, timeout: 50_000 };
  const { stdout, stderr } = await promisify(execFile)(process.execPath, command, options);
  expect(stderr).toBe("");
  return stdout;
}

test("a timer drives again what is pending, until nothing is left", async () => {
  const lines = (await run([file("redrive-timer.ts")])).trim().split("\n");
  expect(lines[0]).toBe("driven: purchased, Creating");
  expect(lines.slice(1, -2).every((line) => line === "a round: 1 left behind")).toBe(true);
  expect(lines.slice(-2)).toEqual(["a round: 0 left behind", "orders: 1"]);
});

describe("with PostgreSQL", () => {
  let server: PostgresServer;
  beforeAll(async () => {
    server = await startPostgresServer();
  });
  afterAll(() => server.remove());

  test("three workers, fed twice with every execution by pg-boss, buy each once", async () => {
    const DATABASE_URL = await server.connectionString("workers");
    expect(await run([file("workers.ts")], { DATABASE_URL })).toBe(
      "jobs 6, purchased 6, already-purchased 6\norders: 6\n",
    );
  });

  test("a Lambda handler begins nothing that it has no time for, buys once it has, and asks to be called again", async () => {
    const DATABASE_URL = await server.connectionString("lambda");
    const sandbox = await startCloudSandbox();
    const calls = `
      import { handler } from ${JSON.stringify(file("lambda.ts"))};
      const execution = ${JSON.stringify(executionOf(compute))};
      for (let call = 0, again = true; again && call < 10; call += 1) {
        const left = call === 0 ? 15_000 : 60_000;
        const answer = await handler(execution, { getRemainingTimeInMillis: () => left });
        ({ again } = answer);
        const [{ status, error, commitment }] = answer.outcomes;
        console.log(left, again, status, error?.code ?? commitment.state);
      }
      process.exit();`;
    try {
      const env = { DATABASE_URL, AZURE_ENDPOINT: sandbox.url };
      const lines = (await run(["--input-type=module-typescript", "--eval", calls], env)).trim().split("\n");
      expect(lines[0]).toBe("15000 true refused deadline-too-near");
      expect(lines[1]).toBe("60000 true purchased Creating");
      expect(lines.at(-1)).toBe("60000 false already-purchased Succeeded");
      expect(sandbox.orders()).toHaveLength(1);
    } finally {
      await sandbox.close();
    }
  });
});
