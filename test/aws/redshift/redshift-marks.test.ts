import { aged } from "../../aged.ts";
import { describe, expect, test } from "vitest";
import type { Listed } from "../../../src/contract/listed.ts";
import { thrownBy } from "../../thrown-by.ts";
import { calmly, otherToken, token } from "../aws-executors.ts";
import { ok, type Reply, startLoopback } from "../aws-loopback.ts";
import { fault, node, nodes, redshiftAt, submission, tagged, untagged } from "./redshift-answers.ts";

const [source, key] = ["purchase-automation", "cudly-idempotency-token"] as const;
const listed: Listed = {
  commitment: { id: "rn-1", state: "active", standing: "live", settled: true, marked: "waived" },
  marks: [],
  facts: { nodeType: "ra3.xlplus" },
};

async function readMarks(reply: Reply) {
  await using loopback = await startLoopback();
  loopback.on("DescribeTags", reply);
  const { inventory } = redshiftAt(loopback);
  if (inventory.readMarks === undefined) throw new Error("It reads no marks.");
  return await inventory.readMarks(submission.scope, listed, calmly);
}

describe("A13: what is stamped on a node, which no list shows", () => {
  test("the token that the Go engine tagged: its mark", async () => {
    expect(await readMarks(tagged("rn-1", { [source]: "cudly-web", [key]: token.toUpperCase() }))).toEqual({
      ...listed,
      commitment: { ...listed.commitment, marked: true },
      marks: [{ text: token, whole: true }],
    });
  });

  test("a source without a token: it may be one of ours", async () => {
    expect(await readMarks(tagged("rn-1", { [source]: "cudly-cli" }))).toEqual({
      ...listed,
      resembles: "is tagged purchase-automation = cudly-cli, as what another engine of yours buys",
    });
  });

  test.each([
    ["nothing", tagged("rn-1", {})],
    ["somebody's tags", tagged("rn-1", { team: "web", [key]: " " })],
    ["the tags of something else", tagged("rn-2", { [key]: token })],
    ["no resource that can be tagged", untagged],
    ["no ARN that it knows", fault(400, "InvalidParameterValue")],
  ])("%s: it says nothing", async (_what, reply) => {
    expect(await readMarks(reply)).toEqual(listed);
  });

  test.each([
    ["it may not be asked for", fault(403, "AccessDenied"), "access-denied"],
    ["an HTML page", ok("<html>"), "lookup-failed"],
    ["an answer without a list", ok("<DescribeTagsResponse/>"), "lookup-untrusted"],
    ["it breaks", fault(500, "InternalFailure"), "lookup-failed"],
  ])("%s: refused, for it may be the token", async (_what, reply, code) => {
    expect(await thrownBy(readMarks(reply))).toMatchObject({ code });
  });
});

describe("after an unknown outcome, what fits is asked for its tags", () => {
  async function resolve(tags: Readonly<Record<string, Reply>>) {
    await using loopback = await startLoopback();
    loopback.on("DescribeReservedNodes", nodes(["rn-old", ...Object.keys(tags)].map((id) => node(id))));
    loopback.on("DescribeTags", ...Object.values(tags));
    const options = { ...calmly, owned: new Set<string>(), age: aged(600_000) };
    const resolution = await redshiftAt(loopback).resolve(submission, options);
    return { resolution, asked: loopback.count("DescribeTags") };
  }

  test("our token is proof, beside another one that fits", async () => {
    const { resolution, asked } = await resolve({
      "rn-1": tagged("rn-1", {}),
      "rn-2": tagged("rn-2", { [key]: token }),
    });
    expect(resolution).toMatchObject({
      kind: "found",
      by: "proof",
      found: { commitment: { id: "rn-2", marked: true } },
    });
    // Not what was there before.
    expect(asked).toBe(2);
  });

  test.each([
    ["another token", { [key]: otherToken }],
    ["another source", { [source]: "somebody" }],
  ])("%s: somebody else's", async (_what, tags) => {
    expect((await resolve({ "rn-1": tagged("rn-1", tags) })).resolution).toMatchObject({ kind: "absent" });
  });

  test("our token on two: for a person", async () => {
    const own = { [key]: token };
    const { resolution } = await resolve({ "rn-1": tagged("rn-1", own), "rn-2": tagged("rn-2", own) });
    expect(resolution).toMatchObject({ kind: "unclear", reason: expect.stringMatching(/rn-1 .*rn-2 /) });
  });
});
