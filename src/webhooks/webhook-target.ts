import { createHash } from "node:crypto";
import { isIP } from "node:net";
import { RefusedError } from "../contract/errors.ts";
import { type AddressCheck, allowedAddresses, isLoopback } from "./allowed-address.ts";
import { readSecrets } from "./webhook-secrets.ts";

/** Where messages go, as the owner says it. */
export interface WebhookTargetOptions {
  /** By it the endpoint is known in the ledger: a new name is a new endpoint. */
  readonly name: string;
  /** `https:`; `http:` only to loopback, where that is allowed. Without a user, a password and a fragment. */
  readonly url: string;
  /** `whsec_…`; several, separated by blanks or line ends, while one replaces another: every message is signed with each. */
  readonly secrets: string;
  /** Addresses that are not public and may be connected to all the same: `10.1.0.0/16`, `127.0.0.1`, `fd12::/32`. */
  readonly privateAddresses?: readonly string[] | undefined;
}

/** Where messages go, checked. */
export interface WebhookTarget {
  readonly name: string;
  readonly url: URL;
  /** The address as it may be shown: its path and its query may be secrets. */
  readonly shown: string;
  readonly secrets: readonly string[];
  readonly isAllowed: AddressCheck;
}

/** What an endpoint may be called. */
export const namePattern = /^[\w.-]{1,64}$/;

/** Checks where messages are to go. Throws a RefusedError `invalid-configuration` that shows nothing of a secret. */
export function webhookTarget({
  name,
  url: text,
  secrets,
  privateAddresses = [],
}: WebhookTargetOptions): WebhookTarget {
  const where = `webhooks.${name}`;
  if (!namePattern.test(name)) {
    throw unusable(
      `The name of a webhook ${JSON.stringify(name)}`,
      "must have 1 to 64 letters, digits or one of . _ -",
    );
  }
  const url = URL.canParse(text) ? new URL(text) : undefined;
  if (url === undefined) throw unusable(`${where}.url`, "must be a URL such as https://finance.example/hook");
  if (url.username !== "" || url.password !== "") {
    throw unusable(`${where}.url`, "must not hold a user or a password: the signature says who sends");
  }
  if (url.hash !== "") throw unusable(`${where}.url`, "must not hold a #");
  const isAllowed = addressesOf(where, privateAddresses);
  checkScheme(where, url, isAllowed);
  const host = hostOf(url);
  if (isIP(host) !== 0 && !isAllowed(host)) {
    throw unusable(
      `${where}.url`,
      `leads to ${host}, which is no public address: allow it in privateAddresses if it is meant`,
    );
  }
  return {
    name,
    url,
    shown: shownUrl(url),
    secrets: readSecrets(secrets, `${where}: what was named for its secret`),
    isAllowed,
  };
}

function addressesOf(where: string, ranges: readonly string[]): AddressCheck {
  try {
    return allowedAddresses(ranges);
  } catch (error) {
    if (!(error instanceof RangeError)) throw error;
    throw unusable(`${where}.privateAddresses`, error.message);
  }
}

/** Without TLS a message may be read by others: only within this machine, where the owner allows that. */
function checkScheme(where: string, url: URL, isAllowed: AddressCheck): void {
  if (url.protocol === "https:") return;
  const host = hostOf(url);
  const isHere = host === "localhost" || (isIP(host) !== 0 && isLoopback(host));
  if (url.protocol === "http:" && isHere && (isAllowed("127.0.0.1") || isAllowed("::1") || isAllowed(host))) return;
  throw unusable(
    `${where}.url`,
    "must be https; http only to 127.0.0.1, [::1] or localhost, with that address in privateAddresses",
  );
}

/** The host of a URL, an address of IPv6 without its brackets. */
export function hostOf({ hostname }: URL): string {
  return hostname.replace(/^\[(.*)\]$/, "$1");
}

/** What comes after the origin is not shown, but told from another one. */
function shownUrl({ origin, href }: URL): string {
  return `${origin}/… (${createHash("sha256").update(href).digest("hex").slice(0, 8)})`;
}

function unusable(where: string, what: string): RefusedError {
  return new RefusedError({ code: "invalid-configuration", message: `${where} ${what}. Nothing was sent.` });
}
