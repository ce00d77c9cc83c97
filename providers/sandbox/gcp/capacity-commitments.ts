import { z } from "zod";
import type { ImitationContext, SandboxRequest, SandboxResponse } from "../server/imitation.ts";
import type { Collection, SandboxStore } from "../server/sandbox-store.ts";
import { GoogleFault, googleAnswer } from "./google-answer.ts";
import type { GcpBehaviour } from "./gcp-sandbox-options.ts";
import type { Place } from "./insert.ts";
import { keyOf } from "./stored.ts";

/** What the imitation takes; the real service takes more plans. `renewalPlan` left out, an annual one renews for ever. */
const requestSchema = z.strictObject({
  // An int64 is taken as a number too.
  slotCount: z.coerce.string().regex(/^[1-9]\d*$/),
  plan: z.enum(["ANNUAL", "THREE_YEAR"]),
  renewalPlan: z.enum(["NONE", "ANNUAL", "THREE_YEAR"]).optional(),
  edition: z.enum(["STANDARD", "ENTERPRISE", "ENTERPRISE_PLUS"]).default("ENTERPRISE"),
  multiRegionAuxiliary: z.literal(false).optional(),
});

/** A capacity commitment that was bought. */
export type StoredCapacity = {
  readonly project: string;
  readonly location: string;
  readonly id: string;
  readonly slotCount: string;
  readonly plan: string;
  readonly renewalPlan: string;
  readonly edition: string;
  /** Milliseconds since 1970. */
  readonly createdAt: number;
  /** How often it was read. */
  readonly reads: number;
  /** Set by hand, for good. */
  readonly state?: string;
  /** What was bought is under other ids, which are gone. */
  readonly isMerged?: boolean;
  /** It is merged, split or removed: nothing shows it any more. */
  readonly isGone?: boolean;
};

/** Every capacity commitment, in the order in which they were bought. */
export function capacities(store: SandboxStore): Collection<StoredCapacity> {
  return store.collection("gcp.capacities");
}

/** Those that were bought, whatever became of their ids. */
export function boughtCapacities(store: SandboxStore): readonly StoredCapacity[] {
  return capacities(store)
    .values()
    .filter(({ isMerged }) => isMerged !== true);
}

/** `PENDING`, and `ACTIVE` once it was read often enough. */
export function capacityState({ state, reads }: StoredCapacity, { readsUntilActive }: GcpBehaviour): string {
  return state ?? (reads < readsUntilActive ? "PENDING" : "ACTIVE");
}

/** What one request is answered with: where, under which id, and how the cloud behaves. */
export interface CapacityCall {
  readonly place: Place;
  readonly name: string;
  readonly request: SandboxRequest;
  readonly context: ImitationContext;
  readonly behaviour: GcpBehaviour;
}

/** POST capacityCommitments: buys, once per id. Without an id it makes one up, and every request buys. */
export function createCapacity({ place, request, context, behaviour }: CapacityCall): SandboxResponse {
  const { store, now } = context;
  const asked = request.query.get("capacityCommitmentId");
  const id = asked ?? String(9_000_000 + capacities(store).size);
  if (!/^[a-z0-9]([-a-z0-9]{0,62}[a-z0-9])?$/.test(id)) {
    throw new GoogleFault(400, "INVALID_ARGUMENT", `Invalid capacity commitment id "${id}".`);
  }
  const body = parse(request.body);
  if (Number(body.slotCount) % 50 !== 0) {
    throw new GoogleFault(400, "INVALID_ARGUMENT", "Slots are sold in multiples of 50.");
  }
  if (body.edition === "STANDARD") {
    throw new GoogleFault(400, "INVALID_ARGUMENT", "Commitments are not available in the Standard edition.");
  }
  const { project, region: location } = place;
  const key = keyOf(project, location, id);
  const known = capacities(store).get(key);
  if (known !== undefined && known.isGone !== true) {
    throw new GoogleFault(409, "ALREADY_EXISTS", `Already Exists: Capacity commitment ${pathOf(place, id)}`);
  }
  const { renewalPlan = "ANNUAL" } = body;
  const bought = { project, location, id, ...body, renewalPlan, createdAt: now, reads: 0 };
  // What is gone was bought all the same, and stays counted.
  if (known !== undefined) capacities(store).set(`${key}.${capacities(store).size}`, known);
  capacities(store).set(key, bought);
  return googleAnswer(200, bodyOf(bought, behaviour));
}

