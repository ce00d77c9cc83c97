// What a person may decide about a purchase of the executor, with the drive over it.
import assert from "node:assert/strict";
import type { Age } from "../../contract/age.ts";
import { BuyonceError } from "../../contract/errors.ts";
import type { ServiceExecutor } from "../../contract/executor.ts";
import type { Outcome } from "../../contract/report.ts";
import type { PersonFinding } from "../../drive/resolve-by-person.ts";
import { createMemoryLedger } from "../../ledger/memory-ledger.ts";
import { createPurchaser } from "../../purchaser.ts";
import { calm, type ExecutorTest, nothing, type Steps } from "./executor-world.ts";

const executionId = "contract-of-a-decision";

/** A drive and a person over one executor and one ledger. */
function decider({ executor, recommendation, now = Date.now, advance }: Steps) {
  const ledger = createMemoryLedger({ clock: now });
  const environment = {
    now,
    readClock: () => ({ boot: "one", monotonic: now(), wall: now() }),
    random: () => 0.5,
    sleep: async (milliseconds: number) => advance?.(milliseconds),
    every: () => () => undefined,
  };
  // Nobody else works on it, and nothing renews the lease.
  const leaseLength = 86_400_000;
  const purchaserWith = (changes: Partial<ServiceExecutor>) => {
    const services = { [executor.service]: { ...executor, ...changes } };
    return createPurchaser({ ledger, environment, leaseLength, providers: [{ name: executor.provider, services }] });
  };
  const drive = async (changes: Partial<ServiceExecutor> = {}): Promise<Outcome> => {
    const execution = { executionId, source: "buyonce-testing", recommendations: [recommendation] };
    const [outcome] = (await purchaserWith(changes).drive(execution)).outcomes;
    assert.ok(outcome, "a drive has an outcome");
    return outcome;
  };
  const decide = (finding: PersonFinding, changes: Partial<ServiceExecutor> = {}) =>
    purchaserWith(changes).resolveByPerson({ executionId, recIndex: 0, finding, person: "Ada", reason: "the bill" });
  const submission = async () => {
    const [record] = await ledger.recordsOf(executionId);
    assert.ok(record?.submission, "something was sent");
    return record.submission;
  };
  return { drive, decide, submission };
}

/** However young it is: what is looked for is only where it shows. */
const young: Age = { atLeast: 0, atMost: 0 };

/** The purchase never reaches the provider, and nobody hears of that. */
const neverArrives: Partial<ServiceExecutor> = {
  send: async () => ({ kind: "unknown", reason: "The connection was cut." }),
};

const failing: Partial<ServiceExecutor> = { resolve: () => Promise.reject(new Error("503 from the look-up")) };

/** The purchase is carried out, its answer is lost, and no look at it works. */
function answerLost({ executor }: Steps): Partial<ServiceExecutor> {
  let isSent = false;
  return {
    ...failing,
    send: async (...sent) => {
      if (!isSent) await executor.send(...sent);
      isSent = true;
      return { kind: "unknown", reason: "The answer was lost." };
    },
  };
}

/** The error that a decision is refused with, by one of these codes. */
async function refusal(decision: Promise<Outcome>, codes: readonly string[], what: string): Promise<BuyonceError> {
  const error = await decision.then(
    ({ status }) => assert.fail(`${what} is accepted (${status})`),
    (thrown: unknown) => thrown,
  );
  assert.ok(BuyonceError.isInstance(error), `${what}: ${String(error)}`);
  assert.ok(codes.includes(error.code), `${what} is refused as ${error.code}: ${error.message}`);
  return error;
}

/** The id under which the submission shows, once it does; `isProof`: it carries the handle or the token. */
async function shownAs(steps: Steps, sent: Awaited<ReturnType<ReturnType<typeof decider>["submission"]>>) {
  for (let look = 0; look < 20; look += 1) {
    const shown = await steps.executor.resolve(sent, { signal: calm, owned: nothing, age: young });
    if (shown.kind === "found") return { id: shown.found.commitment.id, isProof: shown.by === "proof" };
    steps.advance?.(1000);
  }
  return assert.fail("what was bought does not show");
}

