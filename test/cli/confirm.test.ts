import { rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import fixture from "../../fixtures/execution.json" with { type: "json" };
import { startCloudSandbox } from "../../providers/sandbox/index.ts";
import { confirmCommand } from "../../src/cli/commands/confirm.ts";
import { createProviders, endpointsAt } from "../../src/cli/resources/providers.ts";
import { openLedger } from "../../src/cli/resources/open-ledger.ts";
import { createPurchaser } from "../../src/purchaser.ts";
import { workingFolder } from "../ledger/working-folder.ts";
import { runCommand } from "./run-command.ts";
import { fakeTerminal, standInParts } from "./stand-ins.ts";

const { executionId } = fixture;
const who = ["--person", "ann", "--reason", "compared"];

/** Backed up when it was recorded, bought since, lost, and restored; against a sandbox of its own. */
async function restored() {
  const folder = workingFolder();
  const sandbox = await startCloudSandbox();
  const recommendations = fixture.recommendations.slice(0, 2);
  writeFileSync(join(folder, "e.json"), JSON.stringify({ ...fixture, recommendations }));
  const cloud = ["azure", "aws", "gcp"].flatMap((name) => [`--${name}-endpoint`, sandbox.url]);
  const run = (...args: string[]) => runCommand([...args, "--ledger", "l.db"]);
  expect((await run("submit", "e.json")).code).toBe(0);
  expect((await run("ledger", "backup", "b.db")).code).toBe(0);
  expect((await run("drive", "e.json", ...cloud)).code).toBe(0);
  for (const end of ["", "-wal", "-shm"]) rmSync(`l.db${end}`, { force: true });
  expect((await run("ledger", "restore", "b.db")).code).toBe(0);
  return { sandbox, cloud, run };
}

describe("buyonce confirm of a restored ledger", () => {
  test("names what the ledger forgot, as text; the drive after it adopts it and sends no purchase", async () => {
    const { sandbox, cloud, run } = await restored();
    await using _closed = sandbox;
    expect((await run("drive", "e.json", ...cloud)).stdout).toContain("restored-unconfirmed");
    const { code, stdout } = await run("confirm", executionId, ...who, ...cloud);
    expect(code).toBe(0);
    expect(stdout.indexOf("unrecorded 2")).toBeGreaterThan(0);
    expect(stdout.indexOf(`unrecorded #1 of ${executionId}`)).toBeGreaterThan(0);
    expect(stdout.indexOf("state           working")).toBeGreaterThan(stdout.indexOf("unrecorded #1"));
    const sent = sandbox.purchaseRequests().length;
    const driven = await run("drive", "e.json", ...cloud, "--json");
    const { outcomes } = JSON.parse(driven.stdout) as { outcomes: { status: string }[] };
    expect(outcomes.map(({ status }) => status)).toEqual(["already-purchased", "already-purchased"]);
    expect([sandbox.purchaseRequests().length, sandbox.purchases()]).toEqual([sent, 2]);
  });

  test("a listing that fails refuses it with 3; once it answers, the document holds the audit", async () => {
    const { sandbox, cloud, run } = await restored();
    await using _closed = sandbox;
    sandbox.addFault({ match: { method: "GET" }, times: 1000, fault: { kind: "status", status: 403, when: "before" } });
    const refused = await run("confirm", executionId, ...who, ...cloud);
    expect(refused).toMatchObject({ code: 3, stdout: "" });
    expect(refused.stderr).toContain("could not be looked at, so nothing was confirmed");
    sandbox.clearFaults();
    const { execution, history } = JSON.parse((await run("executions", executionId, "--json")).stdout) as {
      execution: object;
      history: unknown[];
    };
    expect(execution).toMatchObject({ state: "waiting", restored: true });
    expect(history).toHaveLength(1);
    const { code, stdout } = await run("confirm", executionId, ...who, ...cloud, "--json");
    expect(code).toBe(0);
    expect(JSON.parse(stdout)).toMatchObject({
      execution: { state: "working" },
      audit: { findings: [{ kind: "unrecorded" }, { kind: "unrecorded" }] },
    });
  });

  test.each([
    ["no", undefined, "waiting"],
    ["yes", undefined, "working"],
    ["no", true, "working"],
  ] as const)("in a terminal the findings are shown before the question: %s, --yes %s", async (answer, yes, state) => {
    const { sandbox, run } = await restored();
    await using _closed = sandbox;
    const { terminal, written } = fakeTerminal({ tty: true, columns: 200 });
    const stands = standInParts({ terminal, answer });
    let shown = "";
    const parts = {
      ...stands.parts,
      openLedger,
      createPurchaser,
      createProviders: (names: Parameters<typeof createProviders>[0]) =>
        createProviders(names, endpointsAt(sandbox.url), 60_000),
      confirm: (question: string, signal: AbortSignal) => {
        shown = written.stderr;
        return stands.parts.confirm(question, signal);
      },
      now: () => Date.now(),
    };
    const options = { person: "ann", reason: "compared", ledger: "l.db", timeout: 600, ...(yes ? { yes } : {}) };
    const confirming = confirmCommand(executionId, options, parts);
    if (state === "waiting") {
      await expect(confirming).rejects.toMatchObject({
        code: "aborted",
        message: "You said no: nothing was confirmed.",
      });
    } else expect(await confirming).toBe(0);
    expect(stands.calls.question).toBe(
      yes
        ? undefined
        : "The audit found 2, see above. Drives then adopt what they find of it, and may buy the rest: up to 2 recommendations. Confirm the execution as it is recorded?",
    );
    if (!yes) expect(shown).toContain(`unrecorded #1 of ${executionId}`);
    expect((await run("executions", executionId)).stdout).toContain(`state           ${state}`);
  });

  test("bad usage: an execution that is not there, and one with nothing to confirm", async () => {
    const { sandbox, run, cloud } = await restored();
    await using _closed = sandbox;
    expect((await run("confirm", "none", ...who)).code).toBe(2);
    expect((await run("confirm", executionId, ...who, ...cloud)).code).toBe(0);
    // Nothing was to be asked.
    expect((await run("confirm", executionId, ...who)).stderr).toContain("There is nothing to confirm.");
  });
});
