import { MemoryDBClient, DescribeReservedNodesCommand } from "@aws-sdk/client-memorydb";
import { OpenSearchClient, DescribeReservedInstancesCommand } from "@aws-sdk/client-opensearch";
import { RDSClient, DescribeReservedDBInstancesCommand } from "@aws-sdk/client-rds";
import { describe, expect, test } from "vitest";
import { isThrottling, obstacleOf, readSdkError, type SdkError } from "../../providers/aws/sdk-error.ts";
import { thrownBy } from "../thrown-by.ts";
import { error, startLoopback, type Reply } from "./aws-loopback.ts";

/** Each SDK as it reads an answer that is no success. */
const protocols = {
  "JSON 1.1": async (url: string) =>
    new MemoryDBClient(clientAt(url)).send(new DescribeReservedNodesCommand({ ReservationId: "x" })),
  "REST JSON": async (url: string) =>
    new OpenSearchClient(clientAt(url)).send(new DescribeReservedInstancesCommand({})),
  "the query protocol": async (url: string) =>
    new RDSClient(clientAt(url)).send(new DescribeReservedDBInstancesCommand({})),
} as const;

type Protocol = keyof typeof protocols;

function clientAt(endpoint: string) {
  const credentials = { accessKeyId: "dummy", secretAccessKey: "dummy" };
  return { region: "us-east-1", endpoint, credentials, maxAttempts: 1 };
}

async function read(protocol: Protocol, reply: Reply): Promise<SdkError> {
  await using loopback = await startLoopback();
  for (const action of ["DescribeReservedNodes", "GET reservedInstances", "DescribeReservedDBInstances"]) {
    loopback.on(action, reply);
  }
  return readSdkError(await thrownBy(protocols[protocol](loopback.url)));
}

const json = ["JSON 1.1", "REST JSON"] as const;
const xml = ["the query protocol"] as const;

describe.each(json)("an error in %s", (protocol) => {
  const body = (fields: Readonly<Record<string, unknown>>) => JSON.stringify(fields);

  test.each([
    ["in the header x-amzn-errortype", { "x-amzn-errortype": "AFault" }, body({ message: "Why." })],
    ["in the header, with an address behind it", { "x-amzn-errortype": "AFault:http://x.amazon.com/" }, body({})],
    ["in the header, without a body", { "x-amzn-errortype": "AFault" }, ""],
    ["in __type", {}, body({ __type: "AFault", message: "Why." })],
    ["in __type, with its namespace", {}, body({ __type: "com.amazonaws.memorydb#AFault", message: "Why." })],
    ["in code", {}, body({ code: "AFault", message: "Why." })],
  ])("the code stands %s", async (_where, headers, text) => {
    expect(await read(protocol, { status: 404, headers, body: text })).toMatchObject({ status: 404, code: "AFault" });
  });

  test.each([
    ["ReservedNodeAlreadyExistsFault", 404],
    ["ReservedNodeNotFoundFault", 404],
    ["ResourceAlreadyExistsException", 409],
    ["ResourceNotFoundException", 409],
  ])("%s is read by its name, known to the SDK or not", async (code, status) => {
    expect(await read(protocol, { status, body: body({ __type: code }) })).toMatchObject({ status, code, name: code });
  });

  test.each([
    ["404 without a body", 404, ""],
    ["404 with an empty object", 404, "{}"],
    ["400 without a body", 400, ""],
    ["400 with an empty object", 400, "{}"],
    ["400 with an array", 400, "[]"],
    ["a redirect", 307, ""],
  ])("a name that the SDK makes up is no code: %s", async (_what, status, text) => {
    const problem = await read(protocol, { status, body: text });
    expect(problem).toMatchObject({ status, code: undefined });
    expect(problem.name).not.toBe("Error");
  });

  test.each(["NotFound", "Unknown", "UnknownError", "404"])("nor is %s, whoever says it", async (code) => {
    expect(await read(protocol, { status: 404, body: body({ __type: code }) })).toMatchObject({ code: undefined });
  });

  test.each([
    ["a body that was cut", {}, '{"__type":"AFault","mess'],
    ["a body that was cut within the code", {}, '{"__type":"AFa'],
    ["a body that was cut, with the code in the header", { "x-amzn-errortype": "AFault" }, '{"mess'],
    ["HTML", { "content-type": "text/html" }, "<html><body>Forbidden</body></html>"],
    ["a code that is no text", {}, '{"__type":null}'],
  ])("lesson: a cut answer is an unknown outcome; %s proves nothing", async (_what, headers, text) => {
    expect(await read(protocol, { status: 400, headers, body: text })).toMatchObject({ code: undefined });
  });
});

