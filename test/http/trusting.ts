import { getCACertificates, setDefaultCACertificates } from "node:tls";

/** Trusts a certificate besides the usual ones, until disposed. */
export function trusting(certificate: string): Disposable {
  const before = getCACertificates("default");
  setDefaultCACertificates([...before, certificate]);
  return { [Symbol.dispose]: () => setDefaultCACertificates(before) };
}
