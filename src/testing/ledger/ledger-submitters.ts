import assert from "node:assert/strict";
import type { Amendment, NewExecution } from "../../contract/execution-record.ts";
import type { Ledger } from "../../contract/ledger.ts";
import type { Money } from "../../contract/money.ts";
import { termsHash } from "../../contract/terms.ts";
import { assertMatches, assertRefused, assertSame } from "../assertions.ts";
import { bought, claimRequest, newExecution, planned } from "../ledger-values.ts";
import { granted, type LedgerTest } from "./ledger-world.ts";

const word = { person: "ann", reason: "because" } as const;
const gbp = (amount: string): Money => ({ amount, currency: "GBP" });

/** An execution of two places, as it is submitted. */
function asked(executionId = "execution-1", changes: Partial<NewExecution> = {}): NewExecution {
  const places = [0, 1].map((recIndex) => ({
    ...claimRequest(recIndex),
    executionId,
    token: `${executionId} ${recIndex}`,
  }));
  return newExecution(places, changes);
}

/** The same, with other content at its second place. */
function altered(): NewExecution {
  const [first, second] = asked().places;
  if (first === undefined || second === undefined) throw new Error("two places");
  const recommendation = { ...second.recommendation, quantity: 2 };
  return { ...asked(), places: [first, { ...second, recommendation, fingerprint: "b" }] };
}

function missing(): never {
  throw new Error("It is recorded.");
}

/** All that a caller could have changed. */
async function contentsOf(ledger: Ledger, executionId = "execution-1") {
  const { execution, records } = (await ledger.recorded(executionId)) ?? {};
  return { execution, records, history: await ledger.historySince(executionId, 0, 99) };
}

const numbersOf = async (ledger: Ledger, after = 0, limit = 99) =>
  (await ledger.historySince("execution-1", after, limit)).map(({ number }) => number);

