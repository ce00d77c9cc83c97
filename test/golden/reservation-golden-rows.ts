import { awsErrors, awsErrorsInBrief } from "./aws-golden-answers.ts";
import { fromTheWay, fromTheWayInBrief, refusal } from "./golden-answers.ts";
import { left, listed, onItsHandle, onWhatIsThere } from "./golden-handles.ts";
import {
  type GoldenRow,
  inState,
  type NamedAnswer,
  onFirstSend,
  onQuickSecondSend,
  onSecondSend,
  onSold,
  onSoldUnseen,
} from "./golden-row.ts";

/** The codes of one service, and how it says them. */
interface Codes {
  readonly exists: readonly NamedAnswer[];
  readonly quota: NamedAnswer;
  readonly noOffering: NamedAnswer;
  /** Answers that no other service has. */
  readonly more?: readonly NamedAnswer[];
}

const states = ["active", "payment-failed", "retired", "strange"];

/** Carried out, and answered with something changed; all of these services name it and its state in the answer, but OpenSearch the state. */
const answered: readonly NamedAnswer[] = [
  ["as it should be", "carried-out"],
  ["the answer is cut", { cut: true }],
  ["the answer has another name", { edit: (text) => text.replaceAll(/[a-z]+-id-(?=[0-9a-f]{40})/g, "another-") }],
  ["the answer has no name", { edit: (text) => text.replaceAll(/[a-z]+-id-[0-9a-f]{40}(-g\d+)?/g, "") }],
  ["the answer has no state", { edit: (text) => text.replace("payment-pending", "") }],
  ...states.map((becomes): NamedAnswer => [
    `it is ${becomes}`,
    { becomes, edit: (text) => text.replace("payment-pending", becomes) },
  ]),
  ["it turns out to be payment-failed", { becomes: "payment-failed" }],
];

const lost: NamedAnswer = ["the connection ends", "lost-request"];

/** Everything that the code of all these services tells apart. */
function allRows({ exists, quota, noOffering, more = [] }: Codes): readonly GoldenRow[] {
  const telling = [quota, refusal(503, "ServiceUnavailable"), ...exists];
  return [
    ...[...fromTheWay, ...awsErrors].map(onFirstSend),
    ...[...fromTheWayInBrief, ...awsErrorsInBrief].flatMap((answer) => [onSold(answer), onSecondSend(answer)]),
    ...[quota, noOffering, ...exists, ...more].flatMap((answer) => [
      onFirstSend(answer),
      onSold(answer),
      onSecondSend(answer),
    ]),
    ...answered.map(onSold),
    ...[lost, ...telling].map(onSoldUnseen),
    ...telling.map(onQuickSecondSend),
    ...states.map((state) => onSold(inState(quota, state))),
    onFirstSend(["no connection", "refused"]),
    onSecondSend(["no connection", "refused"]),
    ...onWhatIsThere([["as the service answers", "carried-out"], quota], states),
    ...onItsHandle(states),
    ...left(),
    ...listed(),
  ];
}

/** What is the service's own: its codes, its protocol, and how it shows what is there. */
function ownRows({ exists, quota, noOffering, more = [] }: Codes): readonly GoldenRow[] {
  return [
    ...fromTheWay.filter(([name]) => /HTML|\{\}|nothing/.test(name) && !/408|429|503/.test(name)).map(onFirstSend),
    ...[...awsErrorsInBrief, quota, noOffering, ...exists, ...more].map(onFirstSend),
    ...[lost, quota, ...exists, ...more].map(onSold),
    ...[lost, quota, ...exists].map(onSecondSend),
    ...answered.map(onSold),
    ...[lost, quota].map(onSoldUnseen),
    onFirstSend(["no connection", "refused"]),
    ...onWhatIsThere([["as the service answers", "carried-out"]], states),
    ...onItsHandle(["active", "payment-failed", "retired"]).filter(({ row }) =>
      row.startsWith("left open, long after"),
    ),
  ];
}

/** RDS: reserved DB instances. */
export const rdsRows = allRows({
  exists: [refusal(404, "ReservedDBInstanceAlreadyExists"), refusal(400, "ReservedDBInstanceAlreadyExists")],
  quota: refusal(400, "ReservedDBInstanceQuotaExceeded"),
  noOffering: refusal(404, "ReservedDBInstancesOfferingNotFound"),
  more: [refusal(400, "ReservedDBInstanceAlreadyExistsFault"), refusal(500, "ReservedDBInstanceAlreadyExists")],
});

/** ElastiCache: reserved cache nodes. */
export const elasticacheRows = ownRows({
  exists: [refusal(404, "ReservedCacheNodeAlreadyExists")],
  quota: refusal(400, "ReservedCacheNodeQuotaExceeded"),
  noOffering: refusal(404, "ReservedCacheNodesOfferingNotFound"),
  more: [refusal(400, "APICallRateForCustomerExceeded")],
});

/** MemoryDB: reserved nodes. */
export const memorydbRows = ownRows({
  exists: [refusal(400, "ReservedNodeAlreadyExistsFault")],
  quota: refusal(400, "ReservedNodeQuotaExceededFault"),
  noOffering: refusal(400, "ReservedNodesOfferingNotFoundFault"),
  more: [
    refusal(400, "ReservedNodeAlreadyExists"),
    refusal(400, "APICallRateForCustomerExceededFault"),
    ["400 with its type in the body alone", { status: 400, body: '{"__type":"ServiceLinkedRoleNotFoundFault"}' }],
  ],
});

/** OpenSearch Service: Reserved Instances. */
export const opensearchRows = ownRows({
  exists: [refusal(409, "ResourceAlreadyExistsException")],
  quota: refusal(409, "LimitExceededException"),
  noOffering: refusal(409, "ResourceNotFoundException"),
  more: [refusal(409, "DisabledOperationException"), refusal(500, "InternalException"), refusal(500, "BaseException")],
});
