import { describe, expect, test } from "vitest";
import type { Commitment } from "../../src/spec/commitment.ts";
import type { Submission } from "../../src/spec/executor.ts";
import type { ClaimAnswer, Ledger } from "../../src/spec/ledger.ts";
import { claimRequest } from "./claim-request.ts";

/** The suite that every ledger passes. `open` gives a new, empty one whose clock is `now()`. */
export function testLedger(name: string, open: (now: () => number) => Promise<Ledger>): void {
  describe(`${name} keeps the contract of a ledger`, () => {
    test("a new token is granted to one driver, and refused to a second while the lease lasts", async () => {
      const { ledger } = await start(open);
      const first = granted(await claim(ledger, "driver-1"));
      expect(first.claim.epoch).toBe(1);
      expect(first.record.state).toBe("claimed");
      expect(await claim(ledger, "driver-2")).toMatchObject({ kind: "in-flight", holder: "driver-1", until: 31_000 });
    });

    test("a lapsed lease goes to the next driver, under a new epoch, and the old driver's writes change nothing", async () => {
      const { ledger, at } = await start(open);
      const old = granted(await claim(ledger, "driver-1")).claim;
      at(31_001);
      const next = granted(await claim(ledger, "driver-2"));
      expect(next.claim.epoch).toBe(2);
      const attempts = [
        () => ledger.submit(old, planned()),
        () => ledger.purchase(old, bought()),
        () => ledger.reject(old, reason),
        () => ledger.refuse(old, reason),
        () => ledger.unknown(old, reason),
        () => ledger.dead(old, { failed: false, detail: "" }),
        () => ledger.reopen(old, bought()),
        () => ledger.observe(old, bought()),
      ];
      for (const attempt of attempts) await expect(attempt()).rejects.toMatchObject({ code: "claim-lost" });
      await ledger.release([old]);
      expect(await ledger.renew([old], 30_000)).toEqual([old]);
      const [record] = await ledger.execution("execution-1");
      expect(record).toMatchObject({ state: "claimed", epoch: 2, holder: "driver-2", leaseUntil: 61_001 });
    });

    test("a renewed lease holds on", async () => {
      const { ledger, at } = await start(open);
      const { claim: held } = granted(await claim(ledger, "driver-1"));
      at(20_000);
      expect(await ledger.renew([held], 30_000)).toEqual([]);
      at(49_000);
      expect(await claim(ledger, "driver-2")).toMatchObject({ kind: "in-flight", until: 50_000 });
    });

    test("a clock that was set back does not hold a lease for longer than its length", async () => {
      const { ledger, at } = await start(open);
      at(1_000_000);
      await claim(ledger, "driver-1");
      at(500_000);
      expect(granted(await claim(ledger, "driver-2")).claim.epoch).toBe(2);
    });

    test("a claim that is given up can be taken at once", async () => {
      const { ledger } = await start(open);
      const { claim: held } = granted(await claim(ledger, "driver-1"));
      await ledger.release([held]);
      expect(granted(await claim(ledger, "driver-2")).claim.epoch).toBe(2);
    });

    test("the same token for another purchase is a conflict that names the fields", async () => {
      const { ledger } = await start(open);
      await claim(ledger, "driver-1");
      const other = {
        ...claimRequest(0),
        fingerprint: "b",
        recommendation: { ...claimRequest(0).recommendation, quantity: 2 },
      };
      const [answer] = await ledger.claim([other], "driver-2", 30_000);
      expect(answer).toMatchObject({ kind: "conflict", fields: ["quantity"] });
    });

    test("what is written ahead survives its driver and carries attempt and time", async () => {
      const { ledger, at } = await start(open);
      const { claim: held } = granted(await claim(ledger, "driver-1"));
      at(2000);
      const submission = await ledger.submit(held, planned());
      expect(submission).toEqual({ ...planned(), attempt: 1, submittedAt: 2000 });
      await expect(ledger.submit(held, planned())).rejects.toMatchObject({ code: "internal" });
      at(40_000);
      const next = granted(await claim(ledger, "driver-2"));
      expect(next.record).toMatchObject({ state: "submitted", submission });
    });

    test("a purchase is settled for every later driver, and its claim is given up", async () => {
      const { ledger } = await start(open);
      const { claim: held } = granted(await claim(ledger, "driver-1"));
      await ledger.submit(held, planned());
      await ledger.purchase(held, bought());
      expect(await claim(ledger, "driver-2")).toMatchObject({
        kind: "settled",
        record: { state: "purchased", commitment: bought() },
      });
      expect((await ledger.purchasedIn("scope-1")).map(({ token }) => token)).toEqual(["token-0"]);
      expect(await ledger.purchasedIn("scope-2")).toEqual([]);
      await expect(ledger.reject(held, reason)).rejects.toMatchObject({ code: "internal" });
    });

    test("a purchase that is pending, or without its marker, is granted again to be looked after", async () => {
      const { ledger } = await start(open);
      const { claim: held } = granted(await claim(ledger, "driver-1"));
      await ledger.purchase(held, bought({ settled: false, state: "Creating" }));
      const next = granted(await claim(ledger, "driver-2"));
      expect(next.record.state).toBe("purchased");
      await ledger.observe(next.claim, bought({ marked: false }));
      const third = granted(await claim(ledger, "driver-3"));
      await ledger.observe(third.claim, bought());
      expect(await claim(ledger, "driver-4")).toMatchObject({ kind: "settled" });
    });

    test("a purchase without its marker keeps the claim, so that its driver can stamp it", async () => {
      const { ledger } = await start(open);
      const { claim: held } = granted(await claim(ledger, "driver-1"));
      await ledger.purchase(held, bought({ marked: false }));
      expect(await claim(ledger, "driver-2")).toMatchObject({ kind: "in-flight", holder: "driver-1" });
      await ledger.observe(held, bought());
      expect(await claim(ledger, "driver-2")).toMatchObject({ kind: "settled" });
    });

    test("rejected and refused are tried again from the start; unknown keeps its submission", async () => {
      const { ledger } = await start(open);
      const first = granted(await claim(ledger, "driver-1"));
      await ledger.refuse(first.claim, reason);
      const second = granted(await claim(ledger, "driver-2"));
      expect(second.record).toMatchObject({ state: "claimed", error: reason });
      await ledger.submit(second.claim, planned());
      await ledger.reject(second.claim, reason);
      const third = granted(await claim(ledger, "driver-3"));
      expect(third.record.state).toBe("claimed");
      expect(third.record.submission).toBeUndefined();
      const submission = await ledger.submit(third.claim, planned());
      expect(submission.attempt).toBe(2);
      await ledger.unknown(third.claim, reason);
      const fourth = granted(await claim(ledger, "driver-4"));
      expect(fourth.record).toMatchObject({ state: "unknown", submission });
      await ledger.refuse(fourth.claim, reason);
      expect(granted(await claim(ledger, "driver-5")).record.state).toBe("unknown");
    });

    test("proof of failure opens a new generation; proof that nothing was bought does not", async () => {
      const { ledger } = await start(open);
      const { claim: held } = granted(await claim(ledger, "driver-1"));
      await ledger.submit(held, planned());
      const dead = await ledger.dead(held, { failed: false, detail: "expired" });
      expect(dead).toMatchObject({ state: "claimed", generation: 0 });
      await ledger.submit(held, planned());
      expect(await ledger.dead(held, { failed: true, detail: "BillingFailed" })).toMatchObject({ generation: 1 });
      await ledger.purchase(held, bought({ settled: false }));
      const next = granted(await claim(ledger, "driver-2"));
      const reopened = await ledger.reopen(next.claim, bought({ state: "BillingFailed" }));
      expect(reopened).toMatchObject({ state: "claimed", generation: 2 });
      expect(reopened.commitment).toBeUndefined();
    });

    test("one commitment cannot count for two tokens", async () => {
      const { ledger } = await start(open);
      const first = granted(await claim(ledger, "driver-1", 0));
      const second = granted(await claim(ledger, "driver-1", 1));
      await ledger.purchase(first.claim, bought({ furtherIds: ["order-2"] }));
      const taken = ledger.purchase(second.claim, bought({ id: "order-2" }));
      await expect(taken).rejects.toMatchObject({ code: "commitment-taken" });
      expect((await ledger.execution("execution-1"))[1]?.state).toBe("claimed");
      await ledger.purchase(second.claim, bought({ id: "order-3" }));
    });

    test("a lane admits one open submission at a time", async () => {
      const { ledger } = await start(open);
      const first = granted(await claim(ledger, "driver-1", 0));
      const second = granted(await claim(ledger, "driver-1", 1));
      await ledger.submit(first.claim, planned({ lane: "lane-1" }));
      const refused = ledger.submit(second.claim, planned({ lane: "lane-1" }));
      await expect(refused).rejects.toMatchObject({ code: "identical-purchase-open", retryable: true });
      await ledger.unknown(first.claim, reason);
      await expect(ledger.submit(second.claim, planned({ lane: "lane-1" }))).rejects.toMatchObject({
        code: "identical-purchase-open",
      });
      const again = granted(await claim(ledger, "driver-2", 0));
      await ledger.purchase(again.claim, bought());
      await ledger.submit(second.claim, planned({ lane: "lane-1" }));
    });

    test("a changed price limit is taken over, so that the next drive uses it", async () => {
      const { ledger } = await start(open);
      const { claim: held } = granted(await claim(ledger, "driver-1"));
      await ledger.refuse(held, reason);
      const maxPrice = { amount: "50", currency: "GBP" };
      const raised = { ...claimRequest(0), recommendation: { ...claimRequest(0).recommendation, maxPrice } };
      const [answer] = await ledger.claim([raised], "driver-2", 30_000);
      expect(granted(answer).record.recommendation.maxPrice).toEqual(maxPrice);
    });

    test("every change is in the history, in order, with who made it", async () => {
      const { ledger, at } = await start(open);
      const { claim: held } = granted(await claim(ledger, "driver-1"));
      at(2000);
      await ledger.submit(held, planned());
      await ledger.purchase(held, bought());
      const history = await ledger.history("token-0");
      expect(
        history.map(({ event, from, to, holder, at, attempt }) => ({ event, from, to, holder, at, attempt })),
      ).toEqual([
        { event: "claim", from: undefined, to: "claimed", holder: "driver-1", at: 1000, attempt: 0 },
        { event: "submit", from: "claimed", to: "submitted", holder: "driver-1", at: 2000, attempt: 1 },
        { event: "purchase", from: "submitted", to: "purchased", holder: "driver-1", at: 2000, attempt: 1 },
      ]);
      expect(await ledger.history("token-9")).toEqual([]);
    });

    test("many claims at once are granted to exactly one driver each", async () => {
      const { ledger } = await start(open);
      const answers = await Promise.all(
        Array.from({ length: 8 }, (_, driver) =>
          ledger.claim([claimRequest(0), claimRequest(1)], `driver-${driver}`, 30_000),
        ),
      );
      const kinds = answers.map((pair) => pair.map(({ kind }) => kind));
      expect(kinds.flat().filter((kind) => kind === "granted")).toHaveLength(2);
      expect(kinds.flat().filter((kind) => kind === "in-flight")).toHaveLength(14);
    });
  });
}

const reason = { code: "quote-failed", message: "The quote failed." };

async function start(open: (now: () => number) => Promise<Ledger>) {
  let now = 1000;
  const ledger = await open(() => now);
  return {
    ledger,
    at: (time: number) => {
      now = time;
    },
  };
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

function planned(changes: { lane?: string } = {}): Omit<Submission, "submittedAt" | "attempt"> {
  return {
    token: "token-0",
    source: "test",
    generation: 0,
    recommendation: claimRequest(0).recommendation,
    scope: claimRequest(0).scope,
    price: { amount: "24", currency: "GBP" },
    handle: { orderId: "order-1" },
    request: { orderId: "order-1" },
    requestHash: "c",
    ...changes,
  };
}

function bought(changes: Partial<Commitment> = {}): Commitment {
  return { id: "order-1", state: "Succeeded", standing: "live", settled: true, marked: true, ...changes };
}
