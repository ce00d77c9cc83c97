import { awsErrors, awsErrorsInBrief } from "./aws-golden-answers.ts";
import { edited, fromTheWay, fromTheWayInBrief, refusal } from "./golden-answers.ts";
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

const errors: readonly NamedAnswer[] = [
  refusal(400, "BadRequestException"),
  refusal(403, "ForbiddenException"),
  refusal(404, "NotFoundException"),
  refusal(502, "BadGatewayException"),
  refusal(504, "GatewayTimeoutException"),
];

const states = ["ACTIVE", "EXPIRED", "CANCELED", "DELETED", "strange"];
const changed = (change: object) =>
  edited((body) => ({ reservation: { ...(body["reservation"] as object), ...change } }));

const answered: readonly NamedAnswer[] = [
  ["as it should be", "carried-out"],
  ["the answer is cut", { cut: true }],
  ["the answer has no state", changed({ state: undefined })],
  ["the answer has no id", changed({ reservationId: undefined })],
  ["the answer has no tags", changed({ tags: undefined })],
  ["the answer has another count", changed({ count: 1 })],
  ["it would be renewed", changed({ renewalSettings: { automaticRenewal: "ENABLED" } })],
  ["it cannot be renewed", changed({ renewalSettings: { automaticRenewal: "UNAVAILABLE" } })],
  ...states.map((becomes): NamedAnswer => [
    `it is ${becomes}`,
    { becomes, edit: (text) => text.replace('"state":"ACTIVE"', `"state":"${becomes}"`) },
  ]),
];

const telling: readonly NamedAnswer[] = [
  ["the connection ends", "lost-request"],
  refusal(409, "ConflictException"),
  refusal(503, "ServiceUnavailable"),
];

/** MediaLive: a request id that it remembers for a time, and tags that go with the purchase. */
export const mediaLiveRows: readonly GoldenRow[] = [
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
