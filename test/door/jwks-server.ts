import { createServer, type ServerResponse } from "node:http";
import { once } from "node:events";
import type { AddressInfo } from "node:net";
import { exportJWK, generateKeyPair, type JWTHeaderParameters, SignJWT } from "jose";

/** A private key, and what its issuer publishes of it. */
export interface Signer {
  readonly kid: string;
  readonly alg: string;
  readonly privateKey: Awaited<ReturnType<typeof generateKeyPair>>["privateKey"];
  readonly jwk: object;
}

/** A new pair of keys. */
export async function createSigner(kid: string, alg = "ES256"): Promise<Signer> {
  const { privateKey, publicKey } = await generateKeyPair(alg);
  return { kid, alg, privateKey, jwk: { ...(await exportJWK(publicKey)), kid, alg, use: "sig" } };
}

/** Signs a token. */
export async function sign(
  { privateKey, alg, kid }: Signer,
  claims: Readonly<Record<string, unknown>>,
  header: Partial<JWTHeaderParameters> = {},
): Promise<string> {
  return new SignJWT(claims).setProtectedHeader({ alg, kid, typ: "at+jwt", ...header }).sign(privateKey);
}

/** An issuer's address on loopback, which can be down, slow or wrong. */
export interface JwksServer {
  readonly url: string;
  /** How often it was asked. */
  asked: number;
  keys: readonly Signer[];
  /** Answers in place of the keys. */
  answer: ((response: ServerResponse) => void) | undefined;
  close(): Promise<void>;
}

/** Starts one. */
export async function startJwksServer(...keys: readonly Signer[]): Promise<JwksServer> {
  const http = createServer((_, response) => {
    own.asked += 1;
    if (own.answer !== undefined) return own.answer(response);
    response.setHeader("content-type", "application/json");
    response.end(JSON.stringify({ keys: own.keys.map(({ jwk }) => jwk) }));
  }).listen(0, "127.0.0.1");
  await once(http, "listening");
  const own: JwksServer = {
    url: `http://127.0.0.1:${(http.address() as AddressInfo).port}/keys`,
    asked: 0,
    keys,
    answer: undefined,
    close: async () => {
      const closed = once(http, "close");
      http.close();
      http.closeAllConnections();
      await closed;
    },
  };
  return own;
}
