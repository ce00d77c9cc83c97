import { describe, expect, test } from "vitest";
import { startLoopback, type Arrived, type Loopback, type Reply } from "./support/azure-loopback.ts";
import {
  executorOf,
  failure,
  findWith,
  listWith,
  order,
  orderId,
  otherToken,
  recorded,
  serviceNames,
  token,
  digestOf,
} from "./support/azure-samples.ts";

const path = "/providers/Microsoft.Capacity/reservationOrders?api-version=2022-11-01";

function find(server: Loopback, tokens: readonly string[] = [token], ids: readonly string[] = [], service = "compute") {
  return findWith(executorOf(service, { endpoint: server.origin }), tokens, ids);
}

const list = (value: readonly unknown[], nextLink?: unknown): Reply => ({ status: 200, body: { value, nextLink } });

/** A server that answers every request alike. */
const always = (reply: Reply) => startLoopback(() => reply);

const second = "b1155536-c572-4349-b11e-6d62eed38326";
const unnamed = { displayName: "VM_RI_11-24-2021_22-30" };
const tags = { "purchase-automation": "cudly-web", "cudly-idempotency-token": token };

describe.each(serviceNames)("%s: match and no match", (service) => {
  test("by display name, by tag, and not at all", async () => {
    await using server = await always(
      list([
        order(),
        order(unnamed, { name: second, tags }),
        order(unnamed, { name: "39ec957b-9e55-40b3-abd4-f695b02430b4" }),
      ]),
    );
    const { byToken, byId } = await find(server, [token, otherToken], [], service);
    expect(byId.size).toBe(0);
    expect(byToken.get(token)?.map(({ id }) => id)).toEqual([orderId, second]);
    expect(byToken.has(otherToken)).toBe(false);
    expect([server.count("GET"), server.arrived.length]).toEqual([1, 1]);
  });
});

describe("recognition", () => {
  test("assumption: tags come back (no recording shows them); their names are read in any letter case", async () => {
    const upper = { "CUDLY-Idempotency-Token": token };
    await using server = await always(list([order(unnamed, { tags: upper })]));
    const [found] = (await find(server)).byToken.get(token) ?? [];
    expect(found).toMatchObject({ id: orderId, marked: true, standing: "live", settled: true });
  });

  test("an order of an execution that the Go engine began is found by its tag", async () => {
    await using server = await always(list([order({ displayName: "cudly-vm-1" }, { tags })]));
    expect((await find(server)).byToken.has(token)).toBe(true);
  });

  test("other tag names: only they count", async () => {
    await using server = await always(
      list([order(unnamed, { tags }), order(unnamed, { name: second, tags: { t: token } })]),
    );
    const settings = { endpoint: server.origin, tagNames: { source: "s", token: "t" } };
    const listing = await findWith(executorOf("compute", settings));
    expect(listing.byToken.get(token)?.map(({ id }) => id)).toEqual([second]);
  });

  test("a display name that only looks alike is no match: the whole 128 bits at its end count", async () => {
    const names = [
      `buyonce-${token.slice(0, 31)}`,
      `${digestOf(token)}-x`,
      `buyonce-${digestOf(token)}-x`,
      `buyonce${digestOf(token)}`,
      otherToken,
    ];
    const entries = names.map((displayName, n) =>
      order({ displayName }, { name: `00000000-0000-0000-0000-00000000000${n}` }),
    );
    await using server = await always(list(entries));
    expect((await find(server)).byToken.size).toBe(0);
  });

  test("letter case of token and ids does not hide an order", async () => {
    const shouting = order(
      { displayName: `BUYONCE-${digestOf(token).toUpperCase()}` },
      { name: orderId.toUpperCase() },
    );
    await using server = await always(list([shouting]));
    const listing = await find(server, [token], [orderId]);
    expect(listing.byToken.get(token)?.[0]?.id).toBe(orderId);
    expect(listing.byId.get(orderId)?.id).toBe(orderId);
  });

  test("known ids are found for the canary, though they carry none of the tokens", async () => {
    await using server = await always(list([order(unnamed), order(unnamed, { name: second })]));
    const listing = await find(server, [token], [second, "99f340d1-6db4-41b4-b469-cfc499716973"]);
    expect([...listing.byId.keys()]).toEqual([second]);
    expect(listing.byToken.size).toBe(0);
  });

  test("an order without a name is known by the end of its id", async () => {
    await using server = await always(
      list([
        { ...order(), name: "" },
        { ...order(unnamed), name: undefined, id: `/x/${second}` },
      ]),
    );
    const listing = await find(server, [token], [second]);
    expect(listing.byToken.get(token)?.map(({ id }) => id)).toEqual([orderId]);
    expect([...listing.byId.keys()]).toEqual([second]);
  });

  test("an order that slides to the next page while they are read is one order", async () => {
    await using server = await startLoopback((_request, nth) =>
      list([order()], nth === 1 ? `http://${_request.headers.host}${path}&%24skiptoken=50` : undefined),
    );
    expect((await find(server)).byToken.get(token)).toHaveLength(1);
  });
});

