// What is said about each error, once: messages, next steps, the page and docs/errors.md are made from here.
import { clientAdvice } from "./client-advice.ts";
import { decide, newExecution, nowhereElse } from "./advice-words.ts";
import type { ErrorCode } from "./errors.ts";
import { ledgerAdvice } from "./ledger-advice.ts";
import { requestAdvice } from "./request-advice.ts";

/** What is said about one error code. */
export interface ErrorAdvice {
  /** What happened, for anybody: on the page, and in the documentation. About one recommendation: "it". */
  readonly plain: string;
  /** What an engineer may want to know besides: in the documentation alone. */
  readonly detail?: string;
  /**
   * What to do. `{again}` stands for how to drive again; `{file again}` for the same where the file itself has to change, so
   * that the ledger's copy of it does not help. Code in backticks.
   */
  readonly todo: string;
  /**
   * Nothing was sent for it now, and yet it may be bought: what was found for it has to be looked at by a person. Such an
   * outcome is never called "not bought".
   */
  readonly mayBeBought?: true;
}

type Group = Partial<Record<ErrorCode, ErrorAdvice>>;

const beforeADrive = {
  "invalid-execution": {
    plain: "The execution is not valid; nothing was sent.",
    detail: "Every problem is listed with its path.",
    todo: "Correct the file, then {file again}.",
  },
  "invalid-configuration": {
    plain: "A setting cannot be used: an option, an endpoint, a path, or a field of the configuration.",
    detail: "An AWS endpoint set in the environment or a profile is refused.",
    todo: "Correct what the message names, then {again}.",
  },
  aborted: {
    plain: "The run was stopped before its turn.",
    todo: "To go on, {again}.",
  },
} satisfies Group;

const execution = {
  "execution-changed": {
    plain: "The execution is not the one that was recorded under its id; what is recorded stays as it is.",
    detail: "A recommendation was added, removed, moved or changed; the message names them.",
    todo: `Restore the file and {file again}, or put what is new ${newExecution}.`,
  },
  "execution-id-taken": {
    plain: "The executionId is taken by an execution that is not this caller's, so nothing was recorded or bought.",
    detail: "The first submitter owns it; one that the command line, a drive or an import recorded is no caller's.",
    todo: `Put what is to be bought ${newExecution}.`,
  },
  "source-differs": {
    plain: "The execution was recorded for another source; what is recorded stays as it is.",
    todo: "Give the recorded source in the file and {file again}, or change the recorded one (`buyonce source`).",
  },
  "limits-differ": {
    plain: "A limit or a time in the file is not the recorded one, so nothing of it was bought.",
    todo: "Change the recorded limit (`buyonce limits`); or, for one that the file raises and where it needs no approval, {file again} with `--raise-limits` (`raiseLimits`).",
  },
  "approval-missing": {
    plain: "Nobody has approved it yet.",
    detail: "Or a limit was raised after the approval, or it was reopened.",
    todo: "Have it approved (`buyonce approve`), then {again}.",
  },
  "second-person-needed": {
    plain: "It was recorded as one that needs two persons, and who submitted it or set its terms may not approve it.",
    detail: "Whoever raised a limit, changed the source or reopened it since may not either.",
    todo: "Have it approved by another person (`buyonce approve`), then {again}.",
  },
  "not-due": {
    plain: "It may not be bought yet.",
    detail: "Its `notBefore` has not come.",
    todo: "Wait until then, and {again}.",
  },
  "execution-expired": {
    plain: "It may not be bought any more: its time is over.",
    detail: "Its `expiresAt` has come. What was sent before is looked after.",
    todo: `Put what is still to be bought ${newExecution}.`,
  },
  "execution-cancelled": {
    plain: "It was cancelled.",
    detail: "What was sent before is looked after: found, it is recorded as bought.",
    todo: "If it is to be bought after all, reopen it (`buyonce reopen`), have it approved if it needs that, then {again}.",
  },
  "execution-incomplete": {
    plain: "Some of its recommendations are missing in the records, so nothing of it is bought.",
    todo: "Compare its list (`buyonce status`) with what was approved; if it is right, confirm it (`buyonce confirm`), then {again}.",
  },
  "restored-unconfirmed": {
    plain: "The records were restored from a backup, and nobody has confirmed yet that this one may be bought.",
    detail: "A restored ledger does not know what was sent, cancelled or limited after the backup.",
    todo: "Confirm the execution (`buyonce confirm`), which compares it with the providers first and says what it finds; then {again}.",
  },
  "terms-changed": {
    plain: "Its limits, source or approval changed meanwhile, so nothing was done under the former ones.",
    detail: "`termsVersion` moved on, or the terms that were named are not those that are recorded.",
    todo: "Look at what holds now (`buyonce status`), then {again}.",
  },
  "plan-outdated": {
    plain:
      "The plan is older than the terms that are recorded, and its limits are not those; nothing of it was bought.",
    detail: "The message names what the plan says and what holds now. A plan never raises a limit.",
    todo: "Look at what holds now (`buyonce status`), make a new plan of the execution file (`buyonce quote --out`), and drive that one.",
  },
  "plan-expired": {
    plain: "The plan does not hold any more, so nothing of it was bought.",
    detail: "Its `holdsUntil` has come.",
    todo: "Make a new plan of the execution file (`buyonce quote --out`), and drive that one.",
  },
  "not-agreed": {
    plain: "It was not among what a person was shown, or its price was not.",
    todo: "To be shown it with its price, {again}.",
  },
  "already-sent": {
    plain: "It was sent already, so this cannot be changed any more.",
    todo: "See how it stands (`buyonce status`).",
  },
  "limit-below-spent": {
    plain: "The limit is below what was sent and is or may be bought.",
    todo: "Set one that is not below it, or cancel the execution (`buyonce cancel`): then nothing more is bought.",
  },
  "nothing-to-change": {
    plain: "It is so already, or the change does not fit how it stands.",
    todo: "See how it stands (`buyonce status`).",
  },
} satisfies Group;

