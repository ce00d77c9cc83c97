import assert from "node:assert/strict";
import type { Claim, ExecutionPlace, Ledger } from "../../contract/ledger.ts";
import type { WaitingMessage } from "../../contract/webhook-ledger.ts";
import { assertMatches, assertSame } from "../assertions.ts";
import { bought, claimRequest, newExecution, planned, recordPlaces } from "../ledger-values.ts";
import { granted, type LedgerTest } from "./ledger-world.ts";

const finance = { name: "finance", url: "https://finance.example/hook" } as const;
const hour = 3_600_000;
const word = { person: "ann", reason: "because" } as const;

const claimed = async (ledger: Ledger, recIndex = 0): Promise<Claim> => claimOf(ledger, claimRequest(recIndex));

async function claimOf(ledger: Ledger, place: ExecutionPlace): Promise<Claim> {
  const [answer] = await ledger.claim([place], "driver", 30_000);
  return granted(answer).claim;
}

const sent = async (ledger: Ledger, recIndex = 0): Promise<Claim> => {
  const claim = await claimed(ledger, recIndex);
  await ledger.submit(claim, planned({ token: claim.token, handle: { orderId: `order-${recIndex}` } }));
  return claim;
};

const refusal = { code: "price-above-limit", message: "too dear" } as const;

/** Takes all that can be taken, as it comes, and says that it was taken. */
async function taken(ledger: Ledger, name: string = finance.name): Promise<readonly WaitingMessage[]> {
  const all: WaitingMessage[] = [];
  for (;;) {
    const { messages } = await ledger.takeMessages(name, { limit: 10, hold: 60_000 });
    if (messages.length === 0) return all;
    for (const message of messages) {
      all.push(message);
      await ledger.settleMessage(name, message.sequence, { kind: "delivered", text: "204" }, 0.5);
    }
  }
}

const typesOf = (messages: readonly WaitingMessage[]) =>
  messages.map(({ type, content }) =>
    content.kind === "recommendation" ? `${type} #${content.record.recIndex} ${content.record.state}` : type,
  );

const statusOf = async (ledger: Ledger, name: string = finance.name) =>
  (await ledger.webhooks()).find((endpoint) => endpoint.name === name);

/** Nothing of it is to be delivered before a time, and all of it at that time. */
async function dueAt(ledger: Ledger, at: (time: number) => void, time: number): Promise<WaitingMessage> {
  at(time - 1);
  assert.deepEqual((await ledger.takeMessages("finance", { limit: 10, hold: 60_000 })).messages, []);
  at(time);
  const { messages } = await ledger.takeMessages("finance", { limit: 10, hold: 60_000 });
  assert.equal(messages.length, 1);
  return messages[0] as WaitingMessage;
}

