import { todoOf } from "../contract/error-advice.ts";
import { BuyonceError } from "../contract/errors.ts";
import type { Quote, Scope } from "../contract/executor.ts";
import { formatMoney } from "../contract/money.ts";
import { MissingPackageError } from "../contract/optional-package.ts";
import type { PurchaseRight, ServicePermissions, SignedIn } from "../contract/provider-access.ts";
import { deriveIdempotencyToken } from "../contract/token.ts";
import { eventError } from "../drive/emit.ts";
import { getQuote } from "../drive/get-quote.ts";
import type { AccessFinding, AccessResult } from "./access-report.ts";
import type { Ask } from "./ask-within.ts";
import type { Site, SitesOfPlace } from "./places.ts";

/** How places are looked at. */
export interface PlaceParts {
  readonly ask: Ask;
  /** The packages of an executor, loaded: whether all are there. */
  readonly isLoaded: (site: Site) => Promise<boolean>;
  /** Told a package that is missing, as `npm install` is given it. */
  readonly noteMissing: (install: string) => void;
}

/** Looks at one place: nothing that fails here is thrown, but the reason of a signal that was aborted. */
export async function checkPlace(of: SitesOfPlace, parts: PlaceParts): Promise<readonly AccessFinding[]> {
  const { place, access, provider } = of;
  const base = { provider, where: place.label, ...(place.id === undefined ? {} : { account: place.id }) };
  const clock: { offset?: number | undefined } = {};
  const findings: AccessFinding[] = [];
  if (access === undefined) {
    const detail = "This provider does not say who asks.";
    findings.push({ ...base, subject: "sign-in", result: "unknown", by: "nobody", detail });
  } else {
    const signedIn = await answerOf(() => parts.ask((signal) => access.signIn(place, { signal })));
    if ("error" in signedIn) {
      if (MissingPackageError.isInstance(signedIn.error)) parts.noteMissing(signedIn.error.install);
      return [{ ...base, subject: "sign-in", by: "the credential", ...failed(signedIn.error) }];
    }
    clock.offset = signedIn.answer.clockOffset;
    findings.push({ ...base, subject: "sign-in", result: "ok", ...identity(signedIn.answer) });
  }
  const listings = new Map<string, Promise<AccessFinding>>();
  const ofSites = await Promise.all(of.sites.map((site) => checkSite(of, site, { ...parts, listings, clock })));
  return [...findings, ...clockFinding(base, clock.offset), ...ofSites.flat()];
}

function identity({ as, by }: SignedIn): Pick<AccessFinding, "by" | "detail"> {
  return { by, detail: as === undefined ? "Signed in; as whom is not said." : `Signed in as ${as}.` };
}

interface SiteParts extends PlaceParts {
  /** By the key of its scope: one listing shows what several services bought. */
  readonly listings: Map<string, Promise<AccessFinding>>;
  readonly clock: { offset?: number | undefined };
}

async function checkSite(
  { provider, place, access }: SitesOfPlace,
  site: Site,
  { ask, isLoaded, listings, clock }: SiteParts,
): Promise<readonly AccessFinding[]> {
  if (!(await isLoaded(site))) return [];
  const { executor, recommendation, scope, label } = site;
  const { service } = recommendation;
  const base = { provider, service, where: label, ...(place.id === undefined ? {} : { account: place.id }) };
  const needed = access?.permissionsOf(service);
  const name = (kind: keyof ServicePermissions) => (needed?.[kind] ?? []).join(", ") || `the look of ${provider}`;

  const isFirst = !listings.has(scope.key);
  const listing = listings.get(scope.key) ?? list(site, scope, name("list"), base, ask);
  listings.set(scope.key, listing);
  const [listed, quoted] = await Promise.all([
    isFirst ? listing : undefined,
    answerOf(() => ask((signal) => quoteOf(site, signal))),
  ]);
  const price: AccessFinding =
    "error" in quoted
      ? { ...base, subject: "price", by: name("price"), ...failed(quoted.error) }
      : {
          ...base,
          subject: "price",
          result: "ok",
          by: name("price"),
          detail: `${formatMoney(quoted.answer.price)} for ${executor.describe(recommendation)}.`,
        };
  const right = await rightOf(site, access, quoted, ask);
  clock.offset ??= right.clockOffset;
  const { result, by, detail, todo } = right;
  const purchase = {
    ...base,
    subject: "purchase" as const,
    result: results[result],
    by,
    detail,
    ...(todo ? { todo } : {}),
  };
  return [...(listed === undefined ? [] : [listed]), price, purchase];
}