const refused = {
  "lookup-failed": {
    plain: "What is already bought could not be looked up, so nothing was bought on top of it.",
    todo: "Check the network and the right to read, then {again}.",
  },
  "lookup-untrusted": {
    plain: "The list of what is already bought is incomplete, so nothing was bought on top of it.",
    detail: "It cannot be read, kept changing, or lacks what the ledger knows as bought.",
    todo: "Give the identity the right to read all commitments (on Azure: Reservations Reader for the tenant), or record what is gone for good (`buyonce audit --accept-loss`); then {again}.",
  },
  "credentials-unavailable": {
    plain: "The account that buys could not sign in.",
    detail: "No credentials were found or accepted; a wrong clock is one cause.",
    todo: "Sign in (`az login`, `aws sso login`, `gcloud auth application-default login`, or the provider's environment variables) and check this machine's clock, then {again}.",
  },
  "access-denied": {
    plain: "The account that buys lacks a right.",
    detail: "Or an API, a region or billing is not enabled; the message names it.",
    todo: "Grant or enable what the message names, then {again}.",
  },
  "wrong-account": {
    plain: "The run was signed in to a different account from the one that was named.",
    todo: "Sign in to the account that the file names, then {again}.",
  },
  "commitment-mismatch": {
    plain: "What was found for it at the provider, with its mark, is not what was asked for.",
    todo: decide,
    mayBeBought: true,
  },
  "commitment-unverifiable": {
    plain: "What was found for it at the provider could not be compared with what was asked for.",
    todo: `Later, {again}. If this repeats, a person has to look at the provider for what the message names, and decide (\`buyonce resolve\`). ${nowhereElse}`,
    mayBeBought: true,
  },
  "commitment-unclear": {
    plain: "Something was found for it at the provider that may or may not have been paid for.",
    detail: "Or an earlier send may have bought after all.",
    todo: decide,
    mayBeBought: true,
  },
  "look-alike": {
    plain:
      "Something at the provider is what was asked for, does not say whose it is, and may have been bought for it.",
    detail:
      "Bought by another engine that stamps no token, or forgotten by a ledger that was restored. What the ledger knows is none.",
    todo: `A person has to find out who bought what the message names, and say whether it is this one (\`buyonce resolve --bought\`) or another purchase (\`--not-this\`). ${nowhereElse} After that, {again}.`,
    mayBeBought: true,
  },
  "bought-elsewhere": {
    plain: "Another engine's records say that it bought it, and the provider does not show that purchase.",
    detail: "Imported with that id (`buyonce import`). What shows the token is adopted; nothing is bought meanwhile.",
    todo: `A person has to look for the id that the message names, and say what was bought (\`buyonce resolve --bought\`), or that the id is no purchase for it (\`--not-this\`). ${nowhereElse} After that, {again}.`,
    mayBeBought: true,
  },
  "several-commitments": {
    plain: "It seems to be bought more than once already.",
    detail: "Several live commitments carry its token.",
    todo: `A person has to compare the purchases that the message names, at the provider: one may be too many. Record the one that counts (\`buyonce resolve --bought\`). ${nowhereElse}`,
    mayBeBought: true,
  },
  "identical-purchase-open": {
    plain: "An equal order comes first; nothing was sent for this one yet.",
    detail: "The two could not be told apart, so this one waits (`in-progress`).",
    todo: "Once that one is decided, this one is bought: {again}, or leave it to a timer that runs `buyonce redrive`.",
  },
  "twin-forbidden": {
    plain: "The same was bought a short time ago for something else, and it was asked not to buy it a second time.",
    detail:
      "Or was sent and may be bought, or shows at the provider. `--forbid-twins` (`twins.forbid`), or `forbidTwinsWithin` of the execution, asks for that.",
    todo: "Look at the one that the message names. If a second one is wanted all the same, allow it (`buyonce limits --forbid-twins-within none`), then {again}.",
  },
  "quote-failed": {
    plain: "The provider gave no usable price.",
    detail: "It gave none, a price of nothing, or one that its own answer contradicts.",
    todo: "Read the provider's answer in the message, and {again} later. If a partner bills the subscription, ask the partner to buy it.",
  },
  "not-offered": {
    plain: "The provider does not sell what was asked for.",
    todo: `Put a corrected recommendation ${newExecution}.`,
  },
  "several-offerings": {
    plain: "The provider sells several things that fit, and none was chosen by guessing.",
    todo: `Put a more exact recommendation ${newExecution}.`,
  },
  "not-in-plan": {
    plain: "The plan does not buy it.",
    detail: "Its limit (`maxPrice`) is 0, or when the plan was made, a purchase of it was found.",
    todo: "If it is to be bought all the same, raise its limit (`maxPrice`), and the total where that is too low, with `buyonce limits`. After that the plan is outdated: make a new one of the execution file (`buyonce quote --out`) and drive that, or drive what is recorded (`buyonce redrive`).",
  },
  "price-above-limit": {
    plain: "The price is above the limit that was set for it.",
    todo: "If the price is right, raise the limit (`maxPrice`) with `buyonce limits`, then {again}.",
  },
  "price-currency-mismatch": {
    plain: "The price is in a different currency from the limit that was set for it.",
    todo: "Give the limit (`maxPrice`) in the currency of the price with `buyonce limits`, then {again}.",
  },
  "total-above-limit": {
    plain: "All of it together costs more than the total that was allowed.",
    detail: "That counts all prices, or those sent so far and this one.",
    todo: "If the sum is right, raise the total: `--max-total` (`maxTotals`) of the run, or `buyonce limits` where the execution has one; then {again}.",
  },
  "total-currency-missing": {
    plain: "No total was allowed for the currency of its price.",
    todo: "Allow a total in that currency too (`--max-total`, `maxTotals`, or `buyonce limits` where the execution has totals), then {again}.",
  },
  "total-unknown": {
    plain: "What it cost that was found as bought is not known, so the total cannot be kept.",
    detail: "It was adopted, the provider does not show its price, and it has no `maxPrice`.",
    todo: "Set a `maxPrice` for it that covers what it cost (`buyonce limits`), then {again}.",
  },
  "deadline-too-near": {
    plain: "Too little time was left to buy it safely.",
    detail: "One send, at its longest, has to end before the deadline.",
    todo: "To go on, {again}. If this repeats, allow more time (`--timeout`, `deadline`).",
  },
} satisfies Group;

