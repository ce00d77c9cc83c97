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

/** Pages one after the other, then two requests per recommendation, as many at a time as the concurrency says. */
export function lowerBound({ recommendations, existingOrders, concurrency, latency }: Cell): Effort {
  const pages = pagesOf(existingOrders);
  return {
    requests: pages + 2 * recommendations,
    time: (pages + 2 * Math.ceil(recommendations / concurrency)) * latency,
  };
}

/**
 * What this library sends: all pages but the last once more, because an order could have slid past the reader of a list
 * that is paged by offset.
 */
export function ownEffort(cell: Cell): Effort {
  const { requests, time } = lowerBound(cell);
  const again = pagesOf(cell.existingOrders) - 1;
  return { requests: requests + again, time: time + again * cell.latency };
}

/**
 * A look-up, then two requests, for each recommendation. As many as the concurrency says go side by side, so each round
 * lists what the rounds before it bought.
 */
export function lookups({ recommendations, existingOrders, concurrency, latency }: Cell): Effort {
  let [requests, time] = [0, 0];
  for (let begun = 0; begun < recommendations; begun += concurrency) {
    const each = 2 * pagesOf(existingOrders + begun) - 1 + 2;
    requests += each * Math.min(concurrency, recommendations - begun);
    time += each * latency;
  }
  return { requests, time };
}