/** A person decides about an unknown outcome. Without `advance` only what needs no time is tested. */
export const decidingTests: readonly ExecutorTest[] = [
  {
    title: "called not bought too soon it is refused, with a time; from then on it is recorded, and bought once",
    run: async (steps) => {
      const { drive, decide } = decider(steps);
      assert.equal((await drive(neverArrives)).status, "unresolved");
      const { minimumAge } = steps.executor.recovery;
      const early = await refusal(decide("not-bought"), ["too-early"], "called not bought at once");
      assert.ok(early.retryAfter && early.retryAfter <= minimumAge, `ask again in ${early.retryAfter} ms`);
      if (steps.advance === undefined) return;
      const half = Math.floor(early.retryAfter / 2);
      steps.advance(half);
      await refusal(decide("not-bought"), ["too-early"], "called not bought in half that time");
      steps.advance(early.retryAfter - half);
      assert.equal((await decide("not-bought")).error?.code, "resolved-as-not-bought");
      assert.equal(steps.purchases(), 0);
      assert.equal((await drive()).status, "purchased");
      assert.equal(steps.purchases(), 1);
    },
  },
  {
    title: "called not bought it is refused while a look at it fails, however old it is",
    run: async (steps) => {
      const { drive, decide } = decider(steps);
      await drive({ ...neverArrives, ...failing });
      steps.advance?.(steps.executor.recovery.minimumAge);
      const codes = steps.advance === undefined ? ["too-early"] : ["answer-unclear"];
      await refusal(decide("not-bought", failing), codes, "called not bought while a look fails");
    },
  },
  {
    title: "called not bought, or another purchase, it is refused while it is there; under its own id it is recorded",
    run: async (steps) => {
      const { drive, decide, submission } = decider(steps);
      assert.equal((await drive(answerLost(steps))).status, "unresolved");
      assert.equal(steps.purchases(), 1);
      const { id, isProof } = await shownAs(steps, await submission());
      await refusal(decide("not-bought"), ["still-shown"], "called not bought while it is there");
      // What only fits may be another one: that is for a person to say.
      if (isProof) await refusal(decide({ notThis: id }), ["still-shown"], "its own id called another purchase");
      const bought = await decide({ bought: id });
      assert.equal(bought.status, "already-purchased", `called bought as ${id} it is ${bought.status}`);
      assert.equal(bought.commitment?.id, id);
      assert.equal((await drive()).status, "already-purchased");
      assert.equal(steps.purchases(), 1);
    },
  },
  {
    title: "called bought under an id that was there before, or that another token has, it is refused",
    run: async (steps) => {
      const { drive, decide } = decider(steps);
      const other = await steps.buy(await steps.submission(1));
      let sent = await drive(neverArrives);
      if (sent.error?.code === "look-alike") {
        // Where nothing shows a token, a person has to say that it is another purchase.
        await decide({ notThis: other.id });
        sent = await drive(neverArrives);
      }
      assert.equal(sent.status, "unresolved");
      const wrong = decide({ bought: other.id });
      await refusal(wrong, ["there-before", "commitment-taken"], `called bought as ${other.id}, which is another one,`);
      const missing = decide({ bought: `${other.id}-x` });
      const said = ["commitment-unverifiable", "lookup-failed"];
      await refusal(missing, said, "called bought under an id that does not exist");
    },
  },
  {
    title: "written off it counts as maybe bought, and is never bought again; before its time it is refused",
    run: async (steps) => {
      const { drive, decide } = decider(steps);
      await drive({ ...neverArrives, ...failing });
      await refusal(decide("write-off", failing), ["too-early"], "written off at once");
      if (steps.advance === undefined) return;
      steps.advance(steps.executor.recovery.parkAfter);
      const written = await decide("write-off", failing);
      assert.equal(written.status, "written-off");
      assert.ok(written.price, "what is written off has a price");
      assert.equal((await drive()).status, "written-off");
      assert.equal(steps.purchases(), 0);
    },
  },
];
