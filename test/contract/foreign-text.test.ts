import { describe, expect, test } from "vitest";
import { readSdkError } from "../../providers/aws/sdk-error.ts";
import { errorOf as googleError } from "../../providers/gcp/google-error.ts";
import { errorOf as azureError } from "../../providers/http/api-error.ts";
import { ledgerHistory } from "../../src/inspect/read-history.ts";
import { html } from "../../src/report/html.ts";
import { cleanText } from "../../src/contract/clean-text.ts";
import { BuyonceError } from "../../src/contract/errors.ts";
import { findJsonProblem } from "../../src/contract/find-json-problem.ts";
import { shorten } from "../../src/cli/text/table-cells.ts";
import { wrap } from "../../src/cli/terminal/table.ts";
import { createMemoryLedger } from "../../src/ledger/memory-ledger.ts";

const long = "postgres:".repeat(30_000);

describe("C2: a service's code is cut as its message is", () => {
  test("of Azure", () => {
    const { code, message } = azureError({ error: { code: long, message: long } });
    expect([code?.length, message?.length]).toEqual([200, 500]);
  });

  test.each([
    ["the reason", { errors: [{ reason: long }] }],
    ["the status", { status: long }],
  ])("of Google: %s", (_what, words) => {
    const { code, message } = googleError({ error: { ...words, message: long } });
    expect([code?.length, message?.length]).toEqual([200, 500]);
  });

  test("of AWS", () => {
    const error = Object.assign(new Error(long), { name: long, $fault: "client", $metadata: { httpStatusCode: 400 } });
    const { code, name, message } = readSdkError(error);
    expect([code?.length, name.length, message.length]).toEqual([200, 200, 10_000]);
  });

  test("of an executor that cuts nothing", () => {
    const { providerCode } = new BuyonceError({ code: "purchase-rejected", providerCode: long, message: "no" });
    expect(providerCode).toHaveLength(200);
  });

  test("a code of usual length stays", () => {
    expect(azureError({ error: { code: "ReservationOrderIdAlreadyExists" } }).code).toBe(
      "ReservationOrderIdAlreadyExists",
    );
  });
});

test("a token at the place where Google's message is cut is masked", () => {
  const token = "0123456789abcdef".repeat(4);
  expect(googleError({ error: { message: `${"x".repeat(440)} ${token}` } }).message).toMatch(/^x+ 01234567…$/);
});

/** A megabyte of each: whatever went twice through the rest of the text, from each of these, would not end. */
describe.each([" ", ".", "\t", "a", "0", "f", "-", "\\", '"', "'", "{", "<", "client token ", "x-amz-security-token:"])(
  "C2: what is done with a text of %j, repeated, takes time as the text is long",
  (unit) => {
    const text = `${unit.repeat(Math.ceil(1_000_000 / unit.length))}!`;

    test.each([
      ["cleaned", () => cleanText(text)],
      ["put into a page", () => html`${text}`],
      ["shortened", () => shorten(text)],
      ["wrapped", () => wrap(text, 80)],
      ["looked through as JSON", () => findJsonProblem(text)],
      ["read from Azure", () => azureError({ error: { code: text, message: text } })],
      ["read from Google", () => googleError({ error: { status: text, message: text } })],
      ["read from the AWS SDK", () => readSdkError(new Error(text))],
      ["read from the history", () => historyOf(text)],
    ])("%s", async (_what, run) => {
      await expect(Promise.resolve(run()).then(() => "done")).resolves.toBe("done");
    });
  },
);

async function historyOf(detail: string) {
  const token = "t";
  const entry = { token, at: 0, event: "refuse", from: undefined, to: "refused", holder: "h", epoch: 1, attempt: 0 };
  const ledger = {
    ...createMemoryLedger(),
    recordsOf: async () => [{ token, recIndex: 0 }],
    history: async () => [{ ...entry, detail }],
  };
  return ledgerHistory(ledger as never, "e");
}
