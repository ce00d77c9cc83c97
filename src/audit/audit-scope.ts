import { isRecent, mustBeListed, recordedIds } from "../drive/must-be-listed.ts";
import { readOldest, readPurchased, withoutBodies } from "../drive/read-records.ts";
import type { AuditedCommitment, Finding } from "../contract/audit-report.ts";
import type { Commitment } from "../contract/commitment.ts";
import type { Environment } from "../contract/environment.ts";
import { messageOf } from "../contract/errors.ts";
import type { Scope, ServiceExecutor } from "../contract/executor.ts";
import { isHeld } from "../contract/lease.ts";
import type { Ledger, TokenRecord, TokenState } from "../contract/ledger.ts";
import { plainToken, tokenDigest, tokenKey } from "../contract/token.ts";
import { indexRecords, type Known } from "./index-records.ts";
import { type Seen, seeScope } from "./seen.ts";
import { findTwins } from "./twins.ts";
import { duplicateText, lossText, markerText, orphanText, twinText, unrecordedText } from "./finding-texts.ts";

interface ScopeParts {
  readonly ledger: Ledger;
  readonly environment: Environment;
  readonly signal: AbortSignal;
}

const notBought = [
  "planned",
  "claimed",
  "submitted",
  "unknown",
  "rejected",
  "refused",
  "written-off",
  "skipped",
] as const satisfies readonly TokenState[];

/** Compares what a scope shows with what the ledger knows. Throws whatever the listing or the ledger throws. */
export async function auditScope(
  executor: ServiceExecutor,
  scope: Scope,
  { ledger, environment, signal }: ScopeParts,
): Promise<{ readonly listed: number; readonly findings: readonly Finding[] }> {
  // What was bought before the listing must be in it; what is in it must be in the ledger afterwards.
  const check = () => signal.throwIfAborted();
  const before = await readPurchased(ledger, scope.key, check, ({ token }) => token);
  const listed = await seeScope(executor, scope, { signal });
  // In this order: what is recorded as bought between the two is in both, not in neither.
  const bought = new Set(before.flatMap((token) => [tokenKey(token), tokenDigest(token)]));
  const others = listed.flatMap(({ token }) => (token === undefined || bought.has(tokenKey(token)) ? [] : token));
  const open = await recordsOfTokens(ledger, notBought, others, check);
  const after = await readPurchased(ledger, scope.key, check, withoutBodies);
  const known = await knownTo(ledger, { bought: after, open, listed }, check);
  const now = await ledger.now();
  const view: View = { executor, scope, listed, known, now, signal };
  const findings = [
    ...(await duplicates(view)),
    ...(await twins(view)),
    ...strangers(view),
    ...(await losses(view, before, after, environment.now())),
    ...missingMarkers(view, after),
  ];
  return { listed: listed.length, findings };
}

/** Tokens that the ledger is asked for at a time. */
const tokensAtOnce = 1000;

/**
 * The records in some states of tokens that are listed. Of those that are listed in part, or by their digest, all records are gone
 * through, and no others are kept.
 */
async function recordsOfTokens(
  ledger: Ledger,
  states: readonly TokenState[],
  listed: readonly string[],
  check: () => void,
): Promise<readonly TokenRecord[]> {
  const whole = [...new Set(listed.map(plainToken))].filter(isWhole);
  const records: TokenRecord[] = [];
  for (let at = 0; at < whole.length; at += tokensAtOnce) {
    check();
    const tokens = whole.slice(at, at + tokensAtOnce);
    records.push(...(await ledger.records({ tokens, states, limit: tokens.length })).map(withoutBodies));
  }
  const parts = new Set(listed.filter((text) => !isWhole(plainToken(text))).map(tokenKey));
  if (parts.size === 0) return records;
  const isListed = ({ token }: TokenRecord) => parts.has(tokenKey(token)) || parts.has(tokenDigest(token));
  const keep = (record: TokenRecord) => (isListed(record) ? withoutBodies(record) : undefined);
  return [...records, ...(await readOldest(ledger, { states, limit: Infinity }, check, keep))];
}

/** 64 hexadecimal digits. */
const isWhole = (text: string) => /^[0-9a-f]{64}$/.test(text);

/**
 * What the ledger knows of what is listed: what is bought in the scope, and what is not bought of the tokens that are listed. Where a
 * token is among neither, it is looked for in all scopes: a tenant that is named in one execution and left out in another goes by two keys.
 */
async function knownTo(
  ledger: Ledger,
  { bought, open, listed }: Record<"bought" | "open", readonly TokenRecord[]> & { readonly listed: readonly Seen[] },
  check: () => void,
): Promise<Known> {
  const known = indexRecords(bought, open, listed);
  const strange = listed.flatMap(({ token }) => (token === undefined || known.ofToken(token) ? [] : token));
  const elsewhere = await recordsOfTokens(ledger, ["purchased"], strange, check);
  return elsewhere.length === 0 ? known : indexRecords([...elsewhere, ...bought], open, listed);
}

/** What the parts of an audit look at. */
interface View {
  readonly executor: ServiceExecutor;
  readonly scope: Scope;
  readonly listed: readonly Seen[];
  readonly known: Known;
  /** The ledger's clock. */
  readonly now: number;
  readonly signal: AbortSignal;
}

/** Live commitments by token, only where there are several. */
function severalByToken({ listed, known }: View): readonly (readonly Seen[])[] {
  const live = listed.filter(({ commitment, token }) => token !== undefined && commitment.standing === "live");
  return [...Map.groupBy(live, ({ token = "" }) => known.keyOf(token)).values()].filter((group) => group.length > 1);
}

