import { afterEach, beforeEach, describe, expect, test } from "vitest";
import document from "../../docs/openapi.json" with { type: "json" };
import { type Client, ClientError, createClient, type Execution } from "../../src/client/index.ts";
import { startWorld, type World } from "../door/door-world.ts";
import { ec2 } from "../end-to-end/recommendations.ts";

const hasEvents = "/v1/executions/{executionId}/events" in document.paths;

let world: World;
let client: Client;
beforeEach(async () => {
  world = await startWorld();
  client = createClient({ baseUrl: world.url });
});
afterEach(() => world.close());

const orderOf = (executionId: string, more: object = {}): Execution => ({
  executionId,
  source: "test",
  recommendations: [{ ...ec2, ...more }],
});

/** What a call is refused with. */
const refusal = (call: Promise<unknown>) =>
  call.then(
    () => undefined,
    (error: unknown) => error as ClientError,
  );

describe("every method, against the door", () => {
  test("submits, waits, and is told the same when it submits again, in whatever way", async () => {
    const id = "engine 1/ä?#%";
    const first = await client.submit(orderOf(id));
    expect(first).toMatchObject({ isReplay: false, report: { executionId: id } });
    const report = await client.wait(id);
    expect(report).toMatchObject({ state: "complete", outcomes: [{ status: "purchased", recIndex: 0 }] });
    const again = [
      await client.submit(orderOf(id)),
      await client.submit(JSON.stringify(orderOf(id), null, 4)),
      await client.submit(orderOf(id), { idempotencyKey: String.raw`a "key" \ of mine` }),
      await client.submit(orderOf(id), { idempotencyKey: String.raw`a "key" \ of mine`, waitSeconds: 1 }),
    ];
    for (const one of again) expect(one).toEqual({ isReplay: true, isWorking: false, report });
    expect(await client.get(id)).toEqual({ isWorking: false, report });
    expect(await client.history(id, 0)).toMatchObject({ recIndex: 0, token: report.outcomes[0]?.token });
    expect(world.sandbox.reservedInstances()).toHaveLength(1);
    expect(await refusal(client.submit(orderOf(id, { quantity: 3 })))).toMatchObject({
      code: "execution-changed",
      status: 422,
      attempts: 1,
    });
  });

  test("an invalid execution: every problem, with its pointer", async () => {
    const error = await refusal(client.submit(orderOf("engine-1", { quantity: 0, term: "P9Y" })));
    expect(error).toBeInstanceOf(ClientError);
    expect(error?.problems.map(({ pointer }) => pointer)).toEqual(
      expect.arrayContaining(["#/recommendations/0/quantity", "#/recommendations/0/term"]),
    );
    expect(JSON.parse(error?.body ?? "")).toMatchObject({ code: "invalid-execution", detail: error?.detail });
  });

  test("approves what was seen, and nothing else", async () => {
    const submitted = await client.submit(orderOf("engine-1"), { requireApproval: true });
    expect(submitted.report.state).toBe("waiting");
    expect(await client.wait("engine-1")).toMatchObject({ state: "waiting" });
    const seen = await client.terms("engine-1");
    expect(seen.terms).toMatchObject({ approvalRequired: true, recommendations: [ec2] });
    const maxTotals = [{ amount: "9000", currency: "USD" }];
    const lowered = await client.changeLimits("engine-1", { maxTotals, reason: "the budget", etag: seen.etag });
    expect(lowered.terms).toMatchObject({ maxTotals });
    const late = await refusal(client.approve("engine-1", { reason: "yes", etag: seen.etag }));
    expect(late).toMatchObject({ code: "terms-changed", status: 412 });
    const moved = await client.changeSource("engine-1", { source: "finance", reason: "they pay", etag: lowered.etag });
    expect(moved.terms.source).toBe("finance");
    const approved = await client.approve("engine-1", { reason: "yes", etag: moved.etag }, { waitSeconds: 30 });
    expect(approved).toMatchObject({ isWorking: false, report: { state: "complete" } });
    expect(world.sandbox.reservedInstances()).toHaveLength(1);
  });

  test("cancels, is told the same again, reopens, skips", async () => {
    await client.submit(orderOf("engine-1"), { requireApproval: true });
    const cancelled = await client.cancel("engine-1", { reason: "ordered twice" });
    expect(cancelled).toMatchObject({ state: "stopped", mayBeBought: [] });
    expect(await client.cancel("engine-1", { reason: "ordered twice" })).toEqual(cancelled);
    const { etag } = await client.terms("engine-1");
    const reopened = await client.reopen("engine-1", { reason: "needed after all", etag });
    expect(reopened.terms.cancelled).toBeUndefined();
    await client.skip("engine-1", 0, { reason: "the workload moved", etag: reopened.etag });
    expect(await client.wait("engine-1")).toMatchObject({ state: "complete", outcomes: [{ status: "skipped" }] });
    expect(world.sandbox.purchaseRequests()).toEqual([]);
  });

  test("drives again what was refused; an outcome is no error", async () => {
    const match = { action: "PurchaseReservedInstancesOffering" };
    world.sandbox.addFault({ match, fault: { kind: "status", status: 400, code: "InvalidParameter", when: "before" } });
    await client.submit(orderOf("engine-1"));
    const rejected = await client.wait("engine-1");
    expect(rejected).toMatchObject({ state: "needs-person" });
    await client.redrive("engine-1");
    expect(await client.wait("engine-1")).toMatchObject({ state: "complete" });
    const nothing = await refusal(client.resolve("engine-1", 0, { finding: "not-bought", reason: "not on the bill" }));
    expect(nothing).toMatchObject({ status: 409 });
  });

  test("repeats a redrive whose answer was lost under one key; the next call has another one", async () => {
    const match = { action: "PurchaseReservedInstancesOffering" };
    const fault = { kind: "status", status: 400, code: "InvalidParameter", when: "before" } as const;
    const keys: (string | null)[] = [];
    const losing = createClient({
      baseUrl: world.url,
      fetch: async (...given) => {
        const request = new Request(...given);
        const response = await fetch(request);
        if (!request.url.endsWith("/redrive")) return response;
        keys.push(request.headers.get("idempotency-key"));
        if (keys.length > 1) return response;
        await client.wait("engine-1");
        throw new TypeError("the answer is lost");
      },
    });
    world.sandbox.addFault({ match, fault });
    await losing.submit(orderOf("engine-1"));
    await losing.wait("engine-1");
    world.sandbox.addFault({ match, fault });
    expect(await losing.redrive("engine-1")).toMatchObject({ isWorking: false, report: { state: "needs-person" } });
    expect(keys).toEqual([expect.any(String), keys[0]]);
    await losing.redrive("engine-1", { idempotencyKey: "mine" });
    expect(keys[2]).toBe('"mine"');
    expect(await losing.wait("engine-1")).toMatchObject({ state: "complete" });
  });

  test("quotes without recording, and lists page after page", async () => {
    expect(await client.quote(orderOf("engine-0"))).toMatchObject({ executionId: "engine-0", totals: { buy: [{}] } });
    expect(await refusal(client.get("engine-0"))).toMatchObject({ code: "not-found", status: 404, retryable: false });
    const ids = ["engine-1", "engine-2", "engine-3"];
    for (const id of ids) await client.submit(orderOf(id), { requireApproval: true });
    const listed = [];
    for await (const { executionId } of client.list({ state: "waiting", pageSize: 1 })) listed.push(executionId);
    expect(listed.toSorted()).toEqual(ids);
  });

  test.skipIf(!hasEvents)(
    "follows what happens, goes on after an event that is known, and ends where nothing is to come",
    async () => {
      await client.submit(orderOf("engine-1"));
      const numbers = [];
      const told = [];
      for await (const { id, event, data } of client.events("engine-1")) {
        numbers.push(id);
        told.push(event === "end" ? "end" : data.kind === "recommendation" && data.event);
      }
      expect(numbers).toEqual([...Array.from(told.slice(1).keys(), (index) => String(index + 1)), undefined]);
      expect(told).toEqual(expect.arrayContaining(["submit", "purchase", "end"]));
      const known = numbers.at(-2);
      for await (const event of client.events("engine-1", { after: known }))
        expect(event).toMatchObject({ event: "end" });
      const one = [];
      for await (const { id } of client.events("engine-1", { after: String(Number(known) - 1) })) one.push(id);
      expect(one).toEqual([known, undefined]);
      const none = async () => {
        for await (const event of client.events("engine-9")) throw new Error(`${event.id} was told.`);
      };
      expect(await refusal(none())).toMatchObject({ code: "not-found", status: 404 });
    },
  );
});
