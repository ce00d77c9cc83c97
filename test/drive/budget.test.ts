import { describe, expect, test } from "vitest";
import { ledgerStatus } from "../../src/inspect/read-status.ts";
import { createBudget } from "../../src/drive/budget.ts";
import { createPurchaser } from "../../src/purchaser.ts";
import { LedgerError } from "../../src/contract/errors.ts";
import type { Ledger } from "../../src/contract/ledger.ts";
import { compareMoney, totals } from "../../src/contract/money.ts";
import type { Report } from "../../src/contract/report.ts";
import type { SendFault } from "../../src/testing/imitation/imitation-cloud.ts";
import { disk } from "../../src/testing/imitation/order-book.ts";
import { standingForAll } from "../standing-for-all.ts";
import { dearerFromFirstSend, dyingCall, execution, patientLease, setup, token } from "./setup.ts";

const gbp = (amount: string) => ({ amount, currency: "GBP" });
const usd = (amount: string) => ({ amount, currency: "USD" });
const upTo = (amount: string) => ({ maxTotals: [gbp(amount)], concurrency: 1 });
const said = ({ outcomes }: Report) => outcomes.map(({ status, error }) => error?.code ?? status);
const two = execution(disk(), disk());

describe("a budget", () => {
  test("takes up to the total, to the last decimal, and gives back", () => {
    const budget = createBudget([gbp("0.3")]);
    budget.take("a", gbp("0.1"));
    budget.take("b", gbp("0.2"));
    expect(() => budget.take("c", gbp("0.0000000001"))).toThrow("0.3000000001 GBP (total allowed 0.30 GBP)");
    budget.take("c", gbp("0"));
    budget.giveBack("a");
    budget.giveBack("a");
    budget.giveBack("never taken");
    budget.take("c", gbp("0.1"));
    expect(() => budget.take("a", gbp("0.1"))).toThrow("0.40 GBP");
  });

  test("a token holds one price: taking again replaces it, and a refusal leaves what was taken", () => {
    const budget = createBudget([gbp("10")]);
    budget.take("a", gbp("10"));
    budget.take("a", gbp("10"));
    expect(() => budget.take("a", gbp("11"))).toThrow();
    expect(() => budget.check([gbp("0.01")])).toThrow(
      "10.01 GBP (total allowed 10.00 GBP), with 10.00 GBP sent before",
    );
    budget.take("a", gbp("4"));
    budget.check([gbp("6")]);
  });

  test("currencies are apart; one without a total gets nothing, not even for nothing", () => {
    const budget = createBudget([gbp("10"), usd("5")]);
    budget.take("a", gbp("10"));
    budget.take("b", usd("5"));
    expect(() => budget.take("c", usd("1"))).toThrow("6.00 USD");
    expect(() => budget.take("c", { amount: "0", currency: "EUR" })).toThrow("0.00 EUR (no total given)");
    expect(() => budget.check([{ amount: "1", currency: "EUR" }])).toThrow("comes to 1.00 EUR (no total given)");
    expect(() => budget.check([gbp("1"), { amount: "1", currency: "EUR" }])).toThrow(
      "comes to 11.00 GBP (total allowed 10.00 GBP) and 1.00 EUR (no total given)",
    );
  });

  test("what was sent before is named in each currency, and not where nothing was", () => {
    const budget = createBudget([gbp("10"), usd("5")]);
    expect(() => budget.check([gbp("11")])).toThrow(
      "comes to 11.00 GBP (total allowed 10.00 GBP). Nothing of it was bought.",
    );
    budget.take("a", gbp("10"));
    budget.take("b", usd("5"));
    expect(() => budget.check([usd("1")])).toThrow(", with 10.00 GBP, 5.00 USD sent before. Nothing of it was bought.");
  });

  test("above a total counts for more than a currency that has none", () => {
    const budget = createBudget([gbp("10")]);
    expect(() => budget.check([usd("1"), gbp("11")])).toThrow(expect.objectContaining({ code: "total-above-limit" }));
    expect(() => budget.check([usd("1")])).toThrow(expect.objectContaining({ code: "total-currency-missing" }));
  });

  test("each total has to be an amount, also beside one that is", () => {
    for (const totals of [
      [gbp("10"), usd("ten")],
      [usd("-1"), gbp("10")],
    ]) {
      expect(() => createBudget(totals)).toThrow(expect.objectContaining({ code: "invalid-configuration" }));
    }
  });

  test("without totals everything goes", () => {
    const budget = createBudget(undefined);
    budget.check([gbp("1e9".replace("e9", "000000000"))]);
    budget.take("a", gbp("999999999999"));
    expect(budget.limited).toBe(false);
  });

  test.each([
    [[]],
    [[gbp("-1")]],
    [[gbp("1,000")]],
    [[gbp("")]],
    [[{ amount: "1", currency: "usd" }]],
    [[gbp("1"), gbp("2")]],
    [[{ amount: 1, currency: "USD" }]],
  ])("%j cannot be totals: nothing is driven", async (maxTotals) => {
    const { purchaser, cloud, ledger } = setup();
    const options = { maxTotals: maxTotals as never };
    for (const attempt of [purchaser.drive(two, options), purchaser.plan(two, options)]) {
      await expect(attempt).rejects.toMatchObject({ code: "invalid-configuration" });
    }
    await expect(purchaser.redriveUnfinished(options)).rejects.toMatchObject({ code: "invalid-configuration" });
    expect([cloud.counts.quotes, await ledger.recordsOf("execution-1")]).toEqual([0, []]);
  });
});

