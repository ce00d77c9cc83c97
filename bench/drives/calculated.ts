/** Requests, and the milliseconds that they take when nothing else does. */
export interface Effort {
  readonly requests: number;
  readonly time: number;
}

/** A cell of the table. */
export interface Cell {
  readonly recommendations: number;
  readonly existingOrders: number;
  readonly concurrency: number;
  readonly latency: number;
}

/** As recorded of the real service, and as the sandbox has it. */
const pageSize = 50;

/** The pages of a listing. */
export function pagesOf(orders: number): number {
  return Math.max(1, Math.ceil(orders / pageSize));
}

/** Pages one after the other, beside them the prices, then the purchases: as many at a time as the concurrency says. */
export function lowerBound(cell: Cell): Effort {
  return bound(cell, pagesOf(cell.existingOrders));
}

function bound({ recommendations, concurrency, latency }: Cell, pages: number): Effort {
  const rounds = Math.ceil(recommendations / concurrency);
  return { requests: pages + 2 * recommendations, time: (Math.max(pages, rounds) + rounds) * latency };
}

/** The same where each price waits for the listing. */
export function boundInTurn({ recommendations, existingOrders, concurrency, latency }: Cell): Effort {
  const pages = pagesOf(existingOrders);
  const rounds = Math.ceil(recommendations / concurrency);
  return { requests: pages + 2 * recommendations, time: (pages + 2 * rounds) * latency };
}

/**
 * What this library sends: all pages but the last once more, because an order could have slid past the reader of a list
 * that is paged by offset.
 */
export function ownEffort(cell: Cell): Effort {
  return bound(cell, 2 * pagesOf(cell.existingOrders) - 1);
}

/**
 * A look-up, then two requests, for each recommendation. As many as the concurrency says go side by side, so each round
 * lists what the rounds before it bought.
 */
export function lookups(cell: Cell): Effort {
  return listingEach(cell, (pages) => 2 * pages - 1 + 2);
}

/**
 * What the Go engine sends for N recommendations of compute: P pages and four requests for each, the price, the purchase and two
 * reads: N(P + 4), as was read in its source.
 */
export function goEngineRequests(cell: Cell): Effort {
  return listingEach(cell, (pages) => pages + 4);
}

function listingEach(
  { recommendations, existingOrders, concurrency, latency }: Cell,
  requestsOf: (pages: number) => number,
): Effort {
  let [requests, time] = [0, 0];
  for (let begun = 0; begun < recommendations; begun += concurrency) {
    const each = requestsOf(pagesOf(existingOrders + begun));
    requests += each * Math.min(concurrency, recommendations - begun);
    time += each * latency;
  }
  return { requests, time };
}
