import { describe, expect, test } from "vitest";
import { ok, startLoopback, type Kind, type Reply } from "./gcp-loopback.ts";
import {
  calmly,
  computeAt,
  look,
  marker,
  name,
  operation,
  problem,
  recommendation,
  submission,
  token,
} from "./gcp-samples.ts";

/** A 403 as Google answers it, with what `google.api.ErrorReason` adds. */
function forbidden(reason: string, detail: string | undefined, message: string): Reply {
  const { error } = problem(403, reason, message);
  const info = { "@type": "type.googleapis.com/google.rpc.ErrorInfo", reason: detail, domain: "googleapis.com" };
  const help = { "@type": "type.googleapis.com/google.rpc.Help", links: [] };
  const details = detail === undefined ? {} : { details: [help, info] };
  return { status: 403, body: { error: { ...error, status: "PERMISSION_DENIED", ...details } } };
}

const off = (api: string) =>
  `Compute Engine API has not been used in project 123456789012 before or it is disabled. Enable it by visiting https://console.developers.google.com/apis/api/${api}/overview?project=123456789012 then retry.`;
const unbilled =
  "This API method requires billing to be enabled. Please enable billing on project #123456789012 by visiting https://console.developers.google.com/billing/enable?project=123456789012 then retry.";

const enable = "gcloud services enable compute.googleapis.com --project 123456789012";
const link = "gcloud billing projects link 123456789012 --billing-account ACCOUNT";

/** Whoever refuses, and what lifts it. */
const causes: readonly (readonly [string, Reply, string])[] = [
  ["the API is off", forbidden("accessNotConfigured", "SERVICE_DISABLED", off("compute.googleapis.com")), enable],
  [
    "the API is off, without details",
    forbidden("accessNotConfigured", undefined, off("compute.googleapis.com")),
    enable,
  ],
  [
    "the API is off, and the reason says only forbidden",
    forbidden("forbidden", "SERVICE_DISABLED", "No."),
    "gcloud services enable compute.googleapis.com --project PROJECT",
  ],
  ["billing is off", forbidden("forbidden", "BILLING_DISABLED", unbilled), link],
  ["billing is off, without details", forbidden("forbidden", undefined, unbilled), link],
  [
    "billing is off, by another word",
    forbidden("billingNotEnabled", undefined, "No."),
    "gcloud billing projects link PROJECT",
  ],
  [
    "the billing account is closed",
    forbidden("accountDisabled", undefined, "The billing account for the owning project is disabled in state closed"),
    "gcloud billing projects link PROJECT",
  ],
  [
    "the token lacks the scope",
    forbidden(
      "insufficientPermissions",
      "ACCESS_TOKEN_SCOPE_INSUFFICIENT",
      "Request had insufficient authentication scopes.",
    ),
    "https://www.googleapis.com/auth/cloud-platform",
  ],
  [
    "the quota project is not the identity's",
    forbidden(
      "forbidden",
      "USER_PROJECT_DENIED",
      "Caller does not have required permission to use project other-project.",
    ),
    "Service Usage Consumer",
  ],
  [
    "a policy of the organisation",
    forbidden("forbidden", "SECURITY_POLICY_VIOLATED", "Request is prohibited by organization's policy."),
    "no matter of the identity's permissions",
  ],
];

describe("B18: a 403 whose cause is no missing permission says the cause and the command", () => {
  async function refusal(kind: Kind, reply: Reply) {
    await using loopback = await startLoopback();
    loopback.on(kind, reply);
    const compute = computeAt(loopback.url);
    const { scope } = submission;
    const work = {
      list: () => look(compute, [token]),
      get: () => compute.inventory.read(scope, name, calmly),
      skus: () => compute.quote(recommendation, marker, calmly),
      insert: () => compute.send(submission, { sentBefore: false }),
    }[kind as "list" | "get" | "skus" | "insert"];
    const said = await work().catch((thrown: unknown) => thrown);
    expect(loopback.count(kind)).toBe(1);
    return said;
  }

  test.each(causes)("%s", async (_what, reply, advice) => {
    for (const kind of ["list", "get"] as const) {
      expect(await refusal(kind, reply)).toMatchObject({
        code: "access-denied",
        retryable: false,
        message: expect.stringContaining(advice),
      });
      expect(await refusal(kind, reply)).not.toMatchObject({
        message: expect.stringContaining("needs the permission"),
      });
    }
    const answer = await refusal("insert", reply);
    expect(answer).toMatchObject({ kind: "rejected", left: true, reason: expect.stringContaining(advice) });
    expect(answer).not.toMatchObject({ reason: expect.stringContaining("needs the permission") });
  });

  test("the price list has an API of its own", async () => {
    const reply = forbidden("accessNotConfigured", "SERVICE_DISABLED", off("cloudbilling.googleapis.com"));
    expect(await refusal("skus", reply)).toMatchObject({
      code: "access-denied",
      message: expect.stringContaining("gcloud services enable cloudbilling.googleapis.com --project 123456789012"),
    });
    expect(await refusal("skus", forbidden("forbidden", "BILLING_DISABLED", unbilled))).toMatchObject({
      message: expect.stringContaining(link),
    });
  });

  test("an operation that ends so", async () => {
    const failed = { errors: [{ code: "BILLING_DISABLED", message: unbilled }] };
    expect(await refusal("insert", ok({ ...operation, error: failed, httpErrorStatusCode: 403 }))).toMatchObject({
      kind: "rejected",
      providerCode: "BILLING_DISABLED",
      reason: expect.stringContaining(link),
    });
  });

  test("the code in the details is the provider's code; a missing permission is still named", async () => {
    expect(await refusal("insert", forbidden("forbidden", "BILLING_DISABLED", unbilled))).toMatchObject({
      providerCode: "BILLING_DISABLED",
    });
    const missing = forbidden("forbidden", "IAM_PERMISSION_DENIED", "Required 'compute.commitments.create' permission");
    expect(await refusal("insert", missing)).toMatchObject({
      providerCode: "forbidden",
      reason: expect.stringContaining("needs the permission compute.commitments.create"),
    });
    expect(await refusal("list", missing)).toMatchObject({
      message: expect.stringContaining("needs the permission compute.commitments.list"),
    });
  });

  test("a code of any length is cut, and holds no token", async () => {
    const answer = await refusal("insert", forbidden(`${token}${"x".repeat(100_000)}`, undefined, "No."));
    const { providerCode, reason } = answer as { providerCode: string; reason: string };
    expect(providerCode.length).toBeLessThanOrEqual(200);
    expect(reason.length).toBeLessThan(1_500);
    expect(reason).not.toContain(token);
  });
});