describe("states", () => {
  test.each([
    ["Creating", "live", false],
    ["PendingResourceHold", "live", false],
    ["ConfirmedResourceHold", "live", false],
    ["PendingCapacity", "live", false],
    ["PendingBilling", "live", false],
    ["ConfirmedBilling", "live", false],
    ["Created", "live", false],
    ["Succeeded", "live", true],
    ["Split", "live", true],
    ["Merged", "live", true],
    ["Failed", "failed", true],
    ["BillingFailed", "failed", true],
    ["Cancelled", "ended", true],
    ["Expired", "ended", true],
    ["Processing-2027", "live", false],
    ["constructor", "live", false],
  ])("lessons 1930, 1940: %s is %s, settled %s", async (provisioningState, standing, settled) => {
    await using server = await always(list([order({ provisioningState })]));
    const [found] = (await find(server)).byToken.get(token) ?? [];
    expect(found).toMatchObject({ state: provisioningState, standing, settled });
  });

  test("every state that the SDK knows is judged by the table, not by the rule for unknown ones", async () => {
    const { KnownProvisioningState } = await import("@azure/arm-reservations");
    const judged =
      "Creating PendingResourceHold ConfirmedResourceHold PendingBilling ConfirmedBilling Created Succeeded Cancelled Expired BillingFailed Failed Split Merged";
    expect(Object.values<string>(KnownProvisioningState).sort()).toEqual(judged.split(" ").sort());
  });
});

describe("pages", () => {
  test("the recorded pages are read to the end, on the same host with the same token", async () => {
    const { body } = recorded("orders-list-page1-200").response;
    await using server = await startLoopback(({ headers }, nth) => {
      if (nth > 1) return list([order()]);
      const next = path.replace("Orders", "ORDERS");
      return { status: 200, body: { ...body, nextLink: `http://${headers.host}${next}&%24skiptoken=50` } };
    });
    const listing = await find(server, [token], ["3661e106-0b2e-4324-b8f9-89a59d47d033"]);
    expect(listing.byToken.get(token)?.[0]?.id).toBe(orderId);
    expect(listing.byId.values().next().value).toMatchObject({ state: "Failed", standing: "failed" });
    expect(server.arrived.map((request) => request.path)).toEqual([
      path,
      `${path.replace("Orders", "ORDERS")}&%24skiptoken=50`,
    ]);
    expect(server.arrived.map(({ headers }) => headers.authorization)).toEqual([
      "Bearer buyonce-loopback",
      "Bearer buyonce-loopback",
    ]);
  });

  test.each([[null], [""], [undefined]])("a next link of %o is the end", async (nextLink) => {
    await using server = await always(list([order()], nextLink));
    expect((await find(server)).byToken.size).toBe(1);
    expect(server.arrived).toHaveLength(1);
  });

  test("lessons 1021, 1991: a next link to another host is not followed, so that no token goes there", async () => {
    await using elsewhere = await always(list([]));
    await using server = await always(list([order()], `${elsewhere.origin}${path}`));
    await expect(find(server)).rejects.toMatchObject({ code: "lookup-untrusted", name: "RefusedError" });
    expect(elsewhere.arrived).toHaveLength(0);
  });

  test.each([
    ["another scheme", ({ headers }: Arrived) => `https://${headers.host}${path}`],
    ["another path", ({ headers }: Arrived) => `http://${headers.host}/providers/Microsoft.Capacity/reservations`],
    ["a user name", ({ headers }: Arrived) => `http://me@${headers.host}${path}&page=2`],
    ["a password", ({ headers }: Arrived) => `http://:secret@${headers.host}${path}&page=2`],
    ["no URL", () => "page 2"],
    ["no text", () => 2],
  ])("a next link with %s is refused", async (_name, link) => {
    await using server = await startLoopback((request) => list([order()], link(request)));
    await expect(find(server)).rejects.toMatchObject({ code: "lookup-untrusted" });
    expect(server.arrived).toHaveLength(1);
  });

  test("a next link that repeats is refused instead of followed for ever", async () => {
    await using server = await startLoopback(({ headers }) => list([], `http://${headers.host}${path}&page=2`));
    await expect(find(server)).rejects.toMatchObject({
      code: "lookup-untrusted",
      message: expect.stringMatching(/repeats/),
    });
    expect(server.arrived).toHaveLength(2);
  });

  test("lessons 667, 688: endless empty pages end at the page limit", async () => {
    await using server = await startLoopback(({ headers }, nth) =>
      list([], `http://${headers.host}${path}&page=${nth}`),
    );
    const executor = executorOf("compute", { endpoint: server.origin, maxPages: 7 });
    const found = findWith(executor);
    await expect(found).rejects.toMatchObject({
      code: "lookup-untrusted",
      message: expect.stringMatching(/more than 7/),
    });
    expect(server.arrived).toHaveLength(7);
  });
});

