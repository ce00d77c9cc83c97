import { describe, expect, test } from "vitest";
import { createPurchaser } from "../../src/purchaser.ts";
import { LedgerError } from "../../src/contract/errors.ts";
import type { ServiceExecutor } from "../../src/contract/executor.ts";
import type { Ledger } from "../../src/contract/ledger.ts";
import type { Report } from "../../src/contract/report.ts";
import { disk } from "../../src/testing/imitation/order-book.ts";
import { dyingCall, execution, setup, token } from "./setup.ts";

describe("a drive that is stopped", () => {
  test("before anything was sent: throws aborted, and a later drive buys", async () => {
    const { purchaser, cloud } = setup();
    const controller = new AbortController();
    cloud.faults.afterQuote = () => controller.abort();
    const drive = purchaser.drive(execution(), { signal: controller.signal });
    await expect(drive).rejects.toMatchObject({ code: "aborted" });
    expect(cloud.counts.sends).toBe(0);
    cloud.faults.afterQuote = undefined;
    expect((await purchaser.drive(execution())).outcomes[0]?.status).toBe("purchased");
  });

  test("an abort before it begins sends nothing", async () => {
    const { purchaser, cloud } = setup();
    const drive = purchaser.drive(execution(), { signal: AbortSignal.abort() });
    await expect(drive).rejects.toMatchObject({ code: "aborted" });
    expect(cloud.counts.listings).toBe(0);
  });

  test("with a send under way: that one is waited for and recorded, nothing new is started", async () => {
    const { purchaser, cloud } = setup();
    const controller = new AbortController();
    cloud.faults.onSend = () => controller.abort();
    const options = { signal: controller.signal, concurrency: 1 };
    const report = await purchaser.drive(execution(disk(), disk()), options);
    expect(report.outcomes).toMatchObject([{ status: "purchased" }, { status: "refused", error: { code: "aborted" } }]);
    expect(cloud.counts.sends).toBe(1);
    cloud.faults.onSend = undefined;
    const again = await purchaser.drive(execution(disk(), disk()));
    expect(again.outcomes.map(({ status }) => status)).toEqual(["already-purchased", "purchased"]);
  });

  test("a deadline too near for one send: refused, nothing sent, not even written ahead", async () => {
    const { purchaser, cloud, environment, ledger } = setup();
    const report = await purchaser.drive(execution(), { deadline: environment.now() + 60_999 });
    expect(report.outcomes[0]).toMatchObject({ status: "refused", error: { code: "deadline-too-near" } });
    expect(cloud.counts.sends).toBe(0);
    expect((await ledger.recordsOf("execution-1"))[0]?.attempt).toBe(0);
    const later = await purchaser.drive(execution(), { deadline: environment.now() + 61_000 });
    expect(later.outcomes[0]?.status).toBe("purchased");
  });

  test("the deadline comes while an unknown outcome is looked up: unresolved, reported in time", async () => {
    const { purchaser, cloud, environment } = setup();
    cloud.faults.sends = ["lost-after"];
    cloud.faults.resolve = "throws";
    const deadline = environment.now() + 62_000;
    cloud.faults.onSend = () => environment.advance(59_000);
    const report = await purchaser.drive(execution(), { deadline });
    expect(report.outcomes[0]?.status).toBe("unresolved");
    expect(environment.now()).toBeLessThanOrEqual(deadline);
  });
});

