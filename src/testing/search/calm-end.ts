import type { Purchaser } from "../../purchaser.ts";
import type { PersonFinding } from "../../drive/resolve-by-person.ts";
import { readWholeListing } from "../../drive/read-listing.ts";
import type { Outcome, Report } from "../../contract/report.ts";
import type { SearchedCloud } from "./gates.ts";
import { executionId, leaseLength, purchaserOf, type Walk, type World } from "./search-world.ts";
import type { Terms } from "./terms-watch.ts";
import { isOthers, lies } from "./truth.ts";

/**
 * The faults are over: drivers that nothing happens to must end everything, with one commitment each, or with none where the
 * terms of the execution do not allow it. No handle means patience of five minutes.
 */
export async function endCalmly({ world, execution, ledger, cloud: searched, broken, failed }: Walk): Promise<void> {
  const { cloud, environment } = world;
  const terms = (): Terms => world.terms?.() ?? {};
  const calm = purchaserOf(ledger, searched.executor, environment);
  const drive = async () => {
    // Where people change what is recorded, the file of the beginning is no longer what is to be bought.
    const isFile = world.terms === undefined || (await ledger.execution(executionId)) === undefined;
    return isFile ? calm.drive(execution, { concurrency: 1 }) : calm.redrive(executionId, { concurrency: 1 });
  };
  const driveCalmly = async (wait: number): Promise<Report> => {
    environment.advance(wait);
    const report = await drive();
    const [lie] = [...broken, ...lies(report, cloud, "calm", { bought: new Set(), failed })];
    if (lie !== undefined) throw new Error(lie);
    return report;
  };
  await driveCalmly(leaseLength + 1);
  let report = await driveCalmly(5 * 60_000);
  // One that is unresolved may hold up another one: a person may have to decide about each, and about what looks like one.
  const { forbidden, tooLow } = terms();
  const decides =
    cloud.executor.recovery.kind !== "resend" || cloud.merges === true || forbidden !== undefined || tooLow === true;
  const rounds = decides ? world.recommendations.length : 0;
  for (let round = 0; round < rounds; round += 1) {
    const open = report.outcomes.filter(({ status, error }) => status === "unresolved" || error?.code === "look-alike");
    if (open.length === 0) break;
    for (const outcome of open) await decideTruly(calm, world, outcome);
    report = await driveCalmly(leaseLength + 1);
  }
  if (cloud.hidesLonger !== undefined) report = await driveCalmly(cloud.hidesLonger);
  for (const outcome of report.outcomes) checkEnd(outcome, cloud, terms());
}

/** One commitment and an outcome that says so; or none, where the terms are the reason. */
function checkEnd(
  { recIndex, token, status, commitment, warnings, error }: Outcome,
  cloud: SearchedCloud,
  { forbidden, skipped = [], tooLow = false }: Terms,
): void {
  const live = cloud.live(token);
  const done = status === "purchased" || status === "already-purchased";
  // What showed after its death was proven may be one too many: then both are named.
  const named = [commitment?.id, ...(warnings ?? [])].join(" ");
  const oneTooMany = cloud.hidesLonger !== undefined && live.length === 2;
  if (done && oneTooMany && live.every(({ id }) => named.includes(id))) return;
  // One that somebody else bought in the window of an answer that was lost cannot be told from ours: none of ours then.
  const others = isOthers(cloud, commitment);
  if (done && live.length === (others && live.length === 0 ? 0 : 1)) return;
  const isDropped = skipped.includes(recIndex);
  const isAllowed = forbidden === undefined && !isDropped && !tooLow;
  if (!isAllowed && live.length === 0 && status === (isDropped ? "skipped" : "refused")) return;
  throw new Error(`#${recIndex} ends as ${status} (${error?.message ?? named}) with ${live.length} commitments`);
}

/** The decision of a person who knows the truth, from the invoice: what is there and is not it is said first. */
async function decideTruly(
  purchaser: Purchaser<unknown>,
  { cloud, recommendations }: World,
  { recIndex, token, status }: Outcome,
): Promise<void> {
  const decide = (finding: PersonFinding) =>
    purchaser.resolveByPerson({ executionId, recIndex, finding, person: "search", reason: "the invoice" });
  const live = cloud.live(token).map(({ id }) => id);
  const [recommendation] = recommendations;
  const { executor } = cloud;
  if (recommendation !== undefined) {
    const scope = executor.scopeOf(recommendation);
    const shown = await readWholeListing(executor.inventory, scope, { signal: new AbortController().signal });
    const others = shown.map(({ commitment }) => commitment.id).filter((id) => !live.includes(id));
    for (const notThis of others) await decide({ notThis });
  }
  const [bought] = live;
  if (bought !== undefined) await decide({ bought });
  // What is refused beside something that looks like it was not sent now: there is no more to say.
  else if (status === "unresolved") await decide("not-bought");
}
