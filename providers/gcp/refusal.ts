import { createToRefusal } from "../http/refusal.ts";
import { isTransientAtGoogle } from "./read-with-retry.ts";

/** The refusal for a failed read. */
export const toRefusal = createToRefusal({
  cloud: "Google",
  isTransient: isTransientAtGoogle,
  signIn: "sign in (gcloud auth application-default login), or hand in a credential",
  signInAgain: "sign in again",
  allow: (permission) => `the permission ${permission}, and the API must be enabled`,
  tryAgain: "Drive again later.",
});