describe("lessons 1937, 1941: a lookup that failed is refused, never taken for nothing there", () => {
  test.each([
    ["200 without the array", { status: 200, body: {} }],
    ["200 with null for the array", { status: 200, body: { value: null } }],
    ["200 with HTML", { status: 200, body: "<html>sign in</html>" }],
    ["200 with nothing", { status: 200 }],
    ["an entry without a state", list([order(), { name: second, properties: {} }])],
    ["an entry without an id", list([{ properties: { provisioningState: "Succeeded" } }])],
    ["a truncated JSON body", { status: 200, body: '{"value":[' }],
  ] satisfies [string, Reply][])("%s", async (_name, reply) => {
    await using server = await always(reply);
    await expect(find(server)).rejects.toMatchObject({ name: "RefusedError", code: "lookup-untrusted" });
    expect(server.arrived).toHaveLength(1);
  });

  test.each([
    ["a tag that is a number", order({}, { tags: { team: 7 } })],
    ["a token's tag that is no text", order(unnamed, { tags: { "cudly-idempotency-token": [token] } })],
    ["a tag that is null", order(unnamed, { tags: { "cudly-idempotency-token": null } })],
    ["tags in an array", order(unnamed, { tags: [token] })],
    ["tags that are text", order(unnamed, { tags: token })],
    ["a display name that is a number", order({ displayName: 7 })],
    ["a display name that is an object", order({ displayName: { value: "vm" } })],
    ["an entry that is null", null],
    ["an entry that is text", "order"],
  ])("C10: %s hides a marker, so it refuses the list", async (_name, unreadable) => {
    for (const service of ["compute", "savings-plans"]) {
      await using server = await always(list([order({}, { name: second }), unreadable]));
      await expect(find(server, [token], [], service)).rejects.toMatchObject({ code: "lookup-untrusted" });
      const listed = listWith(executorOf(service, { endpoint: server.origin }));
      await expect(listed).rejects.toMatchObject({ code: "lookup-untrusted" });
    }
  });

  test.each([
    ["tags", order({}, { tags: null })],
    ["display name", order({ displayName: null }, { tags })],
  ])("C10: %s of null: not said, and nothing is hidden", async (_name, shown) => {
    await using server = await always(list([shown]));
    expect((await find(server)).byToken.get(token)).toHaveLength(1);
  });

  test.each([201, 202, 203, 206, 207, 226])("C10: HTTP %i is not the whole list", async (status) => {
    for (const service of ["compute", "savings-plans"]) {
      await using server = await always({ status, body: { value: [] } });
      await expect(find(server, [token], [], service)).rejects.toMatchObject({
        code: "lookup-untrusted",
        retryable: true,
        message: expect.stringContaining(`HTTP ${status} where only 200 is an answer`),
      });
      expect(server.arrived).toHaveLength(1);
    }
  });

  test.each([
    [400, "BadRequest", 1, false],
    [404, "ReservationOrderNotFound", 1, false],
    [409, "Conflict", 1, false],
    [408, "RequestTimeout", 4, true],
    [429, "TooManyRequests", 9, true],
    [500, "InternalServerError", 4, true],
    [503, "ServerBusy", 4, true],
  ])("HTTP %i %s: %i requests, retryable %s", async (status, code, requests, retryable) => {
    await using server = await always(failure(status, code));
    await expect(find(server)).rejects.toMatchObject({ name: "RefusedError", code: "lookup-failed", retryable });
    expect(server.arrived).toHaveLength(requests);
  });

  test.each([401, 403])("HTTP %i: access denied; what is needed is named", async (status) => {
    await using server = await always(failure(status, "AuthorizationFailed"));
    await expect(find(server)).rejects.toMatchObject({
      code: "access-denied",
      message: expect.stringMatching(status === 403 ? /Microsoft\.Capacity\/reservationorders\/read/ : /sign in/),
    });
    expect(server.arrived).toHaveLength(1);
  });

  test.each(["reset", "cut"] as const)("%s answers", async (fault) => {
    await using server = await always(fault === "cut" ? { fault, status: 200, body: { value: [] } } : { fault });
    await expect(find(server)).rejects.toMatchObject({ code: "lookup-failed", retryable: true });
    expect(server.arrived).toHaveLength(4);
  });

  test.each(["hang", "hang-body"] as const)("%s: the timeout covers the body too", async (fault) => {
    await using server = await always(fault === "hang" ? { fault } : { fault, status: 200, body: { value: [] } });
    const executor = executorOf("compute", { endpoint: server.origin, readTimeout: 1500, readAttempts: 2 });
    const found = findWith(executor);
    await expect(found).rejects.toMatchObject({
      code: "lookup-failed",
      message: expect.stringMatching(/within 1500 ms/),
    });
    expect(server.arrived).toHaveLength(2);
  });

  test("an error on the second page refuses the whole listing, though the first one had a match", async () => {
    await using server = await startLoopback(({ headers }, nth) =>
      nth === 1 ? list([order()], `http://${headers.host}${path}&page=2`) : failure(400, "BadRequest"),
    );
    await expect(find(server)).rejects.toMatchObject({ code: "lookup-failed" });
  });
});
