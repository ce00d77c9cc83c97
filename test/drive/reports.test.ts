import { describe, expect, test } from "vitest";
import { createPurchaser, type PurchaserOptions } from "../../src/drive/purchaser.ts";
import { LedgerError } from "../../src/spec/errors.ts";
import type { DriveEvent } from "../../src/spec/events.ts";
import type { ServiceExecutor } from "../../src/spec/executor.ts";
import type { Ledger } from "../../src/spec/ledger.ts";
import { disk } from "../../src/testing/imitation-cloud.ts";
import { execution, executionId, setup, token } from "./setup.ts";

const gone = () => new LedgerError({ code: "ledger-unavailable", message: "The ledger is gone." });

/** A purchaser with members of the executor, or of the ledger, replaced. */
function changed(
  parts: { readonly options: PurchaserOptions; readonly cloud: ReturnType<typeof setup>["cloud"] },
  executor: Partial<ServiceExecutor>,
  ledger: Partial<Ledger> = {},
) {
  return createPurchaser({
    ...parts.options,
    ledger: { ...parts.options.ledger, ...ledger },
    providers: [{ name: "imitation", services: { disk: { ...parts.cloud.executor, ...executor } } }],
  });
}

describe("what is bought", () => {
  test("has no warnings, no further ids and no price where there are none", async () => {
    const { purchaser, cloud } = setup();
    cloud.add({ id: "from elsewhere", token: token() });
    const [outcome] = (await purchaser.drive(execution())).outcomes;
    expect(Object.keys(outcome ?? {}).toSorted()).toEqual(["commitment", "recIndex", "status", "token"]);
    expect(Object.keys(outcome?.commitment ?? {})).toEqual(["id", "state", "settled"]);
  });

  test("names all its ids, now and later", async () => {
    const parts = setup();
    const { doPurchase } = parts.cloud.executor;
    const purchaser = changed(parts, {
      doPurchase: async (...parameters) => ({ ...(await doPurchase(...parameters)), furtherIds: ["order-b"] }),
    });
    const first = (await purchaser.drive(execution())).outcomes[0];
    expect(first?.commitment?.furtherIds).toEqual(["order-b"]);
    expect((await purchaser.drive(execution())).outcomes[0]?.commitment?.furtherIds).toEqual(["order-b"]);
  });

  test("says when nobody can tell whether it was paid, and stays bought", async () => {
    const { purchaser, cloud } = setup();
    await purchaser.drive(execution());
    for (const order of cloud.orders) order.state = "retired";
    expect((await purchaser.drive(execution())).outcomes[0]).toMatchObject({
      status: "already-purchased",
      commitment: { state: "retired" },
      warnings: ["Its state is retired: it cannot be told whether it was paid. Look at it at the provider."],
    });
  });

  test("says when another live one carries its token", async () => {
    const { purchaser, cloud } = setup();
    await purchaser.drive(execution());
    cloud.add({ id: "one too many", token: token() });
    cloud.add({ id: "came to nothing", token: token(), state: "Failed" });
    const [outcome] = (await purchaser.drive(execution())).outcomes;
    expect(outcome).toMatchObject({ status: "already-purchased", commitment: { id: "minted-1" } });
    expect(outcome?.warnings).toEqual([
      "one too many is live and carries the same token: it may be a purchase too many. Compare the two.",
    ]);
  });

  test("came to nothing only when a second look agrees", async () => {
    const { purchaser, cloud } = setup();
    await purchaser.drive(execution());
    cloud.faults.listedState = "Failed";
    expect((await purchaser.drive(execution())).outcomes[0]).toMatchObject({
      status: "already-purchased",
      commitment: { id: "minted-1", state: "Creating" },
    });
    cloud.faults.listedState = undefined;
    for (const { id } of cloud.orders) cloud.fail(id);
    const { listings } = cloud.counts;
    expect((await purchaser.drive(execution())).outcomes[0]).toMatchObject({
      status: "purchased",
      commitment: { id: "minted-2" },
    });
    // One that showed the failure, and one made after it was recorded.
    expect(cloud.counts.listings - listings).toBe(2);
  });

  test("of several ids comes to nothing only where the listing says so of each, whatever a single reading says", async () => {
    const parts = setup();
    const { doPurchase, read } = parts.cloud.executor;
    const second = parts.cloud.add({ id: "order-b", boughtFor: token() });
    const purchaser = changed(parts, {
      doPurchase: async (...parameters) => ({ ...(await doPurchase(...parameters)), furtherIds: [second.id] }),
      read: async (...parameters) => {
        const commitment = await read(...parameters);
        return commitment && { ...commitment, state: "Failed", standing: "failed" as const };
      },
    });
    await purchaser.drive(execution());
    parts.cloud.fail("minted-1");
    expect((await purchaser.drive(execution())).outcomes[0]).toMatchObject({ status: "already-purchased" });
    expect(parts.cloud.counts.sends).toBe(1);
    parts.cloud.fail(second.id);
    await purchaser.settle();
    expect((await parts.ledger.execution(executionId))[0]).toMatchObject({ state: "rejected" });
  });

  test("and is shown as failed, but cannot be read by its id: it stays bought, and that is said", async () => {
    const parts = setup();
    await parts.purchaser.drive(execution());
    parts.cloud.faults.listedState = "Failed";
    const purchaser = changed(parts, { read: async () => undefined });
    expect((await purchaser.drive(execution())).outcomes[0]).toMatchObject({
      status: "already-purchased",
      warnings: ["The list shows minted-1 as Failed, and not all of it is proven to have come to nothing."],
    });
  });

  test("cannot be looked at again: it stays bought, with a warning", async () => {
    const { purchaser, cloud } = setup();
    await purchaser.drive(execution());
    cloud.faults.listing = "throws";
    expect((await purchaser.drive(execution())).outcomes[0]).toMatchObject({
      status: "already-purchased",
      warnings: [expect.stringContaining("Its present state could not be looked up: The look-up in account a failed")],
    });
  });

  test("a listing that shows one of another recommendation adopts nothing, and writes that down", async () => {
    const parts = setup();
    await parts.purchaser.drive(execution());
    const other = { executionId: "execution-2", source: "test", recommendations: [disk()] };
    for (const order of parts.cloud.orders) order.token = token();
    const { findByTokens } = parts.cloud.executor;
    const purchaser = changed(parts, {
      findByTokens: async (scope, wanted, options) => {
        const listing = await findByTokens(scope, { ...wanted, tokens: new Set([token()]) }, options);
        return {
          ...listing,
          byToken: new Map([...wanted.tokens].map((key) => [key, listing.byToken.get(token()) ?? []])),
        };
      },
    });
    expect((await purchaser.drive(other)).outcomes[0]).toMatchObject({
      status: "refused",
      error: { code: "commitment-taken" },
    });
    expect((await parts.ledger.execution("execution-2"))[0]).toMatchObject({ state: "refused" });
  });
});

