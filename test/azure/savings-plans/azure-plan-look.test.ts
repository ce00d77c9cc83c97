import { aged } from "../../aged.ts";
import { describe, expect, test } from "vitest";
import { carriesToken } from "../../../src/contract/token.ts";
import { judge } from "../../../src/drive/judge-submission.ts";
import { startLoopback, type Reply } from "../support/azure-loopback.ts";
import {
  digestOf,
  failure,
  findWith,
  listWith,
  otherToken,
  recorded,
  signal,
  token,
} from "../support/azure-samples.ts";
import {
  alias,
  aliasName,
  answering,
  executorAt,
  noAlias,
  noOrder,
  order,
  orderId,
  scope,
  submit,
} from "./azure-plan-samples.ts";

const path = "/providers/Microsoft.BillingBenefits/savingsPlanOrders?api-version=2026-06-01";
const second = "b1155536-c572-4349-b11e-6d62eed38326";
const unnamed = { displayName: "Compute_SavingsPlan_11-15-2022_18-09" };
const list = (value: readonly unknown[], nextLink?: unknown): Reply => ({ status: 200, body: { value, nextLink } });
const shows = (body: unknown): Reply => ({ status: 200, body });

describe("the listing, by tokens and ids", () => {
  async function find(reply: Reply, ids: readonly string[] = []) {
    await using server = await startLoopback(answering({ list: reply }));
    const found = await findWith(executorAt(server), [token, otherToken], ids);
    expect(server.arrived.map((request) => request.path)).toEqual([path]);
    return found;
  }

  test("by the token in the display name", async () => {
    const { byToken } = await find(list([order(), order(unnamed, { name: second })]));
    expect([...byToken.keys()]).toEqual([token]);
    expect(byToken.get(token)).toEqual([
      { id: orderId, state: "Succeeded", standing: "live", settled: true, marked: true },
    ]);
  });

  test("assumption: tags come back (the specification has none); then they count as well", async () => {
    const tags = { "CUDLY-Idempotency-Token": token };
    expect((await find(list([order(unnamed, { tags })]))).byToken.has(token)).toBe(true);
  });

  test("the recorded listing: known ids are found, and nobody's token", async () => {
    const ids = ["7cf6e5df-0e8b-41ef-9608-05468f9a7129", "99f340d1-6db4-41b4-b469-cfc499716973"];
    const { byToken, byId } = await find(shows(recorded("savings-plan-orders-list-200").response.body), ids);
    expect([[...byId.keys()], byToken.size]).toEqual([[ids[0]], 0]);
  });

  test.each([
    ["Creating", "live", false],
    ["PendingBilling", "live", false],
    ["ConfirmedBilling", "live", false],
    ["Created", "live", false],
    ["Succeeded", "live", true],
    ["Cancelled", "ended", true],
    ["Expired", "ended", true],
    ["Failed", "failed", true],
    ["NoBenefit", "live", false],
  ])("lessons 1930, 1940: %s is %s, settled %s", async (provisioningState, standing, settled) => {
    const { byToken } = await find(list([order({ provisioningState })]));
    expect(byToken.get(token)).toMatchObject([{ state: provisioningState, standing, settled }]);
  });

  test("every state that the SDK knows is judged by the table, not by the rule for unknown ones", async () => {
    const { KnownProvisioningState } = await import("@azure/arm-billingbenefits");
    const judged = "Creating PendingBilling ConfirmedBilling Created Succeeded Cancelled Expired Failed";
    expect(Object.values(KnownProvisioningState).toSorted()).toEqual(judged.split(" ").toSorted());
  });

  describe("a listing that cannot be vouched for is refused", () => {
    const origin = "http://127.0.0.1:9";
    test.each([
      ["200 without the array", shows({})],
      ["null for the array", shows({ value: null })],
      ["HTML", shows("<html></html>")],
      ["an entry without a state", list([order({ provisioningState: null })])],
      ["an entry without an id", list([{ properties: { provisioningState: "Succeeded" } }])],
      ["lesson 1021: a next link to another host", list([], `${origin}${path}`)],
      ["a next link that is no URL", list([], "page 2")],
      ["a next link that is no text", list([], 2)],
    ])("%s", async (_name, reply) => {
      await using server = await startLoopback(() => reply);
      const found = findWith(executorAt(server));
      await expect(found).rejects.toMatchObject({ name: "RefusedError", code: "lookup-untrusted" });
      expect(server.arrived).toHaveLength(1);
    });

    test("a next link that repeats, and more pages than the limit", async () => {
      await using server = await startLoopback((request, nth) => {
        const again = request.path.includes("skiptoken") ? nth : 1;
        return list([], `http://${request.headers.host}${path}&%24skiptoken=${nth < 5 ? again : 5}`);
      });
      await expect(findWith(executorAt(server))).rejects.toThrow(/repeats/);
      await expect(findWith(executorAt(server, { maxPages: 1 }))).rejects.toThrow(/more than 1 pages/);
    });

    test("the second page fails", async () => {
      await using server = await startLoopback((request) =>
        request.path.includes("skiptoken")
          ? failure(500, "InternalServerError")
          : list([order()], `http://${request.headers.host}${path}&%24skiptoken=50`),
      );
      await expect(findWith(executorAt(server))).rejects.toMatchObject({ code: "lookup-failed", retryable: true });
    });

    test("403 names the right at tenant scope", async () => {
      await using server = await startLoopback(() => failure(403, "AuthorizationFailed"));
      const message = expect.stringContaining("tenant scope");
      await expect(findWith(executorAt(server))).rejects.toMatchObject({ code: "access-denied", message });
    });
  });
});

