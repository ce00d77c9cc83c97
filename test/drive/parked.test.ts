import { expect, test } from "vitest";
import { createPurchaser } from "../../src/purchaser.ts";
import { execution, executionId, setup, token } from "./setup.ts";

const hour = 3_600_000;
const who = { executionId, recIndex: 0, person: "operator on duty", reason: "not on the bill" };

/** One that was sent at 2026-11-22T00:00:00Z, not bought, and about which every look-up fails. */
async function unknown(identity: "minted" | "stamped" = "minted") {
  const parts = setup({ identity });
  parts.cloud.faults.sends = ["lost-before"];
  parts.cloud.faults.resolve = "throws";
  const { outcomes } = await parts.purchaser.drive(execution());
  expect(outcomes[0]).toMatchObject({ status: "unresolved", error: { retryable: true } });
  expect(outcomes[0]?.parked).toBeUndefined();
  const record = async () => (await parts.ledger.recordsOf(executionId))[0];
  const events = async () => (await parts.ledger.history(token())).map(({ event }) => event);
  return { ...parts, record, events };
}

test("before the provider's time limit it is looked at again and again, after it no more", async () => {
  const { purchaser, environment, cloud, events, record } = await unknown();
  environment.advance(23 * hour);
  expect(await purchaser.redriveUnfinished()).toMatchObject([{ outcomes: [{ status: "unresolved" }] }]);
  expect((await record())?.parkedAt).toBeUndefined();
  environment.advance(hour);
  expect(await purchaser.redriveUnfinished()).toMatchObject([{ outcomes: [{ parked: {} }] }]);
  expect((await events()).at(-1)).toBe("park");
  const { resolves } = cloud.counts;
  // It is reported as the ledger has it, and nobody is asked.
  expect(await purchaser.redriveUnfinished()).toMatchObject([
    { outcomes: [{ status: "unresolved", parked: {} }], atRisk: [{ amount: "10", currency: "GBP" }] },
  ]);
  expect(cloud.counts.resolves).toBe(resolves);
});

test("the outcome says since when, under which handle, when it was sent, what was last answered, and how to decide", async () => {
  const { purchaser, environment, record, events } = await unknown();
  environment.advance(24 * hour);
  const { outcomes } = await purchaser.drive(execution());
  expect(outcomes[0]).toMatchObject({
    status: "unresolved",
    parked: {
      since: expect.stringMatching(/^2026-11-23T00:01:\d\d\.000Z$/),
      sentAt: "2026-11-22T00:00:00.000Z",
      handle: { orderId: "minted-1" },
    },
    error: { code: "outcome-unknown", retryable: false },
  });
  expect((await record())?.error).toMatchObject({
    code: "outcome-unknown",
    message: expect.stringContaining("503 from the look-up"),
  });
  const { message, retryAfter } = outcomes[0]?.error ?? {};
  expect(message).toMatch(
    /^Parked since 2026-11-23T00:01:\d\d\.000Z: it was sent at 2026-11-22T00:00:00\.000Z under \{"orderId":"minted-1"\}, and the provider/,
  );
  expect(message).toContain("503 from the look-up");
  expect(message).toMatch(
    /then decide: buyonce resolve execution-1 0 --bought ID, --not-this ID, --not-bought or --write-off$/,
  );
  expect(retryAfter).toBeUndefined();

  environment.advance(hour);
  const again = (await purchaser.redrive(executionId)).outcomes[0];
  expect(again?.parked).toEqual(outcomes[0]?.parked);
  expect(again?.error?.message).toBe(message);
  // It is parked once.
  expect((await events()).filter((event) => event === "park")).toHaveLength(1);
});

test.each([
  ["a millisecond before", -1, false],
  ["from then on", 0, true],
])("a day after it was sent its time is over: %s", async (_when, more, isParked) => {
  const { options, environment, ledger, record } = await unknown();
  const sentAt = (await record())?.submission?.submittedAt ?? 0;
  environment.jump(sentAt + 24 * hour + more - environment.now());
  // Learns nothing, and waits for nothing.
  const silent = createPurchaser({
    ...options,
    ledger: { ...ledger, ownedByOthers: () => Promise.reject(new Error("no time")) },
  });
  expect((await silent.redrive(executionId)).outcomes[0]?.parked !== undefined).toBe(isParked);
});