describe("a defect is told as one, and where it may have struck after a send nothing is called failed", () => {
  test("in a quote that JSON cannot hold: refused, nothing sent", async () => {
    const parts = setup();
    const { quote } = parts.cloud.executor;
    const purchaser = changed(parts, {
      quote: async (_recommendation, marker, options) => ({
        ...(await quote(disk(), marker, options)),
        request: { count: 1n as unknown as number },
      }),
    });
    const [outcome] = (await purchaser.drive(execution())).outcomes;
    expect(outcome).toMatchObject({ status: "refused", error: { code: "internal", retryable: false } });
    expect(outcome?.error?.message).toMatch(/Report this as a defect\.$/);
    expect(parts.cloud.counts.sends).toBe(0);
  });

  test("in a record that says bought and holds no commitment: unresolved", async () => {
    const parts = setup();
    const { ledger, purchaser } = parts;
    await purchaser.drive(execution());
    const broken = changed(
      parts,
      {},
      {
        claim: async (...parameters) =>
          (await ledger.claim(...parameters)).map((answer) =>
            answer.kind === "granted" ? { ...answer, record: { ...answer.record, commitment: undefined } } : answer,
          ),
      },
    );
    expect((await broken.drive(execution())).outcomes[0]).toMatchObject({
      status: "unresolved",
      error: { code: "internal", message: expect.stringContaining("A purchased record holds its commitment.") },
    });
  });

  test("in a ledger that does not answer every claim: thrown, and told", async () => {
    const parts = setup();
    const broken = changed(parts, {}, { claim: async () => [] });
    const events: DriveEvent[] = [];
    const drive = broken.drive(execution(), { onEvent: (event) => events.push(event) });
    const message = "The ledger answers every claim.";
    await expect(drive).rejects.toThrow(new TypeError(message));
    expect(events.at(-1)).toMatchObject({ type: "ended", error: { code: "internal", message } });
  });
});

describe("a drive that is stopped", () => {
  test("between the look-up and the price: nothing is asked for, and nothing written down", async () => {
    const parts = setup();
    const controller = new AbortController();
    const types: string[] = [];
    const { outcomes } = await parts.purchaser
      .drive(execution(), {
        signal: controller.signal,
        onEvent: ({ type }) => {
          types.push(type);
          if (type === "listed") controller.abort();
        },
      })
      .catch((error: unknown) => ({ outcomes: [{ error }] }));
    expect(outcomes[0]?.error).toMatchObject({ code: "aborted", retryable: true });
    expect(parts.cloud.counts.quotes).toBe(0);
    expect(types).not.toContain("quoting");
    expect((await parts.ledger.execution(executionId))[0]).toMatchObject({ state: "claimed" });
    expect((await parts.ledger.execution(executionId))[0]?.holder).toBeUndefined();
  });

  test("before the second of two that are there already: it is left to the next drive, not called unverifiable", async () => {
    const parts = setup();
    for (const recIndex of [0, 1]) parts.cloud.add({ id: `from elsewhere ${recIndex}`, token: token(recIndex) });
    const controller = new AbortController();
    const types: string[] = [];
    const drive = parts.purchaser.drive(execution(disk(), disk()), {
      signal: controller.signal,
      concurrency: 1,
      onEvent: ({ type }) => {
        types.push(type);
        if (type === "finished") controller.abort();
      },
    });
    await expect(drive).rejects.toMatchObject({ code: "aborted" });
    expect(parts.cloud.counts.verifications).toBe(1);
    expect(types.filter((type) => type === "adopting")).toHaveLength(1);
    expect((await parts.purchaser.drive(execution(disk(), disk()))).outcomes).toMatchObject([
      { status: "already-purchased" },
      { status: "already-purchased" },
    ]);
  });
});

