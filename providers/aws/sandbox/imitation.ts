import { randomUUID } from "node:crypto";
import type { Imitation, ImitationContext, SandboxRequest, SandboxResponse } from "../../../src/sandbox/imitation.ts";
import { AwsFault } from "./aws-fault.ts";
import type { AwsQueryService } from "./aws-service.ts";
import { awsCommands } from "./commands.ts";
import { ec2 } from "./ec2.ts";
import { type AwsBehaviour, type AwsSandboxOptions, awsBehaviour } from "./options.ts";
import { parseQuery } from "./query.ts";
import { reservedInstances } from "./reserved-instance.ts";
import { sts } from "./sts.ts";

/** Every imitated service; a further one is one more entry. */
const services: readonly AwsQueryService[] = [ec2, sts];

/** The code that goes with a status where nothing says otherwise. EC2 throttles with 503. */
const usualCodes: Readonly<Record<number, string>> = {
  400: "InvalidParameterValue",
  401: "AuthFailure",
  403: "UnauthorizedOperation",
  408: "RequestTimeout",
  429: "RequestLimitExceeded",
  500: "InternalError",
  503: "Unavailable",
};

/** Imitates the query protocol of EC2 and STS for one account. The region is the one that a request is signed for. */
export function createAwsImitation(options: AwsSandboxOptions = {}): Imitation {
  const behaviour = awsBehaviour(options);
  const errorAnswer = (request: SandboxRequest, error: Pick<AwsFault, "status" | "code" | "message">) => {
    const { service = ec2 } = callOf(request);
    return xmlAnswer(error.status, (requestId) => service.errorAnswer(error, requestId));
  };
  return {
    name: "aws",
    owns: ({ method, path }) => method === "POST" && path === "/",
    actionOf: (request) => callOf(request).name,
    handle(request, context) {
      try {
        return operate(request, context, behaviour);
      } catch (error) {
        if (error instanceof AwsFault) {
          return errorAnswer(request, error);
        }
        throw error;
      }
    },
    errorAnswer: (request, status, given) => {
      const code = given ?? usualCodes[status] ?? (status < 500 ? "InvalidRequest" : "InternalFailure");
      return errorAnswer(request, { status, code, message: `The sandbox answers ${status} ${code}.` });
    },
    listingFaults: (request) => {
      const { action, query } = callOf(request);
      return action?.listingFaults?.(query) ?? [];
    },
    purchases: (store) => reservedInstances(store).size,
    commands: awsCommands,
  };
}

function operate(request: SandboxRequest, context: ImitationContext, behaviour: AwsBehaviour): SandboxResponse {
  const { service, action, name, query, region } = callOf(request);
  if (region === undefined) {
    throw new AwsFault(401, "AuthFailure", "AWS was not able to validate the provided access credentials");
  }
  if (service === undefined || action === undefined) {
    throw new AwsFault(400, "InvalidAction", `The action ${name} is not valid for this web service.`);
  }
  if (query.get("Version") !== service.version) {
    throw new AwsFault(400, "NoSuchVersion", `The sandbox knows version ${service.version} of ${service.signingName}.`);
  }
  const elements = action.run({ ...context, query, region, behaviour });
  return xmlAnswer(200, (requestId) => service.answer(name, elements, requestId));
}

/** What is called where, by the credential scope of the signature (`KEY/20260101/us-east-1/ec2/aws4_request`). */
function callOf({ headers, body }: SandboxRequest) {
  const scope = /^AWS4-HMAC-SHA256 Credential=[^/]+\/\d{8}\/([^/]+)\/([^/]+)\/aws4_request\b/;
  const [, region, signingName] = scope.exec(headers["authorization"] ?? "") ?? [];
  const query = parseQuery(body);
  const name = query.get("Action") ?? "unknown";
  const service = services.find((candidate) => candidate.signingName === signingName);
  const action = service !== undefined && Object.hasOwn(service.actions, name) ? service.actions[name] : undefined;
  return { service, action, name, query, region };
}

function xmlAnswer(status: number, bodyOf: (requestId: string) => string): SandboxResponse {
  const requestId = randomUUID();
  return {
    status,
    headers: { "content-type": "text/xml;charset=UTF-8", "x-amzn-requestid": requestId },
    body: bodyOf(requestId),
  };
}