describe("several drivers", () => {
  test("the second is told who holds the recommendation and until when; nothing is bought twice", async () => {
    const { purchaser, cloud } = setup();
    let other;
    cloud.faults.onSend = async () => {
      cloud.faults.onSend = undefined;
      other = await purchaser.drive(execution());
    };
    const report = await purchaser.drive(execution());
    expect(report.outcomes[0]?.status).toBe("purchased");
    expect(other).toMatchObject({
      outcomes: [{ status: "in-progress", error: { code: "held-by-another-driver", retryable: true } }],
    });
    expect(cloud.counts.sends).toBe(1);
  });

  test("the second can wait for the first and then reports what that one bought", async () => {
    const { purchaser, cloud, environment, options } = setup();
    const others: Promise<Report>[] = [];
    cloud.faults.onSend = async () => {
      cloud.faults.onSend = undefined;
      const waits = Promise.withResolvers<void>();
      const sleep: typeof environment.sleep = (...asked) => {
        waits.resolve();
        return environment.sleep(...asked);
      };
      const second = createPurchaser({ ...options, environment: { ...environment, sleep } });
      others.push(second.drive(execution(), { wait: true }));
      await waits.promise;
    };
    expect((await purchaser.drive(execution())).outcomes[0]?.status).toBe("purchased");
    expect((await others[0])?.outcomes[0]).toMatchObject({
      status: "already-purchased",
      commitment: { id: "minted-1" },
    });
    expect(cloud.counts.sends).toBe(1);
  });

  test("a driver that was paused for longer than its lease before the send does not send", async () => {
    const { cloud, environment, options } = setup();
    const { ledger } = options;
    let other: Report | undefined;
    const paused: Ledger = {
      ...ledger,
      submit: async (...parameters) => {
        environment.jump(31_000);
        // Meanwhile another driver takes over and buys.
        other = await createPurchaser(options).drive(execution());
        return ledger.submit(...parameters);
      },
    };
    const report = await createPurchaser({ ...options, ledger: paused }).drive(execution());
    expect(other).toMatchObject({ outcomes: [{ status: "purchased" }] });
    expect(report.outcomes[0]).toMatchObject({ status: "in-progress", error: { code: "claim-lost" } });
    expect(cloud.counts.sends).toBe(1);
  });

  test("paused until its lease ran out, it records no refusal: another driver may have bought it", async () => {
    const { purchaser, cloud, environment, ledger } = setup();
    cloud.faults.afterQuote = () => environment.jump(31_000);
    const limited = execution(disk({ maxPrice: { amount: "9", currency: "GBP" } }));
    const report = await purchaser.drive(limited);
    expect(report.outcomes[0]).toMatchObject({ status: "in-progress", error: { code: "claim-lost" } });
    expect((await ledger.recordsOf("execution-1"))[0]?.state).toBe("claimed");
  });

  test("rejected when another driver has taken over: the rejection is not the last word", async () => {
    const { purchaser, cloud, environment, options } = setup();
    let other;
    // The other one's two, which say nothing about the first, and then this one's.
    cloud.faults.sends = ["rejected", "rejected", "rejected"];
    cloud.faults.onSend = async () => {
      cloud.faults.onSend = undefined;
      environment.jump(31_000);
      other = await createPurchaser(options).redrive("execution-1");
    };
    const report = await purchaser.drive(execution());
    expect(report.outcomes[0]).toMatchObject({ status: "in-progress", error: { code: "claim-lost" } });
    expect(other).toMatchObject({ outcomes: [{ status: "unresolved" }] });
    expect((await options.ledger.recordsOf("execution-1"))[0]?.state).toBe("unknown");
  });

  test("paused between the write-ahead and the send: the lease is checked again before anything leaves", async () => {
    const { cloud, environment, options, ledger } = setup();
    const paused: Ledger = {
      ...ledger,
      submit: async (claim, submission) => {
        const written = await ledger.submit(claim, submission);
        environment.jump(31_000);
        return written;
      },
    };
    const report = await createPurchaser({ ...options, ledger: paused }).drive(execution());
    expect(report.outcomes[0]).toMatchObject({ status: "in-progress", error: { code: "claim-lost" } });
    expect(cloud.counts.sends).toBe(0);
    expect((await createPurchaser(options).drive(execution())).outcomes[0]?.status).toBe("purchased");
  });

  test("leases are renewed while a send takes long", async () => {
    const { purchaser, cloud, environment, ledger } = setup();
    cloud.faults.onSend = async () => {
      for (let second = 0; second < 55; second += 1) {
        environment.advance(1000);
        await new Promise((done) => setImmediate(done));
      }
      expect((await ledger.recordsOf("execution-1"))[0]?.leaseUntil).toBeGreaterThan(environment.now());
    };
    expect((await purchaser.drive(execution())).outcomes[0]).toMatchObject({ status: "purchased" });
  });

  test("a driver that died after the write-ahead is followed by one that reconciles, never by one that buys blindly", async () => {
    const { purchaser, cloud, environment, options, ledger } = setup();
    // Bought, and then the process dies: nothing more is written.
    const { die, reached } = dyingCall();
    const dying: Ledger = { ...ledger, purchase: die };
    void createPurchaser({
      ...options,
      ledger: dying,
      environment: { ...environment, every: () => () => undefined },
    }).drive(execution());
    await reached;
    expect((await purchaser.drive(execution())).outcomes[0]?.status).toBe("in-progress");
    environment.advance(30_001);
    const report = await purchaser.drive(execution());
    expect(report.outcomes[0]).toMatchObject({ status: "already-purchased", commitment: { id: "minted-1" } });
    expect(cloud.counts).toMatchObject({ sends: 1, quotes: 1 });
    expect(cloud.live(token())).toHaveLength(1);
  });

  test("a clock that jumps forward lapses a lease early: the late driver's writes change nothing", async () => {
    const { purchaser, cloud, environment, options } = setup();
    let other;
    cloud.faults.onSend = async () => {
      cloud.faults.onSend = undefined;
      environment.jump(24 * 3_600_000);
      other = await createPurchaser(options).drive(execution());
    };
    const report = await purchaser.drive(execution());
    expect(report.outcomes[0]).toMatchObject({ status: "purchased", warnings: [expect.stringContaining("ledger")] });
    expect(other).toMatchObject({ outcomes: [{ status: "purchased", commitment: { id: "minted-1" } }] });
    expect(cloud.orders).toHaveLength(1);
  });
});

