import { isFinal, standingOf } from "./aws-standing.ts";

/** How the rows of a list are told apart, and what is true of two that show the same thing. */
export interface RowTraits<Row> {
  idOf(row: Row): string;
  /** The service's word for its state. */
  stateOf(row: Row): string;
  /** The row that is kept, made true by what the other one says. */
  merge(kept: Row, other: Row): Row;
}

/**
 * One row for each id, in the order of a list in which an id may come twice: whoever counts rows buys or counts twice. Of two
 * states the more alive one wins.
 */
export function uniqueById<Row>(rows: readonly Row[], { idOf, stateOf, merge }: RowTraits<Row>): readonly Row[] {
  const byId = new Map<string, Row>();
  for (const row of rows) {
    const other = byId.get(idOf(row));
    if (other === undefined) byId.set(idOf(row), row);
    else if (lifeOf(stateOf(row)) > lifeOf(stateOf(other))) byId.set(idOf(row), merge(row, other));
    else byId.set(idOf(row), merge(other, row));
  }
  return [...byId.values()];
}

/** Two counts of one thing: where they differ, nobody can say which is true. */
export function sameCount(one: number | undefined, other: number | undefined): number | undefined {
  return one === other ? one : undefined;
}

const lives = { failed: 0, ended: 1, unclear: 1, live: 2 } as const;

/** `active` says more than that the payment is on its way. */
function lifeOf(state: string): number {
  const standing = standingOf(state);
  return lives[standing] + (standing === "live" && isFinal(state) ? 1 : 0);
}
