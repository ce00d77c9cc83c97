import { randomUUID } from "node:crypto";
import type { SandboxResponse } from "../server/imitation.ts";
import { AwsFault } from "./aws-fault.ts";
import type { AwsAction, AwsRefusals, AwsService } from "./aws-service.ts";
import { parseQuery, type Query } from "./query.ts";
import { xml, type XmlElements } from "./xml.ts";

/** An action of the query protocol: the elements of its answer. */
export type QueryAction = AwsAction<Query, XmlElements>;

interface QueryServiceOptions {
  readonly signingName: string;
  /** The `Version` parameter. */
  readonly version: string;
  readonly actions: Readonly<Record<string, QueryAction>>;
  /** The actions that buy, where any do. */
  readonly purchaseAction?: string | readonly string[];
  /** How it refuses who calls; default as all services but EC2 do. */
  readonly refusals?: AwsRefusals;
  /** The body of an answer. */
  answer(action: string, elements: XmlElements, requestId: string): string;
  errorAnswer(error: Pick<AwsFault, "status" | "code" | "message">, requestId: string): string;
}

const usualRefusals: AwsRefusals = {
  unknown: { status: 403, code: "InvalidClientTokenId" },
  expired: { status: 403, code: "ExpiredToken" },
  denied: { status: 403, code: "AccessDenied" },
};

/** A service that speaks the query protocol: a form in the request, XML in the answer. */
export function createQueryService(options: QueryServiceOptions): AwsService {
  const { signingName, version, actions, purchaseAction, refusals = usualRefusals } = options;
  return {
    signingName,
    refusals,
    ...(purchaseAction === undefined ? {} : { purchaseAction }),
    operationOf({ body }) {
      const input = parseQuery(body);
      const name = input.get("Action") ?? "unknown";
      const action = Object.hasOwn(actions, name) ? actions[name] : undefined;
      return {
        name,
        isDryRun: input.get("DryRun") === "true",
        listingFaults: action?.listingFaults?.(input) ?? [],
        run(site) {
          if (action === undefined) {
            throw new AwsFault(400, "InvalidAction", `The action ${name} is not valid for this web service.`);
          }
          if (input.get("Version") !== version) {
            throw new AwsFault(400, "NoSuchVersion", `The sandbox knows version ${version} of ${signingName}.`);
          }
          const elements = action.run({ ...site, input });
          return xmlAnswer(200, (requestId) => options.answer(name, elements, requestId));
        },
      };
    },
    errorAnswer: (error) => xmlAnswer(error.status, (requestId) => options.errorAnswer(error, requestId)),
  };
}

/** Answers as all services but EC2 give them. */
export function namespacedAnswers(namespace: string): Pick<QueryServiceOptions, "answer" | "errorAnswer"> {
  return {
    answer: (action, elements, requestId) =>
      `<${action}Response xmlns="${namespace}">${xml({
        [`${action}Result`]: elements,
        ResponseMetadata: { RequestId: requestId },
      })}</${action}Response>`,
    errorAnswer: ({ status, code, message }, requestId) =>
      `<ErrorResponse xmlns="${namespace}">${xml({
        Error: { Type: status < 500 ? "Sender" : "Receiver", Code: code, Message: message },
        RequestId: requestId,
      })}</ErrorResponse>`,
  };
}

function xmlAnswer(status: number, bodyOf: (requestId: string) => string): SandboxResponse {
  const requestId = randomUUID();
  return {
    status,
    headers: { "content-type": "text/xml;charset=UTF-8", "x-amzn-requestid": requestId },
    body: bodyOf(requestId),
  };
}
