import { awsErrors, awsErrorsInBrief } from "./aws-golden-answers.ts";
import { fromTheWay, fromTheWayInBrief, refusal } from "./golden-answers.ts";
import { left, listed, onItsHandle } from "./golden-handles.ts";
import { type GoldenRow, type NamedAnswer, onFirstSend, onSold, onSoldUnseen } from "./golden-row.ts";

const errors: readonly NamedAnswer[] = [
  refusal(404, "ReservedNodeOfferingNotFound"),
  refusal(400, "ReservedNodeQuotaExceeded"),
  refusal(404, "ReservedNodeAlreadyExists"),
  refusal(400, "UnsupportedOperation"),
  refusal(400, "DependentServiceUnavailableFault"),
  refusal(400, "DependentServiceRequestThrottlingFault"),
];

const states = ["active", "payment-failed", "retired", "strange"];
const without = (element: string) => ({
  edit: (text: string) => text.replaceAll(new RegExp(`<${element}>.*?</${element}>`, "g"), ""),
});

const answered: readonly NamedAnswer[] = [
  ["as it should be", "carried-out"],
  ["the answer is cut", { cut: true }],
  ["the answer has no state", without("State")],
  ["the answer has no id", without("ReservedNodeId")],
  ...states.map((becomes): NamedAnswer => [
    `it is ${becomes}`,
    { becomes, edit: (text) => text.replace("payment-pending", becomes) },
  ]),
];

const telling: readonly NamedAnswer[] = [
  ["the connection ends", "lost-request"],
  refusal(400, "UnsupportedOperation"),
  refusal(503, "ServiceUnavailable"),
];

/** Redshift: reserved nodes, with nothing at all that a purchase could be recognised by. */
export const redshiftRows: readonly GoldenRow[] = [
  ...[...fromTheWay, ...awsErrors, ...errors].map(onFirstSend),
  ...[...fromTheWayInBrief, ...awsErrorsInBrief, ...errors].map(onSold),
  ...answered.map(onSold),
  ...telling.map(onSoldUnseen),
  onSoldUnseen(["as it should be", "carried-out"]),
  onFirstSend(["no connection", "refused"]),
  ...onItsHandle(states),
  ...left(),
  ...listed(),
];
