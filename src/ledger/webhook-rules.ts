import type { DeliveryResult, WebhookEndpoint, WebhookLedger } from "../contract/webhook-ledger.ts";
import type { EndpointTransaction, WebhookStore } from "./webhook-store.ts";

/** Milliseconds between the first failure of a message and its next try, and the most that there are between two. */
const messagePauses = { first: 5000, factor: 3, most: 3_600_000 };

/** The same for an endpoint: it is tried with one message at a time while it fails. */
const endpointPauses = { first: 5000, factor: 2, most: 600_000 };

/** The pause after so many failures: each longer than the one before, by up to a fifth more or less. */
function pauseAfter(failures: number, { first, factor, most }: typeof messagePauses, jitter: number): number {
  return Math.round(Math.min(first * factor ** (failures - 1), most) * (0.8 + 0.4 * jitter));
}

/** Of an endpoint that is to be tried at once. */
const fresh = {
  disabledAt: undefined,
  failures: 0,
  failingSince: undefined,
  pausedUntil: undefined,
  tryingUntil: undefined,
} as const;

/** The rules of the outbox, over any store. */
export function webhooksOf(store: WebhookStore): WebhookLedger {
  return {
    registerWebhook: ({ name, url }) =>
      store.endpoint(name, async (transaction) => {
        const { now, endpoint: known } = transaction;
        if (known?.url === url) return known;
        if (known === undefined) await transaction.begin();
        const endpoint: WebhookEndpoint = { registeredAt: now, givenUp: 0, ...known, name, url, ...fresh };
        await transaction.put(endpoint);
        await transaction.allDue();
        return endpoint;
      }),

    removeWebhook: (name) =>
      store.endpoint(name, async (transaction) => {
        await transaction.remove();
        return transaction.endpoint !== undefined;
      }),

    enableWebhook: (name) =>
      store.endpoint(name, async (transaction) => {
        const { endpoint } = transaction;
        if (endpoint === undefined) return false;
        await transaction.put({ ...endpoint, ...fresh });
        await transaction.allDue();
        return true;
      }),

    webhooks: () => store.webhooks(),

    takeMessages: (name, { limit, hold }) =>
      store.endpoint(name, async (transaction) => {
        const { now, endpoint } = transaction;
        const { disabledAt, failures = 0, pausedUntil = 0, tryingUntil = 0 } = endpoint ?? {};
        const rests = disabledAt !== undefined || Math.max(pausedUntil, tryingUntil) > now;
        if (endpoint === undefined || rests) return none;
        const isFailing = failures > 0;
        const messages = await transaction.due(isFailing ? 1 : limit);
        if (messages.length === 0) return none;
        const until = now + hold;
        await transaction.hold(
          messages.map(({ sequence }) => sequence),
          until,
        );
        if (isFailing) await transaction.put({ ...endpoint, tryingUntil: until });
        return { messages, more: !isFailing };
      }),

    settleMessage: (name, sequence, result, jitter) =>
      store.endpoint(name, (transaction) => settle(transaction, sequence, result, jitter)),

    expireMessages: async (before) => {
      await store.removeStray();
      let all = 0;
      for (const { name, oldestAt = Infinity } of await store.webhooks()) {
        if (oldestAt >= before) continue;
        all += await store.endpoint(name, async (transaction) => {
          const expired = await transaction.expire(before);
          const { endpoint } = transaction;
          if (endpoint !== undefined) {
            await transaction.put({ ...endpoint, givenUp: endpoint.givenUp + expired });
          }
          return expired;
        });
      }
      return all;
    },
  };
}

const none = { messages: [], more: false } as const;

async function settle(
  transaction: EndpointTransaction,
  sequence: number,
  { kind, text }: DeliveryResult,
  jitter: number,
): Promise<void> {
  const { now, endpoint } = transaction;
  if (endpoint === undefined) return;
  const lastAnswer = { at: now, text };
  if (kind === "delivered") {
    await transaction.done(sequence);
    // What was under way when it was disabled enables nothing.
    const state = endpoint.disabledAt === undefined ? fresh : {};
    return transaction.put({ ...endpoint, ...state, lastAnswer, deliveredAt: now });
  }
  const attempts = await transaction.attemptsOf(sequence);
  if (attempts !== undefined) {
    await transaction.postpone(sequence, now + pauseAfter(attempts + 1, messagePauses, jitter));
  }
  const failures = endpoint.failures + 1;
  // What was sent before it was paused fails with what it was paused for, and says nothing more.
  const isPaused = (endpoint.pausedUntil ?? 0) > now;
  const paused = { failures, pausedUntil: now + pauseAfter(failures, endpointPauses, jitter), tryingUntil: undefined };
  return transaction.put({
    ...endpoint,
    failingSince: endpoint.failingSince ?? now,
    ...(isPaused ? {} : paused),
    ...(kind === "gone" ? { disabledAt: now } : {}),
    lastAnswer,
  });
}
