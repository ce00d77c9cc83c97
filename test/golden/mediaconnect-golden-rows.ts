import { awsErrors, awsErrorsInBrief } from "./aws-golden-answers.ts";
import { edited, fromTheWay, fromTheWayInBrief, refusal } from "./golden-answers.ts";
import { left, listed, onItsHandle } from "./golden-handles.ts";
import { type GoldenRow, type NamedAnswer, onFirstSend, onSold, onSoldUnseen } from "./golden-row.ts";

const errors: readonly NamedAnswer[] = [
  refusal(400, "BadRequestException"),
  refusal(400, "BadRequestException", "You already have an active reservation."),
  refusal(400, "BadRequestException", "A reservation with this name already exists."),
  refusal(403, "ForbiddenException"),
  refusal(404, "NotFoundException"),
  refusal(500, "InternalServerErrorException"),
  refusal(503, "ServiceUnavailableException"),
];

const states = ["PROCESSING", "ACTIVE", "EXPIRED", "CANCELED", "strange"];
const changed = (change: object) =>
  edited((body) => ({ reservation: { ...(body["reservation"] as object), ...change } }));

const answered: readonly NamedAnswer[] = [
  ["as it should be", "carried-out"],
  ["the answer is cut", { cut: true }],
  ["the answer has no state", changed({ reservationState: undefined })],
  ["the answer has no id", changed({ reservationArn: undefined })],
  ["the answer has another name", changed({ reservationName: "another" })],
  ["the answer has another term", changed({ duration: 36 })],
  ...states.map((becomes): NamedAnswer => [
    `it is ${becomes}`,
    { becomes, edit: (text) => text.replace("PROCESSING", becomes) },
  ]),
];

const telling: readonly NamedAnswer[] = [
  ["the connection ends", "lost-request"],
  ...errors.slice(0, 3),
  refusal(503, "ServiceUnavailable"),
];

/** MediaConnect: a name that goes with the purchase, and is looked for before anything is bought again. */
export const mediaConnectRows: readonly GoldenRow[] = [
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
