import { aged } from "../../aged.ts";
import { describe, expect, onTestFinished, test } from "vitest";
import { createAws } from "../../../providers/aws/index.ts";
import { type AwsSandboxOptions, type Fault, startCloudSandbox } from "../../../providers/sandbox/index.ts";
import type { DriveEvent } from "../../../src/contract/events.ts";
import { ledgerStatus } from "../../../src/inspect/read-status.ts";
import { createMemoryLedger } from "../../../src/ledger/memory-ledger.ts";
import { createPurchaser } from "../../../src/purchaser.ts";
import { createVirtualEnvironment } from "../../../src/testing/virtual-environment.ts";
import { ok, type Reply, startLoopback } from "../aws-loopback.ts";
import { calmly, marker, token } from "../aws-executors.ts";
import { thrownBy } from "../../thrown-by.ts";
import { fault, recommendation, redshiftAt, submission } from "./redshift-answers.ts";

const arn = "arn:aws:redshift:us-east-1:123456789012:reservednode:rn-1";
const source = "cudly-web";
const commitment = { id: "rn-1", state: "payment-pending", standing: "live", settled: false, marked: false } as const;
const taken = ok('<CreateTagsResponse xmlns="http://redshift.amazonaws.com/doc/2012-12-01/"/>');

/** One tag, on the node or on something else. */
const tag = (key: string, value: string, on = arn) =>
  `<TaggedResource><Tag><Key>${key}</Key><Value>${value}</Value></Tag><ResourceName>${on}</ResourceName></TaggedResource>`;
const shown = (...tags: readonly string[]) =>
  ok(
    `<DescribeTagsResponse xmlns="http://redshift.amazonaws.com/doc/2012-12-01/"><DescribeTagsResult><TaggedResources>${tags.join("")}</TaggedResources></DescribeTagsResult></DescribeTagsResponse>`,
  );
const [ofSource, ofToken] = [tag("purchase-automation", source), tag("cudly-idempotency-token", token)];

interface Where {
  readonly region?: string;
  readonly signal?: AbortSignal;
}

async function mark(create: Reply, describe: Reply, { region = "us-east-1", signal = calmly.signal }: Where = {}) {
  await using loopback = await startLoopback();
  loopback.on("CreateTags", create);
  loopback.on("DescribeTags", describe);
  const redshift = redshiftAt(loopback, { readTimeout: 2000 });
  const options = {
    signal,
    scope: redshift.scopeOf({ ...recommendation, region }),
    owned: new Set<string>(),
    age: aged(),
  };
  return { marked: await redshift.mark(commitment, submission, marker, options), loopback };
}

describe("assumption: the tags that are tried on a reserved node, on which nothing relies", () => {
  test("source and token, once, and read back by its ARN", async () => {
    const { marked, loopback } = await mark(taken, shown(ofSource, ofToken));
    expect(marked).toEqual({ ...commitment, marked: true });
    expect([loopback.count("CreateTags"), loopback.count("DescribeTags")]).toEqual([1, 1]);
    expect(Object.fromEntries(loopback.last("CreateTags").parameters)).toEqual({
      Action: "CreateTags",
      Version: "2012-12-01",
      ResourceName: arn,
      "Tags.Tag.1.Key": "purchase-automation",
      "Tags.Tag.1.Value": source,
      "Tags.Tag.2.Key": "cudly-idempotency-token",
      "Tags.Tag.2.Value": token,
    });
    expect(Object.fromEntries(loopback.last("DescribeTags").parameters)).toEqual({
      Action: "DescribeTags",
      Version: "2012-12-01",
      ResourceName: arn,
    });
  });

  test.each([
    ["cn-north-1", "arn:aws-cn:redshift:cn-north-1:"],
    ["us-gov-west-1", "arn:aws-us-gov:redshift:us-gov-west-1:"],
  ])("in %s", async (region, begins) => {
    const { loopback } = await mark(taken, shown(), { region });
    expect(loopback.last("CreateTags").parameters.get("ResourceName")).toContain(begins);
    expect(loopback.last("DescribeTags").parameters.get("ResourceName")).toContain(begins);
  });

  const refused = fault(404, "ResourceNotFoundFault");
  const denied = fault(403, "AccessDenied");
  test.each([
    ["the tag is refused", refused, refused],
    ["tags may not be written", denied, shown()],
    ["nor read", taken, denied],
    ["writing breaks", fault(500, "InternalFailure"), shown()],
    ["reading breaks", taken, fault(500, "InternalFailure")],
    ["an HTML page", ok("<html>"), ok("<html>")],
    ["taken, and not shown", taken, shown()],
    ["only the source is shown", taken, shown(ofSource)],
    ["only the token is shown", taken, shown(ofToken)],
    ["another token is shown", taken, shown(ofSource, tag("cudly-idempotency-token", "0".repeat(64)))],
    ["another source is shown", taken, shown(tag("purchase-automation", "somebody"), ofToken)],
    ["they are shown on something else", taken, shown(ofSource, tag("cudly-idempotency-token", token, `${arn}2`))],
    ["the call is lost, and they are not there", (response) => response.socket?.destroy(), shown()],
  ] satisfies [string, Reply, Reply][])(
    "B1: %s: not stamped, and nothing waits for them",
    async (_what, one, other) => {
      expect((await mark(one, other)).marked).toEqual({ ...commitment, marked: "waived" });
    },
  );

  test("B1: the call is lost, and they are there: stamped, because they are read back", async () => {
    const { marked } = await mark((response) => response.socket?.destroy(), shown(ofToken, ofSource));
    expect(marked).toEqual({ ...commitment, marked: true });
  });

  test("a drive that was stopped has not tried: the next one does", async () => {
    const stop = new Error("Stop.");
    expect(await thrownBy(mark(taken, shown(), { signal: AbortSignal.abort(stop) }))).toBe(stop);
    for (const step of ["CreateTags", "DescribeTags"]) {
      const controller = new AbortController();
      const stops: Reply = () => controller.abort(stop);
      const work = mark(step === "CreateTags" ? stops : taken, stops, { signal: controller.signal });
      expect(await thrownBy(work)).toBe(stop);
    }
  });
});

