import type { Money } from "../contract/money.ts";
import type { LookedForSend, LookFor } from "./look-for.ts";

/** What a person reads of one thing to look for: a name, and what it says. */
export type LookForLine = readonly [name: string, text: string];

/** Where it is looked for, and what is known of it besides what was sent. */
export function placeLines({ place, region, known }: LookFor): readonly LookForLine[] {
  const isSaid = region === undefined || place.includes(region);
  return [["Where", isSaid ? place : `${place}, ${region}`], ...known.map((text): LookForLine => ["Known", text])];
}

/** What one send would show as, and who has to be signed in for its command. */
export function sendLines(send: LookedForSend, amountText: (amount: Money) => string): readonly LookForLine[] {
  const { amount, sentAt, sentAgainAt, from, until, shows, signedIn } = send;
  const again = sentAgainAt === undefined ? "" : `, and again ${utc(sentAgainAt)}`;
  return [
    ...line("Sent", sentAt && `${utc(sentAt)}${again} UTC`),
    ...line("Shows a time", from && until && `from ${utc(from)} to ${utc(until)} UTC`),
    ...line("Amount", amount && amountText(amount)),
    ...line("Shows as", shows),
    ...line("Signed in to", signedIn),
  ];
}

function line(name: string, text: string | undefined): readonly LookForLine[] {
  return text === undefined ? [] : [[name, text]];
}

/** `2026-11-22T09:05:00Z` for people: `2026-11-22 09:05:00`. */
function utc(time: string): string {
  return time.slice(0, 19).replace("T", " ");
}
