import { describe, expect, test } from "vitest";
import { createGcp, type GcpBigQueryRecommendation, type GcpSettings } from "../../../providers/gcp/index.ts";
import type { CloudSandbox } from "../../../providers/sandbox/index.ts";
import { InvalidExecutionError } from "../../../src/contract/errors.ts";
import type { ServiceExecutor, Submission } from "../../../src/contract/executor.ts";
import type { Ledger } from "../../../src/contract/ledger.ts";
import { deriveIdempotencyToken } from "../../../src/contract/token.ts";
import { validateExecution } from "../../../src/drive/validate.ts";
import { createMemoryLedger } from "../../../src/ledger/memory-ledger.ts";
import type { PersonFinding } from "../../../src/drive/resolve-by-person.ts";
import { createPurchaser } from "../../../src/purchaser.ts";
import { clockAhead } from "../../clock-ahead.ts";
import { sandboxFor } from "../../sandbox/support.ts";
import { ok, startLoopback, type Reply } from "../gcp-loopback.ts";
import { calmly, fakeEnvironment, marker, name, otherToken, submittedAt } from "../gcp-samples.ts";

const recommendation: GcpBigQueryRecommendation = {
  provider: "gcp",
  service: "bigquery",
  projectId: "my-project-123",
  location: "US",
  edition: "ENTERPRISE",
  slots: 100,
  term: "P1Y",
  renewalPlan: "NONE",
};

const path = "projects/my-project-123/locations/US/capacityCommitments";

/** As the discovery document describes one. */
const slots = {
  name: `${path}/${name}`,
  slotCount: "100",
  plan: "ANNUAL",
  state: "ACTIVE",
  commitmentStartTime: "2026-07-14T11:00:01Z",
  commitmentEndTime: "2027-07-14T11:00:01Z",
  renewalPlan: "NONE",
  edition: "ENTERPRISE",
  isFlatRate: false,
};

const request = { slotCount: "100", plan: "ANNUAL", renewalPlan: "NONE", edition: "ENTERPRISE" } as const;

const submission: Submission = {
  ...marker,
  recommendation,
  scope: {
    key: "gcp/my-project-123/US/bigquery",
    label: "GCP project my-project-123, BigQuery in US",
    projectId: "my-project-123",
    location: "US",
  },
  price: { amount: "42048", currency: "USD" },
  handle: { name, before: { old: "200" } },
  request,
  attempt: 1,
  requestHash: "0".repeat(64),
  submittedAt,
};

const problem = (code: number, status: string, message = "An error."): Reply => ({
  status: code,
  body: { error: { code, message, status } },
});

const notFound = problem(404, "NOT_FOUND", `Not found: Capacity commitment ${path}/${name}`);

function executorAt(endpoint: string, settings: GcpSettings = {}): ServiceExecutor {
  const { bigquery } = createGcp({ endpoint, environment: fakeEnvironment(), readAttempts: 1, ...settings }).services;
  if (bigquery === undefined) throw new Error("There is no executor of capacity commitments.");
  return bigquery;
}

function problemsOf(changed: object): readonly string[] {
  try {
    validateExecution({ executionId: "x", source: "test", recommendations: [changed] }, [createGcp()]);
    return [];
  } catch (error) {
    if (!InvalidExecutionError.isInstance(error)) throw error;
    return error.problems.map(({ path: field, message }) => `${field.replace("recommendations[0]", "")} ${message}`);
  }
}

