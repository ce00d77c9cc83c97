import { expect, test } from "vitest";
import type { ServiceExecutor, Submission } from "../../src/contract/executor.ts";
import type { PurchaseAnswer } from "../../src/contract/purchase-answer.ts";
import { disk } from "../../src/testing/imitation/order-book.ts";
import { changed, execution, setup, token } from "./setup.ts";

const tooMany = (kind: "rejected" | "unknown", retryAfter?: number): PurchaseAnswer => {
  const said = { reason: "Too many requests.", providerCode: "Throttling", retryAfter, throttled: true };
  return kind === "unknown" ? { kind, ...said } : { kind, left: true, expired: false, retryable: true, ...said };
};

/** A purchaser at a provider that answers so to the first sends, and then buys. */
function throttling(parts: ReturnType<typeof setup>, answers: readonly PurchaseAnswer[]) {
  const { executor } = parts.cloud;
  const sent: Pick<Submission, "handle" | "attempt">[] = [];
  const send: ServiceExecutor["send"] = async (submission, context) => {
    sent.push(submission);
    return answers[sent.length - 1] ?? executor.send(submission, context);
  };
  return { sent, purchaser: changed(parts, { send }) };
}

test("refused for too many requests, a handle made of the token is sent again, twice, when the provider asks for it", async () => {
  const parts = setup({ identity: "chosen", leaseLength: 600_000 });
  const { sent, purchaser } = throttling(parts, [tooMany("rejected"), tooMany("rejected", 90_000)]);
  const begun = parts.environment.now();
  const waits: number[] = [];
  const { outcomes } = await purchaser.drive(execution(), {
    onEvent: (event) => void (event.type === "waiting-for-provider" && waits.push(event.wait)),
  });
  expect(outcomes).toMatchObject([{ status: "purchased" }]);
  expect(waits).toEqual([5_000, 90_000]);
  expect(parts.environment.now() - begun).toBe(95_000);
  expect(sent.map(({ attempt }) => attempt)).toEqual([1, 2, 3]);
  expect(new Set(sent.map(({ handle }) => JSON.stringify(handle))).size).toBe(1);
});

test("refused a third time it is rejected, and a later drive may try", async () => {
  const parts = setup({ identity: "chosen", leaseLength: 600_000 });
  const { sent, purchaser } = throttling(
    parts,
    [0, 1, 2].map(() => tooMany("rejected")),
  );
  const { outcomes } = await purchaser.drive(execution());
  expect(outcomes).toMatchObject([{ status: "rejected", error: { retryable: true, providerCode: "Throttling" } }]);
  expect(sent).toHaveLength(3);
  expect((await purchaser.drive(execution())).outcomes).toMatchObject([{ status: "purchased" }]);
  expect(parts.cloud.orders).toHaveLength(1);
});

test.each(["minted", "none"] as const)(
  "a refusal under a handle of the kind %s is not followed by another one",
  async (identity) => {
    const { sent, purchaser } = throttling(setup({ identity }), [tooMany("rejected")]);
    expect((await purchaser.drive(execution())).outcomes).toMatchObject([{ status: "rejected" }]);
    expect(sent).toHaveLength(1);
  },
);

test("where the answer is taken for unknown, the same handle is sent again after the time that the provider asks for", async () => {
  const parts = setup({ leaseLength: 6_000_000 });
  const { sent, purchaser } = throttling(
    parts,
    [0, 1, 2].map(() => tooMany("unknown", 400_000)),
  );
  const begun = parts.environment.now();
  expect((await purchaser.drive(execution())).outcomes).toMatchObject([{ status: "purchased" }]);
  expect(sent.map(({ attempt }) => attempt)).toEqual([1, 1, 1, 1]);
  expect(parts.environment.now() - begun).toBeGreaterThanOrEqual(1_200_000);
  expect(parts.cloud.orders).toHaveLength(1);
});

test("a drive that is stopped meanwhile says what the provider answered", async () => {
  const parts = setup({ identity: "chosen" });
  const { sent, purchaser } = throttling(parts, [tooMany("rejected")]);
  const stop = new AbortController();
  const { outcomes } = await purchaser.drive(execution(), {
    signal: stop.signal,
    onEvent: ({ type }) => void (type === "waiting-for-provider" && stop.abort()),
  });
  expect(outcomes).toMatchObject([{ status: "rejected", error: { code: "purchase-rejected", retryable: true } }]);
  expect(sent).toHaveLength(1);
});

test("scopes are listed side by side: one that waits holds up no other", async () => {
  const parts = setup();
  const { executor } = parts.cloud;
  const { promise: others, resolve } = Promise.withResolvers<void>();
  const listed: string[] = [];
  const purchaser = changed(parts, {
    inventory: {
      list: async function* (scope, options) {
        if (scope.key === "imitation/a") await others;
        listed.push(scope.key);
        if (listed.length === 2) resolve();
        yield* executor.inventory.list(scope, options);
      },
    },
  });
  const inFirst = Array.from({ length: 5 }, () => disk());
  const places = execution(...inFirst, disk({ account: "b" }), disk({ account: "c" }));
  const { outcomes } = await purchaser.drive(places, { concurrency: 2 });
  expect(outcomes.map(({ status }) => status)).toEqual(places.recommendations.map(() => "purchased"));
  expect(listed).toEqual(["imitation/b", "imitation/c", "imitation/a"]);
});

test("with a concurrency of 1 all are driven one after the other, whatever their scopes", async () => {
  const parts = setup();
  const steps: string[] = [];
  await parts.purchaser.drive(execution(disk(), disk({ account: "b" }), disk()), {
    concurrency: 1,
    onEvent: (event) => void ("recIndex" in event && steps.push(String(event.recIndex))),
  });
  expect([...new Set(steps)]).toEqual(["0", "1", "2"]);
  expect(steps).toEqual(steps.toSorted());
});

test.each([
  ["it waits itself", 0, ["already-purchased", "purchased"]],
  ["another one waits", 1, ["purchased", "already-purchased"]],
] as const)(
  "what an engine without this ledger bought while %s is not bought: an old listing is made anew",
  async (_name, recIndex, statuses) => {
    const parts = setup({ leaseLength: 6_000_000 });
    const { cloud, environment } = parts;
    const executor: ServiceExecutor = cloud.executor;
    let quotes = 0;
    const purchaser = changed(parts, {
      quote: async (...parameters) => {
        quotes += 1;
        if (quotes === 1) {
          environment.advance(900_001);
          cloud.add({ id: "elsewhere", token: token(recIndex), state: "Succeeded" });
        }
        return executor.quote(...parameters);
      },
    });
    const { outcomes } = await purchaser.drive(execution(disk(), disk()), { concurrency: 1 });
    expect(outcomes.map(({ status }) => status)).toEqual(statuses);
    expect(outcomes[recIndex]).toMatchObject({ commitment: { id: "elsewhere" } });
    expect(cloud.counts).toMatchObject({ listings: 2, sends: 1 });
  },
);

test("a listing that is younger is kept", async () => {
  const parts = setup({ leaseLength: 6_000_000 });
  const { cloud, environment } = parts;
  const executor: ServiceExecutor = cloud.executor;
  const quote: ServiceExecutor["quote"] = (...parameters) => {
    environment.advance(300_000);
    return executor.quote(...parameters);
  };
  await changed(parts, { quote }).drive(execution(disk(), disk(), disk()), { concurrency: 1 });
  expect(cloud.counts).toMatchObject({ listings: 1, sends: 3 });
});
