import { AwsFault } from "./aws-fault.ts";
import { beginSession } from "./aws-identity.ts";
import type { AwsCall } from "./aws-service.ts";
import { createQueryService, namespacedAnswers } from "./query-service.ts";
import type { Query } from "./query.ts";
import type { XmlElements } from "./xml.ts";

/** STS: who calls, and sessions of roles. */
export const sts = createQueryService({
  signingName: "sts",
  version: "2011-06-15",
  actions: {
    GetCallerIdentity: {
      run: ({ caller }) => ({ Arn: caller.arn, UserId: caller.userId, Account: caller.accountId }),
    },
    AssumeRole: { run: (call) => assume(call, call.input.get("ExternalId")) },
    /** Takes any token. */
    AssumeRoleWithWebIdentity: {
      run(call) {
        call.input.demand("WebIdentityToken");
        return assume(call, undefined);
      },
    },
  },
  ...namespacedAnswers("https://sts.amazonaws.com/doc/2011-06-15/"),
});

/** https://docs.aws.amazon.com/STS/latest/APIReference/API_AssumeRole.html */
function assume({ input, caller, store, now, behaviour }: AwsCall<Query>, externalId: string | undefined): XmlElements {
  const roleArn = wellFormed(input, "RoleArn", /^arn:aws[a-z-]*:iam::(\d{12}):role\/([\w+=,.@/-]+)$/);
  const [, accountId = "", role = ""] = roleArn;
  const [name] = wellFormed(input, "RoleSessionName", /^[\w+=,.@-]{2,64}$/);
  const duration = durationOf(input, caller.session !== undefined);
  const { roles, sessionDuration = duration } = behaviour.accounts[accountId] ?? {};
  const trusted = roles === undefined || Object.hasOwn(roles, role);
  const demanded = roles?.[role]?.externalId;
  if (!trusted || (demanded !== undefined && demanded !== externalId)) {
    const action = `sts:${input.demand("Action")}`;
    throw new AwsFault(
      403,
      "AccessDenied",
      `User: ${caller.arn} is not authorized to perform: ${action} on resource: ${roleArn[0]}`,
    );
  }
  const endsAt = now + sessionDuration * 1000;
  const { id, token } = beginSession(store, { accountId, role, name, endsAt });
  return {
    AssumedRoleUser: {
      AssumedRoleId: `AROASANDBOX:${name}`,
      Arn: `arn:aws:sts::${accountId}:assumed-role/${role.split("/").at(-1)}/${name}`,
    },
    Credentials: {
      AccessKeyId: id,
      SecretAccessKey: "not-a-secret",
      SessionToken: token,
      Expiration: new Date(now + duration * 1000).toISOString(),
    },
  };
}

function wellFormed(input: Query, name: string, pattern: RegExp): RegExpExecArray {
  const value = input.demand(name);
  const found = pattern.exec(value);
  if (found) return found;
  throw invalid(`Value '${value}' at '${lowerFirst(name)}' failed to satisfy constraint: ${pattern.source}`);
}

/** Seconds. */
function durationOf(input: Query, isChained: boolean): number {
  const duration = input.integer("DurationSeconds") ?? 3_600;
  const broken =
    duration < 900 ? "greater than or equal to 900" : duration > 43_200 ? "less than or equal to 43200" : "";
  if (broken !== "") {
    const constraint = `failed to satisfy constraint: Member must have value ${broken}`;
    throw invalid(`Value '${duration}' at 'durationSeconds' ${constraint}`);
  }
  if (isChained && duration > 3_600) {
    throw new AwsFault(
      400,
      "ValidationError",
      "The requested DurationSeconds exceeds the 1 hour session limit for roles assumed by role chaining.",
    );
  }
  return duration;
}

function invalid(what: string): AwsFault {
  return new AwsFault(400, "ValidationError", `1 validation error detected: ${what}`);
}

function lowerFirst(text: string): string {
  return text.charAt(0).toLowerCase() + text.slice(1);
}
