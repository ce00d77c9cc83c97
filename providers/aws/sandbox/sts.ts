import type { AwsQueryService } from "./aws-service.ts";
import { xml } from "./xml.ts";

const namespace = "https://sts.amazonaws.com/doc/2011-06-15/";

/** STS, to say which account is being charged. */
export const sts: AwsQueryService = {
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
