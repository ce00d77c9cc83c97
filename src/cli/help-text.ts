import { defaultFiles } from "./commands/command-options.ts";

const ledgerHelp = `
The ledger
  A file: SQLite, for drivers on one machine. For several machines a PostgreSQL database, which needs the package pg:
  postgres://user@host:5432/database. The password may stand in the URL, percent-encoded; better, where other users
  cannot read it off the list of processes, in PGPASSWORD or ~/.pgpass. No message repeats it.
`;

/** What `buyonce drive --help` says below the options. */
export const driveHelp = `
The file
  JSON: { "executionId", "source", "recommendations": [ ... ] }. Strict: an unknown field is an error, and nothing
  is sent unless all of it is valid. Recommendations are counted from 0, as "#0" in the report.

Once
  Every recommendation is bought at most once, however often and from wherever the file is driven; driving it again
  reports the same result. So when in doubt, after a crash, a lost connection or Ctrl-C: drive the same file again.
  The ledger remembers what was sent. Keep it, and use the same one for all drives.
${ledgerHelp}
Money
  Against a real cloud it shows the prices and asks first; without a terminal it needs --yes. Where the file sets no
  maxPrice, the price you agreed to is the limit; with --yes there is none then.
  --max-total "12000.00 USD" limits all of it together: every price is asked for before the first purchase, and if they
  come to more, nothing is bought. Every price is checked again before it is sent, with all that this drive has sent by
  then, outcomes unknown included. Once per currency; a currency that is not named is refused. What another driver holds
  is left out, and checked when it is this one's turn (--wait).
  An endpoint must be https, or http on 127.0.0.1, [::1] or localhost. Over http only a dummy credential is sent, and
  the ledger defaults to ${defaultFiles.sandboxLedger}, so that records never mix with real ones.
  --sandbox does the same with a cloud of its own, whose state lasts in ${defaultFiles.sandboxState}.

Credentials
  Azure: DefaultAzureCredential (az login, environment variables, managed identity).
  AWS: the default chain (environment variables, profile, SSO, role). The account is checked before anything is sent.
  GCP: application default credentials (gcloud auth application-default login, GOOGLE_APPLICATION_CREDENTIALS, metadata
  server); needs the packages @google-cloud/compute and @google-cloud/billing beside buyonce.

Status
  purchased           bought by this drive
  already-purchased   bought before; the same result as then
  in-progress         another driver is at it; see --wait
  refused             a guard stopped it; nothing was sent
  rejected            the provider said no; nothing was bought
  unresolved          sent, and nobody can say yet whether it was bought; the next drive finds out first. "parked":
                      nobody could for longer than the provider's own time limit, so a person decides (buyonce resolve)

Exit codes
  0    all is bought, now or before
  2    bad usage or an invalid file; nothing was sent
  3    something was refused or rejected
  4    something is unresolved or in progress (even if something else was refused)
  1    an internal error, a ledger that cannot be used, or output that could not be written
  130  stopped, or answered with No, before there was a report

With --json
  Standard output holds exactly one document. A report:
    { "executionId", "outcomes": [ { "recIndex", "status", "token",
        "commitment": { "id", "state", "settled" }, "price": { "amount", "currency" },
        "error": { "code", "message", "retryable", "retryAfter" },
        "parked": { "since", "sentAt", "handle" }, "warnings": [ ... ] } ],
      "totals": [ { "amount", "currency" } ] }
  with commitment, price, error, parked and warnings only where there are any, and retryAfter in milliseconds where known.
  Where there is no report:
    { "error": { "code", "message", "retryable", "problems": [ { "path", "message" } ] } }
  with problems only for an invalid execution. Everything else goes to standard error.

With --report FILE.html
  A page for people who pay: results, prices, totals per currency, what to do next, and what happened when, with what the
  ledger holds of earlier drives. It needs no network and no script, and prints on A4. Tokens are masked. It is written
  after the drive; a file that cannot be written is an error before anything is sent.

Left behind
  buyonce redrive drives again what a dead driver, a lost answer or a missing marker left, without the file;
  buyonce resolve records what a person found out about what stays unresolved.

Environment
  NO_COLOR       no colours
  PGPASSWORD     the password of the PostgreSQL ledger
  BUYONCE_DEBUG  stack traces of errors

Examples
  buyonce drive execution.json --sandbox
  buyonce drive execution.json
  buyonce drive execution.json --yes --json --timeout 300 > report.json
  buyonce drive execution.json --ledger postgres://buyer@db.internal/buyonce
`;

