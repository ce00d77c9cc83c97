/** Codes of a certificate whose authority is not known here: https://nodejs.org/api/tls.html, "X509 certificate error codes". */
const unknownAuthority: readonly unknown[] = [
  "DEPTH_ZERO_SELF_SIGNED_CERT",
  "SELF_SIGNED_CERT_IN_CHAIN",
  "UNABLE_TO_GET_ISSUER_CERT",
  "UNABLE_TO_GET_ISSUER_CERT_LOCALLY",
  "UNABLE_TO_VERIFY_LEAF_SIGNATURE",
  "CERT_UNTRUSTED",
];

/** What is wrong with a receiver's certificate, in words; undefined where the error is about something else. */
export function certificateProblem(error: unknown): string | undefined {
  const code = error instanceof Error && "code" in error ? error.code : undefined;
  if (unknownAuthority.includes(code)) {
    return "its certificate is not trusted; of an authority of your own, name the file in NODE_EXTRA_CA_CERTS, and restart";
  }
  if (code === "CERT_HAS_EXPIRED") return "its certificate has expired";
  if (code === "ERR_TLS_CERT_ALTNAME_INVALID") return "its certificate is for another name";
  return undefined;
}
