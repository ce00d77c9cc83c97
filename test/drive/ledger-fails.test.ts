import { describe, expect, test } from "vitest";
import { createPurchaser } from "../../src/purchaser.ts";
import { createMemoryLedger } from "../../src/ledger/memory-ledger.ts";
import { LedgerError } from "../../src/contract/errors.ts";
import type { DriveEvent } from "../../src/contract/events.ts";
import type { Ledger } from "../../src/contract/ledger.ts";
import { createImitationCloud } from "../../src/testing/imitation/imitation-cloud.ts";
import { disk } from "../../src/testing/imitation/order-book.ts";
import { createVirtualEnvironment } from "../../src/testing/virtual-environment.ts";
import { claimPlaces } from "../../src/testing/ledger-values.ts";
import { changed, execution, executionId, payer, setup, token } from "./setup.ts";

const gone = () => new LedgerError({ code: "ledger-unavailable", message: "The ledger is gone." });

/** A ledger whose named method fails as a full disk does. */
function withFailing(method: keyof Ledger) {
  const environment = createVirtualEnvironment();
  const cloud = createImitationCloud({ identity: "minted", now: environment.now });
  const sound = createMemoryLedger({ clock: environment.now });
  let broken = true;
  const ledger: Ledger = {
    ...sound,
    [method]: async (...values: never[]) => {
      if (broken) throw new LedgerError({ code: "ledger-full", message: "The disk is full." });
      return (sound[method] as (...values: never[]) => unknown)(...values);
    },
  };
  const purchaser = createPurchaser({ ledger, providers: [cloud.provider], environment });
  return { cloud, purchaser, ledger: sound, repair: () => (broken = false) };
}

describe("a ledger that fails", () => {
  test("at the claim: nothing is sent, the drive throws", async () => {
    const { purchaser, cloud } = withFailing("claim");
    await expect(purchaser.drive(execution())).rejects.toMatchObject({ code: "ledger-full" });
    expect(cloud.counts.listings).toBe(0);
  });

  test("at the write-ahead: nothing is sent, the drive throws, and buys once the disk has room", async () => {
    const { purchaser, cloud, repair } = withFailing("submit");
    await expect(purchaser.drive(execution(disk(), disk()))).rejects.toMatchObject({ code: "ledger-full" });
    expect(cloud.counts.sends).toBe(0);
    repair();
    const report = await purchaser.drive(execution(disk(), disk()));
    expect(report.outcomes.map(({ status }) => status)).toEqual(["purchased", "purchased"]);
  });

  test("when a refusal is written down: nothing is sent, the drive throws", async () => {
    const { purchaser, cloud } = withFailing("refuse");
    const limited = execution(disk({ maxPrice: { amount: "9", currency: "GBP" } }));
    await expect(purchaser.drive(limited)).rejects.toMatchObject({ code: "ledger-full" });
    expect(cloud.counts.sends).toBe(0);
  });

  test("after the purchase: reported as bought, with a warning, and found by the next drive", async () => {
    const { purchaser, cloud, repair } = withFailing("purchase");
    const report = await purchaser.drive(execution());
    expect(report.outcomes[0]).toMatchObject({
      status: "purchased",
      commitment: { id: "minted-1" },
      warnings: [expect.stringContaining("the ledger does not say so yet")],
    });
    repair();
    expect((await purchaser.drive(execution())).outcomes[0]).toMatchObject({
      status: "already-purchased",
      commitment: { id: "minted-1" },
      price: { amount: "10", currency: "GBP" },
    });
    expect(cloud.counts.sends).toBe(1);
  });

  test("after the first of two purchases: the second is not started, and nothing that was bought is lost", async () => {
    const { purchaser, cloud } = withFailing("purchase");
    const report = await purchaser.drive(execution(disk(), disk()), { concurrency: 1 });
    expect(report.outcomes.map(({ status }) => status)).toEqual(["purchased", "refused"]);
    expect(report.outcomes[1]?.error?.code).toBe("ledger-full");
    expect(cloud.counts.sends).toBe(1);
  });

  test("when the outcome is unknown: unresolved, and the submission itself tells the next driver", async () => {
    const { purchaser, cloud, repair, ledger } = withFailing("unknown");
    cloud.faults.sends = ["lost-after"];
    cloud.faults.resolve = "throws";
    expect((await purchaser.drive(execution())).outcomes[0]?.status).toBe("unresolved");
    expect((await ledger.recordsOf("execution-1"))[0]?.state).toBe("submitted");
    cloud.faults.resolve = undefined;
    repair();
    expect((await purchaser.drive(execution())).outcomes[0]?.status).toBe("already-purchased");
    expect(cloud.counts.sends).toBe(1);
  });
});

