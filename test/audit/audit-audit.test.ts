import { claimPlaces } from "../../src/testing/ledger-values.ts";
import { describe, expect, test } from "vitest";
import { createPurchaser, type Purchaser } from "../../src/purchaser.ts";
import { createMemoryLedger } from "../../src/ledger/memory-ledger.ts";
import type { Finding, FindingKind } from "../../src/contract/audit-report.ts";
import { RefusedError } from "../../src/contract/errors.ts";
import type { Provider, ServiceExecutor } from "../../src/contract/executor.ts";
import type { Inventory } from "../../src/contract/inventory.ts";
import { serviceWithoutApi } from "../../src/contract/service-without-api.ts";
import type { Ledger } from "../../src/contract/ledger.ts";
import { disk, type Order } from "../../src/testing/imitation/order-book.ts";
import { amongMany } from "../drive/many-records.ts";
import { execution, executionId, setup, token } from "../drive/setup.ts";

/** Drives one disk until it is settled. */
async function bought(identity: "minted" | "stamped" = "minted") {
  const world = setup({ identity });
  await world.purchaser.drive(execution());
  const [order] = world.cloud.orders;
  if (order === undefined) throw new Error("one order");
  order.state = "Active";
  await world.purchaser.watchPending();
  return { ...world, order };
}
async function findings(purchaser: Purchaser): Promise<readonly Finding[]> {
  return (await purchaser.audit()).findings;
}
const kinds = async (purchaser: Purchaser): Promise<readonly FindingKind[]> =>
  (await findings(purchaser)).map(({ kind }) => kind);

test("what is bought once and marked is nothing to report", async () => {
  const { purchaser } = await bought();
  expect(await purchaser.audit()).toEqual({
    scopes: [{ key: "imitation/a", label: "account a", listed: 1 }],
    findings: [],
    notLookedAt: [],
  });
});

test("as many records as there are tell their scopes", async () => {
  const { options, ledger, purchaser } = setup();
  await purchaser.drive(execution());
  const [like] = await ledger.records({ limit: 1 });
  if (like === undefined) throw new Error("It was bought.");
  const elsewhere = { ...like, scope: { key: "imitation/b", label: "account b" } };
  const { scopes } = await createPurchaser({ ...options, ledger: amongMany(ledger, elsewhere) }).audit();
  expect(scopes.map(({ key }) => key)).toEqual(["imitation/a", "imitation/b"]);
});

test("a deadline that comes while scopes are told ends the audit, and is named", async () => {
  const { options, ledger, purchaser, environment } = setup();
  await purchaser.drive(execution());
  const [like] = await ledger.records({ limit: 1 });
  if (like === undefined) throw new Error("It was bought.");
  const many = amongMany(ledger, like);
  const slow: Ledger = {
    ...many,
    records: async (query) => {
      environment.advance(60_000);
      return many.records(query);
    },
  };
  const auditing = createPurchaser({ ...options, ledger: slow }).audit({ deadline: environment.now() + 10_000 });
  await expect(auditing).rejects.toMatchObject({ code: "deadline-too-near" });
});

