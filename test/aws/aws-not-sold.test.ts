import { expect, onTestFinished, test } from "vitest";
import { createAws } from "../../providers/aws/index.ts";
import { startCloudSandbox } from "../../providers/sandbox/index.ts";
import { createMemoryLedger } from "../../src/ledger/memory-ledger.ts";
import { createPurchaser } from "../../src/purchaser.ts";
import { thrownBy } from "../thrown-by.ts";

/** The service, why it is not bought, and what to do, as far as a person has to read it. */
test.each([
  ["dynamodb", /no API/, /DynamoDB, Reserved capacity/],
  ["ec2-capacity-blocks", /neither a token nor a name/, /EC2, Capacity Reservations/],
  ["device-farm", /neither a token nor a name/, /Device Farm/],
  ["glacier", /neither a token nor a name/, /S3 Glacier, Settings/],
  ["bedrock", /runs and is charged/, /Amazon Bedrock/],
  ["sagemaker", /training plan/, /"savings-plans" with the type "SageMaker"/],
  ["athena", /runs and is charged/, /Athena, Capacity reservations/],
])("%s is refused by name, with what to do, and nothing is sent", async (service, why, instead) => {
  const sandbox = await startCloudSandbox();
  onTestFinished(() => sandbox.close());
  const purchaser = createPurchaser({
    ledger: createMemoryLedger(),
    providers: [createAws({ endpoint: sandbox.url, purchaseTimeout: 5000, readTimeout: 5000 })],
  });
  const recommendation = { provider: "aws", service, accountId: "123456789012", region: "us-east-1", quantity: 1 };
  const drive = purchaser.drive({ executionId: "night-1", source: "test", recommendations: [recommendation] });
  const error = await thrownBy(drive);
  expect(error).toMatchObject({ code: "invalid-execution" });
  expect((error as Error).message).toMatch(why);
  expect((error as Error).message).toMatch(instead);
  expect(sandbox.requests).toHaveLength(0);
});

test.each([
  ["devicefarm", "device-farm"],
  ["capacity-blocks", "ec2-capacity-blocks"],
  ["dynamo-db", "dynamodb"],
])("%s is taken for %s, which says what to do", async (service, meant) => {
  const purchaser = createPurchaser({ ledger: createMemoryLedger(), providers: [createAws()] });
  const recommendation = { provider: "aws", service, accountId: "123456789012", region: "us-east-1", quantity: 1 };
  const drive = purchaser.drive({ executionId: "night-1", source: "test", recommendations: [recommendation] });
  expect(((await thrownBy(drive)) as Error).message).toContain(`did you mean "${meant}"?`);
});
