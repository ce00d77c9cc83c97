import type { EvaluationResult } from "@aws-sdk/client-iam";
import type { PurchaseRight } from "../../src/contract/provider-access.ts";
import { importOptional, MissingPackageError } from "../../src/contract/optional-package.ts";
import { createClients } from "./aws-clients.ts";
import type { Connection } from "./aws-connect.ts";
import { obstacleOf, readSdkError, saidBy } from "./sdk-error.ts";

const permission = "iam:SimulatePrincipalPolicy";

const sdk = () => importOptional("@aws-sdk/client-iam", () => import("@aws-sdk/client-iam"));
const clients = createClients("IAM", async (configuration) => new (await sdk()).IAMClient(configuration));

/** What is asked about whom. */
export interface Simulation {
  /** IAM actions: `rds:PurchaseReservedDBInstancesOffering`. */
  readonly actions: readonly string[];
  readonly region: string;
  /** The role that was assumed, where the settings name it: STS leaves out its path. */
  readonly roleArn?: string | undefined;
}

/**
 * Asks IAM whether whoever signs a connection's requests may do something; nothing of it is done. Unknown for an identity without
 * policies of its own, where the question itself is not allowed, and where its package is not installed.
 * https://docs.aws.amazon.com/IAM/latest/APIReference/API_SimulatePrincipalPolicy.html
 */
export async function simulatePolicy(
  connection: Connection,
  { actions, region, roleArn }: Simulation,
  signal: AbortSignal,
): Promise<PurchaseRight> {
  const { arn = "an identity that STS did not name" } = connection.caller;
  const principal = principalOf(arn, roleArn);
  if (principal === undefined) {
    return unknown(`IAM simulates users and roles, not ${arn}.`, "Have a role buy, to know it beforehand.");
  }
  let results: readonly EvaluationResult[] | undefined;
  try {
    const { SimulatePrincipalPolicyCommand } = await sdk();
    const command = new SimulatePrincipalPolicyCommand({
      PolicySourceArn: principal,
      ActionNames: [...actions],
      ContextEntries: [{ ContextKeyName: "aws:RequestedRegion", ContextKeyType: "string", ContextKeyValues: [region] }],
    });
    const reader = await clients.reader(connection);
    ({ EvaluationResults: results } = await reader.send(command, { abortSignal: signal }));
  } catch (error) {
    signal.throwIfAborted();
    return notTold(error, principal);
  }
  return judge(results ?? [], actions, principal);
}

function judge(results: readonly EvaluationResult[], actions: readonly string[], principal: string): PurchaseRight {
  const by = permission;
  const decided = actions.map((action) => ({
    action,
    result: results.find(({ EvalActionName }) => EvalActionName?.toLowerCase() === action.toLowerCase()),
  }));
  const others = decided.filter(({ result }) => result?.EvalDecision !== "allowed");
  if (others.length === 0) return { result: "allowed", by, detail: "IAM would allow it." };
  // A condition on what only a real request has: nobody knows how it would come out.
  const open = others.filter(({ result }) => result === undefined || (result.MissingContextValues ?? []).length > 0);
  if (open.length === others.length) {
    const keys = open.flatMap(({ result }) => result?.MissingContextValues ?? []);
    const why = keys.length === 0 ? "" : `: its policies ask for ${[...new Set(keys)].join(", ")}`;
    return unknown(`IAM does not say whether it would allow ${names(open)}${why}.`);
  }
  const denied = others.filter((one) => !open.includes(one));
  const decisions = [...new Set(denied.map(({ result }) => result?.EvalDecision))].join(", ");
  return {
    result: "denied",
    by,
    detail: `IAM would not allow ${names(denied)} for ${principal} (${decisions}).`,
    todo: `Grant the permission ${names(denied)}, for every resource.`,
  };
}

function names(of: readonly { readonly action: string }[]): string {
  return of.map(({ action }) => action).join(" and ");
}

function notTold(error: unknown, principal: string): PurchaseRight {
  if (MissingPackageError.isInstance(error)) {
    return unknown("The package that asks IAM is not installed.", `To have it asked: npm install ${error.install}.`);
  }
  const problem = readSdkError(error);
  const asked = `IAM did not answer for ${principal} (${saidBy(problem)}).`;
  return unknown(asked, obstacleOf(problem) === "permission" ? `To have it asked: grant ${permission}.` : undefined);
}

function unknown(detail: string, todo?: string): PurchaseRight {
  return { result: "unknown", by: permission, detail, todo };
}

/** The user or role behind an ARN of STS: `arn:aws:sts::123456789012:assumed-role/NAME/SESSION` is a session of a role. */
function principalOf(arn: string, roleArn: string | undefined): string | undefined {
  if (/^arn:[^:]+:iam::\d{12}:(user|role)\//.test(arn)) return arn;
  const [, partition, account, role] = /^arn:([^:]+):sts::(\d{12}):assumed-role\/([^/]+)\//.exec(arn) ?? [];
  if (role === undefined) return undefined;
  const isNamed = roleArn?.includes(`::${account}:`) === true && roleArn.endsWith(`/${role}`);
  return isNamed ? roleArn : `arn:${partition}:iam::${account}:role/${role}`;
}