async function duplicates(view: View): Promise<readonly Finding[]> {
  const { executor, scope, known, signal } = view;
  const findings: Finding[] = [];
  for (const group of severalByToken(view)) {
    const token = group[0]?.token ?? "";
    const commitments: AuditedCommitment[] = [];
    for (const each of group) {
      commitments.push({ ...audited(view, each), ...(await refundOf(executor, scope, each.commitment, signal)) });
    }
    const record = known.ofToken(token);
    const recorded = commitments.filter((each) => each.recorded).map(({ id }) => id);
    const message = duplicateText(record, recorded, group.length);
    findings.push({ kind: "duplicate", ...whose(scope, record, token), commitments, message });
  }
  return findings;
}

async function refundOf(
  executor: ServiceExecutor,
  scope: Scope,
  { id }: Commitment,
  signal: AbortSignal,
): Promise<Pick<AuditedCommitment, "refund" | "refundError">> {
  if (executor.inventory.refund === undefined) return {};
  try {
    return { refund: await executor.inventory.refund(scope, id, { signal }) };
  } catch (error) {
    signal.throwIfAborted();
    return { refundError: messageOf(error) };
  }
}

async function twins(view: View): Promise<readonly Finding[]> {
  const { executor, scope, listed, known, signal } = view;
  const isOwn = (each: Seen) => each.token !== undefined || known.ofCommitment(each) !== undefined;
  const details = async ({ commitment, facts: stated }: Seen) =>
    (await executor.inventory.facts?.(scope, commitment, { signal, stated })) ?? {};
  return (await findTwins(listed, isOwn, details)).map(({ stranger, own }) => {
    const record = known.ofCommitment(own) ?? (own.token === undefined ? undefined : known.ofToken(own.token));
    return {
      kind: "twin",
      ...whose(scope, record, own.token),
      commitments: [audited(view, stranger), audited(view, own)],
      message: twinText(stranger.commitment.id, own.commitment.id),
    };
  });
}

/** Orphans, and what the ledger knows under another state or id. */
function strangers(view: View): readonly Finding[] {
  const { scope, listed, known, now } = view;
  const several = new Set(severalByToken(view).flat());
  return listed.flatMap((each): readonly Finding[] => {
    const { token, commitment } = each;
    const counts = commitment.standing === "live" || commitment.standing === "unclear";
    if (token === undefined || !counts || several.has(each) || known.ofCommitment(each) !== undefined) return [];
    const record = known.ofToken(token);
    // A driver that holds it is about to record it.
    if (record !== undefined && isHeld(record, now)) return [];
    const kind = record === undefined ? "orphan" : "unrecorded";
    const message = record === undefined ? orphanText() : unrecordedText(record);
    return [{ kind, ...whose(scope, record, token), commitments: [audited(view, each)], message }];
  });
}

async function losses(
  view: View,
  before: readonly string[],
  after: readonly TokenRecord[],
  at: number,
): Promise<readonly Finding[]> {
  const { executor, scope, now, signal } = view;
  const listed = byId(view);
  const current = new Map(after.map((record) => [record.token, record]));
  const findings: Finding[] = [];
  for (const token of before) {
    const record = current.get(token);
    const commitment = record?.commitment;
    if (record === undefined || commitment === undefined || !mustBeListed(record, at)) continue;
    const { id } = commitment;
    const seen = listed.get(id.toLowerCase())?.commitment;
    if (seen?.standing === "live") continue;
    const shown = seen ?? (await executor.inventory.read(scope, id, { signal }))?.commitment;
    if (seen === undefined && shown?.standing === "live" && isRecent(record, now)) continue;
    findings.push({
      kind: "loss",
      ...whose(scope, record, token),
      commitments: [recordedCommitment(shown ?? commitment)],
      message: lossText(record, id, shown, seen !== undefined),
    });
  }
  return findings;
}

function missingMarkers(view: View, after: readonly TokenRecord[]): readonly Finding[] {
  const { executor, scope, known, now } = view;
  const listed = byId(view);
  return after.flatMap((record): readonly Finding[] => {
    const { commitment, token } = record;
    if (commitment === undefined || commitment.standing !== "live" || isHeld(record, now)) return [];
    const seen = listed.get(commitment.id.toLowerCase());
    const carriesAnother = seen?.token !== undefined && known.keyOf(seen.token) !== known.keyOf(token);
    const missing = seen === undefined ? !commitment.marked : !seen.commitment.marked || carriesAnother;
    if (!missing) return [];
    const message = markerText(record, carriesAnother, executor.mark !== undefined);
    const commitments = [recordedCommitment(seen?.commitment ?? commitment)];
    return [{ kind: "missing-marker", ...whose(scope, record, token), commitments, message }];
  });
}

function byId({ listed }: View): ReadonlyMap<string, Seen> {
  return new Map(
    listed.flatMap((each) =>
      recordedIds({ commitment: each.commitment }).map((id) => [id.toLowerCase(), each] as const),
    ),
  );
}

function whose({ key, label }: Scope, record: TokenRecord | undefined, token: string | undefined) {
  return {
    scope: { key, label },
    ...(token === undefined ? {} : { token: record?.token ?? token }),
    ...(record === undefined ? {} : { executionId: record.executionId, recIndex: record.recIndex }),
  };
}

function audited({ known }: View, each: Seen): AuditedCommitment {
  const record = known.ofCommitment(each);
  const price = each.commitment.price ?? record?.commitment?.price;
  return { ...recordedCommitment({ ...each.commitment, price }), recorded: record !== undefined };
}

function recordedCommitment({ id, furtherIds, state, price, purchasedAt }: Commitment): AuditedCommitment {
  return { id, furtherIds, state, price, purchasedAt, recorded: true };
}
