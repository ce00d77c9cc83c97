import { describe, expect, test, vi } from "vitest";
import { startLoopback, type Loopback, type Reply } from "./support/azure-loopback.ts";
import {
  executorOf,
  failure,
  fakeEnvironment,
  findWith,
  order,
  orderId,
  recorded,
  scope,
  signal,
} from "./support/azure-samples.ts";

const find = (server: Loopback) => findWith(executorOf("compute", { endpoint: server.origin }));
const list = (value: readonly unknown[]): Reply => ({ status: 200, body: { value } });
/** A server that answers every request alike. */
const always = (reply: Reply) => startLoopback(() => reply);

const second = "b1155536-c572-4349-b11e-6d62eed38326";

describe("retries of reads", () => {
  test("wait with jitter from the injected random numbers and the injected sleep", async () => {
    await using server = await startLoopback((_request, nth) =>
      nth < 4 ? failure(503, "ServerBusy") : list([order()]),
    );
    const environment = fakeEnvironment();
    const executor = executorOf("compute", { endpoint: server.origin, environment });
    const listing = await findWith(executor);
    expect(listing.byToken.size).toBe(1);
    expect(environment.slept).toEqual([750, 1_500, 3_000]);
  });

  test.each([
    ["12", 12_000],
    ["3600", 3_600_000],
    ["36000", 3_600_000],
    ["Mon, 05 Jan 2026 10:00:20 GMT", 20_000],
    ["soon", 1_000],
  ])("Retry-After %s of a 429 is waited for, up to an hour: %i ms", async (header, wait) => {
    await using server = await startLoopback((_request, nth) =>
      nth === 1 ? { status: 429, body: {}, headers: { "Retry-After": header } } : list([]),
    );
    const environment = fakeEnvironment();
    const executor = executorOf("compute", { endpoint: server.origin, environment });
    await findWith(executor, []);
    expect(environment.slept).toEqual([wait]);
  });

  test("429 to the end: the refusal says after how long to try again", async () => {
    await using server = await always({ status: 429, body: {}, headers: { "Retry-After": "7" } });
    await expect(find(server)).rejects.toMatchObject({ code: "lookup-failed", retryable: true, retryAfter: 7_000 });
  });

  test("an abort ends a request that is under way, and a wait between two", async () => {
    const reason = new Error("stop now");
    await using hanging = await always({ fault: "hang" });
    await using busy = await always(failure(503, "ServerBusy"));
    for (const [server, sleep] of [
      [hanging, undefined],
      [busy, () => new Promise<void>(() => {})],
    ] as const) {
      const stop = new AbortController();
      const environment = {
        ...fakeEnvironment(),
        ...(sleep ? { sleep: async (_ms: number, s?: AbortSignal) => waitFor(s) } : {}),
      };
      const executor = executorOf("compute", { endpoint: server.origin, environment });
      const found = findWith(executor, [], [], stop.signal);
      void vi.waitUntil(() => server.arrived.length > 0, { timeout: 10_000 }).then(() => stop.abort(reason));
      await expect(found).rejects.toBe(reason);
      expect(server.arrived).toHaveLength(1);
    }
  });
});

/** Sleeps until aborted, as node's timers do: with an error of their own. */
function waitFor(stop: AbortSignal | undefined): Promise<void> {
  return new Promise((_resolve, reject) => {
    stop?.addEventListener("abort", () => reject(new Error("The operation was aborted", { cause: stop.reason })));
  });
}

describe("read", () => {
  const read = (server: Loopback) =>
    executorOf("compute", { endpoint: server.origin }).inventory.read(scope, orderId, { signal });

  test("the recorded order", async () => {
    const { body } = recorded("order-get-succeeded-200").response;
    await using server = await always({ status: 200, body });
    const id = "b1155536-c572-4349-b11e-6d62eed38326";
    const found = await executorOf("compute", { endpoint: server.origin }).inventory.read(scope, id, { signal });
    expect(found?.commitment).toMatchObject({
      id,
      state: "Succeeded",
      settled: true,
      purchasedAt: "2023-03-06T16:15:55.3992627Z",
    });
  });

  test("assumption: 404 with ReservationOrderNotFound means that there is none", async () => {
    await using server = await always(failure(404, "ReservationOrderNotFound"));
    expect(await read(server)).toBeUndefined();
  });

  test.each([
    [failure(404, "ResourceNotFound")],
    [{ status: 404, body: "<html>not found</html>" }],
    [failure(400, "ReservationOrderNotFound")],
    [failure(403, "AuthorizationFailed")],
    [{ status: 200, body: order({}, { name: second }) }],
    [{ status: 200, body: "<html></html>" }],
    [{ status: 203, body: order() }],
    [{ status: 206, body: order() }],
  ] satisfies [Reply][])("anything else throws: %o", async (reply) => {
    await using server = await always(reply);
    await expect(read(server)).rejects.toMatchObject({ name: "RefusedError" });
  });
});