describe("what is recommended", () => {
  test("is taken as it is", () => {
    expect(problemsOf(recommendation)).toEqual([]);
    expect(executorAt("http://127.0.0.1:1").schema.parse(recommendation)).toEqual(recommendation);
  });

  test.each(["projectId", "location", "edition", "slots", "term", "renewalPlan"])("%s has no default", (field) => {
    const { [field]: _left, ...rest }: Readonly<Record<string, unknown>> = recommendation;
    expect(problemsOf(rest)).toEqual([expect.stringMatching(new RegExp(`^\\.${field} is required: it must be`))]);
  });

  test.each<[string, object, string]>([
    ["the standard edition, of which none is sold", { edition: "STANDARD" }, ".edition must be"],
    ["slots that are no multiple of 50", { slots: 120 }, ".slots must be a multiple of 50"],
    ["no slots", { slots: 0 }, ".slots must be at least 50"],
    ["a plan without a term", { term: "FLEX" }, '.term must be "P1Y" or "P3Y"'],
    ["a renewal that is none of Google's", { renewalPlan: "FLEX" }, ".renewalPlan must be"],
    ["another spelling of a multi-region", { location: "us" }, ".location must be"],
    ["a project number", { projectId: "123456789012" }, ".projectId must be"],
    ["a region beside it", { region: "us-central1" }, ".region is not a known field"],
  ])("%s is refused", (_what, change, message) => {
    expect(problemsOf({ ...recommendation, ...change })).toContainEqual(expect.stringContaining(message));
  });
});

describe("the send", () => {
  async function send(...replies: Reply[]) {
    await using loopback = await startLoopback();
    loopback.on("other", ...replies);
    const answer = await executorAt(loopback.url).send(submission, { sentBefore: false });
    return { answer, arrived: loopback.arrived };
  }

  test("one request, word for word, under the id of the token", async () => {
    const { answer, arrived } = await send(ok(slots));
    expect(answer).toMatchObject({ kind: "bought", commitment: { id: name, state: "ACTIVE", standing: "live" } });
    expect(arrived).toHaveLength(1);
    const [sent] = arrived;
    expect(sent).toMatchObject({ method: "POST", path: `/v1/${path}` });
    expect(Object.fromEntries(sent?.query ?? [])).toEqual({ capacityCommitmentId: name });
    expect(JSON.parse(sent?.body ?? "")).toEqual(request);
  });

  test.each<[string, Reply, object]>([
    ["its id is taken", problem(409, "ALREADY_EXISTS"), { kind: "exists", providerCode: "ALREADY_EXISTS" }],
    ["another conflict", problem(409, "ABORTED"), { kind: "unknown" }],
    ["a refusal", problem(400, "INVALID_ARGUMENT"), { kind: "rejected", left: true, retryable: false }],
    ["too many requests", problem(429, "RESOURCE_EXHAUSTED"), { kind: "rejected", retryable: true }],
    [
      "a right is missing",
      problem(403, "PERMISSION_DENIED"),
      { kind: "rejected", reason: expect.stringContaining("bigquery.capacityCommitments.create") },
    ],
    ["500", problem(500, "INTERNAL"), { kind: "unknown" }],
    ["504", problem(504, "DEADLINE_EXCEEDED"), { kind: "unknown" }],
    ["400 without a word", { status: 400, body: "<html>" }, { kind: "unknown" }],
    ["nothing in it", ok({}), { kind: "unknown" }],
    ["another id", ok({ ...slots, name: `${path}/other` }), { kind: "unknown" }],
    ["another project", ok({ ...slots, name: slots.name.replace("my-", "an-") }), { kind: "unknown" }],
    ["another location", ok({ ...slots, name: slots.name.replace("/US/", "/EU/") }), { kind: "unknown" }],
    [
      "another count",
      ok({ ...slots, slotCount: "200" }),
      { kind: "unknown", reason: expect.stringContaining("slotCount is 200, not 100") },
    ],
    ["it renews itself", ok({ ...slots, renewalPlan: "ANNUAL" }), { kind: "unknown" }],
    [
      "on its way",
      ok({ ...slots, state: "PENDING" }),
      { kind: "bought", commitment: { standing: "live", settled: false } },
    ],
    [
      "a state that nobody knows",
      ok({ ...slots, state: "ODD" }),
      { kind: "bought", commitment: { standing: "live", settled: false } },
    ],
    [
      "failed",
      ok({ ...slots, state: "FAILED" }),
      { kind: "bought", commitment: { standing: "failed", settled: true } },
    ],
  ])("%s", async (_what, reply, expected) => {
    const { answer, arrived } = await send(reply);
    expect(answer).toMatchObject(expected);
    expect(arrived).toHaveLength(1);
  });

  test("a reset after the request is unknown; a record of something else is not sent", async () => {
    expect((await send((response) => response.socket?.resetAndDestroy())).answer).toMatchObject({ kind: "unknown" });
    const altered = { ...submission, request: { ...request, renewalPlan: undefined as never } };
    await using loopback = await startLoopback();
    expect(await executorAt(loopback.url).send(altered, { sentBefore: false })).toMatchObject({
      kind: "rejected",
      left: false,
    });
    expect(loopback.arrived).toEqual([]);
  });
});

