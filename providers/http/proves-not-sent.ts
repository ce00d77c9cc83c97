/** How deep causes are followed: more than anybody wraps. */
const maxDepth = 8;

/** Codes that only come before there is a connection, whoever reports them. */
const beforeConnection = new Set([
  "ECONNREFUSED",
  "ENOTFOUND",
  "EAI_AGAIN",
  "EADDRNOTAVAIL",
  // No file descriptor was left for a socket.
  "EMFILE",
  "ENFILE",
  // Node and undici: a proxy refused to connect; the connection took too long.
  "ERR_PROXY_TUNNEL",
  "UND_ERR_CONNECT_TIMEOUT",
  // The server's certificate is not believed: Node ends the connection before it writes anything.
  // https://nodejs.org/api/tls.html, "X509 certificate error codes"
  "ERR_TLS_CERT_ALTNAME_FORMAT",
  "ERR_TLS_CERT_ALTNAME_INVALID",
  "UNABLE_TO_GET_ISSUER_CERT",
  "UNABLE_TO_GET_CRL",
  "UNABLE_TO_DECRYPT_CERT_SIGNATURE",
  "UNABLE_TO_DECRYPT_CRL_SIGNATURE",
  "UNABLE_TO_DECODE_ISSUER_PUBLIC_KEY",
  "CERT_SIGNATURE_FAILURE",
  "CRL_SIGNATURE_FAILURE",
  "CERT_NOT_YET_VALID",
  "CERT_HAS_EXPIRED",
  "CRL_NOT_YET_VALID",
  "CRL_HAS_EXPIRED",
  "ERROR_IN_CERT_NOT_BEFORE_FIELD",
  "ERROR_IN_CERT_NOT_AFTER_FIELD",
  "ERROR_IN_CRL_LAST_UPDATE_FIELD",
  "ERROR_IN_CRL_NEXT_UPDATE_FIELD",
  "DEPTH_ZERO_SELF_SIGNED_CERT",
  "SELF_SIGNED_CERT_IN_CHAIN",
  "UNABLE_TO_GET_ISSUER_CERT_LOCALLY",
  "UNABLE_TO_VERIFY_LEAF_SIGNATURE",
  "CERT_CHAIN_TOO_LONG",
  "CERT_REVOKED",
  "INVALID_CA",
  "PATH_LENGTH_EXCEEDED",
  "INVALID_PURPOSE",
  "CERT_UNTRUSTED",
  "CERT_REJECTED",
  "HOSTNAME_MISMATCH",
]);

/** What the system was asked to do while there was no connection; a resolver's own begin with `query`. */
const syscallsBefore = new Set(["connect", "getaddrinfo", "socket", "bind"]);

/**
 * What OpenSSL only says of a handshake in which nothing was agreed on. Alerts of the server are not among them: in TLS 1.3
 * they can follow the request.
 */
const handshake =
  /wrong version number|packet length too long|unsupported protocol|no protocols available|no ciphers available|dh key too small/i;

/** Node's words for a connection that ended in the handshake, with the code ECONNRESET. */
const endedInHandshake = /^Client network socket disconnected before secure TLS connection was established/;

/**
 * Whether an error proves that nothing of a request left this machine: its server's name could not be resolved, there was no
 * route, the connection was refused or took too long, a proxy refused it, TLS failed, or no socket could be opened. Looks at
 * code, syscall, causes and the members of an AggregateError; every part that says anything has to agree, and each member
 * has to prove it. A reset, a broken pipe or a timeout proves nothing unless it came in connecting.
 */
export function provesNotSent(error: unknown): boolean {
  return judge(error, 0) === true;
}

/** True: nothing was sent. False: something may have been. Undefined: it does not say. */
function judge(error: unknown, depth: number): boolean | undefined {
  if (typeof error !== "object" || error === null || depth > maxDepth) return undefined;
  const { errors, cause } = error as { readonly errors?: unknown; readonly cause?: unknown };
  // It has the code of its first member.
  const own =
    Array.isArray(errors) && errors.length > 0
      ? errors.every((member) => judge(member, depth + 1) === true)
      : judgeOwn(error);
  const deeper = cause === undefined ? undefined : judge(cause, depth + 1);
  return own === undefined || deeper === undefined ? (own ?? deeper) : own && deeper;
}

function judgeOwn(error: object): boolean | undefined {
  const { code, syscall, message } = error as Readonly<Record<string, unknown>>;
  // A wrapper's own code, such as the Azure SDK's `REQUEST_SEND_ERROR`, says nothing.
  if (typeof code !== "string" || (!/^(E[A-Z0-9]+$|[A-Z]+_ERR|ERR_|HPE_)/.test(code) && !beforeConnection.has(code)))
    return undefined;
  const said = typeof message === "string" ? message : "";
  // The SDKs wrap Node's errors and keep of the syscall only that it begins the message: `connect ETIMEDOUT 10.0.0.1:443`.
  const during = typeof syscall === "string" ? syscall : /^(\w+) E[A-Z0-9]+\b/.exec(said)?.[1];
  if (during !== undefined && (syscallsBefore.has(during) || during.startsWith("query"))) return true;
  if (code === "ECONNRESET") return endedInHandshake.test(said);
  if (code === "EPROTO" || code.startsWith("ERR_SSL_")) return handshake.test(`${said} ${code}`.replaceAll("_", " "));
  // On a connection that exists, too, the system can say that there is no route.
  return beforeConnection.has(code) && during !== "read" && during !== "write";
}
