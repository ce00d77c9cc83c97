import { describe, expect, test } from "vitest";
import { createGcp } from "../../providers/gcp/index.ts";
import { createPurchaser } from "../../src/purchaser.ts";
import { createMemoryLedger } from "../../src/ledger/memory-ledger.ts";
import type { Ledger } from "../../src/contract/ledger.ts";
import type { CloudSandbox } from "../../providers/sandbox/index.ts";
import { deriveIdempotencyToken } from "../../src/contract/token.ts";
import { clockAhead } from "../clock-ahead.ts";
import { sandboxFor } from "../sandbox/support.ts";
import { ok, startLoopback } from "./gcp-loopback.ts";
import { calmly, commitment, fakeEnvironment, list, problem, recommendation } from "./gcp-samples.ts";

const execution = { executionId: "gcp-drive", source: "test", recommendations: [recommendation] };

/** `ahead`: so many milliseconds later. */
async function drive(sandbox: CloudSandbox, ledger: Ledger = createMemoryLedger(), change: object = {}, ahead = 0) {
  const settings = {
    endpoint: sandbox.url,
    environment: fakeEnvironment(),
    purchaseTimeout: 2_000,
    readTimeout: 2_000,
  };
  const environment = { ...fakeEnvironment(), readClock: () => clockAhead(ahead) };
  const purchaser = createPurchaser({ ledger, providers: [createGcp(settings)], environment });
  const changed = { ...execution, recommendations: [{ ...recommendation, ...change }] };
  const { outcomes } = await purchaser.drive(changed, { deadline: Date.now() + 600_000 });
  return outcomes[0];
}

const inserts = (sandbox: CloudSandbox) =>
  sandbox.requests.filter(({ action }) => action === "POST commitments").length;
const name = `cud-${deriveIdempotencyToken("gcp-drive", 0).slice(0, 32)}`;

