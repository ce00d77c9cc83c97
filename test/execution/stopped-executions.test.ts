import { describe, expect, test } from "vitest";
import { createPurchaser } from "../../src/purchaser.ts";
import { disk } from "../../src/testing/imitation/order-book.ts";
import type { ImitationIdentity } from "../../src/testing/imitation/imitation-cloud.ts";
import type { Ledger } from "../../src/contract/ledger.ts";
import type { Report } from "../../src/contract/report.ts";
import { executionsText, executionText } from "../../src/cli/text/executions-text.ts";
import { changed, dyingCall, executionId, setup } from "../drive/setup.ts";

const ann = { person: "ann", reason: "stop it" };
const said = ({ outcomes }: Report) => outcomes.map(({ status, error }) => error?.code ?? status);
const three = {
  executionId,
  source: "test",
  recommendations: [disk(), disk({ size: "large" }), disk({ size: "huge" })],
};
const minutes = 60_000;

/** Sent once, and nobody knows what became of it; then cancelled. */
async function cancelledWhileOpen(identity: ImitationIdentity, fault: "lost-before" | "lost-after") {
  const parts = setup({ identity });
  parts.cloud.faults.sends = [fault];
  parts.cloud.faults.resolve = "throws";
  await parts.purchaser.drive({ ...three, recommendations: [disk()] });
  parts.cloud.faults.resolve = undefined;
  const cancelled = await parts.purchaser.cancel(executionId, ann);
  const { sends, quotes } = parts.cloud.counts;
  return { ...parts, cancelled, before: { sends, quotes } };
}

/** Refused by the provider while nobody could look whether it is so; then cancelled. */
async function cancelledUnseen(fault: "rejected" | "refused-although-bought") {
  const parts = setup({ identity: "chosen" });
  const { purchaser, cloud } = parts;
  cloud.faults.sends = [fault];
  cloud.faults.resolve = "throws";
  expect(said(await purchaser.drive({ ...three, recommendations: [disk()] }))).toEqual(["purchase-rejected"]);
  return { ...parts, cancelled: await purchaser.cancel(executionId, ann) };
}

describe("refused, and nobody could look whether it is so, when it was cancelled", () => {
  const money = [{ amount: "10", currency: "GBP" }];

  test("it may be bought, cancel says so, and it is found without sending", async () => {
    const { purchaser, cloud, cancelled } = await cancelledUnseen("refused-although-bought");
    expect(cancelled.mayBeBought).toMatchObject([{ recIndex: 0, price: money[0] }]);
    expect(cancelled.status).toMatchObject({ places: { atRisk: 1, toCome: 0 }, money: { atRisk: money } });
    // While nobody can look, it stays so.
    expect(said(await purchaser.redrive(executionId))).toEqual(["purchase-rejected"]);
    expect((await purchaser.execution(executionId)).places.atRisk).toBe(1);
    cloud.faults.resolve = undefined;
    expect(said(await purchaser.redrive(executionId))).toEqual(["already-purchased"]);
    expect(await purchaser.execution(executionId)).toMatchObject({ places: { bought: 1 }, money: { bought: money } });
    expect(cloud.counts.sends).toBe(1);
  });

  test("a driver that dies before it could look leaves it as it was", async () => {
    const { purchaser, cloud, ledger, environment } = await cancelledUnseen("refused-although-bought");
    const places = await ledger.recordsOf(executionId);
    await ledger.claim(places, "dies", 30_000, { states: ["unknown"], unseen: true });
    expect((await purchaser.execution(executionId)).places.atRisk).toBe(1);
    environment.advance(60_000);
    cloud.faults.resolve = undefined;
    expect(said(await purchaser.redrive(executionId))).toEqual(["already-purchased"]);
  });

  test("it was not bought: once somebody could look, nothing is at risk", async () => {
    const { purchaser, cloud } = await cancelledUnseen("rejected");
    cloud.faults.resolve = undefined;
    expect(said(await purchaser.redrive(executionId))).toEqual(["execution-cancelled"]);
    expect((await purchaser.execution(executionId)).places).toMatchObject({ atRisk: 0, toCome: 1 });
    expect(cloud.counts).toMatchObject({ sends: 1, quotes: 1 });
  });
});

