import { describe, expect, test } from "vitest";
import type { Ledger } from "../../src/contract/ledger.ts";
import { testLedger } from "../../src/testing/test-ledger.ts";

/** What the suite has to hold; a test that gets lost is noticed. */
const titles = [
  "a new token is granted to one driver, and refused to a second while the lease lasts",
  "a lapsed lease goes to the next driver, under a new epoch, and the old driver's writes change nothing",
  "a renewed lease holds on",
  "a clock that was set back does not hold a lease for longer than its length",
  "a claim that is given up can be taken at once",
  "a token that is not recorded cannot be claimed, and a record comes back as it is",
  "what is written ahead survives its driver and carries attempt and time",
  "a purchase is settled for every later driver, and its claim is given up",
  "a purchase that is pending, or without its marker, is granted again to be looked after",
  "a purchase without its marker keeps the claim, so that its driver can stamp it",
  "rejected and refused are tried again from the start; unknown keeps its submission",
  "an execution is recorded once, whole, and a second time it comes back as it is",
  "an id may have 255 characters, of three bytes each; the Go engine's keys have up to 221",
  "many that record one execution at once: it is new to one of them",
  "after a cancel nothing passes the guard, first send or second; it says what had passed; reopened, it does",
  "before it is due, once it has expired, and while it is incomplete nothing is sent",
  "an approval names the terms; other terms are not approved, a raised limit asks for a new one, a lowered does not",
  "a change that was meant for an older version changes nothing",
  "all that is sent and may be bought stays within the totals, until it is proven dead; at once as one after the other",
  "what is bought counts with its price, what shows none with its limit, which does not fall, and without one nothing more is sent",
  "what another engine says that it bought is kept, and counts towards the totals with its limit, until a person says no",
  "a total in another currency, or below what is spent, is refused with the sum",
  "what was never sent can be skipped, for good, and its source changed; what was sent cannot",
  "what is written off counts towards the totals, and can neither be skipped nor be given another source",
  "executions are listed, last changed first, in pages",
  "restored, the ledger sends nothing of what it held until a person confirms each after an audit; what is recorded later is sent",
  "restored where the clock is behind the one by which it was recorded: it waits for a person all the same",
  "what was refused unseen counts until a look shows nothing, also once a guard refused it; with a later price, both",
  "what was passed by counts beside what is bought, until a look shows nothing of it",
  "proof of failure opens a new generation; proof that nothing was bought does not",
  "one commitment cannot count for two tokens",
  "a UUID cannot count for two tokens, though their scopes go by two keys",
  "an id that only holds a UUID is unique in its scope alone",
  "a lane admits one open submission at a time",
  "a commitment that only fits is not recorded while another submission of its lane is open",
  "evidence is kept with an unknown outcome, and a refusal that nobody could look at keeps its submission",
  "an answer that comes after the claim is lost is evidence all the same, for what is open, dead or passed by",
  "a second send of a handle is written ahead, and counts no more once it was refused",
  "the clocks of a send and of a purchase are kept with it; an age is counted anew until something is sent or bought",
  "nothing further is written ahead once twenty submissions came to nothing",
  "what is proven dead is kept with its proof, oldest first, unless it was never sent",
  "what was bought and came to nothing is kept with all its ids, if it was sent",
  "a submission is kept among the former ones where a purchase from elsewhere passed it by, and only there",
  "what waits for another purchase is no refusal: it stays claimed, by nobody, and is work",
  "an unknown outcome keeps its submission as it was written, and adds the evidence that there is",
  "a claim for a decision leaves the state as it is, also where the decision is refused",
  "decided not bought: the submission is kept, its generation used up, and it is work for the next driver",
  "decided not bought, of what was sent earlier: nothing is open, so no generation is used up",
  "decided not to be an id: kept for good, whatever becomes of the recommendation; the state stays",
  "decided not to be an id, of what was never sent: it is refused for that no more, and no timer takes it up",
  "written off: nobody drives it, no timer takes it up, its submission stays and its lane is free",
  "written off, of what was sent earlier: the last submission is the one that may be bought",
  "decided bought: from every state that is not bought, under an id that is nobody else's, with name and reason",
  "a decision about what is gone changes nothing else, and keeps the claim; what came to nothing is decided no more",
  "every change is in the history, in order, with who made it",
  "many claims at once are granted to exactly one driver each",
  "a correction takes up what is settled, and nothing that a driver holds",
  "a claim of some states leaves what is in another one as it is",
  "unfinished is what nobody holds and work is left on, longest untouched first",
  "what is parked waits for a person: skipped unless asked for, granted all the same, and kept until it is resolved",
  "records are listed, those worked on last first, by state, by lease and by what is left to do",
  "records are read in pages, longest untouched first; or those of some tokens",
  "what is bought in a scope is read in pages: each once, also what changes meanwhile",
  "records of the same time are listed by execution, then by index",
  "a ledger that is where it was opened may be sent from, as often as it is asked",
  "a ledger says when it was last restored, and nothing else changes",
  "the first submitter owns the execution; submitted again under the same key nothing changes, and it is no new one",
  "a key of one caller is not another's, and a text of two parts is not a caller and a key",
  "a key with another execution or other terms is refused, and so is a known id with other terms; nothing is stored",
  "an id that another caller owns, or nobody, is taken: nothing of it is told, and the key stays free",
  "what was submitted can be repeated for good, whatever a person changed since; so can what is recorded by now",
  "many first requests at once, each with a key of its own: one execution, and every key replays it",
  "many callers at once for one id: it is one's, and taken for the others; one key for many ids names one",
  "executions are narrowed to a caller, in pages in which what stays as it is shows once, whatever changes meanwhile",
  "all that happens to an execution is numbered without a gap, its recommendations included, and read from after any number on",
  "what is written at once, and what is refused, leaves no gap in the numbers; a line that was read is followed by later ones only",
  "another try that is asked for makes work of what was refused, rejected or parked, until a driver said what it found",
  "another try that is asked for outlives a driver that ends before it says what it found, and asks for nothing twice",
];

/** Runs the package's contract suite with vitest. `open` gives a new, empty ledger whose clock is `now()`. */
export function testLedgerContract(name: string, open: (now: () => number) => Promise<Ledger>): void {
  describe(`${name} keeps the contract of a ledger`, () => {
    const handedOver: string[] = [];
    testLedger({
      name,
      open,
      test: (title, run) => {
        handedOver.push(title);
        test(title, run);
      },
    });
    test("no test of the suite is lost", () => expect(handedOver).toEqual(titles.map((title) => `${name}: ${title}`)));
  });
}
