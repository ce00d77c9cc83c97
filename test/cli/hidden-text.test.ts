import { describe, expect, test } from "vitest";
import { createCommandLog } from "../../src/cli/command-log.ts";
import { createProgram } from "../../src/cli/program.ts";
import { createProgress } from "../../src/cli/progress/progress.ts";
import { noteOn } from "../../src/cli/terminal/terminal.ts";
import { auditText } from "../../src/cli/text/audit-text.ts";
import { historyText } from "../../src/cli/text/history-text.ts";
import * as json from "../../src/cli/text/json-documents.ts";
import { jsonError } from "../../src/cli/text/json-error.ts";
import { quoteText } from "../../src/cli/text/quote-text.ts";
import { reportText } from "../../src/cli/text/report-text.ts";
import { resolveText } from "../../src/cli/commands/resolve.ts";
import { againFromLedger } from "../../src/cli/text/next-steps.ts";
import { commandLineOf } from "../../src/cli/commands/same-run.ts";
import { webhooksText } from "../../src/cli/text/webhooks-text.ts";
import { statusText } from "../../src/cli/text/status-text.ts";
import type { HistoryLine } from "../../src/inspect/read-history.ts";
import type { LedgerStatus } from "../../src/inspect/read-status.ts";
import { createEventLog } from "../../src/log/event-log.ts";
import { htmlReport } from "../../src/report/html-report.ts";
import type { AuditReport } from "../../src/contract/audit-report.ts";
import { cleanText } from "../../src/contract/clean-text.ts";
import { InvalidExecutionError } from "../../src/contract/errors.ts";
import { escapeHidden } from "../../src/contract/escape-hidden.ts";
import type { DriveEvent } from "../../src/contract/events.ts";
import type { TokenRecord } from "../../src/contract/ledger.ts";
import { fakeTerminal, outcome, quotationOf, quoted, report, standInParts } from "./stand-ins.ts";

/** One of each kind; the last two are halves of pairs. */
const units = [
  0x00, 0x07, 0x1b, 0x7f, 0x85, 0x9b, 0xad, 0x061c, 0x180e, 0x200b, 0x200e, 0x200f, 0x2028, 0x2029, 0x202e, 0x2066,
  0x2069, 0xfeff, 0xfff9, 0xe000, 0xfe0f, 0x3164,
];
const nasty = `evil${String.fromCharCode(...units)}\u{e0041}\u{f0000}\udc00x\ud83d`;

/** What must not be in anything that is shown: all but the line break. */
const raw = /(?!\n)[\p{Cc}\p{Cf}\p{Cs}\p{Co}\p{Zl}\p{Zp}\ufe0f\u3164]/u;

const said = { code: "purchase-rejected", message: nasty, providerCode: nasty, retryable: false } as const;
const commitment = { id: nasty, furtherIds: [nasty], state: nasty, settled: false };
const reported = {
  ...report([
    outcome({ status: "rejected", error: said }),
    outcome({ recIndex: 1, commitment, warnings: [nasty] }),
    outcome({ recIndex: 2, status: "unresolved", error: { ...said, code: "outcome-unknown" } }),
  ]),
  executionId: nasty,
};
const record = {
  token: nasty,
  executionId: nasty,
  recIndex: 0,
  source: nasty,
  recommendation: { provider: nasty, service: nasty, term: "P1Y" },
  fingerprint: "f",
  scope: { key: nasty, label: nasty },
  state: "purchased",
  holder: nasty,
  commitment: { ...commitment, standing: "unknown", marked: false },
  error: said,
  generation: 0,
  attempt: 1,
  epoch: 1,
  createdAt: 0,
  updatedAt: 0,
} as unknown as TokenRecord;
const status: LedgerStatus = {
  recommendations: [
    { status: "purchased", record },
    { status: "rejected", record },
    { status: "in-progress", record: { ...record, executionId: `${nasty}2`, state: "claimed" } },
  ],
  more: false,
  totals: { bought: [], unresolved: [] },
  payments: [],
  accounts: [{ provider: nasty, account: nasty, bought: [], unresolved: [], payments: [] }],
};
const line = { at: 0, event: "reject", from: "claimed", to: "rejected", holder: nasty, code: nasty, detail: nasty };
const lines = [{ ...line, epoch: 1, attempt: 1, token: nasty } as unknown as HistoryLine];
const audit = {
  scopes: [{ key: nasty, label: nasty, error: { code: nasty, message: nasty } }],
  findings: [
    {
      kind: "duplicate",
      scope: { key: nasty, label: nasty },
      token: nasty,
      executionId: nasty,
      recIndex: 0,
      commitments: [
        { id: nasty, state: nasty, purchasedAt: nasty, recorded: true, refundError: nasty },
        { id: nasty, state: nasty, recorded: true, refund: { rules: [nasty], problems: [nasty], lastDay: nasty } },
      ],
      message: nasty,
    },
  ],
  notLookedAt: [{ provider: nasty, service: nasty }],
} as unknown as AuditReport;
const quotation = quotationOf([quoted({ verdict: "refuse", error: said }), quoted({ recIndex: 1, commitment })], {
  executionId: nasty,
  error: said,
});
const events = [
  { at: 0, type: "started", executionId: nasty, recommendations: [] },
  { at: 0, type: "not-ready", where: nasty, error: said },
  { at: 0, type: "listing", scope: nasty },
  { at: 0, type: "look-up-failed", scope: nasty, error: said },
  { at: 0, type: "waiting-for-driver", recIndex: 0, token: "t", holder: nasty, until: 0 },
  { at: 0, type: "outcome-unknown", recIndex: 0, token: "t", detail: nasty },
  { at: 0, type: "adopting", recIndex: 0, token: "t", commitmentId: nasty },
  { at: 0, type: "sent", recIndex: 0, token: "t", result: "rejected", error: said },
  { at: 0, type: "finished", recIndex: 0, token: "t", outcome: reported.outcomes[1] },
  { at: 0, type: "ended", executionId: nasty, error: said },
] as unknown as readonly DriveEvent[];
const layout = { width: 100, paint: (_style: unknown, text: string) => text };
const descriptions = [nasty, nasty, nasty];
const lastAnswer = { at: 1_795_305_600_000, text: nasty };
const endpoint = { name: nasty, url: nasty, registeredAt: 0, failures: 1, givenUp: 0, lastAnswer, waiting: 0 };

