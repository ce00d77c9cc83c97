import type { ImitationContext, SandboxResponse } from "../server/imitation.ts";
import { bodyOfOperation } from "./bodies.ts";
import { GoogleFault, googleAnswer } from "./google-answer.ts";
import { parseInsert } from "./insert-request.ts";
import type { GcpBehaviour } from "./gcp-sandbox-options.ts";
import { type StoredOperation, commitments, failures, keyOf, operations } from "./stored.ts";

/** Where something is inserted. */
export interface Place {
  readonly project: string;
  readonly region: string;
}

const uuid = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;
const zero = "00000000-0000-0000-0000-000000000000";

/** POST commitments: buys, once per name. A repeat under the same requestId answers with the first operation. */
export function insertCommitment(
  place: Place,
  { requestId, body }: { readonly requestId: string | null; readonly body: string },
  { store, now, origin }: Pick<ImitationContext, "store" | "now" | "origin">,
  behaviour: GcpBehaviour,
): SandboxResponse {
  if (requestId !== null && (!uuid.test(requestId) || requestId === zero)) {
    throw new GoogleFault(400, "invalid", `Invalid value for field 'requestId': '${requestId}'.`);
  }
  const request = parseInsert(body, place);
  const { project, region } = place;
  const repeated = operations(store)
    .values()
    .find((known) => known.requestId === requestId && known.project === project && known.region === region);
  if (repeated !== undefined) return googleAnswer(200, bodyOfOperation(repeated, origin, behaviour));
  const key = keyOf(project, region, request.name);
  if (commitments(store).get(key) !== undefined) {
    const path = `projects/${project}/regions/${region}/commitments/${request.name}`;
    throw new GoogleFault(409, "alreadyExists", `The resource '${path}' already exists`);
  }
  const error = failures(store).get(request.type ?? request.category);
  const number = String(7_000_000_000_000_000_000n + BigInt(operations(store).size));
  const operation: StoredOperation = {
    name: `operation-${now}-${operations(store).size}`,
    id: number,
    project,
    region,
    target: request.name,
    requestId: requestId ?? "",
    createdAt: now,
    reads: 0,
    ...(error === undefined ? {} : { error }),
  };
  // The commitment first: if the sandbox dies between the two, it is bought, and its name is taken.
  if (error === undefined) {
    commitments(store).set(key, { project, region, id: number.replace("7", "8"), request, createdAt: now, reads: 0 });
  }
  operations(store).set(operation.name, operation);
  return googleAnswer(200, bodyOfOperation(operation, origin, behaviour));
}
