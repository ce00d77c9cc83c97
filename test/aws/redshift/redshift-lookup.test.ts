import { describe, expect, test } from "vitest";
import { calmly, differencesOf, find as findIn, token } from "../aws-executors.ts";
import { thrownBy } from "../../thrown-by.ts";
import { computed, ok, startLoopback, type Reply } from "../aws-loopback.ts";
import { fault, node, nodes, recommendation, redshiftAt, submission } from "./redshift-answers.ts";

const { scope } = submission;
const action = "DescribeReservedNodes";

async function find(replies: readonly Reply[], ids: readonly string[] = [], maxPages = 20) {
  await using loopback = await startLoopback();
  loopback.on(action, ...replies);
  const listing = await findIn(redshiftAt(loopback, { maxPages }), scope, { tokens: [token], ids });
  return { listing, loopback };
}

describe("the list", () => {
  test("every page, by id alone: nothing that Redshift shows carries a token", async () => {
    const { listing, loopback } = await find([nodes([node("rn-1")], "two"), nodes([node("rn-2")])], ["rn-2", "gone"]);
    expect(listing.byToken.size).toBe(0);
    expect([...listing.byId]).toEqual([["rn-2", expect.objectContaining({ id: "rn-2", standing: "live" })]]);
    expect(loopback.count(action)).toBe(2);
    expect(loopback.last(action).body).toBe("Action=DescribeReservedNodes&Version=2012-12-01&Marker=two");
  });

  test("an empty list is an answer: nothing there", async () => {
    expect((await find([nodes([])])).listing.byId.size).toBe(0);
  });

  test.each([
    ["an empty body", ok("")],
    ["an HTML page", ok("<html><body>Sign in</body></html>")],
    ["an entry without an id", nodes([node("", { ReservedNodeId: undefined })])],
    ["an entry without a state", nodes([node("rn-1", { State: undefined })])],
    ["the same next page twice", nodes([], "again")],
  ])("lesson: a list that says too little was 'nothing bought'; %s is refused", async (_what, reply) => {
    expect(await thrownBy(find([reply]))).toMatchObject({ code: "lookup-untrusted", retryable: true });
  });

  test("lesson: no page limit; refused at it", async () => {
    let page = 0;
    const endless = computed(() => nodes([], `page-${(page += 1)}`));
    expect(await thrownBy(find([endless], [], 3))).toMatchObject({ code: "lookup-untrusted" });
    expect(page).toBe(3);
  });

  test("lesson: a lookup error was taken for 'nothing there'; refused with the permission that lacks", async () => {
    expect(await thrownBy(find([fault(403, "AccessDenied")]))).toMatchObject({
      code: "access-denied",
      message: expect.stringContaining("redshift:DescribeReservedNodes"),
    });
    // Of a list it does not say that there is none.
    expect(await thrownBy(find([fault(404, "ReservedNodeNotFound")]))).toMatchObject({ code: "lookup-failed" });
  });

  test.each([
    ["pending-payment", "live", false],
    ["payment-pending", "live", false],
    ["exchanging", "live", false],
    ["active", "live", true],
    ["a-state-of-tomorrow", "live", false],
    ["payment-failed", "failed", true],
    ["retired", "ended", true],
  ])("the state %s is %s", async (State, standing, settled) => {
    const { listing } = await find([nodes([node("rn-1", { State })])], ["rn-1"]);
    expect(listing.byId.get("rn-1")).toMatchObject({ state: State, standing, settled, marked: "waived" });
  });
});

describe("reading one, and comparing it", () => {
  async function at<Result>(reply: Reply, work: (redshift: ReturnType<typeof redshiftAt>) => Promise<Result>) {
    await using loopback = await startLoopback();
    loopback.on(action, reply);
    const result = await work(redshiftAt(loopback));
    expect(loopback.last(action).parameters.get("ReservedNodeId")).toBe("rn-1");
    return result;
  }
  const read = (reply: Reply) => at(reply, (redshift) => redshift.inventory.read(scope, "rn-1", calmly));
  const compare = (item: string) =>
    at(nodes([item]), async (redshift) =>
      differencesOf(redshift, recommendation, await redshift.inventory.read(scope, "rn-1", calmly)),
    );

  test("asks for the id alone; only ReservedNodeNotFound says that there is none", async () => {
    expect(await read(nodes([node("rn-1")]))).toMatchObject({ commitment: { id: "rn-1" }, marks: [] });
    expect(await read(fault(404, "ReservedNodeNotFound"))).toBeUndefined();
    expect(await read(nodes([node("another")]))).toBeUndefined();
    expect(await thrownBy(read({ status: 404, body: "" }))).toMatchObject({ code: "lookup-failed" });
    expect(await thrownBy(read(ok("")))).toMatchObject({ code: "lookup-untrusted" });
  });

  test("the same: no difference", async () => {
    expect(await compare(node("rn-1"))).toEqual([]);
  });

  test.each([
    [{ NodeType: "ra3.4xlarge" }, "nodeType"],
    [{ ReservedNodeOfferingType: "Regular" }, "offeringKind"],
    [{ OfferingType: "All Upfront" }, "payment"],
    [{ Duration: "94608000" }, "term"],
    [{ NodeCount: "3" }, "quantity"],
  ])("lesson: what is found is compared before it is adopted; %o differs in %s", async (changes, field) => {
    expect(await compare(node("rn-1", changes))).toMatchObject([{ field }]);
  });

  test.each([{ ReservedNodeOfferingType: undefined }, { NodeCount: undefined }])(
    "what Redshift leaves out cannot be compared: %o",
    async (changes) => {
      expect(await thrownBy(compare(node("rn-1", changes)))).toMatchObject({ code: "commitment-unverifiable" });
    },
  );
});
