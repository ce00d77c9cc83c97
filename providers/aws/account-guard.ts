import type { STSClientConfig } from "@aws-sdk/client-sts";
import { RefusedError } from "../../src/contract/errors.ts";
import { credentialError } from "./entry-errors.ts";
import { readError } from "./read-error.ts";
import { isExpiredSession, obstacleOf, readSdkError, type SdkError } from "./sdk-error.ts";

type CredentialSetting = NonNullable<STSClientConfig["credentials"]>;

/** A resolved credential of the AWS SDK. */
export type Credential = Exclude<CredentialSetting, (...parameters: never[]) => unknown>;

/** Whose a credential is, as STS says. */
export interface Caller {
  /** Undefined where STS does not say it. */
  readonly account: string | undefined;
  readonly arn?: string | undefined;
  /** By how much the clock of STS is ahead of this machine's, in milliseconds. */
  readonly clockOffset?: number | undefined;
}

/** A credential, and whose it is. */
export interface CheckedCredential {
  readonly credential: Credential;
  readonly caller: Caller;
}

/** Gives out credentials only for the account that they really belong to. */
export interface AccountGuard {
  /**
   * The credential, after STS has said that it belongs to the account; STS is asked in the region given, which has to be
   * one of the account's partition. A question that is still open when the signal aborts is asked anew by the next call.
   * Throws a RefusedError `wrong-account`, `credentials-unavailable`, `access-denied` or `lookup-failed`.
   */
  credentialFor(accountId: string, region: string, signal?: AbortSignal): Promise<Credential>;
  /** The same, with whose it is. */
  check(accountId: string, region: string, signal?: AbortSignal): Promise<CheckedCredential>;
  /** The credential of an account that is in use. */
  held(accountId: string): Credential | undefined;
  /** Notes that a credential was refused because its session is over: the next call asks for another. */
  forget(accountId: string, credential: Credential): void;
}

/** What the guard asks; both are answered by the AWS SDK. */
export interface AccountSources {
  /** The credential of an account's session as it now is. A question that is open when the signal aborts is given up. */
  resolve(accountId: string, region: string, signal?: AbortSignal): Promise<Credential>;
  /** The credential of an account that is in use. */
  held(accountId: string): Credential | undefined;
  /** Notes that a credential is not accepted any more: the next call asks for another. */
  forget(accountId: string, credential: Credential): void;
  /** Whose a credential is, as STS says. */
  callerOf(credential: Credential, region: string): Promise<Caller>;
}

/** Credentials that rotate bring a new key each time; more than this are forgotten and asked about again. */
const maxKnownKeys = 10_000;

/**
 * Asks STS once per access key who it is, and never hands out a credential of another account: a fall-back to ambient
 * credentials of another account has bought there. A failed question is asked again, and so is one that nobody waited for
 * to its end: it may hang.
 */
export function createAccountGuard(sources: AccountSources): AccountGuard {
  const callers = new Map<string, Promise<Caller>>();

  async function callerOf(credential: Credential, region: string, signal?: AbortSignal): Promise<Caller> {
    const key = credential.accessKeyId;
    if (!callers.has(key) && callers.size >= maxKnownKeys) callers.clear();
    const answer = callers.get(key) ?? sources.callerOf(credential, region);
    callers.set(key, answer);
    const forget = () => {
      if (callers.get(key) === answer) callers.delete(key);
    };
    signal?.addEventListener("abort", forget, { once: true });
    try {
      return await answer;
    } catch (error) {
      forget();
      throw error;
    } finally {
      signal?.removeEventListener("abort", forget);
    }
  }

  async function check(accountId: string, region: string, signal?: AbortSignal): Promise<CheckedCredential> {
    let caller: Caller | undefined;
    let credential: Credential | undefined;
    try {
      credential = await sources.resolve(accountId, region, signal);
      caller = await callerOf(credential, region, signal);
    } catch (error) {
      // Whoever signed in again meanwhile is asked the next time.
      if (credential && isOver(readSdkError(error))) sources.forget(accountId, credential);
      const notGiven = credential === undefined ? credentialError(error, accountId) : undefined;
      if (notGiven) throw notGiven;
      const where = `AWS account ${accountId}, ${region}`;
      throw readError(error, { permission: "sts:GetCallerIdentity", where, region, code: "lookup-failed" });
    }
    const { account } = caller;
    if (account === accountId) return { credential, caller };
    sources.forget(accountId, credential);
    if (account === undefined) callers.delete(credential.accessKeyId);
    throw new RefusedError({
      code: "wrong-account",
      message: `The recommendation is for AWS account ${accountId}, but the credentials belong to ${account ?? "an account that STS did not name"}. Use credentials of account ${accountId}; nothing was sent.`,
    });
  }

  return {
    held: (accountId) => sources.held(accountId),
    forget: (accountId, credential) => sources.forget(accountId, credential),
    check,
    credentialFor: async (accountId, region, signal) => (await check(accountId, region, signal)).credential,
  };
}

/** Whether STS does not know a credential, or not any more: its session ended, or its key was rotated. */
function isOver(problem: SdkError): boolean {
  return isExpiredSession(problem) || obstacleOf(problem) === "credentials";
}