const sent = {
  "purchase-rejected": {
    plain: "The provider declined the order or let it fail: nothing is bought.",
    detail: "`providerCode` holds the provider's code.",
    todo: "Clear up what the message names (payment, quota, rights), then {again}: it starts over.",
  },
  "purchase-over": {
    plain: "It was bought earlier and has ended.",
    detail: "`providerCode` holds its state.",
    todo: `It is not bought again. Put what is to be bought now ${newExecution}.`,
  },
  "outcome-unknown": {
    plain: "The order was sent, and it is not known yet whether it was bought.",
    detail: "`providerCode` holds the code of the provider's answer, if there was one.",
    todo: `In a few minutes, {again}: it is looked for first, and never bought again blindly. If it stays unknown, look at the provider and decide with \`buyonce resolve\`. ${nowhereElse}`,
  },
} satisfies Group;

const aPersonDecides = {
  "nothing-to-resolve": {
    plain: "There is nothing to decide: what became of it is known already.",
    detail: "Or the loss is none: the purchase came to nothing.",
    todo: "See how it stands (`buyonce status`); then {again}, or run `buyonce settle`.",
  },
  "still-shown": {
    plain: "The provider still shows a purchase for it.",
    detail: "So it cannot be recorded as not bought, lost, written off or bought under another id.",
    todo: "To have it recorded as bought, {again}, or decide with its id (`buyonce resolve --bought`). If it is another purchase, say so first (`--not-this`).",
    mayBeBought: true,
  },
  "too-early": {
    plain: "It was sent too recently to be decided.",
    detail: "What it bought may not show yet. `retryAfter` says when to ask again.",
    todo: `Ask again at the time that the message names; or {again}: what became of it is found out first. ${nowhereElse}`,
  },
  "answer-unclear": {
    plain: "The provider does not say clearly whether it was bought.",
    detail: "A look failed, or shows something that may be it.",
    todo: `Ask again when the provider answers; of what may be it, say first what it is (\`buyonce resolve --bought\`, or \`--not-this\`). Where no clear answer can come any more, write it off (\`--write-off\`). ${nowhereElse}`,
  },
  "there-before": {
    plain: "What was named was there before the order was sent.",
    detail: "So it is not what was bought by it.",
    todo: "Look at the provider for one that began after it was sent, and check the id.",
  },
  "resolved-as-not-bought": {
    plain: "A person decided that it was not bought.",
    todo: "To buy it, {again}.",
  },
  "resolved-as-not-this": {
    plain: "A person decided that what was found is another purchase.",
    todo: "To go on, {again}.",
  },
  "written-off": {
    plain: "A person wrote it off: it may be bought, and nobody can find out any more.",
    detail: "It counts as maybe bought, and is never bought again.",
    todo: `If it shows after all, record that (\`buyonce resolve --bought\`). If it is to be bought all the same, put it ${newExecution}.`,
  },
} satisfies Group;