describe("before the first purchase", () => {
  test("just the total: all is bought", async () => {
    const { purchaser, cloud } = setup();
    expect(said(await purchaser.drive(two, upTo("20.00")))).toEqual(["purchased", "purchased"]);
    expect(cloud.orders).toHaveLength(2);
  });

  test.each(["19.99", "10", "0"])("above %s: nothing is bought, not even what would fit", async (total) => {
    const { purchaser, cloud, ledger } = setup();
    const report = await purchaser.drive(two, upTo(total));
    expect(said(report)).toEqual(["total-above-limit", "total-above-limit"]);
    expect(report.outcomes[0]?.error?.message).toContain("comes to 20.00 GBP (total allowed");
    expect(cloud.counts.sends).toBe(0);
    const history = await ledger.history(token());
    expect(history.map(({ event }) => event)).toEqual(["claim", "refuse"]);
    // The first drive's total is the execution's, for its life: a later one does not raise it.
    expect(said(await purchaser.drive(two, upTo("20")))).toEqual(["total-above-limit", "total-above-limit"]);
    await purchaser.setLimits("execution-1", { maxTotals: upTo("20").maxTotals, person: "ann", reason: "agreed" });
    expect(said(await purchaser.drive(two, upTo("20")))).toEqual(["purchased", "purchased"]);
  });

  test.each(["0", "-0", "0.0000001", "0.004", "-24"])(
    "A4: a quote of %s is no price: nothing is bought",
    async (price) => {
      const { purchaser, cloud } = setup();
      cloud.faults.price = price;
      for (const options of [{}, upTo("1000.00")]) {
        const report = await purchaser.drive(two, options);
        expect(said(report)).toEqual(["quote-failed", "quote-failed"]);
        expect(report.outcomes[0]?.error).toMatchObject({ retryable: false });
      }
      expect(cloud.counts.sends).toBe(0);
    },
  );

  test("a currency without a total: nothing is bought", async () => {
    const { purchaser, cloud } = setup();
    const report = await purchaser.drive(two, { maxTotals: [usd("1000")] });
    expect(said(report)).toEqual(["total-currency-missing", "total-currency-missing"]);
    expect(cloud.counts.sends).toBe(0);
  });

  test("what was bought before, here or elsewhere, is not in the sum of a call", async () => {
    const { purchaser, cloud } = setup();
    cloud.add({ id: "from elsewhere", token: token(1) });
    cloud.faults.sends = [undefined, "rejected"];
    const three = execution(disk(), disk(), disk());
    expect(said(await purchaser.drive(three, { concurrency: 1 }))).toEqual([
      "purchased",
      "already-purchased",
      "purchase-rejected",
    ]);
    expect(said(await purchaser.drive(three, upTo("10")))).toEqual([
      "already-purchased",
      "already-purchased",
      "purchased",
    ]);
  });

  test("what has no price then is not in the sum, and is not bought by this drive", async () => {
    const { purchaser, cloud } = setup();
    let quotes = 0;
    cloud.faults.afterQuote = () => {
      if ((quotes += 1) === 2) throw new Error("503 from the catalogue");
    };
    const report = await purchaser.drive(two, upTo("20"));
    expect(said(report)).toEqual(["purchased", "quote-failed"]);
    expect(report.outcomes[1]?.error?.message).toContain("503 from the catalogue");
    expect(said(await purchaser.drive(two, upTo("10")))).toEqual(["already-purchased", "purchased"]);
  });

  test("a ledger that fails then is thrown, and a stopped drive is stopped", async () => {
    const broken = new LedgerError({ code: "ledger-unavailable", message: "gone" });
    const { purchaser, cloud, options } = setup();
    const ledger = { ...options.ledger, purchasedIn: () => Promise.reject(broken) };
    await expect(createPurchaser({ ...options, ledger }).drive(two, upTo("20"))).rejects.toBe(broken);
    const controller = new AbortController();
    cloud.faults.afterQuote = () => controller.abort();
    const stopped = purchaser.drive(two, { ...upTo("20"), signal: controller.signal });
    await expect(stopped).rejects.toMatchObject({ code: "aborted" });
    expect(cloud.counts.sends).toBe(0);
  });

  test("of what another driver holds it is asked when its turn comes", async () => {
    const { purchaser, cloud, environment, options } = setup();
    const { die, reached } = dyingCall();
    const stuck: Ledger = { ...options.ledger, submit: die };
    const dead = { ...environment, every: () => () => undefined };
    const rejecting = createPurchaser(options);
    cloud.faults.sends = ["rejected", "rejected"];
    await rejecting.drive(two);
    const [first] = await options.ledger.recordsOf("execution-1");
    if (first === undefined) throw new Error("it is recorded");
    void createPurchaser({
      ...options,
      ledger: { ...stuck, unfinished: async () => [first] },
      environment: dead,
    }).redriveUnfinished();
    await reached;
    const report = await purchaser.drive(two, { ...upTo("19"), wait: true });
    expect(said(report)).toEqual(["total-above-limit", "purchased"]);
    expect(report.outcomes[0]?.error?.message).toContain(
      "20.00 GBP (total allowed 19.00 GBP), with 10.00 GBP sent before",
    );
    expect(cloud.orders).toHaveLength(1);
  });
});

