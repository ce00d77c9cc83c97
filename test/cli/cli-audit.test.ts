import { describe, expect, test } from "vitest";
import { auditCommand, type AuditCommandOptions } from "../../src/cli/commands/audit.ts";
import { createProgram } from "../../src/cli/program.ts";
import type { AuditReport, Finding } from "../../src/contract/audit-report.ts";
import { executionId, fakeTerminal, standInParts } from "./stand-ins.ts";

const options: AuditCommandOptions = { timeout: 600 };
const scope = { key: "azure/default", label: "Azure, the credential's own tenant" };
const token = "322524eac0b0f5b16410ff6e2e104129f675c711049cd7777fe7050ebd79eb20";
const duplicate: Finding = {
  kind: "duplicate",
  scope,
  token,
  executionId,
  recIndex: 2,
  message: "2 live commitments carry one token.",
  commitments: [
    {
      id: "0a1b2c3d-1111-2222-3333-444455556666",
      state: "Succeeded",
      price: { amount: "24", currency: "GBP" },
      purchasedAt: "2026-11-22T09:05:00.000Z",
      recorded: true,
      refund: {
        amount: { amount: "23.5", currency: "GBP" },
        lastDay: "2027-11-22",
        limit: { most: { amount: "50000", currency: "USD" }, used: { amount: "10", currency: "USD" } },
        problems: [],
        rules: "Less every day.",
      },
    },
    { id: "evil\u001b[31m", state: "Succeeded", recorded: false, refundError: "may not" },
  ],
};
const reportOf = (findings: readonly Finding[], changes: Partial<AuditReport> = {}): AuditReport => ({
  scopes: [{ ...scope, listed: 7 }],
  findings,
  notLookedAt: [],
  ...changes,
});
const marker: Finding = { kind: "missing-marker", scope, commitments: [], message: "Stamped.", repaired: true };

async function run(report: AuditReport, changes: Partial<AuditCommandOptions> = {}) {
  const { terminal, written } = fakeTerminal();
  const { parts, calls } = standInParts({ terminal, audit: () => report });
  const code = await auditCommand({ ...options, azure: true, ...changes }, parts);
  return { code, written, calls };
}

describe("what it prints", () => {
  test("each finding with its commitments, the refund and its last day; the token masked, nothing that moves a cursor", async () => {
    const { code, written } = await run(reportOf([duplicate]));
    expect(code).toBe(3);
    expect(written.stdout).toMatch(/tenant +7 +duplicate 1/);
    expect(written.stdout).toContain(
      `duplicate #2 of ${executionId}, Azure, the credential's own tenant, token 322524ea…`,
    );
    expect(written.stdout).toContain("Succeeded, 24.00 GBP, bought 2026-11-22 09:05 UTC, in the ledger");
    const flat = written.stdout.replaceAll(/\s+/g, " ");
    expect(flat).toContain(
      "return: would give back 23.50 GBP today, last day 2027-11-22; limit 50000.00 USD, of which 10.00 USD are used",
    );
    expect(flat.split("Less every day.")).toHaveLength(2);
    expect(flat).toContain("return: could not be calculated: may not");
    expect(written.stdout).not.toContain(token);
    expect(written.stdout).not.toContain("\u001b");
    expect(written.stdout).toMatch(/Nothing was bought and nothing was given back\.\n$/);
  });

  test("with --json the whole report, tokens in full", async () => {
    const { written } = await run(reportOf([duplicate]), { json: true });
    expect(JSON.parse(written.stdout)).toEqual(reportOf([duplicate]));
  });

  test("what could not be looked at, and what cannot be", async () => {
    const error = { code: "access-denied", message: "no right" } as const;
    const report = reportOf([], {
      scopes: [{ ...scope, error }],
      notLookedAt: [{ provider: "aws", service: "dynamodb" }],
    });
    const { code, written } = await run(report);
    expect(code).toBe(4);
    expect(written.stdout.replaceAll(/\s+/g, " ")).toContain("could not be looked at: no right (access-denied)");
    expect(written.stdout).toContain("Not looked at, for it cannot be done here: aws dynamodb.");
  });

  test.each([
    ["nothing found", [], 0],
    ["all repaired", [marker], 0],
    ["one not repaired", [{ ...marker, repaired: false }], 3],
    ["a finding weighs more than a scope that failed", [duplicate], 3],
  ] as const)("exit code: %s", async (_what, findings, code) => {
    expect((await run(reportOf(findings))).code).toBe(code);
  });
});

