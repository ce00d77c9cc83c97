import { expect, test } from "vitest";
import { createMemoryLedger } from "../../src/ledger/memory-ledger.ts";
import { messageOf } from "../../src/contract/errors.ts";
import type { Ledger } from "../../src/contract/ledger.ts";
import { testLedger } from "../../src/testing/test-ledger.ts";

/** Runs the suite over a broken ledger; the tests that report it, as `title: message`. */
async function reports(broken: (ledger: Ledger) => Partial<Ledger>): Promise<string[]> {
  const tests: { title: string; run: () => Promise<void> }[] = [];
  testLedger({
    name: "it",
    open: async (clock) => {
      const ledger = createMemoryLedger({ clock });
      return { ...ledger, ...broken(ledger) };
    },
    test: (title, run) => tests.push({ title, run }),
  });
  const failed: string[] = [];
  for (const { title, run } of tests) {
    await run().catch((error: unknown) => failed.push(`${title}: ${messageOf(error)}`));
  }
  return failed;
}

test.each<[string, (ledger: Ledger) => Partial<Ledger>, RegExp]>([
  [
    "does not check the epoch",
    ({ recordsOf, submit }) => ({
      submit: async (claim, submission) => {
        const record = (await recordsOf("execution-1")).find(({ token }) => token === claim.token);
        return submit({ ...claim, epoch: record?.epoch ?? 0 }, submission);
      },
    }),
    /a lapsed lease goes to the next driver/,
  ],
  [
    "forgets the lane",
    ({ submit }) => ({ submit: (claim, { lane: _lane, ...submission }) => submit(claim, submission) }),
    /a lane admits one open submission at a time/,
  ],
  ["never renews", () => ({ renew: async () => [] }), /a renewed lease holds on/],
  [
    "lists records in another order",
    ({ records }) => ({ records: async (query) => (await records(query)).toReversed() }),
    /records are listed, those worked on last first/,
  ],
  [
    "forgets whose a commitment is",
    () => ({ ownedByOthers: async () => new Set<string>() }),
    /a purchase is settled for every later driver/,
  ],
  [
    "forgets what came to nothing",
    ({ dead }) => ({ dead: (held, proof) => dead(held, { ...proof, sent: false }) }),
    /what is proven dead is kept with its proof/,
  ],
  [
    "forgets the clocks of a second send",
    ({ resend }) => ({ resend: (held, how) => resend(held, { refused: how?.refused }) }),
    /the clocks of a send and of a purchase are kept with it/,
  ],
  ["forgets that it was restored", () => ({ markRestored: async () => undefined }), /says when it was last restored/],
  ["keeps no history", () => ({ history: async () => [] }), /every change is in the history/],
  [
    "counts one commitment for two tokens",
    ({ purchase }) => ({
      purchase: (claim, commitment) => purchase(claim, { ...commitment, id: `${claim.token} ${commitment.id}` }),
    }),
    /one commitment cannot count for two tokens/,
  ],
  [
    "throws errors without a code",
    ({ submit }) => ({
      submit: (...parameters) =>
        submit(...parameters).catch((error: unknown) => {
          throw new Error(messageOf(error));
        }),
    }),
    /is no LedgerError/,
  ],
])("testLedger reports a ledger that %s", async (_what, broken, said) => {
  expect((await reports(broken)).join("\n")).toMatch(said);
});

test("testLedger reports nothing of one that is whole", async () => {
  expect(await reports(() => ({}))).toEqual([]);
});
