import type { Commitment } from "../contract/commitment.ts";
import { messageOf, PurchaseOutcomeUnknownError, PurchaseRejectedError } from "../contract/errors.ts";
import type { Provider, Recovery, Resolution, ServiceExecutor } from "../contract/executor.ts";
import type { Listed } from "../contract/listed.ts";
import type { OldResolution, OldServiceExecutor } from "../contract/old-executor.ts";
import type { PurchaseAnswer } from "../contract/purchase-answer.ts";
import { notListed } from "../contract/service-without-api.ts";

/** A cloud whose executors all have the new shape. */
export interface BridgedProvider extends Provider {
  readonly services: Readonly<Record<string, ServiceExecutor>>;
}

/** Providers whose executors may have the old shape, in the new one. Goes with the last executor of the old shape. */
export function bridged(providers: readonly Provider[]): readonly BridgedProvider[] {
  return providers.map((provider) => ({
    ...provider,
    services: Object.fromEntries(
      Object.entries(provider.services).map(([name, executor]) => [name, bridgedExecutor(executor)]),
    ),
  }));
}

/** An executor in the new shape. */
export function bridgedExecutor(executor: ServiceExecutor | OldServiceExecutor): ServiceExecutor {
  if ("send" in executor) return executor;
  return executor.list === undefined ? notListed(fromOld(executor)) : fromOld(executor);
}

function fromOld(old: OldServiceExecutor): ServiceExecutor {
  const { provider, service, schema, sendTimeout, canonical, laneOf, mark } = old;
  return {
    provider,
    service,
    schema,
    recovery: recoveryOf(old.recovery),
    sendTimeout,
    describe: (recommendation) => old.describe(recommendation),
    scopeOf: (recommendation) => old.scopeOf(recommendation),
    ...(canonical === undefined ? {} : { canonical }),
    ...(laneOf === undefined ? {} : { laneOf }),
    ...(mark === undefined ? {} : { mark }),
    factsOf: () => ({ decisive: {}, ifStated: {} }),
    compare: (recommendation, commitment, options) => old.verify(recommendation, commitment, options),
    quote: (recommendation, marker, options) => old.quote(recommendation, marker, options),
    send: async (submission, context) => {
      try {
        return { kind: "bought", commitment: await old.doPurchase(submission, context) };
      } catch (error) {
        return answerOf(error);
      }
    },
    resolve: async (submission, options) => resolutionOf(await old.resolve(submission, options)),
    inventory: {
      find: (scope, wanted, options) => old.findByTokens(scope, wanted, options),
      list: async function* (scope, options) {
        const all = (await old.list?.(scope, options)) ?? [];
        yield all.map(({ commitment, token, attributes, count }) => ({
          commitment,
          marks: token === undefined ? [] : [{ text: token, whole: token.length > 32 }],
          facts: { ...attributes, ...(count === undefined ? {} : { quantity: String(count) }) },
        }));
      },
      read: async (scope, id, options) => listedOf(await old.read(scope, id, options)),
      ...(old.details === undefined
        ? {}
        : { facts: async (scope, { id }, options) => (await old.details?.(scope, id, options)) ?? {} }),
      ...(old.refund === undefined ? {} : { refund: old.refund }),
    },
  };
}

function recoveryOf(recovery: OldServiceExecutor["recovery"]): Recovery {
  // Of the old shape a refusal of a second send says whether the handle is over, however it was made.
  return recovery?.kind === "resend" ? { ...recovery, handle: "minted" } : recovery;
}

function answerOf(error: unknown): PurchaseAnswer {
  const said = { reason: messageOf(error), cause: error };
  if (PurchaseRejectedError.isInstance(error)) {
    const { providerCode, retryable, retryAfter, left, handleExpired: expired } = error;
    return { kind: "rejected", ...said, providerCode, retryable, retryAfter, left, expired };
  }
  if (!PurchaseOutcomeUnknownError.isInstance(error)) throw error;
  const { providerCode, retryAfter, evidence } = error;
  return { kind: "unknown", ...said, providerCode, retryAfter, evidence };
}

function resolutionOf(resolution: OldResolution): Resolution {
  if (resolution.kind !== "found") return resolution;
  const { commitment, by = "proof" } = resolution;
  return { kind: "found", found: { commitment, marks: [], facts: {} }, by };
}

function listedOf(commitment: Commitment | undefined): Listed | undefined {
  return commitment && { commitment, marks: [], facts: {} };
}
