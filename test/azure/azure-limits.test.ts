import { describe, expect, onTestFinished, test } from "vitest";
import { createAzure } from "../../providers/azure/index.ts";
import { type AzureSandboxOptions, type CloudSandbox, startCloudSandbox } from "../../providers/sandbox/index.ts";
import type { DriveEvent } from "../../src/contract/events.ts";
import { createMemoryLedger } from "../../src/ledger/memory-ledger.ts";
import { createPurchaser } from "../../src/purchaser.ts";
import { createSteppedEnvironment } from "../stepped-environment.ts";
import { recommend } from "./support/azure-samples.ts";

const [one, other] = ["10000000-aaaa-bbbb-cccc-100000000001", "10000000-aaaa-bbbb-cccc-100000000002"] as const;

/** A tenant that takes 60 writes a minute, which passes only in sleeps. */
async function setup(azure: AzureSandboxOptions = { writeLimit: { writes: 60, within: 60_000 } }) {
  const environment = createSteppedEnvironment();
  const sandbox = await startCloudSandbox({ azure, clock: { now: environment.trueTime } });
  onTestFinished(() => sandbox.close());
  const ledger = createMemoryLedger({ clock: environment.now });
  const purchaser = () => {
    return createPurchaser({ ledger, providers: [createAzure({ endpoint: sandbox.url, environment })], environment });
  };
  const begun = environment.now();
  return { environment, sandbox, ledger, purchaser, passed: () => environment.now() - begun };
}

function execution(
  count: number,
  { executionId = "limits", tenants = [undefined] as readonly (string | undefined)[] } = {},
) {
  const recommendations = Array.from({ length: count }, (_, index) => {
    const tenantId = tenants[index % tenants.length];
    return recommend("compute", tenantId === undefined ? {} : { tenantId });
  });
  return { executionId, source: "cudly-web", recommendations };
}

const countOf = ({ requests }: CloudSandbox, method: string, status?: number) =>
  requests.filter((request) => request.method === method && (status === undefined || request.status === status)).length;

const statuses = (outcomes: readonly { readonly status: string }[]) =>
  Object.fromEntries(
    [...Map.groupBy(outcomes, ({ status }) => status)].map(([status, { length }]) => [status, length]),
  );

