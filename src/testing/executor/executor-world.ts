import assert from "node:assert/strict";
import type { Age } from "../../contract/age.ts";
import type { Commitment } from "../../contract/commitment.ts";
import type { Marker, Quote, Resolution, ServiceExecutor, Submission } from "../../contract/executor.ts";
import { hashJson } from "../../contract/fingerprint.ts";
import type { Listed } from "../../contract/listed.ts";
import type { PurchaseAnswer } from "../../contract/purchase-answer.ts";
import type { AnyRecommendation } from "../../contract/recommendation.ts";
import { deriveIdempotencyToken } from "../../contract/token.ts";
import { compareFound } from "../../drive/adopt.ts";
import { type Listing, readListing } from "../../drive/read-listing.ts";

/** A fresh provider, in which nothing was bought, and the executor that buys there. Made anew for every test. */
export interface ExecutorWorld {
  readonly executor: ServiceExecutor;
  /** Something that can be bought there, in any number of up to twice its quantity. */
  readonly recommendation: AnyRecommendation;
  /** The same in another amount. Left out: with a quantity of one more. */
  readonly another?: AnyRecommendation;
  /** How many purchases the provider carried out: counted there, never in the executor. */
  purchases(): number;
  /** The provider carries the next purchase out, and its answer is lost. */
  loseNextAnswer(): void;
  /** Milliseconds since 1970, as the provider sees it. Default: the machine's clock. */
  now?(): number;
  /** Moves the clock of the provider and of the executor on, by so many milliseconds. Left out: what needs time is not tested. */
  advance?(milliseconds: number): void;
  /** Called after the test. */
  close?(): Promise<void>;
}

/** A world with the steps of a purchase, as the drive takes them. */
export interface Steps extends ExecutorWorld {
  marker(recIndex: number): Marker;
  quote(recIndex: number): Promise<Quote>;
  /** What the ledger would give back, once it was written ahead. */
  submission(recIndex: number): Promise<Submission>;
  /** Sends it and, where the executor has a marker to stamp afterwards, stamps it. */
  buy(submission: Submission, owned?: ReadonlySet<string>): Promise<Commitment>;
  mark(commitment: Commitment, submission: Submission, owned?: ReadonlySet<string>): Promise<Commitment>;
  resolve(submission: Submission, owned?: ReadonlySet<string>, signal?: AbortSignal): Promise<Resolution>;
  find(tokens: readonly string[], ids?: readonly string[]): Promise<Listing>;
  /** Compares something found by its token with what was asked for; throws a RefusedError where it differs. */
  compare(recommendation: AnyRecommendation, found: Listed): Promise<void>;
}

/** What the world sells, in another amount. */
export function anotherAmount({ recommendation, another }: ExecutorWorld): AnyRecommendation {
  if (another !== undefined) return another;
  assert.ok(recommendation.quantity, "a recommendation without a quantity needs another one to compare it with");
  return { ...recommendation, quantity: recommendation.quantity + 1 };
}

/** A signal that is never aborted. */
export const calm: AbortSignal = new AbortController().signal;

export const nothing: ReadonlySet<string> = new Set();

/** Puts the steps of a purchase on a world. */
export function stepsOf(world: ExecutorWorld): Steps {
  const { executor, recommendation } = world;
  const scope = executor.scopeOf(recommendation);
  const marker = (recIndex: number): Marker => ({
    token: deriveIdempotencyToken("contract-of-an-executor", recIndex),
    source: "buyonce-testing",
    generation: 0,
  });
  const quote = (recIndex: number) => executor.quote(recommendation, marker(recIndex), { signal: calm });
  const now = () => (world.now ?? Date.now)();
  const ageOf = ({ submittedAt }: Submission): Age => {
    const age = now() - submittedAt;
    return { atLeast: age, atMost: age };
  };
  const mark = async (commitment: Commitment, submission: Submission, owned = nothing) => {
    if (commitment.marked) return commitment;
    assert.ok(executor.mark, `${commitment.id} is bought without its marker, and the executor has no mark`);
    const { token, source, generation } = submission;
    const options = { signal: calm, scope, owned, age: ageOf(submission) };
    const marked = await executor.mark(commitment, submission, { token, source, generation }, options);
    assert.ok(marked.marked, "mark returns a commitment that is not marked");
    return marked;
  };
  return {
    ...world,
    marker,
    quote,
    mark,
    submission: async (recIndex) => {
      const { price, handle, request } = await quote(recIndex);
      const lane = executor.laneOf?.(recommendation);
      const written: Submission = {
        ...marker(recIndex),
        price,
        handle,
        request,
        recommendation,
        scope,
        attempt: 1,
        requestHash: hashJson(request),
        ...(lane === undefined ? {} : { lane }),
        submittedAt: now(),
      };
      // The ledger keeps JSON, and another process may read it.
      return JSON.parse(JSON.stringify(written)) as Submission;
    },
    buy: async (submission, owned) => {
      const answer = await executor.send(submission, { sentBefore: false });
      assert.ok(answer.kind === "bought", `it is not bought: ${saidBy(answer)}`);
      return mark(answer.commitment, submission, owned);
    },
    resolve: async (submission, owned = nothing, signal = calm) =>
      executor.resolve(submission, { signal, owned, age: ageOf(submission) }),
    find: (tokens, ids = []) =>
      readListing(executor.inventory, scope, { tokens: new Set(tokens), ids: new Set(ids) }, { signal: calm }),
    compare: (asked, found) => compareFound(executor, { recommendation: asked, scope }, found, { signal: calm }),
  };
}

/** What an answer says, for the message of a test. */
export function saidBy(answer: PurchaseAnswer): string {
  return answer.kind === "bought" ? `bought ${answer.commitment.id}` : `${answer.kind}: ${answer.reason}`;
}

/** One test of the suite. */
export interface ExecutorTest {
  readonly title: string;
  readonly run: (steps: Steps) => Promise<void>;
}

/** All ids of one purchase. */
export function idsOf({ id, furtherIds = [] }: Commitment): string[] {
  return [id, ...furtherIds].toSorted();
}