describe("under way", () => {
  test.each([1, 2, 3])("a price that rose since is checked again, %d at a time", async (concurrency) => {
    const { purchaser, cloud } = setup({ identity: "stamped" });
    let quotes = 0;
    cloud.faults.afterQuote = () => void (cloud.faults.price = (quotes += 1) < 3 ? "10" : "11");
    const three = execution(disk(), disk(), disk());
    const report = await purchaser.drive(three, { maxTotals: [gbp("32.99")], concurrency });
    expect(said(report).toSorted()).toEqual(["purchased", "purchased", "total-above-limit"]);
    const refused = report.outcomes.find(({ status }) => status === "refused");
    expect(refused?.error?.message).toContain(
      "With its price of 11.00 GBP the drive would have sent 33.00 GBP (total allowed 32.99 GBP).",
    );
    expect(cloud.counts.sends).toBe(2);
  });

  /** Drives two; the first send meets a fault, and the second costs 16 by then. */
  async function second(fault: SendFault, total: string) {
    const parts = setup({ leaseLength: patientLease });
    parts.cloud.faults.sends = [fault];
    if (fault.startsWith("lost")) parts.cloud.faults.resolve = "throws";
    dearerFromFirstSend(parts, "16");
    return said(await parts.purchaser.drive(two, upTo(total)));
  }

  test.each(["lost-after", "lost-before"] as const)("what is unknown (%s) counts as sent", async (fault) => {
    expect(await second(fault, "26")).toEqual(["outcome-unknown", "purchased"]);
    expect(await second(fault, "25.99")).toEqual(["outcome-unknown", "total-above-limit"]);
  });

  test.each(["rejected", "failed"] as const)("what came to nothing (%s) is given back", async (fault) => {
    expect(await second(fault, "20")).toEqual(["purchase-rejected", "purchased"]);
  });

  test("a handle that is said to have expired at its first send may have bought: it counts as sent", async () => {
    expect(await second("expired", "26")).toEqual(["outcome-unknown", "purchased"]);
    expect(await second("expired", "25.99")).toEqual(["outcome-unknown", "total-above-limit"]);
  });

  test("written ahead and not sent: given back for what the same call drives next", async () => {
    const { cloud, environment, options, ledger } = setup();
    for (const executionId of ["one", "two"]) {
      cloud.faults.sends = ["rejected"];
      await createPurchaser(options).drive({ ...execution(), executionId });
      environment.advance(1000);
    }
    let submits = 0;
    const slow: Ledger = {
      ...ledger,
      submit: async (...parameters) => {
        const submission = await ledger.submit(...parameters);
        // The lease lapses before the send.
        if ((submits += 1) === 1) environment.jump(61_000);
        return submission;
      },
    };
    const purchaser = createPurchaser({ ...options, ledger: slow });
    const reports = await purchaser.redriveUnfinished({ ...upTo("10"), retryRefused: true });
    expect(reports.map(said)).toEqual([["claim-lost"], ["purchased"]]);
  });

  test("a write-ahead that fails: given back", async () => {
    const { cloud, options, ledger } = setup();
    let submits = 0;
    const declining: Ledger = {
      ...ledger,
      submit: (...parameters) => {
        cloud.faults.price = "16";
        const declined = new LedgerError({ code: "identical-purchase-open", message: "m" });
        return (submits += 1) === 1 ? Promise.reject(declined) : ledger.submit(...parameters);
      },
    };
    const report = await createPurchaser({ ...options, ledger: declining }).drive(two, upTo("20"));
    expect(said(report)).toEqual(["identical-purchase-open", "purchased"]);
  });
});