describe("a ledger that fails in the middle", () => {
  test("while what is bought is looked at again: the drive throws, for it sent nothing", async () => {
    const parts = setup();
    await parts.purchaser.drive(execution());
    const broken = changed(parts, {}, { purchasedIn: () => Promise.reject(gone()) });
    await expect(broken.drive(execution())).rejects.toMatchObject({ code: "ledger-unavailable" });
  });

  test("when a dead handle cannot be written down: unresolved, and the next drive goes on", async () => {
    const parts = setup();
    parts.cloud.faults.sends = ["expired"];
    const broken = changed(parts, {}, { dead: () => Promise.reject(gone()) });
    await broken.drive(execution());
    parts.environment.advance(300_000);
    expect((await broken.drive(execution())).outcomes[0]).toMatchObject({
      status: "unresolved",
      error: { code: "ledger-unavailable" },
    });
    expect((await parts.ledger.recordsOf(executionId))[0]?.submission).toBeDefined();
  });

  test("when a failed purchase cannot be written down: unresolved, not rejected", async () => {
    const parts = setup();
    parts.cloud.faults.sends = ["failed"];
    const broken = changed(parts, {}, { dead: () => Promise.reject(gone()) });
    expect((await broken.drive(execution())).outcomes[0]).toMatchObject({ status: "unresolved" });
    expect((await parts.purchaser.drive(execution())).outcomes[0]).toMatchObject({
      status: "purchased",
      commitment: { id: "minted-2" },
    });
  });

  test("when what was bought cannot be written down: stamped all the same, one warning, and nothing is observed", async () => {
    const parts = setup({ identity: "stamped" });
    let observed = 0;
    const broken = changed(
      parts,
      {},
      { purchase: () => Promise.reject(gone()), observe: async () => Promise.reject(new Error(`${(observed += 1)}`)) },
    );
    const [outcome] = (await broken.drive(execution())).outcomes;
    expect(outcome).toMatchObject({ status: "purchased", commitment: { id: "order-1" } });
    expect(outcome?.warnings).toEqual([
      "It is bought, but the ledger does not say so yet (The ledger is gone.). Drive again to record it.",
    ]);
    expect(observed).toBe(0);
    expect(parts.cloud.orders[0]?.token).toBe(token());
  });

  test("when only its marker cannot be written down: the warning does not deny that it is recorded as bought", async () => {
    const parts = setup({ identity: "stamped" });
    const broken = changed(parts, {}, { observe: () => Promise.reject(gone()) });
    const [outcome] = (await broken.drive(execution())).outcomes;
    expect((await parts.ledger.recordsOf("execution-1"))[0]?.state).toBe("purchased");
    expect(outcome).toMatchObject({
      status: "purchased",
      warnings: [
        "It is bought, but its present state is not in the ledger (The ledger is gone.). Drive again to record it.",
      ],
    });
    const [again] = (await parts.purchaser.drive(execution())).outcomes;
    expect(again).toMatchObject({ status: "already-purchased" });
    expect(again?.warnings).toBeUndefined();
  });

  test("a claim that was lost by the time it was bought ends nothing else: the next one is bought", async () => {
    const parts = setup();
    const { ledger } = parts;
    let first = true;
    const losing = changed(
      parts,
      {},
      {
        purchase: async (...parameters) => {
          if (!first) return ledger.purchase(...parameters);
          first = false;
          throw new LedgerError({ code: "claim-lost", message: "Another driver took it over." });
        },
      },
    );
    const { outcomes } = await losing.drive(execution(disk(), disk({ size: "large" })), { concurrency: 1 });
    expect(outcomes).toMatchObject([
      { status: "purchased", warnings: [expect.stringContaining("Another driver took it over.")] },
      { status: "purchased" },
    ]);
    expect(outcomes[1]?.warnings).toBeUndefined();
  });

  test("while it waits for another driver: what it bought is reported, and that one's is in progress", async () => {
    const parts = setup();
    const { ledger, environment } = parts;
    const order = execution(disk(), disk({ size: "large" }));
    parts.cloud.faults.sends = [undefined, "rejected"];
    await parts.purchaser.drive(order, { concurrency: 1 });
    await ledger.claim([(await ledger.recordsOf(executionId))[0]!], "a live driver", 30_000);
    let claims = 0;
    const broken = changed(
      parts,
      {},
      {
        claim: async (...parameters) => {
          claims += 1;
          if (claims > 1) throw gone();
          const answers = await ledger.claim(...parameters);
          return answers.map((answer) =>
            answer.kind === "in-flight"
              ? { ...answer, record: { ...answer.record, state: "unknown" as const } }
              : answer,
          );
        },
      },
    );
    const events: DriveEvent[] = [];
    const { outcomes } = await broken.drive(order, { wait: true, onEvent: (event) => events.push(event) });
    expect(outcomes).toMatchObject([
      {
        recIndex: 0,
        status: "in-progress",
        error: { code: "held-by-another-driver", retryable: true, retryAfter: 29_000 },
      },
      { recIndex: 1, status: "purchased" },
    ]);
    expect(outcomes[0]?.error?.message).toContain("(a live driver)");
    expect(events).toContainEqual({
      type: "waiting-for-driver",
      at: 1_795_305_600_000,
      recIndex: 0,
      ...payer,
      token: `${token().slice(0, 8)}…`,
      holder: "a live driver",
      until: 1_795_305_630_000,
    });
    expect(environment.now()).toBe(1_795_305_601_000);
  });

  test("once, with something that another driver holds: it waits for nobody, and gives up what it holds itself", async () => {
    const parts = setup();
    const { ledger, environment } = parts;
    const order = execution(disk(), disk({ size: "large" }));
    parts.cloud.faults.sends = ["rejected", "rejected"];
    await parts.purchaser.drive(order);
    const [first, second] = await ledger.recordsOf(executionId);
    await claimPlaces(ledger, [first!], "a live driver", 3_600_000);
    let isFirst = true;
    const broken = changed(
      parts,
      {},
      {
        submit: async (...parameters) => {
          if (!isFirst) return ledger.submit(...parameters);
          isFirst = false;
          throw gone();
        },
      },
    );
    const begun = environment.now();
    await expect(broken.drive(order, { wait: true })).rejects.toMatchObject({ code: "ledger-unavailable" });
    expect(environment.now()).toBe(begun);
    expect(await claimPlaces(ledger, [second!], "the live driver", 1000)).toMatchObject([{ kind: "granted" }]);
  });

  test("after the first of three: what was sent before stays unresolved, the rest is refused with the ledger's error", async () => {
    const parts = setup({ identity: "minted" });
    const order = execution(disk(), disk({ size: "large" }), disk({ size: "huge" }));
    parts.cloud.faults.sends = ["lost-before", "rejected", "rejected"];
    parts.cloud.faults.resolve = "throws";
    await parts.purchaser.drive(order, { concurrency: 1 });
    parts.cloud.faults.resolve = undefined;
    let broken = false;
    const { send } = parts.cloud.executor;
    const failing = () => (broken ? Promise.reject(gone()) : undefined);
    const { ledger } = parts;
    const purchaser = changed(
      parts,
      {
        send: async (...parameters) => {
          const commitment = await send(...parameters);
          broken = true;
          return commitment;
        },
      },
      {
        purchase: (...parameters) => failing() ?? ledger.purchase(...parameters),
        purchasedIn: (...parameters) => failing() ?? ledger.purchasedIn(...parameters),
      },
    );
    const { outcomes } = await purchaser.drive(order, { concurrency: 1 });
    expect(outcomes.map(({ status }) => status)).toEqual(["purchased", "refused", "refused"]);
    for (const { error } of outcomes.slice(1)) expect(error).toMatchObject({ code: "ledger-unavailable" });
    expect(outcomes[0]?.warnings?.[0]).toContain("the ledger does not say so yet (The ledger is gone.)");
  });
});
