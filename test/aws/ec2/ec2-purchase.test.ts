import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { AddressInfo } from "node:net";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { PurchaseAnswer } from "../../../src/contract/purchase-answer.ts";
import { createEc2Api } from "../../../providers/aws/ec2/ec2-api.ts";
import { parsePurchaseRequest } from "../../../providers/aws/ec2/ec2-purchase.ts";
import { parseScope } from "../../../providers/aws/aws-scope.ts";
import { httpsOnly, sendOnce } from "../../../providers/aws/sdk-middleware.ts";
import { judgePurchaseError } from "../../../providers/aws/judge-purchase-error.ts";
import { ec2At, submission } from "./ec2-answers.ts";
import { environmentVariables } from "../../environment-variables.ts";
import { thrownBy } from "../../thrown-by.ts";
import { answeredPurchase, fakeEnvironment, first, once } from "../aws-executors.ts";
import { callerIdentity, error, ok, recorded, startLoopback, type Reply } from "../aws-loopback.ts";
import { withShortTimeout } from "../../short-timeout.ts";

const action = "PurchaseReservedInstancesOffering";
const answer = recorded("ec2-PurchaseReservedInstancesOffering.awsdocs.xml");

// Everything that could bring retries back is set for the whole file.
let variables: Disposable;
let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "buyonce-aws-"));
  const file = join(folder, "config");
  await writeFile(file, "[default]\nmax_attempts = 5\nretry_mode = adaptive\n");
  variables = environmentVariables({ AWS_MAX_ATTEMPTS: "5", AWS_RETRY_MODE: "adaptive", AWS_CONFIG_FILE: file });
});
afterAll(async () => {
  variables[Symbol.dispose]();
  await rm(folder, { recursive: true });
});

function buy(reply: Reply, purchaseTimeout = 10_000) {
  return answeredPurchase(action, reply, (loopback) => ec2At(loopback, { purchaseTimeout }).send(submission, first));
}

describe("the purchase", () => {
  test("sends exactly what was recorded, once, after the account check, and returns a pending commitment", async () => {
    await using loopback = await startLoopback();
    loopback.on(action, ok(answer));
    expect(await ec2At(loopback).send(submission, first)).toEqual({
      kind: "bought",
      commitment: {
        id: "e5a2ff3b-7d14-494f-90af-0b5d0EXAMPLE",
        state: "payment-pending",
        standing: "live",
        settled: false,
        marked: false,
        price: { amount: "1240.64", currency: "USD" },
      },
    });
    expect(loopback.arrived.map((one) => one.action)).toEqual(["GetCallerIdentity", action]);
    expect(loopback.last(action).body).toBe(
      "Action=PurchaseReservedInstancesOffering&Version=2016-11-15&InstanceCount=2&ReservedInstancesOfferingId=offering-1&LimitPrice.Amount=364.4&LimitPrice.CurrencyCode=USD",
    );
    expect(loopback.last(action).headers.connection).toBe("close");
  });

  test("without a limit none is sent", async () => {
    await using loopback = await startLoopback();
    loopback.on(action, ok(answer));
    const { LimitPrice: _limit, ...request } = submission.request;
    await ec2At(loopback).send({ ...submission, request }, first);
    expect(loopback.last(action).body).not.toContain("LimitPrice");
  });

  test("a record that is not a purchase of EC2 is not sent", async () => {
    await using loopback = await startLoopback();
    const request = { ...submission.request, InstanceCount: "2" };
    expect(await ec2At(loopback).send({ ...submission, request }, first)).toMatchObject({
      kind: "rejected",
      left: false,
    });
    expect(loopback.count(action)).toBe(0);
  });
});

