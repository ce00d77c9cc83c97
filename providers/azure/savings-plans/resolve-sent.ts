import { messageOf } from "../../../src/contract/errors.ts";
import type { CallOptions, Resolution, Submission } from "../../../src/contract/executor.ts";
import type { Facts, Listed } from "../../../src/contract/listed.ts";
import { carriesToken } from "../../../src/contract/token.ts";
import type { ReadStep } from "../../http/refusal.ts";
import { toRefusal } from "../azure-refusal.ts";
import { combine, type Fate } from "../fate.ts";

/** How one kind of order is looked at. A look that throws is unclear. */
export interface Looks {
  /** How a look is described when it fails. */
  readonly step: ReadStep;
  /** What is under the submission's handle, with its facts; undefined where Azure says that nothing is. */
  own(): Promise<Listed | undefined>;
  /** What is said where nothing is under the handle. */
  readonly absent: string;
  /** What an answer to the submission named besides; undefined where Azure does not show it. */
  named(name: string): Promise<Listed | undefined>;
  /** The facts of an order that was named. A new order shows none for a while, which is no difference. */
  facts(id: string): Promise<Facts>;
}

/**
 * What became of an order that was sent: looks at its handle and at everything that answers named besides, which is this
 * purchase if it carries the token. Absent only where nothing is under the handle and no answer ever named something else.
 * Throws nothing but the signal's reason.
 */
export async function resolveSent(
  looks: Looks,
  { token, evidence }: Pick<Submission, "token" | "evidence">,
  { signal }: CallOptions,
): Promise<Resolution> {
  const attempt = async (look: () => Promise<Fate<Listed>>): Promise<Fate<Listed>> => {
    try {
      return await look();
    } catch (error) {
      signal.throwIfAborted();
      return { kind: "unclear", reason: messageOf(toRefusal(error, looks.step, signal)) };
    }
  };
  const own = await attempt(async () => {
    const listed = await looks.own();
    return listed === undefined ? { kind: "absent", reason: looks.absent } : found(listed);
  });
  const others: Fate<Listed>[] = [];
  for (const name of new Set(evidence)) others.push(await attempt(() => judgeNamed(looks, name, token)));
  // Of the same order, what its handle says counts.
  const isOwn = (fate: Fate<Listed>) => fate.kind === "found" && own.kind === "found" && fate.id === own.id;
  const fate = combine(
    own,
    others.filter((other) => !isOwn(other)),
  );
  return fate.kind === "found"
    ? { kind: "found", found: fate.what, by: "proof" }
    : { kind: fate.kind, reason: fate.reason };
}

/** What an answer named is never absent: what it is has to be found out. */
async function judgeNamed(looks: Looks, name: string, token: string): Promise<Fate<Listed>> {
  const doubt = (reason: string) => ({ kind: "unclear", reason: `Azure answered with ${name}, ${reason}` }) as const;
  const listed = await looks.named(name);
  if (listed === undefined) return doubt("which it does not show");
  const { commitment, marks } = listed;
  if (!carriesToken(marks, token)) return doubt(`which carries ${marks.length === 0 ? "no token" : "another token"}`);
  // Of what failed nothing was bought, whatever it was.
  return found(commitment.standing === "failed" ? listed : { ...listed, facts: await looks.facts(commitment.id) });
}

function found(listed: Listed): Fate<Listed> {
  const { id, standing } = listed.commitment;
  return { kind: "found", what: listed, id, standing };
}