describe("an older submission", () => {
  async function leftUnknown(fault: SendFault, order = execution()) {
    const parts = setup();
    parts.cloud.faults.sends = [fault, "rejected"];
    parts.cloud.faults.resolve = "throws";
    const [first] = said(await parts.purchaser.drive(order, { concurrency: 1 }));
    expect(first).toBe("outcome-unknown");
    parts.cloud.faults.resolve = undefined;
    parts.cloud.faults.sends = [];
    return parts;
  }

  test("is sent again only within the total, and is never called failed", async () => {
    const { purchaser, cloud } = await leftUnknown("lost-before");
    const sends = cloud.counts.sends;
    const report = await purchaser.drive(execution(), upTo("9.99"));
    expect(said(report)).toEqual(["outcome-unknown"]);
    expect(report.outcomes[0]?.error?.message).toContain("total allowed 9.99 GBP");
    expect(cloud.counts.sends).toBe(sends);
    expect(said(await purchaser.drive(execution(), upTo("10")))).toEqual(["purchased"]);
    expect(cloud.orders).toHaveLength(1);
  });

  test("counts with what is still to be bought: above, neither is sent", async () => {
    const { purchaser, cloud } = await leftUnknown("lost-before", two);
    const sends = cloud.counts.sends;
    expect(said(await purchaser.drive(two, upTo("19.99")))).toEqual(["outcome-unknown", "total-above-limit"]);
    expect(cloud.counts.sends).toBe(sends);
    expect(said(await purchaser.drive(two, upTo("20")))).toEqual(["purchased", "purchased"]);
  });

  test("that was bought is found whatever the total: it costs nothing more", async () => {
    const { purchaser, cloud } = await leftUnknown("lost-after", two);
    const sends = cloud.counts.sends;
    expect(said(await purchaser.drive(two, upTo("0")))).toEqual(["already-purchased", "total-above-limit"]);
    expect(cloud.counts.sends).toBe(sends);
    expect(said(await purchaser.drive(two, upTo("10")))).toEqual(["already-purchased", "purchased"]);
  });

  test("proven dead, it is quoted anew, and checked at the new price", async () => {
    const { purchaser, cloud, environment, ledger } = await leftUnknown("lost-before");
    const [record] = await ledger.recordsOf("execution-1");
    if (record?.submission === undefined) throw new Error("nothing was submitted");
    cloud.expire(record.submission);
    environment.advance(20 * 60_000);
    cloud.faults.price = "12";
    expect(said(await purchaser.drive(execution(), upTo("11.99")))).toEqual(["total-above-limit"]);
    expect(said(await purchaser.drive(execution(), upTo("12")))).toEqual(["purchased"]);
    expect(cloud.orders).toHaveLength(1);
  });
});

