import { describe, expect, test } from "vitest";
import { createPurchaser } from "../../src/purchaser.ts";
import { readPurchased } from "../../src/drive/read-records.ts";
import { ledgerStatus } from "../../src/inspect/read-status.ts";
import type { Ledger, TokenRecord } from "../../src/contract/ledger.ts";
import { disk } from "../../src/testing/imitation/order-book.ts";
import { bought, claimRequest } from "../../src/testing/ledger-values.ts";
import { proofTest, standingForAll } from "../standing-for-all.ts";
import { setup } from "./setup.ts";

const executions = 15;
/** Six hundred in all, more than a page of the ledger. */
const large = 40;

/** So many of each execution that are bought and pending, and a ledger that counts what is read of it. */
async function manyPending(each = large) {
  const parts = setup();
  for (let number = 0; number < executions; number += 1) {
    const recommendations = Array.from({ length: each }, () => disk());
    await parts.purchaser.drive({ executionId: `execution-${number}`, source: "test", recommendations });
    parts.environment.advance(1000);
  }
  const { ledger } = parts;
  const pages: number[] = [];
  const claims: number[] = [];
  const counted = async <T>(read: Promise<readonly T[]>) => {
    const page = await read;
    pages.push(page.length);
    return page;
  };
  const watched: Ledger = {
    ...ledger,
    records: (query) => counted(ledger.records(query)),
    purchasedIn: (scopeKey, page) => counted(ledger.purchasedIn(scopeKey, page)),
    claim: (requests, ...rest) => {
      claims.push(requests.length);
      return ledger.claim(requests, ...rest);
    },
  };
  const purchaser = createPurchaser({ ...parts.options, ledger: watched });
  return { ...parts, purchaser, pages, claims, before: { ...parts.cloud.counts } };
}

const total = executions * large;
const notLookedAt = {
  warnings: [expect.stringContaining("It was not looked at again: The deadline of the drive has come")],
};

describe("C3: settle with much that is pending", () => {
  test("reads the ledger in pages, and makes one listing for all executions of a round", async () => {
    const { purchaser, cloud, pages, claims, before } = await manyPending();
    for (const order of cloud.orders) order.state = "Succeeded";
    const reports = await purchaser.watchPending();
    expect(reports).toHaveLength(executions);
    expect(reports.flatMap(({ outcomes }) => outcomes).every(({ commitment }) => commitment?.settled)).toBe(true);
    expect(Math.max(...pages)).toBeLessThanOrEqual(500);
    expect(Math.max(...claims)).toBeLessThanOrEqual(200);
    expect(cloud.counts.listings - before.listings).toBe(1);
  });

  test("at the deadline nothing more is claimed, and what was not looked at is reported as it stood", async () => {
    const each = 5;
    const total = executions * each;
    const { purchaser, cloud, environment, options, claims } = await manyPending(each);
    const slow: Ledger = {
      ...options.ledger,
      claim: (...asked) => {
        claims.push(asked[0].length);
        environment.advance(1000);
        return options.ledger.claim(...asked);
      },
    };
    expect(claims).toEqual([]);
    const settling = createPurchaser({ ...options, ledger: slow });
    const reports = await settling.watchPending({ deadline: environment.now() + 5000 });
    // One second is left for the report.
    expect(claims).toHaveLength(4);
    const outcomes = reports.flatMap(({ outcomes: own }) => own);
    expect(outcomes).toHaveLength(total);
    const left = outcomes.filter(({ warnings }) => warnings !== undefined);
    // The look that was under way then is ended, too.
    expect(left).toHaveLength(total - 3 * each);
    expect(left.slice(each).every(({ status }) => status === "already-purchased")).toBe(true);
    expect(left.at(-1)).toMatchObject(notLookedAt);
    // The next call begins with what was not looked at for longest.
    claims.length = 0;
    const order: string[] = [];
    await purchaser.watchPending({
      deadline: environment.now() + 600_000,
      onEvent: (event) => {
        if (event.type === "started") order.push(event.executionId);
        for (const each of cloud.orders) each.state = "Succeeded";
      },
    });
    expect(order[0]).toBe("execution-4");
    expect(order.slice(-4).toSorted()).toEqual([0, 1, 2, 3].map((number) => `execution-${number}`));
  });

  proofTest("listings older than half a minute are made anew", async () => {
    const { cloud, environment, options, before } = await manyPending();
    const slow: Ledger = {
      ...options.ledger,
      claim: (...asked) => {
        environment.advance(2500);
        return options.ledger.claim(...asked);
      },
    };
    for (const order of cloud.orders) order.state = "Succeeded";
    await createPurchaser({ ...options, ledger: slow }).watchPending();
    // Fifteen executions, twelve of them within thirty seconds.
    expect(cloud.counts.listings - before.listings).toBe(2);
  });

  test("one execution of many is claimed and looked at in pages, too", async () => {
    const parts = setup();
    const recommendations = Array.from({ length: 450 }, () => disk());
    await parts.purchaser.drive({ executionId: "large", source: "test", recommendations });
    for (const order of parts.cloud.orders) order.state = "Succeeded";
    const claims: number[] = [];
    const ledger: Ledger = {
      ...parts.ledger,
      claim: (...asked) => {
        claims.push(asked[0].length);
        return parts.ledger.claim(...asked);
      },
    };
    const [report, ...more] = await createPurchaser({ ...parts.options, ledger }).watchPending({
      executionId: "large",
    });
    expect([report?.outcomes.length, more.length, claims]).toEqual([450, 0, [200, 200, 50]]);
  });
});

