import { randomBytes } from "node:crypto";
import type { SandboxRequest } from "../server/imitation.ts";
import type { Collection, SandboxStore } from "../server/sandbox-store.ts";
import type { AwsBehaviour } from "./aws-sandbox-options.ts";

/** A session of a role. */
export type RoleSession = {
  /** Its access key. */
  readonly id: string;
  readonly token: string;
  readonly accountId: string;
  readonly role: string;
  readonly name: string;
  /** Milliseconds since 1970. */
  readonly endsAt: number;
};

/** Every session that STS gave out, oldest first. */
export function roleSessions(store: SandboxStore): Collection<RoleSession> {
  return store.collection("aws.sessions");
}

/** Who signed a request. */
export interface AwsCaller {
  readonly accountId: string;
  readonly arn: string;
  readonly userId: string;
  /** Of one that assumed a role. */
  readonly session?: RoleSession | undefined;
}

const sessionPrefix = "ASIABUYONCE";

/** The access key of a signature; undefined for a request that is not signed. */
export function accessKeyOf({ headers }: SandboxRequest): string | undefined {
  return /^AWS4-HMAC-SHA256 Credential=([^/]+)\//.exec(headers["authorization"] ?? "")?.[1];
}

/**
 * Whose access key it is: of the account that a dummy key names (`BUYONCE123456789012`), of the session that it belongs to, of the
 * sandbox's own account for any other. Undefined for the key of a session that is not there.
 */
export function callerOf(key: string, store: SandboxStore, { accountId: own }: AwsBehaviour): AwsCaller | undefined {
  if (!key.startsWith(sessionPrefix)) {
    const accountId = /^BUYONCE(\d{12})$/.exec(key)?.[1] ?? own;
    return { accountId, arn: `arn:aws:iam::${accountId}:user/sandbox`, userId: "AIDASANDBOX" };
  }
  const session = roleSessions(store).get(key);
  if (session === undefined) return undefined;
  const { accountId, role, name } = session;
  const arn = `arn:aws:sts::${accountId}:assumed-role/${role.split("/").at(-1)}/${name}`;
  return { accountId, arn, userId: `AROASANDBOX:${name}`, session };
}

/** Begins a session of a role. */
export function beginSession(store: SandboxStore, session: Omit<RoleSession, "id" | "token">): RoleSession {
  const id = `${sessionPrefix}${randomBytes(5).toString("hex").toUpperCase()}`;
  const begun = { id, token: randomBytes(24).toString("base64"), ...session };
  roleSessions(store).set(id, begun);
  return begun;
}