/** What `buyonce quote --help` says below the options. */
export const quoteHelp = `
What it does
  It looks up what is bought already, asks for the prices, and says for each recommendation what a drive would do:
    buy         nothing shows that it was bought, and the price is within its maxPrice
    bought      nothing: the ledger knows it as bought
    adopt       nothing: the provider shows a commitment with its token, which is what was asked for
    reconcile   it was sent before and nobody knows what became of it: find that out first
    held        nothing: another driver works on it
    refuse      a guard would stop it; the error says which
  It buys nothing, claims nothing and writes nothing; prices may change until the drive. A ledger that is missing counts
  as an empty one. With --max-total it also says whether all of it together is within the totals.
${ledgerHelp}
Exit codes
  0    a drive would buy all that is not bought yet
  2    bad usage or an invalid file
  3    something would be refused, or all of it is above --max-total
  4    something has to be found out first, or is held by another driver
  1    an internal error, a ledger that cannot be used, or output that could not be written
  130  stopped

With --json
  Standard output holds exactly one document:
    { "executionId", "recommendations": [ { "recIndex", "token", "verdict", "price": { "amount", "currency" },
        "limit": { "amount", "currency" }, "commitment": { "id", "state", "settled" },
        "error": { "code", "message", "retryable", "retryAfter" } } ],
      "totals": { "buy": [ ... ], "bought": [ ... ], "reconcile": [ ... ] }, "error": { ... } }
  with "error" at the end only where the totals are not enough; else { "error": ... } alone.

Examples
  buyonce quote execution.json --sandbox
  buyonce quote execution.json --max-total "12000.00 USD" --max-total "5000.00 GBP"
`;

/** What `buyonce redrive --help` says below the options. */
export const redriveHelp = `
What is driven
  With an execution id: all recommendations of that execution, as the ledger has them; no file is needed.
  Without: what was left behind in any execution, which nobody holds now: written ahead or unknown, abandoned by a dead
  driver, bought but not yet settled, or without its marker; with --retry-refused also what was refused or rejected.
  What is parked (unresolved for longer than the provider's own time limit: a day, for most services) waits for a person;
  with --parked, with its execution's id, or with its file it is looked at all the same.
  What this program cannot buy (a provider or service of another program on the same ledger) is passed over: it is not
  touched, holds nothing up, counts towards no --limit, and is reported as the ledger has it (executor-missing).
  It is safe beside live drivers, here and on other machines. Run it by a timer.

Money
  What proves not to be bought is bought, within the maxPrice that the execution had. So against a real cloud it shows
  what it will drive and asks first; without a terminal it needs --yes.
  The ledger must be there: a wrong --ledger is an error, not an empty one. With --sandbox or an http endpoint the
  default is ${defaultFiles.sandboxLedger}. Never drive records of a real cloud against an imitation.
${ledgerHelp}
Exit codes
  As for drive, over all that was driven or passed over; 0 when nothing was left behind. With --older-than above the
  interval of the other program's own timer, what that one looks after does not show here.

With --json
  Standard output holds exactly one document: { "reports": [ ... ] }, one report per execution in the shape that
  "buyonce drive --help" shows, about the recommendations that were driven or passed over; else { "error": ... }.

Examples
  buyonce redrive
  buyonce redrive --yes --json --older-than 300 --limit 20
  buyonce redrive 6f2c9a52-6a0e-4a0f-9a2b-2f4a1d1f7a11
`;

