import { expect, test } from "vitest";
import { instance, instances, otherToken, submission, tags, token } from "./ec2-answers.ts";
import { calmly, ec2At, thrownBy } from "./ec2-executors.ts";
import { ok, startLoopback, type Reply } from "./aws-loopback.ts";

async function list(reply: Reply) {
  await using loopback = await startLoopback();
  loopback.on("DescribeReservedInstances", reply);
  const listed = await ec2At(loopback).list?.(submission.scope, calmly);
  expect(loopback.count("DescribeReservedInstances")).toBe(1);
  return listed;
}

test("an audit is shown every purchase: token or not, what it is, how many; parts of one as one", async () => {
  const group = tags({ "cudly-idempotency-token": token, "buyonce-purchase": "ri-a" });
  const listed = await list(
    instances(
      instance("ri-b", { tags: group, instanceCount: "4" }),
      instance("ri-a", { tags: group, instanceCount: "3" }),
      instance("ri-other", { tags: tags({ "cudly-idempotency-token": otherToken }), instanceCount: undefined }),
      instance("ri-bare", { offeringClass: undefined, state: "payment-failed" }),
    ),
  );
  const attributes = {
    instanceType: "m5.large",
    platform: "Linux/UNIX",
    tenancy: "default",
    scope: "Region",
    availabilityZone: "none",
    offeringClass: "standard",
    payment: "Partial Upfront",
    term: "31536000 s",
  };
  const { offeringClass: _left, ...stated } = attributes;
  expect(listed).toMatchObject([
    { commitment: { id: "ri-a", furtherIds: ["ri-b"], marked: true }, token, attributes, count: 7 },
    { commitment: { id: "ri-other", marked: true }, token: otherToken, attributes },
    { commitment: { id: "ri-bare", standing: "failed", marked: false }, attributes: stated, count: 2 },
  ]);
  expect(listed?.map(({ count }) => count)).toEqual([7, undefined, 2]);
  expect(listed?.[2]?.token).toBeUndefined();
  expect(listed?.[2]?.attributes).toStrictEqual(stated);
});

test("nothing there is an empty list; an answer without a list is refused", async () => {
  expect(await list(instances())).toEqual([]);
  expect(await thrownBy(list(ok("")))).toMatchObject({ code: "lookup-untrusted" });
});