describe("duplicates", () => {
  test("several live commitments with one token are one finding that names them and the one that the ledger has", async () => {
    const { cloud, purchaser, order } = await bought();
    cloud.add({ id: "second", token: token(), state: "Active" });
    const [finding, ...more] = await findings(purchaser);
    expect(more).toEqual([]);
    expect(finding).toMatchObject({ kind: "duplicate", token: token(), executionId, recIndex: 0 });
    expect(finding?.commitments.map(({ id, recorded }) => [id, recorded])).toEqual([
      [order.id, true],
      ["second", false],
    ]);
    expect(finding?.message).toContain(`The ledger knows ${order.id} as bought`);
  });

  test("one that failed or ended does not count", async () => {
    const { cloud, purchaser } = await bought();
    cloud.add({ id: "second", token: token(), state: "BillingFailed" });
    cloud.add({ id: "third", token: token(), state: "Cancelled" });
    expect(await kinds(purchaser)).toEqual([]);
  });

  test("the provider's calculation stands with each, or why it could not be had", async () => {
    const { cloud, ledger, environment } = await bought();
    cloud.add({ id: "second", token: token(), state: "Active" });
    const refund = async (_scope: unknown, id: string) => {
      if (id === "second") throw new RefusedError({ code: "access-denied", message: "may not" });
      return { amount: { amount: "9.99", currency: "GBP" }, lastDay: "2027-01-01", problems: [], rules: "Soon." };
    };
    const { executor } = cloud;
    const inventory = { ...executor.inventory, refund };
    const provider: Provider = { name: "imitation", services: { disk: { ...executor, inventory } } };
    const [finding] = await findings(createPurchaser({ ledger, environment, providers: [provider] }));
    expect(finding?.commitments.map((each) => [each.refund?.amount?.amount, each.refundError])).toEqual([
      ["9.99", undefined],
      [undefined, "may not"],
    ]);
  });
});

describe("twins", () => {
  test("one without a token, of the same kind and count and of the same minutes", async () => {
    const { cloud, purchaser, order } = await bought();
    cloud.add({ id: "by-hand", state: "Active", boughtAt: order.boughtAt + 14 * 60_000 });
    const [finding, ...more] = await findings(purchaser);
    expect(more).toEqual([]);
    expect(finding).toMatchObject({ kind: "twin", executionId, recIndex: 0 });
    expect(finding?.commitments.map(({ id }) => id)).toEqual(["by-hand", order.id]);
  });

  test.each([
    ["later", { boughtAt: 16 * 60_000 }],
    ["earlier", { boughtAt: -16 * 60_000 }],
    ["of another kind", { size: "large" }],
    ["of another count", { quantity: 2 }],
    ["no longer live", { state: "Cancelled" }],
  ])("one that was bought %s is none", async (_what, changes: Partial<Order>) => {
    const { cloud, purchaser, order } = await bought();
    cloud.add({ id: "by-hand", state: "Active", ...changes, boughtAt: order.boughtAt + (changes.boughtAt ?? 0) });
    expect(await kinds(purchaser)).toEqual([]);
  });

  test("two that this ledger bought for two recommendations are none, marked or not", async () => {
    const { cloud, purchaser } = setup({ identity: "stamped" });
    await purchaser.drive(execution(disk(), disk()));
    for (const order of cloud.orders) [order.state, order.token] = ["Active", undefined];
    expect(await kinds(purchaser)).toEqual(["missing-marker", "missing-marker"]);
  });

  test("the details that the listing leaves out are asked for those alone that look alike", async () => {
    const { cloud, ledger, environment, order } = await bought();
    cloud.add({ id: "alike", state: "Active" });
    cloud.add({ id: "other-detail", state: "Active" });
    cloud.add({ id: "other-count", state: "Active", quantity: 3 });
    const asked: string[] = [];
    const facts = async (_scope: unknown, { id }: { readonly id: string }) => {
      asked.push(id);
      return { colour: id === "other-detail" ? "red" : "blue" };
    };
    const { executor } = cloud;
    const inventory = { ...executor.inventory, facts };
    const provider: Provider = { name: "imitation", services: { disk: { ...executor, inventory } } };
    const found = await findings(createPurchaser({ ledger, environment, providers: [provider] }));
    expect(found.map(({ commitments }) => commitments[0]?.id)).toEqual(["alike"]);
    expect(new Set(asked)).toEqual(new Set(["alike", "other-detail", order.id]));
  });
});