describe("which ledger, which places", () => {
  test("a ledger that is missing is an error, unless places are named", async () => {
    expect((await run(reportOf([]))).calls.ledgerOptions).toEqual({ emptyIfMissing: true });
    expect((await run(reportOf([]), { azure: undefined })).calls.ledgerOptions).toEqual({ mustExist: true });
  });

  test("the options reach the library, with a deadline", async () => {
    const { calls } = await run(reportOf([]), { repair: true, timeout: 30 });
    expect(calls.auditOptions).toMatchObject({ places: [{ provider: "azure" }], repair: true, deadline: 1_030_000 });
    expect(calls.providers.map(({ names }) => names)).toEqual([["azure"]]);
  });
});

describe("a loss that is accepted", () => {
  test("goes to the library, without the spaces around it, and is said", async () => {
    const said = { acceptLoss: " id-1 ", person: "Ada ", reason: "sold", azure: undefined };
    const { code, written, calls } = await run(reportOf([]), said);
    expect([code, calls.loss]).toEqual([0, { id: "id-1", person: "Ada", reason: "sold" }]);
    expect(written.stdout).toContain("Recorded: id-1 is gone before its term, says Ada.");
    expect(calls.names).not.toContain("audit");
  });

  test.each([
    [{ acceptLoss: "x", reason: "r", azure: undefined }, "needs --person"],
    [{ acceptLoss: "x", person: "p", reason: " ", azure: undefined }, "needs --reason"],
    [{ acceptLoss: "x", person: "p", reason: "r" }, "looks at nothing else"],
    [{ acceptLoss: "x", person: "p", reason: "r", repair: true, azure: undefined }, "looks at nothing else"],
    [{ person: "p" }, "go with --accept-loss"],
  ])("bad usage %j", async (changes, message) => {
    await expect(run(reportOf([]), changes)).rejects.toMatchObject({
      code: "invalid-configuration",
      message: expect.stringContaining(message),
    });
  });
});

describe("the command line", () => {
  async function parse(...args: string[]) {
    const { parts, calls } = standInParts();
    await createProgram(parts, "0", () => undefined).parseAsync(["audit", ...args], { from: "user" });
    return calls.auditOptions;
  }
  test("places may be given several times, and mixed", async () => {
    const args = [
      "--aws",
      "123456789012/us-east-1",
      "--aws",
      "123456789012/eu-west-1",
      "--azure",
      "--gcp",
      "p-1/europe-west1",
    ];
    expect((await parse(...args))?.places).toEqual([
      { provider: "azure" },
      { provider: "aws", accountId: "123456789012", region: "us-east-1" },
      { provider: "aws", accountId: "123456789012", region: "eu-west-1" },
      { provider: "gcp", projectId: "p-1", region: "europe-west1" },
    ]);
    const tenantId = "3f1d0c5e-8a44-4b6e-9c1a-5d2e7f90a1b2";
    expect((await parse("--azure", tenantId))?.places).toEqual([{ provider: "azure", tenantId }]);
    expect((await parse())?.places).toBeUndefined();
  });

  test.each([
    ["--aws", "us-east-1"],
    ["--aws", "123/us-east-1"],
    ["--gcp", "p"],
    ["--azure", "contoso"],
  ])("%s %s is bad usage", async (...args) => {
    await expect(parse(...args)).rejects.toMatchObject({ code: "commander.invalidArgument" });
  });
});
