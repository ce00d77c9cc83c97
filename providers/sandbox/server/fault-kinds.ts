import type { Fault } from "./fault.ts";

/** What a kind of fault does, in words for people, and which fields it has. */
export const faultKinds: Readonly<Record<Fault["kind"], { readonly what: string; readonly fields: string }>> = {
  refuse: {
    what: "nothing listens for so long, so that connections are refused; before closes this connection unanswered, after answers it",
    fields: "milliseconds, when",
  },
  reset: { what: "the connection is reset instead of an answer", fields: "when" },
  status: {
    what: "an error of this status in the provider's own shape",
    fields: "status, when; also code, retryAfter, body",
  },
  cut: {
    what: "half of the answer, then the connection closes; the request took effect",
    fields: "none; with status and code half of that error",
  },
  html: { what: "200 and a web page, as from a proxy", fields: "when" },
  hang: { what: "no answer until the client leaves", fields: "when" },
  delay: { what: "takes effect at once, and is answered so much later", fields: "milliseconds" },
  listing: {
    what: "a listing that lies: stale lacks what was bought since the rule was added, empty is what an identity without the right to read gets, foreign-next-link leads to another origin, repeated-next-link to itself",
    fields: "listing, one of these; to, with foreign-next-link",
  },
};