/** What is announced. */
const announcing: readonly LedgerTest[] = [
  {
    title: "where no endpoint is registered, no message is written, also for one that is registered later",
    run: async ({ ledger }) => {
      await recordPlaces(ledger, 1);
      await ledger.purchase(await sent(ledger), bought());
      assert.deepEqual(await ledger.webhooks(), []);
      await ledger.registerWebhook(finance);
      assertMatches(await statusOf(ledger), { waiting: 0, failures: 0, givenUp: 0, url: finance.url });
      assert.deepEqual(await taken(ledger), []);
    },
  },
  {
    title:
      "each decision is a message, in their order: bought, rejected, refused, parked, skipped, and then that the execution needs a person",
    run: async ({ ledger, at }) => {
      await ledger.registerWebhook(finance);
      await recordPlaces(ledger, 5);
      at(2000);
      await ledger.purchase(await sent(ledger, 0), bought({ id: "order-0", price: { amount: "20", currency: "GBP" } }));
      await ledger.reject(await sent(ledger, 1), { code: "provider-rejected", message: "no" });
      await ledger.refuse(await claimed(ledger, 2), refusal);
      await ledger.amend("execution-1", { kind: "skip", recIndex: 4, ...word });
      const before = await taken(ledger);
      await ledger.park(await sent(ledger, 3), { code: "outcome-unknown", message: "nobody knows" });
      const all = [...before, ...(await taken(ledger))];
      assert.deepEqual(typesOf(all), [
        "recommendation.decided #0 purchased",
        "recommendation.decided #1 rejected",
        "recommendation.decided #2 refused",
        "recommendation.decided #4 skipped",
        "recommendation.needs-person #3 unknown",
        "execution.needs-person",
      ]);
      const numbers = all.map(({ number }) => number);
      assert.deepEqual(
        numbers,
        numbers.toSorted((a, b) => a - b),
      );
      assert.equal(new Set(all.map(({ id }) => id)).size, all.length);
      assertMatches(all.at(-1), {
        executionId: "execution-1",
        at: 2000,
        content: {
          kind: "execution",
          summary: {
            source: "test",
            size: 5,
            needsPerson: [1, 2, 3],
            totals: [{ amount: "20", currency: "GBP" }],
            atRisk: [{ amount: "24", currency: "GBP" }],
          },
        },
      });
      const [first] = all;
      assert.ok(first?.content.kind === "recommendation");
      assertSame(first.content.record, (await ledger.recordsOf("execution-1"))[0]);
    },
  },
  {
    title:
      "a drive that begins, writes ahead, does not know yet, or waits announces nothing; nor does the same refusal again",
    run: async ({ ledger }) => {
      await ledger.registerWebhook(finance);
      await recordPlaces(ledger, 4);
      await ledger.unknown(await sent(ledger, 0), { code: "outcome-unknown", message: "cut" });
      await ledger.refuse(await claimed(ledger, 1), { code: "approval-missing", message: "not approved" });
      await ledger.refuse(
        await claimed(ledger, 2),
        { code: "identical-purchase-open", message: "waits" },
        { waits: true },
      );
      await ledger.release([await claimed(ledger, 3)]);
      assert.deepEqual(await taken(ledger), []);
      await ledger.refuse(await claimed(ledger, 1), refusal);
      assert.equal((await taken(ledger)).length, 1);
      await ledger.refuse(await claimed(ledger, 1), { ...refusal, message: "too dear by another cent" });
      assert.deepEqual(await taken(ledger), []);
      await ledger.refuse(await claimed(ledger, 1), { code: "facts-differ", message: "another reason" });
      assert.deepEqual(typesOf(await taken(ledger)), ["recommendation.decided #1 refused"]);
    },
  },
  {
    title: "what was announced as bought and came to nothing, or needed a person and goes on, is announced anew",
    run: async ({ ledger }) => {
      await ledger.registerWebhook(finance);
      await recordPlaces(ledger, 2);
      await ledger.purchase(await sent(ledger, 0), bought({ id: "order-0", settled: false }));
      const again = await claimed(ledger, 0);
      await ledger.reopen(again, bought({ id: "order-0", state: "Failed", standing: "failed" }));
      assert.deepEqual(typesOf(await taken(ledger)), [
        "recommendation.decided #0 purchased",
        "recommendation.reopened #0 claimed",
      ]);
      await ledger.submit(again, planned({ generation: 1, handle: { orderId: "order-1" } }));
      await ledger.purchase(again, bought({ id: "order-1" }));
      await ledger.park(await sent(ledger, 1), { code: "outcome-unknown", message: "nobody knows" });
      const person = await claimed(ledger, 1);
      await ledger.decide(person, { kind: "not-bought", ...word });
      assert.deepEqual(typesOf(await taken(ledger)), [
        "recommendation.decided #0 purchased",
        "recommendation.needs-person #1 unknown",
        "execution.needs-person",
        "recommendation.reopened #1 claimed",
      ]);
      const open = await claimed(ledger, 1);
      await ledger.submit(open, planned({ token: "token-1", generation: 1, handle: { orderId: "order-2" } }));
      await ledger.purchase(open, bought({ id: "order-2" }));
      assert.deepEqual(typesOf(await taken(ledger)), ["recommendation.decided #1 purchased", "execution.complete"]);
    },
  },
  {
    title:
      "an execution is complete once all of it is settled and marked, not when it is bought; cancelled it is stopped once nothing of it is open",
    run: async ({ ledger }) => {
      await ledger.registerWebhook(finance);
      await recordPlaces(ledger, 1);
      await ledger.purchase(await sent(ledger), bought({ settled: false }));
      assert.deepEqual(typesOf(await taken(ledger)), ["recommendation.decided #0 purchased"]);
      await ledger.observe(await claimed(ledger), bought());
      assert.deepEqual(typesOf(await taken(ledger)), ["execution.complete"]);
      const others = [0, 1].map((recIndex) => ({
        ...claimRequest(recIndex),
        executionId: "execution-2",
        token: `other-${recIndex}`,
      }));
      await ledger.recordExecution(newExecution(others));
      const open = await claimOf(ledger, others[0] as ExecutionPlace);
      await ledger.submit(open, planned({ token: "other-0", handle: { orderId: "order-9" } }));
      await ledger.amend("execution-2", { kind: "cancel", ...word });
      assert.deepEqual(typesOf(await taken(ledger)), []);
      await ledger.purchase(open, bought({ id: "order-9" }));
      assert.deepEqual(typesOf(await taken(ledger)), ["recommendation.decided #0 purchased", "execution.stopped"]);
    },
  },
  {
    title: "what was rejected needs a person where it may have bought something",
    run: async ({ ledger }) => {
      await ledger.registerWebhook(finance);
      await recordPlaces(ledger, 2);
      await ledger.reject(await sent(ledger, 0), { code: "provider-rejected", message: "no" }, { unseen: true });
      await ledger.reject(await sent(ledger, 1), { code: "provider-rejected", message: "no" });
      const all = await taken(ledger);
      assert.deepEqual(typesOf(all), [
        "recommendation.needs-person #0 rejected",
        "recommendation.decided #1 rejected",
        "execution.needs-person",
      ]);
      await ledger.refuse(await claimed(ledger, 0), refusal);
      assert.deepEqual(typesOf(await taken(ledger)).slice(0, 1), ["recommendation.needs-person #0 refused"]);
    },
  },
  {
    title: "what was announced before all endpoints were removed is announced anew to the next one",
    run: async ({ ledger }) => {
      await ledger.registerWebhook(finance);
      await recordPlaces(ledger, 2);
      await ledger.refuse(await claimed(ledger, 0), refusal);
      await ledger.purchase(await sent(ledger, 1), bought({ settled: false }));
      assert.equal((await taken(ledger)).length, 2);
      for (const name of ["finance", "chat"]) {
        await ledger.registerWebhook({ name: "other", url: "https://other.example" });
        await ledger.removeWebhook("finance");
        await ledger.removeWebhook("other");
        await ledger.registerWebhook({ ...finance, name });
        await ledger.refuse(await claimed(ledger, 0), refusal);
        assert.deepEqual(typesOf(await taken(ledger, name)), ["recommendation.decided #0 refused"]);
        await ledger.refuse(await claimed(ledger, 0), refusal);
        assert.deepEqual(await taken(ledger, name), []);
      }
      await ledger.reopen(await claimed(ledger, 1), bought({ state: "Failed", standing: "failed" }));
      assert.deepEqual(typesOf(await taken(ledger, "chat")), ["recommendation.reopened #1 claimed"]);
    },
  },
  {
    title: "while something of a stopped execution is sent, the rest of it is announced, and the execution is not",
    run: async ({ ledger }) => {
      await ledger.registerWebhook(finance);
      await recordPlaces(ledger, 3);
      const [first, second, third] = [await sent(ledger, 0), await sent(ledger, 1), await sent(ledger, 2)];
      await ledger.amend("execution-1", { kind: "cancel", ...word });
      await ledger.purchase(first, bought({ id: "order-0" }));
      await ledger.unknown(second, { code: "outcome-unknown", message: "cut" });
      await ledger.park(third, { code: "outcome-unknown", message: "nobody knows" });
      assert.deepEqual(typesOf(await taken(ledger)), [
        "recommendation.decided #0 purchased",
        "recommendation.needs-person #2 unknown",
      ]);
      await ledger.purchase(second, bought({ id: "order-1" }));
      const last = typesOf(await taken(ledger));
      assert.equal(last.length, 2);
      assert.match(last[1] ?? "", /^execution\./);
    },
  },
  {
    title: "what a transaction takes back is not announced, and every message has an id of its own",
    run: async ({ ledger, at }) => {
      await ledger.registerWebhook(finance);
      await recordPlaces(ledger, 2);
      await ledger.purchase(await sent(ledger, 0), bought({ id: "order-0" }));
      const [first] = await taken(ledger);
      const taking = await sent(ledger, 1);
      await assert.rejects(ledger.purchase(taking, bought({ id: "order-0" })), { code: "commitment-taken" });
      assert.deepEqual(await taken(ledger), []);
      at(1001);
      await ledger.purchase(taking, bought({ id: "order-1" }));
      const ids = (await taken(ledger)).map(({ id }) => id);
      assert.equal(new Set([first?.id, ...ids]).size, 3);
      for (const id of ids) assert.match(id, /^msg_[0-9a-f]{40}$/);
    },
  },
];

