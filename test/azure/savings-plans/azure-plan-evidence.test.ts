import { aged } from "../../aged.ts";
import { describe, expect, test } from "vitest";
import { judge } from "../../../src/drive/judge-submission.ts";
import { startLoopback, type Arrived, type Reply } from "../support/azure-loopback.ts";
import { failure, fakeEnvironment, otherToken, signal, token } from "../support/azure-samples.ts";
import {
  alias,
  aliasName,
  executorAt,
  kindOf,
  noAlias,
  noOrder,
  order,
  orderId,
  plan,
  submit,
} from "./azure-plan-samples.ts";

const shows = (body: unknown, status = 200): Reply => ({ status, body });
const unmarked = { displayName: "Compute_SavingsPlan" };
const plans = shows({ value: [plan()] });

/** What is shown under the own alias, other aliases, the order and its plan. */
interface Shown {
  readonly own?: Reply;
  readonly others?: Reply;
  readonly order?: Reply;
  readonly plans?: Reply;
}

/** A service that answers the PUT so; the own alias is absent unless told otherwise, the order is ours. */
function service(
  put: Reply,
  { own = noAlias, others = noAlias, order: got = shows(order()), plans: of = plans }: Shown,
) {
  return startLoopback((request: Arrived) => {
    const kind = kindOf(request);
    if (kind === "purchase") return put;
    if (kind === "plans") return of;
    if (kind === "order") return got;
    return request.path.includes(aliasName) ? own : others;
  });
}

/** The answer to a first send, and what the drive makes of it: it records the evidence and asks what became of the purchase. */
async function purchase(put: Reply, shown: Shown = {}) {
  await using server = await service(put, shown);
  const executor = executorAt(server, { environment: fakeEnvironment(), readAttempts: 1 });
  const answer = await executor.send(submit(), { sentBefore: false });
  const evidence = answer.kind === "unknown" ? answer.evidence : undefined;
  const submission = submit({ evidence });
  const resolution = await executor.resolve(submission, { signal, owned: new Set(), age: aged() });
  expect(server.count("PUT")).toBe(1);
  return { answer, resolution, judged: judge({ resolution, age: aged(0) }, submission, executor) };
}

async function resolve(evidence: readonly string[], shown: Shown = {}) {
  await using server = await service({ status: 500 }, shown);
  const executor = executorAt(server, { readAttempts: 1 });
  return await executor.resolve(submit({ evidence }), { signal, owned: new Set(), age: aged() });
}

