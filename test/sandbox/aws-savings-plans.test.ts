import {
  CreateSavingsPlanCommand,
  type CreateSavingsPlanCommandInput,
  DescribeSavingsPlansCommand,
  type DescribeSavingsPlansCommandInput,
  DescribeSavingsPlansOfferingsCommand,
  type DescribeSavingsPlansOfferingsCommandInput,
  SavingsplansClient,
} from "@aws-sdk/client-savingsplans";
import { describe, expect, test } from "vitest";
import type { CloudSandboxOptions } from "../../providers/sandbox/index.ts";
import { sandboxFor } from "./support.ts";

async function start(options: CloudSandboxOptions = {}) {
  const sandbox = await sandboxFor(options);
  const client = new SavingsplansClient({
    region: "us-east-1",
    endpoint: sandbox.url,
    credentials: { accessKeyId: "dummy", secretAccessKey: "dummy" },
    maxAttempts: 1,
  });
  const offerings = async (input: DescribeSavingsPlansOfferingsCommandInput) =>
    (await client.send(new DescribeSavingsPlansOfferingsCommand(input))).searchResults ?? [];
  const buy = async (
    paymentOption: "No Upfront" | "Partial Upfront" | "All Upfront",
    input: Partial<CreateSavingsPlanCommandInput> = {},
  ) => {
    const [offering] = await offerings({
      planTypes: ["Compute"],
      paymentOptions: [paymentOption],
      durations: [31_536_000],
      currencies: ["USD"],
    });
    const savingsPlanOfferingId = offering?.offeringId;
    const command = new CreateSavingsPlanCommand({ savingsPlanOfferingId, commitment: "1", ...input });
    return (await client.send(command)).savingsPlanId;
  };
  const list = async (input: DescribeSavingsPlansCommandInput = {}) =>
    (await client.send(new DescribeSavingsPlansCommand(input))).savingsPlans ?? [];
  return { sandbox, offerings, buy, list };
}

describe("the imitation of Savings Plans", () => {
  test("sells Database plans for one year without an upfront payment only, and in pages", async () => {
    const { offerings } = await start();
    expect(await offerings({ planTypes: ["Database"] })).toMatchObject([
      { paymentOption: "No Upfront", durationSeconds: 31_536_000, currency: "USD" },
    ]);
    expect(await offerings({ planTypes: ["EC2Instance"], maxResults: 7 })).toHaveLength(7);
  });

  test("shows what was bought as AWS writes it, and lets it become active", async () => {
    const { buy, list } = await start();
    const savingsPlanId = await buy("Partial Upfront", { upfrontPaymentAmount: "5000", tags: { k: "v" } });
    expect(await list()).toMatchObject([
      {
        savingsPlanId,
        state: "payment-pending",
        savingsPlanType: "Compute",
        paymentOption: "Partial Upfront",
        commitment: "1.00000000",
        upfrontPaymentAmount: "5000.00000000",
        recurringPaymentAmount: "0.42922374",
        termDurationInSeconds: 31_536_000,
        tags: { k: "v" },
      },
    ]);
    expect(await list()).toMatchObject([{ state: "active" }]);
  });

  test.each([
    ["No Upfront", { upfrontPaymentAmount: "0" }, /cannot be provided and automatically defaults to 0/],
    ["All Upfront", { upfrontPaymentAmount: "8760" }, /cannot be provided/],
    ["Partial Upfront", {}, /between 50 and 99 percent/],
    ["Partial Upfront", { upfrontPaymentAmount: "4379" }, /between 50 and 99 percent/],
    ["Partial Upfront", { upfrontPaymentAmount: "8673" }, /between 50 and 99 percent/],
    ["Partial Upfront", { upfrontPaymentAmount: "4380.5" }, /whole number/],
    ["No Upfront", { commitment: "1.000001" }, /commitment/],
    ["No Upfront", { commitment: "0.00099" }, /between 0.001 and 1 million/],
    ["No Upfront", { savingsPlanOfferingId: "another" }, /not found/],
  ] as const)("%s, %j is refused", async (payment, input, message) => {
    const { sandbox, buy } = await start();
    await expect(buy(payment, input)).rejects.toThrow(message);
    expect(sandbox.purchases()).toBe(0);
  });

  test("a client token buys once, as long as it is remembered; other parameters under it are refused", async () => {
    let now = 1_000_000;
    const { sandbox, buy } = await start({ aws: { clientTokenMemory: 60_000 }, clock: { now: () => now } });
    const first = await buy("No Upfront", { clientToken: "a" });
    expect(await buy("No Upfront", { clientToken: "a" })).toBe(first);
    await expect(buy("No Upfront", { clientToken: "a", commitment: "2" })).rejects.toThrow("already used");
    expect(await buy("No Upfront", { clientToken: "A" })).not.toBe(first);
    expect(sandbox.purchases()).toBe(2);
    now += 60_000;
    expect(await buy("No Upfront", { clientToken: "a" })).not.toBe(first);
    expect(sandbox.purchases()).toBe(3);
  });

  test("without the filter, queued ones are not shown; with it, only the states named; others are no states", async () => {
    const { sandbox, buy, list } = await start();
    const id = (await buy("No Upfront")) ?? "";
    await buy("No Upfront");
    const body = JSON.stringify({ id, state: "queued" });
    const headers = { "content-type": "application/json" };
    await fetch(`${sandbox.url}/_sandbox/aws/savings-plan-state`, { method: "POST", headers, body });
    expect(await list()).toHaveLength(1);
    expect(await list({ states: ["queued"] })).toMatchObject([{ savingsPlanId: id }]);
    expect(await list({ savingsPlanIds: [id], states: ["queued", "active"] })).toHaveLength(1);
    await expect(list({ states: ["waiting" as "queued"] })).rejects.toThrow("states");
    expect(() => sandbox.setSavingsPlanState("gone", "active")).toThrow("no savings plan gone");
  });
});
