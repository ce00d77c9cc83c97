/** What was thrown before there was a connection to send a request over. */
const unsent = new WeakSet<object>();

/** Notes of an error that nothing of its request can have left this machine. */
export function noteUnsent(error: unknown): void {
  if (typeof error === "object" && error !== null) unsent.add(error);
}

/**
 * Whether an error of a purchase came before the connection was there, the handshake of TLS and the check of the
 * certificate included: a name that is not found, a refused connection, a refused certificate, no free file descriptor.
 * Then nothing of the request left this machine. It is seen at the socket, because the codes of such errors do not tell:
 * EPROTO, ECONNRESET and alerts of TLS come in a handshake as well as after the request.
 */
export function failedUnsent(error: unknown): boolean {
  return typeof error === "object" && error !== null && unsent.has(error);
}
