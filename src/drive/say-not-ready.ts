import type { LimitFunction } from "p-limit";
import type { Provider, ServiceExecutor } from "../contract/executor.ts";
import type { AccessPlace, ProviderAccess } from "../contract/provider-access.ts";
import type { Recommendation } from "../contract/recommendation.ts";
import type { DriveContext } from "./drive-context.ts";
import { eventError } from "./emit.ts";

/** Finds what says who a provider's requests come from; undefined for a provider that does not say. */
export type AccessOf = (recommendation: Recommendation) => ProviderAccess | undefined;

/** Looks among providers. */
export function accessOfAny(providers: readonly Provider[]): AccessOf {
  return ({ provider }) => providers.find(({ name }) => name === provider)?.access;
}

/** What is about to be driven. */
interface Asked {
  readonly executor: ServiceExecutor;
  readonly recommendation: Recommendation;
}

/** Milliseconds for one sign-in: a place that takes longer holds up no other, and its own look-up says what is wrong. */
const signInTime = 10_000;

/**
 * Says before anything is sent which packages are missing and where nobody can sign in. It refuses nothing: that is done by the
 * look-up of what is concerned. It asks for no more than that look-up needs anyway; what is in `seen` is not asked again.
 */
export async function sayNotReady(
  { stop, emit }: Pick<DriveContext, "stop" | "emit">,
  asked: readonly Asked[],
  {
    accessOf,
    limit,
    seen,
  }: { readonly accessOf: AccessOf; readonly limit: LimitFunction; readonly seen: Set<unknown> },
): Promise<void> {
  const isNew = (key: unknown) => !seen.has(key) && seen.add(key) !== undefined;
  const say = (where: string, error: unknown) => emit({ type: "not-ready", where, error: eventError(error) });
  const executors = [...new Set(asked.map(({ executor }) => executor))].filter(isNew);
  const places = asked.flatMap(({ recommendation }) => {
    const access = accessOf(recommendation);
    const place = access?.placeOf(recommendation);
    return access && place && isNew(place.key) ? [{ access, place }] : [];
  });
  await Promise.all([
    ...executors.map(async (executor) => {
      const { provider, service } = executor;
      await executor.load?.().catch((error: unknown) => say(`${provider} ${service}`, error));
    }),
    ...places.map(({ access, place }) =>
      limit(async () => {
        const error = await signInError(access, place, stop.signal);
        if (error !== undefined) say(place.label, error);
      }),
    ),
  ]);
}

/** What a sign-in throws; undefined where it throws nothing, takes too long or is stopped. */
async function signInError(access: ProviderAccess, place: AccessPlace, stopped: AbortSignal): Promise<unknown> {
  if (stopped.aborted) return undefined;
  const signal = AbortSignal.any([stopped, AbortSignal.timeout(signInTime)]);
  const ended = Promise.withResolvers<undefined>();
  const end = () => ended.resolve(undefined);
  signal.addEventListener("abort", end, { once: true });
  try {
    await Promise.race([access.signIn(place, { signal }), ended.promise]);
    return undefined;
  } catch (error) {
    return signal.aborted ? undefined : error;
  } finally {
    signal.removeEventListener("abort", end);
  }
}
