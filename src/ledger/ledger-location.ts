import { resolve } from "node:path";
import { fileURLToPath } from "node:url";
import { LedgerError } from "../contract/errors.ts";
import { hiddenCharacter } from "../contract/hidden-characters.ts";

/** What a text names as a ledger. */
export type LedgerLocation =
  /** `file` is a whole path. */
  { readonly kind: "sqlite"; readonly file: string } | { readonly kind: "postgres"; readonly connectionString: string };

/**
 * What a text names as a ledger: a path, a `file:` URL of this machine or `sqlite:PATH` for SQLite, a `postgres:` or
 * `postgresql:` URL for PostgreSQL. Looks at the text alone. `name` is what its reader calls it, such as `--ledger`; a relative path
 * begins at `folder`, which unless it is given is the working directory.
 *
 * Throws a LedgerError `invalid-configuration` for everything else: a URL that is misspelt would be a new, empty ledger, which
 * knows nothing of what was bought. The message does not repeat the text, for it may hold a password.
 */
export function ledgerLocation(text: string, name: string, folder = "."): LedgerLocation {
  const problem = textProblemOf(text);
  if (problem !== undefined) throw notALedger(name, problem);
  const [, scheme = "", rest = ""] = /^([a-z]+):(.*)$/is.exec(text) ?? [];
  switch (scheme.toLowerCase()) {
    case "postgres":
    case "postgresql":
      return { kind: "postgres", connectionString: postgresUrl(text, name) };
    case "file":
      return { kind: "sqlite", file: fileOfUrl(text, name) };
    case "sqlite":
      if (rest === "" || rest !== rest.trim() || rest.startsWith("//") || mayHoldPassword(rest)) {
        throw notALedger(name, "has no plain path behind sqlite");
      }
      return { kind: "sqlite", file: resolve(folder, rest) };
    default:
      if (!isPath(text)) throw notALedger(name, "is neither a path nor a URL that buyonce knows");
      return { kind: "sqlite", file: resolve(folder, text) };
  }
}

/** Where a ledger is, for a person: its path, or the server and the database without the user and the password. */
export function ledgerText(location: LedgerLocation): string {
  if (location.kind === "sqlite") return location.file;
  const { host = "", pathname = "" } = URL.parse(location.connectionString) ?? {};
  return `postgres://${host}${pathname}`;
}

const hidden = new RegExp(hiddenCharacter, "u");

/** What is wrong with the text, whatever it names. */
function textProblemOf(text: string): string | undefined {
  if (text === "") return "is empty";
  if (text !== text.trim()) return "begins or ends with white space";
  const [found] = hidden.exec(text) ?? [];
  if (found !== undefined) {
    return `holds a character that does not show (U+${(found.codePointAt(0) ?? 0).toString(16).toUpperCase().padStart(4, "0")})`;
  }
  // `--ledger --sandbox`: an option that took the next one for its value.
  return text.startsWith("-") ? "begins with a dash, as an option does" : undefined;
}

/** A path that says it is one: from the root, the working folder or the one above, or a drive of Windows. */
const surePath = /^(?:\.{0,2}[\\/]|[a-z]:[\\/])/i;

/** Whether it is a path, and not what somebody meant as an address: of its first name, a colon or an equals sign decides. */
function isPath(text: string): boolean {
  if (mayHoldPassword(text)) return false;
  return surePath.test(text) || !/^[^\\/]*[:=]/.test(text);
}

/** `user:password@host`, the URL of anything, `password=...`. */
function mayHoldPassword(text: string): boolean {
  return text.includes("://") || /:.*@/s.test(text) || /(?:passw(?:or)?d|pwd)\s*=/i.test(text);
}

function postgresUrl(text: string, name: string): string {
  const url = /^postgres(?:ql)?:\/\//i.test(text) ? URL.parse(text) : null;
  // Without a user, an @ further back is what a password with / ? or # looks like: it was cut in the middle.
  if (url === null || (url.username === "" && /@/.test(url.pathname + url.hash))) {
    throw new LedgerError({
      code: "invalid-configuration",
      message: `${name} is no URL of a PostgreSQL database: write postgres://user@host:5432/database, and / ? # @ : and % of a password in it percent-encoded. Nothing was made, nothing was sent.`,
    });
  }
  return text;
}

/** Relative ones are not alike for all who read them: for some they begin at the root. */
function fileOfUrl(text: string, name: string): string {
  try {
    if (/^file:\//i.test(text) && !/[?#]/.test(text)) return fileURLToPath(text);
  } catch {
    // Of another machine, or with an encoding that no path has.
  }
  throw notALedger(name, "is no file: URL of a whole path on this machine, without ? and #");
}

function notALedger(name: string, problem: string): LedgerError {
  return new LedgerError({
    code: "invalid-configuration",
    message: `${name} ${problem}: write a path, file:///whole/path, sqlite:path or postgres://user@host:5432/database, and ./ before a name with a colon, an equals sign or a dash. Nothing was made, nothing was sent.`,
  });
}