describe("through the drive", () => {
  test("bought once, settled by a later drive, and found again when the ledger is lost", async () => {
    const sandbox = await sandboxFor();
    const ledger = createMemoryLedger();
    const bought = await drive(sandbox, ledger);
    expect(bought).toMatchObject({
      status: "purchased",
      commitment: { id: name, state: "NOT_YET_ACTIVE", settled: false },
      price: { amount: "2143.81728", currency: "USD" },
    });
    expect(await drive(sandbox, ledger)).toMatchObject({
      status: "already-purchased",
      commitment: { id: name, state: "ACTIVE", settled: true },
      price: bought?.price,
    });
    expect(await drive(sandbox)).toMatchObject({ status: "already-purchased", commitment: { id: name } });
    expect(sandbox.commitments()).toMatchObject([{ name, project: "my-project-123", region: "us-central1" }]);
    expect(inserts(sandbox)).toBe(1);
  });

  test("a project with a domain: bought once under its whole id, and found when the ledger is lost", async () => {
    const sandbox = await sandboxFor();
    const change = { projectId: "example.com:my-project" };
    expect(await drive(sandbox, undefined, change)).toMatchObject({ status: "purchased", commitment: { id: name } });
    expect(await drive(sandbox, undefined, change)).toMatchObject({ status: "already-purchased" });
    expect(sandbox.commitments()).toMatchObject([{ name, project: "example.com:my-project" }]);
    // A project without the domain is another one.
    expect(await drive(sandbox, undefined, { projectId: "my-project" })).toMatchObject({ status: "purchased" });
    const { access } = createGcp({ endpoint: sandbox.url });
    const right = access?.mayPurchase(
      { ...recommendation, ...change },
      { price: { amount: "1", currency: "USD" }, handle: {}, request: {} },
      calmly,
    );
    expect(await right).toMatchObject({ result: "allowed" });
  });

  test("a limit below the price refuses it", async () => {
    const sandbox = await sandboxFor();
    const change = { maxPrice: { amount: "2143.81", currency: "USD" } };
    expect(await drive(sandbox, undefined, change)).toMatchObject({
      status: "refused",
      error: { code: "price-above-limit" },
    });
    expect(inserts(sandbox)).toBe(0);
  });

  test("a limit in another currency asks for the price in that currency", async () => {
    const sandbox = await sandboxFor();
    const change = { maxPrice: { amount: "2000", currency: "EUR" } };
    expect(await drive(sandbox, undefined, change)).toMatchObject({
      status: "purchased",
      price: { amount: "1929.435552", currency: "EUR" },
    });
  });

  test.each(["reset", "hang"] as const)(
    "the answer is lost (%s): looked for by its name, found, sent once",
    async (kind) => {
      const sandbox = await sandboxFor();
      sandbox.addFault({ match: { action: "POST commitments" }, fault: { kind, when: "after" } });
      expect(await drive(sandbox)).toMatchObject({ status: "purchased", commitment: { id: name } });
      expect(inserts(sandbox)).toBe(1);
      expect(sandbox.purchases()).toBe(1);
    },
  );

  test("the request is lost: twice absent, then the same name is sent again, once", async () => {
    const sandbox = await sandboxFor();
    sandbox.addFault({ match: { action: "POST commitments" }, fault: { kind: "reset", when: "before" } });
    expect(await drive(sandbox)).toMatchObject({ status: "purchased", commitment: { id: name } });
    expect(inserts(sandbox)).toBe(2);
    expect(sandbox.purchases()).toBe(1);
  });

  test("the request is lost and the next ones are refused: after minutes and an empty look it is rejected, not unresolved for ever", async () => {
    let ahead = 0;
    const clock = () => Date.now() + ahead;
    const sandbox = await sandboxFor({ clock: { now: clock } });
    const ledger = createMemoryLedger({ clock });
    const match = { action: "POST commitments" };
    sandbox.addFault({ match, fault: { kind: "reset", when: "before" } });
    sandbox.addFault({ match, times: 100, fault: { kind: "status", status: 403, code: "forbidden", when: "before" } });
    expect(await drive(sandbox, ledger)).toMatchObject({ status: "unresolved" });
    ahead = 600_000;
    expect(await drive(sandbox, ledger, {}, ahead)).toMatchObject({
      status: "rejected",
      error: { providerCode: "forbidden" },
    });
    sandbox.clearFaults();
    expect(await drive(sandbox, ledger)).toMatchObject({ status: "purchased", commitment: { id: name } });
    expect(sandbox.purchases()).toBe(1);
  });

  test("ledger lost, listing stale: Google knows the request, or refuses the name, and what is there is adopted", async () => {
    const sandbox = await sandboxFor();
    await drive(sandbox);
    sandbox.addFault({
      match: { action: "GET commitments" },
      times: 100,
      fault: { kind: "listing", listing: "empty" },
    });
    expect(await drive(sandbox)).toMatchObject({ commitment: { id: name } });
    expect(inserts(sandbox)).toBe(2);
    expect(sandbox.purchases()).toBe(1);
  });

  /** What another ledger's drive bought is there, and the list does not show it. */
  async function boughtUnseen(state?: string) {
    const sandbox = await sandboxFor();
    await drive(sandbox);
    if (state !== undefined) sandbox.setCommitmentState(name, state);
    const match = { action: "GET commitments" };
    sandbox.addFault({ match, times: 100, fault: { kind: "listing", listing: "empty" } });
    // Of another time: Google must not take its request for the first one.
    const ledger = createMemoryLedger({ clock: () => Date.now() + 60_000 });
    return { sandbox, ledger };
  }

  test("B2: what an earlier driver bought is already-purchased", async () => {
    const { sandbox, ledger } = await boughtUnseen();
    expect(await drive(sandbox, ledger)).toMatchObject({ status: "already-purchased", commitment: { id: name } });
    expect(inserts(sandbox)).toBe(2);
    expect(sandbox.purchases()).toBe(1);
  });

  test.each([
    ["EXPIRED", "rejected", "purchase-over", "executionId"],
    ["CANCELLED", "unresolved", "outcome-unknown", "a person has to look"],
    ["CREATING", "unresolved", "outcome-unknown", "still being created"],
  ])("ledger lost, listing stale, and it is %s: %s, never bought again", async (state, status, code, said) => {
    const { sandbox, ledger } = await boughtUnseen(state);
    const message = expect.stringContaining(said);
    for (let round = 0; round < 2; round += 1) {
      expect(await drive(sandbox, ledger)).toMatchObject({ status, error: { code, message } });
    }
    expect(inserts(sandbox)).toBe(2);
    expect(sandbox.purchases()).toBe(1);
  });

  test("ledger lost, listing stale, another amount: not adopted, not bought, by any drive", async () => {
    const { sandbox, ledger } = await boughtUnseen();
    for (let round = 1; round < 3; round += 1) {
      expect(await drive(sandbox, ledger, { vcpus: 16 })).toMatchObject({
        status: "rejected",
        error: {
          code: "purchase-rejected",
          providerCode: "alreadyExists",
          message: expect.stringMatching(/is not what was asked for .*VCPU 8.* Nothing was bought by this send\./),
        },
      });
      expect(inserts(sandbox)).toBe(1 + round);
    }
    expect(sandbox.purchases()).toBe(1);
  });

  test("an operation that ends with an error is a rejection; the cause lifted, the next drive buys under another requestId", async () => {
    const sandbox = await sandboxFor();
    const ledger = createMemoryLedger();
    sandbox.setOperationError("GENERAL_PURPOSE_N2", "QUOTA_EXCEEDED");
    expect(await drive(sandbox, ledger)).toMatchObject({
      status: "rejected",
      error: { providerCode: "QUOTA_EXCEEDED" },
    });
    expect(sandbox.purchases()).toBe(0);
    sandbox.setOperationError("GENERAL_PURPOSE_N2");
    expect(await drive(sandbox, ledger)).toMatchObject({ status: "purchased", commitment: { id: name } });
    expect(sandbox.purchases()).toBe(1);
  });

  test("the canary: a list that lacks what the ledger knows refuses everything in its project and region", async () => {
    const sandbox = await sandboxFor();
    const ledger = createMemoryLedger();
    await drive(sandbox, ledger);
    sandbox.addFault({
      match: { action: "GET commitments" },
      times: 100,
      fault: { kind: "listing", listing: "empty" },
    });
    sandbox.addFault({
      match: { action: "GET commitments/{name}" },
      times: 100,
      fault: { kind: "status", status: 403, when: "before" },
    });
    const settings = { endpoint: sandbox.url, environment: fakeEnvironment() };
    const purchaser = createPurchaser({ ledger, providers: [createGcp(settings)], environment: fakeEnvironment() });
    const another = { executionId: "another", source: "test", recommendations: [recommendation] };
    const { outcomes } = await purchaser.drive(another, { deadline: Date.now() + 600_000 });
    expect(outcomes).toMatchObject([{ status: "refused" }]);
    expect(inserts(sandbox)).toBe(1);
  });

  test("one list and one price list, however many recommendations", async () => {
    const sandbox = await sandboxFor({ gcp: { skusPerPage: 1_000 } });
    const settings = { endpoint: sandbox.url, environment: fakeEnvironment() };
    const purchaser = createPurchaser({
      ledger: createMemoryLedger(),
      providers: [createGcp(settings)],
      environment: fakeEnvironment(),
    });
    const five = { ...execution, recommendations: Array.from({ length: 5 }, () => recommendation) };
    const { outcomes } = await purchaser.drive(five, { deadline: Date.now() + 600_000, concurrency: 5 });
    expect(outcomes.map(({ status }) => status)).toEqual(Array.from({ length: 5 }, () => "purchased"));
    const count = (action: string) => sandbox.requests.filter((one) => one.action === action).length;
    expect({
      lists: count("GET commitments"),
      inserts: count("POST commitments"),
      purchases: sandbox.purchases(),
    }).toEqual({
      lists: 1,
      inserts: 5,
      purchases: 5,
    });
    expect(count("GET skus")).toBe(1);
  });
});

