import { describe, expect, test } from "vitest";
import { adviceOn } from "../../providers/aws/aws-advice.ts";
import { judgePurchaseError } from "../../providers/aws/judge-purchase-error.ts";
import { readError } from "../../providers/aws/read-error.ts";
import { readSdkError } from "../../providers/aws/sdk-error.ts";
import { submission as ec2Submission } from "./ec2/ec2-answers.ts";
import { find, first, serviceAt, token } from "./aws-executors.ts";
import { thrownBy } from "../thrown-by.ts";
import { computed, error, type Reply, startLoopback } from "./aws-loopback.ts";
import { services, submissionFor } from "./reservations/reservation-services.ts";
import { json, jsonError, submission as planSubmission } from "./savings-plans/aws-plan-answers.ts";

/** What a refusal is about, and what is said to a read and to a purchase alike. */
const refusals = [
  [403, "ExpiredToken", "credentials-unavailable", /Sign in/],
  [403, "InvalidClientTokenId", "credentials-unavailable", /Sign in/],
  [401, "AuthFailure", "credentials-unavailable", /Sign in/],
  [403, "OptInRequired", "access-denied", /opt in first/],
  [400, "RequestExpired", "credentials-unavailable", /Set the clock .* or sign in again/],
  [403, "RequestTimeTooSkewed", "credentials-unavailable", /Set the clock/],
  [403, "AccessDenied", "access-denied", /Grant the permission/],
] as const;

const answered = (httpStatusCode: number, Code: string) =>
  Object.assign(new Error("An error."), { $metadata: { httpStatusCode }, Code });

describe("B6: a refusal says what stands in the way", () => {
  test.each(refusals)("%i %s: a read is refused with %s", (status, Code, code, advice) => {
    const read = readError(answered(status, Code), {
      permission: "rds:Describe",
      where: "AWS account 1, us-east-1",
      code: "lookup-failed",
    });
    expect(read).toMatchObject({ code, retryable: false, message: expect.stringMatching(advice) });
    if (!advice.source.includes("Grant")) expect(read.message).not.toContain("rds:Describe");
  });

  test.each(refusals)("%i %s: nothing was bought by the purchase", (status, Code, _code, advice) => {
    const context = { title: "RDS", permission: "rds:Purchase", region: "us-east-1", quotaCodes: [] };
    const purchase = judgePurchaseError(answered(status, Code), { handedOver: true }, context);
    expect(purchase).toMatchObject({
      kind: "rejected",
      providerCode: Code,
      left: true,
      reason: expect.stringMatching(advice),
    });
    if (!advice.source.includes("Grant")) expect(purchase.reason).not.toContain("rds:Purchase");
  });

  test.each([
    ["eu-south-2", true],
    ["af-south-1", true],
    ["us-east-1", false],
    ["eu-north-1", false],
    ["cn-north-1", false],
    ["us-gov-west-1", false],
    ["eusc-de-east-1", false],
    [undefined, false],
  ])("B18: credentials that are not known in %s: to be enabled first: %s", (region, opted) => {
    const advice = adviceOn(readSdkError(answered(403, "InvalidClientTokenId")), {
      title: "STS",
      permission: "x",
      region,
    });
    expect(advice?.includes(`aws account enable-region --region-name ${region}`)).toBe(opted);
    expect(advice).toContain("Sign in");
  });
});

describe("B18: the account check in a region that is not enabled", () => {
  test.each([ec2Submission, ...services.map(submissionFor), planSubmission])(
    "$scope.label: names the region and the command",
    async (submission) => {
      await using loopback = await startLoopback();
      loopback.on("GetCallerIdentity", error(403, "InvalidClientTokenId", "The security token is invalid."));
      const executor = serviceAt(submission.recommendation.service, loopback);
      const scope = {
        key: "k",
        label: "AWS account 123456789012, eu-south-2",
        accountId: "123456789012",
        region: "eu-south-2",
      };
      const named = /eu-south-2 is not enabled .*enable-region --region-name eu-south-2/;
      expect(await thrownBy(find(executor, scope, { tokens: [token] }))).toMatchObject({
        code: "credentials-unavailable",
        message: expect.stringMatching(named),
      });
      expect(await executor.send({ ...submission, scope }, first)).toMatchObject({
        kind: "rejected",
        left: false,
        reason: expect.stringMatching(named),
      });
    },
  );
});

/** AWS' clock, which is ten minutes ahead of this machine's. */
const ahead = 600_000;

/** Refuses what is signed with a time that is more than five minutes off, and says in `Date` what time it is. */
function strict(accepted: Reply, refused: Reply): Reply {
  return computed(({ headers }) => {
    const signed = String(headers["x-amz-date"]).replace(
      /^(\d{4})(\d\d)(\d\d)T(\d\d)(\d\d)(\d\d)Z$/,
      "$1-$2-$3T$4:$5:$6Z",
    );
    const off = Math.abs(Date.parse(signed) - (Date.now() + ahead)) > 300_000;
    const reply = off ? refused : accepted;
    return (response, request) => {
      response.setHeader("date", new Date(Date.now() + ahead).toUTCString());
      if (typeof reply === "function") reply(response, request);
      else {
        response.writeHead(reply.status, { "content-type": "application/json", ...reply.headers });
        response.end(reply.body);
      }
    };
  });
}

describe("B6: a clock that is ten minutes off", () => {
  test.each(services)("$service: the purchase is signed with the time that the reads have learnt", async (one) => {
    await using loopback = await startLoopback();
    const refused = one.error(403, "SignatureDoesNotMatch");
    loopback.on(one.list, strict(one.reservations([]), refused));
    loopback.on(one.purchase, strict(one.bought(), refused));
    const executor = serviceAt(one.service, loopback);
    const submission = submissionFor(one);
    await find(executor, submission.scope, { tokens: [token] });
    expect(loopback.count(one.list)).toBe(2);
    expect(await executor.send(submission, first)).toMatchObject({ kind: "bought", commitment: { standing: "live" } });
    expect(loopback.count(one.purchase)).toBe(1);
  });

  test("savings plans likewise; without a read before, the clock is named", async () => {
    await using loopback = await startLoopback();
    const refused = jsonError(403, "InvalidSignatureException", "Signature expired: 1 is now earlier than 2.");
    loopback.on("DescribeSavingsPlans", strict(json({ savingsPlans: [] }), refused));
    loopback.on("CreateSavingsPlan", strict(json({ savingsPlanId: "plan-1" }), refused));
    const executor = serviceAt("savings-plans", loopback);
    await find(executor, planSubmission.scope, { tokens: [token] });
    expect(await executor.send(planSubmission, first)).toMatchObject({
      kind: "bought",
      commitment: { standing: "live" },
    });

    const fresh = serviceAt("savings-plans", loopback);
    expect(await fresh.send(planSubmission, first)).toMatchObject({
      kind: "rejected",
      providerCode: "InvalidSignatureException",
      reason: expect.stringContaining("Set the clock"),
    });
  });
});