describe("a tenant's limit", () => {
  test("200 recommendations go through by themselves: each bought once, none refused but a price now and then", async () => {
    const { sandbox, purchaser, passed } = await setup();
    const waits: DriveEvent[] = [];
    const { outcomes } = await purchaser().drive(execution(200), {
      onEvent: (event) => void (event.type === "waiting-for-provider" && waits.push(event)),
    });
    expect(statuses(outcomes)).toEqual({ purchased: 200 });
    expect(sandbox.orders()).toHaveLength(200);
    // 400 writes at 60 a minute.
    expect(passed()).toBeGreaterThanOrEqual(360_000);
    expect(passed()).toBeLessThan(480_000);
    expect(countOf(sandbox, "PUT")).toBe(200);
    expect(countOf(sandbox, "POST", 429)).toBeLessThanOrEqual(7);
    expect(waits.length).toBeGreaterThanOrEqual(6);
  });

  test("a purchase that is refused all the same is sent again under its own id, when Azure asks for it", async () => {
    const { sandbox, purchaser, passed } = await setup({});
    const fault = { kind: "status", status: 429, when: "before", code: "TooManyRequests", retryAfter: 100 } as const;
    sandbox.addFault({ match: { method: "PUT" }, times: 3, fault });
    const { outcomes } = await purchaser().drive(execution(1));
    expect(statuses(outcomes)).toEqual({ purchased: 1 });
    const puts = sandbox.requests.filter(({ method }) => method === "PUT");
    expect(puts.map(({ status }) => status)).toEqual([429, 429, 429, 202]);
    expect(new Set(puts.map(({ path }) => path)).size).toBe(1);
    expect(countOf(sandbox, "POST")).toBe(1);
    expect(passed()).toBeGreaterThanOrEqual(300_000);
  });

  test("where its price is over by then, a new one is asked for once the old one is proven to be dead", async () => {
    const { sandbox, purchaser } = await setup({});
    const fault = { kind: "status", status: 429, when: "before", code: "TooManyRequests", retryAfter: 1_500 } as const;
    sandbox.addFault({ match: { method: "PUT" }, fault });
    const { outcomes } = await purchaser().drive(execution(1));
    expect(statuses(outcomes)).toEqual({ purchased: 1 });
    const puts = sandbox.requests.filter(({ method }) => method === "PUT");
    expect(puts.map(({ status }) => status)).toEqual([429, 400, 202]);
    expect(new Set(puts.map(({ path }) => path)).size).toBe(2);
    expect(sandbox.orders()).toHaveLength(1);
  });

  test("a drive that waits holds its leases", async () => {
    const { environment, purchaser } = await setup({ writeLimit: { writes: 2, within: 600_000 } });
    let others: Promise<unknown> | undefined;
    const first = await purchaser().drive(execution(2), {
      concurrency: 1,
      onEvent: ({ type }) => {
        if (type !== "waiting-for-provider" || others !== undefined) return;
        const { promise, resolve } = Promise.withResolvers<unknown>();
        others = promise;
        // Well after its first lease would have ended.
        const stop = environment.every(100_000, () => {
          stop();
          resolve(purchaser().drive(execution(2)));
        });
      },
    });
    expect(statuses(first.outcomes)).toEqual({ purchased: 2 });
    const second = (await others) as typeof first;
    expect(statuses(second.outcomes)).toEqual({ "already-purchased": 1, "in-progress": 1 });
  });

  test("stopped while it waits, it ends at once; the next drive buys the rest, once", async () => {
    const { sandbox, purchaser, passed } = await setup();
    const stop = new AbortController();
    const { outcomes } = await purchaser().drive(execution(40), {
      signal: stop.signal,
      onEvent: ({ type }) => void (type === "waiting-for-provider" && stop.abort()),
    });
    expect(passed()).toBeLessThan(10_000);
    const bought = sandbox.orders().length;
    expect(statuses(outcomes)).toEqual({ purchased: bought, refused: 40 - bought });
    expect(outcomes.find(({ status }) => status === "refused")?.error).toMatchObject({
      code: "aborted",
      retryable: true,
    });
    const again = await purchaser().drive(execution(40));
    expect(statuses(again.outcomes)).toEqual({ "already-purchased": bought, purchased: 40 - bought });
    expect(sandbox.orders()).toHaveLength(40);
  });

  test("a deadline that comes while it waits: what is left says so and how to go on", async () => {
    const { environment, sandbox, purchaser, passed } = await setup({ writeLimit: { writes: 60, within: 3_600_000 } });
    const { outcomes } = await purchaser().drive(execution(40), { deadline: environment.now() + 300_000 });
    expect(passed()).toBeLessThanOrEqual(300_000);
    expect(statuses(outcomes)).toEqual({ purchased: 30, refused: 10 });
    expect(outcomes.find(({ status }) => status === "refused")?.error).toMatchObject({
      code: "deadline-too-near",
      retryable: true,
      message: expect.stringMatching(/^The deadline of the drive has come\. .*[Dd]rive again/),
    });
    const again = await purchaser().drive(execution(40));
    expect(statuses(again.outcomes)).toEqual({ "already-purchased": 30, purchased: 10 });
    expect(sandbox.orders()).toHaveLength(40);
  });

  test("one tenant does not wait for another, and each says what is left", async () => {
    const { environment, sandbox, purchaser } = await setup();
    const begun = environment.now();
    const ends = new Map<string | undefined, number>();
    const places = execution(80, { tenants: [one, one, one, other] });
    const { outcomes } = await purchaser().drive(places, {
      onEvent: ({ type, at, ...event }) => {
        if (type !== "finished" || !("recIndex" in event)) return;
        ends.set((event.recIndex + 1) % 4 === 0 ? other : one, at - begun);
      },
    });
    expect(statuses(outcomes)).toEqual({ purchased: 80 });
    expect(sandbox.orders()).toHaveLength(80);
    expect(ends.get(one)).toBeGreaterThanOrEqual(60_000);
    // 40 writes: no limit of its own.
    expect(ends.get(other)).toBeLessThan(30_000);
  });
});

test("what is left of a tenant's limit is said by its answers alone, and shared by what is bought there", async () => {
  const { environment, sandbox } = await setup();
  const { services } = createAzure({ endpoint: sandbox.url, environment });
  const { compute, cache } = services;
  if (compute === undefined || cache === undefined) throw new Error("both are sold");
  const inTenant = (tenantId: string) => recommend("compute", { tenantId });
  const left = () =>
    [one, other].map((tenantId) => cache.writesLeft?.(cache.scopeOf(recommend("cache", { tenantId }))));
  expect(left()).toEqual([undefined, undefined]);
  const signal = new AbortController().signal;
  const quote = () => compute.quote(inTenant(one), { token: "a".repeat(64), source: "s", generation: 0 }, { signal });
  await quote();
  // 59, and one of them is kept back for the purchase.
  expect(left()).toEqual([58, undefined]);
  await quote();
  expect(left()).toEqual([56, undefined]);
});
