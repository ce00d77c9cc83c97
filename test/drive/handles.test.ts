import { expect, test } from "vitest";
import { createPurchaser } from "../../src/purchaser.ts";
import { LedgerError } from "../../src/contract/errors.ts";
import type { Ledger } from "../../src/contract/ledger.ts";
import type { SendFault } from "../../src/testing/imitation/imitation-cloud.ts";
import { execution, executionId, setup, token } from "./setup.ts";

function parts() {
  const all = setup();
  const record = async () => (await all.ledger.recordsOf(executionId))[0];
  const lines = async () => (await all.ledger.history(token())).map(({ event, detail }) => `${event} ${detail}`.trim());
  return { ...all, record, lines };
}

test("a quote that expired is written down as dead five minutes later, with the provider's words, in the same generation", async () => {
  const { purchaser, cloud, environment, record, lines } = parts();
  cloud.faults.sends = ["expired"];
  expect((await purchaser.drive(execution())).outcomes[0]).toMatchObject({
    status: "unresolved",
    price: { amount: "10" },
    error: { code: "outcome-unknown", providerCode: "BadRequest" },
  });
  environment.advance(300_000);
  await purchaser.drive(execution());
  expect(await record()).toMatchObject({ state: "purchased", generation: 0, attempt: 2 });
  expect(await lines()).toContain("dead Session timed out.");
});

test.each<SendFault>(["lost-before", "expired"])(
  "three quotes that expire after %s: refused, retryable, the next drive buys",
  async (first) => {
    const { purchaser, cloud, environment, record } = parts();
    const pair: SendFault[] = [first, "expired"];
    cloud.faults.sends = Array.from({ length: 5 }, () => pair).flat();
    let sends = 0;
    // Every second send comes late enough to prove something.
    cloud.faults.onSend = async () => {
      sends += 1;
      if (sends % 2 === 1) return;
      for (let waited = 0; waited < 300_000; waited += 10_000) {
        environment.advance(10_000);
        await new Promise((done) => setImmediate(done));
      }
    };
    const [outcome] = (await purchaser.drive(execution())).outcomes;
    expect(outcome).toMatchObject({ status: "refused", error: { code: "quote-failed", retryable: true } });
    expect(outcome?.error?.message).toContain("let 3 quotes in a row expire");
    expect(cloud.counts).toMatchObject({ quotes: 3, sends: 6 });
    expect(await record()).toMatchObject({ state: "refused", generation: 0 });
    cloud.faults.sends = [];
    expect((await purchaser.drive(execution())).outcomes[0]?.status).toBe("purchased");
  },
);

test("taken and ended as failed at once: rejected with the provider's state, a new generation, the id in the history", async () => {
  const { purchaser, cloud, record, lines } = parts();
  cloud.faults.sends = ["failed"];
  const [outcome] = (await purchaser.drive(execution())).outcomes;
  expect(outcome).toMatchObject({
    status: "rejected",
    error: { code: "purchase-rejected", providerCode: "Failed", retryable: false },
  });
  expect(outcome?.error?.message).toContain("ended it as Failed (minted-1): nothing was bought");
  expect(await record()).toMatchObject({ state: "rejected", generation: 1 });
  expect(await lines()).toContain("dead minted-1 Failed");
});

/** Five seconds go by while it writes ahead. */
function slowToSubmit(ledger: Ledger, environment: { jump(milliseconds: number): void }): Ledger {
  return {
    ...ledger,
    submit: async (...parameters) => {
      const submission = await ledger.submit(...parameters);
      environment.jump(5000);
      return submission;
    },
  };
}

test("the deadline comes between the write-ahead and the send: written down as not sent, and stays work, the same generation", async () => {
  const { options, cloud, environment, ledger, record, lines } = parts();
  const late = createPurchaser({
    ...options,
    ledger: slowToSubmit(ledger, environment),
  });
  const deadline = environment.now() + 61_000 + 4999;
  const [outcome] = (await late.drive(execution(), { deadline })).outcomes;
  expect(outcome).toMatchObject({ status: "refused", error: { code: "deadline-too-near", retryable: true } });
  expect(cloud.counts.sends).toBe(0);
  expect(await record()).toMatchObject({ state: "claimed", generation: 0 });
  expect((await record())?.submission).toBeUndefined();
  expect((await lines()).find((line) => line.startsWith("dead"))).toMatch(/^dead not sent: The deadline leaves 60 s/);
});

test("and the ledger cannot take that: thrown, for nothing was sent, and the next drive finds out", async () => {
  const { options, cloud, environment, ledger, purchaser, record } = parts();
  const full = new LedgerError({ code: "ledger-full", message: "The disk is full." });
  const late = createPurchaser({
    ...options,
    ledger: {
      ...slowToSubmit(ledger, environment),
      dead: () => Promise.reject(full),
    },
  });
  await expect(late.drive(execution(), { deadline: environment.now() + 65_000 })).rejects.toBe(full);
  expect(cloud.counts.sends).toBe(0);
  expect(await record()).toMatchObject({ state: "unknown" });
  expect((await purchaser.drive(execution())).outcomes[0]?.status).toBe("purchased");
  expect(cloud.live(token())).toHaveLength(1);
});

test("it fails after it was taken, and the answer is lost: a new generation, and bought once more", async () => {
  const { purchaser, cloud, record, lines } = parts();
  cloud.faults.sends = ["lost-after"];
  cloud.faults.resolve = "throws";
  await purchaser.drive(execution());
  cloud.faults.resolve = undefined;
  for (const { id } of cloud.orders) cloud.fail(id);
  expect((await purchaser.drive(execution())).outcomes[0]).toMatchObject({
    status: "purchased",
    commitment: { id: "minted-2" },
  });
  expect(await record()).toMatchObject({ generation: 1, attempt: 2 });
  expect(await lines()).toContain("dead minted-1 is BillingFailed: nothing was bought");
  expect(cloud.live(token())).toHaveLength(1);
});
