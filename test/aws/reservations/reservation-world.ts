import { readFileSync } from "node:fs";
import { onTestFinished } from "vitest";
import { createAws } from "../../../providers/aws/index.ts";
import { type CloudSandboxOptions, startCloudSandbox } from "../../../providers/sandbox/index.ts";
import { createPurchaser } from "../../../src/purchaser.ts";
import { createMemoryLedger } from "../../../src/ledger/memory-ledger.ts";
import type { AnyRecommendation } from "../../../src/contract/recommendation.ts";
import { createVirtualEnvironment } from "../../../src/testing/virtual-environment.ts";

const executionId = "6f2c9a52-6a0e-4a0f-9a2b-2f4a1d1f7a11";
/** The SHA-256 of `6f2c9a52-6a0e-4a0f-9a2b-2f4a1d1f7a11:0`. */
export const token = "322524eac0b0f5b16410ff6e2e104129f675c711049cd7777fe7050ebd79eb20";
/** The name under which a service sells it. */
export const nameFor = (service: string) => `${service}-id-${token.slice(0, 40)}`;

const { recommendations } = JSON.parse(
  readFileSync(new URL("../../../fixtures/execution.json", import.meta.url), "utf8"),
) as { recommendations: AnyRecommendation[] };

/** Real SDKs over HTTP against the sandbox; only time is not real. */
export async function setup(service: string, options: CloudSandboxOptions = {}) {
  const sandbox = await startCloudSandbox(options);
  onTestFinished(() => sandbox.close());
  const environment = createVirtualEnvironment();
  const aws = createAws({ endpoint: sandbox.url, environment, purchaseTimeout: 2000, readTimeout: 2000 });
  const wanted = recommendations.find((candidate) => candidate.service === service);
  if (!wanted) throw new Error(`The fixture has no ${service}.`);
  /** Drivers that share a ledger; each call makes a new one. */
  function newPurchaser() {
    const ledger = createMemoryLedger({ clock: environment.now });
    const purchaser = createPurchaser({ ledger, environment, providers: [aws] });
    return async (changes: Partial<AnyRecommendation> = {}, id = executionId) => {
      const recommendation = { ...wanted, ...changes } as AnyRecommendation;
      const report = await purchaser.drive({ executionId: id, source: "cudly-web", recommendations: [recommendation] });
      const [outcome] = report.outcomes;
      if (!outcome) throw new Error("No outcome.");
      return outcome;
    };
  }
  const shown = () => sandbox.reservations().map((one) => [one.name, one.state]);
  return { sandbox, environment, newPurchaser, drive: newPurchaser(), shown };
}
