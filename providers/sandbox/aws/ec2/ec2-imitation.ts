import { createQueryService } from "../query-service.ts";
import { createTags } from "./create-tags.ts";
import { describeReservedInstancesOfferings } from "./describe-offerings.ts";
import { describeReservedInstances } from "./describe-reserved-instances.ts";
import { purchaseReservedInstancesOffering } from "./purchase-offering.ts";
import { ec2HostActions } from "../ec2-host/ec2-host-imitation.ts";
import { xml } from "../xml.ts";

/** EC2, as far as Reserved Instances and Dedicated Host reservations go. */
export const ec2 = createQueryService({
  signingName: "ec2",
  version: "2016-11-15",
  purchaseAction: ["PurchaseReservedInstancesOffering", "PurchaseHostReservation"],
  // https://docs.aws.amazon.com/AWSEC2/latest/APIReference/errors-overview.html
  refusals: {
    unknown: { status: 401, code: "AuthFailure" },
    expired: { status: 400, code: "RequestExpired" },
    denied: { status: 403, code: "UnauthorizedOperation" },
  },
  actions: {
    DescribeReservedInstancesOfferings: describeReservedInstancesOfferings,
    PurchaseReservedInstancesOffering: purchaseReservedInstancesOffering,
    DescribeReservedInstances: describeReservedInstances,
    CreateTags: createTags,
    ...ec2HostActions,
  },
  answer: (action, elements, requestId) =>
    `<${action}Response xmlns="http://ec2.amazonaws.com/doc/2016-11-15/">${xml({ requestId, ...elements })}</${action}Response>`,
  errorAnswer: ({ code, message }, requestId) =>
    `<?xml version="1.0" encoding="UTF-8"?>\n${xml({
      Response: { Errors: { Error: { Code: code, Message: message } }, RequestID: requestId },
    })}`,
});