test("a long handle is cut in the message and whole in the outcome; the id is quoted where a shell needs it", async () => {
  const { purchaser, environment, cloud } = setup({ identity: "stamped" });
  const order = { ...execution(), executionId: "it's the night's" };
  for (let index = 0; index < 30; index += 1) cloud.add({ id: `an older order ${index}` });
  cloud.faults.sends = ["lost-before"];
  cloud.faults.resolve = "throws";
  await purchaser.drive(order);
  environment.advance(24 * hour);
  const [outcome] = (await purchaser.drive(order)).outcomes;
  expect(outcome?.parked?.handle["baseline"]).toHaveLength(30);
  expect(outcome?.error?.message).toContain('under {"baseline":["an older order 0",');
  expect(outcome?.error?.message).not.toContain("an older order 29");
  expect(outcome?.error?.message).toContain(String.raw`buyonce resolve 'it'\''s the night'\''s' 0 --bought`);
});

test("a drive of the file, of the execution, and one that includes what is parked look all the same, and resolve it", async () => {
  for (const way of ["drive", "redrive", "includeParked"] as const) {
    const { purchaser, environment, cloud, record } = await unknown();
    environment.advance(24 * hour);
    await purchaser.redriveUnfinished();
    expect((await record())?.parkedAt).toBeGreaterThan(0);
    cloud.faults.resolve = undefined;
    if (way === "drive") await purchaser.drive(execution());
    if (way === "redrive") await purchaser.redrive(executionId);
    if (way === "includeParked") await purchaser.redriveUnfinished({ includeParked: true });
    expect(await record()).toMatchObject({ state: "purchased" });
    expect((await record())?.parkedAt).toBeUndefined();
    expect(cloud.live(token())).toHaveLength(1);
  }
});

test("a person's decision ends it: not bought is bought anew, bought is adopted", async () => {
  const { purchaser, environment, cloud, record, events } = await unknown("stamped");
  environment.advance(24 * hour);
  await purchaser.redriveUnfinished();
  cloud.faults.resolve = undefined;
  await purchaser.resolveByPerson({ ...who, finding: "not-bought" });
  expect((await record())?.parkedAt).toBeUndefined();
  expect(await events()).toEqual(["claim", "submit", "unknown", "claim", "park", "claim", "decide"]);
  expect((await purchaser.redriveUnfinished())[0]?.outcomes[0]?.status).toBe("purchased");

  const bought = await unknown("stamped");
  bought.environment.advance(24 * hour);
  await bought.purchaser.redriveUnfinished();
  bought.cloud.faults.resolve = undefined;
  bought.cloud.add({ id: "seen by a person" });
  await bought.purchaser.resolveByPerson({ ...who, finding: { bought: "seen by a person" } });
  expect(await bought.record()).toMatchObject({ state: "purchased", commitment: { id: "seen by a person" } });
  expect((await bought.record())?.parkedAt).toBeUndefined();
});

test("a drive that was stopped parks nothing: it has not asked all that it could", async () => {
  const { purchaser, environment, cloud, options, record } = await unknown();
  environment.advance(24 * hour);
  cloud.faults.resolve = undefined;
  const controller = new AbortController();
  const stopping = createPurchaser({
    ...options,
    environment: {
      ...environment,
      sleep: async () => {
        controller.abort();
        throw new Error("stopped");
      },
    },
  });
  await stopping.redriveUnfinished({ signal: controller.signal }).catch(() => undefined);
  expect((await record())?.parkedAt).toBeUndefined();
  expect((await purchaser.redriveUnfinished())[0]?.outcomes[0]?.status).toBe("purchased");
});

test("what is recorded does not grow with every drive that learns nothing", async () => {
  const { options, environment, ledger, record } = await unknown();
  const silent = createPurchaser({
    ...options,
    environment: { ...environment, sleep: () => Promise.reject(new Error("no time")) },
    ledger: { ...ledger, ownedByOthers: () => Promise.reject(new Error("no time")) },
  });
  const lengths: (number | undefined)[] = [];
  for (let drive = 0; drive < 4; drive += 1) {
    environment.advance(60_000);
    await silent.redrive(executionId);
    lengths.push((await record())?.error?.message.length);
  }
  expect(new Set(lengths.slice(1)).size).toBe(1);
});