describe("near misses that a review found", () => {
  test("the same handle is not sent again above a limit that was lowered since", async () => {
    const { purchaser, cloud } = setup();
    const limited = (amount: string) => execution(disk({ maxPrice: { amount, currency: "GBP" } }));
    cloud.faults.sends = ["lost-before"];
    cloud.faults.resolve = "throws";
    expect((await purchaser.drive(limited("20"))).outcomes[0]?.status).toBe("unresolved");
    cloud.faults.resolve = undefined;
    const report = await purchaser.drive(limited("5"));
    expect(report.outcomes[0]).toMatchObject({ status: "unresolved" });
    expect(report.outcomes[0]?.error?.message).toContain("above the limit");
    expect(cloud.counts.sends).toBe(1);
    const raised = await purchaser.drive(limited("20"), { raiseLimits: true });
    expect(raised.outcomes[0]?.status).toBe("purchased");
  });

  test("an executor that throws something without a text after it bought: unknown, never not sent", async () => {
    const { cloud, options, environment } = setup({ identity: "stamped" });
    let first = true;
    const odd: ServiceExecutor = {
      ...cloud.executor,
      send: async (submission, context) => {
        const commitment = await cloud.executor.send(submission, context);
        if (!first) return commitment;
        first = false;
        throw Object.create(null);
      },
    };
    const purchaser = createPurchaser({ ...options, providers: [{ name: "imitation", services: { disk: odd } }] });
    expect((await purchaser.drive(execution())).outcomes[0]?.status).toBe("unresolved");
    environment.advance(300_000);
    expect((await purchaser.drive(execution())).outcomes[0]?.status).toBe("already-purchased");
    expect(cloud.live(token())).toHaveLength(1);
  });

  test("after the ledger broke, what it knew as bought stays bought", async () => {
    const { cloud, purchaser, options, ledger } = setup();
    cloud.faults.sends = ["rejected"];
    const two = execution(disk(), disk());
    const first = await purchaser.drive(two, { concurrency: 1 });
    expect(first.outcomes.map(({ status }) => status)).toEqual(["rejected", "purchased"]);
    const broken: Ledger = {
      ...ledger,
      purchase: () => Promise.reject(new LedgerError({ code: "ledger-full", message: "The disk is full." })),
    };
    const second = await createPurchaser({ ...options, ledger: broken }).drive(two, { concurrency: 1 });
    expect(second.outcomes.map(({ status }) => status)).toEqual(["purchased", "already-purchased"]);
    expect(second.outcomes[1]?.warnings).toEqual([expect.stringContaining("not looked at again")]);
  });

  test("a claim that is lost ends its own recommendation, not the whole drive", async () => {
    const { cloud, environment, options } = setup();
    const two = execution(disk(), disk({ size: "large" }));
    cloud.faults.sends = [undefined, "rejected"];
    await createPurchaser(options).drive(two, { concurrency: 1 });
    for (const order of cloud.orders) order.state = "BillingFailed";
    let once = true;
    const slow: ServiceExecutor = {
      ...cloud.executor,
      inventory: {
        ...cloud.executor.inventory,
        read: async (...values) => {
          const answer = await cloud.executor.inventory.read(...values);
          if (once) {
            once = false;
            environment.jump(31_000);
            await createPurchaser(options).drive(two);
          }
          return answer;
        },
      },
    };
    const purchaser = createPurchaser({ ...options, providers: [{ name: "imitation", services: { disk: slow } }] });
    const report = await purchaser.drive(two, { concurrency: 1 });
    // The whole driver was paused, so the second one's lease is gone as well.
    expect(report.outcomes.map(({ status }) => status)).toEqual(["in-progress", "in-progress"]);
    expect(cloud.live(token())).toHaveLength(1);
  });

  test.each(["fresh", "failed"])(
    "a driver that was overtaken (%s) reports no other values than the ledger",
    async (start) => {
      const { cloud, environment, options, ledger } = setup();
      if (start === "failed") {
        await createPurchaser(options).drive(execution());
        for (const order of cloud.orders) order.state = "BillingFailed";
      }
      let once = true;
      const slow: Ledger = {
        ...ledger,
        claim: async (...values) => {
          const answers = await ledger.claim(...values);
          if (once) {
            once = false;
            environment.jump(31_000);
            await createPurchaser(options).drive(execution());
          }
          return answers;
        },
      };
      const report = await createPurchaser({ ...options, ledger: slow }).drive(execution());
      expect(report.outcomes[0]).toMatchObject({ status: "in-progress", error: { code: "claim-lost" } });
    },
  );

  test("stopped while it waited for another driver that is done by then: reported as bought", async () => {
    const { cloud, environment, options } = setup();
    const controller = new AbortController();
    const others: Promise<Report>[] = [];
    const waits = Promise.withResolvers<void>();
    const done = Promise.withResolvers<void>();
    cloud.faults.onSend = async () => {
      cloud.faults.onSend = undefined;
      const clock = {
        ...environment,
        sleep: async () => {
          waits.resolve();
          await done.promise;
          controller.abort();
          controller.signal.throwIfAborted();
        },
      };
      const waiting = createPurchaser({ ...options, environment: clock });
      others.push(waiting.drive(execution(), { wait: true, signal: controller.signal }));
      await waits.promise;
    };
    await createPurchaser(options).drive(execution());
    done.resolve();
    expect((await others[0])?.outcomes[0]).toMatchObject({
      status: "already-purchased",
      commitment: { id: "minted-1" },
    });
  });
});