describe("A16: pages of the list, ledger lost", () => {
  const price = (description: string, usageUnit: string) => ({
    skuId: description,
    description,
    category: { usageType: "Commit1Yr" },
    serviceRegions: ["us-central1"],
    pricingInfo: [
      {
        pricingExpression: {
          usageUnit,
          tieredRates: [{ startUsageAmount: 0, unitPrice: { currencyCode: "USD", units: "0", nanos: 19_915_000 } }],
        },
      },
    ],
  });
  const skus = [
    price("Commitment v1: N2 Cpu in Americas for 1 Year", "h"),
    price("Commitment v1: N2 Ram in Americas for 1 Year", "GiBy.h"),
  ];
  const other = (named: string) => ({ ...commitment, name: named, description: "" });
  const ours = other(name);

  async function driveOver(pages: readonly (readonly object[])[]) {
    await using loopback = await startLoopback();
    const tokens = pages.map((_page, index) => ({ nextPageToken: `${index + 1}` }));
    loopback.on("list", ...pages.map((items, index) => ok(list(items, index < pages.length - 1 ? tokens[index] : {}))));
    loopback.on("skus", ok({ skus }));
    loopback.on("get", ok(ours));
    loopback.on("insert", { status: 409, body: problem(409, "alreadyExists", `'commitments/${name}' already exists`) });
    const gcp = createGcp({ endpoint: loopback.url, environment: fakeEnvironment() });
    const purchaser = createPurchaser({
      ledger: createMemoryLedger(),
      providers: [gcp],
      environment: fakeEnvironment(),
    });
    const { outcomes } = await purchaser.drive(execution, { deadline: Date.now() + 600_000 });
    return { outcome: outcomes[0], inserts: loopback.count("insert"), lists: loopback.count("list") };
  }

  test("one that moves to a later page, and is shown twice, is one; nothing is sent", async () => {
    expect(
      await driveOver([
        [other("a"), ours],
        [ours, other("z")],
      ]),
    ).toMatchObject({
      outcome: { status: "already-purchased", commitment: { id: name } },
      inserts: 0,
      lists: 2,
    });
  });

  // Google's pages are in the order of names, which never change, and nothing that was bought is deleted. If one is missed
  // all the same, the name refuses a second one.
  test("one that moves to an earlier page that was read already is missed by the list, and not bought again", async () => {
    expect(await driveOver([[other("a"), other("b")], [other("z")]])).toMatchObject({
      outcome: { commitment: { id: name, settled: true } },
      inserts: 1,
      lists: 2,
    });
  });
});
