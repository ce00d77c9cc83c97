import { claimPlaces } from "../../src/testing/ledger-values.ts";
import { describe, expect, test } from "vitest";
import { createPurchaser } from "../../src/purchaser.ts";
import { LedgerError } from "../../src/contract/errors.ts";
import type { DriveEvent } from "../../src/contract/events.ts";
import type { Ledger } from "../../src/contract/ledger.ts";
import { disk } from "../../src/testing/imitation/order-book.ts";
import { execution, executionId, setup, token } from "./setup.ts";

/** A recommendation that another driver holds, in whichever state it was left, and a purchaser that waits for it. */
async function held(
  leave: (parts: ReturnType<typeof setup>) => Promise<unknown> = async () => undefined,
  order = execution(),
) {
  const parts = setup();
  const { ledger, environment, options } = parts;
  parts.cloud.faults.sends = ["rejected", "rejected"];
  await parts.purchaser.drive(order);
  parts.cloud.faults.sends = [];
  await leave(parts);
  const [record] = await ledger.recordsOf(executionId);
  if (record === undefined) throw new Error("it was driven");
  const [answer] = await claimPlaces(ledger, [record], "a live driver", 3_600_000);
  if (answer?.kind !== "granted") throw new Error("it is free");
  const events: DriveEvent[] = [];
  const started = environment.now();
  /** Drives with `wait`; `at` runs after so many waits. */
  const waiting = async (at: Readonly<Record<number, () => unknown>> = {}, changes: Partial<Ledger> = {}) => {
    let waits = 0;
    const purchaser = createPurchaser({
      ...options,
      ledger: { ...ledger, ...changes },
      environment: {
        ...environment,
        sleep: async (...parameters) => {
          await at[(waits += 1)]?.();
          return environment.sleep(...parameters);
        },
      },
    });
    return purchaser.drive(execution(disk()), {
      wait: true,
      deadline: started + 10_000,
      onEvent: (event) => void events.push(event),
    });
  };
  const count = (type: DriveEvent["type"]) => events.filter((event) => event.type === type).length;
  return { ...parts, claim: answer.claim, waiting, count, passed: () => environment.now() - started };
}

describe("waiting for another driver", () => {
  test("ends a second before the deadline, and asks the ledger once a second until then; the driver is named once", async () => {
    const { waiting, count, passed } = await held();
    expect((await waiting()).outcomes).toMatchObject([
      {
        status: "in-progress",
        error: { code: "held-by-another-driver", message: expect.stringContaining("(a live driver)") },
      },
    ]);
    expect(passed()).toBe(9000);
    expect(count("claimed")).toBe(9);
    expect(count("waiting-for-driver")).toBe(1);
  });

  test("the next driver that takes it up is named too", async () => {
    const { waiting, ledger, claim, count } = await held();
    const another = async () => {
      await ledger.release([claim]);
      await ledger.claim(await ledger.recordsOf(executionId), "another one", 3_600_000);
    };
    expect((await waiting({ 3: another })).outcomes[0]?.error?.message).toContain("(another one)");
    expect(count("waiting-for-driver")).toBe(2);
  });

  test("is for nothing where it is bought and marked: the other one only looks after it", async () => {
    const { waiting, count, passed } = await held(async ({ purchaser }) => purchaser.drive(execution()));
    expect((await waiting()).outcomes).toMatchObject([{ status: "already-purchased", commitment: { settled: false } }]);
    expect(count("waiting-for-driver")).toBe(0);
    expect(passed()).toBe(0);
  });

  test("is for nothing where another recommendation has its place: said at once, and that it is held", async () => {
    const { purchaser, environment } = await held();
    const started = environment.now();
    const { outcomes } = await purchaser.drive(execution(disk({ size: "large" })), { wait: true });
    expect(outcomes).toMatchObject([{ status: "in-progress", error: { code: "execution-changed" } }]);
    expect(environment.now()).toBe(started);
  });

  test.each([
    ["claimed", { status: "refused", error: { code: "deadline-too-near", retryable: true } }],
    ["unknown", { status: "unresolved", error: { code: "deadline-too-near" } }],
    ["refused", { status: "refused", error: { code: "price-above-limit", message: "Too dear." } }],
    ["rejected", { status: "rejected", error: { code: "purchase-rejected", message: "Declined." } }],
    ["purchased", { status: "already-purchased", commitment: { id: "order-7" } }],
  ] as const)(
    "what the other one left as %s just before the deadline is reported as that, not as still held",
    async (state, outcome) => {
      const { waiting, ledger, claim } = await held();
      const leave = async () => {
        if (state === "claimed") return ledger.release([claim]);
        if (state === "refused") return ledger.refuse(claim, { code: "price-above-limit", message: "Too dear." });
        if (state === "rejected") return ledger.reject(claim, { code: "purchase-rejected", message: "Declined." });
        const [record] = await ledger.recordsOf(executionId);
        if (record === undefined) throw new Error("it was driven");
        const { recommendation, scope, source, generation } = record;
        const price = { amount: "10", currency: "GBP" };
        const sent = { handle: { orderId: "order-7" }, request: {}, requestHash: "h" };
        await ledger.submit(claim, { ...sent, token: token(), source, generation, recommendation, scope, price });
        if (state === "unknown") return ledger.unknown(claim, { code: "outcome-unknown", message: "503" });
        return ledger.purchase(claim, {
          id: "order-7",
          state: "Creating",
          standing: "live",
          settled: false,
          marked: true,
        });
      };
      const { outcomes } = await waiting({ 9: leave });
      expect(outcomes).toMatchObject([outcome]);
      expect((await ledger.recordsOf(executionId))[0]).toMatchObject({ state });
    },
  );

  test("a defect meanwhile loses no report of what was bought before", async () => {
    const two = execution(disk(), disk());
    const { options, ledger } = await held(undefined, two);
    let claims = 0;
    const claim: Ledger["claim"] = async (...parameters) => ((claims += 1) === 1 ? ledger.claim(...parameters) : []);
    const purchaser = createPurchaser({ ...options, ledger: { ...ledger, claim } });
    const { outcomes } = await purchaser.drive(two, { wait: true });
    expect(outcomes).toMatchObject([
      { status: "in-progress", error: { code: "held-by-another-driver" } },
      { status: "purchased" },
    ]);
  });
});

