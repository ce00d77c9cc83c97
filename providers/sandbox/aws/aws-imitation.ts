import type { Imitation, SandboxRequest } from "../server/imitation.ts";
import { AwsFault } from "./aws-fault.ts";
import { accessKeyOf, callerOf } from "./aws-identity.ts";
import { admit } from "./admit-caller.ts";
import type { AwsService } from "./aws-service.ts";
import { awsCommands } from "./aws-sandbox-commands.ts";
import { ec2 } from "./ec2/ec2-imitation.ts";
import { iam } from "./iam.ts";
import { type AwsSandboxOptions, awsBehaviour } from "./aws-sandbox-options.ts";
import { purchasesIn } from "./aws-purchase-requests.ts";
import { elasticache } from "./reservations/elasticache-imitation.ts";
import { mediaconnect } from "./mediaconnect/mediaconnect-imitation.ts";
import { medialive } from "./medialive/medialive-imitation.ts";
import { memorydb } from "./reservations/memorydb-imitation.ts";
import { opensearch } from "./reservations/opensearch-imitation.ts";
import { redshift } from "./redshift/redshift-imitation.ts";
import { redshiftServerless } from "./redshift-serverless/redshift-serverless-imitation.ts";
import { rds } from "./reservations/rds-imitation.ts";
import { savingsPlansService } from "./savings-plans/savings-plans-imitation.ts";
import { sts } from "./sts.ts";

/** Every imitated service; a further one is one more entry. */
const services: readonly AwsService[] = [
  ec2,
  rds,
  elasticache,
  memorydb,
  opensearch,
  redshift,
  redshiftServerless,
  medialive,
  mediaconnect,
  savingsPlansService,
  sts,
  iam,
];

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

/** Imitates the services of every account, each in its own protocol. The region is the one that a request is signed for. */
export function createAwsImitation(options: AwsSandboxOptions = {}): Imitation {
  const behaviour = awsBehaviour(options);
  const errorAnswer = (request: SandboxRequest, error: Pick<AwsFault, "status" | "code" | "message">) => {
    const { service = ec2 } = callOf(request);
    return service.errorAnswer(error);
  };
  return {
    name: "aws",
    // Clients of AWS sign every request; one that does not at the address of the query protocol is told so.
    owns: ({ method, path, headers }) =>
      headers["authorization"]?.startsWith("AWS4-HMAC-SHA256 ") === true || (method === "POST" && path === "/"),
    actionOf(request) {
      const { name, isDryRun = false } = callOf(request).operation;
      // It buys nothing, so it counts as no purchase.
      return isDryRun ? `${name} (DryRun)` : name;
    },
    accountOf: (request, store) => callerOf(accessKeyOf(request) ?? "", store, behaviour)?.accountId,
    handle(request, { store, now, fault }) {
      const { operation, region, service } = callOf(request);
      try {
        if (region === undefined || service === undefined) {
          throw new AwsFault(401, "AuthFailure", "AWS was not able to validate the provided access credentials");
        }
        const caller = admit(request, { store, now, behaviour, service, action: operation.name });
        return operation.run({ store, now, fault, region, caller, behaviour });
      } catch (error) {
        if (error instanceof AwsFault) return errorAnswer(request, error);
        throw error;
      }
    },
    errorAnswer: (request, status, given) => {
      const code = given ?? usualCodes[status] ?? (status < 500 ? "InvalidRequest" : "InternalFailure");
      return errorAnswer(request, { status, code, message: `The sandbox answers ${status} ${code}.` });
    },
    listingFaults: (request) => callOf(request).operation.listingFaults,
    purchaseActions: services.flatMap(({ purchaseAction }) => purchaseAction ?? []),
    purchases: purchasesIn,
    commands: awsCommands,
  };
}

/** What is called where, by the credential scope of the signature (`KEY/20260101/us-east-1/ec2/aws4_request`). */
function callOf(request: SandboxRequest) {
  const scope = /^AWS4-HMAC-SHA256 Credential=[^/]+\/\d{8}\/([^/]+)\/([^/]+)\/aws4_request\b/;
  const unsigned = /(^|&)Action=AssumeRoleWithWebIdentity(&|$)/.test(request.body)
    ? [undefined, "us-east-1", "sts"]
    : [];
  const [, region, signingName] = scope.exec(request.headers["authorization"] ?? "") ?? unsigned;
  const service = services.find((candidate) => candidate.signingName === signingName);
  return { service, region, operation: (service ?? ec2).operationOf(request) };
}
