import { z } from "zod";
import type { JsonObject } from "../../../src/contract/json.ts";
import type { ReadStep } from "../../http/refusal.ts";
import { ApiError, UnbelievableAnswerError } from "../../http/api-error.ts";
import type { Connect } from "../gcp-connect.ts";
import { read, readPages } from "../gcp-read.ts";
import type { ResolvedSettings } from "../gcp-settings.ts";
import { type CapacityCommitment, parseCapacity } from "./bigquery-commitment.ts";
import type { CapacityScope } from "./bigquery-scope.ts";

/** The calls to the BigQuery Reservation API. Reads retry by themselves and throw RefusedErrors, or the signal's reason. */
export interface CapacityApi {
  /** Every capacity commitment of a place, page by page. Throws when it cannot vouch for completeness. */
  list(scope: CapacityScope, signal: AbortSignal): AsyncIterable<readonly CapacityCommitment[]>;
  /** One by id; undefined only when Google clearly says that there is none. */
  get(scope: CapacityScope, id: string, signal: AbortSignal): Promise<CapacityCommitment | undefined>;
  /** Buys: sends the request once. Throws what the transport throws, and an UnbelievableAnswerError. */
  create(scope: CapacityScope, id: string, request: JsonObject): Promise<CapacityCommitment>;
}

/** Google leaves an empty list out: `{}` is the whole answer where there is none. */
const pageSchema = z.strictObject({
  capacityCommitments: z.array(z.unknown()).default([]),
  nextPageToken: z.string().default(""),
});

function lookUp(purpose: string, permission: string): ReadStep {
  return { purpose, permission, code: "lookup-failed", untrusted: "lookup-untrusted" };
}

/** Calls over the connections of one provider. */
export function createCapacityApi(connect: Connect, settings: ResolvedSettings): CapacityApi {
  const { readTimeout: timeout, purchaseTimeout } = settings;

  function addressOf(scope: CapacityScope, id?: string): URL {
    const [project, location] = [scope.projectId, scope.location].map(encodeURIComponent);
    const own = id === undefined ? "" : `/${encodeURIComponent(id)}`;
    return new URL(
      `https://bigqueryreservation.googleapis.com/v1/projects/${project}/locations/${location}/capacityCommitments${own}`,
    );
  }

  async function* list(scope: CapacityScope, signal: AbortSignal): AsyncGenerator<readonly CapacityCommitment[]> {
    const step = lookUp(`list the capacity commitments of ${scope.label}`, "bigquery.capacityCommitments.list");
    const pages = readPages({ step, settings, signal, projectId: scope.projectId }, async (token) => {
      const url = addressOf(scope);
      if (token !== undefined) url.searchParams.set("pageToken", token);
      const page = pageSchema.safeParse(await connect.ask(scope.projectId, url, undefined, { signal, timeout }));
      if (!page.success) throw new UnbelievableAnswerError("a page is no list of capacity commitments");
      const { capacityCommitments, nextPageToken } = page.data;
      const items = capacityCommitments.map((item) => parseCapacity(item, scope));
      return { items, nextPageToken: nextPageToken || undefined };
    });
    for await (const { items } of pages) yield items;
  }

  return {
    list,

    async get(scope, id, signal) {
      const step = lookUp(`read the capacity commitment ${id} of ${scope.label}`, "bigquery.capacityCommitments.get");
      const found = await read({ step, settings, signal, projectId: scope.projectId }, async () => {
        try {
          const url = addressOf(scope, id);
          const named = parseCapacity(await connect.ask(scope.projectId, url, undefined, { signal, timeout }), scope);
          if (named.id === id) return named;
          throw new UnbelievableAnswerError(`the answer for capacity commitment ${id} is ${named.id} instead`);
        } catch (error) {
          if (saysAbsent(error)) return undefined;
          throw error;
        }
      });
      if (found !== undefined) return found;
      // The project may be what is not there: then its list is not there either, which this throws.
      for await (const page of list(scope, signal)) {
        const listed = page.find((one) => one.id === id);
        if (listed !== undefined) return listed;
      }
      return undefined;
    },

    async create(scope, id, request) {
      const url = addressOf(scope);
      url.searchParams.set("capacityCommitmentId", id);
      const found = parseCapacity(
        await connect.ask(scope.projectId, url, request, { timeout: purchaseTimeout, purchase: true }),
        scope,
      );
      if (found.id === id) return found;
      throw new UnbelievableAnswerError(`the answer is about capacity commitment ${found.id}`);
    },
  };
}

/** A 404 with the status `NOT_FOUND`: a gateway answers with 404 too, and says nothing so. */
function saysAbsent(error: unknown): boolean {
  return error instanceof ApiError && error.status === 404 && /^(NOT_FOUND|notFound)$/.test(error.code ?? "");
}
