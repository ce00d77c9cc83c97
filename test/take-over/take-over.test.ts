import { describe, expect, test } from "vitest";
import { deriveIdempotencyToken } from "../../src/contract/token.ts";
import { createMemoryLedger } from "../../src/ledger/memory-ledger.ts";
import { countBought, execution, ourEngine, runGo, startClouds } from "./take-over-run.ts";
import { proofTest } from "../standing-for-all.ts";

const { executionId, recommendations } = execution;
const placeOf = (provider: string, service: string) =>
  recommendations.findIndex((one) => one.provider === provider && one.service === service);
const plan = placeOf("aws", "savings-plans");
const decided = { executionId, recIndex: plan, person: "Ada", reason: "it is in the other engine's history" };

describe("A13: an execution that the Go engine began, with an empty ledger", () => {
  test("16 commitments for 16 recommendations: each is recognised, but for one that carries no token, which is for a person", async () => {
    await using sandbox = await startClouds();
    const { lines } = await runGo(sandbox);
    const bought = new Map(lines.map((line) => [line.recIndex, line.bought]));
    expect([...bought.values()].every((id) => id !== undefined)).toBe(true);
    expect(countBought(sandbox)).toBe(16);

    const ledger = createMemoryLedger();
    const engine = ourEngine(sandbox, { ledger });
    const { outcomes } = await engine.drive(execution);
    for (const { recIndex, status, commitment, error } of outcomes) {
      const { provider, service } = recommendations[recIndex] ?? {};
      const where = `${provider} ${service}: ${error?.message}`;
      expect(status, where).toBe(recIndex === plan ? "refused" : "already-purchased");
      // OpenSearch names its own id; its name is the token's.
      if (recIndex !== plan && service !== "opensearch") expect(commitment?.id, where).toBe(bought.get(recIndex));
    }
    const id = bought.get(plan) ?? "";
    expect(outcomes[plan]?.error).toMatchObject({
      code: "look-alike",
      message: expect.stringMatching(new RegExp(`${id} .* is tagged Tool = CUDly`)),
    });
    expect(await engine.resolveByPerson({ ...decided, finding: { bought: id } })).toMatchObject({
      status: "already-purchased",
    });
    const again = await engine.drive(execution);
    expect(again.outcomes.map(({ status }) => status)).toEqual(recommendations.map(() => "already-purchased"));
    expect(countBought(sandbox)).toBe(16);
  });

  test("the other way round, its look-up finds what we bought, or the provider refuses a second one", async () => {
    await using sandbox = await startClouds();
    const { outcomes } = await ourEngine(sandbox).drive(execution);
    expect(outcomes.map(({ status }) => status)).toEqual(recommendations.map(() => "purchased"));
    const { lines } = await runGo(sandbox);
    expect(lines).toHaveLength(16);
    const alias = placeOf("azure", "savings-plans");
    for (const { recIndex, found, bought, refused } of lines) {
      const ours = outcomes[recIndex]?.commitment?.id;
      // It does not look these two up: the alias answers with the order of the first, the client token with the plan, or a refusal.
      if (recIndex === plan) expect(refused).toContain("client token was already used");
      else if (recIndex === alias) expect(bought).toBe(ours);
      else if (recommendations[recIndex]?.service !== "opensearch") expect(found).toBe(ours);
      else expect(found).toBeDefined();
    }
    expect(countBought(sandbox)).toBe(16);
  });
});

describe("A14: an AWS savings plan of the Go engine", () => {
  test("AWS has forgotten its client token: no second plan, though nothing of the token is left", async () => {
    await using sandbox = await startClouds({ clientTokenMemory: 0 });
    await runGo(sandbox, [plan]);
    const { outcomes } = await ourEngine(sandbox).drive(execution);
    expect(outcomes[plan]).toMatchObject({ status: "refused", error: { code: "look-alike" } });
    expect(sandbox.savingsPlans()).toHaveLength(1);
  });

  proofTest(
    "a person says that it is another purchase: AWS, which remembers the client token, still sells no second one",
    async () => {
      await using sandbox = await startClouds();
      const [line] = (await runGo(sandbox, [plan])).lines;
      const engine = ourEngine(sandbox);
      await engine.drive(execution);
      await engine.resolveByPerson({ ...decided, finding: { notThis: line?.bought ?? "" } });
      const { outcomes } = await engine.drive(execution);
      expect(outcomes[plan]?.status).toBe("unresolved");
      expect(sandbox.savingsPlans()).toHaveLength(1);
    },
  );
});

describe("A14: Azure orders with our source and no token", () => {
  test("an equal one waits for a person, whatever else was bought; another kind is bought beside it", async () => {
    await using sandbox = await startClouds();
    const [first, other] = [placeOf("azure", "compute"), placeOf("azure", "cosmosdb")];
    const [line] = (await runGo(sandbox, [first], { stampTokens: false })).lines;
    const engine = ourEngine(sandbox);
    const { outcomes } = await engine.drive(execution);
    expect(outcomes[first]).toMatchObject({
      status: "refused",
      error: { code: "look-alike", message: expect.stringContaining(`${line?.bought} `) },
    });
    expect(outcomes[other]?.status).toBe("purchased");
    expect(countBought(sandbox)).toBe(16);
    const finding = { bought: line?.bought ?? "" };
    await engine.resolveByPerson({ ...decided, recIndex: first, finding });
    const again = await engine.drive(execution);
    expect(again.outcomes.map(({ status }) => status)).toEqual(recommendations.map(() => "already-purchased"));
    expect(countBought(sandbox)).toBe(16);
  });
});

describe("a key of the Go engine", () => {
  test("of 221 characters is an executionId, and its tokens are the Go engine's", async () => {
    const key = `6f2c9a52-6a0e-4a0f-9a2b-2f4a1d1f7a11:${"0123456789abcdef".repeat(11)}12345678`;
    expect(key).toHaveLength(221);
    await using sandbox = await startClouds();
    const recIndex = placeOf("gcp", "compute");
    const engine = ourEngine(sandbox);
    const { outcomes } = await engine.drive({ ...execution, executionId: key });
    expect(outcomes.map(({ status }) => status)).toEqual(recommendations.map(() => "purchased"));
    const token = deriveIdempotencyToken(key, recIndex);
    expect(sandbox.commitments().map(({ name }) => name)).toEqual([`cud-${token.slice(0, 32)}`]);
  });
});