describe("what became of it", () => {
  async function resolve(replies: readonly Reply[], owned: readonly string[] = []) {
    await using loopback = await startLoopback();
    loopback.on("other", ...replies);
    const options = { ...calmly, owned: new Set(owned), age: { atLeast: 0, atMost: 0 } as never };
    return await executorAt(loopback.url)
      .resolve(submission, options)
      .catch((error: unknown) => error);
  }
  const list = (...items: readonly object[]) => ok(items.length === 0 ? {} : { capacityCommitments: items });
  const there = (id: string, count: string, more: object = {}) => ({
    ...slots,
    name: `${path}/${id}`,
    slotCount: count,
    ...more,
  });

  test("it is there, under its id", async () => {
    expect(await resolve([ok(slots)])).toMatchObject({
      kind: "found",
      by: "proof",
      found: { commitment: { id: name } },
    });
  });

  test("it is not there, and nothing else came", async () => {
    expect(await resolve([notFound, list()])).toMatchObject({ kind: "absent" });
    expect(await resolve([notFound, list(there("old", "200"))])).toMatchObject({ kind: "absent" });
  });

  test("a 404 alone proves nothing: the list of the place has to be there", async () => {
    expect(await resolve([notFound, notFound])).toMatchObject({ name: "RefusedError" });
    expect(await resolve([{ status: 404, body: "<html>" }])).toMatchObject({ name: "RefusedError" });
    // What is still in the list is there.
    expect(await resolve([notFound, list(slots)])).toMatchObject({ kind: "found" });
  });

  test("merged or split: what is new, or has grown, may hold it, and a person decides", async () => {
    for (const found of [there("merged-1", "300"), there("old", "300")]) {
      expect(await resolve([notFound, list(found)])).toMatchObject({
        kind: "unclear",
        isShown: true,
        candidates: [found.name.split("/").at(-1)],
      });
    }
    expect(await resolve([notFound, list(there("a", "50"), there("b", "50"))])).toMatchObject({
      kind: "unclear",
      candidates: ["a", "b"],
    });
  });

  test("what is another's, of another edition, or came to nothing, is not it", async () => {
    const others = `cud-${otherToken.slice(0, 32)}`;
    expect(await resolve([notFound, list(there(others, "100"))])).toMatchObject({ kind: "absent" });
    expect(await resolve([notFound, list(there("known", "100"))], ["known"])).toMatchObject({ kind: "absent" });
    expect(await resolve([notFound, list(there("plus", "100", { edition: "ENTERPRISE_PLUS" }))])).toMatchObject({
      kind: "absent",
    });
    expect(await resolve([notFound, list(there("failed", "100", { state: "FAILED" }))])).toMatchObject({
      kind: "absent",
    });
  });

  test.each<[string, Reply]>([
    ["no JSON", ok("<html>")],
    ["something else than a list", ok({ reservations: [] })],
    ["one of another place", list({ ...slots, name: slots.name.replace("US", "EU") })],
    ["one without a state", list({ ...slots, state: undefined })],
  ])("a list that cannot be believed says nothing: %s", async (_what, reply) => {
    expect(await resolve([notFound, reply])).toMatchObject({ name: "RefusedError", code: "lookup-untrusted" });
  });
});