describe("orphans, and what the ledger knows otherwise", () => {
  test("what is recorded as bought while the ledger is read is no orphan", async () => {
    const { cloud, options, purchaser } = setup();
    cloud.faults.sends = ["lost-after"];
    cloud.faults.resolve = "throws";
    await purchaser.drive(execution());
    cloud.faults.resolve = undefined;
    let isFirst = true;
    const drivenBetween = async () => {
      if (isFirst) await purchaser.drive(execution());
      isFirst = false;
    };
    let readings = 0;
    const ledger: Ledger = {
      ...options.ledger,
      // The first reading comes before the listing.
      purchasedIn: async (scopeKey) => {
        const found = await options.ledger.purchasedIn(scopeKey);
        readings += 1;
        if (readings === 2) await drivenBetween();
        return found;
      },
      records: async (query) => {
        const found = await options.ledger.records(query);
        if (query.states !== undefined) await drivenBetween();
        return found;
      },
    };
    expect(await kinds(createPurchaser({ ...options, ledger }))).toEqual([]);
  });

  test("a token that the ledger does not know", async () => {
    const { cloud, purchaser } = await bought();
    cloud.add({ id: "stray", token: "f".repeat(64), state: "Active" });
    cloud.add({ id: "over", token: "e".repeat(64), state: "Cancelled" });
    expect(await findings(purchaser)).toMatchObject([
      { kind: "orphan", token: "f".repeat(64), commitments: [{ id: "stray", recorded: false }] },
    ]);
  });

  test("with the ledger lost, all that is marked is an orphan", async () => {
    const { cloud, environment } = await bought();
    const ledger = createMemoryLedger({ clock: environment.now });
    const purchaser = createPurchaser({ ledger, environment, providers: [cloud.provider] });
    const { findings: found } = await purchaser.audit({ places: [{ provider: "imitation", account: "a" }] });
    expect(found.map(({ kind }) => kind)).toEqual(["orphan"]);
  });

  test("bought, and the ledger says that it is refused: unrecorded, and the next drive adopts it", async () => {
    const { cloud, purchaser } = setup();
    cloud.faults.listing = "throws";
    await purchaser.drive(execution());
    cloud.faults.listing = undefined;
    cloud.add({ id: "late", token: token(), state: "Active" });
    expect(await findings(purchaser)).toMatchObject([{ kind: "unrecorded", executionId, recIndex: 0 }]);
    await purchaser.drive(execution());
    expect(await kinds(purchaser)).toEqual([]);
  });

  test("what a driver holds is its own business", async () => {
    const { cloud, purchaser, options } = setup();
    let seen: readonly FindingKind[] | undefined;
    cloud.faults.onSend = async () => {
      cloud.add({ id: "under-way", token: token(), state: "Active" });
      seen = await kinds(createPurchaser(options));
    };
    await purchaser.drive(execution());
    expect(seen).toEqual([]);
  });
});

describe("losses", () => {
  test("live in the ledger and not at the provider", async () => {
    const { cloud, purchaser, environment, order } = await bought();
    cloud.orders.splice(0);
    await environment.sleep(16 * 60_000);
    const [finding, ...more] = await findings(purchaser);
    expect(more).toEqual([]);
    expect(finding).toMatchObject({ kind: "loss", commitments: [{ id: order.id, recorded: true }] });
    expect(finding?.message).toContain("the provider shows nothing under it");
  });

  test("one that was bought just now may be missing from the listing, but not from the provider", async () => {
    const { cloud, purchaser } = await bought();
    cloud.faults.listing = "empty";
    expect(await kinds(purchaser)).toEqual([]);
    cloud.orders.splice(0);
    expect(await kinds(purchaser)).toEqual(["loss"]);
  });

  test("later, the listing has to show it", async () => {
    const { cloud, purchaser, environment } = await bought();
    cloud.faults.listing = "empty";
    await environment.sleep(16 * 60_000);
    const [finding] = await findings(purchaser);
    expect(finding?.message).toContain("it can be read by its id, but the listing does not show it");
  });

  test.each([
    ["Cancelled", "record it with --accept-loss"],
    ["BillingFailed", "record it with --accept-loss"],
  ])("shown as %s: what to do", async (state, words) => {
    const { purchaser, order } = await bought();
    order.state = state;
    const [finding] = await findings(purchaser);
    expect([finding?.kind, finding?.message]).toEqual(["loss", expect.stringContaining(words)]);
  });

  test("what failed before its final state was seen is for settle to record", async () => {
    const { cloud, purchaser } = setup();
    await purchaser.drive(execution());
    for (const { id } of cloud.orders) cloud.fail(id);
    const [finding] = await findings(purchaser);
    expect([finding?.kind, finding?.message]).toEqual(["loss", expect.stringContaining("Run buyonce settle")]);
    expect(await purchaser.watchPending()).toMatchObject([{ outcomes: [{ status: "rejected" }] }]);
  });

  test("after its term it is nobody's loss", async () => {
    const { cloud, purchaser, environment } = await bought();
    cloud.orders.splice(0);
    await environment.sleep(366 * 86_400_000);
    expect(await kinds(purchaser)).toEqual([]);
  });
});