describe("what only the totals of a call stopped is work for the next one", () => {
  test.each(["left behind", "above it before anything is sent", "raised since it was asked"])("%s", async (how) => {
    const { purchaser, cloud, environment, ledger } = setup();
    await purchaser.submit(two);
    // The totals of a first drive become those of the execution: this is not the first.
    cloud.faults.listing = "throws";
    await purchaser.redrive("execution-1");
    cloud.faults.listing = undefined;
    const { sends } = cloud.counts;
    if (how === "raised since it was asked") cloud.faults.afterQuote = () => (cloud.faults.price = "12");
    const stopped =
      how === "left behind"
        ? (await purchaser.redriveUnfinished(upTo("19")))[0]
        : how === "raised since it was asked"
          ? await purchaser.redrive("execution-1", upTo("20"))
          : await purchaser.drive(two, upTo("19"));
    if (stopped === undefined) throw new Error("It is work.");
    expect(new Set(said(stopped))).toEqual(new Set(["total-above-limit"]));
    expect(cloud.counts.sends).toBe(sends);
    expect((await purchaser.execution("execution-1")).state).toBe("working");
    const { recommendations } = await ledgerStatus(ledger, { executionId: "execution-1" });
    expect(recommendations.map(({ status }) => status)).toEqual(["waiting", "waiting"]);
    environment.advance(60_000);
    cloud.faults.afterQuote = undefined;
    expect((await purchaser.redriveUnfinished()).map(said)).toEqual([["purchased", "purchased"]]);
  });

  test("what the execution's own totals stop as well is not", async () => {
    const { purchaser } = setup();
    const limited = { ...two, maxTotals: [{ amount: "19", currency: "GBP" }] };
    expect(said(await purchaser.drive(limited, upTo("15")))).toEqual(["total-above-limit", "total-above-limit"]);
    expect((await purchaser.execution("execution-1")).state).toBe("needs-person");
    expect(await purchaser.redriveUnfinished()).toEqual([]);
  });

  test("nor what the first drive's totals stop, which are the execution's from then on", async () => {
    const { purchaser } = setup();
    expect(said(await purchaser.drive(two, upTo("19")))).toEqual(["total-above-limit", "total-above-limit"]);
    expect(await purchaser.redriveUnfinished()).toEqual([]);
  });
});

describe("redrive", () => {
  test("redrive keeps totals too", async () => {
    const { purchaser, cloud } = setup();
    cloud.faults.sends = ["rejected", "rejected"];
    await purchaser.drive(two);
    expect(said(await purchaser.redrive("execution-1", upTo("19")))).toEqual([
      "total-above-limit",
      "total-above-limit",
    ]);
    expect(said(await purchaser.redrive("execution-1", upTo("20")))).toEqual(["purchased", "purchased"]);
  });

  test("what was left behind: the totals are those of the whole call, each execution whole or not at all", async () => {
    const { purchaser, cloud, environment } = setup();
    for (const [executionId, size] of [
      ["one", 1],
      ["two", 2],
      ["three", 1],
    ] as const) {
      cloud.faults.sends = Array<SendFault>(size).fill("rejected");
      await purchaser.drive({ ...execution(...Array.from({ length: size }, () => disk())), executionId });
      environment.advance(1000);
    }
    const reports = await purchaser.redriveUnfinished({ ...upTo("25"), retryRefused: true });
    expect(reports.map(said)).toEqual([["purchased"], ["total-above-limit", "total-above-limit"], ["purchased"]]);
    expect(cloud.orders).toHaveLength(2);
  });
});

test("whatever is answered and whenever prices change: what can have been bought stays within the total", async () => {
  const answers = [undefined, "rejected", "expired", "lost-after", "lost-before", "failed"] as const;
  const prices = ["10", "13"] as const;
  const thirds = standingForAll(answers, (answer) => answer === undefined || answer === "lost-after");
  let paths = 0;
  for (const first of answers) {
    for (const second of answers) {
      for (const third of thirds) {
        for (const total of ["30", "36"]) {
          for (const concurrency of [1, 3]) {
            const { purchaser, cloud, ledger } = setup();
            cloud.faults.sends = [first, second, third];
            cloud.faults.resolves = ["throws", "works", "throws"];
            let quotes = 0;
            cloud.faults.afterQuote = () =>
              void (cloud.faults.price = prices[(quotes += 1) < 4 ? 0 : quotes % 2] ?? "10");
            const three = execution(disk(), disk(), disk());
            const report = await purchaser.drive(three, { maxTotals: [gbp(total)], concurrency });
            const records = await ledger.recordsOf("execution-1");
            const live = cloud.orders.filter(({ state }) => state !== "Failed");
            // What the provider took, and what may still turn out to have been taken.
            const counted = records.flatMap(({ token: own, submission, state }) => {
              const isLive = live.some(({ boughtFor }) => boughtFor === own);
              return submission !== undefined && (isLive || state === "unknown") ? [submission.price] : [];
            });
            for (const sum of totals(counted)) expect(compareMoney(sum, gbp(total))).toBeLessThanOrEqual(0);
            expect(live.length).toBe(new Set(live.map(({ boughtFor }) => boughtFor)).size);
            expect(report.outcomes).toHaveLength(3);
            paths += 1;
          }
        }
      }
    }
  }
  expect(paths).toBe(144 * thirds.length);
});
