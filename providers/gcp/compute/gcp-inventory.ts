import { RefusedError } from "../../../src/contract/errors.ts";
import type { Inventory } from "../../../src/contract/inventory.ts";
import type { TagNames } from "../../../src/contract/tag-names.ts";
import type { ComputeApi } from "./gcp-api.ts";
import { toListed } from "./gcp-commitment.ts";
import { isCommitmentId, parseScope } from "./gcp-scope.ts";

/** The commitments of a project and region. A commitment's id is its name; `read` takes the server's number too. */
export function createGcpInventory(api: ComputeApi, tagNames: TagNames): Inventory {
  return {
    // A name is taken for ever: what was bought under it and is over is not bought again.
    endedCounts: true,

    async *list(scope, { signal }) {
      const pages = api.commitments(parseScope(scope), signal);
      for await (const page of pages) yield page.map((found) => toListed(found, tagNames));
    },

    async read(scope, id, { signal }) {
      // Google was not asked, so it did not say that there is none.
      if (!isCommitmentId(id)) {
        throw new RefusedError({
          code: "commitment-unverifiable",
          message: `"${id.slice(0, 100)}" is neither the name nor the number of a commitment of Compute Engine. Check the id.`,
        });
      }
      const found = await api.commitment(parseScope(scope), id, signal);
      return found && toListed(found, tagNames);
    },
  };
}
