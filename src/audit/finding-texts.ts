import type { Commitment } from "../contract/commitment.ts";
import type { TokenRecord } from "../contract/ledger.ts";

/** `recommendation #2 of execution 6f2c…` */
export function placeOf({ recIndex, executionId }: TokenRecord): string {
  return `recommendation #${recIndex} of execution ${executionId}`;
}

export function duplicateText(record: TokenRecord | undefined, recorded: readonly string[], count: number): string {
  const whose = record === undefined ? "which the ledger does not know" : `that of ${placeOf(record)}`;
  const keep =
    recorded.length === 0
      ? "The ledger knows none of them as bought: decide which one stays."
      : `The ledger knows ${recorded.join(", ")} as bought; what is beyond it is most likely a purchase too many.`;
  return `${count} live commitments carry one token, ${whose}. ${keep} Nothing is given back by itself: a person does that at the provider.`;
}

export function twinText(stranger: string, own: string): string {
  return `${stranger} carries no token, and is of the same kind and count as ${own}, bought within minutes of it. It may be a purchase too many, or one that somebody made by hand. Compare the two.`;
}

export function orphanText(): string {
  return "It carries a token that this ledger does not know: its execution was driven with another ledger, or the ledger was lost. Drive its execution file again with this ledger, and it is adopted; or audit with the ledger that it was bought with.";
}

export function unrecordedText(record: TokenRecord): string {
  const { state, commitment } = record;
  const known =
    state === "purchased" ? `knows ${commitment?.id ?? "another one"} as bought for it` : `says that it is ${state}`;
  const next =
    state === "purchased"
      ? "It may be a purchase too many: compare the two."
      : state === "written-off"
        ? "It was bought after all: record that with buyonce resolve --bought."
        : state === "skipped"
          ? "A person dropped it, and it is bought all the same: keep it, or give it back at the provider."
          : "Drive that execution again: it is found and adopted.";
  return `It carries the token of ${placeOf(record)}, and the ledger ${known}. ${next}`;
}

export function lossText(record: TokenRecord, id: string, shown: Commitment | undefined, isListed: boolean): string {
  const known = `The ledger knows ${id} as live, bought for ${placeOf(record)}`;
  if (shown !== undefined && shown.standing !== "live") {
    const isSettled = record.commitment?.settled === true;
    return shown.standing === "failed" && !isSettled
      ? `${known}; the provider shows it as ${shown.state}: it came to nothing. Run buyonce settle: that is recorded, and the next drive may buy it anew.`
      : `${known}; the provider shows it as ${shown.state}. If that is right (exchanged, given back, sold, never paid), record it with --accept-loss; to buy it again takes an execution of its own.`;
  }
  if (shown !== undefined && !isListed) {
    return `${known}; it can be read by its id, but the listing does not show it. Drives refuse to buy in this scope while that is so. Check the identity's right to list.`;
  }
  return `${known}; the provider shows nothing under it. Either this identity lost the right to see it, or it was exchanged, sold or moved. Drives refuse to buy in this scope until it shows again, or until a person says that it is gone: --accept-loss.`;
}

export function markerText(record: TokenRecord, carriesAnother: boolean, repairable: boolean): string {
  const what = carriesAnother ? "carries another token than its own" : "does not carry its token at the provider";
  const next = carriesAnother
    ? "A token of another recommendation is never overwritten: look at what was bought for both."
    : repairable
      ? "--repair stamps it."
      : "It cannot be stamped afterwards there. The ledger knows it by its id: keep the ledger.";
  return `It is bought for ${placeOf(record)}, and ${what}: with the ledger lost it would not be recognised. ${next}`;
}
