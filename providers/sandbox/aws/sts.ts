import { createQueryService, namespacedAnswers } from "./query-service.ts";

/** STS, to say which account is being charged. */
export const sts = createQueryService({
  signingName: "sts",
  version: "2011-06-15",
  actions: {
    GetCallerIdentity: {
      run: ({ behaviour: { accountId } }) => ({
        Arn: `arn:aws:iam::${accountId}:user/sandbox`,
        UserId: "AIDASANDBOX",
        Account: accountId,
      }),
    },
  },
  ...namespacedAnswers("https://sts.amazonaws.com/doc/2011-06-15/"),
});