describe("what carries no token, and may hold slots that were bought for one", () => {
  const now = Date.parse("2026-07-14T11:00:00Z");
  const days = 86_400_000;
  const ends = (after: number) => ({ commitmentEndTime: new Date(now + after * days).toISOString() });
  test.each<[string, object, boolean]>([
    ["a year from now", ends(365), true],
    ["bought 31 days ago", ends(334), true],
    ["bought 32 days ago", ends(333), false],
    ["three years from now", { plan: "THREE_YEAR", ...ends(1_095) }, true],
    ["of three years, bought 32 days ago", { plan: "THREE_YEAR", ...ends(1_063) }, false],
    ["on its way, without an end", { state: "PENDING" }, true],
    ["an end that cannot be read", { commitmentEndTime: "soon" }, true],
    ["without a plan", { plan: undefined, ...ends(1) }, true],
  ])("%s", async (_what, more, resembles) => {
    await using loopback = await startLoopback();
    const merged = { ...slots, name: `${path}/merged-1`, ...more };
    loopback.on("other", ok({ capacityCommitments: [merged, { ...merged, name: `${path}/${name}` }] }));
    const environment = { ...fakeEnvironment(), now: () => now };
    const { inventory } = executorAt(loopback.url, { environment });
    const [found, own] = (
      await Array.fromAsync(inventory.list(submission.scope, { ...calmly, isComplete: () => true }))
    ).flat();
    expect(found?.resembles !== undefined).toBe(resembles);
    // With a token it is what it is.
    expect(own?.resembles).toBeUndefined();
  });
});

