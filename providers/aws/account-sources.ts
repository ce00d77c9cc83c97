import { longestTimer } from "../../src/contract/check-number.ts";
import { withSignal } from "../http/with-signal.ts";
import type { AccountSources, Credential } from "./account-guard.ts";
import { entryOf } from "./aws-accounts.ts";
import type { ClientConfiguration } from "./aws-connect.ts";
import { createSession, type Session } from "./aws-session.ts";
import type { ResolvedSettings } from "./aws-settings.ts";
import {
  assumeByToken,
  assumeRole,
  type EntryParts,
  type EntrySite,
  fromProfile,
  fromSdk,
  fromVariables,
} from "./entry-credentials.ts";
import { noEntry, notGiven, notInTime } from "./entry-errors.ts";
import { sessionMargin } from "./purchase-times.ts";
import { clockSeen, httpsOnly } from "./sdk-middleware.ts";

/** So many attempts of a read may pass while a credential is asked for: a role is assumed as a read is made. */
const attempts = 3;

const notASecret = "not-a-secret";

/** Over http nothing real is ever sent: this is the whole secret. */
const dummyCredential: Credential = { accessKeyId: "BUYONCELOOPBACK", secretAccessKey: notASecret };

/** The dummy credential of an account: an imitation reads its id in the access key. */
function dummyOf(accountId: string): Credential {
  return { accessKeyId: `BUYONCE${accountId}`, secretAccessKey: notASecret };
}

/** Makes the configuration of a client that is used for one question, in a region. */
export type ConfigureClient = (region: string) => Promise<ClientConfiguration>;

/** What gives a credential may wait for a person, or for a process that hangs: it does not know when to stop. */
async function within(
  milliseconds: number,
  { accountId, signal }: { readonly accountId: string; readonly signal: AbortSignal | undefined },
  ask: (ending: AbortSignal) => Promise<Credential>,
): Promise<Credential> {
  const time = Math.min(milliseconds, longestTimer);
  const late = AbortSignal.timeout(time);
  const ending = signal ? AbortSignal.any([signal, late]) : late;
  try {
    return await withSignal(ask(ending), ending);
  } catch (error) {
    if (late.aborted && error === late.reason) throw notInTime(accountId, time);
    throw error;
  }
}

/**
 * Where the account guard gets credentials and their account from: one session for each account, renewed before it has less left
 * than a purchase may take, and STS.
 */
export function createAccountSources(settings: ResolvedSettings, configuration: ConfigureClient): AccountSources {
  const { credentials, credentialsFor, accounts, endpoint, environment, purchaseTimeout, readTimeout, variables } =
    settings;
  const insecure = endpoint?.insecure ?? false;
  const sessions = new Map<string, Session>();

  function sessionUnder(key: string, ask: Parameters<typeof createSession>[0]): Session {
    const known = sessions.get(key);
    if (known) return known;
    const made = createSession(ask, { now: environment.now, least: purchaseTimeout + sessionMargin });
    sessions.set(key, made);
    return made;
  }

  /** Shared by all accounts whose roles it assumes. */
  function sourceOf(profile: string | undefined, field: string): Session {
    return sessionUnder(profile === undefined ? "chain" : `profile ${profile}`, async (region) => {
      if (insecure) return dummyCredential;
      const configured = await configuration(region);
      return profile === undefined ? fromSdk(credentials, configured) : fromProfile(profile, field, configured);
    });
  }
  const parts: EntryParts = { variables, insecure, configuration, sourceOf };

  function sessionFor(accountId: string): Session {
    if (accounts) {
      const found = entryOf(accounts, accountId);
      if (!found) throw noEntry(accountId);
      return ofEntry({ ...found, accountId });
    }
    if (!credentialsFor) return sourceOf(undefined, "");
    return sessionUnder(accountId, async (region) => {
      if (insecure) return dummyOf(accountId);
      const given = await credentialsFor({ accountId, region });
      if (!given) throw notGiven(accountId);
      return fromSdk(given, await configuration(region));
    });
  }

  function ofEntry(site: EntrySite): Session {
    const { entry, path, accountId } = site;
    if ("use" in entry) return sourceOf(undefined, "");
    if ("profile" in entry && !insecure) return sourceOf(entry.profile, `${path}.profile`);
    return sessionUnder(accountId, async (region, signal) => {
      if ("webIdentityTokenFile" in entry) return assumeByToken({ ...site, entry }, parts, region);
      if ("roleArn" in entry) return assumeRole({ ...site, entry }, parts, region, signal);
      if (insecure || "profile" in entry) return dummyOf(accountId);
      return fromVariables({ entry, path }, parts);
    });
  }

  return {
    resolve: async (accountId, region, signal) =>
      within(attempts * readTimeout, { accountId, signal }, (ending) =>
        sessionFor(accountId).credential(region, ending),
      ),
    held: (accountId) => sessionFor(accountId).held(),
    forget: (accountId, credential) => sessionFor(accountId).forget(credential),
    async callerOf(credential, region) {
      const { STSClient, GetCallerIdentityCommand } = await import("@aws-sdk/client-sts");
      const client = new STSClient({ ...(await configuration(region)), credentials: credential });
      client.middlewareStack.add(httpsOnly(insecure), { step: "build", name: "httpsOnly" });
      const clock: { offset?: number | undefined } = {};
      const seen = clockSeen(
        () => environment.now(),
        (offset) => (clock.offset = offset),
      );
      client.middlewareStack.add(seen, { step: "deserialize", name: "clockSeen" });
      const { Account: account, Arn: arn } = await client.send(new GetCallerIdentityCommand({}));
      return { account, arn, clockOffset: clock.offset };
    },
  };
}