describe("missing markers", () => {
  test("one that was taken off is found, and stamped with repair, under a claim and into the ledger", async () => {
    const { cloud, purchaser, ledger, order } = await bought("stamped");
    order.token = undefined;
    expect(await findings(purchaser)).toMatchObject([{ kind: "missing-marker", executionId, recIndex: 0 }]);
    expect([order.token, cloud.counts.marks]).toEqual([undefined, 1]);
    const before = (await ledger.history(token())).length;
    const repaired = await purchaser.audit({ repair: true });
    expect(repaired.findings).toMatchObject([{ kind: "missing-marker", repaired: true }]);
    expect(order.token).toBe(token());
    expect((await ledger.history(token())).slice(before).map(({ event }) => event)).toEqual(["claim", "observe"]);
    expect(await kinds(purchaser)).toEqual([]);
    expect((await purchaser.drive(execution())).outcomes).toMatchObject([{ status: "already-purchased" }]);
  });

  test("one that cannot be stamped stays a finding, and the claim is given up", async () => {
    const { cloud, purchaser, ledger, order } = await bought("stamped");
    order.token = undefined;
    cloud.faults.mark = "throws";
    const { findings: found } = await purchaser.audit({ repair: true });
    expect(found).toMatchObject([{ kind: "missing-marker", repaired: false, message: "may not tag" }]);
    expect((await ledger.recordsOf(executionId))[0]?.holder).toBeUndefined();
  });

  test("a deadline that comes while they are stamped hides none of them", async () => {
    const { cloud, ledger, environment, purchaser } = setup({ identity: "stamped" });
    await purchaser.drive(execution(disk(), disk()));
    for (const order of cloud.orders) [order.state, order.token] = ["Active", undefined];
    const slow: ServiceExecutor = {
      ...cloud.executor,
      mark: async (_commitment, _submission, _marker, { signal }) => {
        await environment.sleep(60_000, signal);
        throw new Error("it was stopped");
      },
    };
    const late = createPurchaser({
      ledger,
      environment,
      providers: [{ name: "imitation", services: { disk: slow } }],
    });
    const report = await late.audit({ repair: true, deadline: environment.now() + 10_000 });
    expect(report.scopes).toMatchObject([{ key: "imitation/a", listed: 2 }]);
    expect(report.findings).toMatchObject([
      { kind: "missing-marker", repaired: false },
      { kind: "missing-marker", repaired: false },
    ]);
  });

  test("a provider that marks with the purchase cannot be repaired, and the finding says so", async () => {
    const { purchaser, order } = await bought();
    order.token = undefined;
    const { findings: found } = await purchaser.audit({ repair: true });
    expect(found).toMatchObject([{ kind: "missing-marker" }]);
    expect(found[0]).not.toHaveProperty("repaired");
    expect(found[0]?.message).toContain("cannot be stamped afterwards");
  });

  test("one that carries the token of another is said to", async () => {
    const { purchaser, order } = await bought("stamped");
    order.token = "f".repeat(64);
    const [finding] = await findings(purchaser);
    expect(finding?.message).toContain("carries another token than its own");
  });
});

