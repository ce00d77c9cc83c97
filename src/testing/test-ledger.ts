// Longer than other files: one suite, which a maker of a ledger reads from top to bottom.
import assert from "node:assert/strict";
import type { Claim, ClaimAnswer, Ledger, RecordsQuery, TokenRecord, TokenState } from "../contract/ledger.ts";
import { assertLedgerError, assertMatches, assertSame, type TestFunction } from "./assertions.ts";
import { bought, claimRequest, planned } from "./ledger-values.ts";

/** Which ledger is tested, and with what. */
export interface TestLedgerOptions {
  /** Begins the name of every test. */
  readonly name: string;
  /** Opens a new, empty ledger whose clock is `now()`, in milliseconds since 1970. Every test opens one and closes it. */
  readonly open: (now: () => number) => Promise<Ledger>;
  /** The runner's own: `test` of node:test or vitest. */
  readonly test: TestFunction;
}

/** The contract suite that every ledger passes. Hands the tests to the runner; they need nothing from each other. */
export function testLedger({ name, open, test: run }: TestLedgerOptions): void {
  const test = (title: string, check: (world: LedgerWorld) => Promise<void>) =>
    run(`${name}: ${title}`, () => withLedger(open, check));

  test("a new token is granted to one driver, and refused to a second while the lease lasts", async ({ ledger }) => {
    const first = granted(await claim(ledger, "driver-1"));
    assert.equal(first.claim.epoch, 1);
    assert.equal(first.record.state, "claimed");
    assertMatches(await claim(ledger, "driver-2"), { kind: "in-flight", holder: "driver-1", until: 31_000 });
  });

  test("a lapsed lease goes to the next driver, under a new epoch, and the old driver's writes change nothing", async ({
    ledger,
    at,
  }) => {
    const old = granted(await claim(ledger, "driver-1")).claim;
    at(31_001);
    const next = granted(await claim(ledger, "driver-2"));
    assert.equal(next.claim.epoch, 2);
    const attempts = [
      () => ledger.submit(old, planned()),
      () => ledger.purchase(old, bought()),
      () => ledger.reject(old, reason),
      () => ledger.refuse(old, reason),
      () => ledger.unknown(old, reason),
      () => ledger.park(old, reason),
      () => ledger.dead(old, { failed: false, detail: "" }),
      () => ledger.reopen(old, bought()),
      () => ledger.observe(old, bought()),
    ];
    for (const attempt of attempts) await assertLedgerError(attempt(), { code: "claim-lost" });
    await ledger.release([old]);
    assertSame(await ledger.renew([old], 30_000), [old]);
    const [record] = await ledger.execution("execution-1");
    assertMatches(record, { state: "claimed", epoch: 2, holder: "driver-2", leaseUntil: 61_001 });
  });

  test("a renewed lease holds on", async ({ ledger, at }) => {
    const { claim: held } = granted(await claim(ledger, "driver-1"));
    at(20_000);
    assertSame(await ledger.renew([held], 30_000), []);
    at(49_000);
    assertMatches(await claim(ledger, "driver-2"), { kind: "in-flight", until: 50_000 });
  });

  test("a clock that was set back does not hold a lease for longer than its length", async ({ ledger, at }) => {
    at(1_000_000);
    await claim(ledger, "driver-1");
    at(500_000);
    assert.equal(granted(await claim(ledger, "driver-2")).claim.epoch, 2);
  });

  test("a claim that is given up can be taken at once", async ({ ledger }) => {
    const { claim: held } = granted(await claim(ledger, "driver-1"));
    await ledger.release([held]);
    assert.equal(granted(await claim(ledger, "driver-2")).claim.epoch, 2);
  });

  test("the same token for another purchase is a conflict that names the fields", async ({ ledger }) => {
    await claim(ledger, "driver-1");
    const other = {
      ...claimRequest(0),
      fingerprint: "b",
      recommendation: { ...claimRequest(0).recommendation, quantity: 2 },
    };
    const [answer] = await ledger.claim([other], "driver-2", 30_000);
    assertMatches(answer, { kind: "conflict", fields: ["quantity"] });
  });

  test("what is written ahead survives its driver and carries attempt and time", async ({ ledger, at }) => {
    const { claim: held } = granted(await claim(ledger, "driver-1"));
    at(2000);
    const submission = await ledger.submit(held, planned());
    assertSame(submission, { ...planned(), attempt: 1, submittedAt: 2000 });
    await assertLedgerError(ledger.submit(held, planned()), { code: "internal" });
    at(40_000);
    const next = granted(await claim(ledger, "driver-2"));
    assertMatches(next.record, { state: "submitted", submission });
  });

  test("a purchase is settled for every later driver, and its claim is given up", async ({ ledger }) => {
    const { claim: held } = granted(await claim(ledger, "driver-1"));
    await ledger.submit(held, planned());
    await ledger.purchase(held, bought());
    assertMatches(await claim(ledger, "driver-2"), {
      kind: "settled",
      record: { state: "purchased", commitment: bought() },
    });
    assertSame(
      (await ledger.purchasedIn("scope-1")).map(({ token }) => token),
      ["token-0"],
    );
    assertSame(await ledger.purchasedIn("scope-2"), []);
    assertSame([...(await ledger.ownedByOthers("scope-1", "token-1"))], [bought().id]);
    assertSame([...(await ledger.ownedByOthers("scope-1", "token-0"))], []);
    assertSame([...(await ledger.ownedByOthers("scope-2", "token-1"))], []);
    await assertLedgerError(ledger.reject(held, reason), { code: "internal" });
  });

  test("a purchase that is pending, or without its marker, is granted again to be looked after", async ({ ledger }) => {
    const { claim: held } = granted(await claim(ledger, "driver-1"));
    await ledger.purchase(held, bought({ settled: false, state: "Creating" }));
    const next = granted(await claim(ledger, "driver-2"));
    assert.equal(next.record.state, "purchased");
    await ledger.observe(next.claim, bought({ marked: false }));
    const third = granted(await claim(ledger, "driver-3"));
    await ledger.observe(third.claim, bought());
    assertMatches(await claim(ledger, "driver-4"), { kind: "settled" });
  });

  test("a purchase without its marker keeps the claim, so that its driver can stamp it", async ({ ledger }) => {
    const { claim: held } = granted(await claim(ledger, "driver-1"));
    await ledger.purchase(held, bought({ marked: false }));
    assertMatches(await claim(ledger, "driver-2"), { kind: "in-flight", holder: "driver-1" });
    await ledger.observe(held, bought());
    assertMatches(await claim(ledger, "driver-2"), { kind: "settled" });
  });

  test("rejected and refused are tried again from the start; unknown keeps its submission", async ({ ledger }) => {
    const first = granted(await claim(ledger, "driver-1"));
    await ledger.refuse(first.claim, reason);
    const second = granted(await claim(ledger, "driver-2"));
    assertMatches(second.record, { state: "claimed", error: reason });
    await ledger.submit(second.claim, planned());
    await ledger.reject(second.claim, reason);
    const third = granted(await claim(ledger, "driver-3"));
    assert.equal(third.record.state, "claimed");
    assert.equal(third.record.submission, undefined);
    const submission = await ledger.submit(third.claim, planned());
    assert.equal(submission.attempt, 2);
    await ledger.unknown(third.claim, reason);
    const fourth = granted(await claim(ledger, "driver-4"));
    assertMatches(fourth.record, { state: "unknown", submission });
    await ledger.refuse(fourth.claim, reason);
    assert.equal(granted(await claim(ledger, "driver-5")).record.state, "unknown");
  });

  test("proof of failure opens a new generation; proof that nothing was bought does not", async ({ ledger }) => {
    const { claim: held } = granted(await claim(ledger, "driver-1"));
    await ledger.submit(held, planned());
    const dead = await ledger.dead(held, { failed: false, detail: "expired" });
    assertMatches(dead, { state: "claimed", generation: 0 });
    await ledger.submit(held, planned());
    assertMatches(await ledger.dead(held, { failed: true, detail: "BillingFailed" }), { generation: 1 });
    await ledger.purchase(held, bought({ settled: false }));
    const next = granted(await claim(ledger, "driver-2"));
    const reopened = await ledger.reopen(next.claim, bought({ state: "BillingFailed" }));
    assertMatches(reopened, { state: "claimed", generation: 2 });
    assert.equal(reopened.commitment, undefined);
  });

  test("one commitment cannot count for two tokens", async ({ ledger }) => {
    const first = granted(await claim(ledger, "driver-1", 0));
    const second = granted(await claim(ledger, "driver-1", 1));
    await ledger.purchase(first.claim, bought({ furtherIds: ["order-2"] }));
    const taken = ledger.purchase(second.claim, bought({ id: "order-2" }));
    await assertLedgerError(taken, { code: "commitment-taken" });
    assert.equal((await ledger.execution("execution-1"))[1]?.state, "claimed");
    await ledger.purchase(second.claim, bought({ id: "order-3" }));
  });

  test("a UUID cannot count for two tokens, though their scopes go by two keys", async ({ ledger }) => {
    const id = "E3BCB222-59b7-4951-ad81-2822c078ec8c";
    const first = granted(await claim(ledger, "driver-1", 0));
    const scope = { key: "imitation/named", label: "the same account, by its name" };
    const [answer] = await ledger.claim([{ ...claimRequest(1), scope }], "driver-1", 30_000);
    const second = granted(answer);
    await ledger.purchase(first.claim, bought({ id, furtherIds: ["order-1"] }));
    const taken = ledger.purchase(second.claim, bought({ id: id.toLowerCase() }));
    await assertLedgerError(taken, { code: "commitment-taken" });
    // Other ids are unique in their scope only, and what a scope holds is told by its own key.
    assert.deepEqual([...(await ledger.ownedByOthers(scope.key, "none"))], []);
    await ledger.purchase(second.claim, bought({ id: "order-1" }));
  });

  test("a lane admits one open submission at a time", async ({ ledger }) => {
    const first = granted(await claim(ledger, "driver-1", 0));
    const second = granted(await claim(ledger, "driver-1", 1));
    await ledger.submit(first.claim, planned({ lane: "lane-1" }));
    const refused = ledger.submit(second.claim, planned({ lane: "lane-1" }));
    await assertLedgerError(refused, { code: "identical-purchase-open", retryable: true });
    await ledger.unknown(first.claim, reason);
    await assertLedgerError(ledger.submit(second.claim, planned({ lane: "lane-1" })), {
      code: "identical-purchase-open",
    });
    const again = granted(await claim(ledger, "driver-2", 0));
    await ledger.purchase(again.claim, bought());
    await ledger.submit(second.claim, planned({ lane: "lane-1" }));
  });

  test("a commitment that only fits is not recorded while another submission of its lane is open", async ({
    ledger,
  }) => {
    const first = granted(await claim(ledger, "driver-1", 0));
    const second = granted(await claim(ledger, "driver-1", 1));
    await ledger.submit(first.claim, planned({ lane: "lane-1" }));
    const guessed = ledger.purchase(second.claim, bought({ id: "order-2" }), { guessedIn: "lane-1" });
    await assertLedgerError(guessed, { code: "identical-purchase-open", retryable: true });
    await ledger.purchase(first.claim, bought());
    await ledger.purchase(second.claim, bought({ id: "order-2" }), { guessedIn: "lane-1" });
  });

  test("evidence is kept with an unknown outcome, and a refusal that nobody could look at keeps its submission", async ({
    ledger,
  }) => {
    const first = granted(await claim(ledger, "driver-1"));
    await ledger.submit(first.claim, planned());
    await ledger.evidence(first.claim, 1, ["id-1"]);
    await ledger.unknown(first.claim, reason, { evidence: ["id-1", "id-2"] });
    const second = granted(await claim(ledger, "driver-2"));
    assertSame(second.record.submission?.evidence, ["id-1", "id-2"]);
    assertSame((await ledger.park(second.claim, reason, { evidence: ["id-3"] })).submission?.evidence, [
      "id-1",
      "id-2",
      "id-3",
    ]);
    const third = granted(await claim(ledger, "driver-3", 1));
    await ledger.submit(third.claim, planned());
    await ledger.reject(third.claim, reason, { unseen: true });
    const { record } = granted(await claim(ledger, "driver-4", 1));
    assertMatches(record.former?.[0], { attempt: 1, knownUnclear: true });
    assertSame(record.submission, undefined);
  });

  test("an answer that comes after the claim is lost is evidence all the same, for what is open, dead or passed by", async ({
    ledger,
    at,
  }) => {
    const late = async (held: Claim, id: string) =>
      assertLedgerError(ledger.evidence(held, 1, [id]), { code: "claim-lost" });
    const first = granted(await claim(ledger, "driver-1"));
    await ledger.submit(first.claim, planned());
    at(40_000);
    const second = granted(await claim(ledger, "driver-2"));
    await late(first.claim, "id-1");
    assertSame((await ledger.execution("execution-1"))[0]?.submission?.evidence, ["id-1"]);
    assertSame((await ledger.execution("execution-1"))[0]?.holder, "driver-2");
    const { former } = await ledger.dead(second.claim, { failed: false, detail: "expired" });
    assertSame(former?.[0]?.evidence, ["id-1"]);
    await late(first.claim, "id-2");
    await ledger.submit(second.claim, planned());
    const bothKnown = await ledger.purchase(second.claim, bought());
    assertSame(bothKnown.former?.[0]?.evidence, ["id-1", "id-2"]);
    await assertLedgerError(
      ledger.evidence(second.claim, 2, ["id-3"]).then(() => ledger.evidence(first.claim, 2, ["id-4"])),
      {
        code: "claim-lost",
      },
    );
    const [record] = await ledger.execution("execution-1");
    assertMatches(record, { state: "purchased", commitment: { id: "order-1" } });
    assertSame(
      record?.former?.map(({ attempt, evidence }) => [attempt, evidence]),
      [
        [1, ["id-1", "id-2"]],
        [2, ["id-3", "id-4"]],
      ],
    );
  });

  test("what a person says is none of it is kept with what is open, and with what was sent before", async ({
    ledger,
  }) => {
    const { claim: held } = granted(await claim(ledger, "driver-1"));
    await ledger.submit(held, planned());
    await ledger.dead(held, { failed: false, detail: "expired" });
    await ledger.submit(held, planned());
    const record = await ledger.exclude(held, ["id-1"]);
    assertMatches(record, { state: "submitted", submission: { notThis: ["id-1"] } });
    assertMatches(record.former?.[0], { notThis: ["id-1"], knownUnclear: true });
    assertSame((await ledger.exclude(held, ["id-1", "id-2"])).submission?.notThis, ["id-1", "id-2"]);
    assert.equal((await ledger.history(record.token)).at(-1)?.event, "exclude");
  });

  test("a changed price limit is taken over, so that the next drive uses it", async ({ ledger }) => {
    const { claim: held } = granted(await claim(ledger, "driver-1"));
    await ledger.refuse(held, reason);
    const maxPrice = { amount: "50", currency: "GBP" };
    const raised = { ...claimRequest(0), recommendation: { ...claimRequest(0).recommendation, maxPrice } };
    const [answer] = await ledger.claim([raised], "driver-2", 30_000);
    assertSame(granted(answer).record.recommendation.maxPrice, maxPrice);
  });

  test("every change is in the history, in order, with who made it", async ({ ledger, at }) => {
    const { claim: held } = granted(await claim(ledger, "driver-1"));
    at(2000);
    await ledger.submit(held, planned());
    await ledger.purchase(held, bought());
    const history = await ledger.history("token-0");
    assertSame(
      history.map(({ event, from, to, holder, at, attempt }) => ({ event, from, to, holder, at, attempt })),
      [
        { event: "claim", from: undefined, to: "claimed", holder: "driver-1", at: 1000, attempt: 0 },
        { event: "submit", from: "claimed", to: "submitted", holder: "driver-1", at: 2000, attempt: 1 },
        { event: "purchase", from: "submitted", to: "purchased", holder: "driver-1", at: 2000, attempt: 1 },
      ],
    );
    assertSame(await ledger.history("token-9"), []);
  });

  test("many claims at once are granted to exactly one driver each", async ({ ledger }) => {
    const answers = await Promise.all(
      Array.from({ length: 8 }, (_, driver) =>
        ledger.claim([claimRequest(0), claimRequest(1)], `driver-${driver}`, 30_000),
      ),
    );
    const kinds = answers.map((pair) => pair.map(({ kind }) => kind));
    assert.equal(kinds.flat().filter((kind) => kind === "granted").length, 2);
    assert.equal(kinds.flat().filter((kind) => kind === "in-flight").length, 14);
  });

  test("a person's decision is appended to the history and changes nothing else", async ({ ledger }) => {
    const { claim: held } = granted(await claim(ledger, "driver-1"));
    await ledger.submit(held, planned());
    const [before] = await ledger.execution("execution-1");
    await ledger.decide(held, "looked at by a person");
    const [after] = await ledger.execution("execution-1");
    assertSame({ ...after, updatedAt: 0 }, { ...before, updatedAt: 0 });
    const last = (await ledger.history("token-0")).at(-1);
    assertMatches(last, { event: "decide", from: "submitted", to: "submitted", detail: "looked at by a person" });
  });

  test("a correction takes up what is settled, and nothing that a driver holds", async ({ ledger }) => {
    const correct = async (holder: string) => {
      const [answer] = await ledger.claim([claimRequest(0)], holder, 30_000, { corrections: true });
      return answer;
    };
    await ledger.purchase(granted(await claim(ledger, "driver-1")).claim, bought());
    assertMatches(await claim(ledger, "driver-2"), { kind: "settled" });
    const held = granted(await correct("driver-2")).claim;
    assertMatches(await correct("driver-3"), { kind: "in-flight", holder: "driver-2" });
    const gone = bought({ standing: "ended", state: "Exchanged" });
    assertMatches(await ledger.observe(held, gone), { state: "purchased", commitment: gone, holder: undefined });
    assertMatches(await claim(ledger, "driver-3"), { kind: "settled", record: { commitment: gone } });
  });

  test("a claim of some states leaves what is in another one as it is", async ({ ledger }) => {
    const claimOf = async (recIndex: number, states: readonly TokenState[]) => {
      const [answer] = await ledger.claim([claimRequest(recIndex)], "driver-2", 30_000, { states });
      return answer;
    };
    await ledger.reject(granted(await claim(ledger, "driver-1")).claim, reason);
    const before = await ledger.execution("execution-1");
    assertMatches(await claimOf(0, ["purchased", "claimed"]), { kind: "other-state", record: { state: "rejected" } });
    assertSame(await ledger.execution("execution-1"), before);
    assertMatches(await claimOf(0, ["rejected"]), { kind: "granted" });
    assertMatches(await claimOf(0, ["purchased"]), { kind: "in-flight", holder: "driver-2" });
  });

  test("unfinished is what nobody holds and work is left on, longest untouched first", async ({ ledger, at }) => {
    const found = async (olderThan: number, refused: boolean, limit = 9) =>
      (await ledger.unfinished({ olderThan, limit, refused, parked: false })).map(({ recIndex }) => recIndex);
    const sent = granted(await claim(ledger, "driver-1", 0)).claim;
    await ledger.submit(sent, planned());
    await ledger.unknown(sent, reason);
    at(2000);
    await ledger.refuse(granted(await claim(ledger, "driver-1", 1)).claim, reason);
    await ledger.purchase(granted(await claim(ledger, "driver-1", 2)).claim, bought({ id: "order-2" }));
    at(3000);
    const pending = bought({ id: "order-3", settled: false });
    await ledger.purchase(granted(await claim(ledger, "driver-1", 3)).claim, pending);
    await claim(ledger, "driver-1", 4);
    at(4000);
    assertSame(await found(0, false), [0, 3]);
    assertSame(await found(0, true), [0, 1, 3]);
    assertSame(await found(0, true, 2), [0, 1]);
    assertSame(await found(2000, true), [0, 1]);
    at(40_000);
    assertSame(await found(0, false), [0, 3, 4]);
  });

  test("what is parked waits for a person: passed over unless asked for, granted all the same, and kept until it is resolved", async ({
    ledger,
    at,
  }) => {
    const found = async (parked: boolean) =>
      (await ledger.unfinished({ olderThan: 0, limit: 9, refused: false, parked })).map(({ recIndex }) => recIndex);
    const records = async () => ledger.execution("execution-1");
    for (const recIndex of [0, 1, 2, 3]) {
      const { claim: held } = granted(await claim(ledger, "driver-1", recIndex));
      await ledger.submit(held, planned());
      at(2000 + recIndex);
      const parked = await ledger.park(held, reason);
      assertMatches(parked, { state: "unknown", parkedAt: 2000 + recIndex, error: reason });
      assert.equal(parked.holder, undefined);
    }
    assertSame([await found(false), await found(true)], [[], [0, 1, 2, 3]]);
    const last = (await ledger.history("token-0")).at(-1);
    assertMatches(last, { event: "park", from: "submitted", to: "unknown", holder: "driver-1" });

    at(9000);
    const looked = granted(await claim(ledger, "driver-2", 0));
    assert.equal(looked.record.parkedAt, 2000);
    await ledger.unknown(looked.claim, reason);
    const again = granted(await claim(ledger, "driver-2", 0));
    assertMatches(await ledger.park(again.claim, reason), { parkedAt: 2000 });
    await claim(ledger, "driver-3", 0);
    at(50_000);
    assertSame([await found(false), await found(true)], [[], [1, 2, 3, 0]]);

    await ledger.purchase(granted(await claim(ledger, "driver-2", 1)).claim, bought());
    const dead = granted(await claim(ledger, "driver-2", 2)).claim;
    assert.equal((await ledger.dead(dead, { failed: false, detail: "" })).parkedAt, undefined);
    await ledger.release([dead]);
    const later = granted(await claim(ledger, "driver-2", 3)).claim;
    await ledger.refuse(later, reason);
    assertSame(
      (await records()).map(({ parkedAt }) => parkedAt),
      [2000, undefined, undefined, 2003],
    );
    assertSame([await found(false), await found(true)], [[2], [0, 2, 3]]);
  });

  test("records are listed, those worked on last first, by state, by lease and by what is left to do", async ({
    ledger,
    at,
  }) => {
    const found = async (query: Partial<RecordsQuery> = {}) =>
      (await ledger.records({ limit: 9, ...query })).map(({ recIndex }) => recIndex);
    await ledger.refuse(granted(await claim(ledger, "driver-1", 0)).claim, reason);
    at(2000);
    await ledger.purchase(granted(await claim(ledger, "driver-1", 1)).claim, bought());
    at(3000);
    const pending = bought({ id: "order-2", settled: false });
    await ledger.purchase(granted(await claim(ledger, "driver-1", 2)).claim, pending);
    at(4000);
    await ledger.submit(granted(await claim(ledger, "driver-1", 3)).claim, planned());
    assertSame(await found(), [3, 2, 1, 0]);
    assertSame(await found({ limit: 2 }), [3, 2]);
    assertSame(await found({ states: ["purchased", "refused"] }), [2, 1, 0]);
    assertSame(await found({ states: [] }), []);
    assertSame(await found({ held: true }), [3]);
    assertSame(await found({ held: false }), [2, 1, 0]);
    assertSame(await found({ work: "unfinished" }), [3, 2]);
    assertSame(await found({ work: "unfinished", states: ["purchased"], held: false }), [2]);
    const [first] = await ledger.records({ limit: 1 });
    assertMatches(first, { state: "submitted", holder: "driver-1", submission: planned() });
    at(33_999);
    assertSame(await found({ held: true }), [3]);
    at(34_000);
    assertSame(await found({ held: true }), []);
    await ledger.refuse(granted(await claim(ledger, "driver-2", 0)).claim, reason);
    assertSame(await found({ held: false }), [0, 3, 2, 1]);
    assertSame(await found({ work: "parked" }), []);
    await ledger.park(granted(await claim(ledger, "driver-2", 3)).claim, reason);
    assertSame([await found({ work: "parked" }), await found({ work: "unfinished" })], [[3], [2]]);
  });

  test("records are read in pages, longest untouched first; or those of some tokens", async ({ ledger, at }) => {
    const order = [3, 1, 4, 0, 2];
    for (const [position, index] of order.entries()) {
      at(2000 + 1000 * Math.floor(position / 2));
      await ledger.purchase(granted(await claim(ledger, "driver-1", index)).claim, pendingOf(index));
    }
    at(9000);
    await claim(ledger, "driver-2", 3);
    const query = { states: ["purchased"], work: "unfinished", limit: 2 } as const;
    const pages: number[][] = [];
    for (let last: TokenRecord | undefined; pages.length < 9;) {
      const page = await ledger.records({ ...query, oldestAfter: last ?? "beginning" });
      pages.push(page.map(({ recIndex }) => recIndex));
      last = page.at(-1);
      if (last === undefined) break;
    }
    // Of one time, by index; what is held, last.
    assertSame(pages, [[1, 0], [4, 2], [3], []]);
    const some = await ledger.records({ ...query, limit: 9, tokens: ["token-4", "token-1", "token-9"] });
    assertSame(
      some.map(({ token }) => token),
      ["token-4", "token-1"],
    );
    assertSame(await ledger.records({ ...query, tokens: [] }), []);
  });

  test("what is bought in a scope is read in pages: each once, also what changes meanwhile", async ({ ledger, at }) => {
    for (const index of [2, 0, 3, 1]) {
      await ledger.purchase(granted(await claim(ledger, "driver-1", index)).claim, pendingOf(index));
    }
    await ledger.refuse(granted(await claim(ledger, "driver-1", 4)).claim, reason);
    const seen: string[] = [];
    const sizes: number[] = [];
    for (let after: string | undefined; sizes.length < 9;) {
      const page = await ledger.purchasedIn("scope-1", { after, limit: 3 });
      sizes.push(page.length);
      seen.push(...page.map(({ token }) => token));
      after = page.at(-1)?.token;
      if (after === undefined) break;
      at(5000);
      const { claim: held } = granted(await claim(ledger, "driver-2", 2));
      await ledger.observe(held, pendingOf(2));
    }
    assertSame(sizes, [3, 1, 0]);
    assertSame(seen.toSorted(), ["token-0", "token-1", "token-2", "token-3"]);
    assertSame(await ledger.purchasedIn("scope-2", { after: undefined, limit: 3 }), []);
  });

  test("records of the same time are listed by execution, then by index", async ({ ledger }) => {
    const of = (executionId: string, recIndex: number) => ({
      ...claimRequest(recIndex),
      executionId,
      token: `${executionId} ${recIndex}`,
    });
    await ledger.claim([of("b", 1), of("c", 0), of("a", 2), of("b", 0), of("a", 1)], "driver-1", 30_000);
    assertSame(
      (await ledger.records({ limit: 9 })).map(({ token }) => token),
      ["a 1", "a 2", "b 0", "b 1", "c 0"],
    );
  });
}

const pendingOf = (index: number) => bought({ id: `order-${index}`, settled: false });

const reason = { code: "quote-failed", message: "The quote failed." };

/** A ledger, and its clock. */
interface LedgerWorld {
  readonly ledger: Ledger;
  /** Sets the clock; it begins at 1,000. */
  readonly at: (time: number) => void;
}

async function withLedger(
  open: TestLedgerOptions["open"],
  check: (world: LedgerWorld) => Promise<void>,
): Promise<void> {
  let now = 1000;
  const ledger = await open(() => now);
  const at = (time: number) => {
    now = time;
  };
  try {
    await check({ ledger, at });
  } finally {
    await ledger.close();
  }
}

async function claim(ledger: Ledger, holder: string, recIndex = 0): Promise<ClaimAnswer> {
  const [answer] = await ledger.claim([claimRequest(recIndex)], holder, 30_000);
  if (answer === undefined) throw new Error("no answer");
  return answer;
}

function granted(answer: ClaimAnswer | undefined) {
  if (answer?.kind !== "granted") throw new Error(`not granted, but ${answer?.kind}`);
  return answer;
}
