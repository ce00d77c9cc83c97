import { usageError } from "../terminal/usage-error.ts";

/**
 * Whether a ledger is named by the URL of a PostgreSQL database instead of a file. Throws a usage error for a URL that
 * cannot be used; the message does not repeat it, for it may hold a password.
 */
export function isPostgres(location: string): boolean {
  if (!/^postgres(?:ql)?:/i.test(location)) return false;
  const url = /^postgres(?:ql)?:\/\//i.test(location) ? URL.parse(location) : null;
  // Without a user, an @ further back is what a password with / ? or # looks like: it was cut in the middle.
  if (url === null || (url.username === "" && /@/.test(url.pathname + url.hash))) {
    throw usageError(
      "--ledger is no URL of a PostgreSQL database: write postgres://user:password@host:5432/database, with / ? # @ : and % of the password percent-encoded. Nothing was sent.",
    );
  }
  return true;
}
