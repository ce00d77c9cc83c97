import { edited, fromTheWay, fromTheWayInBrief, refusal } from "./golden-answers.ts";
import {
  type AnswerContext,
  type GoldenRow,
  inState,
  type NamedAnswer,
  onFirstSend,
  onQuickSecondSend,
  onSecondSend,
  onSold,
  onSoldUnseen,
} from "./golden-row.ts";
import { left, listed, onItsHandle, onWhatIsThere } from "./golden-handles.ts";

/** `projects/P/regions/R/commitments/NAME` of the request. */
function targetOf({ request: { path, body } }: AnswerContext): string {
  const { name } = JSON.parse(body) as { name: string };
  return `${path.replace(/^.*\/v1\/|\?.*$/g, "")}/${name}`;
}

/** An operation that the answer is made of, though nothing was carried out. */
function operation(name: string, change: object): NamedAnswer {
  const body = (context: AnswerContext) =>
    JSON.stringify({
      kind: "compute#operation",
      id: "7000000000000000001",
      name: "operation-1",
      operationType: "insert",
      targetLink: `https://www.googleapis.com/compute/v1/${targetOf(context)}`,
      status: "DONE",
      ...change,
    });
  return [name, { status: 200, body }];
}

const ended = (code: string, httpErrorStatusCode?: number) =>
  operation(`an operation that ended with ${code}, ${httpErrorStatusCode ?? "no status"}`, {
    error: { errors: [{ code, message: "No." }] },
    ...(httpErrorStatusCode === undefined ? {} : { httpErrorStatusCode }),
  });

/** With a reason of `google.api.ErrorReason` in the details. */
const detailed = (status: number, reason: string, detail: string): NamedAnswer => [
  `${status} ${reason}, ${detail} in the details`,
  {
    status,
    body: JSON.stringify({
      error: { code: status, message: "No.", errors: [{ reason }], details: [{ reason: detail }] },
    }),
  },
];

const errors: readonly NamedAnswer[] = [
  refusal(400, "invalid"),
  refusal(400, "badRequest"),
  refusal(401, "authError"),
  refusal(403, "forbidden"),
  refusal(403, "quotaExceeded"),
  refusal(403, "rateLimitExceeded"),
  detailed(403, "forbidden", "BILLING_DISABLED"),
  refusal(404, "notFound"),
  refusal(408, "timeout"),
  refusal(409, "conflict"),
  refusal(409, "resourceInUseByAnotherResource"),
  refusal(412, "conditionNotMet"),
  refusal(429, "rateLimitExceeded"),
  ["429 RESOURCE_EXHAUSTED", { status: 429, body: '{"error":{"code":429,"status":"RESOURCE_EXHAUSTED"}}' }],
  ["403 PERMISSION_DENIED", { status: 403, body: '{"error":{"code":403,"status":"PERMISSION_DENIED"}}' }],
  refusal(499, "cancelled"),
  refusal(500, "internalError"),
  refusal(500, "alreadyExists"),
  refusal(503, "backendError"),
  ["403 forbidden, cut", { status: 403, code: "forbidden", cut: true }],
];

const exists = refusal(409, "alreadyExists");

const operations: readonly NamedAnswer[] = [
  operation("an operation that is done", {}),
  operation("an operation that is running, and is not shown", { status: "RUNNING" }),
  ended("QUOTA_EXCEEDED", 403),
  ended("INVALID_FIELD", 400),
  ended("RESOURCE_ALREADY_EXISTS", 400),
  ended("CONFLICT", 409),
  ended("TIMEOUT", 408),
  ended("INTERNAL_ERROR", 500),
  ended("QUOTA_EXCEEDED"),
  operation("an operation with 403 and no error", { httpErrorStatusCode: 403 }),
  operation("an operation that is running, with QUOTA_EXCEEDED", {
    status: "RUNNING",
    error: { errors: [{ code: "QUOTA_EXCEEDED", message: "No." }] },
    httpErrorStatusCode: 403,
  }),
  operation("an operation about nothing", { targetLink: "" }),
  operation("an operation about another commitment", {
    targetLink: "https://www.googleapis.com/compute/v1/projects/my-project-123/regions/us-central1/commitments/another",
  }),
  operation("an operation about a commitment elsewhere", {
    targetLink:
      "https://www.googleapis.com/compute/v1/projects/my-project-123/regions/europe-west1/commitments/another",
  }),
  operation("an operation without a name", { name: undefined }),
  operation("something that is no operation", { kind: "compute#commitment" }),
];

/** Carried out, and answered as the service does; then the commitment is shown in a state. */
const states: readonly NamedAnswer[] = ["CREATING", "ACTIVE", "EXPIRED", "CANCELLED", "STRANGE"].map((becomes) => [
  `it is ${becomes}`,
  { becomes },
]);

const answered: readonly NamedAnswer[] = [
  ["as it should be", "carried-out"],
  ["the answer is cut", { cut: true }],
  [
    "the operation is about another commitment",
    edited((body) => ({ ...body, targetLink: `${String(body["targetLink"])}x` })),
  ],
  ...states,
];

const telling: readonly NamedAnswer[] = [
  refusal(403, "quotaExceeded"),
  refusal(503, "backendError"),
  exists,
  ended("QUOTA_EXCEEDED", 403),
  operation("an operation that is done", {}),
];

/** Google Cloud: commitments of Compute Engine. */
export const gcpRows: readonly GoldenRow[] = [
  ...fromTheWay.map(onFirstSend),
  ...fromTheWayInBrief.flatMap((answer) => [onSold(answer), onSecondSend(answer)]),
  ...[...errors, exists, ...operations].flatMap((answer) => [
    onFirstSend(answer),
    onSold(answer),
    onSecondSend(answer),
  ]),
  ...answered.map(onSold),
  ...["CREATING", "EXPIRED", "CANCELLED"].flatMap((state) =>
    [refusal(403, "quotaExceeded"), refusal(503, "backendError"), exists].map((answer) =>
      onSold(inState(answer, state)),
    ),
  ),
  ...[...telling, ["the connection ends", "lost-request"] as const].map(onSoldUnseen),
  ...telling.map(onQuickSecondSend),
  onFirstSend(["no connection", "refused"]),
  onSecondSend(["no connection", "refused"]),
  ...onWhatIsThere(
    [["as the service answers", "carried-out"], exists, refusal(403, "forbidden")],
    ["ACTIVE", "CREATING", "EXPIRED", "CANCELLED"],
  ),
  ...onItsHandle(["ACTIVE", "CREATING", "EXPIRED", "CANCELLED", "STRANGE"]),
  ...left(),
  ...listed(),
];