/** GET capacityCommitments: in pages; the token of the next one is the number of those before it. An empty list is `{}`. */
export function listCapacities({ place, request, context, behaviour }: CapacityCall): SandboxResponse {
  const { store, fault } = context;
  const skipped = Number(/^\d{1,9}$/.exec(request.query.get("pageToken") ?? "0")?.[0] ?? Number.NaN);
  if (Number.isNaN(skipped)) throw new GoogleFault(400, "INVALID_ARGUMENT", "Invalid page token.");
  const known = fault?.listing === "stale" ? fault.known : capacities(store).size;
  const visible =
    fault?.listing === "empty"
      ? []
      : capacities(store)
          .values()
          .slice(0, known)
          .filter((one) => isShown(one, place));
  const next = skipped + behaviour.pageSize;
  const items = visible.slice(skipped, next).map((found) => bodyOf(read(found, store), behaviour));
  const token = fault?.listing === "repeated-next-link" ? String(skipped) : next < visible.length ? String(next) : "";
  return googleAnswer(200, {
    ...(items.length === 0 ? {} : { capacityCommitments: items }),
    ...(token === "" ? {} : { nextPageToken: token }),
  });
}

/** GET capacityCommitments/{id} */
export function getCapacity({ place, name, context, behaviour }: CapacityCall): SandboxResponse {
  const found = capacities(context.store).get(keyOf(place.project, place.region, name));
  if (found === undefined || !isShown(found, place)) {
    throw new GoogleFault(404, "NOT_FOUND", `Not found: Capacity commitment ${pathOf(place, name)}`);
  }
  return googleAnswer(200, bodyOf(read(found, context.store), behaviour));
}

/**
 * Merges commitments of a place into one with an id that Google makes up, as `capacityCommitments:merge` does; a split of one into two has
 * the same effect on ids. False where not all are there.
 */
export function mergeCapacities(store: SandboxStore, place: Place, ids: readonly string[]): boolean {
  const all = ids.map((id) => capacities(store).get(keyOf(place.project, place.region, id)));
  const found = all.filter((one): one is StoredCapacity => one !== undefined && isShown(one, place));
  const [first] = found;
  if (first === undefined || found.length < ids.length) return false;
  for (const one of found) capacities(store).set(keyOf(one.project, one.location, one.id), { ...one, isGone: true });
  const id = `merged-${capacities(store).size}`;
  const slotCount = String(found.reduce((sum, one) => sum + Number(one.slotCount), 0));
  // The later end is kept.
  const createdAt = Math.max(...found.map((one) => one.createdAt));
  capacities(store).set(keyOf(first.project, first.location, id), {
    ...first,
    id,
    slotCount,
    createdAt,
    isMerged: true,
  });
  return true;
}

function isShown({ project, location, isGone }: StoredCapacity, place: Place): boolean {
  return project === place.project && location === place.region && isGone !== true;
}

/** Shows it as it was before this read. */
function read(found: StoredCapacity, store: SandboxStore): StoredCapacity {
  const key = keyOf(found.project, found.location, found.id);
  if (found.reads < 100) capacities(store).set(key, { ...found, reads: found.reads + 1 });
  return found;
}

function pathOf({ project, region }: Place, id: string): string {
  return `projects/${project}/locations/${region}/capacityCommitments/${id}`;
}

function bodyOf(found: StoredCapacity, behaviour: GcpBehaviour): object {
  const { project, location, id, slotCount, plan, renewalPlan, edition, createdAt } = found;
  const state = capacityState(found, behaviour);
  const days = plan === "ANNUAL" ? 365 : 1_095;
  const active = {
    commitmentStartTime: new Date(createdAt).toISOString(),
    commitmentEndTime: new Date(createdAt + days * 86_400_000).toISOString(),
  };
  return {
    name: pathOf({ project, region: location }, id),
    slotCount,
    plan,
    state,
    ...(state === "ACTIVE" ? active : {}),
    ...(state === "FAILED" ? { failureStatus: { code: 8, message: "The sandbox failed it." } } : {}),
    renewalPlan,
    edition,
    isFlatRate: false,
  };
}

function parse(body: string): z.infer<typeof requestSchema> {
  const parsed = requestSchema.safeParse(inCamelCase(parseJson(body)));
  if (parsed.success) return parsed.data;
  throw new GoogleFault(400, "INVALID_ARGUMENT", `Invalid value: ${z.prettifyError(parsed.error)}`);
}

/** Google takes `slot_count` for `slotCount`, as bq sends it: https://protobuf.dev/programming-guides/json/#field-names */
function inCamelCase(body: unknown): unknown {
  if (typeof body !== "object" || body === null) return body;
  const camel = (field: string) => field.replaceAll(/_([a-z])/g, (_all, letter: string) => letter.toUpperCase());
  return Object.fromEntries(Object.entries(body).map(([field, value]) => [camel(field), value as unknown]));
}

function parseJson(body: string): unknown {
  try {
    return JSON.parse(body);
  } catch {
    return undefined;
  }
}
