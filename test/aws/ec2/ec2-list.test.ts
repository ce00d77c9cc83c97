import { expect, test } from "vitest";
import { ec2At, instance, instances, submission, tags } from "./ec2-answers.ts";
import { calmly, otherToken, token } from "../aws-executors.ts";
import { thrownBy } from "../../thrown-by.ts";
import { ok, startLoopback, type Reply } from "../aws-loopback.ts";

async function list(reply: Reply) {
  await using loopback = await startLoopback();
  loopback.on("DescribeReservedInstances", reply);
  const { inventory } = ec2At(loopback);
  const pages = await Array.fromAsync(inventory.list(submission.scope, { ...calmly, isComplete: () => false }));
  expect(loopback.count("DescribeReservedInstances")).toBe(1);
  expect(pages).toHaveLength(1);
  return pages.flat();
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
  const facts = {
    instanceType: "m5.large",
    platform: "Linux/UNIX",
    tenancy: "default",
    scope: "Region",
    availabilityZone: "none",
    offeringClass: "standard",
    payment: "Partial Upfront",
    term: "31536000 s",
  };
  expect(listed).toMatchObject([
    { commitment: { id: "ri-a", furtherIds: ["ri-b"], marked: true } },
    { commitment: { id: "ri-other", marked: true } },
    { commitment: { id: "ri-bare", standing: "failed", marked: false } },
  ]);
  expect(listed.map(({ marks }) => marks)).toEqual([
    [{ text: token, whole: true }],
    [{ text: otherToken, whole: true }],
    [],
  ]);
  expect(listed.map((one) => one.facts)).toStrictEqual([
    { ...facts, quantity: "7" },
    { ...facts, quantity: undefined },
    { ...facts, offeringClass: undefined, quantity: "2" },
  ]);
});

test("parts that differ in more than their counts state nothing that anybody asked for", async () => {
  const group = tags({ "cudly-idempotency-token": token, "buyonce-purchase": "ri-a" });
  const [one] = await list(
    instances(
      instance("ri-a", { tags: group, instanceType: "m5.large", offeringClass: undefined }),
      instance("ri-b", { tags: group, instanceType: "m5.xlarge" }),
    ),
  );
  expect(one?.facts).toMatchObject({ instanceType: "m5.large and m5.xlarge", tenancy: "default", quantity: "4" });
  expect(one?.facts["offeringClass"]).toBeUndefined();
});

test.each([
  ["in capitals, with blanks", ` ${token.toUpperCase()} `, { text: token, whole: true }],
  ["cut", token.slice(0, 63), { text: token.slice(0, 63), whole: false }],
  ["too long", `${token}0`, { text: `${token}0`, whole: false }],
  ["a word of a person", "For the data team", { text: "for the data team", whole: false }],
])("a tag for the token that is %s", async (_what, value, mark) => {
  const [one] = await list(instances(instance("ri-1", { tags: tags({ "cudly-idempotency-token": value }) })));
  expect(one?.marks).toEqual([mark]);
});

test("nothing there is an empty list; an answer without a list is refused", async () => {
  expect(await list(instances())).toEqual([]);
  expect(await thrownBy(list(ok("")))).toMatchObject({ code: "lookup-untrusted" });
});