describe("what an earlier driver left open comes first, for it holds up others of its kind", () => {
  test("an unknown outcome", async () => {
    const { purchaser, cloud, environment } = setup({ identity: "stamped" });
    cloud.faults.sends = ["rejected", "lost-after"];
    cloud.faults.resolve = "throws";
    const first = await purchaser.drive(execution(disk(), disk()));
    expect(first.outcomes.map(({ status }) => status)).toEqual(["rejected", "unresolved"]);
    cloud.faults.resolve = undefined;
    environment.advance(300_000);
    const { outcomes } = await purchaser.drive(execution(disk(), disk()));
    expect(outcomes.map(({ status }) => status)).toEqual(["purchased", "already-purchased"]);
    expect(cloud.orders).toHaveLength(2);
  });

  test("a missing marker", async () => {
    const { purchaser, cloud } = setup({ identity: "stamped" });
    cloud.faults.sends = ["rejected"];
    cloud.faults.mark = "throws";
    const first = await purchaser.drive(execution(disk(), disk()));
    expect(first.outcomes.map(({ status }) => status)).toEqual(["rejected", "purchased"]);
    cloud.faults.mark = undefined;
    const { outcomes } = await purchaser.drive(execution(disk(), disk()));
    expect(outcomes.map(({ status }) => status)).toEqual(["purchased", "already-purchased"]);
  });
});

test.each([
  [undefined, 2],
  [1, 1],
])(
  "with a concurrency of %s what cannot be mistaken for each other is sent %d at a time",
  async (concurrency, most) => {
    const { purchaser, cloud } = setup();
    let open = 0;
    let peak = 0;
    cloud.faults.onSend = async () => {
      open += 1;
      peak = Math.max(peak, open);
      await new Promise((done) => setImmediate(done));
      open -= 1;
    };
    await purchaser.drive(execution(disk(), disk()), concurrency ? { concurrency } : {});
    expect(peak).toBe(most);
  },
);

test("two unknown outcomes, and the ledger fails once the first is bought: the second stays unresolved, not refused", async () => {
  const { purchaser, cloud, options, ledger } = setup();
  cloud.faults.sends = ["lost-before", "lost-before"];
  cloud.faults.resolve = "throws";
  await purchaser.drive(execution(disk(), disk()));
  cloud.faults.resolve = undefined;
  const full = () => Promise.reject(new LedgerError({ code: "ledger-full", message: "The disk is full." }));
  const broken = createPurchaser({ ...options, ledger: { ...ledger, purchase: full } });
  const { outcomes } = await broken.drive(execution(disk(), disk()), { concurrency: 1 });
  expect(outcomes).toMatchObject([
    { status: "purchased", commitment: { id: "minted-1" } },
    { status: "unresolved", error: { code: "ledger-full" } },
  ]);
});

describe("what a drive is done with, and did not record, is free for others while it waits for one of them", () => {
  const maxPrice = { amount: "50", currency: "GBP" };
  const higher = { amount: "99", currency: "GBP" };
  const ann = { person: "ann", reason: "agreed" };

  /** Two places: something comes between the first one's quote and its write-ahead, the other one is held by another driver. */
  async function whileWaiting(between: (parts: ReturnType<typeof setup>) => unknown) {
    const parts = setup();
    const { ledger, environment, options, purchaser } = parts;
    await purchaser.submit(execution(disk({ maxPrice }), disk({ size: "large" })), { requireApproval: true });
    const { termsHash } = await purchaser.execution(executionId);
    await purchaser.approve(executionId, { ...ann, termsHash });
    const [first, second] = await ledger.recordsOf(executionId);
    if (first === undefined || second === undefined) throw new Error("they are recorded");
    await claimPlaces(ledger, [second], "a live driver", 3_600_000);
    const seen = new Set<string>();
    const waiting = createPurchaser({
      ...options,
      ledger: {
        ...ledger,
        submit: async (...parameters) => {
          await between(parts);
          return ledger.submit(...parameters);
        },
      },
      environment: {
        ...environment,
        sleep: async (...parameters) => {
          const [answer] = await claimPlaces(ledger, [first], "who waits for it", 1000);
          if (answer?.kind === "granted") await ledger.release([answer.claim]);
          seen.add(answer?.kind ?? "no answer");
          return environment.sleep(...parameters);
        },
      },
    });
    const deadline = environment.now() + 600_000;
    const { outcomes } = await waiting.redrive(executionId, { wait: true, deadline });
    return { seen: [...seen], said: outcomes.map(({ error, status }) => error?.code ?? status) };
  }

  test.each<[string, (parts: ReturnType<typeof setup>) => unknown]>([
    ["approval-missing", ({ purchaser }) => purchaser.setLimits(executionId, { ...ann, maxPrices: { 0: higher } })],
    ["claim-lost", ({ environment }) => environment.advance(60_000)],
  ])("%s", async (code, between) => {
    const { seen, said } = await whileWaiting(between);
    expect(said).toEqual([code, "held-by-another-driver"]);
    expect(seen).toEqual(["granted"]);
  });
});
