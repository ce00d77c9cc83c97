import { messageOf } from "../../src/contract/errors.ts";
import type { Difference, Resolution, Submission } from "../../src/contract/executor.ts";
import type { Facts, Listed } from "../../src/contract/listed.ts";
import { carriesToken } from "../../src/contract/token.ts";
import type { ReadStep } from "../http/refusal.ts";
import { listDifferences } from "./azure-facts.ts";
import { toRefusal } from "./azure-refusal.ts";

/** What became of a purchase that was sent. `cause`: what kept a look from being taken. */
export type Fate =
  | Exclude<Resolution, { readonly kind: "unclear" }>
  | { readonly kind: "unclear"; readonly reason: string; readonly cause?: unknown };

/** How one kind of purchase is looked at. A look that throws is unclear. */
export interface Looks {
  /** How a look is described when it fails. */
  readonly step: ReadStep;
  /** What is under the handle that was sent; undefined where Azure says that nothing is. */
  own(): Promise<Listed | undefined>;
  /** What is said where nothing is under the handle. */
  readonly absent: string;
  /** What an answer named besides; undefined where Azure does not show it. */
  named(name: string): Promise<Listed | undefined>;
  /** What was bought by an order that was named. A new one shows nothing for a while, which is no difference. */
  facts(id: string): Promise<Facts>;
  /**
   * Only for a handle that Azure minted, for which the drive compares nothing: in what facts differ from what was asked for.
   * What an answer named is compared here then, and proves nothing about the handle where it came to nothing.
   */
  differences?(facts: Facts): readonly Difference[];
}

/**
 * What became of a purchase that was sent: looks at its handle and at everything that answers named besides, which is this
 * purchase if it carries the token. Absent only where nothing is under the handle and everything else is judged. Throws nothing
 * but the signal's reason.
 */
export async function resolveSent(
  looks: Looks,
  { token, evidence }: { readonly token: string | undefined } & Pick<Submission, "evidence">,
  signal: AbortSignal | undefined,
): Promise<Fate> {
  const attempt = async (look: () => Promise<Fate>): Promise<Fate> => {
    try {
      return await look();
    } catch (error) {
      signal?.throwIfAborted();
      const cause = toRefusal(error, looks.step, signal);
      return { kind: "unclear", reason: messageOf(cause), cause };
    }
  };
  const own = await attempt(async () => {
    const listed = await looks.own();
    return listed === undefined ? { kind: "absent", reason: looks.absent } : found(listed);
  });
  const others: Fate[] = [];
  for (const name of new Set(evidence)) others.push(await attempt(() => judgeNamed(looks, name, token)));
  const counts = (fate: Fate) =>
    looks.differences === undefined || fate.kind !== "found" || standingOf(fate) !== "failed";
  return combine([own, ...others.filter(counts)]);
}

/** What an answer named is never absent: what it is has to be found out. */
async function judgeNamed(looks: Looks, name: string, token: string | undefined): Promise<Fate> {
  const doubt = (reason: string) => ({ kind: "unclear", reason: `Azure answered with ${name}, ${reason}` }) as const;
  const listed = await looks.named(name);
  if (listed === undefined) return doubt("which it does not show");
  if (token === undefined) return doubt("and without a token nothing tells whether it is this purchase");
  const { commitment, marks } = listed;
  if (!carriesToken(marks, token)) return doubt(`which carries ${marks.length === 0 ? "no token" : "another token"}`);
  // Of what failed nothing was bought, whatever it was.
  if (commitment.standing === "failed") return found(listed);
  const facts = { ...(await looks.facts(commitment.id)), ...listed.facts };
  const differences = looks.differences?.(facts) ?? [];
  return differences.length === 0
    ? found({ ...listed, facts })
    : doubt(`which carries the token but is something else (${listDifferences(differences)})`);
}

type Found = Fate & { readonly kind: "found" };

const found = (listed: Listed): Found => ({ kind: "found", found: listed, by: "proof" });
const standingOf = ({ found: { commitment } }: Found) => commitment.standing;

/**
 * What the look at the handle itself, which comes first, and the looks at what answers named besides say together. One live
 * commitment settles it; two are for a person; and while one look is unclear, nothing is called over, failed or absent.
 */
function combine(looks: readonly [Fate, ...Fate[]]): Fate {
  // Of the same order, what its handle says counts.
  const byId = new Map<string, Found>();
  for (const look of looks) {
    if (look.kind === "found" && !byId.has(look.found.commitment.id)) byId.set(look.found.commitment.id, look);
  }
  const seen = [...byId.values()];
  const live = seen.filter((look) => standingOf(look) === "live");
  if (live.length > 1) {
    const ids = live.map((look) => look.found.commitment.id).join(", ");
    return { kind: "unclear", reason: `several live orders are this purchase: ${ids}; look at them in Azure` };
  }
  if (live[0] !== undefined) return live[0];
  const doubts = looks.filter((look) => look.kind === "unclear");
  const [doubt] = doubts;
  if (doubt !== undefined) return { ...doubt, reason: doubts.map(({ reason }) => reason).join("; ") };
  // Over goes before failed: it was paid.
  return seen.find((look) => standingOf(look) === "ended") ?? seen[0] ?? looks[0];
}
