import { awsErrors, awsErrorsInBrief } from "./aws-golden-answers.ts";
import { fromTheWay, fromTheWayInBrief, refusal } from "./golden-answers.ts";
import { left, listed, onItsHandle, onWhatIsThere } from "./golden-handles.ts";
import {
  type GoldenRow,
  type NamedAnswer,
  onFirstSend,
  onQuickSecondSend,
  onSecondSend,
  onSold,
  onSoldUnseen,
} from "./golden-row.ts";

const earlier: readonly NamedAnswer[] = [
  refusal(400, "HostAlreadyCoveredByReservation"),
  refusal(400, "IdempotentParameterMismatch"),
];

const errors: readonly NamedAnswer[] = [
  refusal(400, "LimitPriceExceeded"),
  refusal(400, "InvalidHostID.NotFound"),
  ...earlier,
];

const states = ["active", "payment-failed", "retired", "strange"];
const without = (element: string) => ({
  edit: (text: string) => text.replaceAll(new RegExp(`<${element}>.*?</${element}>`, "g"), ""),
});

const answered: readonly NamedAnswer[] = [
  ["as it should be", "carried-out"],
  ["the answer is cut", { cut: true }],
  ["the answer has no id", without("hostReservationId")],
  ["the answer has another family", { edit: (text) => text.replaceAll(">m5<", ">c5<") }],
  ...states.map((becomes): NamedAnswer => [`it is ${becomes}`, { becomes }]),
];

const telling: readonly NamedAnswer[] = [
  ["the connection ends", "lost-request"],
  refusal(503, "Unavailable"),
  ...earlier,
];

/** EC2: Dedicated Host reservations, under a client token that is made of the token, for hosts that are covered once. */
export const ec2HostRows: readonly GoldenRow[] = [
  ...[...fromTheWay, ...awsErrors].map(onFirstSend),
  ...[...fromTheWayInBrief, ...awsErrorsInBrief].flatMap((answer) => [onSold(answer), onSecondSend(answer)]),
  ...errors.flatMap((answer) => [onFirstSend(answer), onSold(answer), onSecondSend(answer)]),
  ...answered.map(onSold),
  ...telling.flatMap((answer) => [onSoldUnseen(answer), onQuickSecondSend(answer)]),
  onSoldUnseen(["as it should be", "carried-out"]),
  onFirstSend(["no connection", "refused"]),
  onSecondSend(["no connection", "refused"]),
  ...onWhatIsThere([["as the service answers", "carried-out"]], states),
  ...onItsHandle(states),
  ...left(),
  ...listed(),
];
