import { z } from "zod";
import type { AccessPlace, ProviderAccess, PurchaseRight } from "../../src/contract/provider-access.ts";
import type { AnyRecommendation } from "../../src/contract/recommendation.ts";
import { noToken } from "../http/transport-error.ts";
import { UnbelievableAnswerError } from "../http/api-error.ts";
import { withSignal } from "../http/with-signal.ts";
import type { GcpComputeRecommendation } from "./compute/gcp-recommendation.ts";
import type { Connect } from "./gcp-connect.ts";
import { gcpPermissions } from "./gcp-permissions.ts";
import { read } from "./gcp-read.ts";
import { toRefusal } from "./gcp-refusal.ts";
import type { GcpCredential, ResolvedSettings } from "./gcp-settings.ts";

const compute = "https://compute.googleapis.com/";

/**
 * Who signs for GCP projects, and what they may buy: by testIamPermissions, which needs no permission itself.
 * https://docs.cloud.google.com/resource-manager/reference/rest/v1/projects/testIamPermissions
 */
export function createGcpAccess(connect: Connect, settings: ResolvedSettings): ProviderAccess {
  const { projects, endpoint, readTimeout: timeout } = settings;
  return {
    places: Object.keys(projects ?? {})
      .filter((projectId) => projectId !== "*")
      .map(placeOf),
    placeOf: (recommendation) => placeOf(projectOf(recommendation)),
    permissionsOf: (service) => gcpPermissions[service] ?? { list: [], price: [], purchase: [] },

    async signIn({ id = "", label }, { signal }) {
      const credential = await connect.credential(id);
      if (endpoint?.insecure === true) {
        return { as: "a dummy credential", by: "nobody: over http no real credential is sent" };
      }
      try {
        await withSignal(credential.getRequestHeaders(endpoint ? `${endpoint.url.origin}/` : compute), signal);
        return { as: await withSignal(emailOf(credential), signal), by: "the credential" };
      } catch (cause) {
        const purpose = `sign in for ${label}`;
        throw toRefusal(
          noToken(cause),
          { purpose, permission: "", code: "lookup-failed", untrusted: "lookup-untrusted" },
          signal,
        );
      }
    },

    async mayPurchase(recommendation, _quote, { signal }) {
      const project = projectOf(recommendation);
      const { purchase = [], list: [, ...byName] = [] } = gcpPermissions[recommendation.service] ?? {};
      // What the look-up of a list does not show, and a lost answer takes.
      const permissions = [...purchase, ...byName];
      const url = new URL(
        `https://cloudresourcemanager.googleapis.com/v1/projects/${encodeURIComponent(project)}:testIamPermissions`,
      );
      let clockOffset: number | undefined;
      const onClock = (offset: number | undefined) => (clockOffset = offset);
      const step = {
        purpose: `test the permissions in ${placeOf(project).label}`,
        permission: "resourcemanager.projects.get",
        code: "lookup-failed",
        untrusted: "lookup-untrusted",
      } as const;
      const granted = await read({ step, settings, signal, projectId: project }, async () => {
        const answer = await connect.ask(project, url, { permissions }, { signal, timeout, onClock });
        const parsed = answerSchema.safeParse(answer);
        if (parsed.success) return parsed.data.permissions;
        throw new UnbelievableAnswerError("it is no list of permissions");
      });
      return { ...judge(permissions, granted, project), clockOffset };
    },
  };
}

/** Google leaves an empty list out. */
const answerSchema = z.object({ permissions: z.array(z.string()).default([]) });

function judge(needed: readonly string[], granted: readonly string[], project: string): PurchaseRight {
  const by = "testIamPermissions";
  const missing = needed.filter((permission) => !granted.includes(permission));
  const names = missing.join(" and ");
  const role = needed.some((permission) => permission.startsWith("bigquery."))
    ? "bigquery.resourceAdmin"
    : "compute.admin";
  if (missing.length === 0) return { result: "allowed", by, detail: "The project allows it." };
  return {
    result: "denied",
    by,
    detail: `Project ${project} does not allow ${names}.`,
    todo: `Grant the permission ${names} (role roles/${role} has all that buying needs).`,
  };
}

function projectOf(recommendation: AnyRecommendation): string {
  return (recommendation as GcpComputeRecommendation).projectId;
}

function placeOf(projectId: string): AccessPlace {
  return { key: `gcp/${projectId}`, label: `GCP project ${projectId}`, id: projectId };
}

/** What the clients of `google-auth-library` say of themselves; a credential of the caller's own need not. */
interface NamedCredential {
  /** Of a service account's key. */
  readonly email?: unknown;
  /** Of an impersonation. */
  getTargetPrincipal?(): string;
  /** Of the application default credentials. */
  getCredentials?(): Promise<{ readonly client_email?: unknown }>;
}

async function emailOf(credential: GcpCredential & NamedCredential): Promise<string | undefined> {
  const named = credential.getTargetPrincipal?.() ?? credential.email;
  if (typeof named === "string") return named;
  // That of a person's own sign-in is not known without asking.
  const { client_email: email } = (await credential.getCredentials?.().catch(() => undefined)) ?? {};
  return typeof email === "string" ? email : undefined;
}