test.each([
  ["the quote", { quote: () => Promise.reject(new Error("503")) }, "quote-failed", "The quote failed: 503."],
  [
    "the listing",
    { findByTokens: () => Promise.reject(new Error("503")) },
    "lookup-failed",
    "The look-up in account a failed: 503.",
  ],
  [
    "the comparison",
    { verify: () => Promise.reject(new Error("503")) },
    "commitment-unverifiable",
    "Comparing from elsewhere failed: 503.",
  ],
])(
  "%s fails: refused with the code of the step, retryable, and the cause's words",
  async (what, members, code, said) => {
    const parts = setup();
    if (what === "the comparison") parts.cloud.add({ id: "from elsewhere", token: token() });
    const [outcome] = (await changed(parts, members).drive(execution())).outcomes;
    expect(outcome).toMatchObject({ status: "refused", error: { code, retryable: true } });
    expect(outcome?.error?.message).toContain(said);
  },
);

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
    expect((await broken.drive(execution())).outcomes[0]).toMatchObject({
      status: "unresolved",
      error: { code: "ledger-unavailable" },
    });
    expect((await parts.ledger.execution(executionId))[0]?.submission).toBeDefined();
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
    expect((await parts.ledger.execution("execution-1"))[0]?.state).toBe("purchased");
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
    await parts.purchaser.drive(execution());
    await ledger.claim([(await ledger.execution(executionId))[0]!], "a live driver", 30_000);
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
      token: `${token().slice(0, 8)}…`,
      holder: "a live driver",
      until: 1_795_305_630_000,
    });
    expect(environment.now()).toBe(1_795_305_601_000);
  });

  test("after the first of three: what was sent before stays unresolved, the rest is refused with the ledger's error", async () => {
    const parts = setup({ identity: "minted" });
    const order = execution(disk(), disk({ size: "large" }), disk({ size: "huge" }));
    parts.cloud.faults.sends = ["lost-before"];
    parts.cloud.faults.resolve = "throws";
    await parts.purchaser.drive(execution());
    parts.cloud.faults.resolve = undefined;
    let broken = false;
    const { doPurchase } = parts.cloud.executor;
    const failing = () => (broken ? Promise.reject(gone()) : undefined);
    const { ledger } = parts;
    const purchaser = changed(
      parts,
      {
        doPurchase: async (...parameters) => {
          const commitment = await doPurchase(...parameters);
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

test("an earlier driver's submission about which nothing is learned: says that a driver ended before it was recorded", async () => {
  const parts = setup();
  const { ledger } = parts;
  const dying = changed(parts, { doPurchase: () => new Promise(() => undefined) });
  void dying.drive(execution());
  await expect.poll(async () => (await ledger.execution(executionId))[0]?.state).toBe("submitted");
  parts.environment.advance(0);
  parts.environment.jump(31_000);
  const silent = changed(parts, {}, { ownedByOthers: () => Promise.reject(new Error("no time")) });
  const [outcome] = (await silent.redrive(executionId)).outcomes;
  expect(outcome).toMatchObject({ status: "unresolved", error: { code: "outcome-unknown", retryAfter: 300_000 } });
  expect(outcome?.error?.message).toMatch(
    /not known yet whether it was bought: An earlier driver ended before it recorded what became of this purchase\. \(no time\)/,
  );
});

test("what the ledger knows is found by an earlier driver's purchase, and what this drive sent again is this drive's", async () => {
  const lost = setup();
  lost.cloud.faults.sends = ["lost-after"];
  lost.cloud.faults.resolve = "throws";
  await lost.purchaser.drive(execution());
  lost.cloud.faults.resolve = undefined;
  expect((await lost.purchaser.drive(execution())).outcomes[0]?.status).toBe("already-purchased");

  const resent = setup();
  resent.cloud.faults.sends = ["lost-before"];
  resent.cloud.faults.resolve = "throws";
  await resent.purchaser.drive(execution());
  resent.cloud.faults.resolve = undefined;
  expect((await resent.purchaser.drive(execution())).outcomes[0]?.status).toBe("purchased");
});
