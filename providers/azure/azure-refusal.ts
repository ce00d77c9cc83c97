import { isTransient } from "../http/repeat-read.ts";
import { createToRefusal } from "../http/refusal.ts";

/** The refusal for a failed read or price calculation. */
export const toRefusal = createToRefusal({
  cloud: "Azure",
  isTransient,
  signIn: "sign in (az login), or set the credential's environment",
  signInAgain: "sign in again, and check the tenant",
  allow: (operation) => `a role that allows ${operation}`,
  tryAgain: "Try again later.",
});