/** What `buyonce resolve --help` says below the options. */
export const resolveHelp = `
When
  A recommendation stays unresolved when it was sent and nobody can say whether it was bought. Drive it again first
  (buyonce redrive): most of it is found out so. What is not found out in the provider's own time limit is parked, and the
  report says under which handle it was sent, when, and what was last answered. Look at the provider yourself, and say
  what you found.

What is checked
  --bought ID   the commitment is read and compared with what was asked for, then recorded and marked. An id that is not
                there, or is something else, or belongs to another recommendation is refused.
  --not-bought  the provider is asked once more. While it shows a commitment for it, this is refused: drive it again,
                and that commitment is adopted. Recorded as not bought, it is bought anew by the next drive.
  Name and reason go into the ledger's history. Nothing is bought here.
${ledgerHelp}
Exit codes
  0    recorded
  1    an internal error, a ledger that cannot be used, or output that could not be written
  2    bad usage, or an execution or recommendation that the ledger does not know
  3    refused: the provider contradicts, its outcome is not unknown, or another driver holds it; nothing was recorded
  4    recorded in part: another driver took over
  130  stopped

With --json
  Standard output holds exactly one document: the outcome, in the shape that "buyonce drive --help" shows, with status
  "already-purchased", or "refused" with the error code resolved-as-not-bought; else { "error": ... }.

Examples
  buyonce resolve 6f2c9a52-6a0e-4a0f-9a2b-2f4a1d1f7a11 2 --not-bought --person "$USER" --reason "not on the bill"
  buyonce resolve 6f2c9a52-6a0e-4a0f-9a2b-2f4a1d1f7a11 2 --bought 0a1b2c3d-1111-2222-3333-444455556666 \\
    --person "$USER" --reason "the only one of that day"
`;

/** What `buyonce settle --help` says below the options. */
export const settleHelp = `
What it does
  It asks the providers about everything that is bought and not yet final, or without its marker, with growing waits,
  until all of it is final or the time is over. It never buys.
  What came to nothing (billing failed, say) is said loudly and recorded as rejected: nothing is bought for it any more.
  The next drive of its file, or buyonce redrive with its id, buys it anew.
  What is unresolved is not its business: drive it again (buyonce redrive).
  What this program cannot look up (a provider or service of another program on the same ledger) is not waited for, and is
  reported as it stood at the beginning.
${ledgerHelp}
Exit codes
  0    all is final, or nothing was pending
  3    something came to nothing
  4    something is still pending, or could not be looked at
  1    an internal error, a ledger that cannot be used, or output that could not be written
  2    bad usage, or an execution that the ledger does not know
  130  stopped before there was a report

With --json
  Standard output holds exactly one document: { "reports": [ ... ] }, one report per execution in the shape that
  "buyonce drive --help" shows, about what was pending; else { "error": ... }.

Examples
  buyonce settle
  buyonce settle 6f2c9a52-6a0e-4a0f-9a2b-2f4a1d1f7a11 --timeout 3600
`;

/** What `buyonce status --help` says below the options. */
export const statusHelp = `
What it shows
  What the ledger knows. No provider is asked, no credentials are needed, nothing is changed.

Status, and what --state chooses
  purchased     bought; so does already-purchased
  pending       bought, and not yet settled or without its marker: a part of purchased
  in-progress   a driver holds it now
  unresolved    sent, and no driver has said what became of it: drive it again (buyonce redrive)
  parked        unresolved beyond the provider's own time limit: a person decides (buyonce resolve); a part of unresolved
  refused       a guard stopped it; nothing was sent
  rejected      the provider said no, or it came to nothing; nothing is bought
  abandoned     its driver ended before anything was sent; so does waiting: for an equal purchase that is not decided yet
  claimed, submitted, unknown: the ledger's own states, held by a driver or not
${ledgerHelp}
Exit codes
  0    shown
  1    an internal error, a ledger that cannot be used, or output that could not be written
  2    bad usage, or an execution that the ledger does not know

With --json
  Standard output holds exactly one document, times in ISO 8601:
    { "recommendations": [ { "executionId", "recIndex", "token", "description", "status", "state", "commitment", "price",
        "error", "attempt", "generation", "holder", "leaseUntil", "createdAt", "updatedAt" } ],
      "more", "totals": { "bought": [ ... ], "unresolved": [ ... ] } }
  "more" says whether there are more than --limit; the totals are of those that are shown.

Examples
  buyonce status
  buyonce status --state unresolved --json
  buyonce status 6f2c9a52-6a0e-4a0f-9a2b-2f4a1d1f7a11
`;