describe("what is looked at", () => {
  test("a listing that fails is reported with its scope, and the others are looked at", async () => {
    const { cloud, ledger, environment, purchaser } = setup();
    await purchaser.drive(execution(disk(), disk({ account: "b" })));
    const list: Inventory["list"] = async function* (scope) {
      if (scope.key === "imitation/a") throw new RefusedError({ code: "access-denied", message: "no right" });
      yield [];
    };
    const { executor } = cloud;
    const inventory = { ...executor.inventory, list };
    const provider: Provider = { name: "imitation", services: { disk: { ...executor, inventory } } };
    const { scopes } = await createPurchaser({ ledger, environment, providers: [provider] }).audit();
    expect(scopes).toEqual([
      { key: "imitation/a", label: "account a", error: { code: "access-denied", message: "no right" } },
      { key: "imitation/b", label: "account b", listed: 0 },
    ]);
  });

  test("a service that cannot list is named", async () => {
    const { ledger, environment } = await bought();
    const without = serviceWithoutApi({ provider: "imitation", service: "disk", instead: "Ask for it." });
    const provider: Provider = { name: "imitation", services: { disk: without } };
    expect(await createPurchaser({ ledger, environment, providers: [provider] }).audit()).toEqual({
      scopes: [],
      findings: [],
      notLookedAt: [{ provider: "imitation", service: "disk" }],
    });
  });

  test("a place of a provider that is not there is an error, and so is being stopped", async () => {
    const { purchaser } = await bought();
    await expect(purchaser.audit({ places: [{ provider: "azure" }] })).rejects.toMatchObject({
      code: "invalid-execution",
    });
    await expect(purchaser.audit({ signal: AbortSignal.abort() })).rejects.toMatchObject({ code: "aborted" });
  });
});

