import type { ServerResponse } from "node:http";
import { describe, expect, test } from "vitest";
import { instance, instances, submission as ec2Submission } from "./ec2/ec2-answers.ts";
import { find, first, serviceAt, token } from "./aws-executors.ts";
import { thrownBy } from "../thrown-by.ts";
import { type Loopback, type Reply, startLoopback } from "./aws-loopback.ts";
import { services, submissionFor } from "./reservations/reservation-services.ts";
import { plan, plans, submission as planSubmission } from "./savings-plans/aws-plan-answers.ts";

/** Every service, how it lists and buys, and an answer to each. */
const all = [
  {
    service: "ec2",
    list: "DescribeReservedInstances",
    listed: instances(instance("ri-1")),
    purchase: "PurchaseReservedInstancesOffering",
    submission: ec2Submission,
  },
  ...services.map((one) => ({
    service: one.service,
    list: one.list,
    listed: one.reservations([{}]),
    purchase: one.purchase,
    submission: submissionFor(one),
  })),
  {
    service: "savings-plans",
    list: "DescribeSavingsPlans",
    listed: plans([plan("plan-1")]),
    purchase: "CreateSavingsPlan",
    submission: planSubmission,
  },
];

type Service = (typeof all)[number];

const limit = 100_000;
const settings = { maxAnswerBytes: limit, readTimeout: 5000, purchaseTimeout: 5000 };

function list({ service, submission }: Service, loopback: Loopback, changes = {}) {
  return find(serviceAt(service, loopback, { ...settings, ...changes }), submission.scope, { tokens: [token] });
}

function buy({ service, submission }: Service, loopback: Loopback, changes = {}) {
  return serviceAt(service, loopback, { ...settings, ...changes }).send(submission, first);
}

/** Writes as long as the other side reads, and counts what went out. */
function endless(written: { bytes: number }): Reply {
  return (response) => {
    const chunk = Buffer.alloc(65_536, 0x20);
    response.writeHead(200, { "content-type": "application/json" });
    const write = (): void => {
      while (!response.destroyed && response.write(chunk)) written.bytes += chunk.length;
      if (!response.destroyed) response.once("drain", write);
    };
    write();
  };
}

const whole = (reply: Reply, status: number): Reply => (typeof reply === "function" ? reply : { ...reply, status });

/** Begins an answer and adds a byte to it every now and then, for ever. */
function trickle(response: ServerResponse): void {
  response.writeHead(200, { "content-type": "application/json" });
  const timer = setInterval(() => response.write(" "), 20);
  response.once("close", () => clearInterval(timer));
}

describe.each(all)("the answers of $service", (one) => {
  test("C1: a list without end is refused once so many bytes have come", async () => {
    await using loopback = await startLoopback();
    const written = { bytes: 0 };
    loopback.on(one.list, endless(written));
    expect(await thrownBy(list(one, loopback))).toMatchObject({
      name: "RefusedError",
      code: "lookup-failed",
      message: expect.stringContaining(`longer than ${limit} bytes`),
    });
    // What is under way in the buffers of both sides is not counted.
    expect(written.bytes).toBeLessThan(20_000_000);
    expect(loopback.count(one.list)).toBe(1);
  });

  test("C1: a purchase whose answer has no end has an unknown outcome", async () => {
    await using loopback = await startLoopback();
    loopback.on(one.purchase, endless({ bytes: 0 }));
    expect(await buy(one, loopback)).toMatchObject({
      kind: "unknown",
      reason: expect.stringContaining(`longer than ${limit} bytes`),
    });
    expect(loopback.count(one.purchase)).toBe(1);
  });

  test("C1: an answer that only trickles ends with the time for a read", async () => {
    await using loopback = await startLoopback();
    loopback.on(one.list, trickle);
    expect(await thrownBy(list(one, loopback, { readTimeout: 200 }))).toMatchObject({ code: "lookup-failed" });
  });

  test("C1: an error without end proves nothing", async () => {
    await using loopback = await startLoopback();
    loopback.on(one.purchase, (response) => {
      response.writeHead(400, { "content-type": "application/json" });
      response.end(Buffer.alloc(limit + 1, 0x20));
    });
    expect(await buy(one, loopback)).toMatchObject({ kind: "unknown" });
  });

  test.each([201, 202, 203, 204, 206])("C10: a list with the status %i is no list", async (status) => {
    await using loopback = await startLoopback();
    loopback.on(one.list, whole(one.listed, status));
    expect(await thrownBy(list(one, loopback))).toMatchObject({
      name: "RefusedError",
      code: "lookup-failed",
      message: expect.stringContaining(`status ${status}, not 200`),
    });
    loopback.on(one.list, one.listed);
    expect((await list(one, loopback)).byToken).toBeInstanceOf(Map);
  });

  test.each([203, 206])("C10: nor is an answer to a purchase with the status %i one", async (status) => {
    await using loopback = await startLoopback();
    loopback.on(one.purchase, whole(one.listed, status));
    expect(await buy(one, loopback)).toMatchObject({
      kind: "unknown",
      reason: expect.stringContaining(`HTTP ${status}`),
    });
  });
});

test("C1: the limit is a setting", async () => {
  await using loopback = await startLoopback();
  const [ec2] = all;
  if (!ec2) throw new Error("No EC2.");
  loopback.on(ec2.list, ec2.listed);
  expect(await thrownBy(list(ec2, loopback, { maxAnswerBytes: 100 }))).toMatchObject({ code: "lookup-failed" });
  expect(await thrownBy((async () => list(ec2, loopback, { maxAnswerBytes: 0 }))())).toMatchObject({
    code: "invalid-configuration",
    message: expect.stringContaining("maxAnswerBytes"),
  });
});
