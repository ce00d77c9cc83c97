import type { ImitationContext, SandboxRequest, SandboxResponse } from "../server/imitation.ts";
import { bodyOfCommitment, bodyOfOperation, regionUrl } from "./bodies.ts";
import { GoogleFault, googleAnswer } from "./google-answer.ts";
import type { Place } from "./insert.ts";
import type { GcpBehaviour } from "./gcp-sandbox-options.ts";
import { type StoredCommitment, commitments, keyOf, operations } from "./stored.ts";

/** GET commitments/{name}, or by number. */
export function getCommitment(
  place: Place,
  name: string,
  { store, origin }: ImitationContext,
  behaviour: GcpBehaviour,
): SandboxResponse {
  const found =
    commitments(store).get(keyOf(place.project, place.region, name)) ??
    commitmentsOf(place, store).find(({ id }) => id === name);
  if (found === undefined) throw notFound(place, "commitments", name);
  return googleAnswer(200, bodyOfCommitment(read(found, store), origin, behaviour));
}

/** GET operations/{name} */
export function getOperation(
  place: Place,
  name: string,
  { store, origin }: ImitationContext,
  behaviour: GcpBehaviour,
): SandboxResponse {
  const found = operations(store).get(name);
  if (found?.project !== place.project || found.region !== place.region) throw notFound(place, "operations", name);
  const seen = { ...found, reads: found.reads + 1 };
  operations(store).set(name, seen);
  return googleAnswer(200, bodyOfOperation(seen, origin, behaviour));
}

/** POST operations/{name}/wait, as gcloud asks: answers when it is done, at once. */
export function waitForOperation(
  place: Place,
  name: string,
  context: ImitationContext,
  behaviour: GcpBehaviour,
): SandboxResponse {
  const found = operations(context.store).get(name);
  if (found !== undefined) {
    operations(context.store).set(name, { ...found, reads: Math.max(found.reads, behaviour.readsUntilDone) });
  }
  return getOperation(place, name, context, behaviour);
}

/** GET aggregated/commitments, as gcloud asks: those of all regions of a project, in one page, by region. */
export function listEverywhere(
  project: string,
  { store, origin }: ImitationContext,
  behaviour: GcpBehaviour,
): SandboxResponse {
  const own = commitments(store)
    .values()
    .filter((one) => one.project === project);
  const items = Object.fromEntries(
    [...Map.groupBy(own, ({ region }) => region)].map(([region, list]) => [
      `regions/${region}`,
      { commitments: list.map((found) => bodyOfCommitment(read(found, store), origin, behaviour)) },
    ]),
  );
  return googleAnswer(200, {
    kind: "compute#commitmentAggregatedList",
    id: `projects/${project}/aggregated/commitments`,
    items,
    selfLink: `${origin}/compute/v1/projects/${project}/aggregated/commitments`,
  });
}

/** GET commitments: in pages; the token of the next one is the number of those before it. An empty list is left out. */
export function listCommitments(
  place: Place,
  { query }: SandboxRequest,
  { store, origin, fault }: ImitationContext,
  behaviour: GcpBehaviour,
): SandboxResponse {
  const skipped = Number(/^\d{1,9}$/.exec(query.get("pageToken") ?? "0")?.[0] ?? Number.NaN);
  if (Number.isNaN(skipped)) throw new GoogleFault(400, "invalid", "Invalid value for field 'pageToken'.");
  const url = regionUrl(origin, place);
  const visible =
    fault?.listing === "empty" ? [] : commitmentsOf(place, store, fault?.listing === "stale" ? fault.known : undefined);
  const next = skipped + behaviour.pageSize;
  const items = visible.slice(skipped, next).map((found) => bodyOfCommitment(read(found, store), origin, behaviour));
  const token =
    fault?.listing === "repeated-next-link" ? String(skipped) : next < visible.length ? String(next) : undefined;
  return googleAnswer(200, {
    kind: "compute#commitmentList",
    id: `projects/${place.project}/regions/${place.region}/commitments`,
    ...(items.length === 0 ? {} : { items }),
    ...(token === undefined ? {} : { nextPageToken: token }),
    selfLink: `${url}/commitments`,
  });
}

/** Of a place, in the order in which they were bought; of the first `known` of all only, where given. */
function commitmentsOf(
  { project, region }: Place,
  store: ImitationContext["store"],
  known?: number,
): readonly StoredCommitment[] {
  const all = commitments(store).values();
  return all.slice(0, known ?? all.length).filter((one) => one.project === project && one.region === region);
}

/** Shows it as it was before this read. */
function read(found: StoredCommitment, store: ImitationContext["store"]): StoredCommitment {
  const key = keyOf(found.project, found.region, found.request.name);
  if (found.reads < 100) commitments(store).set(key, { ...found, reads: found.reads + 1 });
  return found;
}

function notFound({ project, region }: Place, kind: string, name: string): GoogleFault {
  return new GoogleFault(
    404,
    "notFound",
    `The resource 'projects/${project}/regions/${region}/${kind}/${name}' was not found`,
  );
}