describe("a cancelled execution", () => {
  test("in the middle of a drive: what had passed is named and bought, nothing else is sent", async () => {
    const { purchaser, cloud, options, ledger } = setup();
    let cancelled: Awaited<ReturnType<typeof purchaser.cancel>> | undefined;
    cloud.faults.onSend = () => undefined;
    const cancelling: Ledger = {
      ...ledger,
      submit: async (...parameters) => {
        const submission = await ledger.submit(...parameters);
        cancelled ??= await purchaser.cancel(executionId, ann);
        return submission;
      },
    };
    const report = await createPurchaser({ ...options, ledger: cancelling }).drive(three, { concurrency: 1 });
    expect(said(report)).toEqual(["purchased", "execution-cancelled", "execution-cancelled"]);
    expect(cancelled?.mayBeBought).toMatchObject([{ recIndex: 0, price: { amount: "10", currency: "GBP" } }]);
    expect(cancelled?.status).toMatchObject({ state: "stopped", places: { atRisk: 1, toCome: 2 } });
    expect(cloud.counts.sends).toBe(1);
    expect(said(await purchaser.drive(three))).toEqual([
      "already-purchased",
      "execution-cancelled",
      "execution-cancelled",
    ]);
    expect(cloud.counts.sends).toBe(1);
  });

  test("by a driver that dies after its write-ahead: the next finds out without sending, by a timer too", async () => {
    const { purchaser, options, cloud, environment } = setup({ identity: "chosen" });
    const { die, reached } = dyingCall();
    const { submit } = options.ledger;
    const dying: Ledger = {
      ...options.ledger,
      submit: async (...parameters) => {
        await submit(...parameters);
        return die();
      },
    };
    const dead = { ...environment, every: () => () => undefined };
    void createPurchaser({ ...options, ledger: dying, environment: dead }).drive({
      ...three,
      recommendations: [disk()],
    });
    await reached;
    expect((await purchaser.cancel(executionId, ann)).mayBeBought).toMatchObject([{ recIndex: 0 }]);
    environment.advance(60 * minutes);
    const [report] = await purchaser.redriveUnfinished();
    expect(report?.outcomes).toMatchObject([{ status: "unresolved", parked: {} }]);
    expect(cloud.counts.sends).toBe(0);
    // A later call only says that it is parked.
    expect(await purchaser.redriveUnfinished()).toMatchObject([{ outcomes: [{ status: "unresolved", parked: {} }] }]);
    expect(cloud.counts.sends).toBe(0);
  });

  test.each<ImitationIdentity>(["minted", "chosen", "stamped", "none"])(
    "what was bought is found and recorded (%s)",
    async (identity) => {
      const { purchaser, environment, before, cloud, ledger } = await cancelledWhileOpen(identity, "lost-after");
      environment.advance(60 * minutes);
      expect((await purchaser.redriveUnfinished()).map(said)).toEqual([["already-purchased"]]);
      expect(cloud.counts).toMatchObject(before);
      expect((await ledger.recordsOf(executionId))[0]).toMatchObject({ state: "purchased" });
    },
  );

  test.each<[ImitationIdentity, string, string]>([
    ["minted", "unresolved", "unknown"],
    ["chosen", "unresolved", "unknown"],
    ["none", "unresolved", "unknown"],
    ["stamped", "refused", "refused"],
  ])("what was not bought is proven so, or parks for a person (%s: %s)", async (identity, status, state) => {
    const { purchaser, environment, before, cloud, ledger } = await cancelledWhileOpen(identity, "lost-before");
    environment.advance(60 * minutes);
    const [report] = await purchaser.redriveUnfinished();
    expect(report?.outcomes).toMatchObject([{ status }]);
    if (status === "refused") expect(report && said(report)).toEqual(["execution-cancelled"]);
    else expect(report?.outcomes[0]?.parked).toBeDefined();
    expect(cloud.counts).toMatchObject(before);
    expect((await ledger.recordsOf(executionId))[0]).toMatchObject({ state });
    expect((await purchaser.redriveUnfinished()).map(({ outcomes }) => outcomes.length)).toEqual(
      status === "refused" ? [] : [1],
    );
    expect(cloud.counts).toMatchObject(before);
  });

  test("what came to nothing is not bought anew", async () => {
    const { purchaser, cloud } = setup();
    await purchaser.drive({ ...three, recommendations: [disk()] });
    await purchaser.cancel(executionId, ann);
    for (const order of cloud.orders) order.state = "BillingFailed";
    const report = await purchaser.redrive(executionId);
    expect(report.outcomes).toMatchObject([{ status: "refused", error: { code: "execution-cancelled" } }]);
    expect(cloud.counts.sends).toBe(1);
  });

  test("reopened: what only the cancel refused is work for a timer, as what was never tried", async () => {
    const { purchaser, cloud, options, ledger } = setup();
    const cancelling: Ledger = {
      ...ledger,
      submit: async (...parameters) => {
        await purchaser.cancel(executionId, ann);
        return ledger.submit(...parameters);
      },
    };
    const refused = createPurchaser({ ...options, ledger: cancelling });
    expect(said(await refused.drive({ ...three, recommendations: [disk()] }))).toEqual(["execution-cancelled"]);
    expect((await ledger.recordsOf(executionId)).map(({ state }) => state)).toEqual(["refused"]);
    const untried = { ...three, executionId: "untried" };
    await purchaser.submit(untried);
    await purchaser.cancel(untried.executionId, ann);
    expect(await purchaser.redriveUnfinished()).toEqual([]);
    for (const id of [executionId, untried.executionId]) {
      expect(await purchaser.reopen(id, ann)).toMatchObject({ state: "working" });
    }
    const reports = await purchaser.redriveUnfinished();
    expect(reports.map(said)).toEqual([["purchased"], ["purchased", "purchased", "purchased"]]);
    expect(cloud.orders).toHaveLength(4);
  });

  test("reopened, it goes on; one that needs an approval waits for it first", async () => {
    const { purchaser, cloud, environment } = setup();
    const { termsHash } = await purchaser.submit(three, { requireApproval: true });
    expect(said(await purchaser.drive(three))).toEqual(Array(3).fill("approval-missing"));
    expect(await purchaser.redriveUnfinished()).toEqual([]);
    await purchaser.approve(executionId, { ...ann, person: "bob", termsHash });
    await purchaser.cancel(executionId, ann);
    expect(said(await purchaser.drive(three))).toEqual(Array(3).fill("execution-cancelled"));
    await purchaser.reopen(executionId, ann);
    expect(await purchaser.execution(executionId)).toMatchObject({
      state: "waiting",
      forbidden: { code: "approval-missing" },
    });
    await purchaser.approve(executionId, { ...ann, termsHash });
    environment.advance(minutes);
    expect((await purchaser.redriveUnfinished()).map(said)).toEqual([Array(3).fill("purchased")]);
    expect(cloud.orders).toHaveLength(3);
  });

  test.each([
    ["an empty person", { person: " ", reason: "x" }, "person"],
    ["an empty reason", { person: "ann", reason: "" }, "reason"],
  ])("%s is refused, and nothing is changed", async (_what, decision, path) => {
    const { purchaser, ledger } = setup();
    await purchaser.submit(three);
    await expect(purchaser.cancel(executionId, decision)).rejects.toMatchObject({ problems: [{ path }] });
    expect(await ledger.executionHistory(executionId)).toHaveLength(1);
  });

  test("an execution that is not known is said to be so, by every change", async () => {
    const { purchaser } = setup();
    const unknown = { problems: [{ path: "executionId", message: "is not in the ledger" }] };
    await expect(purchaser.cancel("none", ann)).rejects.toMatchObject(unknown);
    await expect(purchaser.approve("none", { ...ann, termsHash: "0" })).rejects.toMatchObject(unknown);
    await expect(purchaser.setLimits("none", { ...ann, maxTotals: null })).rejects.toMatchObject(unknown);
    await expect(purchaser.execution("none")).rejects.toMatchObject(unknown);
    await expect(purchaser.setLimits("none", ann)).rejects.toMatchObject({ problems: [{ path: "maxTotals" }] });
  });
});

