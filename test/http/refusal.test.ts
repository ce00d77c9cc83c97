import { expect, test } from "vitest";
import { ApiError } from "../../providers/http/api-error.ts";
import { createToRefusal } from "../../providers/http/refusal.ts";

const toRefusal = createToRefusal({
  cloud: "Nimbus",
  isTransient: (error) => error instanceof ApiError && error.code === "slowDown",
  signIn: "sign in",
  signInAgain: "sign in again",
  allow: (permission) => `the right ${permission}`,
  tryAgain: "Later.",
});

test.each([
  [401, "authError", "access-denied", false, "Nimbus does not accept the credential: sign in again."],
  [403, "forbidden", "access-denied", false, "The identity needs the right things.list."],
  [403, "slowDown", "lookup-failed", true, "Later."],
  [404, "notFound", "lookup-failed", false, "See Nimbus's own message for the cause."],
])("%i %s: %s, with the error as its cause", (status, why, code, retryable, advice) => {
  const cause = new ApiError({ status, retryAfter: 7_000 }, { code: why, message: undefined });
  const codes = { code: "lookup-failed", untrusted: "lookup-untrusted" } as const;
  const refusal = toRefusal(cause, { purpose: "list things", permission: "things.list", ...codes });
  const message = `Could not list things: HTTP ${status}: ${why}. ${advice}`;
  expect(refusal).toMatchObject({ name: "RefusedError", code, message, retryable, retryAfter: 7_000 });
  expect((refusal as Error).cause).toBe(cause);
});
