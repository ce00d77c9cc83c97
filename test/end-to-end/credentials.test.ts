import nock from "nock";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { createAws } from "../../providers/aws/index.ts";
import { createAzure } from "../../providers/azure/index.ts";
import { startCloudSandbox } from "../../providers/sandbox/index.ts";
import { createPurchaser } from "../../src/purchaser.ts";
import { createMemoryLedger } from "../../src/ledger/memory-ledger.ts";
import type { Provider } from "../../src/contract/executor.ts";
import type { Ledger } from "../../src/contract/ledger.ts";
import { compute, ec2, executionOf } from "./recommendations.ts";
import { useNock } from "../use-nock.ts";

const execution = executionOf(compute, ec2);
const drive = (ledger: Ledger, ...providers: Provider[]) => createPurchaser({ ledger, providers }).drive(execution);

/** As the SDKs' own chains fail where nobody has signed in. */
const nobody = {
  azure: () =>
    createAzure({
      credential: { getToken: () => Promise.reject(new Error("Please run 'az login' to set up account")) },
    }),
  aws: () =>
    createAws({
      credentials: () =>
        Promise.reject(
          Object.assign(new Error("Could not load credentials from any providers"), {
            name: "CredentialsProviderError",
          }),
        ),
    }),
};

useNock();
let left: string[] = [];
const note = ({ method, url }: Request) => {
  if (new URL(url).hostname !== "127.0.0.1") left.push(`${method} ${url}`);
};
beforeEach(() => {
  left = [];
  nock.disableNetConnect();
  nock.emitter.on("no match", note);
});
afterEach(() => {
  nock.emitter.off("no match", note);
  nock.cleanAll();
  nock.enableNetConnect();
});

describe("credentials, through the drive", () => {
  test("none: every recommendation is refused with what to do, no request leaves, and it is bought once there are some", async () => {
    const ledger = createMemoryLedger();
    const refused = await drive(ledger, nobody.azure(), nobody.aws());
    expect(refused.outcomes).toMatchObject([
      { status: "refused", error: { code: "credentials-unavailable", message: expect.stringContaining("az login") } },
      {
        status: "refused",
        error: {
          code: "credentials-unavailable",
          message: expect.stringContaining("Could not load credentials from any providers"),
        },
      },
    ]);
    expect(left).toEqual([]);
    expect((await ledger.recordsOf(execution.executionId)).map(({ state }) => state)).toEqual(["refused", "refused"]);

    nock.enableNetConnect("127.0.0.1");
    await using sandbox = await startCloudSandbox();
    const bought = await drive(ledger, createAzure({ endpoint: sandbox.url }), createAws({ endpoint: sandbox.url }));
    expect(bought.outcomes.map(({ status }) => status)).toEqual(["purchased", "purchased"]);
    expect(sandbox.purchases()).toBe(2);
  });

  test("lesson 9531681a: of another account or tenant: refused, both named, and nothing but the question who it is leaves", async () => {
    const claims = Buffer.from(JSON.stringify({ tid: "20000000-aaaa-bbbb-cccc-200000000002" })).toString("base64url");
    const foreign = { getToken: async () => ({ token: `x.${claims}.y`, expiresOnTimestamp: Date.now() + 3_600_000 }) };
    nock.enableNetConnect("127.0.0.1");
    await using sandbox = await startCloudSandbox({ aws: { accountId: "999999999999" } });
    const azure = createAzure({ credential: foreign });
    const report = await drive(createMemoryLedger(), azure, createAws({ endpoint: sandbox.url }));
    const [first, second] = report.outcomes;
    expect(report.outcomes).toMatchObject([
      { status: "refused", error: { code: "wrong-account" } },
      { status: "refused", error: { code: "wrong-account" } },
    ]);
    expect(first?.error?.message).toContain("20000000-aaaa-bbbb-cccc-200000000002");
    expect(first?.error?.message).toContain("names tenant 3f1d0c5e-8a44-4b6e-9c1a-5d2e7f90a1b2");
    expect(second?.error?.message).toContain("account 123456789012, but the credentials belong to 999999999999");
    expect(left).toEqual([]);
    expect(new Set(sandbox.requests.map(({ action }) => action))).toEqual(new Set(["GetCallerIdentity"]));
  });
});
