import { describe, expect, test } from "vitest";
import { classifyPurchaseError } from "../../providers/aws/classify.ts";
import { RefusedError } from "../../src/contract/errors.ts";

const context = { title: "EC2", permission: "ec2:Purchase", quotaCodes: ["Quota"] };
const left = { handedOver: true };
const answered = (httpStatusCode: number, Code?: string) =>
  Object.assign(new Error("An error."), { $metadata: { httpStatusCode }, ...(Code === undefined ? {} : { Code }) });
const unknown = { name: "PurchaseOutcomeUnknownError", code: "outcome-unknown" };

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
    const error = classifyPurchaseError(answered(status, code), left, context);
    expect(error).toMatchObject({
      ...unknown,
      providerCode: code,
      evidence: [],
      message: expect.stringContaining(`(HTTP ${status}, ${code}: An error.)`),
    });
    expect(error.cause).toBeInstanceOf(Error);
  });

  test("no status: nobody knows, and none is said", () => {
    const reset = Object.assign(new Error("read"), { code: "ECONNRESET", syscall: "read" });
    const error = classifyPurchaseError(reset, left, context);
    expect(error).toMatchObject({ ...unknown, message: expect.stringContaining("bought (ECONNRESET: read).") });
    expect(error.cause).toBe(reset);
  });

  test.each([
    ["the name was not found", { code: "ENOTFOUND", syscall: "getaddrinfo" }],
    ["the connection was refused", { code: "ECONNREFUSED", syscall: "connect" }],
  ])("%s: nothing was bought, although it was handed to the network", (_what, fields) => {
    expect(classifyPurchaseError(Object.assign(new Error("x"), fields), left, context)).toMatchObject({
      name: "PurchaseRejectedError",
      providerCode: fields.code,
      retryable: true,
      handleExpired: false,
      left: false,
    });
  });

  test("only the SDK's own timeout of a connection says that there was none", () => {
    const error = (name: string, message: string) =>
      classifyPurchaseError(Object.assign(new Error(message), { name }), left, context);
    const noConnection = "Socket timed out: did not establish a connection";
    expect(error("TimeoutError", noConnection)).toMatchObject({ name: "PurchaseRejectedError", retryable: true });
    expect(error("TimeoutError", "Socket timed out: no answer")).toMatchObject(unknown);
    expect(error("InternalError", noConnection)).toMatchObject(unknown);
  });

  test("before it was handed over, this package's own error keeps its words; any other is said to have reached nobody", () => {
    const own = new RefusedError({ code: "wrong-account", message: "Of another account.", retryable: true });
    const before = { handedOver: false };
    expect(classifyPurchaseError(own, before, context)).toMatchObject({
      name: "PurchaseRejectedError",
      providerCode: "wrong-account",
      message: "Of another account.",
      retryable: true,
      left: false,
    });
    expect(classifyPurchaseError(own, left, context)).toMatchObject(unknown);
    expect(classifyPurchaseError(new Error("no credentials"), before, context)).toMatchObject({
      name: "PurchaseRejectedError",
      providerCode: "Error",
      left: false,
      message: expect.stringContaining("did not reach EC2 (Error: no credentials)"),
    });
  });

  test("whether the handle is used up is passed on with every refusal", () => {
    const expired = { ...context, handleExpired: true };
    const errors = [
      classifyPurchaseError(answered(400, "Quota"), left, expired),
      classifyPurchaseError(new Error("x"), { handedOver: false }, expired),
      classifyPurchaseError(new RefusedError({ code: "aborted", message: "x" }), { handedOver: false }, expired),
    ];
    for (const error of errors) expect(error).toMatchObject({ handleExpired: true });
    expect(classifyPurchaseError(answered(400, "Quota"), left, context)).toMatchObject({
      handleExpired: false,
      left: true,
    });
  });

  test("a refusal says what to do", () => {
    const advice = (code: string, status = 400) => classifyPurchaseError(answered(status, code), left, context).message;
    expect(advice("Quota")).toMatch(/A quota is used up/);
    expect(advice("AccessDenied", 403)).toMatch(/Grant the permission ec2:Purchase and drive again\.$/);
    expect(advice("Throttling")).toMatch(/EC2 asked to slow down/);
    expect(advice("Other")).toMatch(/Remove the cause and drive again\.$/);
  });
});
