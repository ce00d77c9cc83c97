import { expect, test } from "vitest";
import { ApiError, UnbelievableAnswerError } from "../../providers/http/api-error.ts";
import { isTransient } from "../../providers/http/repeat-read.ts";
import { createToRefusal } from "../../providers/http/refusal.ts";
import { TransportError, type TransportStage } from "../../providers/http/transport-error.ts";
import { RefusedError } from "../../src/spec/errors.ts";

const codes = { code: "lookup-failed", untrusted: "lookup-untrusted" } as const;
const step = { purpose: "list what there is", permission: "things.list", ...codes };

const answered = (status: number, code?: string) =>
  new ApiError({ status, retryAfter: 7_000 }, { code, message: undefined });
const unsent = (stage: TransportStage, code: string, cause?: unknown) =>
  new TransportError({ stage, code, message: "no answer", cause });

const toRefusal = createToRefusal({
  cloud: "Nimbus",
  isTransient: (error) => isTransient(error) || (error instanceof ApiError && error.code === "slowDown"),
  signIn: "sign in",
  signInAgain: "sign in again",
  allow: (permission) => `the right ${permission}`,
  tryAgain: "Later.",
});

const noToken = "No Nimbus token could be had and nothing was sent: sign in.";
const unbelieved = "Such an answer proves nothing; look for a proxy in between.";

test.each([
  [answered(401), "access-denied", false, "HTTP 401. Nimbus does not accept the credential: sign in again."],
  [answered(403), "access-denied", false, "HTTP 403. The identity needs the right things.list."],
  [answered(403, "slowDown"), "lookup-failed", true, "HTTP 403: slowDown. Later."],
  [answered(404), "lookup-failed", false, "HTTP 404. See Nimbus's own message for the cause."],
  [answered(500), "lookup-failed", true, "HTTP 500. Later."],
  [unsent("unanswered", "ECONNRESET"), "lookup-failed", true, "no answer. Later."],
  [unsent("credential", "Error"), "credentials-unavailable", false, `no answer. ${noToken}`],
  [unsent("credential", "ETIMEDOUT"), "credentials-unavailable", true, `no answer. ${noToken}`],
  [new UnbelievableAnswerError("HTML"), "lookup-untrusted", true, `HTML. ${unbelieved}`],
])("%s: %s, retryable %s", (error, code, retryable, said) => {
  const refusal = toRefusal(error, step);
  expect(refusal).toBeInstanceOf(RefusedError);
  expect(refusal).toMatchObject({ code, retryable, message: `Could not list what there is: ${said}`, cause: error });
  expect((refusal as RefusedError).retryAfter).toBe(error instanceof ApiError ? 7_000 : undefined);
});

test("an aborted signal's reason goes first, then an error of this package, also one from a credential", () => {
  const own = new RefusedError({ code: "wrong-account", message: "Another tenant." });
  const reason = new Error("stop");
  expect(toRefusal(own, step, AbortSignal.abort(reason))).toBe(reason);
  expect(toRefusal(own, step, new AbortController().signal)).toBe(own);
  expect(toRefusal(unsent("credential", "Error", own), step)).toBe(own);
});
