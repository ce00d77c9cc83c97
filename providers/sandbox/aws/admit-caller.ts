import { isDenied } from "../server/is-denied.ts";
import type { SandboxRequest } from "../server/imitation.ts";
import type { SandboxStore } from "../server/sandbox-store.ts";
import { AwsFault } from "./aws-fault.ts";
import { accessKeyOf, type AwsCaller, callerOf } from "./aws-identity.ts";
import type { AwsBehaviour } from "./aws-sandbox-options.ts";
import type { AwsService } from "./aws-service.ts";

interface Asked {
  readonly store: SandboxStore;
  /** Milliseconds since 1970. */
  readonly now: number;
  readonly behaviour: AwsBehaviour;
  readonly service: AwsService;
  readonly action: string;
}

/** Needs no permission, and cannot be denied: https://docs.aws.amazon.com/STS/latest/APIReference/API_GetCallerIdentity.html */
const alwaysAllowed = "GetCallerIdentity";

/**
 * Who signed a request. Throws an AwsFault in the service's words for a key that is not there or lacks its session token, for a
 * session that is over, and for an action that the account denies. Signatures themselves are not checked.
 */
export function admit(request: SandboxRequest, { store, now, behaviour, service, action }: Asked): AwsCaller {
  const { unknown, expired, denied } = service.refusals;
  const refuse = ({ status, code }: typeof unknown, message: string) => new AwsFault(status, code, message);
  const caller = callerOf(accessKeyOf(request) ?? "", store, behaviour);
  const token = request.headers["x-amz-security-token"];
  if (caller === undefined || (caller.session !== undefined && caller.session.token !== token)) {
    throw refuse(unknown, "The security token included in the request is invalid.");
  }
  if (caller.session !== undefined && now >= caller.session.endsAt) {
    throw refuse(expired, "The security token included in the request is expired");
  }
  const permission = `${service.signingName}:${action}`;
  if (action !== alwaysAllowed && isDenied(behaviour.accounts[caller.accountId]?.denied, permission)) {
    const because = `because no identity-based policy allows the ${permission} action`;
    throw refuse(denied, `User: ${caller.arn} is not authorized to perform: ${permission} ${because}`);
  }
  return caller;
}
