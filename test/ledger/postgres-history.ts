import type { HistoryEntry } from "../../src/contract/ledger.ts";

/** The lane of a test's token: two tokens share each. */
export function laneOf(token: string): string {
  return `lane-${Number(token.slice(-1)) % 3}`;
}

/**
 * What breaks the rules in a ledger's whole history, in the order in which it was written. `grants` are the claims that
 * drivers were told to hold: `token epoch`, and the driver.
 */
export function checkHistory(history: readonly HistoryEntry[], grants: ReadonlyMap<string, string>): string[] {
  const problems: string[] = [];
  const last = new Map<string, HistoryEntry>();
  const open = new Map<string, string>();
  const holders = new Map<string, string | undefined>();
  for (const entry of history) {
    const { token, event, from, to, epoch, holder } = entry;
    const say = (problem: string) => problems.push(`${problem}: ${JSON.stringify(entry)}`);
    const before = last.get(token);
    // Each change begins where the one before it ended: none was lost or overwritten.
    if (from !== (before?.to ?? "planned")) say(`begins at ${from}, after ${before?.to}`);
    if (event === "claim") {
      if (epoch !== (before?.epoch ?? 0) + 1) say("an epoch twice, or left out");
      holders.set(`${token} ${epoch}`, holder);
    } else {
      if (epoch !== before?.epoch) say("written under an epoch that is not the token's");
      // A write after its driver gave the claim up names nobody.
      if (holder !== undefined && holder !== holders.get(`${token} ${epoch}`))
        say("written by another than the holder");
    }
    if (event === "purchase" && before?.to === "purchased") say("bought twice");
    const lane = laneOf(token);
    if (to === "submitted" || to === "unknown") {
      if ((open.get(lane) ?? token) !== token) say(`a second open submission in ${lane}`);
      open.set(lane, token);
    } else if (open.get(lane) === token) open.delete(lane);
    last.set(token, entry);
  }
  for (const [grant, holder] of grants) {
    if (holders.get(grant) !== holder)
      problems.push(`${grant} was granted to ${holder}, but is ${holders.get(grant)}'s`);
  }
  return problems;
}
