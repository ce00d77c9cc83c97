import type { protos } from "@google-cloud/compute";
import { ApiError, UnbelievableAnswerError } from "../../http/api-error.ts";
import type { ReadStep } from "../../http/refusal.ts";
import type { Connect } from "../gcp-connect.ts";
import { read, readPages } from "../gcp-read.ts";
import type { ResolvedSettings } from "../gcp-settings.ts";
import { parseCommitment, type GcpCommitment } from "./gcp-commitment.ts";
import type { PurchaseRequest } from "./gcp-purchase-request.ts";
import type { GcpScope } from "./gcp-scope.ts";
import { isIn, parseTarget } from "./gcp-target.ts";

/** An operation of Compute Engine as the SDK decodes it. */
export type GcpOperation = protos.google.cloud.compute.v1.IOperation;

/** The calls to Compute Engine. Reads retry by themselves and throw RefusedErrors, or the signal's reason. */
export interface ComputeApi {
  /**
   * Loads and makes the SDK's clients, which takes seconds on a busy machine: before a purchase, not between its send and
   * the look at what became of it. Sends nothing.
   */
  prepare(projectId: string): Promise<void>;
  /**
   * Every commitment of a project and region, page by page. Throws when it cannot vouch for completeness. Pages are in the order
   * of names, which never change, and what is bought is never deleted, so none moves behind a page token that was read already;
   * one may come twice. One that is only being created can go; where that hides ours, the name refuses a second purchase.
   */
  commitments(scope: GcpScope, signal: AbortSignal): AsyncIterable<readonly GcpCommitment[]>;
  /** One by name, or by the server's number; undefined only when Google clearly says that there is none. */
  commitment(scope: GcpScope, name: string, signal: AbortSignal): Promise<GcpCommitment | undefined>;
  /** An operation, as it stands. Sent once; throws what the transport throws. */
  operation(scope: GcpScope, name: string, signal: AbortSignal): Promise<GcpOperation>;
  /** Buys: sends the request once. Throws what the transport throws. */
  insert(scope: GcpScope, requestId: string, request: PurchaseRequest): Promise<GcpOperation>;
}

/** Retries are above the SDK, where the waits are injected and the attempts counted; a purchase has none. */
const once = { retry: null, autoPaginate: false } as unknown as { autoPaginate: false };

function lookUp(purpose: string, permission: string): ReadStep {
  return { purpose, permission, code: "lookup-failed", untrusted: "lookup-untrusted" };
}

/** Calls over the connections of one provider; the SDK is loaded with the first. */
export function createComputeApi(connect: Connect, settings: ResolvedSettings): ComputeApi {
  const { readTimeout: timeout, purchaseTimeout } = settings;

  async function page({ projectId: project, region }: GcpScope, pageToken: string | undefined, signal: AbortSignal) {
    const { commitments, run } = await connect.commitments(project);
    const request = { project, region, ...(pageToken === undefined ? {} : { pageToken }) };
    const [, , answer] = await run({ signal, timeout }, () => commitments.list(request, once));
    return believable(answer, { projectId: project, region });
  }

  return {
    async prepare(projectId) {
      await connect.commitments(projectId);
      await connect.operations(projectId);
    },

    async *commitments(scope, signal) {
      const step = lookUp(`list the commitments of ${scope.label}`, "compute.commitments.list");
      const pages = readPages({ step, settings, signal, projectId: scope.projectId }, (token) =>
        page(scope, token, signal),
      );
      for await (const { items } of pages) yield items;
    },

    async commitment(scope, name, signal) {
      const { projectId: project, region } = scope;
      const step = lookUp(`read the commitment ${name} of ${scope.label}`, "compute.commitments.get");
      return read({ step, settings, signal, projectId: project }, async () => {
        const { commitments, run } = await connect.commitments(project);
        try {
          const [answer] = await run({ signal, timeout }, () =>
            commitments.get({ project, region, commitment: name }, once),
          );
          const found = inPlace(parseCommitment(answer), scope);
          if (found.name === name || found.id === name) return found;
          throw new UnbelievableAnswerError(`the answer for commitment ${name} is ${found.name} instead`);
        } catch (error) {
          if (saysAbsent(error, scope, name)) return undefined;
          throw error;
        }
      });
    },

    async operation({ projectId: project, region }, operation, signal) {
      const { operations, run } = await connect.operations(project);
      const [answer] = await run({ signal, timeout }, () => operations.get({ project, region, operation }, once));
      return answer;
    },

    async insert({ projectId: project, region }, requestId, purchaseRequest) {
      const { commitments, run } = await connect.commitments(project);
      // What is optional is left out there, never undefined.
      const commitmentResource = purchaseRequest as protos.google.cloud.compute.v1.ICommitment;
      const request = { project, region, requestId, commitmentResource };
      const [{ latestResponse }] = await run({ timeout: purchaseTimeout, purchase: true }, () =>
        commitments.insert(request, once),
      );
      return latestResponse as GcpOperation;
    },
  };
}

/**
 * A 404 with the reason `notFound` that names this commitment in this place: a project that is not there, or a gateway,
 * answers with 404 too. That Google's message names the resource is an assumption; where it does not, nothing is called absent.
 */
function saysAbsent(error: unknown, scope: GcpScope, name: string): boolean {
  if (!(error instanceof ApiError) || error.status !== 404 || error.code !== "notFound") return false;
  const said = /'([^']*)'/.exec(error.message)?.[1];
  const target = said === undefined ? undefined : parseTarget(said);
  return target?.name === name && isIn(target, scope);
}

/** A commitment that does not say of itself that it is in another project or region. Throws an UnbelievableAnswerError. */
function inPlace(found: GcpCommitment, place: Pick<GcpScope, "projectId" | "region">): GcpCommitment {
  const target = parseTarget(found.selfLink ?? "");
  if (target === undefined || isIn(target, place)) return found;
  throw new UnbelievableAnswerError(
    `commitment ${found.name} is one of projects/${target.project}/regions/${target.region}`,
  );
}

/** Warnings with which a list is whole all the same. */
const harmless = new Set(["NO_RESULTS_ON_PAGE"]);

/**
 * Google leaves an empty list out, so its absence says nothing: a list counts only if it says that it is one, and of
 * this project and region. https://docs.cloud.google.com/compute/docs/reference/rest/v1/regionCommitments/list
 */
function believable(
  list: protos.google.cloud.compute.v1.ICommitmentList | null | undefined,
  place: Pick<GcpScope, "projectId" | "region">,
): { readonly items: readonly GcpCommitment[]; readonly nextPageToken: string | undefined } {
  if (list?.kind !== "compute#commitmentList") {
    throw new UnbelievableAnswerError("a page is no list of commitments, which does not mean that there is none");
  }
  const places = [list.id, list.selfLink].filter((place): place is string => typeof place === "string" && place !== "");
  const own = `projects/${place.projectId}/regions/${place.region}/commitments`;
  // As a whole part: one project's id may end like another's with a domain. A link may write that colon as %3A.
  const isOwn = (place: string) => `/${place.replace(/%3A/i, ":")}`.endsWith(`/${own}`);
  if (places.length === 0 || !places.every(isOwn)) {
    throw new UnbelievableAnswerError(`a page is not the list of ${own} (${places.join(", ") || "it names no place"})`);
  }
  const warning = list.warning?.code;
  if (warning && !harmless.has(warning)) throw new UnbelievableAnswerError(`the list came with the warning ${warning}`);
  return {
    items: (list.items ?? []).map((item) => inPlace(parseCommitment(item), place)),
    nextPageToken: list.nextPageToken || undefined,
  };
}
