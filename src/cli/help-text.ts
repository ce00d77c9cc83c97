import { defaultFiles } from "./drive-options.ts";

/** What `buyonce drive --help` says below the options. */
export const driveHelp = `
The file
  JSON: { "executionId", "source", "recommendations": [ ... ] }. Strict: an unknown field is an error, and nothing
  is sent unless all of it is valid. Recommendations are counted from 0, as "#0" in the report.

Once
  Every recommendation is bought at most once, however often and from wherever the file is driven; driving it again
  reports the same result. So when in doubt, after a crash, a lost connection or Ctrl-C: drive the same file again.
  The ledger remembers what was sent. Keep it, and use the same one for all drives (one machine; SQLite).

Money
  Against a real cloud it shows the prices and asks first; without a terminal it needs --yes. Where the file sets no
  maxPrice, the price you agreed to is the limit; with --yes there is none then.
  An endpoint must be https, or http on 127.0.0.1, [::1] or localhost. Over http only a dummy credential is sent, and
  the ledger defaults to ${defaultFiles.sandboxLedger}, so that records never mix with real ones.
  --sandbox does the same with a cloud of its own, whose state lasts in ${defaultFiles.sandboxState}.

Credentials
  Azure: DefaultAzureCredential (az login, environment variables, managed identity).
  AWS: the default chain (environment variables, profile, SSO, role). The account is checked before anything is sent.

Status
  purchased           bought by this drive
  already-purchased   bought before; the same result as then
  in-progress         another driver is at it; see --wait
  refused             a guard stopped it; nothing was sent
  rejected            the provider said no; nothing was bought
  unresolved          sent, and nobody can say yet whether it was bought; the next drive finds out first

Exit codes
  0    all is bought, now or before
  2    bad usage or an invalid file; nothing was sent
  3    something was refused or rejected
  4    something is unresolved or in progress (even if something else was refused)
  1    an internal error, or a ledger that cannot be used
  130  stopped, or answered with No, before there was a report

With --json
  Standard output holds exactly one document. A report:
    { "executionId", "outcomes": [ { "recIndex", "status", "token",
        "commitment": { "id", "state", "settled" }, "price": { "amount", "currency" },
        "error": { "code", "message", "retryable", "retryAfter" }, "warnings": [ ... ] } ],
      "totals": [ { "amount", "currency" } ] }
  with commitment, price, error and warnings only where there are any, and retryAfter in milliseconds where known.
  Where there is no report:
    { "error": { "code", "message", "retryable", "problems": [ { "path", "message" } ] } }
  with problems only for an invalid execution. Everything else goes to standard error.

Environment
  NO_COLOR       no colours
  BUYONCE_DEBUG  stack traces of errors

Examples
  buyonce drive execution.json --sandbox
  buyonce drive execution.json
  buyonce drive execution.json --yes --json --timeout 300 > report.json
`;
