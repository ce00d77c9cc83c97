import type { ErrorCode } from "../../src/contract/errors.ts";
import type { Outcome, OutcomeError } from "../../src/contract/report.ts";

/** A status that comes with an error. */
export type FailedStatus = Extract<Outcome, { readonly error?: OutcomeError }>["status"];

/**
 * What people read about each code, word by word and checked by hand: why, and what to do next. AGAIN stands for how to
 * drive it again, FROM_FILE for the same where the file has to change.
 */
export const sentences: Readonly<
  Record<ErrorCode, { readonly status: FailedStatus; readonly cause: string; readonly next: string }>
> = {
  "invalid-execution": {
    status: "refused",
    cause: "The execution is not valid; nothing was sent.",
    next: "Nothing was sent. Correct the file, then FROM_FILE.",
  },
  "invalid-configuration": {
    status: "refused",
    cause: "A setting cannot be used: an option, an endpoint, a path, or a field of the configuration.",
    next: "Nothing was sent. Correct what the message names, then AGAIN.",
  },
  aborted: {
    status: "refused",
    cause: "The run was stopped before its turn.",
    next: "Nothing was sent. To go on, AGAIN.",
  },
  "ledger-missing": {
    status: "refused",
    cause: "There is no such ledger, and a new, empty one was not asked for.",
    next: "Nothing was sent. Name the ledger that earlier drives used, then AGAIN. To begin with a new one, say so (--new-ledger, or leave out create: false).",
  },
  "ledger-unavailable": {
    status: "refused",
    cause: "The ledger, which records what is bought, cannot be opened, read or written.",
    next: "Nothing was sent. Check the ledger's path and disk, or its server, then AGAIN.",
  },
  "ledger-locked": {
    status: "refused",
    cause: "Another process kept the ledger locked for longer than the lock timeout.",
    next: "Nothing was sent. Wait until the process that locks the ledger is done, then AGAIN.",
  },
  "ledger-read-only": {
    status: "refused",
    cause: "The ledger is read-only for this user.",
    next: "Nothing was sent. Give this user the right to write the ledger's file and its folder, or name the primary server; then AGAIN.",
  },
  "ledger-corrupt": {
    status: "refused",
    cause: "The ledger is damaged, or what was named is no ledger.",
    next: "Nothing was sent. Restore the ledger from a backup (buyonce ledger restore); never start an empty one in its place. Then AGAIN.",
  },
  "ledger-newer-schema": {
    status: "refused",
    cause: "A newer version of buyonce wrote the ledger.",
    next: "Nothing was sent. Install the version of buyonce that wrote the ledger, or a later one, then AGAIN.",
  },
  "ledger-full": {
    status: "refused",
    cause: "The disk that holds the ledger is full.",
    next: "Nothing was sent. Free some space on the disk of the ledger, then AGAIN.",
  },
  "claim-lost": {
    status: "in-progress",
    cause: "Another run took it over.",
    next: "Another run took it over. To see what came of it, AGAIN. Until then, buy it nowhere else.",
  },
  "commitment-taken": {
    status: "refused",
    cause: "What was found for it at the provider belongs to another order, or carries another order's mark.",
    next: "It may be bought already. A person has to compare the two at the provider, and decide. Until then, buy it nowhere else. If a tag is wrong, take it off and AGAIN: the right one is put on.",
  },
  "too-many-attempts": {
    status: "refused",
    cause: "Twenty orders for it came to nothing.",
    next: "Nothing was sent. Find the cause in its history (buyonce history), then put what is still to be bought into a new execution with an executionId of its own.",
  },
  "execution-changed": {
    status: "refused",
    cause: "The execution is not the one that was recorded under its id; what is recorded stays as it is.",
    next: "Nothing was sent. Restore the file and FROM_FILE, or put what is new into a new execution with an executionId of its own.",
  },
  "execution-id-taken": {
    status: "refused",
    cause: "The executionId is taken by an execution that is not this caller's, so nothing was recorded or bought.",
    next: "Nothing was sent. Put what is to be bought into a new execution with an executionId of its own.",
  },
  "source-differs": {
    status: "refused",
    cause: "The execution was recorded for another source; what is recorded stays as it is.",
    next: "Nothing was sent. Give the recorded source in the file and FROM_FILE, or change the recorded one (buyonce source).",
  },
  "limits-differ": {
    status: "refused",
    cause: "A limit or a time in the file is not the recorded one, so nothing of it was bought.",
    next: "Nothing was sent. Change the recorded limit (buyonce limits); or, for one that the file raises and where it needs no approval, FROM_FILE with --raise-limits (raiseLimits).",
  },
  "approval-missing": {
    status: "refused",
    cause: "Nobody has approved it yet.",
    next: "Nothing was sent. Have it approved (buyonce approve), then AGAIN.",
  },
  "second-person-needed": {
    status: "refused",
    cause: "It was recorded as one that needs two persons, and who submitted it or set its terms may not approve it.",
    next: "Nothing was sent. Have it approved by another person (buyonce approve), then AGAIN.",
  },
  "not-due": {
    status: "refused",
    cause: "It may not be bought yet.",
    next: "Nothing was sent. Wait until then, and AGAIN.",
  },
  "execution-expired": {
    status: "refused",
    cause: "It may not be bought any more: its time is over.",
    next: "Nothing was sent. Put what is still to be bought into a new execution with an executionId of its own.",
  },
  "execution-cancelled": {
    status: "refused",
    cause: "It was cancelled.",
    next: "Nothing was sent. If it is to be bought after all, reopen it (buyonce reopen), have it approved if it needs that, then AGAIN.",
  },
  "execution-incomplete": {
    status: "refused",
    cause: "Some of its recommendations are missing in the records, so nothing of it is bought.",
    next: "Nothing was sent. Compare its list (buyonce status) with what was approved; if it is right, confirm it (buyonce confirm), then AGAIN.",
  },
  "restored-unconfirmed": {
    status: "refused",
    cause: "The records were restored from a backup, and nobody has confirmed yet that this one may be bought.",
    next: "Nothing was sent. Confirm the execution (buyonce confirm), which compares it with the providers first and says what it finds; then AGAIN.",
  },
  "terms-changed": {
    status: "refused",
    cause: "Its limits, source or approval changed meanwhile, so nothing was done under the former ones.",
    next: "Nothing was sent. Look at what holds now (buyonce status), then AGAIN.",
  },
  "plan-outdated": {
    status: "refused",
    cause:
      "The plan is older than the terms that are recorded, and its limits are not those; nothing of it was bought.",
    next: "Nothing was sent. Look at what holds now (buyonce status), make a new plan of the execution file (buyonce quote --out), and drive that one.",
  },
  "plan-expired": {
    status: "refused",
    cause: "The plan does not hold any more, so nothing of it was bought.",
    next: "Nothing was sent. Make a new plan of the execution file (buyonce quote --out), and drive that one.",
  },
  "not-agreed": {
    status: "refused",
    cause: "It was not among what a person was shown, or its price was not.",
    next: "Nothing was sent. To be shown it with its price, AGAIN.",
  },
  "already-sent": {
    status: "refused",
    cause: "It was sent already, so this cannot be changed any more.",
    next: "Nothing was sent. See how it stands (buyonce status).",
  },
  "limit-below-spent": {
    status: "refused",
    cause: "The limit is below what was sent and is or may be bought.",
    next: "Nothing was sent. Set one that is not below it, or cancel the execution (buyonce cancel): then nothing more is bought.",
  },
  "nothing-to-change": {
    status: "refused",
    cause: "It is so already, or the change does not fit how it stands.",
    next: "Nothing was sent. See how it stands (buyonce status).",
  },
  "total-unknown": {
    status: "refused",
    cause: "What it cost that was found as bought is not known, so the total cannot be kept.",
    next: "Nothing was sent. Set a maxPrice for it that covers what it cost (buyonce limits), then AGAIN.",
  },
  "lookup-failed": {
    status: "refused",
    cause: "What is already bought could not be looked up, so nothing was bought on top of it.",
    next: "Nothing was sent. Check the network and the right to read, then AGAIN.",
  },
  "lookup-untrusted": {
    status: "refused",
    cause: "The list of what is already bought is incomplete, so nothing was bought on top of it.",
    next: "Nothing was sent. Give the identity the right to read all commitments (on Azure: Reservations Reader for the tenant), or record what is gone for good (buyonce audit --accept-loss); then AGAIN.",
  },
  "credentials-unavailable": {
    status: "refused",
    cause: "The account that buys could not sign in.",
    next: "Nothing was sent. Sign in (az login, aws sso login, gcloud auth application-default login, or the provider's environment variables) and check this machine's clock, then AGAIN.",
  },
  "access-denied": {
    status: "refused",
    cause: "The account that buys lacks a right.",
    next: "Nothing was sent. Grant or enable what the message names, then AGAIN.",
  },
  "wrong-account": {
    status: "refused",
    cause: "The run was signed in to a different account from the one that was named.",
    next: "Nothing was sent. Sign in to the account that the file names, then AGAIN.",
  },
  "commitment-mismatch": {
    status: "refused",
    cause: "What was found for it at the provider, with its mark, is not what was asked for.",
    next: "It may be bought already. A person has to look at the provider for what the message names, and decide (buyonce resolve). Until then, buy it nowhere else. After that, AGAIN.",
  },
  "commitment-unverifiable": {
    status: "refused",
    cause: "What was found for it at the provider could not be compared with what was asked for.",
    next: "It may be bought already. Later, AGAIN. If this repeats, a person has to look at the provider for what the message names, and decide (buyonce resolve). Until then, buy it nowhere else.",
  },
  "commitment-unclear": {
    status: "refused",
    cause: "Something was found for it at the provider that may or may not have been paid for.",
    next: "It may be bought already. A person has to look at the provider for what the message names, and decide (buyonce resolve). Until then, buy it nowhere else. After that, AGAIN.",
  },
  "look-alike": {
    status: "refused",
    cause:
      "Something at the provider is what was asked for, does not say whose it is, and may have been bought for it.",
    next: "It may be bought already. A person has to find out who bought what the message names, and say whether it is this one (buyonce resolve --bought) or another purchase (--not-this). Until then, buy it nowhere else. After that, AGAIN.",
  },
  "bought-elsewhere": {
    status: "refused",
    cause: "Another engine's records say that it bought it, and the provider does not show that purchase.",
    next: "It may be bought already. A person has to look for the id that the message names, and say what was bought (buyonce resolve --bought), or that the id is no purchase for it (--not-this). Until then, buy it nowhere else. After that, AGAIN.",
  },
  "several-commitments": {
    status: "refused",
    cause: "It seems to be bought more than once already.",
    next: "It may be bought already. A person has to compare the purchases that the message names, at the provider: one may be too many. Record the one that counts (buyonce resolve --bought). Until then, buy it nowhere else.",
  },
  "identical-purchase-open": {
    status: "in-progress",
    cause: "An equal order comes first; nothing was sent for this one yet.",
    next: "An equal order comes first; nothing was sent for this one yet. Once that one is decided, this one is bought: AGAIN, or leave it to a timer that runs buyonce redrive.",
  },
  "twin-forbidden": {
    status: "refused",
    cause: "The same was bought a short time ago for something else, and it was asked not to buy it a second time.",
    next: "Nothing was sent. Look at the one that the message names. If a second one is wanted all the same, allow it (buyonce limits --forbid-twins-within none), then AGAIN.",
  },
  "quote-failed": {
    status: "refused",
    cause: "The provider gave no usable price.",
    next: "Nothing was sent. Read the provider's answer in the message, and AGAIN later. If a partner bills the subscription, ask the partner to buy it.",
  },
  "not-offered": {
    status: "refused",
    cause: "The provider does not sell what was asked for.",
    next: "Nothing was sent. Put a corrected recommendation into a new execution with an executionId of its own.",
  },
  "several-offerings": {
    status: "refused",
    cause: "The provider sells several things that fit, and none was chosen by guessing.",
    next: "Nothing was sent. Put a more exact recommendation into a new execution with an executionId of its own.",
  },
  "not-in-plan": {
    status: "refused",
    cause: "The plan does not buy it.",
    next: "Nothing was sent. If it is to be bought all the same, raise its limit (maxPrice), and the total where that is too low, with buyonce limits. After that the plan is outdated: make a new one of the execution file (buyonce quote --out) and drive that, or drive what is recorded (buyonce redrive).",
  },
  "price-above-limit": {
    status: "refused",
    cause: "The price is above the limit that was set for it.",
    next: "Nothing was sent. If the price is right, raise the limit (maxPrice) with buyonce limits, then AGAIN.",
  },
  "price-currency-mismatch": {
    status: "refused",
    cause: "The price is in a different currency from the limit that was set for it.",
    next: "Nothing was sent. Give the limit (maxPrice) in the currency of the price with buyonce limits, then AGAIN.",
  },
  "total-above-limit": {
    status: "refused",
    cause: "All of it together costs more than the total that was allowed.",
    next: "Nothing was sent. If the sum is right, raise the total: --max-total (maxTotals) of the run, or buyonce limits where the execution has one; then AGAIN.",
  },
  "total-currency-missing": {
    status: "refused",
    cause: "No total was allowed for the currency of its price.",
    next: "Nothing was sent. Allow a total in that currency too (--max-total, maxTotals, or buyonce limits where the execution has totals), then AGAIN.",
  },
  "deadline-too-near": {
    status: "refused",
    cause: "Too little time was left to buy it safely.",
    next: "Nothing was sent. To go on, AGAIN. If this repeats, allow more time (--timeout, deadline).",
  },
  "purchase-rejected": {
    status: "rejected",
    cause: "The provider declined the order or let it fail: nothing is bought.",
    next: "The provider declined the order or let it fail: nothing is bought. Clear up what the message names (payment, quota, rights), then AGAIN: it starts over.",
  },
  "purchase-over": {
    status: "rejected",
    cause: "It was bought earlier and has ended.",
    next: "It was bought earlier and has ended. It is not bought again. Put what is to be bought now into a new execution with an executionId of its own.",
  },
  "outcome-unknown": {
    status: "unresolved",
    cause: "The order was sent, and it is not known yet whether it was bought.",
    next: "It was sent and may be bought. In a few minutes, AGAIN: it is looked for first, and never bought again blindly. If it stays unknown, look at the provider and decide with buyonce resolve. Until then, buy it nowhere else.",
  },
  "nothing-to-resolve": {
    status: "refused",
    cause: "There is nothing to decide: what became of it is known already.",
    next: "There is nothing to decide: what became of it is known already. See how it stands (buyonce status); then AGAIN, or run buyonce settle.",
  },
  "still-shown": {
    status: "refused",
    cause: "The provider still shows a purchase for it.",
    next: "It may be bought already. To have it recorded as bought, AGAIN, or decide with its id (buyonce resolve --bought). If it is another purchase, say so first (--not-this).",
  },
  "too-early": {
    status: "refused",
    cause: "It was sent too recently to be decided.",
    next: "It was sent too recently to be decided. Ask again at the time that the message names; or AGAIN: what became of it is found out first. Until then, buy it nowhere else.",
  },
  "answer-unclear": {
    status: "refused",
    cause: "The provider does not say clearly whether it was bought.",
    next: "The provider does not say clearly whether it was bought. Ask again when the provider answers; of what may be it, say first what it is (buyonce resolve --bought, or --not-this). Where no clear answer can come any more, write it off (--write-off). Until then, buy it nowhere else.",
  },
  "there-before": {
    status: "refused",
    cause: "What was named was there before the order was sent.",
    next: "What was named was there before the order was sent. Look at the provider for one that began after it was sent, and check the id.",
  },
  "resolved-as-not-bought": {
    status: "refused",
    cause: "A person decided that it was not bought.",
    next: "A person decided that it was not bought. To buy it, AGAIN.",
  },
  "resolved-as-not-this": {
    status: "refused",
    cause: "A person decided that what was found is another purchase.",
    next: "A person decided that what was found is another purchase. To go on, AGAIN.",
  },
  "written-off": {
    status: "written-off",
    cause: "A person wrote it off: it may be bought, and nobody can find out any more.",
    next: "A person wrote it off: it may be bought, and nobody can find out any more. If it shows after all, record that (buyonce resolve --bought). If it is to be bought all the same, put it into a new execution with an executionId of its own.",
  },
  "held-by-another-driver": {
    status: "in-progress",
    cause: "Another run is working on it.",
    next: "Another run is working on it. To see what came of it, AGAIN later. Until then, buy it nowhere else.",
  },
  "executor-missing": {
    status: "refused",
    cause: "The worker that ran has no executor for its provider and service.",
    next: "The ledger shows no purchase. Run a worker that has an executor for it. Until then, buy it nowhere else.",
  },
  "malformed-request": {
    status: "refused",
    cause: "The request cannot be read; nothing was recorded.",
    next: "Nothing was sent. Correct what the message names, then send it again.",
  },
  "not-authenticated": {
    status: "refused",
    cause: "The request does not say who sends it, in a way that is known here.",
    next: "Nothing was sent. Send a valid token in the header Authorization: Bearer ….",
  },
  "issuer-unavailable": {
    status: "refused",
    cause: "The keys of an issuer cannot be had, so it is not known who sends the request; it was not carried out.",
    next: "Nothing was sent. Send the same again in a moment. Where that goes on, check jwksUrl from where the server runs.",
  },
  "not-permitted": {
    status: "refused",
    cause: "Who sent the request may not do this.",
    next: "Nothing was sent. Have the right granted that the message names, or let somebody who has it do this.",
  },
  "foreign-origin": {
    status: "refused",
    cause: "The request came through a web page of another site, or under a name that is not this server's.",
    next: "Nothing was sent. Call the server by its own address, not from a page of another site.",
  },
  "not-found": {
    status: "refused",
    cause: "There is nothing at this address that the caller may see.",
    next: "Nothing was sent. Check the path, the executionId and the ledger that the server was started with.",
  },
  "method-not-allowed": {
    status: "refused",
    cause: "This address has no such method.",
    next: "Nothing was sent. Use one of the methods in the header Allow.",
  },
  "request-too-large": {
    status: "refused",
    cause: "The body of the request is too large; nothing was recorded.",
    next: "Nothing was sent. Split the execution into several ones.",
  },
  "unsupported-media-type": {
    status: "refused",
    cause: "The body of the request is not JSON in UTF-8; nothing was recorded.",
    next: "Nothing was sent. Send JSON with the header Content-Type: application/json.",
  },
  "precondition-missing": {
    status: "refused",
    cause: "The request does not name the version of the terms that it is about; nothing was changed.",
    next: "Nothing was sent. Read the terms, and send their ETag as If-Match.",
  },
  "too-many-requests": {
    status: "refused",
    cause: "The caller sends requests faster than the server takes them; this one was not carried out.",
    next: "Nothing was sent. Send the same again after the time that Retry-After says.",
  },
  "server-busy": {
    status: "refused",
    cause: "The server has as many requests under way as it takes; this one was not carried out.",
    next: "Nothing was sent. Send the same again after the time that Retry-After says.",
  },
  "in-progress": {
    status: "refused",
    cause: "The execution is recorded, and is still being worked on.",
    next: "Nothing was sent. Send the same again after the time that Retry-After says, or read the execution.",
  },
  "too-many-streams": {
    status: "refused",
    cause: "Too many event streams are open, of this caller or in all.",
    next: "Nothing was sent. Close those that nobody reads, or read the execution from time to time.",
  },
  "shutting-down": {
    status: "refused",
    cause: "The server is ending; nothing was recorded.",
    next: "Nothing was sent. Send the same again in a moment, to the server that takes its place.",
  },
  "no-answer": {
    status: "refused",
    cause:
      "The server did not answer in time, or its answer was lost. It is not known whether the request was carried out.",
    next: "Nothing was sent. Send the same again, with the same executionId and key: what was recorded is answered as it stands. Never send it under a new id.",
  },
  "foreign-answer": {
    status: "refused",
    cause: "What answered is not buyonce, or answered about something else.",
    next: "Nothing was sent. Check the address, and what is between. As long as it is not known whether the request was carried out, send the same again and nothing else.",
  },
  "not-decided": {
    status: "refused",
    cause: "The execution is still being worked on, and the time for waiting is over.",
    next: "Nothing was sent. Wait again, or read the execution later.",
  },
  internal: {
    status: "refused",
    cause: "The program has a defect.",
    next: "Nothing was sent. Report the message as a defect. It is safe to AGAIN: what became of it is found out first.",
  },
};
