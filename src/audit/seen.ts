import type { CallOptions, Scope, ServiceExecutor } from "../contract/executor.ts";
import type { Listed } from "../contract/listed.ts";
import { readWholeListing } from "../drive/read-listing.ts";

/** A purchase as an audit sees it. */
export interface Seen extends Listed {
  /** The token that it carries: whole, or as much of it as there is. */
  readonly token: string | undefined;
}

/** All that a scope shows. Throws whatever the inventory throws. */
export async function seeScope(
  executor: ServiceExecutor,
  scope: Scope,
  options: CallOptions,
): Promise<readonly Seen[]> {
  const listed = await readWholeListing(executor.inventory, scope, options);
  return listed.map((each) => {
    const mark = each.marks.find(({ whole }) => whole) ?? each.marks[0];
    return { ...each, token: mark?.text };
  });
}
