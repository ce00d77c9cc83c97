import { isDenied } from "../server/is-denied.ts";
import { AwsFault } from "./aws-fault.ts";
import { createQueryService, namespacedAnswers } from "./query-service.ts";

/** IAM, as far as it says beforehand what somebody may do: by what the account denies. */
export const iam = createQueryService({
  signingName: "iam",
  version: "2010-05-08",
  actions: {
    /** https://docs.aws.amazon.com/IAM/latest/APIReference/API_SimulatePrincipalPolicy.html */
    SimulatePrincipalPolicy: {
      run({ input, behaviour }) {
        const source = input.demand("PolicySourceArn");
        const accountId = /^arn:aws[a-z-]*:iam::(\d{12}):(user|role|group)\/[\w+=,.@/-]+$/.exec(source)?.[1];
        if (accountId === undefined) {
          throw new AwsFault(
            400,
            "InvalidInput",
            `Invalid Entity Arn: ${source} does not clearly define entity type and name.`,
          );
        }
        const names = input.list("ActionNames.member");
        if (names.length === 0) throw new AwsFault(400, "ValidationError", "Value at 'actionNames' must not be null");
        const denied = behaviour.accounts[accountId]?.denied ?? [];
        const items = names.map((EvalActionName) => ({
          EvalActionName,
          EvalResourceName: "*",
          EvalDecision: isDenied(denied, EvalActionName) ? "implicitDeny" : "allowed",
        }));
        return { IsTruncated: false, EvaluationResults: { member: "member", items } };
      },
    },
  },
  ...namespacedAnswers("https://iam.amazonaws.com/doc/2010-05-08/"),
});
