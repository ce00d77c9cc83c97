import type { ErrorAdvice } from "./error-advice.ts";

/** What is said about requests over HTTP that were not carried out. */
export const requestAdvice = {
  "malformed-request": {
    plain: "The request cannot be read; nothing was recorded.",
    detail: "Its body is no JSON or names a field twice, or a header, a parameter or the path is not of its form.",
    todo: "Correct what the message names, then send it again.",
  },
  "not-authenticated": {
    plain: "The request does not say who sends it, in a way that is known here.",
    todo: "Send a valid token in the header `Authorization: Bearer …`.",
  },
  "issuer-unavailable": {
    plain: "The keys of an issuer cannot be had, so it is not known who sends the request; it was not carried out.",
    detail:
      "`jwksUrl` in the file of issuers does not answer, or does not answer with keys. The server's log says why.",
    todo: "Send the same again in a moment. Where that goes on, check `jwksUrl` from where the server runs.",
  },
  "not-permitted": {
    plain: "Who sent the request may not do this.",
    detail: "A scope is missing, or the `executionId` does not begin as the caller's have to.",
    todo: "Have the right granted that the message names, or let somebody who has it do this.",
  },
  "foreign-origin": {
    plain: "The request came through a web page of another site, or under a name that is not this server's.",
    todo: "Call the server by its own address, not from a page of another site.",
  },
  "not-found": {
    plain: "There is nothing at this address that the caller may see.",
    detail: "An execution of another caller is not shown without the scope `all`.",
    todo: "Check the path, the `executionId` and the ledger that the server was started with.",
  },
  "method-not-allowed": {
    plain: "This address has no such method.",
    todo: "Use one of the methods in the header `Allow`.",
  },
  "request-too-large": {
    plain: "The body of the request is too large; nothing was recorded.",
    todo: "Split the execution into several ones.",
  },
  "unsupported-media-type": {
    plain: "The body of the request is not JSON in UTF-8; nothing was recorded.",
    todo: "Send JSON with the header `Content-Type: application/json`.",
  },
  "precondition-missing": {
    plain: "The request does not name the version of the terms that it is about; nothing was changed.",
    todo: "Read the terms, and send their `ETag` as `If-Match`.",
  },
  "too-many-requests": {
    plain: "The caller sends requests faster than the server takes them; this one was not carried out.",
    detail: "Or requests without a valid token came from its address.",
    todo: "Send the same again after the time that `Retry-After` says.",
  },
  "server-busy": {
    plain: "The server has as many requests under way as it takes; this one was not carried out.",
    todo: "Send the same again after the time that `Retry-After` says.",
  },
  "in-progress": {
    plain: "The execution is recorded, and is still being worked on.",
    detail: "Only who sends `Prefer: handling=strict` is told so by an error.",
    todo: "Send the same again after the time that `Retry-After` says, or read the execution.",
  },
  "shutting-down": {
    plain: "The server is ending; nothing was recorded.",
    todo: "Send the same again in a moment, to the server that takes its place.",
  },
} as const satisfies Readonly<Record<string, ErrorAdvice>>;