const results: Readonly<Record<PurchaseRight["result"], AccessResult>> = {
  allowed: "ok",
  denied: "failed",
  unknown: "unknown",
};

/** The first page of a listing. */
async function list(
  { executor }: Site,
  scope: Scope,
  by: string,
  base: Pick<AccessFinding, "provider" | "service" | "where">,
  ask: Ask,
): Promise<AccessFinding> {
  const listed = await answerOf(() =>
    ask(async (signal) => {
      for await (const page of executor.inventory.list(scope, { signal, isComplete: () => true })) return page.length;
      return 0;
    }),
  );
  if ("error" in listed) return { ...base, subject: "list", by, ...failed(listed.error) };
  const detail =
    listed.answer === 0 ? "It shows nothing that was bought." : `It shows ${listed.answer} on its first page.`;
  return { ...base, subject: "list", result: "ok", by, detail };
}

/** Nothing is ever bought under this id. */
const executionId = "buyonce-doctor";

/** The price, as a drive asks for it. */
async function quoteOf({ executor, recommendation }: Site, signal: AbortSignal): Promise<Quote> {
  const token = deriveIdempotencyToken(executionId, 0);
  const record = { token, recIndex: 0, source: executionId, recommendation, generation: 0 };
  const stop = { signal, check: () => signal.throwIfAborted(), checkTimeFor: () => undefined, end: () => undefined };
  return (await getQuote({ stop, emit: () => undefined }, { executor, record })).quote;
}

async function rightOf(
  { recommendation }: Site,
  access: SitesOfPlace["access"],
  quoted: Answered<Quote>,
  ask: Ask,
): Promise<PurchaseRight> {
  if (access === undefined) {
    return { result: "unknown", by: "nobody", detail: "Nothing tells without buying." };
  }
  if ("error" in quoted) return { result: "unknown", by: "nobody", detail: "Not asked: there is no price to buy at." };
  const { answer: quote } = quoted;
  const right = await answerOf(() => ask((signal) => access.mayPurchase(recommendation, quote, { signal })));
  if (!("error" in right)) return right.answer;
  return { result: "unknown", by: "nobody", detail: eventError(right.error).message };
}

/** An answer, or what was thrown instead. */
type Answered<Answer> = { readonly answer: Answer } | { readonly error: unknown };

async function answerOf<Answer>(question: () => Promise<Answer>): Promise<Answered<Answer>> {
  try {
    return { answer: await question() };
  } catch (error) {
    // The caller stopped it: that is not about this place.
    if (BuyonceError.isInstance(error) && error.code === "aborted") throw error;
    return { error };
  }
}

function failed(error: unknown): Pick<AccessFinding, "result" | "detail" | "todo" | "error"> {
  const said = eventError(error);
  const todo = MissingPackageError.isInstance(error) ? `npm install ${error.install}` : todoOf(said.code);
  return { result: "failed", detail: said.message, todo, error: said };
}

/** From so many milliseconds on a clock is off by minutes: AWS refuses what was signed five minutes ago. */
const farOff = 120_000;

function clockFinding(
  base: Pick<AccessFinding, "provider" | "where">,
  offset: number | undefined,
): readonly AccessFinding[] {
  if (offset === undefined) return [];
  const by = "the Date header of its answers";
  const isOff = Math.abs(offset) >= farOff;
  const seconds = Math.round(Math.abs(offset) / 1000);
  const off = `${seconds} s ${offset > 0 ? "behind" : "ahead of"} the provider's`;
  // The header counts whole seconds, and the answer was on its way.
  const detail = seconds <= 2 ? "This machine's clock agrees with the provider's." : `This machine's clock is ${off}.`;
  const todo = { todo: "Set the clock of this machine." };
  return [{ ...base, subject: "clock", result: isOff ? "failed" : "ok", by, detail, ...(isOff ? todo : {}) }];
}