const anotherDriver = {
  "held-by-another-driver": {
    plain: "Another run is working on it.",
    detail:
      "That run holds it until the time that the message names, or longer. With `wait` (`--wait`), a drive waits for it.",
    todo: `To see what came of it, {again} later. ${nowhereElse}`,
  },
  "executor-missing": {
    plain: "The worker that ran has no executor for its provider and service.",
    detail: "It stays in the ledger as it is.",
    todo: `Run a worker that has an executor for it. ${nowhereElse}`,
  },
} satisfies Group;

const defect = {
  internal: {
    plain: "The program has a defect.",
    detail: "It is in buyonce itself, or in an executor.",
    todo: "Report the message as a defect. It is safe to {again}: what became of it is found out first.",
  },
} satisfies Group;

/** What is said about every error code. A code without an entry does not compile. */
export const errorAdvice: Readonly<Record<ErrorCode, ErrorAdvice>> = {
  ...beforeADrive,
  ...ledgerAdvice,
  ...execution,
  ...refused,
  ...sent,
  ...aPersonDecides,
  ...anotherDriver,
  ...requestAdvice,
  ...clientAdvice,
  ...defect,
};

/** The same in groups, for the documentation: their titles, and their entries in their order. */
export const errorGroups: Readonly<Record<string, Group>> = {
  "Before a drive": beforeADrive,
  "The ledger": ledgerAdvice,
  "The execution's record": execution,
  "Refused: a guard stopped it, nothing was sent": refused,
  "After a send": sent,
  "A person's decision": aPersonDecides,
  "Another driver": anotherDriver,
  "Over HTTP: the request was not carried out": requestAdvice,
  "Over HTTP: a client got no answer to go by": clientAdvice,
  "A defect": defect,
};

/** A code that this version does not know: another one wrote it to the ledger, or an executor made it up. */
const unknownCode: ErrorAdvice = {
  plain: "What happened is in the message.",
  todo: "Clear up what the message names, then {again}.",
};

/** What is said about an error code, also about one that this version does not know. */
export function adviceOf(code: string): ErrorAdvice {
  return Object.hasOwn(errorAdvice, code) ? errorAdvice[code as ErrorCode] : unknownCode;
}

/** What to do about an error, for a message or the documentation; `again` is how to drive again, `fileAgain` from the file. */
export function todoOf(code: string, again = "drive again", fileAgain = again): string {
  return adviceOf(code)
    .todo.replaceAll("{again}", () => again)
    .replaceAll("{file again}", () => fileAgain);
}
