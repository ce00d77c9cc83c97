import type { AuditedCommitment, AuditReport, Finding, FindingKind } from "../../contract/audit-report.ts";
import { cleanText } from "../../contract/clean-text.ts";
import { formatMoney } from "../../contract/money.ts";
import { maskToken } from "../../contract/token.ts";
import { layOut, wrap } from "../terminal/table.ts";
import type { Paint } from "../terminal/terminal.ts";

/** How an audit is written down for a person. */
export interface AuditTextOptions {
  /** Columns of the terminal. */
  readonly width: number;
  readonly paint: Paint;
}

const titles: Readonly<Record<FindingKind, string>> = {
  duplicate: "duplicate",
  twin: "twin",
  orphan: "orphan",
  unrecorded: "unrecorded",
  loss: "loss",
  "missing-marker": "missing marker",
};

/** What an audit found, for a person: what was looked at, then each finding. */
export function auditText({ scopes, findings, notLookedAt }: AuditReport, { width, paint }: AuditTextOptions): string {
  const table = layOut(
    [
      { title: "looked at", minimum: 24 },
      { title: "commitments", minimum: 11, align: "right" },
      { title: "findings", minimum: 24, paint: (line, row) => (isFine(row) ? line : paint("yellow", line)) },
    ],
    scopes.map(({ key, label, listed, error }) => [
      cleanText(label),
      listed === undefined ? "" : String(listed),
      error === undefined ? countsText(findings.filter(({ scope }) => scope.key === key)) : failedText(error),
    ]),
    width,
    paint,
  );
  function isFine(row: number): boolean {
    const scope = scopes[row];
    return scope?.error === undefined && !findings.some(({ scope: { key } }) => key === scope?.key);
  }
  const paragraphs = findings.map((finding) => findingText(finding, width, paint));
  const names = notLookedAt.map(({ provider, service }) => `${provider} ${service}`);
  const rest = names.length > 0 ? `Not looked at, for it cannot be done here: ${cleanText(names.join(", "))}.` : "";
  const nothing =
    scopes.length === 0 ? "There was nothing to look at: the ledger knows no place, and none was named." : "";
  return [
    ...(scopes.length > 0 ? [table] : []),
    ...paragraphs,
    ...[nothing, rest].filter((text) => text !== "").map((text) => `${wrap(text, width).join("\n")}\n`),
    "Nothing was bought and nothing was given back.\n",
  ].join("\n");
}

function failedText({ code, message }: { readonly code: string; readonly message: string }): string {
  return cleanText(`could not be looked at: ${message} (${code})`);
}

function countsText(findings: readonly Finding[]): string {
  if (findings.length === 0) return "none";
  return [...Map.groupBy(findings, ({ kind }) => kind)]
    .map(([kind, each]) => `${titles[kind]} ${each.length}`)
    .join(", ");
}

function findingText(finding: Finding, width: number, paint: Paint): string {
  const { kind, token, executionId, recIndex, commitments, message, scope, repaired } = finding;
  const colour = repaired ? "green" : kind === "duplicate" || kind === "loss" ? "red" : "yellow";
  const where = executionId === undefined ? "" : ` #${recIndex} of ${executionId},`;
  const masked = token === undefined ? "" : `, token ${maskToken(token)}`;
  const head = `${paint(["bold", colour], titles[kind])}${cleanText(`${where} ${scope.label}${masked}`).replace(/^/, " ")}`;
  const rules = [...new Set(commitments.flatMap(({ refund }) => refund?.rules ?? []))];
  const text = [
    ...commitments.flatMap((commitment) => commitmentLines(commitment, width)),
    ...[message, ...rules].flatMap((each) => indented(each, 2, width)),
  ];
  return `${head}\n${text.join("\n")}\n`;
}

function indented(text: string, columns: number, width: number): readonly string[] {
  return wrap(cleanText(text), width - columns).map((line) => `${" ".repeat(columns)}${line}`);
}

function commitmentLines(commitment: AuditedCommitment, width: number): readonly string[] {
  const { id, furtherIds = [], state, price, purchasedAt, recorded, refund, refundError } = commitment;
  const facts = [
    state,
    ...(price ? [formatMoney(price)] : []),
    ...(purchasedAt ? [`bought ${purchasedAt.slice(0, 16).replace("T", " ")} UTC`] : []),
    recorded ? "in the ledger" : "not in the ledger",
  ];
  return [
    ...indented(`${[id, ...furtherIds].join(" ")}: ${facts.join(", ")}`, 2, width),
    ...(refund ? indented(`return: ${refundText(refund)}`, 4, width) : []),
    ...(refundError === undefined ? [] : indented(`return: could not be calculated: ${refundError}`, 4, width)),
  ];
}

function refundText({ amount, lastDay, limit, problems }: NonNullable<AuditedCommitment["refund"]>): string {
  const given = amount ? `would give back ${formatMoney(amount)} today` : "cannot be returned now";
  const why = problems.length > 0 ? ` (${problems.join("; ")})` : "";
  const until = lastDay ? `, last day ${lastDay}` : "";
  const used = limit?.used ? `, of which ${formatMoney(limit.used)} are used` : "";
  const most = limit ? `; limit ${formatMoney(limit.most)}${used}` : "";
  return `${given}${why}${until}${most}`;
}