describe("C3: the deadline of other work over many records", () => {
  test("redriveUnfinished claims nothing after it; what it did not come to is reported as the ledger has it", async () => {
    const { environment, options, claims } = await manyPending(5);
    const slow: Ledger = {
      ...options.ledger,
      claim: (...asked) => {
        claims.push(asked[0].length);
        environment.advance(1000);
        return options.ledger.claim(...asked);
      },
    };
    const redriving = createPurchaser({ ...options, ledger: slow });
    const reports = await redriving.redriveUnfinished({ limit: 10_000, deadline: environment.now() + 6000 });
    expect(claims).toHaveLength(5);
    expect(reports.flatMap(({ outcomes }) => outcomes)).toHaveLength(5 * executions);
    expect(reports.at(-1)?.outcomes[0]).toMatchObject(notLookedAt);
  });

  test("a drive writes nothing for each of those that it did not come to; they are work for the next", async () => {
    const { environment, options, purchaser, cloud } = setup();
    const refusals: string[] = [];
    const ledger: Ledger = {
      ...options.ledger,
      refuse: (claim, ...said) => {
        refusals.push(claim.token);
        return options.ledger.refuse(claim, ...said);
      },
    };
    cloud.faults.onSend = () => environment.advance(70_000);
    const execution = {
      executionId: "large",
      source: "test",
      recommendations: Array.from({ length: 50 }, () => disk()),
    };
    const deadline = environment.now() + 65_000;
    const report = await createPurchaser({ ...options, ledger }).drive(execution, { deadline, concurrency: 1 });
    expect(report.outcomes[0]).toMatchObject({ status: "purchased" });
    expect(report.outcomes.slice(1).every(({ error }) => error?.code === "deadline-too-near")).toBe(true);
    expect(refusals).toEqual([]);
    cloud.faults.onSend = undefined;
    const [next] = await purchaser.redriveUnfinished();
    expect(next?.outcomes.filter(({ status }) => status === "purchased")).toHaveLength(49);
  });

  test("an audit reads what is bought page by page, and ends between two of them", async () => {
    const { purchaser, pages, environment, ledger, options } = await manyPending();
    const report = await purchaser.audit();
    expect(report).toMatchObject({ scopes: [{ listed: total }], findings: [] });
    expect(pages.filter((length) => length === 500).length).toBe(2);
    let read = 0;
    const slow: Ledger = {
      ...ledger,
      purchasedIn: (scopeKey, page) => {
        read += 1;
        environment.advance(1000);
        return ledger.purchasedIn(scopeKey, page);
      },
    };
    const late = await createPurchaser({ ...options, ledger: slow }).audit({ deadline: environment.now() + 3000 });
    expect(read).toBe(2);
    expect(late).toMatchObject({ scopes: [{ error: { code: "deadline-too-near" } }], findings: [] });
  });

  proofTest("timers run between two pages of a ledger that answers at once", async () => {
    const { ledger } = await manyPending();
    let turns = 0;
    const timer = setInterval(() => (turns += 1), 0);
    const ended = new Error("ended by a timer");
    const reading = readPurchased(
      ledger,
      "imitation/a",
      () => {
        if (turns > 0) throw ended;
        // Long enough for the timer to be due.
        Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 5);
      },
      ({ token }) => token,
    );
    await expect(reading).rejects.toBe(ended);
    clearInterval(timer);
  });

  proofTest("a status shows no more than its limit of a ledger that holds many", async () => {
    const { options } = await manyPending();
    const { recommendations, more } = await ledgerStatus(options.ledger, { limit: 10 });
    expect([recommendations.length, more]).toEqual([10, true]);
  });
});

test.each(standingForAll([499, 500, 501], (count) => count === 500))(
  "C3: a ledger that knows no pages is read once: %d records",
  async (count) => {
    const records = Array.from({ length: count }, (_, index) => {
      return { ...claimRequest(index), commitment: bought({ id: `order-${index}` }) } as unknown as TokenRecord;
    });
    let reads = 0;
    const ledger = {
      purchasedIn: async () => {
        reads += 1;
        return records;
      },
    };
    const found = await readPurchased(
      ledger,
      "scope-1",
      () => undefined,
      ({ token }) => token,
    );
    expect(new Set(found).size).toBe(count);
    expect(reads).toBeLessThanOrEqual(2);
  },
);