/** Callers, their keys, and what they may repeat. */
export const submitterTests: readonly LedgerTest[] = [
  {
    title:
      "the first submitter owns the execution; submitted again under the same key nothing changes, and it is no new one",
    run: async ({ ledger, at }) => {
      assert.equal(await ledger.submitterOf("execution-1"), undefined);
      assert.equal(await ledger.executionOfKey("ann", "key-1"), undefined);
      const first = await ledger.recordSubmitted(asked(), { caller: "ann", key: "key-1" });
      assertMatches(first, { isNew: true, at: 1000, execution: { owner: { caller: "ann" }, termsVersion: 1 } });
      const before = await contentsOf(ledger);
      assertSame(before.execution, first.execution);
      at(5000);
      for (const submitter of [{ caller: "ann", key: "key-1" }, { caller: "ann" }, { caller: "ann", key: "key-2" }]) {
        const again = await ledger.recordSubmitted(asked(), submitter);
        assertSame(again, { ...first, isNew: false, at: 5000 });
      }
      assertSame(await contentsOf(ledger), before);
      assert.equal(await ledger.submitterOf("execution-1"), "ann");
      for (const key of ["key-1", "key-2"]) assert.equal(await ledger.executionOfKey("ann", key), "execution-1");
      assert.equal(await ledger.executionOfKey("bob", "key-1"), undefined);
      assert.equal(await ledger.executionOfKey("ann", "Key-1"), undefined);
    },
  },
  {
    title: "a key of one caller is not another's, and a text of two parts is not a caller and a key",
    run: async ({ ledger }) => {
      const submitters = [
        { caller: "a", key: "b c" },
        { caller: "a b", key: "c" },
        { caller: "A", key: "b c" },
        { caller: '["a","b', key: 'c"]' },
        { caller: "\u20ac".repeat(255), key: "\u20ac".repeat(255) },
      ];
      for (const [index, submitter] of submitters.entries()) {
        assertMatches(await ledger.recordSubmitted(asked(`execution-${index}`), submitter), { isNew: true });
      }
      for (const [index, { caller, key }] of submitters.entries()) {
        assert.equal(await ledger.executionOfKey(caller, key), `execution-${index}`);
      }
    },
  },
  {
    title:
      "a key with another execution or other terms is refused, and so is a known id with other terms; nothing is stored",
    run: async ({ ledger }) => {
      await ledger.recordSubmitted(asked(), { caller: "ann", key: "key-1" });
      const before = await contentsOf(ledger);
      const submit = (execution: NewExecution, key?: string) =>
        ledger.recordSubmitted(execution, { caller: "ann", key });
      const changed = (message: RegExp) => ({ code: "execution-changed", message });
      await assertRefused(submit(asked("execution-2"), "key-1"), changed(/executionId/));
      assert.equal(await ledger.execution("execution-2"), undefined);
      for (const key of ["key-1", "key-2", undefined]) {
        await assertRefused(submit(altered(), key), changed(/#1 was changed \(quantity\)/));
        await assertRefused(submit(asked("execution-1", { source: "x" }), key), changed(/source from test to x/));
        const limited = { maxTotals: [gbp("9")], expiresAt: "2030-01-01T00:00:00Z" };
        const named = /maxTotals from none to 9.00 GBP, expiresAt from none to 2030/;
        await assertRefused(submit(asked("execution-1", limited), key), changed(named));
        const [first, ...others] = asked().places;
        if (first === undefined) throw new Error("two places");
        const priced = { ...first, recommendation: { ...first.recommendation, maxPrice: gbp("5") } };
        const prices = asked("execution-1", { places: [priced, ...others] });
        await assertRefused(submit(prices, key), changed(/maxPrice of #0 from none to 5.00 GBP/));
        await assertRefused(submit(asked("execution-1", { approvalRequired: true }), key), { code: "limits-differ" });
      }
      assertSame(await contentsOf(ledger), before);
      // The key of a refused request is free.
      assert.equal(await ledger.executionOfKey("ann", "key-2"), undefined);
      assertMatches(await submit(asked("execution-2"), "key-2"), { isNew: true });
    },
  },
  {
    title: "where two persons are needed, neither who submitted it approves it, nor who set its terms since",
    run: async ({ ledger }) => {
      const two = { approvalRequired: true, twoPersons: true, maxTotals: [gbp("30")] };
      const submit = (changes = two) => ledger.recordSubmitted(asked("execution-1", changes), { caller: "ann" });
      assertSame((await submit()).execution.mayNotApprove, ["ann"]);
      const amend = (amendment: Amendment) => ledger.amend("execution-1", amendment);
      const approve = async (person: string) => {
        const { execution, records } = (await ledger.recorded("execution-1")) ?? missing();
        return amend({ kind: "approve", person, reason: "because", termsHash: termsHash(execution, records) });
      };
      for (const person of ["ann", "Ann", "ANN"])
        await assertRefused(approve(person), { code: "second-person-needed" });
      assertMatches((await approve("bob")).execution.approval, { person: "bob" });
      const by = (person: string) => ({ person, reason: "because" });
      await amend({ kind: "limits", ...by("bob"), maxTotals: [gbp("20")] });
      assertMatches((await amend({ kind: "limits", ...by("bob"), maxTotals: [gbp("25")] })).execution, {
        approval: undefined,
        mayNotApprove: ["ann", "bob"],
      });
      for (const person of ["ann", "bob"]) await assertRefused(approve(person), { code: "second-person-needed" });
      await amend({ kind: "source", ...by("cid"), source: "other" });
      await amend({ kind: "cancel", ...by("dan") });
      await amend({ kind: "reopen", ...by("dan") });
      for (const person of ["cid", "dan"]) await assertRefused(approve(person), { code: "second-person-needed" });
      assertMatches((await approve("eve")).execution.approval, { person: "eve" });
    },
  },
  {
    title: "who asks for a second person is not told of success where one is not needed",
    run: async ({ ledger }) => {
      const submit = (twoPersons: boolean) =>
        ledger.recordSubmitted(asked("execution-1", { approvalRequired: true, twoPersons }), { caller: "ann" });
      assert.equal((await submit(false)).execution.mayNotApprove, undefined);
      await assertRefused(submit(true), { code: "limits-differ" });
      assertMatches(await submit(false), { isNew: false });
    },
  },
  {
    title: "an id that another caller owns, or nobody, is taken: nothing of it is told, and the key stays free",
    run: async ({ ledger }) => {
      await ledger.recordSubmitted(asked(), { caller: "ann", key: "key-1" });
      await ledger.recordExecution(asked("execution-2"));
      for (const execution of [asked(), altered(), asked("execution-2")]) {
        for (const key of ["key-1", undefined]) {
          const attempt = ledger.recordSubmitted(execution, { caller: "bob", key });
          const refusal = await attempt.catch((error: unknown) => error);
          await assertRefused(attempt, { code: "execution-id-taken", message: /executionId.*Nothing was recorded/ });
          assertMatches(refusal, { retryable: false });
          assert.doesNotMatch(String(refusal), /ann|test|quantity|disk/);
        }
      }
      assert.equal(await ledger.executionOfKey("bob", "key-1"), undefined);
      assertSame(
        [await ledger.submitterOf("execution-1"), await ledger.submitterOf("execution-2")],
        ["ann", undefined],
      );
      // A drive of the command line takes nothing away, and what it records is nobody's.
      assertMatches(await ledger.recordExecution(asked()), { isNew: false, execution: { owner: { caller: "ann" } } });
    },
  },
  {
    title:
      "what was submitted can be repeated for good, whatever a person changed since; so can what is recorded by now",
    run: async ({ ledger }) => {
      const first = asked("execution-1", { maxTotals: [gbp("30.00")], notBefore: "2000-01-01T00:00:00Z" });
      const submit = (execution: NewExecution, key?: string) =>
        ledger.recordSubmitted(execution, { caller: "ann", key });
      await submit(first, "key-1");
      await ledger.amend("execution-1", { kind: "limits", maxTotals: [gbp("20")], ...word });
      await ledger.amend("execution-1", { kind: "skip", recIndex: 1, ...word });
      await ledger.amend("execution-1", { kind: "cancel", ...word });
      const before = await contentsOf(ledger);
      const now = { ...first, maxTotals: [gbp("20")] };
      const written = { ...first, maxTotals: [gbp("30.0")], notBefore: "2000-01-01T01:00:00.000+01:00" };
      for (const [execution, key] of [
        [first, "key-1"],
        [written, "key-1"],
        [first, "key-2"],
        [first],
        [now],
        [now, "key-3"],
      ] as const) {
        assertMatches(await submit(execution, key), { isNew: false });
      }
      // Under a key only what was submitted under it is the same.
      await assertRefused(submit(now, "key-1"), { code: "execution-changed", message: /a person has changed/ });
      await assertRefused(submit(first, "key-3"), {
        code: "execution-changed",
        message: /maxTotals from 20.00 GBP to 30/,
      });
      assertSame(await contentsOf(ledger), before);
      // A further change leaves the keys as they are.
      await ledger.amend("execution-1", { kind: "limits", maxTotals: [gbp("10")], ...word });
      for (const [execution, key] of [[first, "key-1"], [now, "key-3"], [first]] as const) {
        assertMatches(await submit(execution, key), { isNew: false });
      }
      await assertRefused(submit(now), { code: "execution-changed" });
    },
  },
  {
    title: "many first requests at once, each with a key of its own: one execution, and every key replays it",
    run: async ({ ledger }) => {
      const keys = Array.from({ length: 8 }, (_, index) => `key-${index}`);
      const answers = await Promise.all(keys.map((key) => ledger.recordSubmitted(asked(), { caller: "ann", key })));
      assert.equal(answers.filter(({ isNew }) => isNew).length, 1);
      for (const key of keys) assert.equal(await ledger.executionOfKey("ann", key), "execution-1");
      assertSame((await contentsOf(ledger)).records, answers[0]?.records);
      assertSame(await numbersOf(ledger), [1]);
    },
  },
  {
    title: "many callers at once for one id: it is one's, and taken for the others; one key for many ids names one",
    run: async ({ ledger }) => {
      const attempts = Array.from({ length: 6 }, (_, index) =>
        ledger.recordSubmitted(asked(), { caller: `caller-${index}`, key: "key" }),
      );
      const results = await Promise.allSettled(attempts);
      const won = results.findIndex(({ status }) => status === "fulfilled");
      assert.equal(await ledger.submitterOf("execution-1"), `caller-${won}`);
      for (const [index, attempt] of attempts.entries()) {
        const expected = index === won ? "execution-1" : undefined;
        assert.equal(await ledger.executionOfKey(`caller-${index}`, "key"), expected);
        if (index !== won) await assertRefused(attempt, { code: "execution-id-taken" });
      }
      const ids = Array.from({ length: 6 }, (_, index) => `other-${index}`);
      const ofOneKey = ids.map((id) => ledger.recordSubmitted(asked(id), { caller: "ann", key: "key" }));
      await Promise.allSettled(ofOneKey);
      const named = await ledger.executionOfKey("ann", "key");
      for (const [index, id] of ids.entries()) {
        if (id === named) assertMatches(await ofOneKey[index], { isNew: true });
        else
          await assertRefused(ofOneKey[index] ?? assert.fail(), { code: "execution-changed", message: /executionId/ });
        assert.equal((await ledger.execution(id)) !== undefined, id === named);
      }
    },
  },
  {
    title:
      "executions are narrowed to a caller, in pages in which what stays as it is shows once, whatever changes meanwhile",
    run: async ({ ledger, at }) => {
      const ids = Array.from({ length: 9 }, (_, index) => `execution-${index}`);
      for (const [index, id] of ids.entries()) {
        // Three of each time.
        at(1000 + Math.floor(index / 3));
        await ledger.recordSubmitted(asked(id), { caller: index % 2 === 0 ? "ann" : "bob" });
      }
      await ledger.recordExecution(asked("nobody's"));
      const read: string[] = [];
      let after: { executionId: string; updatedAt: number } | undefined;
      for (;;) {
        const page = await ledger.executions({ caller: "ann", limit: 2, after });
        read.push(...page.map(({ executionId }) => executionId));
        after = page.at(-1);
        if (after === undefined) break;
        at(5000 + read.length);
        // The last one that was read changes, and one comes along.
        await ledger.amend(after.executionId, { kind: "cancel", ...word });
        await ledger.recordSubmitted(asked(`later-${read.length}`), { caller: "ann" });
      }
      assertSame(read, ["execution-6", "execution-8", "execution-4", "execution-0", "execution-2"]);
      const all = await ledger.executions({ caller: "ann", limit: 99 });
      const changed = ["later-5", "execution-2", "later-4", "execution-0", "later-2", "execution-8"];
      assertSame(
        all
          .slice(0, changed.length)
          .map(({ executionId }) => executionId)
          .toSorted(),
        changed.toSorted(),
      );
      assertSame([all.length, (await ledger.executions({ limit: 99 })).length], [8, 13]);
      assertSame(await ledger.executions({ caller: "nobody", limit: 99 }), []);
    },
  },
  {
    title:
      "all that happens to an execution is numbered without a gap, its recommendations included, and read from after any number on",
    run: async ({ ledger, at }) => {
      await ledger.recordSubmitted(asked(), { caller: "ann" });
      await ledger.recordSubmitted(asked("execution-2"), { caller: "ann" });
      const places = [...asked().places, ...asked("execution-2").places];
      const answers = await ledger.claim(places, "driver-1", 30_000);
      const [first, second, other] = answers.map((answer) => granted(answer).claim);
      if (first === undefined || second === undefined || other === undefined) throw new Error("four claims");
      await ledger.submit(first, planned({ token: first.token }));
      // A clock that was set back changes no order.
      at(10);
      await ledger.amend("execution-1", {
        kind: "limits",
        maxTotals: [gbp("99")],
        maxPrices: { 1: gbp("7") },
        ...word,
      });
      await ledger.submit(other, planned({ token: other.token }));
      await ledger.purchase(first, bought());
      const all = await ledger.historySince("execution-1", 0, 99);
      assertSame(
        all.map(({ number, kind, entry, ...rest }) => [
          number,
          kind,
          entry.event,
          "recIndex" in rest ? rest.recIndex : "-",
        ]),
        [
          [1, "execution", "record", "-"],
          [2, "recommendation", "claim", 0],
          [3, "recommendation", "claim", 1],
          [4, "recommendation", "submit", 0],
          [5, "execution", "limits", "-"],
          [6, "recommendation", "limits", 1],
          [7, "recommendation", "purchase", 0],
        ],
      );
      const own = [...(await ledger.executionHistory("execution-1")), ...(await ledger.history(first.token))];
      for (const entry of own) assert.ok(all.some((line) => JSON.stringify(line.entry) === JSON.stringify(entry)));
      assertSame(await ledger.historySince("execution-1", 3, 2), all.slice(3, 5));
      assertSame([await numbersOf(ledger, 7), await numbersOf(ledger, 99), await numbersOf(ledger, 6)], [[], [], [7]]);
      assertSame(
        (await ledger.historySince("execution-2", 0, 99)).map(({ number }) => number),
        [1, 2, 3, 4],
      );
      assertSame(await ledger.historySince("nothing", 0, 99), []);
      await ledger.release([second]);
      assertSame(await numbersOf(ledger), [1, 2, 3, 4, 5, 6, 7]);
    },
  },
  {
    title:
      "what is written at once, and what is refused, leaves no gap in the numbers; a line that was read is followed by later ones only",
    run: async ({ ledger }) => {
      const places = Array.from({ length: 12 }, (_, recIndex) => claimRequest(recIndex));
      await ledger.recordExecution(newExecution(places, { maxTotals: [gbp("1000")] }));
      const claims = (await ledger.claim(places, "driver-1", 30_000)).map((answer) => granted(answer).claim);
      const writing = { isOver: false };
      const seen: number[] = [];
      const reader = (async () => {
        while (!writing.isOver) seen.push(...(await numbersOf(ledger, seen.at(-1) ?? 0, 5)));
      })();
      await Promise.all(
        claims.map(async (claim, index) => {
          await ledger.submit(claim, planned({ token: claim.token, price: gbp(index % 3 === 0 ? "10000" : "1") })).then(
            () => ledger.purchase(claim, bought({ id: `order-${index}` })),
            (error: unknown) => ledger.refuse(claim, { code: "total-above-limit", message: String(error) }),
          );
        }),
      );
      writing.isOver = true;
      await reader;
      seen.push(...(await numbersOf(ledger, seen.at(-1) ?? 0)));
      // Its record, twelve claims, eight submissions and purchases, four refusals.
      const all = Array.from({ length: 1 + 12 + 16 + 4 }, (_, index) => index + 1);
      assertSame(seen, all);
      assertSame(await numbersOf(ledger), all);
    },
  },
];
