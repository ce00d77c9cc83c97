import { expect, test } from "vitest";
import { startCloudSandbox } from "../../providers/sandbox/index.ts";
import type { Configuration } from "../../src/cli/resources/configuration.ts";
import { createProviders, endpointsAt } from "../../src/cli/resources/providers.ts";
import { createMemoryLedger, createPurchaser } from "../../src/index.ts";
import { fixtureExecution } from "../fixture-execution.ts";

test("an imitation is every account, unless the configuration says otherwise", async () => {
  await using sandbox = await startCloudSandbox();
  const { recommendations } = fixtureExecution();
  const [ec2] = recommendations.filter((each) => "service" in each && each.service === "ec2");
  const execution = {
    executionId: "two-accounts",
    source: "finops",
    recommendations: [ec2, { ...ec2, accountId: "210987654321" }],
  };
  const codesOf = async (configuration?: Configuration) => {
    const providers = await createProviders(["aws"], endpointsAt(sandbox.url), 60_000, { configuration });
    const purchaser = createPurchaser({ ledger: createMemoryLedger(), providers });
    const { recommendations: planned } = await purchaser.plan(purchaser.validate(execution));
    return planned.map(({ verdict, error }) => error?.code ?? verdict);
  };
  expect(await codesOf()).toEqual(["buy", "buy"]);
  expect(await codesOf({ file: "settings.json", aws: { accounts: { "*": { use: "default" } } } })).toEqual([
    "buy",
    "wrong-account",
  ]);
});

test.each([
  ["AWS itself", {}, 300_000],
  ["an endpoint over https, whatever is behind it", { aws: "https://127.0.0.1:8443" }, 300_000],
  ["an imitation alike: it may lag, or have other buyers", endpointsAt("http://127.0.0.1:8080"), 300_000],
])("%s: what merely fits counts from the minimum age on", async (_what, endpoints, minimumAge) => {
  const [aws] = await createProviders(["aws"], endpoints, 60_000);
  expect(aws?.services["ec2"]?.recovery).toMatchObject({ minimumAge });
  expect(aws?.services["redshift"]?.recovery).toMatchObject({ minimumAge });
});
