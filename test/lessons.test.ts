import { readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";

/** What an earlier purchase program got wrong, and the tests that would notice it here. */
interface Lesson {
  /** Numbers without a name are issues or pull requests of LeanerCloud/CUDly. */
  readonly lesson: string;
  /** `file#part of a title`, the file under `test/`. */
  readonly tests: readonly string[];
}

const boughtTwice: readonly Lesson[] = [
  {
    lesson: "The process died after approval, and what was driven again carried no token (632, 636)",
    tests: [
      "contract/token.test.ts#is the SHA-256 of executionId:recIndex in lowercase hex",
      "end-to-end/kill.test.ts#the next drives end with exactly three commitments",
      "drive/buy.test.ts#can be driven again from the ledger alone",
    ],
  },
  {
    lesson: "A refactoring dropped the token, and all tests stayed green (680, 721)",
    tests: [
      "azure/azure-wire.test.ts#lessons 680, 721: tags and display name are in the bytes of calculatePrice and of the PUT",
      "azure/seven-services.test.ts#tags and display name are in the bytes of the POST and of the PUT",
      "aws/ec2/ec2-mark.test.ts#stamps source and token on the id",
      "aws/reservations/reservation-purchase.test.ts#lesson: a refactoring dropped the token; id and tags are in the bytes that leave",
    ],
  },
  {
    lesson: "An order id of the caller's own was refused for new SKU families (677)",
    tests: ["azure/azure-wire.test.ts#lesson 677: the order is bought under the id that calculatePrice minted"],
  },
  {
    lesson: "Every retry minted a new order id, though the first attempt had bought and answered with an error (1774)",
    tests: [
      "azure/azure-purchase.test.ts#lesson 1774: 500",
      "azure/two-step.test.ts#lesson 1774: bought and the answer lost",
      "azure/seven-services.test.ts#the same bytes under the same id, no new price",
      "drive/unknown-outcome.test.ts#after two empty answers the same handle is sent again, without a new quote",
      "drive/unknown-outcome.test.ts#a new quote, once it is absent and a fresh listing lacks the token",
    ],
  },
  {
    lesson: "A 400 that was cut off was given up, then every cut answer was sent again (1766, 1767)",
    tests: [
      "azure/azure-purchase.test.ts#lesson 1766: 400 whose JSON is truncated",
      "azure/azure-purchase.test.ts#lesson 1767: a cut 400",
      "aws/reservations/reservation-purchase.test.ts#lesson: a 400 whose body was cut",
      "azure/seven-services.test.ts#a purchase answered with %s: looked for under its id, found, never sent twice",
    ],
  },
  {
    lesson:
      "The token hung on an id that changes on retry or on fan-out over accounts, and letter case forked it (1012, 1495, 1537, 1557, 1655)",
    tests: [
      "contract/token.test.ts#takes the id as given: letter case and position fork it (1655, 1012)",
      "contract/fingerprint.test.ts#holds the account: the same purchase for two accounts is not the same (1495)",
      "drive/drive-lessons.test.ts#1537: an execution id that differs only in letter case is another execution",
      "drive/buy.test.ts#the same execution with another recommendation is a conflict that names the fields",
      "azure/find.test.ts#letter case of token and ids does not hide an order",
      "aws/reservations/reservation-lookup.test.ts#lesson: letter case forked the token; it does not hide a reservation",
    ],
  },
  {
    lesson:
      "Two subscriptions of one tenant asked for the same, and the first one's order was taken for the second (1495)",
    tests: [
      "azure/azure-lessons.test.ts#lesson 1495: two subscriptions of one tenant ask for the same thing",
      "azure/verify.test.ts#lessons 1495, 1985: a found order that is something else is told apart",
      "azure/two-step.test.ts#lesson 1495: an order with the token that is something else is refused",
    ],
  },
  {
    lesson: "Two workers drove one execution, and a retry was started twice (1013, 1037, 1908)",
    tests: [
      "end-to-end/command-line.test.ts#lessons 1013, 1037, 1908: three processes drive one execution on one ledger",
      "ledger/contract.ts#a new token is granted to one driver, and refused to a second while the lease lasts",
      "ledger/contract.ts#many claims at once are granted to exactly one driver each",
      "ledger/sqlite.test.ts#several processes claim the same execution: each recommendation is granted once",
    ],
  },
  {
    lesson: "A reaper called a slow purchase failed while it was still under way (678, 1583)",
    tests: [
      "drive/trouble.test.ts#leases are renewed while a send takes long",
      "drive/trouble.test.ts#a driver that died after the write-ahead is followed by one that reconciles",
    ],
  },
  {
    lesson: "EC2 was bought, its tag could not be written, and a log line was all that said so (636)",
    tests: [
      "aws/ec2/ec2-mark.test.ts#lesson: EC2 was bought, the tag could not be written, a log line said so",
      "drive/unknown-outcome.test.ts#missing, it is a warning on a purchase and repaired by the next drive",
      "end-to-end/process-faults.test.ts#the new id is not visible at once: bought, marked when it shows up",
    ],
  },
  {
    lesson: "`queued` Reserved Instances were not seen (1940)",
    tests: [
      "aws/ec2/ec2-lookup.test.ts#lesson: `queued` Reserved Instances were not seen",
      "aws/ec2/ec2-resolve.test.ts#lesson: `queued` Reserved Instances were not seen",
      "aws/savings-plans/aws-plan-lookup.test.ts#lesson 1940: what only a call with all states shows is seen",
      "azure/find.test.ts#lessons 1930, 1940: %s is %s, settled %s",
    ],
  },
  {
    lesson: "An error of the look-up was taken for 'nothing there' (1937, 1941)",
    tests: [
      "drive/lookup.test.ts#a look-up error is not taken for nothing there: refused, nothing sent",
      "azure/find.test.ts#lessons 1937, 1941: a lookup that failed is refused, never taken for nothing there",
      "azure/two-step.test.ts#lessons 1937, 1941: a lookup that fails (%s) buys nothing",
      "aws/ec2/ec2-lookup.test.ts#lesson: a lookup error was taken for 'nothing there'",
      "aws/reservations/reservation-lookup.test.ts#lesson: a lookup error was taken for 'nothing there'",
    ],
  },
  {
    lesson: "The SDK sent the purchase again below the guard (Terraform for RDS: two bought, one told; aws-cli: five)",
    tests: [
      "aws/ec2/ec2-purchase.test.ts#lesson: the SDK re-sent the purchase below the guard; exactly one request leaves",
      "aws/reservations/reservation-purchase.test.ts#lesson: the SDK re-sent the purchase below the guard; exactly one request leaves",
      "aws/savings-plans/aws-plan-purchase.test.ts#one request for a savings plan leaves",
      "aws/ec2/ec2-purchase.test.ts#even if the SDK tried again, nothing would leave a second time",
      "azure/azure-purchase.test.ts#lesson of the SDK that re-sent below the guard",
      "azure/two-step.test.ts#an unknown outcome is not sent again",
    ],
  },
  {
    lesson: "The alias of a savings plan held the time of day (1079)",
    tests: [
      "azure/savings-plans/azure-plan-quote.test.ts#lesson 1079 (the alias held the time of day): it is derived from the token alone",
      "aws/savings-plans/aws-plan-quote.test.ts#lesson 1079: nothing in the request holds the time",
    ],
  },
  {
    lesson: "A marker 'in progress' expired, and the work was simply done again (aws-powertools python 8049)",
    tests: [
      "drive/trouble.test.ts#a driver that died after the write-ahead is followed by one that reconciles",
      "drive/crash.test.ts#a driver that dies at any effect, identity %s",
    ],
  },
  {
    lesson: "A worker without its lease overwrote or deleted its successor's record (aws-powertools, pg-boss)",
    tests: [
      "ledger/contract.ts#a lapsed lease goes to the next driver, under a new epoch, and the old driver's writes change nothing",
      "drive/trouble.test.ts#a clock that jumps forward lapses a lease early: the late driver's writes change nothing",
      "drive/trouble.test.ts#paused between the write-ahead and the send: the lease is checked again",
    ],
  },
  {
    lesson: "A new record came out as a duplicate in the history and blocked the plan (1985)",
    tests: ["drive/drive-lessons.test.ts#1985: one record per recommendation, whatever became of it on the way"],
  },
];

const notBought: readonly Lesson[] = [
  {
    lesson: "`BillingFailed` counted as live: nothing bought, success reported (1930)",
    tests: [
      "azure/azure-purchase.test.ts#lesson 1930: HTTP %i with %s is taken and come to nothing, not success",
      "azure/two-step.test.ts#lesson 1930: a %s order does not suppress the purchase",
      "azure/seven-services.test.ts#%s does not suppress",
      "aws/ec2/ec2-resolve.test.ts#lesson: `payment-failed` counted as live",
      "aws/reservations/reservation-already-exists.test.ts#lesson: %s counted as live",
      "aws/reservations/reservation-drive.test.ts#lesson: billing failed, nothing bought, success reported",
      "aws/savings-plans/aws-plan-generations.test.ts#lesson 1930: it is bought again as a new generation",
      "end-to-end/process-faults.test.ts#billing that fails later: nothing is bought, and the next drive buys again",
    ],
  },
  {
    lesson: "A used reservation id or name in a failed state blocked for ever (RDS; Google Cloud, 1560)",
    tests: [
      "drive/unknown-outcome.test.ts#whose billing failed does not suppress: it is bought again, as a new generation",
      "ledger/contract.ts#proof of failure opens a new generation; proof that nothing was bought does not",
      "aws/reservations/reservation-drive.test.ts#lesson: a used reservation id in a failed state blocked for ever; the next generation is bought",
      "gcp/gcp-quote.test.ts#lesson: a used name: a later generation is in the name",
      "gcp/gcp-name-taken.test.ts#lesson: a used name in a final state blocked for ever",
    ],
  },
  {
    lesson: "ALREADY_EXISTS was recorded as a failure (1560)",
    tests: [
      "azure/azure-purchase.test.ts#lesson 1560, assumption: ReservationOrderIdAlreadyExists is read and adopted",
      "aws/reservations/reservation-already-exists.test.ts#lesson: ALREADY_EXISTS was recorded as a failure",
      "end-to-end/process-faults.test.ts#assumption: a second PUT may answer %s; the order is found all the same",
      "gcp/gcp-name-taken.test.ts#lesson 1560: ALREADY_EXISTS was recorded as a failure",
    ],
  },
  {
    lesson: "A partly bought execution could never be finished (1014)",
    tests: [
      "drive/drive-lessons.test.ts#1014: a partly bought execution is finished by driving it again",
      "end-to-end/command-line.test.ts#recorded; the next drive reports it without sending it, and goes on",
    ],
  },
  {
    lesson: "Bought, but its history could not be written: called failed, and approved again (621)",
    tests: [
      "drive/ledger-fails.test.ts#after the purchase: reported as bought, with a warning, and found by the next drive",
    ],
  },
  {
    lesson:
      "A timeout or 5xx was stored as failed, or replayed as the answer (aws-powertools, rocket-rides-atomic, Stripe v1)",
    tests: [
      "azure/azure-purchase.test.ts#an answer that proves nothing is an unknown outcome, after exactly one PUT",
      "aws/ec2/ec2-purchase.test.ts#no answer within the timeout",
      "drive/unknown-outcome.test.ts#while the look-up of the handle fails, nothing is sent again: unresolved",
      "end-to-end/process-deadline.test.ts#a deadline, while an endpoint hangs",
    ],
  },
  {
    lesson: "A refusal that the user can lift was replayed for 24 hours under the same key",
    tests: [
      "drive/drive-lessons.test.ts#a refusal that the user can lift is never replayed",
      "drive/buy.test.ts#a definite refusal is not replayed: the next drive tries again from the start",
      "end-to-end/credentials.test.ts#it is bought once there are some",
    ],
  },
  {
    lesson: "The second of two concurrent creates erased the marker of the first",
    tests: [
      "drive/drive-lessons.test.ts#two executions that are driven at the same time keep a record each",
      "aws/ec2/ec2-mark.test.ts#lesson: a marker of another token is never overwritten",
      "ledger/contract.ts#one commitment cannot count for two tokens",
    ],
  },
  {
    lesson: "The replayed answer was rebuilt from storage and differed from the first",
    tests: [
      "drive/buy.test.ts#driven again buys nothing and reports the same result, field for field",
      "end-to-end/command-line.test.ts#a replay says the same as the first time, field for field",
    ],
  },
  {
    lesson: "A concurrent request with the same key did the work a second time",
    tests: [
      "drive/trouble.test.ts#the second is told who holds the recommendation and until when; nothing is bought twice",
      "drive/trouble.test.ts#the second can wait for the first and then reports what that one bought",
      "end-to-end/command-line.test.ts#4: another driver is at it",
    ],
  },
  {
    lesson: "The same key with another payload was silently accepted",
    tests: [
      "drive/buy.test.ts#the same execution with another recommendation is a conflict that names the fields",
      "ledger/contract.ts#a token that is not recorded cannot be claimed, and a record comes back as it is",
      "azure/azure-lessons.test.ts#it is a conflict that names the subscription",
    ],
  },
];

const wrongThing: readonly Lesson[] = [
  {
    lesson: "The billing plan was not sent, so all was paid at once; partial upfront became upfront (1495, 1502, 1503)",
    tests: [
      "azure/azure-wire.test.ts#lessons 1495, 1502, 1503, 1055: every field that decides money is sent as it was asked for",
      "azure/azure-schema.test.ts#lessons 1055, 1080, 1192, 1502: no default for %s",
      "aws/ec2/ec2-recommendation.test.ts#no default for what decides money: %s is required",
      "aws/ec2/ec2-quote.test.ts#lesson: platform, tenancy, scope lost on the way; every one of them is asked for",
    ],
  },
  {
    lesson: "A term left out meant one year; count 0; defaults of three letters (1055, 1080, 1192)",
    tests: [
      "azure/azure-schema.test.ts#lessons 1055, 1080, 1192, 1502: no default for %s",
      "aws/ec2/ec2-recommendation.test.ts#no default for what decides money: %s is required",
      "aws/reservations/reservation-recommendation.test.ts#lesson: no default for what decides money; %s is required",
      "drive/validate.test.ts#a negative quantity",
      "drive/buy.test.ts#an invalid execution is refused whole before anything is claimed or sent",
    ],
  },
  {
    lesson: "Platform, tenancy, scope were lost on the way; everything was general-purpose (453, 597, 598, 1538)",
    tests: [
      "aws/ec2/ec2-quote.test.ts#lesson: platform, tenancy, scope lost on the way; every one of them is asked for",
      "aws/ec2/ec2-lookup.test.ts#a zone where a region was asked for differs",
      "azure/azure-wire.test.ts#every field that decides money is sent as it was asked for",
      "gcp/gcp-quote.test.ts#lesson 1538: the family decides the type and the price",
      "gcp/gcp-resolve.test.ts#lesson 1538: everything general-purpose",
    ],
  },
  {
    lesson: "Of several offerings the first was taken; the first mismatch ended the search (688, 1450, 1579)",
    tests: [
      "aws/ec2/ec2-quote.test.ts#lesson: several offerings matched, the first was taken; refused, naming them",
      "aws/ec2/ec2-quote.test.ts#all pages are read; the first mismatch does not end the search",
      "aws/ec2/ec2-quote.test.ts#a second match on a later page is seen",
      "aws/reservations/reservation-quote.test.ts#lesson: several offerings matched, the first was taken; refused, naming them",
      "aws/reservations/reservation-quote.test.ts#lesson: the first mismatch ended the search; all pages are read",
      "aws/reservations/reservation-quote.test.ts#lesson: a product description matches parts",
    ],
  },
  {
    lesson: "GB sent as MB, two decimals, money as float, the count changed without the money (1022, 1585, 1830)",
    tests: [
      "contract/money.test.ts#sums exactly and per currency: 0.1 + 0.2 is 0.3",
      "contract/money.test.ts#is written with at least two decimals and none lost",
      "aws/ec2/ec2-quote.test.ts#lesson: money as float; 0.1 three times is 0.3",
      "aws/reservations/reservation-quote.test.ts#lesson: money as float; 0.1 three times is 0.3",
      "drive/drive-lessons.test.ts#1830: another count under the same index is a conflict that names it",
      "aws/savings-plans/aws-plan-quote.test.ts#lesson 1585: a commitment is sent with all of its five decimals",
      "gcp/gcp-recommendation.test.ts#lesson 1022: memory is in MB, by name",
      "gcp/gcp-resolve.test.ts#lesson 1022: memory in GB sent as MB",
    ],
  },
  {
    lesson: "The limit looked at the upfront part only, and trusted the caller's price (1141, 1905)",
    tests: [
      "aws/ec2/ec2-quote.test.ts#lesson: the cap looked only at the upfront part; recurring charges of the term are in the price",
      "aws/reservations/reservation-quote.test.ts#lesson: the cap looked only at the upfront part; nothing upfront has the charges of the whole term",
      "azure/azure-wire.test.ts#the recorded monthly price is the whole term, not one instalment",
      "drive/drive-lessons.test.ts#1905: a caller cannot bring a price",
      "drive/buy.test.ts#a limit in another currency is refused",
    ],
  },
  {
    lesson: "'Purchase' made a real database, a bucket (640)",
    tests: [
      "azure/azure-wire.test.ts#lesson 640: nothing but a price and a reservation order is asked for, never a resource",
      "aws/redshift/redshift-recommendation.test.ts#lesson 640: refused at validation, and it says what to do",
      "drive/validate.test.ts#a service that is not there",
      "gcp/gcp-recommendation.test.ts#lesson 640: a database and a bucket were created for a purchase",
    ],
  },
  {
    lesson: "Display names with spaces or over 64 characters, SKUs in another letter case (685, 675)",
    tests: [
      "azure/marker.test.ts#lesson 685: any prefix and token give a name that Azure takes and that is recognised again",
      "azure/verify.test.ts#lesson 675: letter case of SKU and type, and spaces in a region, are no difference",
    ],
  },
];

const listsTimeLimitsSecrets: readonly Lesson[] = [
  {
    lesson: "A next link was followed anywhere, with the bearer token, and without end (1021, 1991)",
    tests: [
      "azure/find.test.ts#lessons 1021, 1991: a next link to another host is not followed",
      "azure/find.test.ts#a next link that repeats is refused instead of followed for ever",
      "azure/azure-wire.test.ts#a next link to another host is not followed: the bearer token stays",
      "end-to-end/process-faults.test.ts#a foreign next link",
    ],
  },
  {
    lesson: "200 without the array was 'no orders'",
    tests: [
      "azure/seven-services.test.ts#a listing %s: refused, nothing sent",
      "azure/find.test.ts#200 without the array",
      "aws/ec2/ec2-lookup.test.ts#lesson: 200 without the array was 'nothing bought'; %s is refused",
      "aws/reservations/reservation-lookup.test.ts#lesson: 200 without the array was 'nothing bought'; %s is refused",
    ],
  },
  {
    lesson: "The list was short, or empty after a change of rights (azure-powershell 21843, 16190)",
    tests: [
      "drive/lookup.test.ts#a listing that lacks what the ledger knows as bought is not believed",
      "aws/reservations/reservation-drive.test.ts#lesson: the list was short or empty after a change of rights",
      "azure/find.test.ts#known ids are found for the canary, though they carry none of the tokens",
      "end-to-end/process-faults.test.ts#an empty listing, although the ledger knows an order: refused",
    ],
  },
  {
    lesson: "A listing for every recommendation: N times all pages",
    tests: [
      "drive/buy.test.ts#is bought: one listing, one quote and one send for each recommendation",
      "end-to-end/cost.test.ts#N fresh recommendations and P pages: P + 2N",
    ],
  },
  {
    lesson: "Endless empty pages; retries ate the 60 seconds that the function had (667, 688)",
    tests: [
      "azure/find.test.ts#lessons 667, 688: endless empty pages end at the page limit",
      "aws/ec2/ec2-quote.test.ts#lesson: endless empty pages; a repeated token and the page limit end them",
      "aws/reservations/reservation-quote.test.ts#lesson: endless empty pages; a repeated token and the page limit end them",
      "drive/trouble.test.ts#a deadline too near for one send: refused, nothing sent, not even written ahead",
      "end-to-end/process-deadline.test.ts#a deadline, while an endpoint hangs",
    ],
  },
  {
    lesson: "Tokens in logs, short ones whole (652, 1076)",
    tests: [
      "contract/token.test.ts#hides short ones wholly (652, 1076)",
      "azure/logs.test.ts#lesson 652: the SDK's most talkative log holds neither the token nor the bearer token",
      "azure/azure-purchase.test.ts#lesson 1076: a token that Azure's message repeats is masked",
      "aws/ec2/ec2-resolve.test.ts#the token is masked in what a person reads",
      "drive/buy.test.ts#tells each step as an event with the token masked",
      "cli/report-text.test.ts#no token appears",
    ],
  },
  {
    lesson: "It fell back to ambient credentials of another account (9531681a)",
    tests: [
      "aws/account-guard.test.ts#lesson: fell back to ambient credentials of another account; refused, naming both, nothing sent",
      "aws/reservations/reservation-purchase.test.ts#lesson: fell back to credentials of another account; the purchase is not sent",
      "azure/azure-wire.test.ts#lesson 9531681a: a token of another tenant than the one asked for sends nothing",
      "end-to-end/credentials.test.ts#lesson 9531681a: of another account or tenant: refused, both named",
    ],
  },
  {
    lesson: "An empty source was accepted here and refused there (680)",
    tests: [
      "drive/validate.test.ts#an empty source is refused here, once for all (680)",
      "azure/marker.test.ts#lesson 680: an empty source is refused here, not sent as an empty tag",
    ],
  },
];

const lessons = [...boughtTwice, ...notBought, ...wrongThing, ...listsTimeLimitsSecrets];

describe("every lesson of earlier purchase programs is a named test", () => {
  test.each(lessons)("$lesson", ({ tests }) => {
    expect(tests).not.toEqual([]);
    for (const name of tests) {
      const [file = "", title = ""] = name.split("#");
      const source = readFileSync(new URL(file, import.meta.url), "utf8");
      const titles = [...source.matchAll(/"(?:[^"\\\n]|\\.)*"/g)].map(([text]) => text.slice(1, -1));
      expect(title.length, name).toBeGreaterThan(12);
      expect(
        titles.some((text) => text.includes(title)),
        `${name}: no such title`,
      ).toBe(true);
      expect(source, `${name}: the file skips tests`).not.toMatch(/\b(test|describe)\.(skip|todo|only|fails)\b/);
    }
  });

  test("all 44 of them", () => {
    expect([boughtTwice, notBought, wrongThing, listsTimeLimitsSecrets].map(({ length }) => length)).toEqual([
      17, 11, 8, 8,
    ]);
    expect(new Set(lessons.map(({ lesson }) => lesson)).size).toBe(44);
  });
});
