import { expect, onTestFinished } from "vitest";
import { createAws } from "../../../providers/aws/index.ts";
import { type AwsSandboxOptions, startCloudSandbox } from "../../../providers/sandbox/index.ts";
import { createPurchaser } from "../../../src/purchaser.ts";
import { createMemoryLedger } from "../../../src/ledger/memory-ledger.ts";
import { systemEnvironment } from "../../../src/contract/environment.ts";
import { clockAhead } from "../../clock-ahead.ts";
import type { AnyRecommendation } from "../../../src/contract/recommendation.ts";
import { compute } from "./aws-plan-answers.ts";

export const minute = 60_000;
export const create = { action: "CreateSavingsPlan" };
export const list = { action: "DescribeSavingsPlans" };

export type World = Awaited<ReturnType<typeof startWorld>>;

/** The drive with a ledger, the SDK, and the sandbox over HTTP; one time for all of them, which `later` moves on. */
export async function startWorld(aws: AwsSandboxOptions = {}) {
  let [skipped, ahead, longWait] = [0, 0, 0];
  const environment = {
    ...systemEnvironment,
    now: () => Date.now() + skipped + ahead,
    readClock: () => {
      const clock = clockAhead(skipped);
      return { ...clock, wall: clock.wall + ahead };
    },
    sleep: (milliseconds: number, signal?: AbortSignal) => {
      if (milliseconds >= 5000) skipped += longWait;
      return systemEnvironment.sleep(milliseconds / 1000, signal);
    },
  };
  const sandbox = await startCloudSandbox({ aws, clock: { now: () => Date.now() + skipped } });
  onTestFinished(() => sandbox.close());
  const settings = { endpoint: sandbox.url, environment, purchaseTimeout: 1000, readTimeout: 1000 };

  /** Drives one execution after another over a ledger that knows nothing yet. */
  function withNewLedger(executionId = "night-1") {
    const ledger = createMemoryLedger({ clock: environment.now });
    const purchaser = createPurchaser({
      ledger,
      environment,
      providers: [createAws(settings)],
      // No wait of these tests outlasts a lease.
      leaseLength: 60 * minute,
    });
    const drive = async (...recommendations: readonly AnyRecommendation[]) => {
      return (await purchaser.drive({ executionId, source: "cudly-web", recommendations })).outcomes;
    };
    const driveAnother = async (...recommendations: readonly AnyRecommendation[]) => {
      return (await purchaser.drive({ executionId: "night-2", source: "cudly-web", recommendations })).outcomes;
    };
    const quote = async (...recommendations: readonly AnyRecommendation[]) => {
      return (await purchaser.plan({ executionId, source: "cudly-web", recommendations })).recommendations;
    };
    return { drive, driveAnother, quote };
  }

  return {
    sandbox,
    ...withNewLedger(),
    withNewLedger,
    later: (milliseconds: number) => void (skipped += milliseconds),
    /** From now on a driver's wait of 5 seconds or more takes so long: its machine was asleep, or a limit was used up. */
    waitsTake: (milliseconds: number) => void (longWait = milliseconds),
    /** Sets the clock of ledger and drivers. */
    step: (milliseconds: number) => void (ahead += milliseconds),
    sends: () => sandbox.requests.filter(({ action }) => action === create.action).length,
    live: () => sandbox.savingsPlans().filter(({ state }) => state !== "payment-failed"),
  };
}

/** `compute` meets a reset, and every look after it fails: what a driver leaves that dies there. */
export async function leaveUnknown({ sandbox, drive }: World, when: "before" | "after"): Promise<void> {
  sandbox.addFault([
    { match: create, fault: { kind: "reset", when } },
    // The first listing, two requests, is the one before the purchase.
    { match: list, skip: 2, times: 100, fault: { kind: "status", status: 400, when: "before" } },
  ]);
  expect(await drive(compute)).toMatchObject([{ status: "unresolved" }]);
  sandbox.clearFaults();
}
