import { execFile } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import fixture from "../fixtures/execution.json" with { type: "json" };
import { createEventLog } from "../src/log/event-log.ts";
import { createCommandLog } from "../src/cli/command-log.ts";
import type { Logger, LogLevel } from "../src/log/logger.ts";
import { maskToken } from "../src/contract/token.ts";
import { execution, setup, token } from "./drive/setup.ts";
import { program } from "./test-programs.ts";

type Line = Record<string, unknown> & { readonly level: string; readonly msg: string };

/** A logger that keeps what it is told. */
function keeper() {
  const lines: Line[] = [];
  const at = (level: LogLevel) => (fields: object, msg: string) => void lines.push({ ...fields, level, msg });
  const logger: Logger = { debug: at("debug"), info: at("info"), warn: at("warn"), error: at("error") };
  return { lines, logger };
}

describe("createEventLog", () => {
  test("writes every event with its fields and the execution, tokens masked", async () => {
    const { purchaser } = setup();
    const { lines, logger } = keeper();
    await purchaser.drive(execution(), { onEvent: createEventLog(logger) });
    expect(lines.map(({ level, msg }) => `${level} ${msg}`)).toEqual([
      "debug started",
      "info claimed",
      "info listing",
      "info listed",
      "info quoting",
      "info quoted",
      "debug writing-ahead",
      "info submitted",
      "info sending",
      "debug sent",
      "debug recording",
      "info finished",
      "debug ended",
    ]);
    for (const line of lines) expect(line["executionId"]).toBe("execution-1");
    expect(lines[5]).toMatchObject({
      event: "quoted",
      recIndex: 0,
      token: maskToken(token()),
      price: { amount: "10", currency: "GBP" },
      at: expect.stringMatching(/^\d{4}-\d\d-\d\dT.*Z$/) as string,
    });
    expect(lines[11]).toMatchObject({ outcome: { status: "purchased", token: maskToken(token()) } });
    expect(JSON.stringify(lines)).not.toContain(token().slice(0, 12));
  });

  test("what money may hang on is an error, what was not bought a warning", async () => {
    const { purchaser, cloud } = setup();
    const { lines, logger } = keeper();
    cloud.faults.sends = ["rejected", "lost-after"];
    cloud.faults.resolve = "throws";
    await purchaser.drive(execution(), { onEvent: createEventLog(logger) });
    await purchaser.drive(execution(), { onEvent: createEventLog(logger) });
    const finished = lines.filter(({ msg }) => msg === "finished");
    expect(finished.map(({ level }) => level)).toEqual(["warn", "error"]);
    expect(lines.find(({ msg }) => msg === "outcome-unknown")?.level).toBe("warn");
  });

  test("a parked outcome is logged without its handle", async () => {
    const { purchaser, cloud, environment } = setup({ identity: "none" });
    const { lines, logger } = keeper();
    cloud.faults.sends = ["lost-before"];
    await purchaser.drive(execution());
    await environment.sleep(600_000);
    const report = await purchaser.drive(execution(), { onEvent: createEventLog(logger) });
    expect(report.outcomes[0]?.parked?.handle).toBeDefined();
    const line = lines.find(({ msg }) => msg === "finished");
    expect(line?.["outcome"]).toMatchObject({ parked: { since: expect.any(String) as string } });
    expect(line?.["outcome"]).not.toHaveProperty("parked.handle");
  });
});

describe("createCommandLog", () => {
  test("is plain text until it is started; then each line is a document, without passwords", async () => {
    let written = "";
    const log = createCommandLog({ isTTY: true, columns: 99, write: (text) => (written += text) });
    log.stderr.write("plain\n");
    expect(written).toBe("plain\n");
    expect(log.stderr.isTTY).toBe(true);
    expect(log.logger).toBeUndefined();
    written = "";
    await log.start("warn");
    expect(log.stderr.isTTY).toBe(false);
    log.stderr.write("of level info\n");
    expect(written).toBe("");
    log.logger?.warn({ ledger: "postgres://buyer:geheim@db/x" }, "cannot reach postgres://buyer:geheim@db/x?a=1");
    expect(written).not.toContain("geheim");
    expect(JSON.parse(written)).toMatchObject({ level: "warn", ledger: "postgres://buyer:***@db/x" });
  });
});

describe("buyonce drive --log-level", () => {
  let folder: string;
  beforeAll(() => {
    folder = mkdtempSync(join(tmpdir(), "buyonce-log-"));
    writeFileSync(
      join(folder, "one.json"),
      JSON.stringify({ ...fixture, recommendations: [fixture.recommendations[0]] }),
    );
  });
  afterAll(() => rmSync(folder, { recursive: true }));

  async function buyonce(...args: readonly string[]) {
    const command = [program("src/cli/main.ts"), ...args];
    const env = { ...process.env, BUYONCE_DEBUG: "" };
    const { stdout, stderr } = await promisify(execFile)(process.execPath, command, { cwd: folder, env }).catch(
      (error: { stdout: string; stderr: string }) => error,
    );
    return { stdout, stderr };
  }
  const documents = (text: string) =>
    text
      .trim()
      .split("\n")
      .map((line) => JSON.parse(line) as Line);

  test("standard error is one JSON document a line, from that level on; standard output is as ever", async () => {
    const { stdout, stderr } = await buyonce("drive", "one.json", "--sandbox", "--json", "--log-level", "info");
    const { outcomes } = JSON.parse(stdout) as { outcomes: readonly { token: string; status: string }[] };
    const lines = documents(stderr);
    expect(lines.map(({ event }) => event).filter(Boolean)).toEqual([
      "claimed",
      "listing",
      "listed",
      "quoting",
      "quoted",
      "submitted",
      "sending",
      "finished",
    ]);
    expect(lines.at(-1)?.msg).toMatch(/^purchased [0-9a-f-]{36} 24\.00 GBP/);
    expect(lines[0]?.msg).toContain("Sandbox at http://127.0.0.1:");
    expect(stderr).not.toContain(outcomes[0]?.token.slice(0, 12));
  });

  test("errors are documents too, with their code and without the password", async () => {
    const ledger = "postgres://buyer:geheim@127.0.0.1:9/buyonce";
    const { stderr } = await buyonce("redrive", "--sandbox", "--ledger", ledger, "--log-level", "error");
    expect(documents(stderr)).toMatchObject([{ level: "error", code: "ledger-unavailable" }]);
    expect(stderr).not.toContain("geheim");
  });

  test("it asks nothing: real money needs --yes", async () => {
    const { stderr } = await buyonce("drive", "one.json", "--log-level", "error");
    expect(documents(stderr)).toMatchObject([
      { code: "invalid-configuration", msg: expect.stringContaining("--yes") as string },
    ]);
  });
});
