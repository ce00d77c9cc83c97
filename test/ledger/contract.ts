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
  "the same token for another purchase is a conflict that names the fields",
  "what is written ahead survives its driver and carries attempt and time",
  "a purchase is settled for every later driver, and its claim is given up",
  "a purchase that is pending, or without its marker, is granted again to be looked after",
  "a purchase without its marker keeps the claim, so that its driver can stamp it",
  "rejected and refused are tried again from the start; unknown keeps its submission",
  "proof of failure opens a new generation; proof that nothing was bought does not",
  "one commitment cannot count for two tokens",
  "a UUID cannot count for two tokens, though their scopes go by two keys",
  "an id that only holds a UUID is unique in its scope alone",
  "a lane admits one open submission at a time",
  "a commitment that only fits is not recorded while another submission of its lane is open",
  "evidence is kept with an unknown outcome, and a refusal that nobody could look at keeps its submission",
  "an answer that comes after the claim is lost is evidence all the same, for what is open, dead or passed by",
  "what a person says is none of it is kept with what is open, and with what was sent before",
  "what a person says is none of it holds on once it is dead; it opens nothing and makes up nothing sent before",
  "a changed price limit is taken over, so that the next drive uses it",
  "a second send of a handle is written ahead, and counts no more once it was refused",
  "nothing further is written ahead once twenty submissions came to nothing",
  "what is proven dead is kept with its proof, oldest first, unless it was never sent",
  "what was bought and came to nothing is kept with all its ids, if it was sent",
  "a submission is kept among the former ones where a purchase from elsewhere passed it by, and only there",
  "what waits for another purchase is no refusal: it stays claimed, by nobody, and is work",
  "an unknown outcome keeps its submission as it was written, and adds the evidence that there is",
  "every change is in the history, in order, with who made it",
  "many claims at once are granted to exactly one driver each",
  "a person's decision is appended to the history and changes nothing else",
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