describe("read", () => {
  async function read(reply: Reply) {
    await using server = await startLoopback(answering({ order: reply }));
    return await executorAt(server, { readAttempts: 1 }).inventory.read(scope, orderId, { signal });
  }

  test("an order; and nothing only where Azure says so", async () => {
    expect(await read(shows(order({ provisioningState: "Creating" })))).toMatchObject({
      commitment: { id: orderId, settled: false, marked: true },
    });
    expect(await read(noOrder)).toBeUndefined();
  });

  test.each([
    ["404 without a code", { status: 404, body: "" }],
    ["another order", shows(order({}, { name: second }))],
    ["no state", shows(order({ provisioningState: "" }))],
    ["500", failure(500, "InternalServerError")],
  ] satisfies [string, Reply][])("%s is no answer", async (_name, reply) => {
    await expect(read(reply)).rejects.toMatchObject({ name: "RefusedError" });
  });
});

describe("resolve", () => {
  async function resolve(look: Reply, shown: Reply = noOrder) {
    await using server = await startLoopback(answering({ alias: look, order: shown }));
    const executor = executorAt(server, { readAttempts: 1 });
    const resolution = await executor.resolve(submit(), { signal, owned: new Set(), age: aged() });
    const judged = judge({ resolution, age: aged(0) }, submit(), executor);
    return { resolution, judged, paths: server.arrived.map(({ path: asked }) => asked) };
  }

  test("no alias: absent", async () => {
    const { resolution, paths } = await resolve(noAlias);
    expect(resolution.kind).toBe("absent");
    expect(paths).toEqual([
      `/providers/Microsoft.BillingBenefits/savingsPlanOrderAliases/${aliasName}?api-version=2026-06-01`,
    ]);
  });

  test("an alias: found, in the state of its order, at the price of the submission", async () => {
    const { resolution } = await resolve(shows(alias()), shows(order()));
    expect(resolution).toMatchObject({
      kind: "found",
      by: "proof",
      found: { commitment: { id: orderId, state: "Succeeded", settled: true, price: submit().price } },
    });
  });

  test("the alias stays Created although its order failed: the order is believed", async () => {
    const { resolution } = await resolve(shows(alias()), shows(order({ provisioningState: "Failed" })));
    expect(resolution).toMatchObject({ kind: "found", found: { commitment: { standing: "failed" } } });
  });

  test("an alias that failed before it had an order: found, failed, without asking for one", async () => {
    const failed = alias({ provisioningState: "Failed", savingsPlanOrderId: null });
    const { resolution, paths } = await resolve(shows(failed));
    expect(resolution).toMatchObject({ kind: "found", found: { commitment: { id: aliasName, standing: "failed" } } });
    expect(paths).toHaveLength(1);
  });

  test("an order that is not shown yet: found as the alias says", async () => {
    const { resolution } = await resolve(shows(alias()));
    expect(resolution).toMatchObject({ kind: "found", found: { commitment: { id: orderId, state: "Created" } } });
  });

  test("something else under the alias: shown as it is, and the drive does not take it for this one", async () => {
    const { resolution, judged } = await resolve(shows(alias({ term: "P1Y" })));
    expect(resolution).toMatchObject({ kind: "found", found: { commitment: { id: orderId }, facts: { term: "P1Y" } } });
    expect(judged).toMatchObject({ kind: "other", reason: expect.stringContaining("term: asked P3Y, found P1Y") });
  });

  test("a submission that names no alias: unclear, and nothing is asked", async () => {
    await using server = await startLoopback(answering({}));
    const resolution = await executorAt(server).resolve(submit({ handle: {} }), {
      signal,
      owned: new Set(),
      age: aged(),
    });
    expect([resolution.kind, server.arrived.length]).toEqual(["unclear", 0]);
  });

  test.each([
    ["404 without a code", { status: 404, body: "<html></html>" }, noOrder],
    ["500", failure(500, "InternalServerError"), noOrder],
    ["an alias without its amount", shows(alias({ commitment: undefined })), noOrder],
    ["an order that cannot be read", shows(alias()), failure(500, "InternalServerError")],
    ["another order", shows(alias()), shows(order({}, { name: second }))],
  ] satisfies [string, Reply, Reply][])("%s: unclear", async (_name, look, shown) => {
    expect((await resolve(look, shown)).resolution.kind).toBe("unclear");
  });
});

