import { describe, expect, test } from "vitest";
import { createProgress } from "../../src/cli/progress/progress.ts";
import type { DriveEvent, DriveStep } from "../../src/contract/events.ts";
import { bought, fakeTerminal, outcome } from "./stand-ins.ts";

const at = Date.UTC(2026, 0, 2, 3, 4, 5, 678);
const token = "ab12cd34…";
const steps: readonly DriveStep[] = [
  { type: "claimed", granted: 2, settled: 1, inFlight: 0 },
  { type: "listing", scope: "Azure tenant t" },
  { type: "listed", scope: "Azure tenant t", matches: 0 },
  { type: "quoting", recIndex: 0, token },
  { type: "quoted", recIndex: 0, token, price: { amount: "24.5", currency: "GBP" } },
  { type: "submitted", recIndex: 0, token, attempt: 1 },
  { type: "sending", recIndex: 0, token, sentBefore: false },
  { type: "outcome-unknown", recIndex: 0, token, detail: "no answer\nin time" },
  { type: "sending", recIndex: 0, token, sentBefore: true },
  { type: "waiting-for-driver", recIndex: 1, token, holder: "host:1", until: at },
  { type: "reconciling", recIndex: 1, token, detail: "order 0a1b" },
  { type: "adopting", recIndex: 1, token, commitmentId: "0a1b" },
  { type: "marking", recIndex: 1, token, commitmentId: "0a1b" },
  { type: "finished", recIndex: 0, token, outcome: outcome(bought) },
];
const events = steps.map((step): DriveEvent => ({ ...step, at }));

describe("createProgress", () => {
  test("where there is no terminal: one log line per event, on standard error only, tokens masked", () => {
    const { terminal, written } = fakeTerminal();
    const progress = createProgress(terminal, ["1 × a", "2 × b"]);
    for (const event of events) progress.event(event);
    progress.note("a note");
    progress.stop();
    const time = "2026-01-02T03:04:05.678Z";
    expect(written.stdout).toBe("");
    expect(written.stderr.split("\n")).toEqual([
      `${time} claimed 2; bought and settled before 1; held by other drivers 0`,
      `${time} looking up what is already bought in Azure tenant t`,
      `${time} looked up Azure tenant t: 0 of these already there`,
      `${time} #0 1 × a (token ${token}): asking for the price`,
      `${time} #0: price 24.50 GBP`,
      `${time} #0: written ahead, attempt 1`,
      `${time} #0: buying`,
      `${time} #0: outcome unknown: no answer in time`,
      `${time} #0: sending again under the same handle`,
      `${time} #1 2 × b (token ${token}): waiting for driver host:1, who holds it until ${time}`,
      `${time} #1: asking what became of the earlier purchase: order 0a1b`,
      `${time} #1: found commitment 0a1b`,
      `${time} #1: stamping the token on 0a1b`,
      `${time} #0: purchased 0a1b2c3d-1111-2222-3333-444455556666 24.50 GBP`,
      "a note",
      "",
    ]);
  });

  test("on a terminal: lines redrawn in place, none too wide, all gone at the end but the notes", () => {
    const { terminal, written } = fakeTerminal({ tty: true, columns: 40 });
    const progress = createProgress(terminal, ["1 × a", `2 × ${"b".repeat(100)}`]);
    for (const event of events) progress.event(event);
    progress.note("a note");
    progress.stop();
    expect(written.stdout).toBe("");
    expect(screen(written.stderr)).toEqual(["a note", ""]);
    // A Ctrl-C that the terminal echoes moves the cursor off the first column.
    const ups = written.stderr.split(/\u001B\[\d+A/).slice(0, -1); // oxlint-disable-line no-control-regex
    expect(ups.length).toBeGreaterThan(1);
    for (const before of ups) expect(before.at(-1)).toBe("\r");
    const drawn = written.stderr.split("a note\n")[1] ?? "";
    expect(drawn).toContain("✔ 0 1 × a");
    expect(drawn).toContain("1 of 2 done");
    // oxlint-disable-next-line no-control-regex -- cursor movements
    const lines = drawn.replaceAll(/\r?\u001B\[\d+[A-Z]/g, "").split("\n");
    expect(Math.max(...lines.map((line) => line.length))).toBeLessThan(40);
  });

  test("on a terminal with few rows, those that move are shown first", () => {
    const { terminal, written } = fakeTerminal({ tty: true, columns: 80 });
    const descriptions = Array.from({ length: 100 }, (_, index) => `thing ${index}`);
    const progress = createProgress(terminal, descriptions);
    progress.event({ type: "quoting", recIndex: 99, token, at });
    written.stderr = "";
    progress.note("");
    progress.stop();
    expect(written.stderr).toContain("asking for the price");
    expect(written.stderr).toContain("and 79 more");
  });
});

/** What a terminal shows after these writes: understands only "up n lines" and "clear below". */
function screen(text: string): readonly string[] {
  const lines = [""];
  let row = 0;
  // oxlint-disable-next-line no-control-regex -- cursor movements
  for (const [part, up] of text.matchAll(/\u001B\[(\d+)A|\u001B\[0J|\n|\r|[^\u001B\n\r]+/g)) {
    if (up !== undefined) row -= Number(up);
    else if (part === "\u001B[0J") lines.splice(row, lines.length, "");
    else if (part === "\n") lines[++row] ??= "";
    else if (part !== "\r") lines[row] += part;
  }
  return lines;
}