/** Drives twice against the sandbox, with faults of `CreateTags`. */
async function driveTwice(aws: AwsSandboxOptions, fault?: Fault) {
  const environment = createVirtualEnvironment();
  const sandbox = await startCloudSandbox({ aws: { ...aws, readsUntilActive: 0 }, clock: environment });
  onTestFinished(() => sandbox.close());
  if (fault) sandbox.addFault({ match: { action: "CreateTags" }, times: 9, fault });
  const provider = createAws({ endpoint: sandbox.url, environment, purchaseTimeout: 2000, readTimeout: 2000 });
  const ledger = createMemoryLedger({ clock: environment.now });
  const purchaser = createPurchaser({ ledger, environment, providers: [provider] });
  const events: DriveEvent[] = [];
  const onEvent = (event: DriveEvent) => void events.push(event);
  const execution = { executionId: "night-1", source: "test", recommendations: [recommendation] };
  const outcomes = [];
  for (let drive = 0; drive < 2; drive += 1) outcomes.push(...(await purchaser.drive(execution, { onEvent })).outcomes);
  const [record] = await ledger.recordsOf("night-1");
  return {
    outcomes,
    record,
    purchaser,
    pending: (await ledgerStatus(ledger, { state: "pending" })).recommendations,
    marked: events.flatMap((event) => (event.type === "marked" ? [event.marked] : [])),
    tagged: Object.keys(sandbox.reservations()[0]?.tags ?? {}).length,
    tries: sandbox.requests.filter(({ action }) => action === "DescribeTags").length,
  };
}

describe("B1: what a drive says of the tags", () => {
  const lost = (when: "before" | "after"): Fault => ({ kind: "reset", when });
  test.each([
    ["refused", {}, undefined, false, 0],
    ["not allowed", { redshiftTags: "shown" }, { kind: "status", status: 403, when: "before" }, false, 0],
    ["taken, and not shown", { redshiftTags: "hidden" }, undefined, false, 2],
    ["shown", { redshiftTags: "shown" }, undefined, true, 2],
    ["lost on its way", { redshiftTags: "shown" }, lost("before"), false, 0],
    ["taken, and its answer lost", { redshiftTags: "shown" }, lost("after"), true, 2],
  ] satisfies [string, AwsSandboxOptions, Fault | undefined, boolean, number][])(
    "%s: the event, the record and the status are true, and the next drive neither waits, tries nor warns",
    async (_what, options, fault, isShown, tags) => {
      const { outcomes, record, pending, marked, tagged, tries } = await driveTwice(options, fault);
      expect(outcomes).toMatchObject([{ status: "purchased" }, { status: "already-purchased" }]);
      for (const outcome of outcomes) expect(outcome).not.toHaveProperty("warnings");
      expect([marked, record?.commitment?.marked, tagged, tries]).toEqual([[isShown], isShown || "waived", tags, 1]);
      expect([record?.commitment?.settled, record?.holder, pending]).toEqual([true, undefined, []]);
    },
  );

  test("an audit has nothing to find, tags or not", async () => {
    for (const redshiftTags of ["refused", "hidden", "shown"] as const) {
      const { purchaser } = await driveTwice({ redshiftTags });
      expect((await purchaser.audit({ repair: true })).findings).toEqual([]);
    }
  });
});