describe("what an order carries", () => {
  async function listed(rest: Readonly<Record<string, unknown>>, displayName?: string) {
    await using server = await startLoopback(answering({ list: list([order({ displayName }, rest)]) }));
    const [found] = await listWith(executorAt(server));
    return { marks: found?.marks, marked: found?.commitment.marked };
  }
  const tagged = (text: string) => ({ tags: { "cudly-idempotency-token": text } });
  const digest = { text: digestOf(token), whole: false };

  test("the tag first, then the display name; a text that is too short last", async () => {
    const named = `plan-${digestOf(token).toUpperCase()} `;
    expect((await listed(tagged(` ${token.toUpperCase()}`), named)).marks).toEqual([
      { text: token, whole: true },
      digest,
    ]);
    expect((await listed(tagged("unknown"), named)).marks).toEqual([digest, { text: "unknown", whole: false }]);
    const cut = { text: token.slice(0, 40), whole: false };
    expect((await listed(tagged(token.slice(0, 40)), named)).marks).toEqual([cut, digest]);
  });

  test("nothing: not marked", async () => {
    expect(await listed({})).toEqual({ marks: [], marked: false });
    expect(await listed(tagged(" "), unnamed.displayName)).toEqual({ marks: [], marked: false });
    expect(await listed(tagged(otherToken))).toMatchObject({ marked: true });
  });

  test.each([
    ["another whole token", otherToken, false],
    ["one that begins alike", token.slice(0, 32) + otherToken.slice(32), false],
    ["a longer one", `${token}0`, false],
    ["another kind of token", "f81d4fae-7dec-11d0-a765-00a0c91e6bf6", false],
    ["the beginning of the token", token.slice(0, 40), true],
    ["a short text of somebody's rule for tags", "unknown", true],
    ["a blank one", "  ", true],
  ])("A18: a tag with %s beside our display name: ours %s", async (_what, text, isOurs) => {
    const { marks = [] } = await listed(tagged(text), `plan-${digestOf(token)}`);
    expect(carriesToken(marks, token)).toBe(isOurs);
  });
});