describe("through the drive", () => {
  async function drive(
    sandbox: CloudSandbox,
    ledger: Ledger = createMemoryLedger(),
    change: object = {},
    ahead = 0,
    finding?: PersonFinding,
  ) {
    const settings = {
      endpoint: sandbox.url,
      environment: fakeEnvironment(),
      purchaseTimeout: 2_000,
      readTimeout: 2_000,
    };
    const environment = { ...fakeEnvironment(), readClock: () => clockAhead(ahead) };
    const purchaser = createPurchaser({ ledger, providers: [createGcp(settings)], environment });
    if (finding !== undefined) {
      await purchaser.resolveByPerson({
        executionId: "slots",
        recIndex: 0,
        finding,
        person: "Ada",
        reason: "the bill",
      });
    }
    const execution = { executionId: "slots", source: "test", recommendations: [{ ...recommendation, ...change }] };
    const { outcomes } = await purchaser.drive(execution, { deadline: Date.now() + 600_000 });
    return outcomes[0];
  }
  const id = `cud-${deriveIdempotencyToken("slots", 0).slice(0, 32)}`;

  test("bought once at the price of the list, and found again when the ledger is lost", async () => {
    const sandbox = await sandboxFor();
    const ledger = createMemoryLedger();
    // 100 × 0.048 × 8,760
    const price = { amount: "42048", currency: "USD" };
    expect(await drive(sandbox, ledger)).toMatchObject({ status: "purchased", price, commitment: { id } });
    expect(await drive(sandbox, ledger)).toMatchObject({
      status: "already-purchased",
      commitment: { state: "PENDING", settled: false },
    });
    expect(await drive(sandbox)).toMatchObject({ status: "already-purchased", commitment: { id, state: "ACTIVE" } });
    expect(sandbox.capacityCommitments()).toMatchObject([{ id, slotCount: "100", renewalPlan: "NONE" }]);
  });

  test("three years of Enterprise Plus in a region; a limit below the price refuses it", async () => {
    const sandbox = await sandboxFor();
    const change = { edition: "ENTERPRISE_PLUS", term: "P3Y", location: "us-central1", renewalPlan: "THREE_YEAR" };
    // 100 × 0.06 × 26,280
    const limit = (amount: string) => ({ ...change, maxPrice: { amount, currency: "USD" } });
    expect(await drive(sandbox, undefined, limit("157679"))).toMatchObject({ error: { code: "price-above-limit" } });
    expect(await drive(sandbox, undefined, limit("157680"))).toMatchObject({ price: { amount: "157680" } });
    expect(sandbox.capacityCommitments()).toMatchObject([{ plan: "THREE_YEAR", renewalPlan: "THREE_YEAR" }]);
  });

  test("a location that the list has no price for is refused", async () => {
    const sandbox = await sandboxFor();
    expect(await drive(sandbox, undefined, { location: "asia-east1" })).toMatchObject({
      status: "refused",
      error: { code: "not-offered" },
    });
  });

  test("its answer is lost, and it is merged before anybody looks: never bought again by itself", async () => {
    const sandbox = await sandboxFor();
    const ledger = createMemoryLedger();
    sandbox.addFault({
      match: { action: "POST capacityCommitments" },
      fault: { kind: "reset", when: "after" },
    });
    // The look after it finds nothing either.
    sandbox.addFault({
      match: { action: "GET capacityCommitments/{id}" },
      times: 100,
      fault: { kind: "status", status: 503, when: "before" },
    });
    expect(await drive(sandbox, ledger)).toMatchObject({ status: "unresolved" });
    const merge = { projectId: "my-project-123", location: "US", ids: [id] };
    const answer = await fetch(`${sandbox.url}/_sandbox/gcp/capacity-merge`, {
      method: "POST",
      headers: { "content-type": "application/json" },
      body: JSON.stringify(merge),
    });
    expect(answer.status).toBe(200);
    sandbox.clearFaults();
    for (const hours of [0, 1, 25]) {
      expect(await drive(sandbox, ledger, {}, hours * 3_600_000)).toMatchObject({ status: "unresolved" });
    }
    expect(sandbox.capacityCommitments()).toHaveLength(1);
  });

  const merge = async (sandbox: CloudSandbox) => {
    const answer = await fetch(`${sandbox.url}/_sandbox/gcp/capacity-merge`, {
      method: "POST",
      headers: { "content-type": "application/json" },
      body: JSON.stringify({ projectId: "my-project-123", location: "US", ids: [id] }),
    });
    expect(answer.status).toBe(200);
  };

  test("the ledger is lost, and it was merged: not bought again, but for a person, who names the id", async () => {
    const sandbox = await sandboxFor();
    await drive(sandbox);
    await merge(sandbox);
    const merged = expect.stringMatching(/merged-1 .*BigQuery keeps no id where commitments are merged or split/);
    // Whatever it was renewed with, and however many slots are asked for: it may have been merged with others'.
    for (const change of [{}, { slots: 50 }, { renewalPlan: "ANNUAL" }]) {
      expect(await drive(sandbox, createMemoryLedger(), change)).toMatchObject({
        status: "refused",
        error: { code: "look-alike", message: merged },
      });
    }
    expect(sandbox.capacityCommitments()).toHaveLength(1);
    expect(sandbox.purchaseRequests()).toHaveLength(1);
  });

  test("the person says that it is it, though it has others' slots too; or that it is another one, and it is bought", async () => {
    const sandbox = await sandboxFor();
    await drive(sandbox);
    await merge(sandbox);
    const [one, other] = [createMemoryLedger(), createMemoryLedger()];
    // It has the slots of both.
    for (const ledger of [one, other])
      expect(await drive(sandbox, ledger, { slots: 50 })).toMatchObject({ status: "refused" });
    expect(await drive(sandbox, one, { slots: 50 }, 0, { bought: "merged-1" })).toMatchObject({
      status: "already-purchased",
      commitment: { id: "merged-1" },
    });
    expect(sandbox.capacityCommitments()).toHaveLength(1);
    expect(await drive(sandbox, other, { slots: 50 }, 0, { notThis: "merged-1" })).toMatchObject({
      status: "purchased",
    });
    expect(sandbox.capacityCommitments()).toHaveLength(2);
  });

  test("what another edition or term has is not it", async () => {
    const sandbox = await sandboxFor();
    await drive(sandbox);
    await merge(sandbox);
    expect(await drive(sandbox, createMemoryLedger(), { edition: "ENTERPRISE_PLUS" })).toMatchObject({
      status: "purchased",
    });
  });

  test("one that came to nothing is bought under another id", async () => {
    const sandbox = await sandboxFor();
    const ledger = createMemoryLedger();
    await drive(sandbox, ledger);
    sandbox.setCommitmentState(id, "FAILED");
    expect(await drive(sandbox)).toMatchObject({ status: "purchased", commitment: { id: `${id}-g1` } });
  });
});