describe.each(xml)("an error in %s", (protocol) => {
  test("the code is that of the wire, not the name of the SDK's exception", async () => {
    expect(await read(protocol, error(404, "ReservedDBInstanceNotFound"))).toMatchObject({
      status: 404,
      code: "ReservedDBInstanceNotFound",
      name: "ReservedDBInstanceNotFoundFault",
    });
  });

  test.each([
    ["404 without a body", { status: 404, body: "" }],
    ["HTML", { status: 403, body: "<html><body>Forbidden</body></html>" }],
    ["an empty code", error(400, "")],
    ["a body that was cut", { status: 400, body: "<ErrorResponse><Error><Code>AFault</Co" }],
  ] satisfies [string, Reply][])("no code: %s", async (_what, reply) => {
    expect(await read(protocol, reply)).toMatchObject({ code: undefined });
  });
});

describe("lesson 652: secrets and tokens do not get into messages", () => {
  const token = "1f3a9c5de07b4286a1c4d5e6f708192a3b4c5d6e7f8091a2b3c4d5e6f7081929";
  const sessionToken = "IQoJb3JpZ2luX2VjEJr//////////wEaCXVzLWVhc3QtMSJHMEUCIQ";

  test("what AWS says about a token shows only its beginning", async () => {
    const said = { __type: "ValidationException", message: `The client token ${token} was used.` };
    const { message } = await read("JSON 1.1", { status: 400, body: JSON.stringify(said) });
    expect(message).toBe("The client token 1f3a9c5d… was used.");
  });

  test("a signature that does not match is answered with the request, session token included", async () => {
    const canonical = `POST\n/\n\nhost:rds\nx-amz-date:20260714T110000Z\nx-amz-security-token:${sessionToken}\n\nhost;x-amz-date`;
    const body = `<ErrorResponse><Error><Type>Sender</Type><Code>SignatureDoesNotMatch</Code><Message>The Canonical String should have been '${canonical}'</Message></Error></ErrorResponse>`;
    const { message, code } = await read("the query protocol", { status: 403, body });
    expect(code).toBe("SignatureDoesNotMatch");
    expect(message).toContain("x-amz-date:20260714T110000Z");
    expect(message).not.toContain(sessionToken.slice(0, 12));
  });
});

describe("what is no error of a service", () => {
  test.each([
    ["nothing", undefined],
    ["null", null],
    ["a text", "AFault"],
    ["an error of Node", Object.assign(new Error("read ECONNRESET"), { code: "ECONNRESET", syscall: "read" })],
    ["a name without an answer", Object.assign(new Error("x"), { name: "AFault", $fault: "client" })],
    ["an answer without $fault", Object.assign(new Error("x"), { name: "AFault", $metadata: { httpStatusCode: 404 } })],
  ])("%s has no code", (_what, thrown) => {
    expect(readSdkError(thrown).code).toBeUndefined();
  });

  test("a time that ran out says how it is called, and no status", () => {
    const thrown = Object.assign(new Error("Too late."), { name: "TimeoutError" });
    expect(readSdkError(thrown)).toMatchObject({ name: "TimeoutError", status: undefined, message: "Too late." });
  });
});

describe("what a code is about", () => {
  const problem = (code: string, status = 400): SdkError => ({
    ...readSdkError(new Error("x")),
    status,
    code,
  });

  test.each([
    ["AccessDenied", 403, "permission"],
    ["AccessDeniedException", 400, "permission"],
    ["UnauthorizedOperation", 403, "permission"],
    ["ANewWordForIt", 403, "permission"],
    ["UnrecognizedClientException", 403, "credentials"],
    ["InvalidSignatureException", 403, "credentials"],
    ["ExpiredToken", 403, "credentials"],
    ["ExpiredTokenException", 400, "credentials"],
    ["AuthFailure", 401, "credentials"],
    ["MissingAuthenticationTokenException", 403, "credentials"],
    ["IncompleteSignatureException", 403, "credentials"],
    ["InvalidClientTokenId", 403, "credentials"],
    ["SignatureDoesNotMatch", 403, "credentials"],
    ["RequestExpired", 400, "clock"],
    ["RequestInTheFuture", 400, "clock"],
    ["RequestTimeTooSkewed", 403, "clock"],
    ["OptInRequired", 403, "opt-in"],
    ["SubscriptionRequiredException", 400, "opt-in"],
    ["InvalidParameterValue", 400, undefined],
    ["toString", 400, undefined],
  ])("B6: %s with %i: %s", (code, status, obstacle) => {
    expect(obstacleOf(problem(code, status))).toBe(obstacle);
  });

  test.each(["SignatureDoesNotMatch", "InvalidSignatureException"])("B6: %s may be about the clock", (code) => {
    const said = (message: string) => obstacleOf({ ...problem(code, 403), message });
    expect(said("Signature expired: 20260714T110000Z is now earlier than 20260714T110500Z")).toBe("clock");
    expect(said("Signature not yet current: 20260714T112000Z is still later than 20260714T111500Z")).toBe("clock");
  });

  test.each(["ThrottlingException", "APICallRateForCustomerExceeded", "APICallRateForCustomerExceededFault"])(
    "%s: slow down",
    (code) => {
      expect(isThrottling(problem(code))).toBe(true);
    },
  );

  test("anything else is none of them", () => {
    expect(isThrottling(problem("InvalidParameterValueException"))).toBe(false);
    expect(obstacleOf(problem("InvalidParameterValueException"))).toBeUndefined();
  });
});
