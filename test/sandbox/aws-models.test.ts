import { execFileSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { resolve } from "node:path";
import { beforeAll, describe, expect, test } from "vitest";
import { createAws } from "../../providers/aws/index.ts";
import { startCloudSandbox } from "../../providers/sandbox/index.ts";
import type { AnyRecommendation } from "../../src/contract/recommendation.ts";
import { createMemoryLedger } from "../../src/ledger/memory-ledger.ts";
import { createPurchaser } from "../../src/purchaser.ts";
import { type ServiceModel, takeModel, usedOperations } from "../../tools/aws-models.ts";
import { fixtureExecution } from "../fixture-execution.ts";
import { type ProxiedAnswer, type ProxiedRequest, startScriptedProxy } from "../golden/golden-proxy.ts";
import { answerProblems, operationOf, requestProblems } from "./aws-wire.ts";

const services = Object.keys(usedOperations);

/** Names in the scope of a signature that are not those of the models. */
const signedAs: Readonly<Record<string, string>> = { opensearch: "es" };

interface Exchange {
  readonly request: ProxiedRequest;
  readonly answer: ProxiedAnswer;
}

let exchanges: readonly Exchange[] = [];

/** Everything that is said between the SDKs and the imitation while one of each service is bought, and found again. */
beforeAll(async () => {
  const heard: Exchange[] = [];
  await using sandbox = await startCloudSandbox({ aws: { redshiftTags: "shown" } });
  const proxy = await startScriptedProxy(Number(new URL(sandbox.url).port), async (request, forward) => {
    const answer = await forward(request);
    heard.push({ request, answer });
    return answer;
  });
  try {
    const recommendations = (fixtureExecution().recommendations as readonly AnyRecommendation[]).filter(
      ({ provider }) => provider === "aws",
    );
    const providers = [createAws({ endpoint: proxy.url, purchaseTimeout: 60_000, readTimeout: 60_000 })];
    for (const _ledger of ["first", "lost"]) {
      const purchaser = createPurchaser({ ledger: createMemoryLedger(), providers });
      await purchaser.drive({ executionId: "night-1", source: "test", recommendations });
    }
  } finally {
    await proxy.close();
  }
  exchanges = heard;
});

const shipped = (service: string) =>
  JSON.parse(
    readFileSync(new URL(`../../fixtures/aws-models/${service}.json`, import.meta.url), "utf8"),
  ) as ServiceModel;

/** All calls of a service that were heard, and what is wrong with them. */
function held(service: string, model: ServiceModel) {
  const signed = `/${signedAs[service] ?? service}/aws4_request`;
  const own = exchanges.filter(({ request }) => request.headers["authorization"]?.includes(signed));
  const problems = own.flatMap(({ request, answer }) => {
    const name = operationOf(request, model);
    const operation = name === undefined ? undefined : model.operations[name];
    if (name === undefined || operation === undefined) return [`${name ?? request.path} is no call of the model`];
    if (answer.status >= 400) return [];
    const wrong = [
      ...requestProblems(request, operation, model.protocol).map((one) => `request: ${one}`),
      ...answerProblems(name, answer.body, operation, model.protocol).map((one) => `answer: ${one}`),
    ];
    return wrong.map((one) => `${name}, ${one}`);
  });
  const calls = new Set(own.map(({ request }) => operationOf(request, model)));
  return { calls: [...calls].toSorted(), problems: [...new Set(problems)] };
}

describe("every request, and every answer of the imitation, is within the model that AWS publishes", () => {
  test.each(services)("%s: as shipped", (service) => {
    const model = shipped(service);
    expect(model.source).toMatch(/^botocore \d+\.\d+\.\d+, data\//);
    expect(model.taken).toMatch(/^\d{4}-\d\d-\d\d$/);
    expect(held(service, model)).toEqual({ calls: (usedOperations[service] ?? []).toSorted(), problems: [] });
  });

  const installed = installedModels();
  test.skipIf(installed === undefined).each(services)("%s: as installed here", (service) => {
    if (installed === undefined) return;
    const { folder, version } = installed;
    const model = takeModel(folder, service, { source: `botocore ${version}`, taken: "" });
    expect(held(service, model).problems).toEqual([]);
  });

  test("what is not within it is seen", () => {
    const model = shipped("rds");
    const operation = model.operations["PurchaseReservedDBInstancesOffering"];
    if (operation === undefined) throw new Error("RDS sells nothing.");
    const request = { method: "POST", path: "/", headers: {}, body: "Tags.member.1.Key=a&Nothing=1&DBInstanceCount=x" };
    expect(requestProblems(request, operation, "query")).toEqual([
      "ReservedDBInstancesOfferingId is missing",
      "Tags.member.1.Key: member is no name of a member",
      "Nothing is unknown",
      'DBInstanceCount: "x" is no integer',
    ]);
    const name = "PurchaseReservedDBInstancesOffering";
    const body = `<${name}Response><${name}Result><ReservedDBInstance><MultiAZ>2</MultiAZ><Id>1</Id></ReservedDBInstance></${name}Result></${name}Response>`;
    expect(answerProblems(name, body, operation, "query")).toEqual([
      'ReservedDBInstance.MultiAZ: "2" is no boolean',
      "ReservedDBInstance.Id is unknown",
    ]);
    expect(answerProblems(name, "<Other></Other>", operation, "query")).toEqual([`${name}Response is missing`]);
  });
});

/** Where Python finds botocore, if it does: a distribution's, which may be years old, says nothing new. */
function installedModels(): { readonly folder: string; readonly version: string } | undefined {
  try {
    const script = "import botocore; print(botocore.__version__); print(botocore.__path__[0])";
    const [version = "", path = ""] = execFileSync("python3", ["-c", script], {
      encoding: "utf8",
      stdio: "pipe",
    }).split("\n");
    const { source } = shipped("ec2");
    const numbers = (text: string) => /(\d+)\.(\d+)\.(\d+)/.exec(text)?.slice(1).map(Number) ?? [];
    const [major = 0, minor = 0, patch = 0] = numbers(version);
    const [ownMajor = 0, ownMinor = 0, ownPatch = 0] = numbers(source);
    const newer = major - ownMajor || minor - ownMinor || patch - ownPatch;
    return newer >= 0 ? { version, folder: resolve(path, "data") } : undefined;
  } catch {
    return undefined;
  }
}