describe("lesson: the SDK re-sent the purchase below the guard; exactly one request leaves, outcome unknown", () => {
  test.each([500, 502, 503, 504])("HTTP %i", async (status) => {
    const { answer: said, ...counted } = await buy(error(status, "InternalError"));
    expect(counted).toEqual(once);
    expect(said).toMatchObject({ kind: "unknown" });
  });

  test.each([
    ["RequestLimitExceeded with 503", error(503, "RequestLimitExceeded")],
    ["RequestTimeout with 400", error(400, "RequestTimeout")],
    ["HTTP 408", error(408, "SomethingElse")],
    ["HTTP 307", { status: 307, body: "" }],
    [
      "500 whose text is that of a connection that failed",
      error(500, "InternalError", "did not establish a connection"),
    ],
    ["HTML with 200", ok("<html><body>Sign in</body></html>")],
    ["HTML with 403", { status: 403, body: "<html><body>Forbidden</body></html>" }],
    ["broken HTML with 403", { status: 403, body: "<html><body><br>Forbidden</body></html>" }],
    ["404 without a body", { status: 404, body: "" }],
    ["400 with an empty code", error(400, "")],
    ["an empty body with 200", ok("")],
    ["an answer without an id", ok(answer.replace(/<reservedInstancesId>.*<\/reservedInstancesId>/, ""))],
    ["lesson: a 400 whose body was cut", { status: 400, body: recorded("ec2-error.xml").slice(0, 100) }],
  ] satisfies [string, Reply][])("%s", async (_what, reply) => {
    const { answer: said, ...counted } = await buy(reply);
    expect(counted).toEqual(once);
    expect(said).toMatchObject({ kind: "unknown" });
  });

  test("the connection is reset after the request was read", async () => {
    const { answer: said, ...counted } = await buy((response) => response.socket?.resetAndDestroy());
    expect(counted).toEqual(once);
    expect(said).toMatchObject({ kind: "unknown" });
  });

  test("the connection is closed after the request was read", async () => {
    const { answer: said, ...counted } = await buy((response) => response.socket?.destroy());
    expect(counted).toEqual(once);
    expect(said).toMatchObject({ kind: "unknown" });
  });

  test("a 200 whose body was cut", async () => {
    const { answer: said, ...counted } = await buy((response) => {
      response.writeHead(200, { "content-type": "text/xml", "content-length": answer.length });
      response.write(answer.slice(0, 150), () => response.destroy());
    });
    expect(counted).toEqual(once);
    expect(said).toMatchObject({ kind: "unknown" });
  });

  test("a 200 whose body was cut and whose length was not given", async () => {
    const { answer: said, ...counted } = await buy(ok(answer.slice(0, 150)));
    expect(counted).toEqual(once);
    expect(said).toMatchObject({ kind: "unknown" });
  });

  test("no answer within the timeout", async () => {
    const { answer: said, ...counted } = await withShortTimeout((timeout) => buy(() => {}, timeout));
    expect(counted).toEqual(once);
    expect(said).toMatchObject({ kind: "unknown" });
  });

  test("an answer whose body stalls", async () => {
    const stalls: Reply = (response) => {
      response.writeHead(200, { "content-type": "text/xml" });
      response.write(answer.slice(0, 150));
    };
    const { answer: said, ...counted } = await withShortTimeout((timeout) => buy(stalls, timeout));
    expect(counted).toEqual(once);
    expect(said).toMatchObject({ kind: "unknown" });
  });

  test("an answer that comes in drops, for ever", async () => {
    const drips: Reply = (response) => {
      response.writeHead(200, { "content-type": "text/xml" });
      const timer = setInterval(() => response.write(" "), 20);
      response.on("close", () => clearInterval(timer));
    };
    const { answer: said, ...counted } = await withShortTimeout((timeout) => buy(drips, timeout));
    expect(counted).toEqual(once);
    expect(said).toMatchObject({ kind: "unknown" });
  });
});