describe("a loss that a person accepts", () => {
  const loss = { person: "Ada", reason: "exchanged" };

  test("is no longer expected: the next drive buys in that scope again, and the recommendation stays bought", async () => {
    const { cloud, purchaser, ledger, environment, order } = await bought();
    cloud.orders.splice(0);
    await environment.sleep(16 * 60_000);
    const next = { ...execution(), executionId: "next" };
    expect((await purchaser.drive(next)).outcomes).toMatchObject([{ error: { code: "lookup-untrusted" } }]);
    const record = await purchaser.acceptLoss({ id: order.id, ...loss });
    expect(record).toMatchObject({
      state: "purchased",
      commitment: { id: order.id, standing: "ended", settled: true },
    });
    expect((await ledger.history(token())).slice(-3)).toMatchObject([
      { event: "claim" },
      { event: "decide", detail: `decided gone before its term (${order.id}) by Ada: exchanged` },
      { event: "observe" },
    ]);
    expect(await kinds(purchaser)).toEqual([]);
    expect((await purchaser.drive(next)).outcomes).toMatchObject([{ status: "purchased" }]);
    expect((await purchaser.drive(execution())).outcomes).toMatchObject([{ status: "already-purchased" }]);
    expect(cloud.counts.sends).toBe(2);
  });

  test("without its marker: it is no longer waited for, and its lane is free", async () => {
    const { cloud, purchaser, ledger } = setup({ identity: "stamped" });
    cloud.faults.mark = "throws";
    await purchaser.drive(execution());
    const [{ id } = { id: "" }] = cloud.orders.splice(0);
    const next = { ...execution(), executionId: "next" };
    expect((await purchaser.drive(next)).outcomes).toMatchObject([{ error: { code: "identical-purchase-open" } }]);
    await purchaser.acceptLoss({ id, ...loss });
    cloud.faults.mark = undefined;
    expect((await purchaser.drive(next)).outcomes).toMatchObject([{ status: "purchased" }]);
    const [again] = (await purchaser.drive(execution())).outcomes;
    expect(again).toMatchObject({ status: "already-purchased", commitment: { id } });
    expect(again?.warnings).toEqual(["It was bought and is over: it was last seen as Creating."]);
    expect((await ledger.recordsOf(executionId))[0]?.holder).toBeUndefined();
    expect(cloud.counts.sends).toBe(2);
  });

  test("is refused for what came to nothing: settle records that, and it is bought anew", async () => {
    const { cloud, purchaser } = setup();
    await purchaser.drive(execution());
    const [{ id } = { id: "" }] = cloud.orders;
    cloud.fail(id);
    await expect(purchaser.acceptLoss({ id, ...loss })).rejects.toMatchObject({
      code: "nothing-to-resolve",
      message: expect.stringContaining("Run buyonce settle"),
    });
    expect(await purchaser.watchPending()).toMatchObject([{ outcomes: [{ status: "rejected" }] }]);
    expect((await purchaser.drive(execution())).outcomes).toMatchObject([{ status: "purchased" }]);
  });

  test("of what failed after its final state is accepted: no drive would look at it again", async () => {
    const { cloud, purchaser, order } = await bought();
    cloud.fail(order.id);
    const [finding] = await findings(purchaser);
    expect(finding).toMatchObject({ kind: "loss", message: expect.stringContaining("--accept-loss") });
    expect(finding?.message).not.toContain("settle");
    expect(await purchaser.watchPending()).toEqual([]);
    await purchaser.acceptLoss({ id: order.id, ...loss });
    expect(await kinds(purchaser)).toEqual([]);
    expect((await purchaser.drive(execution())).outcomes).toMatchObject([{ status: "already-purchased" }]);
    expect(cloud.counts.sends).toBe(1);
  });

  test("without its marker it is refused while the provider shows what may be it under another id", async () => {
    const { cloud, purchaser, ledger } = setup({ identity: "stamped" });
    cloud.faults.mark = "throws";
    await purchaser.drive(execution());
    const [{ id } = { id: "" }] = cloud.orders.splice(0);
    const final = cloud.add({ id: "final-id", boughtFor: token() });
    await expect(purchaser.acceptLoss({ id, ...loss })).rejects.toMatchObject({
      code: "still-shown",
      message: expect.stringContaining(final.id),
    });
    expect((await ledger.recordsOf(executionId))[0]?.commitment).toMatchObject({ standing: "live", marked: false });
  });

  test("is refused while the provider shows a part of it", async () => {
    const { cloud, purchaser, ledger, order } = await bought();
    const part = cloud.add({ id: "another-part", state: "Active" });
    const [record] = await ledger.recordsOf(executionId);
    if (record?.commitment === undefined) throw new Error("it was bought");
    const [answer] = await claimPlaces(ledger, [record], "other", 30_000, { corrections: true });
    if (answer?.kind !== "granted") throw new Error("it is claimed");
    await ledger.observe(answer.claim, { ...record.commitment, furtherIds: [part.id] });
    cloud.orders.splice(cloud.orders.indexOf(order), 1);
    for (const id of [order.id, part.id]) {
      await expect(purchaser.acceptLoss({ id, ...loss })).rejects.toMatchObject({
        code: "still-shown",
        message: expect.stringContaining(`shows ${part.id} as Active`),
      });
    }
  });

  test("is refused while the provider shows it as live, and nothing is recorded", async () => {
    const { purchaser, ledger, order } = await bought();
    await expect(purchaser.acceptLoss({ id: order.id, ...loss })).rejects.toMatchObject({ code: "still-shown" });
    const [record] = await ledger.recordsOf(executionId);
    expect([record?.commitment?.standing, record?.holder]).toEqual(["live", undefined]);
  });

  test("is refused for an id that the ledger does not know, for an empty name, and while another driver holds it", async () => {
    const { cloud, purchaser, ledger, order } = await bought();
    await expect(purchaser.acceptLoss({ id: "nothing", ...loss })).rejects.toMatchObject({ code: "invalid-execution" });
    await expect(purchaser.acceptLoss({ id: order.id, person: " ", reason: "r" })).rejects.toMatchObject({
      code: "invalid-execution",
    });
    cloud.orders.splice(0);
    const [record] = await ledger.recordsOf(executionId);
    if (record === undefined) throw new Error("a record");
    await claimPlaces(ledger, [record], "other", 30_000, { corrections: true });
    await expect(purchaser.acceptLoss({ id: order.id, ...loss })).rejects.toMatchObject({
      code: "held-by-another-driver",
    });
  });
});
