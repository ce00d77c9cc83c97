import { expect, test } from "vitest";
import type { Credential } from "../../../providers/aws/account-guard.ts";
import { createSession } from "../../../providers/aws/aws-session.ts";
import { thrownBy } from "../../thrown-by.ts";

const least = 360_000;

/** A session whose questions are answered by hand, on a clock that is set by hand. */
function session() {
  const clock = { now: 1_000_000 };
  const questions: PromiseWithResolvers<Credential>[] = [];
  const made = createSession(
    () => {
      const question = Promise.withResolvers<Credential>();
      questions.push(question);
      return question.promise;
    },
    { now: () => clock.now, least },
  );
  const credential = (name: string, lasts?: number): Credential => ({
    accessKeyId: name,
    secretAccessKey: "s",
    ...(lasts === undefined ? {} : { expiration: new Date(clock.now + lasts) }),
  });
  const ask = (signal?: AbortSignal) => made.credential("us-east-1", signal);
  return { clock, questions, credential, ask, made };
}

test("one question for all that ask at once, and for all that ask while it lasts", async () => {
  const { questions, ask, credential } = session();
  const both = Promise.all([ask(), ask()]);
  questions[0]?.resolve(credential("A", 3_600_000));
  expect((await both).map(({ accessKeyId }) => accessKeyId)).toEqual(["A", "A"]);
  expect((await ask()).accessKeyId).toBe("A");
  expect(questions).toHaveLength(1);
});

test("it is renewed when less is left than a purchase may take, not before", async () => {
  const { questions, ask, credential, clock } = session();
  const first = ask();
  questions[0]?.resolve(credential("A", 900_000));
  await first;
  clock.now += 900_000 - least;
  expect((await ask()).accessKeyId).toBe("A");
  clock.now += 1;
  const second = ask();
  questions[1]?.resolve(credential("B", 900_000));
  expect((await second).accessKeyId).toBe("B");
  expect(questions).toHaveLength(2);
});

test("what was given just now is used although it ends soon: the next call asks again", async () => {
  const { questions, ask, credential } = session();
  const first = ask();
  questions[0]?.resolve(credential("A", least - 1));
  expect((await first).accessKeyId).toBe("A");
  void ask();
  expect(questions).toHaveLength(2);
});

test("without an end it is kept, until it is refused; forgetting an older one changes nothing", async () => {
  const { questions, ask, credential, made } = session();
  const first = ask();
  const a = credential("A");
  questions[0]?.resolve(a);
  await first;
  made.forget(credential("older"));
  await ask();
  expect(questions).toHaveLength(1);
  expect(made.held()).toBe(a);
  made.forget(a);
  expect(made.held()).toBeUndefined();
  void ask();
  expect(questions).toHaveLength(2);
});

test("a failed question is asked again, and so is one that somebody gave up; what it brings then is not kept", async () => {
  const { questions, ask, credential, made } = session();
  const first = ask();
  questions[0]?.reject(new Error("no"));
  expect(await thrownBy(first)).toMatchObject({ message: "no" });

  const stop = new AbortController();
  const second = ask(stop.signal);
  stop.abort();
  const third = ask();
  expect(questions).toHaveLength(3);
  questions[1]?.resolve(credential("late"));
  await second;
  expect(made.held()).toBeUndefined();
  questions[2]?.resolve(credential("B"));
  expect((await third).accessKeyId).toBe("B");
  expect(made.held()).toMatchObject({ accessKeyId: "B" });
});
