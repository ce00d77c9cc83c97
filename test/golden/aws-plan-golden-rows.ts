import { awsErrors, awsErrorsInBrief } from "./aws-golden-answers.ts";
import { edited, fromTheWay, fromTheWayInBrief, nobodysId, refusal } from "./golden-answers.ts";
import { left, listed, onItsHandle, onWhatIsThere } from "./golden-handles.ts";
import {
  type GoldenRow,
  longAfter,
  type NamedAnswer,
  onFirstSend,
  onQuickSecondSend,
  onSecondSend,
  onSold,
  onSoldUnseen,
} from "./golden-row.ts";

const usedBefore: readonly NamedAnswer[] = [
  refusal(400, "ValidationException", "The client token was already used with different parameters."),
  refusal(400, "IdempotentParameterMismatch"),
  refusal(409, "ResourceAlreadyExistsException"),
  refusal(409, "DuplicateRequestException"),
  refusal(500, "ConflictException"),
];

const errors: readonly NamedAnswer[] = [
  refusal(402, "ServiceQuotaExceededException"),
  refusal(404, "ResourceNotFoundException"),
  refusal(500, "InternalServerException"),
  ...usedBefore,
];

const ids: readonly NamedAnswer[] = [
  ["200 with an id that never shows", { status: 200, body: JSON.stringify({ savingsPlanId: nobodysId }) }],
  ["200 with a number for an id", { status: 200, body: '{"savingsPlanId":7}' }],
];

const states = ["active", "payment-failed", "retired", "returned", "pending-return", "queued-deleted", "strange"];

const answered: readonly NamedAnswer[] = [
  ["as it should be", "carried-out"],
  ["the answer is cut", { cut: true }],
  ["the answer has no id", edited(() => ({}))],
  ["the answer has an id that never shows", edited(() => ({ savingsPlanId: nobodysId }))],
  ...states.map((becomes): NamedAnswer => [`it is ${becomes}`, { becomes }]),
];

const telling: readonly NamedAnswer[] = [
  ["the connection ends", "lost-request"],
  refusal(402, "ServiceQuotaExceededException"),
  refusal(503, "ServiceUnavailable"),
  refusal(400, "IdempotentParameterMismatch"),
];

/** The answer names what another ledger's drive bought, though nothing was carried out. */
const namesTheOther: NamedAnswer = [
  "200 with its id",
  { status: 200, body: ({ sold }) => JSON.stringify({ savingsPlanId: sold[0] }) },
];

/** AWS: savings plans, under a client token that is made of the token. */
export const awsPlanRows: readonly GoldenRow[] = [
  ...[...fromTheWay, ...awsErrors].map(onFirstSend),
  ...[...fromTheWayInBrief, ...awsErrorsInBrief].flatMap((answer) => [onSold(answer), onSecondSend(answer)]),
  ...[...errors, ...ids].flatMap((answer) => [onFirstSend(answer), onSold(answer), onSecondSend(answer)]),
  ...answered.map(onSold),
  ...telling.flatMap((answer) => [onSoldUnseen(answer), onQuickSecondSend(answer)]),
  onSoldUnseen(["as it should be", "carried-out"]),
  onFirstSend(["no connection", "refused"]),
  onSecondSend(["no connection", "refused"]),
  ...onWhatIsThere([["as the service answers", "carried-out"]], states),
  ...onWhatIsThere([namesTheOther], []),
  ...onWhatIsThere([refusal(400, "IdempotentParameterMismatch")], ["active", "payment-failed", "returned"]),
  ...onItsHandle(["active", "payment-failed", "returned", "strange"]),
  // The client token may be forgotten by then, and what it bought not listed yet.
  {
    row: "left open, ten minutes after: it never arrived",
    before: { send: "lost-request", later: longAfter / 2 },
    next: {},
  },
  {
    row: "left open, ten minutes after: it was bought and is returned",
    before: { send: { becomes: "returned", cut: true }, later: longAfter / 2 },
    next: {},
  },
  ...left(),
  ...listed(),
];
