import type { ErrorAdvice } from "./error-advice.ts";

/** What is said about calls of `buyonce/client` that got no answer to go by. */
export const clientAdvice = {
  "no-answer": {
    plain:
      "The server did not answer in time, or its answer was lost. It is not known whether the request was carried out.",
    detail: "Thrown by `buyonce/client` once its time is over; `cause` is what the network said last.",
    todo: "Send the same again, with the same `executionId` and key: what was recorded is answered as it stands. Never send it under a new id.",
  },
  "foreign-answer": {
    plain: "What answered is not buyonce, or answered about something else.",
    detail: "A proxy, a sign-in page, a redirect, or another server under this address.",
    todo: "Check the address, and what is between. As long as it is not known whether the request was carried out, send the same again and nothing else.",
  },
  "not-decided": {
    plain: "The execution is still being worked on, and the time for waiting is over.",
    detail: "Nothing was cancelled: the server goes on.",
    todo: "Wait again, or read the execution later.",
  },
} as const satisfies Readonly<Record<string, ErrorAdvice>>;