/** What `buyonce history --help` says below the options. */
export const historyHelp = `
What it shows
  Every change that the ledger made, oldest first: when, what happened, the state after it, how many handles were sent or
  written ahead by then (try), the driver, and the id, price or answer code. No provider is asked, nothing is changed.
${ledgerHelp}
Exit codes
  0    shown
  1    an internal error, a ledger that cannot be used, or output that could not be written
  2    bad usage, or an execution or recommendation that the ledger does not know

With --json
  Standard output holds exactly one document, times in ISO 8601:
    { "executionId", "recommendations": [ { "executionId", "recIndex", "token", "description", "history": [ { "at",
        "event", "from", "to", "holder", "epoch", "attempt", "code", "detail" } ] } ] }

Examples
  buyonce history 6f2c9a52-6a0e-4a0f-9a2b-2f4a1d1f7a11
  buyonce history 6f2c9a52-6a0e-4a0f-9a2b-2f4a1d1f7a11 2 --json
`;

/** What `buyonce audit --help` says below the options. */
export const auditHelp = `
What it does
  It reads all commitments in the places that are named (default: those that the ledger knows), and compares them with
  the ledger:
    duplicate       several live commitments carry one token; with what a return would give back, and until when, where
                    the provider calculates that (Azure reservations)
    twin            two of one kind and count were bought within 15 minutes, and one of them carries no token
    orphan          it carries a token that this ledger does not know
    unrecorded      it carries a token that the ledger knows, and the ledger does not know it as bought for it
    loss            the ledger knows it as live, and the provider does not show it as live
    missing marker  the ledger knows it, and it does not carry its token at the provider; --repair stamps it (EC2)
  It never buys and never gives anything back: that is for a person, at the provider.
  Name a tenant as the executions do: what they bought without a tenantId is looked for with --azure alone.
  A ledger that is missing counts as an empty one where places are named: then all that is marked is an orphan.

What is gone before its term
  A commitment that was exchanged, sold or given back is a loss, and drives refuse to buy in its scope while the ledger
  expects it there. --accept-loss ID records that it is gone, with name and reason in the history; this is refused while
  the provider shows it as live, and where it came to nothing (run buyonce settle). Its recommendation stays bought, and
  is not bought again.
${ledgerHelp}
Exit codes
  0    nothing was found, or all of it was repaired; or a loss was recorded
  3    something was found; or the loss was refused
  4    nothing was found, but something could not be looked at
  1    an internal error, a ledger that cannot be used, or output that could not be written
  2    bad usage
  130  stopped before there was a report

With --json
  Standard output holds exactly one document:
    { "scopes": [ { "key", "label", "listed", "error": { "code", "message" } } ],
      "findings": [ { "kind", "scope", "token", "executionId", "recIndex", "message", "repaired",
          "commitments": [ { "id", "state", "price", "purchasedAt", "recorded", "refundError",
            "refund": { "amount", "lastDay", "limit": { "most", "used" }, "problems": [ ... ], "rules" } } ] } ],
      "notLookedAt": [ { "provider", "service" } ] }
  where a token may be its first 32 characters; else { "error": ... }.

Examples
  buyonce audit
  buyonce audit --azure --aws 123456789012/us-east-1 --aws 123456789012/eu-west-1 --json
  buyonce audit --repair
  buyonce audit --accept-loss 0a1b2c3d-1111-2222-3333-444455556666 --person "$USER" --reason "exchanged for three years"
`;
