import { randomUUID } from "node:crypto";
import { z } from "zod";
import type { SandboxRequest, SandboxResponse } from "../server/imitation.ts";
import type { JsonObject } from "../../../src/contract/json.ts";
import { AwsFault } from "./aws-fault.ts";
import type { AwsAction, AwsRefusals, AwsService } from "./aws-service.ts";

/** An action of a protocol with JSON bodies; query parameters and body together are its input. */
export type JsonAction = AwsAction<Readonly<Record<string, unknown>>, JsonObject>;

interface JsonServiceOptions {
  readonly signingName: string;
  readonly actions: Readonly<Record<string, JsonAction>>;
  /** The action that buys. */
  readonly purchaseAction: string;
  /** The action that a request names. */
  nameOf(request: SandboxRequest): string;
  /** What its path says besides. */
  pathInput?(request: SandboxRequest): Readonly<Record<string, string>>;
  readonly contentType: "application/json" | "application/x-amz-json-1.1";
  readonly refusals: AwsRefusals;
}

/** JSON 1.1 refuses with 400, REST with 403. */
function refusalsWith(status: 400 | 403): AwsRefusals {
  return {
    unknown: { status, code: "UnrecognizedClientException" },
    expired: { status, code: "ExpiredTokenException" },
    denied: { status, code: "AccessDeniedException" },
  };
}

/** JSON 1.1: `POST /` with the action in the header `x-amz-target`, behind the prefix. */
export function createTargetService(
  options: Omit<JsonServiceOptions, "nameOf" | "contentType" | "refusals"> & { readonly prefix: string },
): AwsService {
  const { prefix } = options;
  return createJsonService({
    ...options,
    contentType: "application/x-amz-json-1.1",
    refusals: refusalsWith(400),
    nameOf({ headers }) {
      const target = headers["x-amz-target"] ?? "";
      return target.startsWith(`${prefix}.`) ? target.slice(prefix.length + 1) : "unknown";
    },
  });
}

/** REST: the action is told by method and path, `POST /CreateSavingsPlan`; `{name}` in a path is input. */
export function createRestService(
  options: Omit<JsonServiceOptions, "nameOf" | "contentType" | "refusals"> & {
    readonly routes: Readonly<Record<string, string>>;
  },
): AwsService {
  const routes = Object.entries(options.routes).map(([route, action]) => {
    const pattern = new RegExp(`^${route.replaceAll(/\{(\w+)\}/g, "(?<$1>[^/]+)")}$`);
    return { action, match: ({ method, path }: SandboxRequest) => pattern.exec(`${method} ${path}`) };
  });
  return createJsonService({
    ...options,
    contentType: "application/json",
    refusals: refusalsWith(403),
    nameOf: (request) => routes.find(({ match }) => match(request))?.action ?? "unknown",
    pathInput(request) {
      const values = Object.entries(routes.map(({ match }) => match(request)).find(Boolean)?.groups ?? {});
      return Object.fromEntries(values.map(([name, value]) => [name, decodeURIComponent(value)]));
    },
  });
}

function createJsonService({
  signingName,
  actions,
  purchaseAction,
  nameOf,
  pathInput,
  contentType,
  refusals,
}: JsonServiceOptions): AwsService {
  return {
    signingName,
    refusals,
    purchaseAction,
    operationOf(request) {
      const name = nameOf(request);
      const action = Object.hasOwn(actions, name) ? actions[name] : undefined;
      const input = inputOf(request, pathInput);
      return {
        name,
        listingFaults: action && input ? (action.listingFaults?.(input) ?? []) : [],
        run(site) {
          if (action === undefined) {
            throw new AwsFault(404, "UnknownOperationException", "The sandbox does not know this operation.");
          }
          if (input === undefined) throw new AwsFault(400, "SerializationException", "The body is not a JSON object.");
          return answer(action.status ?? 200, action.run({ ...site, input }), contentType);
        },
      };
    },
    errorAnswer: ({ status, code, message }) => answer(status, { __type: code, message }, contentType, code),
  };
}

function inputOf(
  request: SandboxRequest,
  pathInput: JsonServiceOptions["pathInput"],
): Readonly<Record<string, unknown>> | undefined {
  const { query, body } = request;
  try {
    const given = { ...Object.fromEntries(query), ...pathInput?.(request) };
    return body === "" ? given : { ...given, ...z.record(z.string(), z.unknown()).parse(JSON.parse(body)) };
  } catch {
    return undefined;
  }
}

function answer(status: number, body: JsonObject, contentType: string, errorType?: string): SandboxResponse {
  return {
    status,
    headers: {
      "content-type": contentType,
      "x-amzn-requestid": randomUUID(),
      ...(errorType === undefined ? {} : { "x-amzn-errortype": errorType }),
    },
    body: JSON.stringify(body),
  };
}
