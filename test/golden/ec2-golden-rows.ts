import { awsErrors, awsErrorsInBrief } from "./aws-golden-answers.ts";
import { fromTheWay, fromTheWayInBrief, nobodysId, refusal } from "./golden-answers.ts";
import { left, listed, onItsHandle } from "./golden-handles.ts";
import { type GoldenRow, type NamedAnswer, onFirstSend, onSold, onSoldUnseen } from "./golden-row.ts";

const errors: readonly NamedAnswer[] = [
  refusal(400, "InvalidReservedInstancesOfferingId"),
  refusal(400, "ReservedInstancesLimitExceeded"),
  refusal(400, "LimitPriceExceeded"),
  refusal(403, "OptInRequired"),
  refusal(403, "UnauthorizedOperation"),
  refusal(412, "DryRunOperation"),
];

const answer = (id: string) =>
  `<PurchaseReservedInstancesOfferingResponse xmlns="http://ec2.amazonaws.com/doc/2016-11-15/"><requestId>r</requestId>${id}</PurchaseReservedInstancesOfferingResponse>`;

const ids: readonly NamedAnswer[] = [
  [
    "200 with an id that never shows",
    { status: 200, body: answer(`<reservedInstancesId>${nobodysId}</reservedInstancesId>`) },
  ],
  ["200 without an id", { status: 200, body: answer("") }],
  ["200 with an empty id", { status: 200, body: answer("<reservedInstancesId></reservedInstancesId>") }],
  ["203 with an id", { status: 203, body: answer(`<reservedInstancesId>${nobodysId}</reservedInstancesId>`) }],
];

const states = ["active", "payment-failed", "retired", "queued", "queued-deleted", "strange"];

const answered: readonly NamedAnswer[] = [
  ["as it should be", "carried-out"],
  ["the answer is cut", { cut: true }],
  ...states.map((becomes): NamedAnswer => [`it is ${becomes}`, { becomes }]),
];

const telling: readonly NamedAnswer[] = [
  ["the connection ends", "lost-request"],
  refusal(400, "InvalidParameterValue"),
  refusal(503, "ServiceUnavailable"),
];

/** EC2: Reserved Instances, with nothing that a purchase could be recognised by until it is tagged. */
export const ec2Rows: readonly GoldenRow[] = [
  ...[...fromTheWay, ...awsErrors, ...errors, ...ids].map(onFirstSend),
  ...[...fromTheWayInBrief, ...awsErrorsInBrief, ...errors, ...ids].map(onSold),
  ...answered.map(onSold),
  ...telling.map(onSoldUnseen),
  onSoldUnseen(["as it should be", "carried-out"]),
  onFirstSend(["no connection", "refused"]),
  ...onItsHandle(states),
  ...left(),
  ...listed(),
];
