import type { LimitFunction } from "p-limit";
import type { Provider, ServiceExecutor } from "../contract/executor.ts";
import type { AccessPlace, ProviderAccess } from "../contract/provider-access.ts";
import { allMissing, MissingPackageError } from "../contract/optional-package.ts";
import type { AnyRecommendation } from "../contract/recommendation.ts";
import type { DriveContext } from "./drive-context.ts";
import { eventError } from "./emit.ts";

/** Finds what says who a provider's requests come from; undefined for a provider that does not say. */
export type AccessOf = (recommendation: AnyRecommendation) => ProviderAccess | undefined;

/** Looks among providers. */
export function accessOfAny(providers: readonly Provider[]): AccessOf {
  return ({ provider }) => providers.find(({ name }) => name === provider)?.access;
}

/** What is about to be driven. */
interface Asked {
  readonly executor: ServiceExecutor;
  readonly recommendation: AnyRecommendation;
}

/** Milliseconds for one sign-in: a place that takes longer is driven after the others, and its own look-up says what is wrong. */
const signInTime = 10_000;

/** What was asked before anything was sent. */
export interface Readiness {
  /** Executors, and the keys of places, that were asked: they are not asked again. */
  readonly seen: Set<unknown>;
  /** The keys of places whose sign-in failed, or took too long. */
  readonly notReady: Set<string>;
}

/**
 * Says before anything is sent which packages are missing, all of them at once with one command that installs them, and where nobody can sign in. It refuses nothing: that is done by the
 * look-up of what is concerned. It asks for no more than that look-up needs anyway.
 */
export async function sayNotReady(
  { stop, emit }: Pick<DriveContext, "stop" | "emit">,
  asked: readonly Asked[],
  {
    accessOf,
    limit,
    readiness: { seen, notReady },
  }: { readonly accessOf: AccessOf; readonly limit: LimitFunction; readonly readiness: Readiness },
): Promise<void> {
  const isNew = (key: unknown) => !seen.has(key) && seen.add(key) !== undefined;
  const say = (where: string, error: unknown) => emit({ type: "not-ready", where, error: eventError(error) });
  const executors = [...new Set(asked.map(({ executor }) => executor))].filter(isNew);
  const places = asked.flatMap(({ recommendation }) => {
    const access = accessOf(recommendation);
    const place = access?.placeOf(recommendation);
    return access && place && isNew(place.key) ? [{ access, place }] : [];
  });
  const missing: { readonly where: string; readonly error: MissingPackageError }[] = [];
  const note = (where: string, error: unknown) =>
    MissingPackageError.isInstance(error) ? missing.push({ where, error }) : say(where, error);
  await Promise.all([
    ...executors.map(async (executor) => {
      const { provider, service } = executor;
      await executor.load?.().catch((error: unknown) => note(`${provider} ${service}`, error));
    }),
    ...places.map(({ access, place }) =>
      limit(async () => {
        const came = await signInTo(access, place, stop.signal);
        if (came.kind !== "signed-in") notReady.add(place.key);
        if (came.kind === "failed") note(place.label, came.error);
      }),
    ),
  ]);
  // In the order of their names: which is loaded first is chance.
  const sorted = missing.toSorted((one, other) => (one.where < other.where ? -1 : 1));
  const all = allMissing(
    sorted.map(({ error }) => error),
    "They need",
  );
  if (all !== undefined) say(sorted.map(({ where }) => where).join(", "), all);
}

type SignedIn =
  | { readonly kind: "signed-in" }
  /** It took too long, or the drive was stopped. */
  | { readonly kind: "given-up" }
  | { readonly kind: "failed"; readonly error: unknown };

async function signInTo(access: ProviderAccess, place: AccessPlace, stopped: AbortSignal): Promise<SignedIn> {
  const givenUp = { kind: "given-up" } as const;
  if (stopped.aborted) return givenUp;
  const signal = AbortSignal.any([stopped, AbortSignal.timeout(signInTime)]);
  const ended = Promise.withResolvers<SignedIn>();
  const end = () => ended.resolve(givenUp);
  signal.addEventListener("abort", end, { once: true });
  try {
    const signedIn = access.signIn(place, { signal }).then((): SignedIn => ({ kind: "signed-in" }));
    return await Promise.race([signedIn, ended.promise]);
  } catch (error) {
    return signal.aborted ? givenUp : { kind: "failed", error };
  } finally {
    signal.removeEventListener("abort", end);
  }
}