describe("a look-alike in an execution of which nothing more is bought", () => {
  const alone = { ...three, recommendations: [disk()] };

  /** Refused, because what the provider shows may be it. */
  async function refusedAsLookAlike(changes: object = {}) {
    const parts = setup({ identity: "chosen" });
    const { list } = parts.cloud.executor.inventory;
    const purchaser = changed(parts, {
      inventory: {
        list: async function* (...asked) {
          for await (const page of list(...asked)) yield page.map((listed) => ({ ...listed, resembles: "is tagged" }));
        },
      },
    });
    parts.cloud.add({ id: "plan-1" });
    expect(said(await purchaser.drive({ ...alone, ...changes }))).toEqual(["look-alike"]);
    return { ...parts, purchaser };
  }
  const told = /plan-1 .*`--not-this plan-1`\)\. Besides: /;

  test.each(["cancelled", "expired", "altered"] as const)("%s: it may be bought, and a person decides", async (how) => {
    const expiresAt = "2026-11-22T01:00:00Z";
    const { purchaser, environment } = await refusedAsLookAlike(how === "expired" ? { expiresAt } : {});
    const asked = how === "altered" ? { ...alone, recommendations: [disk(), disk()] } : alone;
    if (how === "cancelled") expect((await purchaser.cancel(executionId, ann)).status.places.inDoubt).toBe(1);
    if (how === "expired") environment.advance(120 * minutes);
    const { outcomes } = await purchaser.drive(how === "expired" ? { ...asked, expiresAt } : asked);
    expect(outcomes[0]).toMatchObject({
      status: "refused",
      error: { code: "look-alike", message: expect.stringMatching(told) },
    });
    expect(
      (await purchaser.plan(how === "expired" ? { ...asked, expiresAt } : asked)).recommendations[0],
    ).toMatchObject({
      verdict: "refuse",
      error: { code: "look-alike", message: outcomes[0]?.error?.message },
    });
    const status = await purchaser.execution(executionId);
    expect(status.places).toMatchObject({ inDoubt: 1, toCome: 1 });
    const text = executionText(status, 200, (_colour, line) => line);
    expect(text).toContain("may be bought already");
    expect(text).not.toContain("not bought");
    expect(executionsText([status], 200, (_colour, line) => line)).toContain("1 may be bought already");
  });

  test("once a person said that it is another purchase, it is in doubt no more", async () => {
    const { purchaser } = await refusedAsLookAlike();
    await purchaser.cancel(executionId, ann);
    await purchaser.resolveByPerson({ executionId, recIndex: 0, finding: { notThis: "plan-1" }, ...ann });
    const status = await purchaser.execution(executionId);
    expect(status.places).toMatchObject({ inDoubt: 0, toCome: 1 });
    expect(executionText(status, 200, (_colour, line) => line)).toContain("not bought");
  });
});