describe("definitely not bought", () => {
  test.each([
    [error(400, "InvalidReservedInstancesOfferingId"), "InvalidReservedInstancesOfferingId", false, /Remove the cause/],
    [error(400, "ReservedInstancesLimitExceeded"), "ReservedInstancesLimitExceeded", false, /quota/],
    [error(403, "UnauthorizedOperation"), "UnauthorizedOperation", false, /ec2:PurchaseReservedInstancesOffering/],
    [error(400, "Throttling"), "Throttling", true, /slow down/],
    [error(429, "TooManyRequestsException"), "TooManyRequestsException", true, /slow down/],
  ] satisfies [Reply, string, boolean, RegExp][])("%o", async (reply, providerCode, retryable, advice) => {
    const { answer: said, ...counted } = await buy(reply);
    expect(counted).toEqual(once);
    expect(said).toMatchObject({ kind: "rejected", left: true, expired: false, providerCode, retryable });
    expect(said).toMatchObject({ reason: expect.stringMatching(advice) });
    expect(said).toMatchObject({ reason: expect.stringContaining(`(${providerCode}: An error.)`) });
  });

  async function buyFromClosedPort(): Promise<PurchaseAnswer> {
    await using loopback = await startLoopback();
    const ec2 = ec2At(loopback);
    loopback.on("DescribeReservedInstances", error(400, "InvalidReservedInstancesId"));
    await ec2.inventory.read(submission.scope, "ri-1", { signal: new AbortController().signal });
    await loopback[Symbol.asyncDispose]();
    return await ec2.send(submission, first);
  }

  test("the connection is refused", async () => {
    expect(await buyFromClosedPort()).toMatchObject({
      kind: "rejected",
      left: false,
      providerCode: "ECONNREFUSED",
      retryable: true,
      reason: expect.stringContaining("did not reach EC2 (ECONNREFUSED: "),
    });
  });

  test("STS does not answer: the purchase is not sent", async () => {
    await using loopback = await startLoopback();
    loopback.on("GetCallerIdentity", () => {});
    loopback.on(action, ok(answer));
    expect(await ec2At(loopback, { purchaseTimeout: 200 }).send(submission, first)).toMatchObject({
      kind: "rejected",
      left: false,
    });
    loopback.on("GetCallerIdentity", callerIdentity("123456789012"));
    expect(loopback.count(action)).toBe(0);
  });

  test("a credential that is gone when the request is signed: nothing was handed over", async () => {
    await using loopback = await startLoopback();
    const configuration = {
      region: "us-east-1",
      endpoint: loopback.url,
      credentials: async () => Promise.reject(new Error("It is gone.")),
    };
    const connectEc2 = createEc2Api(async () => ({
      caller: { account: "123456789012" },
      read: configuration,
      purchase: async () => configuration,
      environment: fakeEnvironment(),
      httpsOnly: httpsOnly(true),
      renewing: (next) => next,
      forgetting: (next) => next,
    }));
    const report = { handedOver: false };
    const { signal } = new AbortController();
    const api = await connectEc2(parseScope(submission.scope), signal);
    const request = parsePurchaseRequest(submission.request);
    expect(await thrownBy(api.purchase(request, signal, report))).toMatchObject({ message: "It is gone." });
    expect(report.handedOver).toBe(false);
    expect(loopback.arrived).toEqual([]);
  });

  test("a name that is not there, or several addresses that refuse, are told from a reset", async () => {
    const server = createServer().listen(0, "127.0.0.1");
    await new Promise((resolve) => server.once("listening", resolve));
    const { port } = server.address() as AddressInfo;
    await new Promise((resolve) => server.close(resolve));
    const refused = await fetchError(`http://localhost:${port}`);
    const reset = Object.assign(new Error("read ECONNRESET"), { syscall: "read", code: "ECONNRESET" });
    const kindOf = (error: unknown) =>
      judgePurchaseError(error, { handedOver: true }, { title: "EC2", permission: "ec2:Buy", quotaCodes: [] }).kind;
    expect(kindOf(new AggregateError([refused, refused]))).toBe("rejected");
    expect(kindOf(new AggregateError([refused, reset]))).toBe("unknown");
    expect(kindOf(reset)).toBe("unknown");
  });
});

/** The error of a connection that Node could not make. */
async function fetchError(url: string): Promise<unknown> {
  const { get } = await import("node:http");
  return new Promise((resolve, reject) => {
    get(url, () => reject(new Error("There was an answer."))).on("error", (error) => {
      resolve(error instanceof AggregateError ? error.errors[0] : error);
    });
  });
}

test("even if the SDK tried again, nothing would leave a second time", async () => {
  const report = { handedOver: false };
  let sent = 0;
  const send = sendOnce(report)(async () => void sent++);
  await send({});
  expect(report.handedOver).toBe(true);
  await expect(send({})).rejects.toThrow("a second time");
  expect(sent).toBe(1);
});
