import { executionIdIn, readingMethods } from "./door-context.ts";
import type { AnyRoute } from "./routes.ts";

/** Who wants to know at once that this server may have changed an execution. What other servers change, the ledger says. */
export interface Changes {
  tell(executionId: string): void;
  /** Calls `told` at each change, until the returned function is called. */
  listen(executionId: string, told: () => void): () => void;
}

/** Nobody listens yet. */
export function createChanges(): Changes {
  const listeners = new Map<string, Set<() => void>>();
  return {
    tell: (executionId) => listeners.get(executionId)?.forEach((told) => told()),
    listen: (executionId, told) => {
      const own = listeners.get(executionId) ?? new Set();
      // A function of its own, so that two that are given the same one do not share their end.
      const listener = () => told();
      listeners.set(executionId, own.add(listener));
      return () => {
        own.delete(listener);
        if (own.size === 0 && listeners.get(executionId) === own) listeners.delete(executionId);
      };
    },
  };
}

/** The same routes, each of which tells what it may have changed. */
export function telling(routes: readonly AnyRoute[], changes: Changes): readonly AnyRoute[] {
  return routes.map((route) => ({
    ...route,
    handle: async (c, body) => {
      try {
        return await route.handle(c, body);
      } finally {
        const isChange = !readingMethods.includes(c.req.method) && c.req.param("executionId") !== undefined;
        if (isChange) changes.tell(executionIdIn(c));
      }
    },
  }));
}