describe("A2: a success that is not about the alias that was sent", () => {
  test.each([
    ["another alias", shows(alias({}, "another"), 201)],
    ["another alias without a state", shows(alias({ provisioningState: undefined }, "another"))],
    ["the alias without a state", shows(alias({ provisioningState: undefined }))],
    ["an order alone", shows({ properties: { savingsPlanOrderId: `/x/${orderId.toUpperCase()}` } }, 202)],
  ])("%s: its order is recorded, read, found to carry the token, adopted", async (_name, put) => {
    const { answer, judged } = await purchase(put);
    expect(answer).toMatchObject({ kind: "unknown", evidence: [orderId] });
    const commitment = { id: orderId, state: "Succeeded", price: { amount: "32.3244" } };
    expect(judged).toMatchObject({ kind: "bought", commitment });
  });

  test("another alias that names no order yet: read as well", async () => {
    const put = shows(alias({ savingsPlanOrderId: null }, "another"));
    const { judged } = await purchase(put, { others: shows(alias({}, "another")) });
    expect(judged).toMatchObject({ kind: "bought", commitment: { id: orderId } });
    const { answer, resolution } = await purchase(put);
    expect(answer).toMatchObject({ kind: "unknown", evidence: ["savingsPlanOrderAliases/another"] });
    expect(resolution.kind).toBe("unclear");
  });

  test("a new order, which shows no plan yet, is no difference", async () => {
    const { judged } = await purchase(shows(alias({}, "another")), { plans: shows({ value: [] }) });
    expect(judged).toMatchObject({ kind: "bought", commitment: { id: orderId } });
  });

  test.each([
    ["carries no token", { order: shows(order(unmarked)) }],
    ["carries another token", { order: shows({ ...order(), tags: { "cudly-idempotency-token": otherToken } }) }],
    ["which it does not show", { order: noOrder }],
    ["Busy", { order: failure(500, "Busy") }],
    ["AuthorizationFailed", { plans: failure(403, "AuthorizationFailed") }],
    ["term: asked P3Y, found P1Y", { plans: shows({ value: [plan({ term: "P1Y" })] }) }],
  ] satisfies [string, Shown][])("%s: unknown, with the order as evidence", async (said, shown) => {
    const { answer, judged } = await purchase(shows(alias({}, "another"), 201), shown);
    expect(answer).toMatchObject({ kind: "unknown", evidence: [orderId] });
    expect(["unclear", "other"]).toContain(judged.kind);
    expect(judged).toMatchObject({ reason: expect.stringContaining(said) });
  });

  test("the alias for something else, whose order is nobody's: unknown, with it", async () => {
    const { answer, judged } = await purchase(shows(alias({ term: "P1Y" })), { order: shows(order(unmarked)) });
    expect(answer).toMatchObject({
      kind: "unknown",
      evidence: [orderId],
      reason: expect.stringContaining("something else under its alias (term: asked P3Y, found P1Y)"),
    });
    expect(judged.kind).toBe("unclear");
  });

  test("B3: the alias, or its order, is over: said as it is", async () => {
    for (const provisioningState of ["Cancelled", "Canceled", "Expired"]) {
      const { answer } = await purchase(shows(alias({ provisioningState })));
      expect(answer).toMatchObject({ kind: "bought", commitment: { id: orderId, standing: "ended" } });
      const ended = { own: shows(alias()), order: shows(order({ provisioningState })) };
      expect(await resolve([], ended)).toMatchObject({ kind: "found", found: { commitment: { standing: "ended" } } });
    }
  });
});

describe("A2: resolve reads the alias and all evidence", () => {
  test("one that carries the token: found", async () => {
    const tagged = { ...order(unmarked), tags: { "cudly-idempotency-token": token } };
    for (const shown of [{}, { order: shows(tagged) }]) {
      expect(await resolve([orderId], shown)).toMatchObject({ kind: "found", found: { commitment: { id: orderId } } });
    }
  });

  test("the alias shows the same order: found once", async () => {
    expect(await resolve([orderId], { own: shows(alias()) })).toMatchObject({
      kind: "found",
      found: { commitment: { id: orderId } },
    });
  });

  test("the alias shows the same order as something else, whose plan does not show yet: what the alias says counts", async () => {
    const shown = { own: shows(alias({ term: "P1Y" })), plans: shows({ value: [] }) };
    expect(await resolve([orderId], shown)).toMatchObject({ kind: "found", found: { facts: { term: "P1Y" } } });
  });

  test.each([
    ["carries no token", { order: shows(order(unmarked)) }],
    ["does not show", { order: noOrder }],
    ["Busy", { order: failure(500, "Busy") }],
  ] satisfies [string, Shown][])("%s: unclear with the reason, never absent", async (said, shown) => {
    expect(await resolve([orderId], shown)).toMatchObject({ kind: "unclear", reason: expect.stringContaining(said) });
  });

  test("none, and no alias: absent", async () => {
    expect(await resolve([])).toMatchObject({ kind: "absent" });
  });

  test("it carries the token and came to nothing: found, failed", async () => {
    const failed = shows(order({ provisioningState: "Failed" }));
    expect(await resolve([orderId], { order: failed })).toMatchObject({
      kind: "found",
      found: { commitment: { standing: "failed" } },
    });
  });
});
