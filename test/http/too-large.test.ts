import { expect, test } from "vitest";
import { createAws } from "../../providers/aws/index.ts";
import { createAzure } from "../../providers/azure/index.ts";
import { createGcp } from "../../providers/gcp/index.ts";
import { startCloudSandbox } from "../../providers/sandbox/index.ts";
import { createMemoryLedger } from "../../src/ledger/memory-ledger.ts";
import { createPurchaser } from "../../src/purchaser.ts";
import { compute, ec2 } from "../end-to-end/recommendations.ts";
import { recommendation as gcp } from "../gcp/gcp-samples.ts";

/** Less than the least that any of them answers. */
const maxAnswerBytes = 8;

test.each([
  { name: "Azure", recommendation: compute, make: (endpoint: string) => createAzure({ endpoint, maxAnswerBytes }) },
  {
    name: "AWS",
    recommendation: ec2,
    make: (endpoint: string) => createAws({ endpoint, maxAnswerBytes, credentialsFor: () => undefined }),
  },
  { name: "GCP", recommendation: gcp, make: (endpoint: string) => createGcp({ endpoint, maxAnswerBytes }) },
])(
  "C1: an answer of $name that is too long ends a drive before anything is bought",
  async ({ recommendation, make }) => {
    await using sandbox = await startCloudSandbox();
    const purchaser = createPurchaser({ ledger: createMemoryLedger(), providers: [make(sandbox.url)] });
    const { outcomes } = await purchaser.drive({
      executionId: "too-large",
      source: "test",
      recommendations: [recommendation],
    });
    expect(outcomes).toMatchObject([
      {
        status: "refused",
        error: { message: expect.stringContaining(`longer than ${maxAnswerBytes} bytes`) as unknown },
      },
    ]);
    expect(sandbox.requests.length).toBeGreaterThan(0);
    expect(sandbox.purchaseRequests()).toEqual([]);
    expect(sandbox.purchases()).toBe(0);
  },
);
