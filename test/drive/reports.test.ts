import { deriveIdempotencyToken } from "../../src/contract/token.ts";
import { describe, expect, test } from "vitest";
import type { DriveEvent } from "../../src/contract/events.ts";
import { aged } from "../aged.ts";
import { disk } from "../../src/testing/imitation/order-book.ts";
import { changed, execution, executionId, setup, token, shownAs } from "./setup.ts";

describe("what is bought", () => {
  test("has no warnings, no further ids and no price where there are none", async () => {
    const { purchaser, cloud } = setup();
    cloud.add({ id: "from elsewhere", token: token() });
    const [outcome] = (await purchaser.drive(execution())).outcomes;
    expect(Object.keys(outcome ?? {}).toSorted()).toEqual([
      "account",
      "commitment",
      "provider",
      "recIndex",
      "service",
      "status",
      "token",
    ]);
    expect(Object.keys(outcome?.commitment ?? {})).toEqual(["id", "state", "settled"]);
  });

  test("names all its ids, now and later", async () => {
    const parts = setup();
    const { send } = parts.cloud.executor;
    const purchaser = changed(parts, {
      send: async (...parameters) => shownAs(await send(...parameters), { furtherIds: ["order-b"] }),
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
    const { send, inventory } = parts.cloud.executor;
    const second = parts.cloud.add({ id: "order-b", boughtFor: token() });
    const purchaser = changed(parts, {
      send: async (...parameters) => shownAs(await send(...parameters), { furtherIds: [second.id] }),
      inventory: {
        read: async (...parameters) => {
          const listed = await inventory.read(...parameters);
          return listed && { ...listed, commitment: { ...listed.commitment, state: "Failed", standing: "failed" } };
        },
      },
    });
    await purchaser.drive(execution());
    parts.cloud.fail("minted-1");
    expect((await purchaser.drive(execution())).outcomes[0]).toMatchObject({ status: "already-purchased" });
    expect(parts.cloud.counts.sends).toBe(1);
    parts.cloud.fail(second.id);
    await purchaser.watchPending();
    expect((await parts.ledger.recordsOf(executionId))[0]).toMatchObject({ state: "rejected" });
  });

  test("and is shown as failed, but cannot be read by its id: it stays bought, and that is said", async () => {
    const parts = setup();
    await parts.purchaser.drive(execution());
    parts.cloud.faults.listedState = "Failed";
    const purchaser = changed(parts, { inventory: { read: async () => undefined } });
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
    const { inventory } = parts.cloud.executor;
    const theirs = deriveIdempotencyToken(other.executionId, 0);
    const purchaser = changed(parts, {
      inventory: {
        list: async function* (...parameters) {
          for await (const page of inventory.list(...parameters)) {
            yield page.map((listed) => ({ ...listed, marks: [{ text: theirs, whole: true }] }));
          }
        },
      },
    });
    expect((await purchaser.drive(other)).outcomes[0]).toMatchObject({
      status: "refused",
      error: { code: "commitment-taken" },
    });
    expect((await parts.ledger.recordsOf("execution-2"))[0]).toMatchObject({ state: "refused" });
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

describe("an executor is told", () => {
  test("at each send whether the handle may have been sent before", async () => {
    const parts = setup();
    const told: boolean[] = [];
    const { send } = parts.cloud.executor;
    parts.cloud.faults.sends = ["lost-before"];
    const purchaser = changed(parts, {
      send: async (submission, context) => {
        told.push(context.sentBefore);
        return send(submission, context);
      },
    });
    expect((await purchaser.drive(execution())).outcomes[0]?.status).toBe("purchased");
    expect(told).toEqual([false, true]);
  });

  test("where it marks, which ids belong to others there, and how old it is", async () => {
    const parts = setup({ identity: "stamped" });
    await parts.purchaser.drive(execution());
    const told: unknown[] = [];
    const { mark } = parts.cloud.executor;
    const purchaser = changed(parts, {
      mark: async (commitment, submission, marker, { signal, owned, ...where }) => {
        told.push({ ...where, owned: [...owned], stopped: signal.aborted });
        return mark?.(commitment, submission, marker, { signal, owned, ...where }) ?? commitment;
      },
    });
    await purchaser.drive({ ...execution(), executionId: "another" });
    const scope = { key: "imitation/a", label: "account a" };
    expect(told).toEqual([{ scope, owned: ["order-1"], age: aged(0), stopped: false }]);
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
    expect((await parts.ledger.recordsOf(executionId))[0]).toMatchObject({ state: "claimed" });
    expect((await parts.ledger.recordsOf(executionId))[0]?.holder).toBeUndefined();
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
    expect(parts.cloud.counts.facts).toBe(1);
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
    {
      inventory: {
        list: () => {
          throw new Error("503");
        },
      },
    },
    "lookup-failed",
    "The look-up in account a failed: 503.",
  ],
  [
    "the comparison",
    { inventory: { facts: () => Promise.reject(new Error("503")) } },
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

test("an earlier driver's submission about which nothing is learned: says that a driver ended before it was recorded", async () => {
  const parts = setup();
  const { ledger } = parts;
  const dying = changed(parts, { send: () => new Promise(() => undefined) });
  void dying.drive(execution());
  await expect.poll(async () => (await ledger.recordsOf(executionId))[0]?.state).toBe("submitted");
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
