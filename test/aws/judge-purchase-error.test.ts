import { describe, expect, test } from "vitest";
import { judgePurchaseError } from "../../providers/aws/judge-purchase-error.ts";
import { RefusedError } from "../../src/contract/errors.ts";

const context = { title: "EC2", permission: "ec2:Purchase", quotaCodes: ["Quota"] };
const left = { handedOver: true };
const answered = (httpStatusCode: number, Code?: string) =>
  Object.assign(new Error("An error."), { $metadata: { httpStatusCode }, ...(Code === undefined ? {} : { Code }) });
const unknown = { kind: "unknown" };

describe("what an error of a purchase proves", () => {
  test.each([
    [400, "RequestTimeout"],
    [400, "RequestTimeoutException"],
    [409, "ConflictException"],
    [424, "DependencyFailureException"],
    [200, "Quota"],
    [307, "Quota"],
    [500, "Quota"],
  ])("HTTP %i with the code %s: nobody knows, and the status is said", (status, code) => {
    const error = answered(status, code);
    const answer = judgePurchaseError(error, left, context);
    expect(answer).toMatchObject({
      ...unknown,
      providerCode: code,
      reason: expect.stringContaining(`(HTTP ${status}, ${code}: An error.)`),
    });
    expect(answer.cause).toBe(error);
    // None of its ids is evidence.
    expect(answer).not.toHaveProperty("evidence");
  });

  test("no status: nobody knows, and none is said", () => {
    const reset = Object.assign(new Error("read"), { code: "ECONNRESET", syscall: "read" });
    const answer = judgePurchaseError(reset, left, context);
    expect(answer).toMatchObject({ ...unknown, reason: expect.stringContaining("bought (ECONNRESET: read).") });
    expect(answer.cause).toBe(reset);
  });

  test.each([
    ["the name was not found", { code: "ENOTFOUND", syscall: "getaddrinfo" }],
    ["the connection was refused", { code: "ECONNREFUSED", syscall: "connect" }],
  ])("%s: nothing was bought, although it was handed to the network", (_what, fields) => {
    expect(judgePurchaseError(Object.assign(new Error("x"), fields), left, context)).toMatchObject({
      kind: "rejected",
      providerCode: fields.code,
      retryable: true,
      expired: false,
      left: false,
    });
  });

  test("only the SDK's own timeout of a connection says that there was none", () => {
    const answer = (name: string, message: string) =>
      judgePurchaseError(Object.assign(new Error(message), { name }), left, context);
    const noConnection = "Socket timed out: did not establish a connection";
    expect(answer("TimeoutError", noConnection)).toMatchObject({ kind: "rejected", left: false, retryable: true });
    expect(answer("TimeoutError", "Socket timed out: no answer")).toMatchObject(unknown);
    expect(answer("InternalError", noConnection)).toMatchObject(unknown);
  });

  test("before it was handed over, this package's own error keeps its words; any other is said to have reached nobody", () => {
    const own = new RefusedError({ code: "wrong-account", message: "Of another account.", retryable: true });
    const before = { handedOver: false };
    expect(judgePurchaseError(own, before, context)).toMatchObject({
      kind: "rejected",
      providerCode: "wrong-account",
      reason: "Of another account.",
      retryable: true,
      left: false,
    });
    expect(judgePurchaseError(own, left, context)).toMatchObject(unknown);
    expect(judgePurchaseError(new Error("no credentials"), before, context)).toMatchObject({
      kind: "rejected",
      providerCode: "Error",
      left: false,
      reason: expect.stringContaining("did not reach EC2 (Error: no credentials)"),
    });
  });

  test("no handle of AWS expires, and every refusal says whether it left", () => {
    const before = { handedOver: false };
    for (const [error, report] of [
      [answered(400, "Quota"), left],
      [new Error("x"), before],
      [new RefusedError({ code: "aborted", message: "x" }), before],
    ] as const) {
      expect(judgePurchaseError(error, report, context)).toMatchObject({
        kind: "rejected",
        expired: false,
        left: report.handedOver,
      });
    }
  });

  test("a refusal says what to do", () => {
    const advice = (code: string, status = 400) => judgePurchaseError(answered(status, code), left, context).reason;
    expect(advice("Quota")).toMatch(/A quota is used up/);
    expect(advice("AccessDenied", 403)).toMatch(/Grant the permission ec2:Purchase and drive again\.$/);
    expect(advice("Throttling")).toMatch(/EC2 asked to slow down/);
    expect(advice("Other")).toMatch(/Remove the cause and drive again\.$/);
  });
});
