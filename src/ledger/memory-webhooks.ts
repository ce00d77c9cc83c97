import type { OutboxMessage, WaitingMessage, WebhookEndpoint } from "../contract/webhook-ledger.ts";
import { type Announcement, type EndpointTransaction, toldToOthers, type WebhookStore } from "./webhook-store.ts";

/** Endpoints and messages that live as long as the process. */
export interface KeptWebhooks {
  readonly endpoints: Map<string, WebhookEndpoint>;
  /** By their sequence, in its order. */
  readonly waiting: Map<number, KeptMessage>;
  /** What was announced, by execution and place. */
  readonly standings: Map<string, Map<number | undefined, string>>;
  /** The last sequence that was given. */
  last: number;
}

interface KeptMessage {
  readonly endpoint: string;
  readonly message: OutboxMessage;
  readonly attempts: number;
  readonly dueAt: number;
}

/** None yet. */
export function noWebhooks(): KeptWebhooks {
  return { endpoints: new Map(), waiting: new Map(), standings: new Map(), last: 0 };
}

/** Makes what a transaction announced take effect. */
export function keepAnnounced(kept: KeptWebhooks, executionId: string, announced: readonly Announcement[]): void {
  const { endpoints, waiting, standings } = kept;
  const own = standings.get(executionId) ?? new Map<number | undefined, string>();
  standings.set(executionId, own);
  for (const { recIndex, standing, message } of announced) {
    own.set(recIndex, standing);
    if (message === undefined) continue;
    for (const endpoint of endpoints.keys()) {
      kept.last += 1;
      waiting.set(kept.last, { endpoint, message: stored(message), attempts: 0, dueAt: message.at });
    }
  }
}

/** The endpoints and messages of a ledger in memory. */
export function memoryWebhooks(
  kept: KeptWebhooks,
  clock: () => number,
  oneByOne: <T>(run: () => Promise<T>) => Promise<T>,
): WebhookStore {
  return {
    endpoint: (name, run) => oneByOne(() => run(endpointOf(kept, name, clock()))),
    // One transaction after another: no message is written beside the removal of its endpoint.
    removeStray: async () => {},
    webhooks: async () =>
      [...kept.endpoints.values()]
        .toSorted((a, b) => (a.name < b.name ? -1 : 1))
        .map((endpoint) => {
          const own = messagesOf(kept, endpoint.name);
          const oldestAt = own[0]?.[1].message.at;
          return { ...endpoint, waiting: own.length, ...(oldestAt === undefined ? {} : { oldestAt }) };
        }),
  };
}

function messagesOf({ waiting }: KeptWebhooks, endpoint: string): readonly (readonly [number, KeptMessage])[] {
  return [...waiting].filter(([, one]) => one.endpoint === endpoint);
}

function endpointOf(kept: KeptWebhooks, name: string, now: number): EndpointTransaction {
  const { endpoints, waiting } = kept;
  const own = () => messagesOf(kept, name);
  const change = (sequence: number, changes: Partial<KeptMessage>) => {
    const one = waiting.get(sequence);
    if (one !== undefined) waiting.set(sequence, { ...one, ...changes });
  };
  return {
    now,
    endpoint: endpoints.get(name),
    put: async (endpoint) => void endpoints.set(name, stored(endpoint)),
    begin: async () => {
      for (const [sequence] of own()) waiting.delete(sequence);
      if (endpoints.size > 0) return;
      for (const places of kept.standings.values()) {
        for (const [place, standing] of places) {
          if (!standing.endsWith(toldToOthers)) places.set(place, `${standing}${toldToOthers}`);
        }
      }
    },
    remove: async () => {
      endpoints.delete(name);
      for (const [sequence] of own()) waiting.delete(sequence);
    },
    due: async (limit) => {
      const untried = new Set<string>();
      return own()
        .filter(
          ([
            ,
            {
              attempts,
              message: { executionId },
            },
          ]) => {
            const isFirst = !untried.has(executionId);
            if (attempts === 0) untried.add(executionId);
            return isFirst;
          },
        )
        .filter(([, { dueAt }]) => dueAt <= now)
        .toSorted(([a, one], [b, other]) => one.dueAt - other.dueAt || a - b)
        .slice(0, limit)
        .map(([sequence, { attempts, message }]): WaitingMessage => ({ ...message, sequence, attempts }));
    },
    hold: async (sequences, until) => {
      for (const sequence of sequences) change(sequence, { dueAt: until });
    },
    attemptsOf: async (sequence) => waiting.get(sequence)?.attempts,
    postpone: async (sequence, until) => {
      change(sequence, { dueAt: until, attempts: (waiting.get(sequence)?.attempts ?? 0) + 1 });
    },
    done: async (sequence) => void waiting.delete(sequence),
    allDue: async () => {
      for (const [sequence, { attempts }] of own()) if (attempts > 0) change(sequence, { dueAt: now });
    },
    expire: async (before) => {
      const old = own().filter(([, { message }]) => message.at < before);
      for (const [sequence] of old) waiting.delete(sequence);
      return old.length;
    },
  };
}

/** What a store on disk would give back. */
function stored<T>(value: T): T {
  return JSON.parse(JSON.stringify(value)) as T;
}