/** How they are delivered. */
const delivering: readonly LedgerTest[] = [
  {
    title: "every endpoint gets each message, under one id; one that is removed gets none, and leaves none",
    run: async ({ ledger }) => {
      await ledger.registerWebhook(finance);
      await ledger.registerWebhook({ name: "chat", url: "https://chat.example" });
      await recordPlaces(ledger, 2);
      await ledger.purchase(await sent(ledger, 0), bought());
      const [one, other] = [await taken(ledger), await taken(ledger, "chat")];
      assert.deepEqual(
        one.map(({ id }) => id),
        other.map(({ id }) => id),
      );
      assert.equal(one.length, 1);
      await ledger.refuse(await claimed(ledger, 1), refusal);
      assert.equal(await ledger.removeWebhook("chat"), true);
      assert.equal(await ledger.removeWebhook("chat"), false);
      assert.deepEqual((await ledger.takeMessages("chat", { limit: 9, hold: 1 })).messages, []);
      await ledger.registerWebhook({ name: "chat", url: "https://chat.example" });
      assertMatches(await statusOf(ledger, "chat"), { waiting: 0 });
      assertMatches(await statusOf(ledger), { waiting: 2, oldestAt: 1000 });
    },
  },
  {
    title:
      "what is taken nobody else takes until its time is over; of one execution nothing overtakes what was not tried yet",
    run: async ({ ledger, at }) => {
      await ledger.registerWebhook(finance);
      await recordPlaces(ledger, 2);
      await ledger.purchase(await sent(ledger, 0), bought({ id: "order-0" }));
      await ledger.refuse(await claimed(ledger, 1), refusal);
      const take = () => ledger.takeMessages("finance", { limit: 10, hold: 60_000 });
      const { messages } = await take();
      assert.deepEqual(typesOf(messages), ["recommendation.decided #0 purchased"]);
      assert.deepEqual((await take()).messages, []);
      at(60_999);
      assert.deepEqual((await take()).messages, []);
      at(61_000);
      assertSame((await take()).messages, messages);
      const [first] = messages;
      await ledger.settleMessage("finance", first?.sequence ?? 0, { kind: "delivered", text: "204" }, 0.5);
      assert.deepEqual(typesOf(await taken(ledger)), ["recommendation.decided #1 refused", "execution.needs-person"]);
    },
  },
  {
    title:
      "a message that is not taken is tried again, further and further apart; while its endpoint fails, one at a time",
    run: async ({ ledger, at }) => {
      await ledger.registerWebhook(finance);
      const places = [0, 1, 2].map((index) => ({
        ...claimRequest(0),
        executionId: `execution-${index}`,
        token: `token-${index}`,
      }));
      for (const place of places) {
        await ledger.recordExecution(newExecution([place]));
        await ledger.amend(place.executionId, { kind: "skip", recIndex: 0, ...word });
      }
      const take = async () => (await ledger.takeMessages("finance", { limit: 10, hold: 60_000 })).messages;
      const fail = ({ sequence }: WaitingMessage) =>
        ledger.settleMessage("finance", sequence, { kind: "failed", text: "answered 500" }, 0.5);
      const first = await take();
      assert.equal(first.length, 3);
      await fail(first[0] as WaitingMessage);
      await ledger.settleMessage("finance", first[1]?.sequence ?? 0, { kind: "delivered", text: "204" }, 0.5);
      await fail(first[2] as WaitingMessage);
      assertMatches(await statusOf(ledger), {
        failures: 1,
        failingSince: 1000,
        pausedUntil: 6000,
        waiting: 5,
        lastAnswer: { at: 1000, text: "answered 500" },
        deliveredAt: 1000,
      });
      let now = 1000;
      for (const pause of [5000, 10_000, 20_000, 40_000, 80_000, 160_000, 320_000, 600_000, 600_000]) {
        await fail(await dueAt(ledger, at, (now += pause)));
      }
      at((now += 600_000));
      const [probe] = await take();
      assert.deepEqual(await take(), []);
      await ledger.settleMessage("finance", probe?.sequence ?? 0, { kind: "delivered", text: "204" }, 0.5);
      at((now += 4 * hour));
      assert.equal((await taken(ledger)).length, 4);
      assertMatches(await statusOf(ledger), {
        failures: 0,
        waiting: 0,
        failingSince: undefined,
        pausedUntil: undefined,
      });
    },
  },
  {
    title:
      "an endpoint that answered 410 gets nothing until it is enabled, or has another address; what waits is kept until it is too old",
    run: async ({ ledger, at }) => {
      await ledger.registerWebhook(finance);
      await recordPlaces(ledger, 1);
      await ledger.purchase(await sent(ledger), bought());
      const take = async () => (await ledger.takeMessages("finance", { limit: 10, hold: 60_000 })).messages;
      const gone = async () => {
        const [message] = await take();
        await ledger.settleMessage("finance", message?.sequence ?? 0, { kind: "gone", text: "answered 410" }, 0.5);
      };
      await gone();
      at(100 * hour);
      assert.deepEqual(await take(), []);
      assertMatches(await ledger.registerWebhook(finance), { disabledAt: 1000 });
      assert.deepEqual(await take(), []);
      assert.equal(await ledger.enableWebhook("finance"), true);
      assert.equal(await ledger.enableWebhook("nobody"), false);
      await gone();
      await ledger.registerWebhook({ name: "finance", url: "https://finance.example/new" });
      assertMatches(await statusOf(ledger), { url: "https://finance.example/new", disabledAt: undefined, waiting: 2 });
      assert.equal(await ledger.expireMessages(1000), 0);
      assert.equal(await ledger.expireMessages(1001), 2);
      assert.deepEqual(await take(), []);
      assertMatches(await statusOf(ledger), { givenUp: 2, waiting: 0 });
    },
  },
];

/** The outbox: what is announced to the owner's programs, and how it waits for them. */
export const webhookTests: readonly LedgerTest[] = [...announcing, ...delivering];