describe("C11: what does not show, or steers a terminal, is nowhere raw", () => {
  const line = commandLineOf({ sandbox: true }, { terminal: { env: {} } });
  test.each<readonly [string, string]>([
    ["drive", json.jsonReport(reported)],
    ["redrive", json.jsonReports([reported], { count: 1, more: false, atRisk: [] })],
    ["quote", json.jsonQuotation(quotation)],
    ["status", json.jsonStatus(status, descriptions, [], { webhooks: [endpoint] })],
    ["webhooks", json.jsonWebhooks([endpoint])],
    ["history", json.jsonHistory(nasty, [{ record, lines }], descriptions)],
    ["audit", json.jsonAudit(audit)],
    ["accept-loss", json.jsonAcceptedLoss(record)],
    ["resolve", json.jsonOutcome(reported.outcomes[1] ?? outcome())],
    ["an error", jsonError(new InvalidExecutionError([{ path: nasty, message: nasty }]))],
  ])("%s --json: escaped, and the document says the same", (_what, text) => {
    expect(raw.exec(text)?.[0]).toBeUndefined();
    expect(text).toContain(String.raw`\u009b`);
    expect(text).toContain(String.raw`\u202e`);
    expect(text).toContain(String.raw`\u2028`);
    expect(text).toContain(String.raw`\udb40\udc41`);
    expect(JSON.stringify(JSON.parse(text))).toContain(JSON.stringify(nasty).slice(1, -1));
  });

  test.each<readonly [string, string]>([
    ["drive", reportText(reported, { ...layout, descriptions })],
    ["quote", quoteText(quotation, { ...layout, descriptions, maxTotals: undefined })],
    ["status", statusText(status, { ...layout, descriptions, line })],
    ["history", historyText(lines, 100, layout.paint)],
    ["webhooks", webhooksText([endpoint], 100, layout.paint)],
    ["audit", auditText(audit, layout)],
    ["resolve", resolveText(reported.outcomes[1] ?? outcome(), record, againFromLedger(nasty, line))],
    [
      "the page",
      htmlReport([{ report: reported, descriptions, source: nasty, history: new Map([[0, lines]]) }], {
        at: 0,
        events,
      }),
    ],
  ])("the text of %s", (_what, text) => {
    expect(raw.exec(text)?.[0]).toBeUndefined();
    expect(text).toContain("evil");
  });

  test("progress and notes on standard error", () => {
    const { terminal, written } = fakeTerminal();
    const progress = createProgress(terminal, descriptions);
    for (const event of events) progress.event(event);
    progress.note(nasty);
    noteOn(terminal.stderr)(`${nasty}\nsecond line`);
    expect(raw.exec(written.stderr)?.[0]).toBeUndefined();
    expect(written.stderr).toContain(String.raw`\u009b`);
    expect(written.stderr).toContain("\nsecond line\n");
  });

  test("bad usage that names what was typed", async () => {
    const { terminal, written } = fakeTerminal();
    const program = createProgram(standInParts({ terminal }).parts, "1", () => undefined);
    await expect(program.parseAsync(["drive", "x", `--${nasty}`], { from: "user" })).rejects.toThrow();
    expect(written.stderr).toContain("unknown option");
    expect(raw.exec(written.stderr)?.[0]).toBeUndefined();
  });

  test("the log, and what is given to a logger of one's own", async () => {
    let stderr = "";
    const log = createCommandLog({ write: (text) => (stderr += text) });
    await log.start("debug");
    const given: unknown[] = [];
    const keep = (...line: unknown[]) => void given.push(line);
    const listeners = [
      createEventLog(log.logger ?? expect.fail("it was started")),
      createEventLog({ debug: keep, info: keep, warn: keep, error: keep }, ({ type }) => `${type} ${nasty}`),
    ];
    for (const event of events) for (const listener of listeners) listener(event);
    log.logger?.error({ message: nasty }, nasty);
    log.stderr.write(`${nasty}\n`);
    expect(raw.exec(stderr)?.[0]).toBeUndefined();
    expect(stderr).toContain(String.raw`\u202e`);
    for (const text of JSON.stringify(given).match(/[^"]+/g) ?? []) expect(raw.exec(text)?.[0]).toBeUndefined();
    expect(JSON.stringify(given)).not.toMatch(/(?<!\\)\\u/);
  });

  test("what shows is left alone: letters of all scripts, composed or not, and line breaks of messages", () => {
    const text = "Zürich 東京 Москва e\u0301 😀 – “quoted” 1\u00a0000 €\nsecond line";
    expect(escapeHidden(text)).toBe(text);
    expect(cleanText("Zürich 東京 😀 1\u00a0000 €")).toBe("Zürich 東京 😀 1\u00a0000 €");
    expect(cleanText(`a${nasty}`)).toMatch(/^aevil +x$/);
  });
});
