import type { Listed } from "../contract/listed.ts";
import { maskToken } from "../contract/token.ts";
import { compareFound, match } from "./adopt.ts";
import { checkElsewhere } from "./check-elsewhere.ts";
import type { Looking, Looker } from "./drive-context.ts";
import { refuseLookAlikes, withMarks } from "./look-alike.ts";
import type { Listing } from "./read-listing.ts";

/** What was looked for, and where. */
export interface Look {
  /** Undefined where the listing shows nothing. */
  readonly listed: Listed | undefined;
  readonly listing: Listing;
}

/**
 * What the listing shows under the token, compared with what was asked for. `fresh`: a listing made
 * now. Throws a RefusedError `look-alike` for what may be it without saying so, `bought-elsewhere` for what another engine says that
 * it bought, `twin-forbidden`, and those of the look-up and of the comparison.
 */
export async function findListed(drive: Looker, task: Looking, fresh: boolean): Promise<Look> {
  const { executor, record } = task;
  const { recIndex, token, scope } = record;
  const { lookup } = drive;
  const shown = await (fresh ? lookup.fresh(executor, scope, token) : lookup.listing(executor, scope));
  const listing = await withMarks(drive, task, shown);
  const listed = match(listing, token, record.notThis);
  if (listed === undefined) {
    checkElsewhere(record);
    await refuseLookAlikes(drive, task, listing);
    drive.twins.look(task, listing);
    return { listed, listing: shown };
  }
  drive.emit({ type: "adopting", recIndex, token: maskToken(token), commitmentId: listed.commitment.id });
  await compareFound(executor, record, listed, drive.stop);
  return { listed, listing: shown };
}
