import { awsErrors, awsErrorsInBrief } from "./aws-golden-answers.ts";
import { edited, fromTheWay, fromTheWayInBrief, refusal } from "./golden-answers.ts";
import { left, listed, onItsHandle } from "./golden-handles.ts";
import { type GoldenRow, type NamedAnswer, onFirstSend, onSold, onSoldUnseen } from "./golden-row.ts";

const errors: readonly NamedAnswer[] = [
  refusal(400, "ConflictException"),
  refusal(400, "ResourceNotFoundException"),
  refusal(400, "ServiceQuotaExceededException"),
  refusal(400, "TooManyTagsException"),
  refusal(500, "InternalServerException"),
];

const states = ["active", "payment-failed", "retired", "strange"];
const without = (field: string) =>
  edited((body) => ({ reservation: { ...(body["reservation"] as object), [field]: undefined } }));

const answered: readonly NamedAnswer[] = [
  ["as it should be", "carried-out"],
  ["the answer is cut", { cut: true }],
  ["the answer has no state", without("status")],
  ["the answer has no id", without("reservationId")],
  ...states.map((becomes): NamedAnswer => [
    `it is ${becomes}`,
    { becomes, edit: (text) => text.replace("payment-pending", becomes) },
  ]),
];

const telling: readonly NamedAnswer[] = [
  ["the connection ends", "lost-request"],
  refusal(400, "ConflictException"),
  refusal(503, "ServiceUnavailable"),
];

/** Redshift Serverless: a client token that nothing shows, and that nothing relies on. */
export const redshiftServerlessRows: readonly GoldenRow[] = [
  ...[...fromTheWay, ...awsErrors, ...errors.slice(1)].map(onFirstSend),
  ...[...fromTheWayInBrief, ...awsErrorsInBrief, ...errors].map(onSold),
  ...answered.map(onSold),
  ...telling.map(onSoldUnseen),
  onSoldUnseen(["as it should be", "carried-out"]),
  onFirstSend(["no connection", "refused"]),
  ...onItsHandle(states),
  ...left(),
  ...listed(),
];
